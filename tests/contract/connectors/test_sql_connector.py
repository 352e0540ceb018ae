"""What does the `sql` connector do that only SQL sources must?"""

import asyncio
import logging
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa

from screenpop.connector import (
    ConfigError,
    ConnectorContext,
    FeedReading,
    Row,
    Scalar,
    TimedOut,
    Unavailable,
)
from screenpop.support.tasks import spawn
from screenpop_connectors.sql import SqlConnector
from screenpop_connectors.sql.comparison import Piece
from screenpop_connectors.sql.options import SqlLookup, SqlSource
from screenpop_connectors.sql.statement import Statement

FOREVER = """with recursive c(x) as (select 1 union all select x + 1 from c)
    select count(*) from c where x <> :queue"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "a.sqlite", [(1, b"5000"), (2, b"12.50"), (3, None)])
    return tmp_path


def write(path: Path, rows: list[tuple[int, bytes | None]]) -> None:
    database = sqlite3.connect(path)
    with database:
        database.execute("create table party (id integer primary key, owed numeric)")
        database.executemany("insert into party values (?, ?)", rows)
    database.close()


def connector(
    folder: Path, url: str = "sqlite:///a.sqlite", **keys: object
) -> SqlConnector:
    options = SqlSource.model_validate({"url": url, **keys})
    return SqlConnector(options, ConnectorContext(source="erp", folder=folder))


async def ask(sql: SqlConnector, query: str, **params: Scalar) -> list[Row]:
    return list(await sql.lookup("asked", SqlLookup(query=query)).fetch(params))


async def test_a_decimal_kept_as_bytes_arrives_as_exact_text(folder: Path) -> None:
    sql = connector(folder)
    rows = await ask(sql, "select owed from party order by id")
    assert rows == [{"owed": "5000"}, {"owed": "12.50"}, {"owed": None}]
    await sql.close()


async def test_rows_beyond_the_limit_are_cut_off_and_said_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sql = connector(folder)
    lookup = sql.lookup("parties", SqlLookup(query="select id from party", rows_max=2))
    assert len(await lookup.fetch({})) == 2
    assert len(await lookup.fetch({})) == 2
    assert caplog.text.count("lookup parties found more than 2 rows") == 1
    exactly = sql.lookup("parties", SqlLookup(query="select id from party", rows_max=3))
    assert len(await exactly.fetch({})) == 3
    assert len(caplog.records) == 1
    await sql.close()


async def test_a_query_that_takes_too_long_is_ended_by_the_database(
    folder: Path,
) -> None:
    sql = connector(folder, statement_timeout_ms=1, connections_max=1)
    with pytest.raises(TimedOut, match="raise statement_timeout_ms"):
        await ask(sql, FOREVER, queue="sales")
    assert await ask(sql, "select 1 as one") == [{"one": 1}]
    await sql.close()


async def test_a_cancelled_query_stops_and_its_only_thread_serves_the_next(
    folder: Path,
) -> None:
    sql = connector(folder, statement_timeout_ms=3_600_000, connections_max=1)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ask(sql, FOREVER, queue="sales"), 0.02)
    assert await ask(sql, "select 1 as one") == [{"one": 1}]
    await sql.close()


async def test_closing_ends_a_query_that_would_run_for_ever(folder: Path) -> None:
    sql = connector(folder, statement_timeout_ms=3_600_000)
    task = spawn(ask(sql, FOREVER, queue="sales"), name="for ever")
    await ask(sql, "select 1")  # by another thread: the first one has started
    await sql.close()
    with pytest.raises(Unavailable):
        await task


async def test_a_replaced_file_is_read_from_then_on(folder: Path) -> None:
    sql = connector(folder)
    assert len(await ask(sql, "select id from party")) == 3
    before = await sql.contacts_version()
    write(folder / "new.sqlite", [(9, None)])
    os.replace(folder / "new.sqlite", folder / "a.sqlite")
    assert await ask(sql, "select id from party") == [{"id": 9}]
    assert await sql.contacts_version() != before
    await sql.close()


async def test_a_file_that_is_no_database_says_so(folder: Path) -> None:
    (folder / "a.sqlite").write_text("Customer;Phone\n" * 100)
    sql = connector(folder)
    with pytest.raises(Unavailable, match="file is not a database"):
        await ask(sql, "select id from party")
    await sql.close()


async def test_even_what_slips_through_cannot_write(folder: Path) -> None:
    sql = connector(folder)
    slipped = Statement((Piece("delete from party", "other"),), frozenset())
    query = sql.database.query(slipped, label="it", rows_max=1)
    with pytest.raises(Unavailable, match="readonly database"):
        await query.rows({}, 1)
    assert len(await ask(sql, "select id from party")) == 3
    await sql.close()


async def test_a_wrong_query_is_told_without_the_callers_number(folder: Path) -> None:
    sql = connector(folder)
    with pytest.raises(Unavailable) as caught:
        await ask(sql, "select json_extract(:number, '$')", number="+442079460958")
    assert "the query of lookup asked failed: malformed JSON" in str(caught.value)
    assert "442079460958" not in str(caught.value)
    await sql.close()


async def test_contacts_are_read_in_batches_up_to_their_limit(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    query = """with recursive c(x) as (select 1 union all select x + 1 from c
        where x < 5000) select x as key, 'n' || x as name,
        x + 1000000 as phone from c"""
    all_of_them = connector(folder, contacts={"query": query})
    contacts = all_of_them.contacts()
    assert contacts is not None
    assert len([contact async for contact in contacts]) == 5000
    some = connector(folder, contacts={"query": query, "contacts_max": 1500})
    contacts = some.contacts()
    assert contacts is not None
    assert len([contact async for contact in contacts]) == 1500
    assert "more than 1500 contacts" in caplog.text
    await all_of_them.close()
    await some.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("crm.sqlite and secret", "not a database URL"),
        ("postgresql://reader:a@b:c7secret@host:1/db", "percent-encode"),
        ("postgresql://reader:ab@secret@host:1/db", "percent-encode"),
        ("postgresql://reader:secret@host:1x/db", "port is not a number"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///crm.sqlite?mode=rwc", "must be a plain path"),
        ("sqlite:///file:crm.sqlite", "must be a plain path"),
        ("nosuch://host/db", "SQLAlchemy does not know"),
        ("postgres://host/db", "Write postgresql://"),
        ("postgresql+psycopg2://host/db", r"would block|not installed"),
        ("mssql+aioodbc://host/db", "pip install aioodbc, and an ODBC driver"),
        ("mssql://host/db", "pip install aioodbc, and an ODBC driver"),
        ("oracle://host/db", "pip install oracledb"),
        ("oracle+cx_oracle://host/db", r"would block|not installed"),
        ("mysql+pymysql://host/db", r"Write mysql\+asyncmy://… and install it"),
        ("mysql://host/db?sslmode=require", "not an option of MySQL"),
        ("firebird://host/db", "`python` and a function that uses firebird-driver"),
        ("access://host/db", "Known are postgresql, mysql, mariadb, mssql"),
    ],
)
def test_a_url_that_can_never_work_is_an_error_of_the_configuration(
    folder: Path, url: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        connector(folder, url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "select 'C1' as CustomerID, 'Ada' as name, '020' as Phone",
            "contacts.query gives no `key`, only CustomerID, name, Phone. Name what",
        ),
        (
            "select 'C1' as key, 'Ada' as name, '020' as Fax",
            "contacts.query gives no number, only key, name, Fax. Let the name",
        ),
    ],
)
async def test_contacts_that_nobody_could_be_found_by_are_told(
    folder: Path, query: str, said: str
) -> None:
    crm = connector(folder, contacts={"query": query})
    contacts = crm.contacts()
    assert contacts is not None
    with pytest.raises(Unavailable, match=said):
        [contact async for contact in contacts]
    await crm.close()


def test_contacts_take_no_parameters(folder: Path) -> None:
    query = "select id as key, 'x' as phone from party where id = :customer.key"
    with pytest.raises(ConfigError, match=r"contacts\.query: asks for :customer\.key"):
        connector(folder, contacts={"query": query})


@pytest.fixture
def quiet_pools(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """SQLAlchemy tells of connections it throws away: that is what is tested."""
    with caplog.at_level(logging.CRITICAL, logger="sqlalchemy.pool"):
        yield


async def test_postgresql_answers_with_exact_plain_values(
    folder: Path, postgresql: str
) -> None:
    sql = connector(folder, postgresql)
    query = """select 12.30::numeric(9, 2) as money, 7::int8 as id, true as flag,
        1.5::float8 as share, date '2026-11-21' as due, 'x'::bytea as bytes,
        timestamptz '2026-11-21 09:00:00.5+00' as at, timestamp '2026-11-21 09:00' as t,
        array[1, 2] as list, null as nothing, ':number' as text"""
    assert await ask(sql, query) == [
        {
            "money": "12.30", "id": 7, "flag": True, "share": 1.5, "due": "2026-11-21",
            "bytes": "x", "at": "2026-11-21T09:00:00.5+00:00",
            "t": "2026-11-21T09:00:00", "list": "[1, 2]", "nothing": None,
            "text": ":number",
        }
    ]  # fmt: skip
    await sql.close()


async def test_postgresql_reads_a_parameter_as_the_columns_type(
    folder: Path, postgresql: str
) -> None:
    sql = connector(folder, postgresql)
    query = "select n from generate_series(1, 9) as n where n = :ivr.account"
    lookup = sql.lookup("asked", SqlLookup(query=query))
    assert await lookup.fetch({"ivr.account": "7"}) == [{"n": 7}]
    assert await lookup.fetch({"ivr.account": 7}) == [{"n": 7}]
    assert not await lookup.fetch({"ivr.account": "seven"})
    assert not await lookup.fetch({"ivr.account": "99999999999999999999"})
    await sql.close()


async def test_postgresql_refuses_to_write_whatever_the_query(
    folder: Path, postgresql: str
) -> None:
    stranger = await asyncpg.connect(postgresql)
    await stranger.execute("create sequence counted")
    await stranger.close()
    sql = connector(folder, postgresql)
    with pytest.raises(Unavailable, match="read-only transaction"):
        await ask(sql, "select nextval('counted')")
    await sql.close()


async def test_postgresql_ends_what_takes_too_long_and_what_is_cancelled(
    folder: Path, postgresql: str, quiet_pools: None
) -> None:
    hasty = connector(folder, postgresql, statement_timeout_ms=20)
    with pytest.raises(TimedOut, match="ended by the database"):
        await ask(hasty, "select pg_sleep(60)")
    await hasty.close()
    sql = connector(folder, postgresql, statement_timeout_ms=600_000, connections_max=1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ask(sql, "select pg_sleep(60) as forty_two"), 0.2)
    query = """select count(*) as n from pg_stat_activity where state = 'active'
        and pid <> pg_backend_pid() and query like '%forty_two%'"""
    assert await ask(sql, query) == [{"n": 0}]
    await sql.close()


async def test_postgresql_lost_connections_are_made_anew(
    folder: Path, postgresql: str, quiet_pools: None
) -> None:
    sql = connector(folder, postgresql)
    assert await ask(sql, "select 1 as one") == [{"one": 1}]
    stranger = await asyncpg.connect(postgresql)
    await stranger.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where application_name = 'screenpop'"
    )
    await stranger.close()
    assert await ask(sql, "select 1 as one") == [{"one": 1}]
    await sql.close()


async def test_postgresql_never_sends_more_rows_than_asked_for(
    folder: Path, postgresql: str
) -> None:
    sql = connector(folder, postgresql)
    query = """with recursive c(n) as (select 1 union all select n + 1 from c)
        select n from c"""
    lookup = sql.lookup("asked", SqlLookup(query=query, rows_max=5))
    assert [row["n"] for row in await lookup.fetch({})] == [1, 2, 3, 4, 5]
    await sql.close()


async def test_postgresql_says_that_it_lets_nobody_in(
    folder: Path, postgresql: str
) -> None:
    nowhere = sa.make_url(postgresql).set(database="nowhere")
    sql = connector(folder, nowhere.render_as_string(hide_password=False))
    said = f'the database at {nowhere.host}.*: database "nowhere" does not exist.'
    with pytest.raises(Unavailable, match=said) as told:
        await ask(sql, "select 1 as one")
    assert "Check user, password and database in the url" in str(told.value)
    assert told.value.brief == "cannot be reached"
    await sql.close()


async def test_a_sqlite_url_that_names_another_file_is_said(folder: Path) -> None:
    (folder / "cards.csv").write_text("key,name,phone\n" + "1,Ada,020\n" * 99)
    sql = connector(folder, "sqlite:///cards.csv")
    with pytest.raises(Unavailable, match=r"cards\.csv: file is not a data.*csv_file"):
        await ask(sql, "select 1 as one from cards")
    await sql.close()


async def test_a_host_without_an_address_is_named(folder: Path) -> None:
    sql = connector(folder, "postgresql://reader:pw@nowhere.invalid:5433/erp")
    with pytest.raises(Unavailable, match=r"nowhere\.invalid:5433: .*percent-enc"):
        await ask(sql, "select 1 as one")
    await sql.close()


async def test_a_password_is_in_no_error(folder: Path, postgresql: str) -> None:
    for url in (
        "postgresql://nobody:s3cret@127.0.0.1:1/x",
        postgresql.replace("tester@", "nobody:s3cret@"),
    ):
        sql = connector(folder, url)
        with pytest.raises(Unavailable) as caught:
            await ask(sql, "select 1")
        assert "s3cret" not in f"{caught.value!r} {caught.value.__cause__!r}"
        await sql.close()


async def test_orders_of_one_change_are_not_parted_by_a_place_to_go_on(
    folder: Path,
) -> None:
    with closing(sqlite3.connect(folder / "a.sqlite")) as database, database:
        database.execute("create table sale (id integer primary key, rev integer)")
        revisions = [(1,)] * 900 + [(2,)] * 300
        database.executemany("insert into sale (rev) values (?)", revisions)
    query = """select 'C' as customer, id as "order", '2026-10-01' as date,
        'A' as item, rev as changed from sale where rev > :since order by rev"""
    sql = connector(folder, orders={"query": query, "since": 0})
    batches = sql.orders(0, FeedReading())
    assert batches is not None
    given = [(len(batch.rows), batch.since) async for batch in batches]
    assert given == [(1000, 1), (200, None), (0, 2)]
    await sql.close()


async def test_orders_that_do_not_come_in_order_are_refused(folder: Path) -> None:
    query = """select 'C' as customer, id as "order", '2026-10-01' as date,
        'A' as item, -id as changed from party where -id >= :since order by id"""
    sql = connector(folder, orders={"query": query, "since": -9})
    batches = sql.orders(-9, FeedReading())
    assert batches is not None
    with pytest.raises(Unavailable, match="order by changed"):
        await anext(batches)
    await sql.close()


@pytest.mark.parametrize(
    ("query", "keys", "said"),
    [
        ("select :number as customer", {}, "its only parameter is :since"),
        ("select 1 where 1 > :since order by 1", {}, "`since` is not given"),
        ("select 1 where 1 > :since", {"since": 0}, "Add `order by changed`"),
    ],
)
def test_a_query_of_orders_that_cannot_work_is_said(
    folder: Path, query: str, keys: dict[str, object], said: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        connector(folder, orders={"query": query, **keys})


async def test_orders_without_a_needed_column_say_which(folder: Path) -> None:
    sql = connector(folder, orders={"query": "select id as customer from party"})
    batches = sql.orders(None, FeedReading())
    assert batches is not None
    with pytest.raises(Unavailable, match="gives no `order`, `date`, `item`"):
        await anext(batches)
    await sql.close()
