"""Every test of the store runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from unit.history.postgres_server import binary, postgres

from screenpop.history.engine import Database, sqlite_url
from screenpop.history.migrate import HEAD, upgrade
from screenpop.history.passwords import Passwords
from screenpop.history.tables import metadata
from screenpop.support.clock import FakeClock


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    if binary("initdb") is None and not os.environ.get("CI"):
        pytest.skip("no PostgreSQL on this machine: install postgresql")
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def bare(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Database]:
    """An open store; the PostgreSQL one as the test before left it."""
    if request.param == "sqlite":
        database = Database(sqlite_url(tmp_path / "store.sqlite"))
    else:
        database = Database(request.getfixturevalue("postgres_url"))
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def empty(bare: Database) -> Database:
    """An open store without any table."""
    if not bare.is_sqlite:
        async with bare.write() as connection:
            await connection.execute(text("DROP SCHEMA public CASCADE"))
            await connection.execute(text("CREATE SCHEMA public"))
    return bare


@pytest.fixture
async def database(bare: Database) -> Database:
    """An open store of this version, with nothing in it."""
    await upgrade(bare)
    if not bare.is_sqlite:
        names = ", ".join(table.name for table in metadata.sorted_tables)
        async with bare.write() as connection:
            await connection.execute(text(f"TRUNCATE {names}"))
            await connection.execute(
                text(f"UPDATE alembic_version SET version_num = '{HEAD}'")
            )
    return bare


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def passwords() -> Passwords:
    """As in the service, but cheap."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
