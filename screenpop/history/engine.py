"""How do we reach the store, and what if it is away?

SQLite: one connection writes (`BEGIN IMMEDIATE`), others read next to it (WAL).
PostgreSQL: one pool. Whatever the driver raises when the database cannot be
reached leaves here as `Unavailable` (`history.blame` judges). `read` and `write` are
SQLAlchemy's, for what people ask for; `fetch` and `put` are for what every call costs.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Table, event, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.history.blame import Blame, blame, is_lost, is_of_database, remedy_of
from screenpop.history.statement import Sql, StoredStatement, Value, Values, for_rows
from screenpop.support.postgres_url import (
    ENCODE,
    PostgresOptions,
    is_unknown_host,
    parsed,
    translated,
)
from screenpop.support.private import SameFile, private_database, private_folder
from screenpop.support.sqlite_copy import damage_in
from screenpop.support.sqlite_threads import QUICK, SqliteThreads

READERS_MAX = 4
LEAN_READERS = 2
STATEMENTS_KEPT = 200
ROWS_PER_ROUND_TRIP = 200  # of PostgreSQL: more would hold the event loop
ROWS_PER_STEP = 32  # more gain nothing, and hold the event loop for longer
POOL_MAX = 10
WAIT_S = 10.0
CONNECT_S = 5.0
COMMAND_S = 30.0
STALLED_MS = 5_000  # PostgreSQL ends a transaction of a process that stopped in it
# At DEBUG it logs every statement with its values: numbers, notes and hashes.
logging.getLogger("aiosqlite").setLevel(logging.INFO)
DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    f"busy_timeout = {round(WAIT_S * 1000)}",
    "foreign_keys = ON",
    "secure_delete = ON",  # what is removed is overwritten: it may be about a person
)

_SQLITE: Dialect = sqlite.dialect()  # the driver's own parameters: ?
Put = tuple[StoredStatement, Iterable[Values]]
IsolationLevel = Literal["AUTOCOMMIT", "READ COMMITTED", "REPEATABLE READ"]
OnlyIf = tuple[StoredStatement, Mapping[str, Value]]


class RowChanged(Unavailable):
    """A row is not as it was read: somebody else wrote. Nothing was written."""


def sqlite_url(path: Path) -> str:
    return URL.create("sqlite+aiosqlite", database=str(path)).render_as_string()


class Database:
    """The store's engines. `read` and `write` are transactions."""

    def __init__(self, url: str):
        """Raises `ConfigError` when the URL cannot be used."""
        self.url = _usable(url)
        self.place = self.url.render_as_string(hide_password=True)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writer: AsyncEngine | None = None
        self._reader: AsyncEngine | None = None
        self._file: SameFile | None = None
        self._lean_writer: SqliteThreads | None = None
        self._lean_reader: SqliteThreads | None = None

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
                if self.is_sqlite:
                    await self._open_threads(connection)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        engines = {self._writer, self._reader} - {None}
        self._writer = self._reader = None
        threads = [self._lean_writer, self._lean_reader]
        self._lean_writer = self._lean_reader = None
        for some in threads:
            if some is not None:
                await some.close()
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
    async def write_alone(self, *changed: Table) -> AsyncIterator[AsyncConnection]:
        """A transaction in which others do not write these tables."""
        async with self.write() as connection:
            await only_writer(connection, *changed)
            yield connection

    async def fetch(
        self, statement: StoredStatement, given: Mapping[str, Value]
    ) -> Sequence[Sequence[Any]]:
        """The rows of one query. Raises `Unavailable`."""
        if self.is_sqlite:
            threads = self._opened(self._lean_reader)
            sql = statement.written(_SQLITE)
            values = sql.places(given)
            with self._explaining():
                return await threads.submit(
                    lambda connection: connection.execute(sql.text, values).fetchall()
                )
        async with self.read() as connection:
            sql = statement.written(connection.dialect)
            found = await connection.exec_driver_sql(sql.text, sql.places(given))
            return found.all()

    async def put(self, puts: Sequence[Put], only_if: OnlyIf | None = None) -> None:
        """Run statements with many rows each, all or none. Raises `Unavailable`.

        `only_if` is run first: when it changes no row, nothing is written and
        `RowChanged` is raised. The rows are made while they are written, in another
        thread with SQLite.
        """
        if self.is_sqlite:
            threads = self._opened(self._lean_writer)
            with self._explaining():
                await threads.submit(lambda connection: _put(connection, puts, only_if))
            return
        async with self.write() as connection:
            if only_if is not None:
                await require(connection, *only_if)
            for statement, rows in puts:
                sql = statement.written(connection.dialect)
                left = statement.rows(sql, rows)
                while some := list(islice(left, ROWS_PER_ROUND_TRIP)):
                    await connection.exec_driver_sql(sql.text, some)

    def patient(self, isolation: IsolationLevel = "AUTOCOMMIT") -> AsyncEngine:
        """Of PostgreSQL, for what takes long: no time limit. Dispose of it."""
        engine = _postgresql_engine(self.url, command_timeout=None)
        return engine.execution_options(isolation_level=isolation)

    def moved(self) -> str | None:
        """A SQLite file that is no longer there, or is another one, in words."""
        return None if self._file is None else self._file.problem()

    async def damage(self) -> str | None:
        """What is wrong with a SQLite file, in SQLite's words; None: it is whole.

        Reads all of it: about half a second for each gigabyte. Raises `Unavailable`.
        """
        if not self.is_sqlite:
            return None  # PostgreSQL has checksums and tools of its own
        with self._explaining():
            return await self._opened(self._lean_reader).submit(damage_in)

    async def _open_threads(self, connection: AsyncConnection) -> None:
        """They open the very file that the engine has open."""
        found = await connection.exec_driver_sql("PRAGMA database_list")
        path = next(str(row.file) for row in found if row.name == "main")
        private_database(Path(path))
        self._file = SameFile(Path(path))
        self._lean_writer = SqliteThreads(
            partial(_connect, path, PRAGMAS), "store", at_once=QUICK
        )
        self._lean_reader = SqliteThreads(
            partial(_connect, path, (*PRAGMAS, "query_only = ON")),
            "store",
            threads=LEAN_READERS,
            at_once=QUICK,
        )

    def _opened(self, threads: SqliteThreads | None) -> SqliteThreads:
        if threads is None:
            raise self._not_open()
        return threads

    def _not_open(self) -> Unavailable:
        return Unavailable(f"the store {self.place} is not open. Open it first.")

    @asynccontextmanager
    async def _transaction(
        self, engine: AsyncEngine | None
    ) -> AsyncIterator[AsyncConnection]:
        if engine is None:
            raise self._not_open()
        with self._explaining():
            async with engine.begin() as connection:
                yield connection

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        """An outage leaves as `Unavailable`; what a row or we are to blame for stays.

        The one place where errors of databases are judged: see `history.blame`.
        """
        try:
            yield
        except Exception as error:
            if is_of_database(error) and blame(error) is Blame.AWAY:
                raise self._unavailable(error) from error
            raise

    def _unavailable(self, error: Exception) -> Unavailable:
        cause = getattr(error, "orig", None) or error
        remedy = remedy_of(error) or (
            f"Check the host in store.url. {ENCODE}"
            if is_unknown_host(cause)
            else "Check the file's disk and rights."
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
            private_folder(folder, tighten=False)
        except OSError as error:
            raise Unavailable(
                f"cannot create the folder {folder}: {error.strerror}. Let the"
                " service's user create it, or name another folder: server.data_dir, or"
                " store.url where it is set."
            ) from error


def _usable(written: str) -> URL:
    try:
        url = parsed(written)
    except ConfigError as error:
        raise ConfigError(f"store.{error}") from None
    if url.drivername not in DRIVERS:
        raise ConfigError(
            f"store.url: {url.drivername} is not supported. Use {' or '.join(DRIVERS)}."
        )
    if url.get_backend_name() == "postgresql":
        _translated(url)
    return url


def _translated(url: URL) -> PostgresOptions:
    try:
        return translated(url.query)
    except ConfigError as error:
        raise ConfigError(f"store.{error}") from error


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
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def began(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine.sync_engine, "connect", connected)
    event.listen(engine.sync_engine, "begin", began)
    return engine


def _connect(path: str, pragmas: Sequence[str]) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=WAIT_S, isolation_level=None, cached_statements=STATEMENTS_KEPT
    )
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    return connection


