"""How does a journal behave when nothing can go wrong with a disk?

For tests and trials: the same promises as the durable engines, kept in memory.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from bisect import bisect_right
from collections.abc import AsyncIterator, Sequence
from operator import attrgetter

from screenpop.domain.errors import Overloaded, Unavailable
from screenpop.journal.base import START, Entry, Journal, JournalHealth, Offset, Receipt
from screenpop.journal.leases import Leases, LocalLeases
from screenpop.journal.records import Record
from screenpop.journal.tailing import Recent, Tail, Take
from screenpop.support.clock import Clock, SystemClock

log = logging.getLogger(__name__)

Identity = tuple[str, str]
"""Of a record: its stream and its key."""
_offset_of = attrgetter("offset")


class MemoryJournal(Journal):
    def __init__(self, clock: Clock | None = None, pending_max: int = 20_000):
        self._clock = clock or SystemClock()
        self._pending_max = pending_max
        self._leases = LocalLeases()
        self._entries: list[Entry] = []
        self._by_key: dict[Identity, Offset] = {}
        self._newest = START
        self._skipped = (START, START)  # numbers that must not be given
        self._snapshots: dict[str, tuple[Offset, Identity | None, bytes]] = {}
        self._recent = Recent()
        self._open = False
        self._identity = secrets.token_hex(8)

    async def open(self) -> None:
        self._recent = Recent.starting_at(self._newest)
        self._open = True

    async def close(self) -> None:
        self._open = False
        self._recent.close()

    async def append(self, records: Sequence[Record]) -> list[Receipt]:
        receipts = await self.submit(records)
        await asyncio.sleep(0)  # waiting tails run before the caller goes on
        return receipts

    def submit(
        self, records: Sequence[Record], *, patient: bool = False
    ) -> asyncio.Future[list[Receipt]]:
        if not self._open:
            raise Unavailable("the journal is not open. Open it before appending.")
        if len(records) > self._pending_max:
            raise Overloaded(
                f"{len(records)} records at once, at most {self._pending_max}"
                " (journal.pending_max) may wait. Send fewer at once."
            )
        follows = self._newest
        first = len(self._entries)
        receipts = [self._store(record) for record in records]
        self._recent.publish(self._entries[first:], follows)
        done: asyncio.Future[list[Receipt]] = asyncio.get_running_loop().create_future()
        done.set_result(receipts)
        return done

    async def read(self, after: Offset, limit: int = 1000) -> list[Entry]:
        first = bisect_right(self._entries, after, key=_offset_of)
        return self._entries[first : first + limit]

    def tail(self, after: Offset) -> AsyncIterator[list[Entry]]:
        return Tail(self._recent, self.read, after)

    async def follow(self, after: Offset, take: Take) -> None:
        await Tail(self._recent, self.read, after).hand_to(take)

    async def bounds(self) -> tuple[Offset, Offset]:
        if self._entries:
            return self._entries[0].offset, self._newest
        return (
            (Offset(self._newest + 1), self._newest) if self._newest else (START,) * 2
        )

    async def trim(self, before_us: int) -> int:
        count = self._old(before_us, self._clock.now_us())
        for entry in self._entries[:count]:
            del self._by_key[entry.record.stream, entry.record.key]
            self._recent.forget(entry.offset)
        del self._entries[:count]
        return count

    def _old(self, before_us: int, now_us: int) -> int:
        """How many of the oldest may go: up to the last old one before one to keep."""
        count = 0
        for index, entry in enumerate(self._entries):
            at_us = entry.record.at_us
            if at_us < before_us:
                count = index + 1
            elif at_us <= now_us:
                break
        return count

    async def save_snapshot(self, name: str, offset: Offset, body: bytes) -> None:
        self._snapshots[name] = (offset, self._entry_at(offset), body)

    async def load_snapshot(self, name: str) -> tuple[Offset, bytes] | None:
        if name not in self._snapshots:
            return None
        offset, entry, body = self._snapshots[name]
        if entry != self._entry_at(offset):
            log.warning("snapshot %s is not used: the entry at its offset left", name)
            return None
        return offset, body

    def _entry_at(self, offset: Offset) -> Identity | None:
        place = bisect_right(self._entries, offset, key=_offset_of) - 1
        if place < 0 or self._entries[place].offset != offset:
            return None
        record = self._entries[place].record
        return record.stream, record.key

    async def skip_to(self, offset: Offset) -> None:
        if offset > self._newest:
            self._skipped = (self._newest, max(offset, self._skipped[1]))

    def lost(self, offset: int) -> bool:
        return self._skipped[0] < offset <= self._skipped[1]

    @property
    def identity(self) -> str:
        return self._identity

    @property
    def leases(self) -> Leases:
        return self._leases

    @property
    def health(self) -> JournalHealth:
        return JournalHealth(pending=0, pending_max=self._pending_max)

    def _store(self, record: Record) -> Receipt:
        identity = (record.stream, record.key)
        if (known := self._by_key.get(identity)) is not None:
            return Receipt(known, fresh=False)
        self._newest = Offset(max(self._newest, self._skipped[1]) + 1)
        self._by_key[identity] = self._newest
        self._entries.append(Entry(self._newest, record))
        return Receipt(self._newest, fresh=True)
