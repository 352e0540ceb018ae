"""What does every journal promise?

- Offsets are whole numbers that only grow; readers see entries in their order.
  Numbers may be left out.
- `append` returns after the entries are durable (for `memory`: stored).
- A record whose (stream, key) is already there is not stored again; its receipt
  carries the first offset and `fresh=False`. An entry that was trimmed away is
  dropped: repeated deliveries are known for as long as entries are kept.
- `tail` yields every entry after an offset, past and future, without gaps. A
  reader that waits in `tail` runs before the `append` that woke it returns.
- `trim` forgets the oldest entries; what is left has no hole, and no offset is
  ever given twice.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import NewType

import msgspec

from screenpop.domain.errors import Unavailable
from screenpop.journal.leases import Leases
from screenpop.journal.records import Record

Offset = NewType("Offset", int)
START = Offset(0)


class Receipt(msgspec.Struct, frozen=True, gc=False):
    offset: Offset
    fresh: bool


class Entry(msgspec.Struct, frozen=True, gc=False):
    offset: Offset
    record: Record


class ReturnedEntry(Entry, frozen=True, gc=False):
    """An entry that the folds took under a number of this node's own, while it was
    alone. Now it has its place in the shared journal."""


class JournalReplaced(Unavailable):
    """The medium is not the one that was read: what was made of it does not hold.

    Everything is to be read again, in a new life of the journal (`close`, `open`).
    """


class Rejoined(Exception):
    """A node that went on alone is with the others again: offsets go on from here.

    Entries had numbers of this node's own meanwhile; the folds have taken them.
    """

    def __init__(self, offset: Offset, known: Sequence[Entry] = ()):
        """`known`: entries up to `offset` that the folds took alone once more."""
        super().__init__(f"entries go on after {offset}")
        self.offset = offset
        self.known = known


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalHealth:
    """How the journal fares: for `/readyz` and `/metrics`."""

    pending: int  # records accepted and not yet durable
    pending_max: int
    spooled: int = 0  # records that only this node has, while the others are away
    behind: int = 0  # entries that other nodes appended and this one has not read
    is_stuck: bool = False  # others append, and this node reads nothing
    trouble: str | None = None  # the outage of now, in words with a remedy
    notice: str | None = None  # damage that was met or repaired; it still works
    may_lose: str | None = None  # what an outage of the medium may cost, in words


class Journal(ABC):
    @abstractmethod
    async def open(self) -> None:
        """Make ready.

        Raises `ConfigError` when this service must not use the journal (another
        process holds it, a newer version wrote it, it is another program's file),
        `Unavailable` with a remedy when the medium refuses.
        """

    @abstractmethod
    async def close(self) -> None:
        """Finish what was accepted, end every tail, release everything."""

    async def append(self, records: Sequence[Record]) -> list[Receipt]:
        """Store records durably, in this order, all or none; see module docstring.

        Raises `Overloaded` when more than `pending_max` records wait to be
        written, `Unavailable` when the medium refuses.
        """
        return await self.submit(records)

    @abstractmethod
    def submit(
        self, records: Sequence[Record], *, patient: bool = False
    ) -> asyncio.Future[list[Receipt]]:
        """Begin an append without waiting; the future returns what `append` would.

        For what leaves the hot path: no task is made. One that is `patient` may
        wait a few hundredths of a second for others to be written with. Raises
        like `append` for what is known at once.
        """

    @abstractmethod
    async def read(self, after: Offset, limit: int = 1000) -> list[Entry]:
        """At most `limit` stored entries with an offset greater than `after`."""

    @abstractmethod
    def tail(self, after: Offset) -> AsyncIterator[list[Entry]]:
        """Batches of entries after `after`, for ever; ends when the journal closes.

        In-process appends reach a waiting tail in the loop turn in which their
        durability is known, before `append` returns to its caller; the records
        are the same objects. A slow reader is not waited for and keeps nothing
        in memory: it is served from the medium until it has caught up.
        """

    @abstractmethod
    async def follow(self, after: Offset, take: Callable[[list[Entry]], None]) -> None:
        """Call `take` with what `tail` yields, until the journal closes.

        While it is up to date that is in the very turn in which durability is known,
        before anything else that the event loop has queued. Raises what it raises.
        """

    @abstractmethod
    async def bounds(self) -> tuple[Offset, Offset]:
        """(oldest stored, newest ever given) offset; (0, 0) when nothing was.

        When everything was trimmed away the first is one more than the second.
        A reader that saw all up to `after` has missed nothing as long as
        `after + 1 >= oldest`.
        """

    @abstractmethod
    async def trim(self, before_us: int) -> int:
        """Forget entries received before that time; returns how many.

        The oldest go first and it stops at the first entry that must stay. Entries
        from the future (the machine's clock was wrong) do not stop it: they go
        when an older one after them goes.
        """

    @abstractmethod
    async def save_snapshot(self, name: str, offset: Offset, body: bytes) -> None:
        """Keep one folded state per name, in place of the one before.

        Off the event loop; the one before stays until the new one is whole. Raises
        `Unavailable`.
        """

    @abstractmethod
    async def load_snapshot(self, name: str) -> tuple[Offset, bytes] | None:
        """The state last saved under that name, and the offset it stands at.

        None when there is none, and, with a line in the log, when it is damaged or
        this journal does not hold the entry that it held then at that offset.
        Raises `Unavailable`.
        """

    @abstractmethod
    async def skip_to(self, offset: Offset) -> None:
        """Give no number up to and with `offset`: somebody saw an entry there.

        For the time between `open` and the first append: the journal's medium lost
        its end, or is an older copy. A journal that several processes share begins a
        new identity with it. Raises `Unavailable`.
        """

    @abstractmethod
    def lost(self, offset: int) -> bool:
        """May an entry have had this number that the medium lost since?

        A reader that saw it saw what never happened for this journal.
        """

    @property
    @abstractmethod
    def identity(self) -> str:
        """A random name given when the medium was made; known once it is open.

        Offsets of another identity mean nothing here: who keeps an offset outside
        of the journal keeps this name next to it.
        """

    @property
    @abstractmethod
    def leases(self) -> Leases:
        """Who of the nodes that share this journal does a piece of work."""

    @property
    @abstractmethod
    def health(self) -> JournalHealth: ...
