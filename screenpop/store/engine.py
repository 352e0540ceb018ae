"""How do we reach the store, and what if it is away?

SQLite: one connection writes (`BEGIN IMMEDIATE`), others read beside it (WAL).
PostgreSQL: one pool. Whatever the driver raises when the database cannot be
reached leaves here as `Unavailable`.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from screenpop.domain.errors import ConfigError, Unavailable

READERS_MAX = 4
POOL_MAX = 10
WAIT_S = 10.0
CONNECT_S = 5.0
COMMAND_S = 30.0
# At DEBUG it logs every statement with its values: numbers, notes and hashes.
logging.getLogger("aiosqlite").setLevel(logging.INFO)
DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")


def sqlite_url(path: Path) -> str:
    return URL.create("sqlite+aiosqlite", database=str(path)).render_as_string()


class Database:
    """The store's engines. `read` and `write` are transactions."""

    def __init__(self, url: str):
        """Raises `ConfigError` when the URL cannot be used."""
        self.url = _parsed(url)
        self.place = self.url.render_as_string(hide_password=True)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writer: AsyncEngine | None = None
        self._reader: AsyncEngine | None = None

    async def open(self) -> None:
        """Raises `Unavailable` when the database does not answer."""
        if self.is_sqlite:
            self._make_folder()
            self._writer = _sqlite_engine(self.url, 1, "BEGIN IMMEDIATE")
            self._reader = _sqlite_engine(self.url, READERS_MAX, "BEGIN")
        else:
            self._writer = self._reader = _postgresql_engine(self.url)
        try:
            async with self.read() as connection:
                await connection.exec_driver_sql("SELECT 1")
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        engines = {self._writer, self._reader} - {None}
        self._writer = self._reader = None
        for engine in engines:
            assert engine is not None
            await engine.dispose()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for reading. Raises `Unavailable`."""
        async with self._transaction(self._reader) as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that is committed at the end. Raises `Unavailable`."""
        async with self._transaction(self._writer) as connection:
            yield connection

    @asynccontextmanager
    async def _transaction(
        self, engine: AsyncEngine | None
    ) -> AsyncIterator[AsyncConnection]:
        if engine is None:
            raise Unavailable(f"the store {self.place} is not open. Open it first.")
        try:
            async with engine.begin() as connection:
                yield connection
        except (OperationalError, InterfaceError, OSError, PoolTimeout) as error:
            raise self._unavailable(error) from error
        except DBAPIError as error:
            if error.connection_invalidated or type(error) is DatabaseError:
                raise self._unavailable(error) from error
            raise

    def _unavailable(self, error: Exception) -> Unavailable:
        cause = getattr(error, "orig", None) or error
        remedy = (
            "Check the file's disk and rights."
            if self.is_sqlite
            else "Check that the database runs, and store.url."
        )
        reason = str(cause).splitlines()[0] if str(cause) else type(cause).__name__
        return Unavailable(
            f"the store {self.place} does not answer: {reason}. {remedy}"
        )

    def _make_folder(self) -> None:
        if not self.url.database or self.url.database == ":memory:":
            raise ConfigError(
                "store.url: a store in memory forgets all users and history. Name a"
                " file, e.g. sqlite+aiosqlite:///store.sqlite."
            )
        folder = Path(self.url.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(
                f"cannot create the folder {folder}: {error.strerror}. Let the"
                " service's user create it, or name another store.url."
            ) from error


def _parsed(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ConfigError(
            "store.url: cannot be read as a URL. Write it like"
            " postgresql+asyncpg://user:password@host/database."
        ) from error
    if url.drivername not in DRIVERS:
        raise ConfigError(
            f"store.url: {url.drivername} is not supported. Use {' or '.join(DRIVERS)}."
        )
    return url


def _sqlite_engine(url: URL, connections_max: int, begin: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=connections_max,
        max_overflow=0,
        pool_timeout=WAIT_S,
        hide_parameters=True,
    )

    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not guessed
        cursor = connection.cursor()
        for pragma in (
            "journal_mode = WAL",
            "synchronous = NORMAL",
            f"busy_timeout = {round(WAIT_S * 1000)}",
            "foreign_keys = ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def began(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "connect", connected)
    event.listen(engine.sync_engine, "begin", began)
    return engine


def _postgresql_engine(url: URL) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=POOL_MAX,
        max_overflow=0,
        pool_timeout=WAIT_S,
        pool_pre_ping=True,
        hide_parameters=True,  # of errors: they are numbers, notes and hashes
        connect_args={"timeout": CONNECT_S, "command_timeout": COMMAND_S},
    )
