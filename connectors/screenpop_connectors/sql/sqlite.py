"""How is a SQLite file read without blocking the event loop or the writer?

One hop per lookup to a thread with a connection (docs/sources.md has the figures).
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from screenpop.connector import (
    QueryColumns,
    Row,
    Scalar,
    ServerCertificate,
    TimedOut,
    Unavailable,
    told,
)
from screenpop.connector.keys import uncertain
from screenpop.support.sqlite_threads import SqliteThreads
from screenpop.support.text import Mended, from_bytes
from screenpop_connectors.sql.database import BATCH_ROWS
from screenpop_connectors.sql.describing import of_sqlite, remedy_of_sqlite
from screenpop_connectors.sql.spelling import SpelledQuery, shown
from screenpop_connectors.sql.statement import Statement

OPCODES_BETWEEN_CHECKS = 10_000
_TEXTS: frozenset[type] = frozenset({str, type(None)})  # `from_bytes` made them sound
T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Job:
    """One use of a connection: over when abandoned or out of time."""

    until_s: float
    abandoned: bool = False

    def over(self) -> bool:
        return self.abandoned or time.monotonic() > self.until_s


class SqliteDatabase:
    certificate: ServerCertificate | None = None

    def __init__(
        self, path: Path, *, source: str, connections_max: int, timeout_s: float
    ):
        self.path = path
        self.timeout_s = timeout_s
        self._jobs: set[_Job] = set()
        self._threads = SqliteThreads(
            self.connect,
            f"sqlite-{source}",
            threads=connections_max,
            file_of=self.file,
        )

    def query(self, statement: Statement, *, label: str, rows_max: int) -> SqliteQuery:
        return SqliteQuery(self, statement, label)

    async def version(self) -> str | None:
        return await asyncio.to_thread(self._version)

    async def close(self) -> None:
        for job in self._jobs:
            job.abandoned = True
        await self._threads.close()

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do the work with a connection; when cancelled, the statement is ended."""
        job = _Job(time.monotonic() + self.timeout_s)

        def limited(connection: sqlite3.Connection) -> T:
            if job.abandoned:
                raise Unavailable("the source is closed.")
            connection.set_progress_handler(job.over, OPCODES_BETWEEN_CHECKS)
            return work(connection)

        self._jobs.add(job)
        try:
            return await self._threads.submit(limited)
        finally:
            job.abandoned = True
            self._jobs.discard(job)

    def connect(self, *, with_memory: bool = False) -> sqlite3.Connection:
        """A connection that can only read; `with_memory`: it has tables of its own."""
        try:
            connection = sqlite3.connect(
                f"file:{quote(str(self.path))}?mode=ro",
                uri=True,
                timeout=self.timeout_s,
                check_same_thread=False,
                isolation_level=None,
            )
        except sqlite3.Error as error:
            raise self._shut(error) from error
        if not with_memory:
            connection.execute("PRAGMA query_only = ON")
        connection.text_factory = from_bytes  # a wrong byte costs no row
        return connection

    def file(self) -> tuple[int, int]:
        """Which file is there now: a replaced one is opened again."""
        try:
            status = self.path.stat()
        except FileNotFoundError as error:
            raise Unavailable(
                f"cannot read {self.path}: no such file."
                " Correct the url, or put the database there."
            ) from error
        except OSError as error:
            raise self._shut(error) from error
        return status.st_dev, status.st_ino

    def _shut(self, error: Exception) -> Unavailable:
        return Unavailable(
            f"cannot open {self.path}: {told(error)}."
            " The service needs the right to read it."
        )

    def _version(self) -> str | None:
        """Date and size of the file and of its write-ahead log."""
        marks = []
        for path in (self.path, self.path.with_name(f"{self.path.name}-wal")):
            with suppress(OSError):
                status = path.stat()
                marks.append(f"{status.st_ino}.{status.st_mtime_ns}.{status.st_size}")
        return "-".join(marks) or None


