"""How does one node keep its journal in a file?

SQLite in WAL mode: group commit in the event loop or by a thread (`sqlite_writer`),
one reading thread (`sqlite_reader`), readers in this process served from memory
(`tailing`). One group is under way at a time; what is appended in one loop turn, or
while a group is being written, is the next one: a commit costs more than a row. When
a group is durable, those who follow are called, then the waiting tails are woken, then
the appenders in their order: a reader that folds the journal already knows a call when
its webhook is answered.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TypeGuard, TypeVar

from screenpop.domain.errors import BadInput, Overloaded, Unavailable
from screenpop.journal import snapshot_file
from screenpop.journal.base import START, Entry, Journal, JournalHealth, Offset, Receipt
from screenpop.journal.leases import Leases, LocalLeases
from screenpop.journal.records import Record
from screenpop.journal.sealing import PLAIN, RecordCodec
from screenpop.journal.snapshot_file import SnapshotPlace
from screenpop.journal.sqlite_damage import make_whole
from screenpop.journal.sqlite_file import (
    Synchronous,
    explained,
    hold,
    mark_closed,
    mark_open,
    open_writer,
)
from screenpop.journal.sqlite_reader import SqliteReader
from screenpop.journal.sqlite_writer import (
    SKIPPED,
    Append,
    Checkpoints,
    GroupWriter,
    Numbers,
    Settled,
    Work,
    newest_given,
    remember_skip,
)
from screenpop.journal.tailing import Recent, Tail, Take
from screenpop.support.clock import Clock, SystemClock
from screenpop.support.log import Outage
from screenpop.support.private import SameFile

log = logging.getLogger(__name__)
T = TypeVar("T")

TRIM_ENTRIES_PER_STEP = 500
BUSY_S = 0.5
GROUP_APPENDS_MAX = 1000
PATIENCE_S = 0.05  # how long a patient append waits for company


class SqliteJournal(Journal):
    def __init__(
        self,
        path: Path,
        synchronous: Synchronous = "normal",
        pending_max: int = 20_000,
        clock: Clock | None = None,
        busy_s: float = BUSY_S,
        codec: RecordCodec = PLAIN,
    ):
        self._encode = codec.encode
        self.path = path
        self._synchronous: Synchronous = synchronous
        self._pending_max = pending_max
        self._leases = LocalLeases()
        self._clock = clock or SystemClock()
        self._busy_s = busy_s
        self._pending = 0
        self._waiting: list[Append] = []
        self._under_way = False
        self._works = 0  # what the thread has to do besides groups
        self._soon: asyncio.Handle | None = None  # the hand-over that is due
        self._soon_is_late = False  # it waits for company
        self._recent = Recent()
        self._identity = ""
        self._numbers = Numbers([], START)
        self._repaired: str | None = None
        self._file: SameFile | None = None
        self._outage = Outage("the journal", log, self._clock, level=logging.ERROR)
        self._reader = SqliteReader(path, codec)
        self._writer: GroupWriter | None = None
        self._connections: list[sqlite3.Connection] = []

    async def open(self) -> None:
        self._connections = await asyncio.to_thread(self._connect)
        try:
            await self._reader.open()
            _, newest = await self._reader.bounds()
            self._identity = await self._reader.identity()
            self._numbers = Numbers(await self._reader.gaps(), newest)
            self._numbers.skip_to(await self._reader.skip())
        except BaseException:
            await self.close()
            raise
        self._recent = Recent.starting_at(newest)
        _, writing, *here = self._connections
        self._writer = GroupWriter(
            writing,
            here[0] if here else None,
            Checkpoints(self.path, writing),
            self._numbers,
            asyncio.get_running_loop(),
            self._settle,
            self._finished,
        )

    def _connect(self) -> list[sqlite3.Connection]:
        """The lock, the thread's, and the event loop's if commits are quick."""
        opened = [hold(self.path)]
        try:
            self._repaired = make_whole(self.path)
            writing = open_writer(self.path, self._synchronous, self._busy_s)
            opened.append(writing)
            if mark_open(writing, self._synchronous):  # its last user was killed
                remember_skip(writing, Offset(newest_given(writing) + SKIPPED))
            self._file = SameFile(self.path)
            if self._synchronous == "normal":
                here = open_writer(self.path, self._synchronous, self._busy_s)
                opened.append(here)
                here.execute("PRAGMA busy_timeout = 0")  # the loop does not wait
                here.execute("PRAGMA wal_autocheckpoint = 0")
        except BaseException:
            for connection in opened:
                connection.close()
            raise
        return opened

    async def close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            self._hand_over_to(writer)
            await asyncio.to_thread(writer.stop)  # its last groups settle before
            await asyncio.to_thread(self._mark_closed)
        self._recent.close()
        await self._reader.close()
        while self._connections:  # the lock goes last
            await asyncio.to_thread(self._connections.pop().close)

    def _mark_closed(self) -> None:
        try:
            mark_closed(self._connections[1])
        except sqlite3.Error as error:  # then the next start passes numbers over
            log.warning("%s", explained(error, self.path))

    def submit(
        self, records: Sequence[Record], *, patient: bool = False
    ) -> asyncio.Future[list[Receipt]]:
        self._opened()
        pending = self._pending + len(records)
        if pending > self._pending_max:
            raise Overloaded(
                f"{pending} records wait to be written, at most {self._pending_max}"
                " (journal.pending_max) may. Send again in a second."
            )
        loop = asyncio.get_running_loop()
        done: asyncio.Future[list[Receipt]] = loop.create_future()
        rows = [
            (record.at_us, record.stream, record.key, record.kind, self._encode(record))
            for record in records
        ]
        self._pending = pending
        self._waiting.append(Append(tuple(records), rows, done))
        self._hand_over_soon(loop, patient=patient)
        return done

    def _hand_over_soon(
        self, loop: asyncio.AbstractEventLoop, *, patient: bool
    ) -> None:
        """At the end of this turn, unless the group under way must land first."""
        if self._under_way:
            return
        if self._soon is not None:
            if patient or not self._soon_is_late:
                return
            self._soon.cancel()
        self._soon_is_late = patient
        self._soon = (
            loop.call_later(PATIENCE_S, self._hand_over)
            if patient
            else loop.call_soon(self._hand_over)
        )

    def _hand_over(self) -> None:
        """Give the writer its next group."""
        soon, self._soon = self._soon, None
        if soon is not None:
            soon.cancel()
        if self._writer is None or self._under_way or not self._waiting:
            return
        group = self._waiting[:GROUP_APPENDS_MAX]
        del self._waiting[:GROUP_APPENDS_MAX]
        self._under_way = True
        settled = None if self._works else self._writer.write_here(group)
        if settled is None:
            self._writer.put(group)
        else:
            self._settle(settled)

    def _hand_over_to(self, writer: GroupWriter) -> None:
        """The end: all that was accepted is written."""
        if self._waiting:
            group, self._waiting = self._waiting, []
            writer.put(group)

    async def read(self, after: Offset, limit: int = 1000) -> list[Entry]:
        return await self._reader.read(after, limit)

    def tail(self, after: Offset) -> AsyncIterator[list[Entry]]:
        return Tail(self._recent, self.read, after)

    async def follow(self, after: Offset, take: Take) -> None:
        await Tail(self._recent, self.read, after).hand_to(take)

    async def bounds(self) -> tuple[Offset, Offset]:
        return await self._reader.bounds()

    async def trim(self, before_us: int) -> int:
        last = await self._reader.last_to_trim(before_us, self._clock.now_us())
        if last is None:
            return 0
        total = 0
        while step := await self._work(lambda connection: _delete(connection, last)):
            total += step
        self._recent.forget(last)
        return total

    async def save_snapshot(self, name: str, offset: Offset, body: bytes) -> None:
        place, path = (
            await self._place(offset),
            snapshot_file.file_name(self.path, name),
        )
        try:
            await asyncio.to_thread(snapshot_file.write, path, place, body)
        except OSError as error:
            raise _no_snapshot(path, error) from error

    async def load_snapshot(self, name: str) -> tuple[Offset, bytes] | None:
        path = snapshot_file.file_name(self.path, name)
        try:
            found = await asyncio.to_thread(snapshot_file.read, path)
        except OSError as error:
            raise _no_snapshot(path, error) from error
        if found is None:
            return None
        place, body = found
        now = await self._place(Offset(place.offset))
        used = snapshot_file.same_place(path, place, now)
        return (Offset(place.offset), body) if used else None

    async def _place(self, offset: Offset) -> SnapshotPlace:
        entry = await self._reader.entry_at(offset)
        return SnapshotPlace(self._identity, offset, entry)

    async def skip_to(self, offset: Offset) -> None:
        self._numbers.skip_to(offset)

    def lost(self, offset: int) -> bool:
        return self._numbers.lost(offset)

    @property
    def identity(self) -> str:
        return self._identity

    @property
    def leases(self) -> Leases:
        return self._leases

    @property
    def health(self) -> JournalHealth:
        return JournalHealth(
            pending=self._pending,
            pending_max=self._pending_max,
            trouble=self._outage.text or self._moved(),
            notice=self._reader.damage or self._repaired,
        )

    def _moved(self) -> str | None:
        return None if self._file is None else self._file.problem()

    def _opened(self) -> GroupWriter:
        if self._writer is None:
            raise Unavailable(f"the journal {self.path} is not open. Open it first.")
        return self._writer

    async def _work(self, run: Callable[[sqlite3.Connection], T]) -> T:
        """Run something in the writing thread, between two groups."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._opened().put(Work(run, done))
        self._works += 1
        try:
            return await done
        except sqlite3.Error as error:
            raise Unavailable(explained(error, self.path)) from error

    def _settle(self, settled: Settled) -> None:
        """In the loop: wake the tails, then the appenders; see module docstring."""
        self._under_way = not settled.last
        for append in settled.appends:
            self._pending -= len(append.rows)
        if settled.error is not None:
            self._refuse(settled.appends, settled.error)
        else:
            self._publish_all(settled)
        self._hand_over()

    def _publish_all(self, settled: Settled) -> None:
        """A defect here must leave no appender waiting, and the writer not idle."""
        try:
            self._publish(settled)
        except Exception as error:
            log.exception("entries are stored and were not handed on")
            self._refuse(settled.appends, error)

    def _publish(self, settled: Settled) -> None:
        if self._outage.text is not None:
            self._outage.recovered()
        records = [record for append in settled.appends for record in append.records]
        entries = [
            Entry(receipt.offset, record)
            for receipt, record in zip(settled.receipts, records, strict=True)
            if receipt.fresh
        ]
        self._recent.publish(entries, settled.follows)
        start = 0
        for append in settled.appends:
            end = start + len(append.rows)
            if not append.done.done():
                append.done.set_result(settled.receipts[start:end])
            start = end

    def _refuse(self, appends: list[Append], error: Exception) -> None:
        if _of_medium(error):
            self._outage.failed(explained(error, self.path), len(appends))
        for append in appends:
            if not append.done.done():
                append.done.set_exception(self._reason(error))

    def _reason(self, error: Exception) -> Exception:
        if _of_medium(error):
            reason: Exception = Unavailable(explained(error, self.path))
        else:
            reason = BadInput(
                f"a record cannot be stored: {error}",
                code="unstorable",
                remedy="Send numbers below 2^63 and valid Unicode text.",
            )
        reason.__cause__ = error
        return reason

    def _finished(self, work: Work, result: object, error: Exception | None) -> None:
        self._works -= 1
        if work.done.done():
            return
        if error is not None:
            work.done.set_exception(error)
        else:
            work.done.set_result(result)


def _no_snapshot(path: Path, error: OSError) -> Unavailable:
    return Unavailable(
        f"snapshot {path}: {error.strerror}. Check that disk: space, rights, health;"
        " until then a start reads all entries of the journal."
    )


def _of_medium(error: Exception) -> TypeGuard[sqlite3.Error]:
    """Is it the file or disk that refuses, and not this one record?"""
    return isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.DataError)


def _delete(connection: sqlite3.Connection, last: Offset) -> int:
    """One short step of trimming; 0 when nothing is left to do."""
    return connection.execute(
        'DELETE FROM entries WHERE "offset" IN (SELECT "offset" FROM entries'
        ' WHERE "offset" <= ? ORDER BY "offset" LIMIT ?)',
        (last, TRIM_ENTRIES_PER_STEP),
    ).rowcount
