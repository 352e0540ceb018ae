"""What does a text cost that a SQLite database holds in another encoding?"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from screenpop.connector import ConnectorContext
from screenpop_connectors.sql import SqlConnector
from screenpop_connectors.sql.options import SqlLookup, SqlSource


@pytest.fixture
def crm(tmp_path: Path) -> SqlConnector:
    """1,200 customers; a Latin-1 byte in one name of each five hundred."""
    with sqlite3.connect(tmp_path / "crm.sqlite") as made:
        made.execute("create table customer (id integer, name text, phone text)")
        for n in range(1, 1201):
            name = f"M\xfcller {n}".encode("latin-1" if n % 500 == 0 else "utf-8")
            made.execute(
                "insert into customer values (?, cast(? as text), ?)",
                (n, name, f"020 7946 {n:04d}"),
            )
        made.execute("insert into customer values (null, 'nobody', '020 7946 9999')")
    made.close()
    options = SqlSource.model_validate(
        {
            "url": "sqlite:///crm.sqlite",
            "contacts": {"query": "select id as key, name, phone from customer"},
        }
    )
    return SqlConnector(options, ConnectorContext(source="crm", folder=tmp_path))


async def test_a_wrong_byte_loses_no_row_and_is_named_once(crm: SqlConnector) -> None:
    contacts = crm.contacts()
    assert contacts is not None
    found = {contact.key: contact async for contact in contacts}
    await crm.close()
    assert len(found) == 1200
    assert found["500"].name == "Müller 500"
    assert all(type(contact.name) is str for contact in found.values())
    assert crm.reading is not None
    assert crm.reading.left_out == {"no key": 1}
    assert {(odd.place, odd.column) for odd in crm.reading.odd.first} == {
        ("customer 500", "name"),
        ("customer 1000", "name"),
        ("row 1201", None),
    }


async def test_a_lookup_shows_the_text_all_the_same(crm: SqlConnector) -> None:
    options = SqlLookup(query="select name from customer where id = :customer.key")
    (row,) = await crm.lookup("who", options).fetch({"customer.key": "500"})
    await crm.close()
    assert row == {"name": "Müller 500"}
    assert type(row["name"]) is str
