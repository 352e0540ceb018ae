"""How is a SQLite file read without blocking the event loop or the writer?

The driver of the standard library in a few threads of our own: one hop per lookup.
SQLAlchemy's asynchronous engine needs one per cursor operation, about four times
the time (docs/connectors.md has the figures).
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from screenpop.connector import Row, Scalar, TimedOut, Unavailable, told
from screenpop.connector.same_key import uncertain
from screenpop.support.text import Mended, from_bytes
from screenpop_connectors.sql.database import BATCH_ROWS
from screenpop_connectors.sql.spelling import SpelledQuery, shown
from screenpop_connectors.sql.statement import Statement

OPCODES_BETWEEN_CHECKS = 10_000
T = TypeVar("T")


@dataclass(slots=True, eq=False)
class _Job:
    """One use of a connection: over when abandoned or out of time."""

    until_s: float
    abandoned: bool = False

    def over(self) -> bool:
        return self.abandoned or time.monotonic() > self.until_s


class SqliteDatabase:
    def __init__(
        self, path: Path, *, source: str, connections_max: int, timeout_s: float
    ):
        self.path = path
        self.timeout_s = timeout_s
        self._idle: list[tuple[sqlite3.Connection, tuple[int, int]]] = []
        self._jobs: set[_Job] = set()
        self._threads = ThreadPoolExecutor(
            connections_max, thread_name_prefix=f"sqlite-{source}"
        )

    def query(self, statement: Statement, *, label: str, rows_max: int) -> SqliteQuery:
        return SqliteQuery(self, SpelledQuery(statement, "sqlite", str), label)

    async def version(self) -> str | None:
        return await asyncio.to_thread(self._version)

    async def close(self) -> None:
        for job in self._jobs:
            job.abandoned = True
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        while self._idle:
            self._idle.pop()[0].close()

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do the work with a connection; when cancelled, the statement is ended."""
        job = _Job(time.monotonic() + self.timeout_s)
        self._jobs.add(job)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, self._work, work, job)
        except asyncio.CancelledError:
            closed, job.abandoned = job.abandoned, True
            task = asyncio.current_task()
            if closed and (task is None or not task.cancelling()):
                raise Unavailable("the source is closed.") from None
            raise
        finally:
            self._jobs.discard(job)

    def connect(self) -> tuple[sqlite3.Connection, tuple[int, int]]:
        """A connection that can only read, and which file it holds open."""
        try:
            file = self._file()
            connection = sqlite3.connect(
                f"file:{quote(str(self.path))}?mode=ro",
                uri=True,
                timeout=self.timeout_s,
                check_same_thread=False,
                isolation_level=None,
            )
        except FileNotFoundError as error:
            raise Unavailable(
                f"cannot read {self.path}: no such file."
                " Correct the url, or put the database there."
            ) from error
        except (OSError, sqlite3.Error) as error:
            raise Unavailable(
                f"cannot open {self.path}: {told(error)}."
                " The service needs the right to read it."
            ) from error
        connection.execute("PRAGMA query_only = ON")
        connection.text_factory = from_bytes  # a wrong byte costs no row
        return connection, file

    def _work(self, work: Callable[[sqlite3.Connection], T], job: _Job) -> T:
        connection, file = self._take()
        kept = False
        try:
            connection.set_progress_handler(job.over, OPCODES_BETWEEN_CHECKS)
            result = work(connection)
            kept = True
            return result
        finally:
            connection.set_progress_handler(None, 0)
            if kept:
                self._idle.append((connection, file))
            else:
                connection.close()

    def _take(self) -> tuple[sqlite3.Connection, tuple[int, int]]:
        """An idle connection, unless the file was replaced since it was opened."""
        while self._idle:
            connection, file = self._idle.pop()
            with suppress(OSError):
                if file == self._file():
                    return connection, file
            connection.close()
        return self.connect()

    def _file(self) -> tuple[int, int]:
        status = self.path.stat()
        return status.st_dev, status.st_ino

    def _version(self) -> str | None:
        """Date and size of the file and of its write-ahead log."""
        marks = []
        for path in (self.path, self.path.with_name(f"{self.path.name}-wal")):
            with suppress(OSError):
                status = path.stat()
                marks.append(f"{status.st_ino}.{status.st_mtime_ns}.{status.st_size}")
        return "-".join(marks) or None


class SqliteQuery:
    def __init__(self, database: SqliteDatabase, asking: SpelledQuery, label: str):
        self._database = database
        self._asking = asking
        self._label = label

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

    async def batches(self) -> AsyncIterator[Sequence[Row]]:
        database = self._database
        job = _Job(time.monotonic() + database.timeout_s)
        cursor: sqlite3.Cursor | None = None
        connection, _ = await asyncio.to_thread(database.connect)
        connection.set_progress_handler(job.over, OPCODES_BETWEEN_CHECKS)
        try:
            text, _ = self._asking.asked({})
            cursor = await asyncio.to_thread(connection.execute, text)
            while values := await asyncio.to_thread(cursor.fetchmany, BATCH_ROWS):
                yield _rows(cursor, values, mark_mended=True)
                job.until_s = time.monotonic() + database.timeout_s
        except sqlite3.Error as error:
            raise self._failed(error, {}) from error
        finally:
            job.abandoned = True
            await asyncio.to_thread(connection.close)

    def _failed(
        self, error: sqlite3.Error, params: Mapping[str, Scalar]
    ) -> Unavailable:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            return TimedOut(
                f"{self._label} took longer than {self._database.timeout_s:g} s and was"
                " ended. Add an index, or raise statement_timeout_ms."
            )
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
            return Unavailable(
                f"cannot read {self._database.path}: {told(error)}. Correct the url;"
                " the connector csv_file reads CSV and XLSX files."
            )
        return Unavailable(
            f"{self._label} failed: {told(error, params=params)}."
            " Try the query in the sqlite3 shell and correct it."
        )


def _rows(
    cursor: sqlite3.Cursor,
    values: Sequence[Sequence[object]],
    *,
    mark_mended: bool = False,
) -> Sequence[Row]:
    """`mark_mended`: texts with wrong bytes stay `Mended`, to be reported."""
    names = [column[0] for column in cursor.description]
    return [
        {
            name: value if mark_mended and type(value) is Mended else shown(value)
            for name, value in zip(names, line, strict=True)
        }
        for line in values
    ]
