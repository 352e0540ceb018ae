"""A key that was read from a source finds its rows there again, whatever its type."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from screenpop.connector import ConnectorContext, Row, Scalar, Unavailable
from screenpop.domain.profile import KEY_AS_READ
from screenpop_connectors.sql import SqlConnector
from screenpop_connectors.sql.comparison import widened
from screenpop_connectors.sql.spelling import shown, spellings
from screenpop_connectors.sql.statement import parse

OPEN = "select open from account where customer = :customer.key"


def connector(folder: Path, url: str, contacts: str | None = None) -> SqlConnector:
    keys: dict[str, object] = {"url": url}
    if contacts:
        keys["contacts"] = {"query": contacts}
    context = ConnectorContext(source="erp", folder=folder, log=logging.getLogger())
    return SqlConnector(SqlConnector.source_options.model_validate(keys), context)


async def ask(sql: SqlConnector, query: str, params: Mapping[str, Scalar]) -> list[Row]:
    options = SqlConnector.lookup_options.model_validate({"query": query})
    return list(await sql.lookup("asked", options).fetch(params))


async def keys_of(sql: SqlConnector) -> list[Scalar]:
    """What a lookup is asked with for each contact."""
    found = sql.contacts()
    assert found is not None
    return [
        contact.key if contact.key_as_read is None else contact.key_as_read
        async for contact in found
    ]


KEY_KINDS = {
    "an integer": "create table k (key integer); insert into k values (41)",
    "an untyped number": "create table k (key); insert into k values (41)",
    "an untyped text": "create table k (key); insert into k values ('41')",
    "a real": "create table k (key real); insert into k values (41)",
    "a text": "create table k (key text); insert into k values ('41')",
    "a padded char": "create table k (key char(9)); insert into k values ('41       ')",
    "a blob": "create table k (key blob); insert into k values (x'3431')",
    "an expression": "create table b (i); insert into b values (41);"
    " create view k as select i + 0 as key from b",
    "a text of an expression": "create table b (i); insert into b values (41);"
    " create view k as select i || '' as key from b",
    "a number of an expression": "create table b (i text); insert into b values ('41');"
    " create view k as select cast(i as integer) as key from b",
}
ACCOUNT_KINDS = {
    "an integer": "create table account (customer integer, open)",
    "a text": "create table account (customer text, open)",
    "untyped": "create table account (customer, open)",
    "numeric": "create table account (customer numeric, open)",
    "case-insensitive": "create table account (customer text collate nocase, open)",
    "a view's expression": "create table a (c integer, o);"
    " create view account as select c + 0 as customer, o as open from a",
    "a view's text": "create table a (c integer, o);"
    " create view account as select c || '' as customer, o as open from a",
}


@pytest.mark.parametrize("account", ACCOUNT_KINDS)
@pytest.mark.parametrize("key", KEY_KINDS)
async def test_a_key_of_sqlite_finds_its_rows_in_a_column_of_any_type(
    key: str, account: str, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "erp.sqlite") as database:
        database.executescript(KEY_KINDS[key])
        database.executescript(ACCOUNT_KINDS[account])
        table = "a" if "create table a " in ACCOUNT_KINDS[account] else "account"
        database.executemany(
            f"insert into {table} values (?, ?)", [(41, 150.5), (42, 7), (410, 8)]
        )
    sql = connector(
        tmp_path, "sqlite:///erp.sqlite", "select key, 'A' name, '020' phone from k"
    )
    (read,) = await keys_of(sql)
    total = "select coalesce(sum(open), 0) as open from account where customer = "
    for query in (
        OPEN,
        f"{total} :customer.key",
        "select open from account where :customer.key = account.customer",
        "select open from account where customer in (:customer.key, 'X')",
        "select open from account where customer == :customer.key and open > 1",
    ):
        assert await ask(sql, query, {"customer.key": read}) == [{"open": 150.5}], query
    others = "select count(*) as n from account where customer <> :customer.key"
    assert await ask(sql, others, {"customer.key": read}) == [{"n": 2}]
    await sql.close()


@pytest.mark.parametrize(
    ("key", "other"), [("0041", "41"), ("2.0", "2"), ("41", "41.0"), ("1e2", "100")]
)
async def test_a_key_is_never_taken_for_another_one(
    key: str, other: str, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "erp.sqlite") as database:
        database.execute("create table account (customer text, open)")
        database.execute("insert into account values (?, 1), (?, 2)", (key, other))
    sql = connector(tmp_path, "sqlite:///erp.sqlite")
    assert await ask(sql, OPEN, {"customer.key": key}) == [{"open": 1}]
    assert await ask(sql, OPEN, {"customer.key": other}) == [{"open": 2}]
    await sql.close()


async def test_binary_keys_are_told_apart_and_find_their_rows(tmp_path: Path) -> None:
    keys = [bytes.fromhex(f"{n:02x}ff80fe0011223344556677889900aa") for n in (1, 2)]
    with sqlite3.connect(tmp_path / "erp.sqlite") as database:
        database.execute("create table account (customer blob, open, phone)")
        rows = [(key, n, "020 7946 0371") for n, key in enumerate(keys)]
        database.executemany("insert into account values (?, ?, ?)", rows)
    sql = connector(
        tmp_path,
        "sqlite:///erp.sqlite",
        "select customer as key, 'A' as name, phone from account order by open",
    )
    read = await keys_of(sql)
    assert len(set(read)) == 2
    for number, key in enumerate(read):
        assert await ask(sql, OPEN, {"customer.key": key}) == [{"open": number}]
    await sql.close()


async def test_an_index_serves_a_comparison_in_several_types(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "erp.sqlite") as database:
        database.execute("create table account (customer integer, open)")
        database.execute("create index by_customer on account (customer)")
    sql = connector(tmp_path, "sqlite:///erp.sqlite")
    query = "select * from account where customer = :customer.key"
    statement = parse(query, dialect="sqlite")
    text = statement.written(
        parameter=lambda name: "?", compared=lambda name: "41, '41', x'3431'"
    )
    with sqlite3.connect(tmp_path / "erp.sqlite") as database:
        (plan,) = database.execute(f"explain query plan {text}").fetchall()
    assert "USING INDEX by_customer" in plan[-1]
    await sql.close()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("select 1 where a = :number", "select 1 where a  IN (:number)"),
        ("select 1 where a == :number", "select 1 where a  IN (:number)"),
        ("select 1 where a <> :number or b", "select 1 where a  NOT IN (:number) or b"),
        ("select 1 where a != :number", "select 1 where a  NOT IN (:number)"),
        ("select 1 where :number = t.a", "select 1 where   t.a IN (:number)"),
        ("select 1 where a in (:number, 2)", "select 1 where a in (:number, 2)"),
    ],
)
def test_a_comparison_becomes_a_list(query: str, expected: str) -> None:
    pieces = widened(parse(query, dialect="sqlite").pieces)
    assert {p.kind for p in pieces} >= {"compared"}
    text = "".join(f":{p.text}" if p.kind == "compared" else p.text for p in pieces)
    assert " ".join(text.split()) == " ".join(expected.split())


@pytest.mark.parametrize(
    "query",
    [
        "select 1 where a = :number || 'x'",
        "select 1 where a = :number collate nocase",
        "select 1 where a = :number::int",
        "select 1 where a >= :number",
        "select 1 where a <= :number",
        "select 1 where a like :number",
        "select 1 where a = lower(:number)",
        "select 1 where a between :number and 3",
        "select 1 where :number = case when a then b end",
        "select 1 where :number = a + 1",
        "select 1 where (a, b) = (:number, 2)",
        "select :number as a",
        "select 1 from a limit :number",
    ],
)
def test_what_might_mean_something_else_stays_as_it_is(query: str) -> None:
    pieces = parse(query, dialect="postgresql").pieces
    assert widened(pieces) == pieces


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (41, (41, "41", "41.0", "41.00", "41.000", "41.0000", b"41")),
        (41.5, (41.5, "41.5", "41.50", "41.500", "41.5000", b"41.5")),
        ("41", ("41", 41, b"41")),
        (41.0, (41.0, 41, "41", "41.0", "41.00", "41.000", "41.0000", b"41")),
        (1e300, (1e300, str(int(1e300)), str(int(1e300)).encode())),
        ("0041", ("0041", b"0041")),
        ("A1   ", ("A1   ", "A1", b"A1   ")),
        ("9" * 30, ("9" * 30, b"9" * 30)),
        (True, (True, "true", "t", "1", b"\x01")),
        ("", ("",)),
    ],
)
def test_the_spellings_of_a_key_in_sqlite(
    value: Scalar, expected: tuple[object, ...]
) -> None:
    assert spellings(value, "sqlite") == expected


def test_a_binary_value_comes_back_as_its_bytes() -> None:
    assert spellings(shown(b"\xff\x00\x01\x02"), "mysql") == (b"\xff\x00\x01\x02",)
    assert shown(b"\xff" * 65) == "(binary, 65 bytes)"


PG_TYPES = ("integer", "bigint", "numeric(10,2)", "text", "varchar(9)", "char(9)")


@pytest.fixture
async def accounts(postgresql: str) -> str:
    """A table for each type, with customers 41 and 42."""
    engine = create_async_engine(postgresql.replace("://", "+asyncpg://"))
    async with engine.begin() as connection:
        for place, kind in enumerate(PG_TYPES):
            await connection.execute(sa.text(f"drop table if exists k{place}"))
            text = f"create table k{place} (key {kind}, open numeric)"
            await connection.execute(sa.text(text))
            rows = f"insert into k{place} values (41, 150.5), (42, 7)"
            await connection.execute(sa.text(rows))
        await connection.execute(sa.text("drop table if exists u"))
        await connection.execute(sa.text("create table u (key uuid, b bytea, c bit)"))
        await connection.execute(
            sa.text(
                "insert into u values ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',"
                " decode('ff0102', 'hex'), B'1'),"
                " ('b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'text', B'0')"
            )
        )
    await engine.dispose()
    return postgresql


@pytest.mark.parametrize("target", range(len(PG_TYPES)))
@pytest.mark.parametrize("source", range(len(PG_TYPES)))
async def test_a_key_of_postgresql_finds_its_rows_in_a_column_of_any_type(
    source: int, target: int, accounts: str, tmp_path: Path
) -> None:
    query = f"select key, 'A' as name, '020' as phone from k{source} where open > 100"
    sql = connector(tmp_path, accounts, query)
    (read,) = await keys_of(sql)
    found = await ask(
        sql,
        f"select open from k{target} where key = :customer.key",
        {"customer.key": read},
    )
    assert found == [{"open": "150.5"}]
    await sql.close()


async def test_uuids_blobs_and_bits_of_postgresql_are_compared_as_they_are(
    accounts: str, tmp_path: Path
) -> None:
    sql = connector(tmp_path, accounts)
    first, second = await ask(sql, "select key, b, c from u order by key", {})
    assert (first["b"], second["b"]) == ("x'ff0102'", "text")
    assert (first["c"], second["c"]) == (True, False)
    for row in (first, second):
        for column in ("key", "b"):
            query = f"select key from u where {column} = :customer.key"
            found = await ask(sql, query, {"customer.key": row[column]})
            assert found == [{"key": row["key"]}]
    await sql.close()


async def test_a_key_of_another_type_is_a_failure_and_not_nothing(
    accounts: str, tmp_path: Path
) -> None:
    sql = connector(tmp_path, accounts)
    query = "select open from k0 where key = :customer.key"
    with pytest.raises(Unavailable, match=r"cannot compare :customer\.key"):
        await ask(sql, query, {"customer.key": "C-41"})
    typed_in = query.replace(":customer.key", ":ivr.account")
    assert await ask(sql, typed_in, {"ivr.account": "C-41"}) == []
    await sql.close()


async def test_the_number_index_keeps_a_key_as_it_was_read(tmp_path: Path) -> None:
    from screenpop.lookup.number_index import NumberIndex

    with sqlite3.connect(tmp_path / "erp.sqlite") as database:
        database.execute("create table c (key integer, phone text)")
        database.execute("insert into c values (41, '020 7946 0371')")
    sql = connector(
        tmp_path, "sqlite:///erp.sqlite", "select key, 'A' as name, phone from c"
    )
    contacts = sql.contacts()
    assert contacts is not None
    index = NumberIndex("GB")
    index.load("erp", 0, [contact async for contact in contacts])
    (found,) = index.find("+442079460371", "GB")
    assert found.candidate.ref.key == "41"
    assert found.candidate.fields[KEY_AS_READ] == 41
    await sql.close()
