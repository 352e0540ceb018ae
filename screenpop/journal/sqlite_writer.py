"""How do many appends become durable together, and who waits for the disk?

A group is one transaction; what comes while one is written is the next (`sqlite`).
Where a commit does not wait for the disk (`synchronous = NORMAL`), a short group is
written where it was asked for, in the event loop: a tenth or two of a millisecond,
where handing it to a thread and back costs as much again, and milliseconds of waiting
while the loop is busy. As soon as one takes long, or somebody else holds the file, a
thread with a connection of its own writes the groups, for a while. A short group is one
SQL statement in autocommit: one hand-over of the interpreter lock, not one a row.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter
from typing import Any, TypeVar

import msgspec

from screenpop.journal.base import Offset, Receipt
from screenpop.journal.records import Record
from screenpop.journal.sqlite_file import explained

log = logging.getLogger(__name__)
T = TypeVar("T")

STATEMENT_ROWS_MAX = 64
SLOW_S = 0.05  # a commit that took longer: the disk makes writers wait
BY_THREAD_S = 10.0  # for so long after it

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
    """What became of a group, or of a part; `error` or as many receipts as records."""

    appends: list[Append]
    follows: Offset  # the newest offset before this group
    receipts: list[Receipt]
    error: Exception | None = None
    last: bool = True  # the group is settled whole


class Stop:
    """The last job."""


Job = list[Append] | Work | Stop
Settle = Callable[[Settled], None]
Finished = Callable[[Work, object, Exception | None], None]


class GroupWriter:
    """The thread; `settle` and `finished` are called in the event loop.

    `here` is a second connection, for the loop; None where commits wait for the disk.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        here: sqlite3.Connection | None,
        checkpoints: Checkpoints,
        numbers: Numbers,
        loop: asyncio.AbstractEventLoop,
        settle: Settle,
        finished: Finished,
    ):
        self._connection = connection
        self._here = here
        self._not_here_until_s = 0.0
        self._checkpoints = checkpoints
        self._numbers = numbers
        self._loop = loop
        self._settle = settle
        self._finished = finished
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._newest: Offset | None = newest_given(connection)
        self._thread = threading.Thread(
            target=self._run, name="journal-writer", daemon=True
        )
        self._thread.start()

    def write_here(self, group: list[Append]) -> Settled | None:
        """Write a group in the event loop, if nothing says that it may have to wait.

        None: it was not, give it to the thread; its errors are the thread's to report.
        Only while the thread has no group.
        """
        began_s = perf_counter()
        if self._here is None or began_s < self._not_here_until_s:
            return None
        if self._checkpoints.rest_due or _rows_of(group) > STATEMENT_ROWS_MAX:
            return None
        try:
            settled = self._written(self._here, group)
        except Exception as error:  # noqa: BLE001  the thread tries again, and reports
            log.debug("the journal's thread writes what the loop could not: %s", error)
            self._not_here_until_s = began_s + BY_THREAD_S
            return None
        took_s = perf_counter() - began_s
        if took_s > SLOW_S:
            log.info(
                "a commit took %.0f ms: the journal's thread goes on", took_s * 1e3
            )
            self._not_here_until_s = began_s + BY_THREAD_S
        self._checkpoints.wrote(len(settled.receipts))
        return settled

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
                self._checkpoints.rest()
                self._write(job)
                self._checkpoints.wrote(_rows_of(job))

    def _write(self, group: list[Append], *, last: bool = True) -> None:
        try:
            settled = self._written(self._connection, group)
        except sqlite3.OperationalError as error:
            self._newest = None
            settled = Settled(group, Offset(0), [], error)
        except Exception as error:  # noqa: BLE001  one append must not fail its group
            self._newest = None
            if len(group) > 1:
                for append in group:
                    self._write([append], last=append is group[-1])
                return
            settled = Settled(group, Offset(0), [], error)
        settled.last = last
        self._tell(self._settle, settled)

    def _written(self, connection: sqlite3.Connection, group: list[Append]) -> Settled:
        if self._newest is None:  # after a failure: what did the medium keep?
            self._newest = newest_given(connection)
        follows = self._newest
        self._numbers.take(connection)
        rows = [row for append in group for row in append.rows]
        receipts = insert(connection, rows, follows)
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
        except RuntimeError:  # the loop is gone: no one waits any more
            log.debug("the event loop ended before the journal was closed")


def _rows_of(group: list[Append]) -> int:
    rows = 0
    for append in group:
        rows += len(append.rows)
    return rows


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


