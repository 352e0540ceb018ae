"""What do the connectors say of their columns, and does asking change nothing?"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from aiohttp import web

from screenpop.connector import (
    ConfigError,
    ConnectorContext,
    QueryColumns,
    Unavailable,
)
from screenpop_connectors.csv_file import CsvFileConnector
from screenpop_connectors.csv_file.options import CsvLookup, CsvSource
from screenpop_connectors.http_json import HttpJsonConnector
from screenpop_connectors.http_json.options import HttpLookup, HttpSource
from screenpop_connectors.sql import SqlConnector
from screenpop_connectors.sql.options import SqlLookup, SqlSource
from screenpop_connectors.sql.server import ServerDatabase
from screenpop_connectors.sql.statement import parse

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[str]]

TABLES = """
    create table customer (id integer primary key, name text, owed numeric(10, 2),
        since date, is_blocked boolean, photo {binary});
    insert into customer values (1, 'Ana', 12.5, '2026-11-21', {no}, null);
"""
WIDE = """
    select id, name, owed as total, since, is_blocked, photo, count(*) over () as n
    from customer where id = :customer.key or name = :queue
"""


def connector(folder: Path, url: str, **keys: object) -> SqlConnector:
    options = SqlSource.model_validate({"url": url, **keys})
    return SqlConnector(options, ConnectorContext(source="erp", folder=folder))


async def described(sql: SqlConnector, query: str) -> QueryColumns:
    found = await sql.lookup("asked", SqlLookup(query=query)).described()
    assert found is not None
    return found


async def refusal(sql: SqlConnector, query: str) -> str:
    with pytest.raises(Unavailable) as refused:
        await described(sql, query)
    return str(refused.value)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(TABLES.format(binary="blob", no=0))
    return path


@pytest.fixture
async def sqlite(file: Path) -> AsyncIterator[SqlConnector]:
    sql = connector(file.parent, "sqlite:///a.sqlite")
    yield sql
    await sql.close()


@pytest.fixture
async def server(postgresql: str, tmp_path: Path) -> AsyncIterator[SqlConnector]:
    admin = await asyncpg.connect(postgresql)
    await admin.execute(
        "drop schema if exists asked cascade; create schema asked; set search_path to"
        " asked; drop role if exists reader; create role reader login; grant usage on"
        " schema asked to reader; create table secret (pin text);"
        + TABLES.format(binary="bytea", no="false")
        + "grant select on customer to reader; create table written (by text);"
        " create function note() returns int language sql as $$ insert into written"
        " values (current_user); select 1 $$;"
    )
    sql = connector(tmp_path, as_reader(postgresql))
    yield sql
    await sql.close()
    await admin.close()


def as_reader(url: str) -> str:
    return f"{url.replace('tester', 'reader')}?currentSchema=asked"


def kinds(found: QueryColumns) -> dict[str, str]:
    return {c.name: " ".join(sorted(c.kinds)) for c in found.columns}


async def test_sqlite_says_names_and_affinities(sqlite: SqlConnector) -> None:
    found = await described(sqlite, WIDE)
    assert kinds(found) == {
        "id": "flag integer",
        "name": "date datetime text",
        "total": "",
        "since": "",
        "is_blocked": "",
        "photo": "",
        "n": "",
    }
    assert found.how == "prepared, not run"


async def test_postgresql_says_names_and_types(server: SqlConnector) -> None:
    found = await described(server, WIDE)
    assert kinds(found) == {
        "id": "integer",
        "name": "text",
        "total": "number",
        "since": "date",
        "is_blocked": "flag",
        "photo": "binary",
        "n": "integer",
    }
    assert [c.type for c in found.columns[:3]] == ["int4", "text", "numeric"]


async def test_a_name_given_twice_is_listed_twice(
    sqlite: SqlConnector, server: SqlConnector
) -> None:
    for sql in (sqlite, server):
        found = await described(sql, "select id, name, id from customer")
        assert found.names == ("id", "name", "id")


async def test_what_is_not_there_is_refused_with_the_nearest_name(
    sqlite: SqlConnector, server: SqlConnector
) -> None:
    for sql, column, table in (
        (sqlite, "no such column: nam", "no such table: custmer"),
        (server, 'column "nam" does not exist', 'relation "custmer" does not exist'),
    ):
        text = await refusal(sql, "select nam from customer")
        assert text.startswith(f"the query of lookup asked failed: {column}. ")
        assert "customer.name" in text or "`name`" in text
        text = await refusal(sql, "select name from custmer")
        assert text.endswith(f"{table}. Did you mean `customer`?")


async def test_a_table_without_a_similar_name_is_refused_with_what_there_is(
    sqlite: SqlConnector, server: SqlConnector
) -> None:
    text = await refusal(sqlite, "select 1 from zzz")
    assert text.endswith(
        "no such table: zzz. Correct the name; the tables are customer."
    )
    text = await refusal(server, "select 1 from zzz")
    assert "or `grant usage` on that schema" in text


async def test_a_table_that_the_user_may_not_read_is_not_named(
    server: SqlConnector,
) -> None:
    assert "`secret`" not in await refusal(server, "select 1 from secrt")


async def test_a_table_of_another_schema_is_named_with_it(
    server: SqlConnector, postgresql: str, tmp_path: Path
) -> None:
    elsewhere = connector(tmp_path, postgresql.replace("tester", "reader"))
    text = await refusal(elsewhere, "select 1 from customer")
    assert text.endswith("Did you mean `asked.customer`?")
    await elsewhere.close()


async def test_a_table_that_the_user_may_not_read_is_refused(
    server: SqlConnector,
) -> None:
    text = await refusal(server, "select pin from secret where pin = :number")
    assert "permission denied for table secret" in text
    assert "to reader`" in text


async def test_a_query_that_would_write_is_refused_and_nothing_is_run(
    server: SqlConnector, sqlite: SqlConnector, postgresql: str
) -> None:
    for sql in (server, sqlite):
        for query in (
            "delete from customer",
            "with gone as (delete from customer returning id) select id from gone",
            "select id into copied from customer",
        ):
            with pytest.raises(ConfigError, match="never"):
                await described(sql, query)
    found = await described(server, "select note() as noted, pg_sleep(60) as slept")
    assert found.names == ("noted", "slept")
    admin = await asyncpg.connect(postgresql)
    assert await admin.fetchval("select count(*) from asked.written") == 0
    await admin.close()


async def test_a_file_is_the_same_byte_for_byte_afterwards(
    sqlite: SqlConnector, file: Path
) -> None:
    def mark() -> tuple[str, int, list[str]]:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        names = sorted(path.name for path in file.parent.iterdir())
        return digest, file.stat().st_mtime_ns, names

    before = mark()
    await described(sqlite, WIDE)
    await refusal(sqlite, "select nam from customer")
    assert mark() == before


async def test_the_tables_of_a_server_are_as_before(
    server: SqlConnector, postgresql: str
) -> None:
    admin = await asyncpg.connect(postgresql)
    marks = (
        "select c.relname, c.xmin::text, relfilenode, n_tup_ins + n_tup_upd + n_tup_del"
        " from pg_class c join pg_stat_user_tables s on s.relid = c.oid"
        " where schemaname = 'asked' order by 1"
    )
    before = await admin.fetch(marks)
    assert [row["relname"] for row in before] == ["customer", "secret", "written"]
    await described(server, WIDE)
    await refusal(server, "select pin from secret")
    await admin.execute("select pg_stat_force_next_flush()")
    assert await admin.fetch(marks) == before
    await admin.close()


async def test_a_locked_table_ends_at_the_limit_of_the_source(
    postgresql: str, server: SqlConnector, tmp_path: Path
) -> None:
    url = as_reader(postgresql)
    impatient = connector(tmp_path, url, statement_timeout_ms=50)
    admin = await asyncpg.connect(postgresql)
    async with admin.transaction():
        await admin.execute("lock table asked.customer in access exclusive mode")
        text = await refusal(impatient, WIDE)
    assert text.startswith(
        "the query of lookup asked was not prepared within 50 ms. Does another session"
    )
    await admin.close()
    await impatient.close()


async def test_contacts_orders_and_items_are_prepared_with_their_versions(
    file: Path,
) -> None:
    contacts = {
        "query": "select id as key, name, '1' as phone, since as changed from customer"
        " where since >= :since order by changed",
        "since": "2020-01-01",
        "version": "select max(snce) from customer",
    }
    sql = connector(file.parent, "sqlite:///a.sqlite", contacts=contacts)
    with pytest.raises(Unavailable, match=r"contacts\.version failed: no such column"):
        await sql.described_reading("contacts")
    assert await sql.described_reading("orders") is None
    await sql.close()
    del contacts["version"]
    sql = connector(file.parent, "sqlite:///a.sqlite", contacts=contacts)
    found = await sql.described_reading("contacts")
    assert found is not None
    assert found.names == ("key", "name", "phone", "changed")
    await sql.close()


async def test_other_servers_are_asked_for_no_row(file: Path) -> None:
    url = sa.make_url(f"sqlite+aiosqlite:///{file}")
    database = ServerDatabase(
        url, SqlSource.model_validate({"url": str(url)}), file.parent
    )
    statement = parse(WIDE, dialect="sqlite")
    found = await database.query(statement, label="q", rows_max=1).described()
    assert found is not None
    assert found.names[:3] == ("id", "name", "total")
    with pytest.raises(Unavailable, match="q failed: no such column: nam"):
        await database.query(
            parse("select nam from customer", dialect="sqlite"), label="q", rows_max=1
        ).described()
    await database.close()


async def test_a_file_says_its_header_and_refuses_a_column_it_has_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "c.csv").write_text("account;Name;phone\n1;Ana;+442079460958\n")
    options = CsvSource.model_validate(
        {"path": "c.csv", "contacts": {"key": "account", "name": "name"}}
    )
    csv = CsvFileConnector(options, ConnectorContext(source="cards", folder=tmp_path))
    whole = await csv.lookup("all", CsvLookup()).described()
    assert whole is not None
    assert whole.names == ("account", "Name", "phone")
    fields = CsvLookup(match={"accont": "customer.key"})
    with pytest.raises(Unavailable, match="the file has no column accont"):
        await csv.lookup("some", fields).described()
    contacts = await csv.described_reading("contacts")
    assert contacts is not None
    assert set(contacts.names) == {"key", "name", "phone", "country"}
    assert await csv.described_reading("orders") is None
    await csv.close()


async def test_a_service_is_reached_and_not_asked_about_a_caller(serve: Serve) -> None:
    asked = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({}, status=404)

    options = HttpSource.model_validate({"base_url": await serve(answer)})
    http = HttpJsonConnector(options, ConnectorContext(source="credit"))
    await http.open()
    assert await http.reached() == "HTTP status 404 at base_url"
    terms = HttpLookup(path="/{customer.key}", fields={"limit": "credit.limit"})
    found = await http.lookup("terms", terms).described()
    assert found is not None
    assert found.names == ("limit",)
    unnamed = http.lookup("all", HttpLookup(path="/{customer.key}"))
    assert await unnamed.described() is None
    assert asked == ["/"]
    await http.close()
