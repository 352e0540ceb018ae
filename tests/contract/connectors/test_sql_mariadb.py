"""Does the `sql` connector read a real MariaDB as it reads the others?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from real_servers import MariaDB

from screenpop.connector import (
    ConnectorContext,
    Row,
    Scalar,
    TimedOut,
    Unavailable,
)
from screenpop_connectors.sql import SqlConnector

FIELD = """
create database if not exists field character set utf8mb4;
use field;
create or replace table customer (id int primary key, name varchar(60),
    phone varchar(40));
insert into customer values (1, 'Adder Inn', '020 7946 0801'),
    (2, 'Birch Hall 😀', '020 7946 0802');
create or replace table kinds (
    yes bit(1), no bit(1), none bit(1), flags bit(8), flag boolean,
    amount decimal(12,2), big decimal(30,10), real8 double, zero_date date,
    zero_moment datetime, day date, moment datetime, exact datetime(6),
    at time, long_time time, negative time, year_ year,
    largest bigint unsigned, unsigned_ int unsigned, filled int(5) unsigned zerofill,
    kind enum('a', 'b'), kinds set('x', 'y'), latin varchar(20) character set latin1,
    emoji varchar(40), bytes_ blob, text_bytes blob, document json, padded char(6));
insert into kinds values (
    b'1', b'0', null, b'101', true,
    1250.00, 12345678901234567890.5, 0.1, '0000-00-00',
    '0000-00-00 00:00:00', '2026-11-21', '2026-11-21 09:00', '2026-11-21 09:00:00.12',
    '09:30', '26:03:04', '-800:59:59', 2026,
    18446744073709551615, 4294967295, 41,
    'b', 'x,y', 'Jörg', 'Zoë 😀', x'ff00', x'3132', '{"a": 1}', 'A1');