SKIPPED = 1_000_000
"""So many numbers are passed over after an unclean end: more than are ever lost."""
GAPS_MAX = 100  # older ones become one, from the beginning

Gap = tuple[int, int]
"""Greater than the first, up to and with the second."""


class Numbers:
    """The gaps of one journal, and the one that is about to be."""

    def __init__(self, gaps: list[Gap], newest: Offset):
        """`newest` is the newest offset that is stored at the start."""
        self._gaps = gaps
        self._newest = newest
        self.pending: Offset | None = None  # nothing up to it may be given

    def skip_to(self, offset: Offset) -> None:
        if offset > self._newest:
            self.pending = max(self.pending or offset, offset)

    def lost(self, offset: int) -> bool:
        gaps = self._gaps
        if self.pending is not None:
            gaps = [*gaps, (self._newest, self.pending)]
        return any(after < offset <= up_to for after, up_to in gaps)

    def take(self, connection: sqlite3.Connection) -> None:
        """Pass the numbers over, just before the next one is given."""
        if self.pending is None:
            return
        gaps = _fewer([*self._gaps, (self._newest, self.pending)])
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute(
                "INSERT OR REPLACE INTO about VALUES ('lost', ?)", (json.dumps(gaps),)
            )
            connection.execute("DELETE FROM sqlite_sequence WHERE name = 'entries'")
            connection.execute(
                "INSERT INTO sqlite_sequence VALUES ('entries', ?)", (self.pending,)
            )
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._gaps, self.pending = gaps, None


def _fewer(gaps: list[Gap]) -> list[Gap]:
    if len(gaps) <= GAPS_MAX:
        return gaps
    old = gaps[: len(gaps) - GAPS_MAX + 1]
    return [(0, old[-1][1]), *gaps[len(old) :]]


def stored_gaps(connection: sqlite3.Connection) -> list[Gap]:
    row = connection.execute("SELECT value FROM about WHERE name = 'lost'").fetchone()
    return [] if row is None else [(a, b) for a, b in json.loads(row[0])]


def remember_skip(connection: sqlite3.Connection, offset: Offset) -> None:
    """No start gives a number up to and with this one, though nothing is added yet."""
    connection.execute(
        "INSERT INTO about VALUES ('skip_to', ?) ON CONFLICT (name) DO UPDATE SET"
        " value = max(CAST(value AS INTEGER), excluded.value)",
        (offset,),
    )


def stored_skip(connection: sqlite3.Connection) -> Offset:
    row = connection.execute("SELECT value FROM about WHERE name = 'skip_to'")
    found = row.fetchone()
    return Offset(0 if found is None else int(found[0]))


PAGES_BETWEEN = 16_000  # 64 MB of log
PAGES_PER_GROUP = 4  # table, index and their parents, at least


class Checkpoints:
    """Belongs to whoever writes; owns one more thread and its connection.

    `rest_due` asks for the writing thread: the last pages of a long log, and the first
    group of the next, wait for the disk.
    """

    def __init__(self, path: Path, writing: sqlite3.Connection):
        self._path = path
        self._writing = writing
        writing.execute("PRAGMA wal_autocheckpoint = 0")
        self._own = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._pages = 0
        self._wanted = threading.Event()
        self.rest_due = False
        self._stopping = False
        self._thread = threading.Thread(
            target=self._run, name="journal-checkpoint", daemon=True
        )
        self._thread.start()

    def rest(self) -> None:
        """Called by the writing thread before each group."""
        if self.rest_due:
            self.rest_due = False
            self._pages = 0
            self._pass(self._writing)

    def wrote(self, rows: int) -> None:
        """Called after each group."""
        self._pages += PAGES_PER_GROUP + rows
        if self._pages >= PAGES_BETWEEN and not self.rest_due:
            self._wanted.set()

    def stop(self) -> None:
        self._stopping = True
        self._wanted.set()
        self._thread.join()
        self._own.close()

    def _run(self) -> None:
        while not self._stopping and self._wanted.wait() and not self._stopping:
            self._pass(self._own)
            self.rest_due = True
            self._wanted.clear()

    def _pass(self, connection: sqlite3.Connection) -> None:
        """Moves what it can without making anybody wait for a lock."""
        try:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:  # the next one tries again; nothing is lost
            log.warning("no checkpoint now: %s", explained(error, self._path))
        except Exception:  # a thread that ended would leave appends waiting
            log.exception("no checkpoint now")
