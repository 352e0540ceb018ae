"""How do many appends become durable together, without waiting in the event loop?

One thread owns the writing connection. It is given one group at a time, writes it
in one transaction and tells the event loop once; what comes meanwhile is the next
group (`sqlite`). A short group is one SQL statement in autocommit: one hand-over of
the interpreter lock instead of one a row.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from queue import SimpleQueue
from typing import Any, TypeVar

import msgspec

from screenpop.journal.base import Offset, Receipt
from screenpop.journal.records import Record
from screenpop.journal.sqlite_checkpoint import Checkpoints

log = logging.getLogger(__name__)
T = TypeVar("T")

GROUP_RECORDS_MAX = 2000
STATEMENT_ROWS_MAX = 64

Row = tuple[int, str, str, str, bytes]
"""at_us, stream, key, kind, body"""


class Append(msgspec.Struct):
    records: tuple[Record, ...]
    rows: list[Row]
    done: asyncio.Future[list[Receipt]]


@dataclass(slots=True)
class Work:
    """Something else to do with the writing connection, between two groups."""

    run: Callable[[sqlite3.Connection], object]
    done: asyncio.Future[Any]


class Settled(msgspec.Struct):
    """What became of a group; `error` or as many receipts as records."""

    appends: list[Append]
    follows: Offset  # the newest offset before this group
    receipts: list[Receipt]
    error: Exception | None = None


class Stop:
    """The last job."""


Job = list[Append] | Work | Stop
Settle = Callable[[Settled], None]
Finished = Callable[[Work, object, Exception | None], None]


class GroupWriter:
    """The thread; `settle` and `finished` are called in the event loop."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        checkpoints: Checkpoints,
        loop: asyncio.AbstractEventLoop,
        settle: Settle,
        finished: Finished,
    ):
        self._connection = connection
        self._checkpoints = checkpoints
        self._loop = loop
        self._settle = settle
        self._finished = finished
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._newest: Offset | None = newest_given(connection)
        self._thread = threading.Thread(
            target=self._run, name="journal-writer", daemon=True
        )
        self._thread.start()

    def put(self, job: list[Append] | Work) -> None:
        """A group of appends, or something else to do with the connection."""
        self._jobs.put(job)

    def stop(self) -> None:
        """Write what is queued and end; blocks until then."""
        self._jobs.put(Stop())
        self._thread.join()
        self._checkpoints.stop()

    def _run(self) -> None:
        while not isinstance(job := self._jobs.get(), Stop):
            if isinstance(job, Work):
                self._perform(job)
            else:
                self._write(job)
                self._checkpoints.wrote(sum(len(append.rows) for append in job))

    def _write(self, group: list[Append]) -> None:
        try:
            settled = self._written(group)
        except sqlite3.OperationalError as error:
            self._newest = None
            settled = Settled(group, Offset(0), [], error)
        except Exception as error:  # noqa: BLE001  one append must not fail its group
            self._newest = None
            if len(group) > 1:
                for append in group:
                    self._write([append])
                return
            settled = Settled(group, Offset(0), [], error)
        self._tell(self._settle, settled)

    def _written(self, group: list[Append]) -> Settled:
        if self._newest is None:  # after a failure: what did the medium keep?
            self._newest = newest_given(self._connection)
        follows = self._newest
        rows = list(chain.from_iterable(append.rows for append in group))
        receipts = insert(self._connection, rows, follows)
        fresh = [receipt.offset for receipt in receipts if receipt.fresh]
        self._newest = max(fresh, default=follows)
        return Settled(group, follows, receipts)

    def _perform(self, work: Work) -> None:
        try:
            result = work.run(self._connection)
        except Exception as error:  # noqa: BLE001  handed to who asked
            self._tell(self._finished, work, None, error)
        else:
            self._tell(self._finished, work, result, None)

    def _tell(self, callback: Callable[..., None], *values: object) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, *values)
        except RuntimeError:  # the loop is gone: nobody waits any more
            log.debug("the event loop ended before the journal was closed")


def newest_given(connection: sqlite3.Connection) -> Offset:
    """The newest offset ever given, also if its entry was trimmed."""
    row = connection.execute(
        "SELECT seq FROM sqlite_sequence WHERE name = 'entries'"
    ).fetchone()
    return Offset(row[0] if row else 0)


def insert(
    connection: sqlite3.Connection, rows: list[Row], newest: Offset
) -> list[Receipt]:
    """Store rows in one transaction; a row whose identity is known keeps its first."""
    if len(rows) <= STATEMENT_ROWS_MAX:
        return _insert_some(connection, rows, newest)
    receipts: list[Receipt] = []
    connection.execute("BEGIN IMMEDIATE")
    try:
        for start in range(0, len(rows), STATEMENT_ROWS_MAX):
            some = rows[start : start + STATEMENT_ROWS_MAX]
            receipts += _insert_some(connection, some, newest)
            newest = max(newest, *(receipt.offset for receipt in receipts[start:]))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return receipts


def _insert_some(
    connection: sqlite3.Connection, rows: list[Row], newest: Offset
) -> list[Receipt]:
    if not rows:
        return []
    cursor = connection.execute(_STATEMENTS[len(rows)], list(chain.from_iterable(rows)))
    if cursor.rowcount == len(rows) and cursor.lastrowid is not None:
        first = cursor.lastrowid - len(rows) + 1
        return [Receipt(Offset(first + i), fresh=True) for i in range(len(rows))]
    return _looked_up(connection, rows, newest)


def _looked_up(
    connection: sqlite3.Connection, rows: list[Row], newest: Offset
) -> list[Receipt]:
    """Receipts where some rows were there before; fresh ones are beyond `newest`."""
    receipts: list[Receipt] = []
    seen: set[int] = set()
    for _, stream, key, _, _ in rows:
        (offset,) = connection.execute(_FIND, (stream, key)).fetchone()
        fresh = offset > newest and offset not in seen
        seen.add(offset)
        receipts.append(Receipt(Offset(offset), fresh))
    return receipts


_FIND = 'SELECT "offset" FROM entries WHERE stream = ? AND "key" = ?'
_STATEMENTS = {  # only placeholders are put together
    count: 'INSERT INTO entries (at_us, stream, "key", kind, body) VALUES '  # noqa: S608
    + ", ".join(["(?, ?, ?, ?, ?)"] * count)
    + ' ON CONFLICT (stream, "key") DO NOTHING'
    for count in range(1, STATEMENT_ROWS_MAX + 1)
}