class SqliteQuery:
    def __init__(self, database: SqliteDatabase, statement: Statement, label: str):
        self._database = database
        self._parameters = statement.parameters
        self._asking = SpelledQuery(statement, "sqlite", str)
        self._label = label

    async def described(self) -> QueryColumns | None:
        return await asyncio.to_thread(self._described)

    def _described(self) -> QueryColumns:
        database = self._database
        database.file()
        job = _Job(time.monotonic() + database.timeout_s)
        connection = database.connect(with_memory=True)
        try:
            connection.set_progress_handler(job.over, OPCODES_BETWEEN_CHECKS)
            return of_sqlite(
                connection, *self._asking.asked(dict.fromkeys(self._parameters))
            )
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR:
                raise self._failed(error, {}) from error
            remedy = remedy_of_sqlite(connection, error)
            raise self._refused(error, {}, remedy) from error
        except sqlite3.Error as error:
            raise self._failed(error, {}) from error
        finally:
            connection.close()

    async def rows(self, params: Mapping[str, Scalar], rows_max: int) -> Sequence[Row]:
        rows = await self._found(params, rows_max)
        numbers = None if rows else self._asking.as_numbers(params)
        if numbers is not None and await self._found(numbers, 1):
            raise uncertain(self._label)
        return rows

    async def _found(
        self, params: Mapping[str, Scalar], rows_max: int
    ) -> Sequence[Row]:
        try:
            text, bound = self._asking.asked(params)
        except UnicodeEncodeError:  # half a surrogate pair: in no text of a database
            return ()

        def read(connection: sqlite3.Connection) -> Sequence[Row]:
            cursor = connection.execute(text, bound)
            try:
                return _rows(cursor, cursor.fetchmany(rows_max))
            finally:
                cursor.close()

        try:
            return await self._database.run(read)
        except UnicodeEncodeError:  # half a surrogate pair: in no text of a database
            return ()
        except sqlite3.Error as error:
            raise self._failed(error, params) from error

    async def batches(
        self, params: Mapping[str, Scalar], timeout_s: float | None = None
    ) -> AsyncIterator[Sequence[Row]]:
        database = self._database
        limit_s = timeout_s or database.timeout_s
        job = _Job(time.monotonic() + limit_s)
        cursor: sqlite3.Cursor | None = None
        await asyncio.to_thread(database.file)
        connection = await asyncio.to_thread(database.connect)
        connection.set_progress_handler(job.over, OPCODES_BETWEEN_CHECKS)

        def some(cursor: sqlite3.Cursor) -> Sequence[Row]:
            return _rows(cursor, cursor.fetchmany(BATCH_ROWS), mark_mended=True)

        try:
            text, bound = self._asking.asked(params)
            cursor = await asyncio.to_thread(connection.execute, text, bound)
            while rows := await asyncio.to_thread(some, cursor):
                yield rows
                job.until_s = time.monotonic() + limit_s
        except sqlite3.Error as error:
            raise self._failed(error, params, limit_s) from error
        finally:
            job.abandoned = True
            await asyncio.to_thread(connection.close)

    def _failed(
        self,
        error: sqlite3.Error,
        params: Mapping[str, Scalar],
        limit_s: float | None = None,
    ) -> Unavailable:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            limit_s = limit_s or self._database.timeout_s
            return TimedOut(
                f"{self._label} took longer than {limit_s:g} s and was"
                f" ended. Add an index, or raise {_limit_key(self._label)}."
            )
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
            return Unavailable(
                f"cannot read {self._database.path}: {told(error)}. Correct the url;"
                " the connector csv_file reads CSV and XLSX files."
            )
        return self._refused(
            error, params, "Try the query in the sqlite3 shell and correct it."
        )

    def _refused(
        self, error: sqlite3.Error, params: Mapping[str, Scalar], remedy: str
    ) -> Unavailable:
        reason = told(error, params=params)
        return Unavailable(f"{self._label} failed: {reason}. {remedy}")


def _limit_key(label: str) -> str:
    return "orders.timeout_ms" if label == "orders.query" else "statement_timeout_ms"


def _rows(
    cursor: sqlite3.Cursor,
    values: Sequence[Sequence[Any]],
    *,
    mark_mended: bool = False,
) -> Sequence[Row]:
    """`mark_mended`: texts with wrong bytes stay `Mended`, to be reported."""
    names = [column[0] for column in cursor.description]
    as_is = _TEXTS | {Mended} if mark_mended else _TEXTS
    return [
        {
            name: value if type(value) in as_is else shown(value)
            for name, value in zip(names, line, strict=True)
        }
        for line in values
    ]
