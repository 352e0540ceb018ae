"""Keys of the built-in connectors: each changes what is asked or read."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from key_effects import NUMBER, shows_effect_of
from key_effects import loaded as read
from one_source import Keys, opened, silent

from screenpop.connector import ContactRecord, Unavailable
from screenpop.domain.errors import ConfigError
from screenpop.support.tasks import TaskOwner


def csv(folder: Path, text: str | bytes, name: str = "crm.csv", **keys: Any) -> Keys:
    data = text.encode() if isinstance(text, str) else text
    (folder / name).write_bytes(data)
    return {"connector": "csv_file", "path": name, **keys}


ADA = "key,name,phone,fax,land\n7,Ada,020 7946 0958,020 7946 0001,DE\n"


@shows_effect_of("csv_file: sources.NAME.path")
async def test_the_file_named_is_read(tmp_path: Path) -> None:
    csv(tmp_path, ADA)
    other = csv(tmp_path, ADA.replace("Ada", "Eve"), name="other.csv")
    async with opened(tmp_path, other, {}) as crm:
        assert [row["name"] for row in await crm.ask()] == ["Eve"]


@shows_effect_of("csv_file: sources.NAME.sheet")
async def test_the_sheet_named_is_read(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for title, name in (("First", "Ada"), ("Second", "Eve")):
        sheet = book.create_sheet(title)
        sheet.append(["key", "name", "phone"])
        sheet.append(["7", name, "020 7946 0958"])
    del book["Sheet"]
    book.save(tmp_path / "crm.xlsx")
    source = {"connector": "csv_file", "path": "crm.xlsx"}
    for keys, name in (({}, "Ada"), ({"sheet": "Second"}, "Eve")):
        async with opened(tmp_path, source | keys, {}) as crm:
            assert [row["name"] for row in await crm.ask()] == [name]


@shows_effect_of("csv_file: sources.NAME.encoding")
async def test_the_file_is_read_in_its_encoding(tmp_path: Path) -> None:
    data = ADA.replace("Ada", "Jürgen").encode("cp850")
    async with opened(tmp_path, csv(tmp_path, data, encoding="cp850"), {}) as crm:
        assert [row["name"] for row in await crm.ask()] == ["Jürgen"]


@shows_effect_of("csv_file: sources.NAME.delimiter")
async def test_the_file_is_split_at_its_delimiter(tmp_path: Path) -> None:
    text = "key|name,more,and,more|phone\n7|Ada|020 7946 0958\n"
    async with opened(tmp_path, csv(tmp_path, text, delimiter="|"), {}) as crm:
        assert [row["key"] for row in await crm.ask()] == ["7"]


@shows_effect_of("csv_file: sources.NAME.numbers")
@pytest.mark.parametrize(("numbers", "found"), [(["fax"], 0), (["phone"], 1)])
async def test_only_the_columns_named_hold_numbers(
    tmp_path: Path, numbers: list[str], found: int
) -> None:
    async with opened(tmp_path, csv(tmp_path, ADA, numbers=numbers), {}) as crm:
        assert len(await crm.ask(number=NUMBER)) == found
        assert len(await crm.ask(number="+442079460001")) == 1 - found


@shows_effect_of(
    "csv_file: sources.NAME.country", "csv_file: sources.NAME.country_column"
)
@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ({"country": "GB"}, NUMBER),
        ({"country": "DE"}, "+492079460958"),
        ({"country": "GB", "country_column": "land"}, "+492079460958"),
    ],
)
async def test_national_numbers_are_read_by_their_country(
    tmp_path: Path, keys: Keys, number: str
) -> None:
    keys = {"numbers": ["phone"], **keys}
    async with opened(tmp_path, csv(tmp_path, ADA, **keys), {}) as crm:
        assert len(await crm.ask(number=number)) == 1


@shows_effect_of(
    "csv_file: sources.NAME.contacts.key",
    "csv_file: sources.NAME.contacts.name",
    "csv_file: sources.NAME.contacts.company",
)
async def test_contacts_take_the_columns_named(tmp_path: Path) -> None:
    text = "no,person,firm,phone\n7,Ada,Acme,020 7946 0958\n"
    contacts = {"key": "no", "name": "person", "company": "firm"}
    async with opened(tmp_path, csv(tmp_path, text, contacts=contacts)) as crm:
        [ada] = await crm.people()
        assert (ada.key, ada.name, ada.company) == ("7", "Ada", "Acme")


@shows_effect_of("csv_file: sources.NAME.rows_max", "csv_file: sources.NAME.bytes_max")
@pytest.mark.parametrize(
    ("key", "too_small", "enough"), [("rows_max", 2, 3), ("bytes_max", 40, 4_000)]
)
async def test_a_file_too_large_is_refused_until_the_key_is_raised(
    tmp_path: Path, key: str, too_small: int, enough: int
) -> None:
    text = ADA + "8,Bob,020 7946 0002,,\n9,Cy,020 7946 0003,,\n"
    source = csv(tmp_path, text)
    async with opened(tmp_path, source | {key: too_small}, {}) as crm:
        with pytest.raises(Unavailable, match=key):
            await crm.ask()
    async with opened(tmp_path, source | {key: enough}, {}) as crm:
        assert len(await crm.ask()) == 1


@shows_effect_of("csv_file: sources.NAME.poll_s")
@pytest.mark.parametrize(("poll_s", "name"), [(60, "Ada"), (5, "Eve")])
async def test_the_files_date_is_looked_at_in_its_time(
    tmp_path: Path, poll_s: float, name: str
) -> None:
    source = csv(tmp_path, ADA, poll_s=poll_s, reload_wait_ms=10_000)
    async with opened(tmp_path, source, {}) as crm:
        await crm.ask()
        csv(tmp_path, ADA.replace("Ada", "Eve") + "\n")
        crm.clock.advance(30)
        assert [row["name"] for row in await crm.ask()] == [name]


@shows_effect_of("csv_file: sources.NAME.reload_wait_ms")
async def test_a_lookup_waits_for_a_changed_file_as_long_as_said(
    tmp_path: Path,
) -> None:
    async def answered(wait_ms: int) -> object:
        source = csv(tmp_path, ADA, poll_s=1, reload_wait_ms=wait_ms)
        async with opened(tmp_path, source, {}) as crm:
            await crm.ask()
            many = "".join(f"{n},N{n},020 7947 {n:04},,\n" for n in range(8_000))
            csv(tmp_path, ADA.replace("Ada", "Eve") + many)
            crm.clock.advance(30)
            [row] = await crm.ask()
            return row["name"]

    assert await answered(0) == "Ada"
    assert await answered(60_000) == "Eve"


@shows_effect_of("csv_file: lookups.NAME.match", "csv_file: lookups.NAME.fields")
async def test_rows_are_found_and_shown_by_the_columns_named(tmp_path: Path) -> None:
    lookup = {"match": {"key": "ivr.account"}, "fields": {"who": "name"}}
    async with opened(tmp_path, csv(tmp_path, ADA), lookup) as crm:
        assert await crm.ask(ivr__account="7") == [{"who": "Ada"}]


def database(folder: Path, name: str = "crm.sqlite", rows: int = 5) -> Keys:
    connection = sqlite3.connect(folder / name)
    connection.execute("create table customer (id, name, phone, mobile)")
    connection.executemany(
        "insert into customer values (?, ?, ?, ?)",
        [(n, f"N{n}", f"020 7946 0{n:03}", f"07700 900{n:03}") for n in range(rows)],
    )
    connection.commit()
    connection.close()
    return {"connector": "sql", "url": f"sqlite:///{name}"}


ALL = "select id as key, name, phone from customer order by id"


@shows_effect_of("sql: sources.NAME.url", "sql: lookups.NAME.query")
async def test_the_query_is_asked_of_the_database_named(tmp_path: Path) -> None:
    database(tmp_path)
    other = database(tmp_path, "other.sqlite", rows=3)
    lookup = {"query": "select count(*) as n from customer"}
    async with opened(tmp_path, other, lookup) as crm:
        assert await crm.ask() == [{"n": 3}]


@shows_effect_of("sql: lookups.NAME.rows_max")
@pytest.mark.parametrize("limit", [2, 4])
async def test_so_many_rows_are_read(tmp_path: Path, limit: int) -> None:
    lookup = {"query": ALL, "rows_max": limit}
    async with opened(tmp_path, database(tmp_path), lookup) as crm:
        assert len(await crm.ask()) == limit


@shows_effect_of(
    "sql: sources.NAME.contacts.query",
    "sql: sources.NAME.contacts.numbers",
    "sql: sources.NAME.contacts.contacts_max",
)
async def test_contacts_are_what_the_query_gives(tmp_path: Path) -> None:
    source = database(tmp_path)
    query = "select id as key, name, phone, mobile from customer order by id"

    async def people(**contacts: object) -> list[ContactRecord]:
        keys = source | {"contacts": {"query": query, **contacts}}
        async with opened(tmp_path, keys) as crm:
            return await crm.people()

    assert [each.key for each in await people()] == ["0", "1", "2", "3", "4"]
    assert (await people())[0].numbers == ("020 7946 0000",)
    assert (await people(numbers=["mobile"]))[0].numbers == ("07700 900000",)
    assert len(await people(contacts_max=3)) == 3


@shows_effect_of("sql: sources.NAME.contacts.since")
@pytest.mark.parametrize(("since", "first"), [(0, "0"), (3, "3")])
async def test_all_contacts_are_those_since_then(
    tmp_path: Path, since: int, first: str
) -> None:
    source = database(tmp_path)
    query = "select id as key, name, phone, id as changed from customer"
    contacts = {"query": f"{query} where id >= :since order by id", "since": since}
    async with opened(tmp_path, source | {"contacts": contacts}) as crm:
        assert crm.connector.first_contacts_since == since
        assert (await crm.people())[0].key == first
    without = {"query": f"{query} where id >= :since order by id"}
    with pytest.raises(ConfigError, match="`since` is not given"):
        async with opened(tmp_path, source | {"contacts": without}):
            pass
    unasked = {"query": query, "since": 0}
    with pytest.raises(ConfigError, match="query has no :since"):
        async with opened(tmp_path, source | {"contacts": unasked}):
            pass


@shows_effect_of("sql: sources.NAME.contacts.version")
async def test_contacts_change_with_their_version(tmp_path: Path) -> None:
    contacts = {"query": ALL, "version": "select max(id) from customer"}
    async with opened(tmp_path, database(tmp_path) | {"contacts": contacts}) as crm:
        assert await crm.connector.contacts_version() == "4"


SLOW = (
    "with recursive n(i) as (select 1 union all select i + 1 from n)"
    " select count(*) as n from n"
)


@shows_effect_of("sql: sources.NAME.statement_timeout_ms")
async def test_the_database_ends_a_slow_statement(tmp_path: Path) -> None:
    source = database(tmp_path) | {"statement_timeout_ms": 50}
    async with opened(tmp_path, source, {"query": SLOW}) as crm:
        with pytest.raises(Unavailable, match="raise statement_timeout_ms"):
            async with asyncio.timeout(10):
                await crm.ask()


@shows_effect_of("sql: sources.NAME.connections_max")
@pytest.mark.parametrize(("connections", "waits"), [(1, True), (2, False)])
async def test_so_many_statements_run_at_once(
    tmp_path: Path, connections: int, waits: bool
) -> None:
    source = database(tmp_path) | {
        "connections_max": connections,
        "statement_timeout_ms": 60_000,
    }
    lookup = {"query": f"select case when :number = '0' then 0 else ({SLOW}) end as n"}
    tasks = TaskOwner("test")
    async with opened(tmp_path, source, lookup) as crm:
        slow = tasks.spawn(crm.ask(number="1"), name="slow")
        await asyncio.sleep(0.05)
        quick = tasks.spawn(crm.ask(number="0"), name="quick")
        done, _ = await asyncio.wait([quick], timeout=0.5 if waits else 10)
        assert bool(done) is not waits
        slow.cancel()
        await tasks.close()


@shows_effect_of("sql: sources.NAME.connect_timeout_ms")
async def test_a_database_that_does_not_answer_is_given_up(tmp_path: Path) -> None:
    async with silent() as port:
        url = f"postgresql://reader:secret@127.0.0.1:{port}/crm"
        source = {"connector": "sql", "url": url, "connect_timeout_ms": 50}
        async with opened(tmp_path, source, {"query": "select 1"}) as crm:
            with pytest.raises(Unavailable):
                async with asyncio.timeout(2):  # the default is 3 s
                    await crm.ask()


def test_what_a_connector_does_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="colour"):
        read(tmp_path, sources={"crm": database(tmp_path) | {"colour": "red"}})
