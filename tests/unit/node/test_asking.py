"""What `explain` does without a running service: `screenpop/node/asking.py`."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from screenpop.config.load import Loaded
from screenpop.domain.errors import NotFound
from screenpop.node.asking import explained, load_checked
from screenpop.node.build import build
from screenpop.support.clock import SystemClock

CONFIGURATION = """
version: 1
server: {country: GB}
lines:
  pbx: {settings: {token: abcdefgh}}
sources:
  erp:
    connector: sql
    url: sqlite:///erp.sqlite
    contacts: {query: "select id as key, name, phone from customer"}
lookups:
  where:
    source: erp
    facet: identity
    kind: fields
    query: select city from customer where id = :customer.key
"""


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    with sqlite3.connect(tmp_path / "erp.sqlite") as erp:
        erp.execute("create table customer (id text, name text, phone text, city text)")
        rows = [(str(n), f"Firm {n}", f"020 7946 {n:04d}", "London") for n in range(50)]
        erp.executemany("insert into customer values (?, ?, ?, ?)", rows)
    (tmp_path / "screenpop.yaml").write_text(CONFIGURATION)
    return load_checked(tmp_path / "screenpop.yaml")


async def test_a_number_is_found_and_looked_up(loaded: Loaded) -> None:
    told = await explained(loaded, "02079460031")
    assert [c.name for c in told.profile.candidates] == ["Firm 31"]
    assert told.profile.facets["identity"].fields["city"].value == "London"
    assert told.unread == {}


async def test_customers_that_cannot_be_looked_through_are_told(loaded: Loaded) -> None:
    with sqlite3.connect(loaded.folder / "erp.sqlite") as erp:
        erp.execute("alter table customer rename column phone to telephone")
    told = await explained(loaded, "02079460031")
    assert told.profile.candidates == ()
    assert list(told.unread) == ["erp"]
    assert "no such column: phone" in told.unread["erp"]


async def test_a_line_that_there_is_not_is_told(loaded: Loaded) -> None:
    with pytest.raises(NotFound, match="no line pxb") as told:
        await explained(loaded, "02079460031", line="pxb")
    assert told.value.remedy == "Did you mean `pbx`?"


async def test_asking_makes_no_file(loaded: Loaded) -> None:
    before = sorted(loaded.folder.iterdir())
    await explained(loaded, "02079460031")
    assert sorted(loaded.folder.iterdir()) == before


TWO_SYSTEMS = """
version: 1
server: {country: GB}
lines:
  pbx: {settings: {token: abcdefgh}}
sources:
  cards:
    connector: csv_file
    path: cards.csv
    contacts: {key: id, name: name}
  erp:
    connector: sql
    url: sqlite:///erp.sqlite
    contacts: {query: "select id as key, name, phone from customer"}
lookups:
  city:
    source: erp
    facet: identity
    kind: fields
    query: select city from customer where id = :customer.key
"""


@pytest.mark.parametrize(
    ("customer_of", "city"), [("", None), ("    customer_of: [cards, erp]\n", "London")]
)
async def test_the_key_of_another_system_is_asked_with_only_where_both_share_it(
    loaded: Loaded, customer_of: str, city: str | None
) -> None:
    """The card 31 is somebody else than the ERP's customer 31, unless it is said."""
    (loaded.folder / "cards.csv").write_text(
        "id,name,phone\n31,Ada,+33 1 99 00 12 34\n"
    )
    (loaded.folder / "two.yaml").write_text(TWO_SYSTEMS + customer_of)
    told = await explained(load_checked(loaded.folder / "two.yaml"), "+33199001234")
    assert [c.name for c in told.profile.candidates] == ["Ada"]
    field = told.profile.facets["identity"].fields.get("city")
    assert (field.value if field else None) == city


async def test_customers_of_its_own_are_asked_about(loaded: Loaded) -> None:
    (loaded.folder / "cards.csv").write_text(
        "id,name,phone\n31,Ada,+33 1 99 00 12 34\n"
    )
    (loaded.folder / "two.yaml").write_text(TWO_SYSTEMS)
    told = await explained(load_checked(loaded.folder / "two.yaml"), "02079460031")
    assert told.profile.facets["identity"].fields["city"].value == "London"


async def test_a_store_that_cannot_be_read_is_told_and_not_touched(
    loaded: Loaded,
) -> None:
    store = loaded.folder / "screenpop-data" / "store.sqlite"
    store.parent.mkdir()
    with sqlite3.connect(store) as old:
        old.execute("create table alembic_version (version_num text)")
        old.execute("insert into alembic_version values ('0000')")
    told = await explained(loaded, "02079460031")
    assert [c.name for c in told.profile.candidates] == ["Firm 31"]
    assert "has schema 0000, this version needs" in told.unread["screenpop"]
    with sqlite3.connect(store) as same:
        tables = same.execute("select name from sqlite_master where type = 'table'")
        assert tables.fetchall() == [("alembic_version",)]


async def test_customers_come_from_the_services_index_where_it_has_them(
    loaded: Loaded,
) -> None:
    service = await build(loaded, SystemClock(), None)
    try:
        await service.lookups.sources.open()
        await service.lookups.sources.read_contacts("erp")
        with sqlite3.connect(loaded.folder / "erp.sqlite") as erp:
            erp.execute(
                "insert into customer values ('99', 'New', '020 7946 0099', '')"
            )
        found = await explained(loaded, "02079460031")  # while the service has it open
        assert [c.name for c in found.profile.candidates] == ["Firm 31"]
        assert found.profile.facets["identity"].fields["city"].value == "London"
        assert list(found.from_index) == ["erp"]
        new = await explained(loaded, "02079460099")
        assert new.profile.candidates == ()
        read = await explained(loaded, "02079460099", reads_customers=True)
        assert [c.name for c in read.profile.candidates] == ["New"]
        assert read.from_index == {}
    finally:
        await service.end()


async def test_an_index_of_another_query_is_not_used(loaded: Loaded) -> None:
    service = await build(loaded, SystemClock(), None)
    await service.lookups.sources.open()
    await service.lookups.sources.read_contacts("erp")
    await service.end()
    file = loaded.file
    file.write_text(
        file.read_text().replace('from customer"', "from customer where id <> '31'\"")
    )
    told = await explained(load_checked(file), "02079460031")
    assert told.profile.candidates == ()
    assert told.from_index == {}