create or replace table many (n int);
insert into many select seq from seq_1_to_5000;
"""

EXPECTED: Row = {
    "yes": True,
    "no": False,
    "none": None,
    "flags": 5,
    "flag": 1,
    "amount": "1250.00",
    "big": "12345678901234567890.5000000000",
    "real8": 0.1,
    "zero_date": "0000-00-00",
    "zero_moment": "0000-00-00 00:00:00",
    "day": "2026-11-21",
    "moment": "2026-11-21T09:00:00",
    "exact": "2026-11-21T09:00:00.120000",
    "at": "09:30:00",
    "long_time": "26:03:04",
    "negative": "-800:59:59",
    "year_": 2026,
    "largest": "18446744073709551615",
    "unsigned_": 4294967295,
    "filled": 41,
    "kind": "b",
    "kinds": "x,y",
    "latin": "Jörg",
    "emoji": "Zoë 😀",
    "bytes_": "x'ff00'",
    "text_bytes": "12",
    "document": '{"a": 1}',
    "padded": "A1",
}


@pytest.fixture
async def field(mariadb: MariaDB, tmp_path: Path) -> AsyncIterator[SqlConnector]:
    mariadb.run(FIELD)
    made = connector(tmp_path, mariadb.url("field"), statement_timeout_ms=1000)
    yield made
    await made.close()


def connector(folder: Path, url: str, **keys: object) -> SqlConnector:
    options = SqlConnector.source_options.model_validate({"url": url, **keys})
    context = ConnectorContext(source="erp", folder=folder, log=logging.getLogger())
    return SqlConnector(options, context)


async def ask(sql: SqlConnector, query: str, **params: Scalar) -> list[Row]:
    options = SqlConnector.lookup_options.model_validate({"query": query})
    return list(await sql.lookup("asked", options).fetch(params))


async def test_each_type_arrives_as_what_it_is(field: SqlConnector) -> None:
    (row,) = await ask(field, "select * from kinds")
    assert row == EXPECTED
    assert {n: type(v) for n, v in row.items()} == {
        n: type(v) for n, v in EXPECTED.items()
    }


async def test_columns_are_named_with_their_types_and_nothing_is_run(
    field: SqlConnector,
) -> None:
    options = SqlConnector.lookup_options(
        query="select yes, amount, zero_date, at, emoji, bytes_ from kinds"
    )
    found = await field.lookup("asked", options).described()
    assert found is not None
    assert [column.type for column in found.columns] == [
        "bit", "decimal", "date", "time", "varchar", "text",
    ]  # fmt: skip


async def test_a_key_finds_its_row_in_a_column_of_another_type(
    field: SqlConnector,
) -> None:
    by_number = "select name from customer where id = :customer.key"
    by_text = "select kind from kinds where padded = :customer.key"
    for key in (2, "2", 2.0):
        options = SqlConnector.lookup_options(query=by_number)
        (row,) = await field.lookup("asked", options).fetch({"customer.key": key})
        assert row == {"name": "Birch Hall 😀"}
    for text in ("A1", "A1    "):
        options = SqlConnector.lookup_options(query=by_text)
        (row,) = await field.lookup("asked", options).fetch({"customer.key": text})
        assert row == {"kind": "b"}


async def test_a_slow_statement_is_ended_by_the_server(
    field: SqlConnector, mariadb: MariaDB
) -> None:
    with pytest.raises(TimedOut, match="raise statement_timeout_ms"):
        await ask(field, "select sleep(:number) as s", number="50")
    running = "select count(*) from information_schema.processlist where info like"
    assert "\n0" in mariadb.run(f"{running} 'select sleep%'")


async def test_no_more_rows_are_sent_than_are_asked_for(
    field: SqlConnector, mariadb: MariaDB
) -> None:
    before = rows_sent(mariadb)
    assert len(await ask(field, "select n from many order by n")) == 200
    assert rows_sent(mariadb) - before < 300


def rows_sent(mariadb: MariaDB) -> int:
    return int(mariadb.run("show global status like 'Rows_sent'").split()[-1])


async def test_a_reading_gives_all_rows_after_a_lookup_of_few(
    field: SqlConnector, mariadb: MariaDB, tmp_path: Path
) -> None:
    contacts = {"query": "select n as `key`, 'A' as name, concat('0', n) as phone"
                " from many"}  # fmt: skip
    url = mariadb.url("field")
    sql = connector(tmp_path, url, contacts=contacts, connections_max=1)
    assert len(await ask(sql, "select n from many limit 3")) == 3
    found = sql.contacts()
    assert found is not None
    assert len([each async for each in found]) == 5000
    assert len(await ask(sql, "select n from many")) == 200
    await sql.close()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select * from nope", "Table 'field.nope' doesn't exist (1146). Correct"),
        ("select nope from many", "(1054). Correct the name of the column"),
        ("select n as key from many", "(1064). Correct the query; `key`, `order`"),
    ],
)
async def test_a_refused_query_says_what_to_do(
    field: SqlConnector, query: str, said: str
) -> None:
    with pytest.raises(Unavailable) as caught:
        await ask(field, query)
    assert said in str(caught.value)


async def test_even_a_user_with_all_rights_cannot_write(
    field: SqlConnector, mariadb: MariaDB, tmp_path: Path
) -> None:
    mariadb.run(
        "create or replace user owner@'127.0.0.1' identified by 'all';"
        "grant all on field.* to owner@'127.0.0.1'"
    )
    sql = connector(tmp_path, mariadb.url("field", "owner:all"))
    async with sql.database.engine.connect() as connection:  # type: ignore[attr-defined]
        with pytest.raises(Exception, match="READ ONLY"):
            await connection.exec_driver_sql("insert into many values (0)")
    await sql.close()


async def test_a_connection_that_the_server_ended_is_made_again(
    field: SqlConnector, mariadb: MariaDB
) -> None:
    (row,) = await ask(field, "select connection_id() as id")
    mariadb.run(f"kill {row['id']}")
    (again,) = await ask(field, "select connection_id() as id")
    assert again["id"] != row["id"]


async def test_a_wrong_password_names_the_log_in(
    mariadb: MariaDB, tmp_path: Path
) -> None:
    sql = connector(tmp_path, mariadb.url("mysql", "reader:wrong"))
    with pytest.raises(Unavailable, match="Check user, password") as caught:
        await ask(sql, "select 1 as x")
    assert "wrong" not in str(caught.value)
    await sql.close()


async def test_many_lookups_at_once_wait_for_a_connection(field: SqlConnector) -> None:
    asked = (ask(field, "select name from customer where id = 1") for _ in range(20))
    answers = await asyncio.gather(*asked)
    assert answers == [[{"name": "Adder Inn"}]] * 20
