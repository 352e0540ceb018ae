"""How do new entries reach the readers in this process, and the slow ones too?

One ring of recent entries serves all readers: a reader is only a position. Who
falls off the ring reads from the medium until the ring covers it again, so no
reader can make memory grow.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

from screenpop.journal.base import START, Entry, Offset
from screenpop.journal.records import Record
from screenpop.support.tasks import TaskOwner

RECENT_ENTRIES_MAX = 4096
BATCH_ENTRIES_MAX = 1000

Take = Callable[[list[Entry]], None]
Read = Callable[[Offset, int], Awaitable[list[Entry]]]
_offset_of = attrgetter("offset")


class Recent:
    """The newest entries in memory, and who waits for more."""

    def __init__(self, entries_max: int = RECENT_ENTRIES_MAX):
        self._max = entries_max
        self._entries: list[Entry] = []
        self._floor = START  # all entries with a greater offset are in the ring
        self.newest = START
        self.closed = False
        self.error: Exception | None = None  # why it closed, unless in order
        self._waiting: list[asyncio.Future[None]] = []
        self._listeners: list[Callable[[], None]] = []

    @classmethod
    def starting_at(cls, newest: Offset) -> Recent:
        recent = cls()
        recent.newest = recent._floor = newest
        return recent

    def publish(self, entries: list[Entry], follows: Offset) -> None:
        """Take stored entries and wake all readers; `follows` was newest before.

        If entries in between never came by here (a write whose success was not
        reported), the ring starts again and readers fetch them from the medium.
        """
        if not entries:
            return
        if follows != self.newest:
            self._entries.clear()
            self._floor = follows
        self._entries += entries
        self.newest = entries[-1].offset
        if len(self._entries) > 2 * self._max:
            self._floor = self._entries[-self._max - 1].offset
            del self._entries[: -self._max]
        self._wake()

    def forget(self, last: Offset) -> None:
        """Entries up to and with `last` were trimmed."""
        del self._entries[: bisect_right(self._entries, last, key=_offset_of)]

    def close(self, error: Exception | None = None) -> None:
        """Readers get what they have not read; then they end, or raise the error."""
        self.closed = True
        self.error = self.error or error
        self._wake()

    def after(self, offset: Offset) -> list[Entry] | None:
        """Entries after that offset; None when the ring does not reach back so far."""
        if offset < self._floor:
            return None
        if offset >= self.newest:
            return []
        first = bisect_right(self._entries, offset, key=_offset_of)
        return self._entries[first : first + BATCH_ENTRIES_MAX]

    def newest_since(self, at_us: int) -> list[Record]:
        """Records in the ring that were received since then, oldest first."""
        records = (entry.record for entry in self._entries)
        return [record for record in records if record.at_us >= at_us]

    @property
    def floor(self) -> Offset:
        return self._floor

    async def more(self) -> None:
        """Wait for the next `publish` or `close`."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            await waiter
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)

    @contextmanager
    def told(self, listener: Callable[[], None]) -> Iterator[None]:
        """Call it in every `publish` and `close`, before anybody else wakes."""
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)

    def _wake(self) -> None:
        for listener in tuple(self._listeners):
            listener()
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)


class Tail(AsyncIterator[list[Entry]]):
    """One reader's way through the journal; see `Journal.tail`."""

    def __init__(self, recent: Recent, read: Read, after: Offset):
        self._recent = recent
        self._read = read
        self._after = after

    async def __anext__(self) -> list[Entry]:
        while True:
            entries = self._recent.after(self._after)
            if not entries and self._recent.closed:
                raise self._recent.error or StopAsyncIteration
            if entries is None:
                entries = await self._from_medium()
            elif not entries:
                await self._recent.more()
            if entries:
                self._after = entries[-1].offset
                return entries

    async def hand_to(self, take: Take) -> None:
        """Give `take` all entries until the journal closes.

        While it is up to date it is called in the turn in which they are published:
        nothing that the event loop has queued comes between.
        """
        while True:
            await self._listen(take)
            try:
                take(await anext(self))
            except StopAsyncIteration:
                return

    async def _listen(self, take: Take) -> None:
        """Returns when the ring does not reach back so far, or at the end."""
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        handing = False

        def hand() -> None:
            nonlocal handing
            if handing or over.done():  # `take` appended something: below
                return
            handing = True
            try:
                while entries := self._recent.after(self._after):
                    self._after = entries[-1].offset
                    take(entries)
            except Exception as error:  # noqa: BLE001  raised in `hand_to`
                if not over.done():
                    over.set_exception(error)
            else:
                if not over.done() and (entries is None or self._recent.closed):
                    over.set_result(None)
            finally:
                handing = False

        with self._recent.told(hand):
            hand()
            await over

    async def _from_medium(self) -> list[Entry]:
        floor = self._recent.floor
        entries = await self._read(self._after, BATCH_ENTRIES_MAX)
        if not entries:  # what lay between was trimmed away
            self._after = Offset(max(self._after, floor))
        return entries


async def read_until(
    readers: TaskOwner, event: asyncio.Event, reading: Coroutine[Any, Any, None]
) -> bool:
    """Read until that; False when the event ended it, True when the journal did."""
    task = readers.spawn(_outcome(reading), name="follow")
    waiting = readers.spawn(event.wait(), name="wait for the other journal")
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            return False
        if (error := task.result()) is not None:
            raise error
        return True
    finally:
        for each in (task, waiting):
            each.cancel()
        await asyncio.gather(task, waiting, return_exceptions=True)


async def _outcome(reading: Coroutine[Any, Any, None]) -> Exception | None:
    """How it ended; its caller raises that."""
    try:
        await reading
    except Exception as error:  # noqa: BLE001  handed on
        return error
    return None
