"""What does every journal promise?

- Offsets are whole numbers that only grow; readers see entries in their order.
- `append` returns after the entries are durable (for `memory`: stored).
- A record whose (stream, key) is already there is not stored again; its receipt
  carries the first offset and `fresh=False`.
- `tail` yields every entry after an offset, past and future, without gaps.
- `trim` forgets entries older than a time; the newest offset is never reused.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import NewType

from screenpop.journal.records import Record

Offset = NewType("Offset", int)
START = Offset(0)


@dataclass(frozen=True, slots=True)
class Receipt:
    offset: Offset
    fresh: bool


@dataclass(frozen=True, slots=True)
class Entry:
    offset: Offset
    record: Record


class Journal(ABC):
    @abstractmethod
    async def open(self) -> None:
        """Make ready; raises `Unavailable` with a remedy when that cannot be."""

    @abstractmethod
    async def close(self) -> None:
        """Finish what was accepted, then release everything."""

    @abstractmethod
    async def append(self, records: Sequence[Record]) -> list[Receipt]:
        """Store records durably, in this order, all or none; see module docstring.

        Raises `Overloaded` when more than `pending_max` records wait to be
        written, `Unavailable` when the medium refuses.
        """

    @abstractmethod
    async def read(self, after: Offset, limit: int = 1000) -> list[Entry]:
        """At most `limit` stored entries with an offset greater than `after`."""

    @abstractmethod
    def tail(self, after: Offset) -> AsyncIterator[list[Entry]]:
        """Batches of entries after `after`, for ever; ends when the journal closes.

        In-process appends reach a tail in the same loop turn in which their
        durability is known, before `append` returns to its caller or right after.
        """

    @abstractmethod
    async def bounds(self) -> tuple[Offset, Offset]:
        """(oldest stored, newest ever given) offset; (0, 0) when nothing was."""

    @abstractmethod
    async def trim(self, before_us: int) -> int:
        """Forget entries received before that time; returns how many."""
