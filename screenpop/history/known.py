"""Might there be any earlier call of this caller? Most of them have none.

A Bloom filter: a no is certain, a yes must be asked for. It never grows, it only
says yes more often: with 600,000 numbers and customers one in a hundred times for
nothing, with ten times as many nearly always.
"""

from __future__ import annotations

from screenpop.domain.caller import CandidateRef

BITS = 1 << 23  # one MiB
MARKS = 4

Who = str | CandidateRef
"""An E.164 number or a customer."""


class Known:
    """Who has history. Until it is `complete` everybody might."""

    def __init__(self) -> None:
        self._bits = bytearray(BITS // 8)
        self.complete = False

    def add(self, who: Who) -> None:
        bits = self._bits
        for mark in _marks(who):
            bits[mark >> 3] |= 1 << (mark & 7)

    def may_have(self, who: Who) -> bool:
        if not self.complete:
            return True
        bits = self._bits
        return all(bits[mark >> 3] >> (mark & 7) & 1 for mark in _marks(who))


def _marks(who: Who) -> list[int]:
    whole = hash(who)
    first, step = whole & 0xFFFF_FFFF, whole >> 32 | 1
    return [(first + n * step) % BITS for n in range(MARKS)]
