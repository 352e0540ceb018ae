"""Values of databases by the type that the database declares."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping
from pathlib import Path

import pytest

from screenpop.connector import ConnectorContext, Row, Scalar, Unavailable
from screenpop_connectors.sql import SqlConnector
from screenpop_connectors.sql.engine import keeps_out, remedy_for
from screenpop_connectors.sql.spelling import bits, shown


def connector(folder: Path, url: str, **keys: object) -> SqlConnector:
    context = ConnectorContext(source="erp", folder=folder, log=logging.getLogger())
    options = SqlConnector.source_options.model_validate({"url": url, **keys})
    return SqlConnector(options, context)


async def ask(
    sql: SqlConnector, query: str, params: Mapping[str, Scalar] | None = None
) -> list[Row]:
    options = SqlConnector.lookup_options.model_validate({"query": query})
    return list(await sql.lookup("asked", options).fetch(params or {}))


POSTGRESQL = {
    "B'1'::bit": True,
    "B'0'::bit": False,
    "B'1010'::bit(4)": "1010",
    "B'101'::bit varying": "101",
    "true": True,
    "false": False,
    "1::smallint": 1,
    "9223372036854775807::bigint": "9223372036854775807",
    "1250.00::numeric(10,2)": "1250.00",
    "'NaN'::numeric": "NaN",
    "'NaN'::float8": None,
    "'Infinity'::float8": None,
    "0.1::float4": 0.1,
    "'12.34'::money::numeric": "12.34",
    "date '2026-11-21'": "2026-11-21",
    "time '09:30'": "09:30:00",
    "timestamp '2026-11-21 09:00'": "2026-11-21T09:00:00",
    "timestamptz '2026-11-21 09:00+00' at time zone 'UTC'": "2026-11-21T09:00:00",
    "interval '1 day 2 hours'": "1 day 02:00:00",
    "array[1, 2, 3]": "[1, 2, 3]",
    "array['a', 'zwölf']": '["a", "zwölf"]',
    "'{\"a\": 1}'::jsonb": '{"a": 1}',
    "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid": (
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
    ),
    "'\\x3132'::bytea": "12",
    "'\\xff00'::bytea": "x'ff00'",
    "'10.0.0.1'::inet": "10.0.0.1",
    "'sad'::mood": "sad",
    "null::integer": None,
}


async def test_each_type_of_postgresql_arrives_as_what_it_is(
    postgresql: str, tmp_path: Path
) -> None:
    import sqlalchemy as sa
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(postgresql.replace("://", "+asyncpg://"))
    async with engine.begin() as connection:
        await connection.execute(sa.text("drop type if exists mood"))
        await connection.execute(sa.text("create type mood as enum ('sad', 'ok')"))
    await engine.dispose()
    sql = connector(tmp_path, postgresql)
    found = {}
    for expression in POSTGRESQL:
        (row,) = await ask(sql, f"select {expression} as x")
        found[expression] = row["x"]
    assert found == POSTGRESQL
    with pytest.raises(Unavailable, match="Cast that column to text"):
        await ask(sql, "select int4range(1, 5) as x")
    await sql.close()


async def test_what_sqlite_keeps_arrives_as_what_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "erp.sqlite") as database:
        database.execute("create table t (x)")
    sql = connector(tmp_path, "sqlite:///erp.sqlite")
    for expression, expected in {
        "9223372036854775807": "9223372036854775807",
        "9e999": None,
        "1.5": 1.5,
        "x'35302e3030'": "50.00",
        "x'01'": True,
        "x'00'": False,
        "x'ff00'": "x'ff00'",
        "'0041'": "0041",
        "'2026-11-21 09:00:00'": "2026-11-21 09:00:00",
        "null": None,
    }.items():
        assert await ask(sql, f"select {expression} as x") == [{"x": expected}]
    await sql.close()


@pytest.mark.parametrize(
    ("value", "length", "expected"),
    [
        (b"\x01", 1, True),
        (b"\x00", 1, False),
        (b"\x02", 8, 2),
        (b"\x01", 8, 1),
        (b"\x01\x00", 16, 256),
        (None, 1, None),
    ],
)
def test_a_bit_of_mysql_is_yes_or_no_and_several_are_a_number(
    value: bytes | None, length: int, expected: object
) -> None:
    found = bits(value, length)
    assert found == expected
    assert type(found) is type(expected)


def test_a_zero_date_and_a_long_time_of_mysql_are_text() -> None:
    from datetime import timedelta

    assert shown("0000-00-00 00:00:00") == "0000-00-00 00:00:00"
    assert shown(timedelta(days=-2, seconds=64795)) == "-30:00:05"
    assert shown(timedelta(hours=1)) == "01:00:00"


class DriverError(Exception):
    """An error of a driver, by what it carries."""

    def __init__(self, *arguments: object, sqlstate: str | None = None):
        super().__init__(*arguments)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    "error",
    [
        DriverError(2003, "Can't connect to MySQL server on 'db'"),
        DriverError(2006, "MySQL server has gone away"),
        DriverError("ORA-12541: TNS:no listener"),
        DriverError("DPY-6005: cannot connect to database"),
        DriverError("('08001', '[08001] TCP Provider: No connection')"),
        DriverError("HYT00 login timeout expired"),
        DriverError("connection is closed", sqlstate="08006"),
        ConnectionRefusedError(111, "Connection refused"),
    ],
)
def test_a_server_that_is_away_is_not_the_querys_fault(error: Exception) -> None:
    remedy = "Is the database running, and may this machine reach it?"
    assert remedy_for(error) == remedy


@pytest.mark.parametrize(
    "error",
    [
        DriverError(1045, "Access denied for user 'reader'"),
        DriverError(1049, "Unknown database 'crm'"),
        DriverError("ORA-01017: invalid username/password; logon denied"),
        DriverError("[28000] Login failed for user 'reader'"),
        DriverError("password authentication failed", sqlstate="28P01"),
        DriverError("database does not exist", sqlstate="3D000"),
    ],
)
def test_a_server_that_lets_nobody_in_names_the_log_in(error: Exception) -> None:
    assert remedy_for(error).startswith("Check user, password and database")


def test_a_driver_of_odbc_that_is_missing_is_named() -> None:
    error = DriverError("('01000', \"[01000] Can't open lib 'ODBC Driver 18'\")")
    assert remedy_for(error) == "Install the database's own driver that the url names."


@pytest.mark.parametrize("number", [2003, 2006, 2013, 1040, 1045])
def test_a_lost_server_of_mysql_is_told_apart_from_a_wrong_query(number: int) -> None:
    assert keeps_out(DriverError(number, "…"))
    assert not keeps_out(DriverError(1064, "You have an error in your SQL syntax"))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://a@127.0.0.1:1/x?sslmode=require", "cannot connect"),
        ("postgresql://a@127.0.0.1:1/x?application_name=pop", "cannot connect"),
        ("postgresql://a@127.0.0.1:1/x?connect_timeout=1", "cannot connect"),
        ("postgresql://a@127.0.0.1:1/x?options=-c%20search_path%3Dx", "cannot connect"),
        ("postgresql://a@127.0.0.1:1/x?target_session_attrs=any", "cannot connect"),
    ],
)
async def test_options_of_a_url_never_end_in_a_traceback(
    url: str, said: str, tmp_path: Path
) -> None:
    sql = connector(tmp_path, url)
    with pytest.raises(Unavailable, match=said) as caught:
        await ask(sql, "select 1")
    assert caught.value.brief == "cannot be reached"
    with pytest.raises(Unavailable, match=said):
        await sql.ping()
    await sql.close()


async def test_options_of_a_url_reach_the_server(
    postgresql: str, tmp_path: Path
) -> None:
    url = f"{postgresql}?application_name=desk&options=-c%20search_path%3Dpg_catalog"
    sql = connector(tmp_path, f"{url}&sslmode=disable&connect_timeout=3")
    for setting, expected in {
        "application_name": "desk",
        "search_path": "pg_catalog",
        "default_transaction_read_only": "on",
    }.items():
        query = f"select current_setting('{setting}') as x"
        assert await ask(sql, query) == [{"x": expected}]
    await sql.close()


@pytest.mark.parametrize(
    "text",
    [
        "ORA-01722: invalid number",
        "[22018] [Microsoft] Conversion failed when converting the varchar value",
    ],
)
def test_a_value_of_another_type_is_seen_though_the_error_does_not_name_it(
    text: str,
) -> None:
    from screenpop_connectors.sql.server import _cannot_match, _misfits

    error = DriverError(text)
    params = {"customer.key": "C-41", "today": "2026-11-21"}
    assert _cannot_match(error, params)
    assert _misfits(error, params) == ["customer.key", "today"]
    assert not _cannot_match(DriverError("ORA-00942: table does not exist"), params)
