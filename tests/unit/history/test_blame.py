"""Which errors of a database are an outage, and which one row's fault?"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from postgres_gate import Gate, gate_before
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from screenpop.domain.errors import Unavailable
from screenpop.history.blame import Blame, blame, is_of_database
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.tables import consumers

AWAY = (
    "08000", "08003", "08006", "25006", "28000", "28P01", "3D000", "40001", "40P01",
    "42501", "53000", "53100", "53200", "53300", "55P03", "57014", "57P01", "57P02",
    "57P03", "57P05", "58030", "P0001", "XX000", "XX001", "ZZ999",
)  # fmt: skip


class Answered(Exception):
    def __init__(self, sqlstate: str):
        self.sqlstate = sqlstate


def wrapped(sqlstate: str) -> DBAPIError:
    return DBAPIError("SELECT 1", {}, Answered(sqlstate))


@pytest.mark.parametrize("sqlstate", AWAY)
def test_everything_that_may_pass_is_an_outage(sqlstate: str) -> None:
    assert is_of_database(wrapped(sqlstate))
    assert blame(wrapped(sqlstate)) is Blame.AWAY


@pytest.mark.parametrize("sqlstate", ["22001", "22021", "22P02", "23505", "23514"])
def test_values_that_are_refused_are_the_rows_fault(sqlstate: str) -> None:
    assert blame(wrapped(sqlstate)) is Blame.ROW


@pytest.mark.parametrize("sqlstate", ["42P01", "42703", "42601", "0A000"])
def test_a_statement_that_is_refused_is_a_defect(sqlstate: str) -> None:
    assert blame(wrapped(sqlstate)) is Blame.STATEMENT


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (ConnectionRefusedError(), Blame.AWAY),
        (TimeoutError(), Blame.AWAY),
        (asyncio.IncompleteReadError(b"", 5), Blame.AWAY),
        (sqlite3.DatabaseError("database disk image is malformed"), Blame.AWAY),
        (sqlite3.OperationalError("database is locked"), Blame.AWAY),
        (sqlite3.IntegrityError("CHECK constraint failed"), Blame.ROW),
        (sqlite3.DataError("string or blob too big"), Blame.ROW),
    ],
)
def test_errors_without_an_sqlstate(error: Exception, found: Blame) -> None:
    assert is_of_database(error)
    assert blame(error) is found


def test_a_mistake_of_python_is_none_of_the_database() -> None:
    assert not is_of_database(KeyError("x"))


async def test_a_value_that_cannot_be_sent_is_the_rows_fault(
    database: Database,
) -> None:
    async def write() -> None:
        async with database.write() as connection:
            row = {"name": "half \ud83d", "offset": 1, "at_us": 1}
            await connection.execute(insert(consumers).values(row))

    with pytest.raises(Exception, match=r"surrogates|binding|invalid input") as found:
        await write()
    assert not isinstance(found.value, Unavailable)
    assert not is_of_database(found.value) or blame(found.value) is Blame.ROW


async def test_a_table_that_is_gone_is_a_defect(database: Database) -> None:
    with pytest.raises(DBAPIError) as found:
        async with database.read() as connection:
            await connection.execute(text("SELECT * FROM no_such_table"))
    assert blame(found.value) is Blame.STATEMENT


@pytest.fixture
async def gate(postgres_url: str) -> AsyncIterator[Gate]:
    port = int(postgres_url.rpartition(":")[2].partition("/")[0])
    async with gate_before(port) as gate:
        yield gate


@pytest.mark.parametrize(
    "sqlstate",
    ["57P03", "53300", "57P01", "28P01", "28000", "3D000", "08006", "58030", "XX000"],
)
async def test_a_server_that_lets_nobody_in_is_away_and_comes_back(
    gate: Gate, sqlstate: str
) -> None:
    database = Database(gate.url)
    await database.open()
    try:
        gate.shut(sqlstate)
        for _ in range(3):
            with pytest.raises(Unavailable, match="does not answer"):
                async with database.read() as connection:
                    await connection.execute(text("SELECT 1"))
        gate.open()
        async with database.read() as connection:
            assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1
    finally:
        await database.close()


async def test_after_a_failover_the_pool_asks_for_new_connections(
    database: Database,
) -> None:
    if database.is_sqlite:
        pytest.skip("one file has no standby")
    async with database.read() as connection:
        pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()

    async def write() -> None:
        async with database.write() as connection:
            await connection.execute(text("SET TRANSACTION READ ONLY"))
            await connection.execute(insert(consumers).values(name="a"))

    with pytest.raises(Unavailable, match="read-only"):
        await write()
    async with database.read() as connection:
        other = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    assert other != pid


async def test_a_sqlite_store_that_became_noise_is_away(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"noise" * 4096)
    with pytest.raises(Unavailable, match="does not answer"):
        await Database(sqlite_url(path)).open()
