"""Does the store say clearly that it cannot be used or reached?"""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.tables import consumers

ROW = {"name": "a", "offset": 1, "at_us": 1}


async def test_what_was_written_can_be_read(database: Database) -> None:
    async with database.write() as connection:
        await connection.execute(insert(consumers).values(ROW))
    async with database.read() as connection:
        assert (await connection.execute(select(consumers))).one() == ("a", 1, 1)


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    async def fail() -> None:
        async with database.write() as connection:
            await connection.execute(insert(consumers).values(ROW))
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    async with database.read() as connection:
        assert (await connection.execute(select(consumers))).all() == []


async def test_writers_take_turns(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.write() as connection:
            await connection.execute(
                insert(consumers).values(name=str(number), offset=0, at_us=0)
            )

    await asyncio.gather(*(write(number) for number in range(30)))
    async with database.read() as connection:
        assert len((await connection.execute(select(consumers))).all()) == 30


async def test_a_sqlite_file_that_is_no_database_is_named_with_a_remedy(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.sqlite"
    _fill(path)
    with pytest.raises(Unavailable, match=r"store\.sqlite does not answer.*not a data"):
        await Database(sqlite_url(path)).open()


async def test_a_database_that_is_away_is_told_without_its_password() -> None:
    database = Database("postgresql+asyncpg://pop:geheim@127.0.0.1:1/screenpop")
    with pytest.raises(Unavailable, match="does not answer") as caught:
        await database.open()
    assert "geheim" not in str(caught.value)
    assert "store.url" in str(caught.value)


async def test_a_locked_sqlite_store_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    database = Database(sqlite_url(path))
    await database.open()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    async with database.read() as connection:  # readers go on beside a writer
        await connection.exec_driver_sql("SELECT 1")
    other.execute("ROLLBACK")
    other.close()
    await database.close()
    with pytest.raises(Unavailable, match="not open"):
        async with database.read():
            pass


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://x", "mysql is not supported"),
        ("no url at all", "not a database URL"),
    ],
)
def test_a_url_that_cannot_be_used_is_a_configuration_error(
    url: str, reason: str
) -> None:
    with pytest.raises(ConfigError, match=reason):
        Database(url)


def test_a_password_that_must_be_encoded_is_said_and_never_shown() -> None:
    with pytest.raises(ConfigError, match=r"^store\.url: .*percent-encode") as caught:
        Database("postgresql+asyncpg://reader:a@b:c7secret@127.0.0.1:1/store")
    assert "secret" not in str(caught.value)


async def test_a_store_whose_host_has_no_address_names_a_cause() -> None:
    database = Database("postgresql+asyncpg://u:pw@nowhere.invalid:1/store")
    with pytest.raises(Unavailable, match=r"nowhere\.invalid.*percent-encode"):
        await database.open()


async def test_a_folder_that_cannot_be_made_names_the_key_that_sets_it(
    tmp_path: Path,
) -> None:
    (tmp_path / "data").write_text("")
    database = Database(sqlite_url(tmp_path / "data" / "in" / "store.sqlite"))
    with pytest.raises(Unavailable, match=r"cannot create.*server\.data_dir"):
        await database.open()


async def test_a_store_in_memory_is_refused() -> None:
    with pytest.raises(ConfigError, match="forgets all users"):
        await Database("sqlite+aiosqlite:///:memory:").open()


async def test_damaged_pages_of_a_sqlite_store_are_found(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    database = Database(sqlite_url(path))
    await database.open()
    async with database.write() as connection:
        await connection.exec_driver_sql("CREATE TABLE t (text)")
        for _ in range(500):
            await connection.exec_driver_sql("INSERT INTO t VALUES (hex(zeroblob(99)))")
    assert await database.damage() is None
    await database.close()
    _damage(path)
    await database.open()
    assert await database.damage() is not None
    await database.close()


def _damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096 * 5 : 4096 * 6] = b"noise..." * 512
    path.write_bytes(data)


def _fill(path: Path) -> None:
    path.write_text("a shopping list, nothing else. " * 100)