async def only_writer(connection: AsyncConnection, *changed: Table) -> None:
    """Until the transaction ends others read these tables, and do not write them.

    SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        names = ", ".join(table.name for table in changed)
        await connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))


async def require(
    connection: AsyncConnection,
    statement: StoredStatement,
    given: Mapping[str, Value],
    stalled_ms: int = STALLED_MS,
) -> None:
    """Change one row of PostgreSQL; `RowChanged` when it is another one.

    The row is locked until the transaction ends. Where this process stops in it
    (SIGSTOP, a frozen machine), the server ends it after `stalled_ms`.
    """
    limit = f"SET LOCAL idle_in_transaction_session_timeout = {stalled_ms}"
    await connection.exec_driver_sql(limit)
    sql = statement.written(connection.dialect)
    found = await connection.exec_driver_sql(sql.text, sql.places(given))
    if found.rowcount != 1:
        raise _row_changed()


def _row_changed() -> RowChanged:
    return RowChanged("another process wrote to the store meanwhile. It is read again.")


def _put(
    connection: sqlite3.Connection, puts: Sequence[Put], only_if: OnlyIf | None
) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if only_if is not None:
            sql = only_if[0].written(_SQLITE)
            if connection.execute(sql.text, sql.places(only_if[1])).rowcount != 1:
                raise _row_changed()
        for statement, rows in puts:
            sql = statement.written(_SQLITE)
            _put_rows(connection, sql, statement.rows(sql, rows))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _put_rows(connection: sqlite3.Connection, sql: Sql, rows: Iterator[Values]) -> None:
    """Many rows a step where that can be: each step waits for the GIL again."""
    while some := list(islice(rows, ROWS_PER_STEP)):
        if len(some) == ROWS_PER_STEP and sql.adds_rows:
            many = for_rows(sql.text, len(sql.order), ROWS_PER_STEP)
            connection.execute(many, tuple(chain.from_iterable(some)))
        else:
            connection.executemany(sql.text, some)


def _postgresql_engine(url: URL, **more: object) -> AsyncEngine:
    found = _translated(url)
    arguments: dict[str, object]
    arguments = {"timeout": CONNECT_S, "command_timeout": COMMAND_S, **found.connect}
    arguments |= more
    if found.settings:
        arguments["server_settings"] = found.settings
    engine = create_async_engine(
        url.set(query=found.query, **found.parts),  # type: ignore[arg-type]
        pool_size=POOL_MAX,
        max_overflow=0,
        pool_timeout=WAIT_S,
        pool_pre_ping=True,
        hide_parameters=True,  # of errors: they are numbers, notes and hashes
        connect_args=arguments,
    )

    def failed(context: Any) -> None:
        if is_lost(context.original_exception):
            context.is_disconnect = True  # all of the pool's connections are renewed

    event.listen(engine.sync_engine, "handle_error", failed)
    return engine
