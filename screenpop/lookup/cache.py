"""What did the source say last, and is that still good enough?"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

import msgspec

from screenpop.domain.caller import Row
from screenpop.support.clock import Clock


class Kept(msgspec.Struct, frozen=True, gc=False):
    """One answer as it came; `fetched_us` is when.

    It ages by `kept_s`, on the monotonic clock: the system's clock may be set back.
    """

    rows: tuple[Row, ...]
    fetched_us: int
    kept_s: float


class AnswerCache:
    """The newest answers, at most `entries_max`; the longest unused goes first."""

    def __init__(
        self,
        clock: Clock,
        *,
        entries_max: int = 10_000,
        stale_s: float = 86_400,
    ):
        self._clock = clock
        self._entries_max = entries_max
        self._stale_s = stale_s
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def fresh(self, key: Hashable, fresh_s: float) -> Kept | None:
        """An answer at most `fresh_s` old."""
        kept = self._kept.get(key)
        if kept is None or self._clock.monotonic_s() - kept.kept_s > fresh_s:
            return None
        self._kept.move_to_end(key)
        return kept

    def stale(self, key: Hashable) -> Kept | None:
        """An answer that may still be shown when the source cannot answer."""
        kept = self._kept.get(key)
        if kept is None or self._clock.monotonic_s() - kept.kept_s > self._stale_s:
            return None
        return kept

    def keep(self, key: Hashable, rows: tuple[Row, ...]) -> Kept:
        kept = Kept(rows, self._clock.now_us(), self._clock.monotonic_s())
        if self._entries_max:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            if len(self._kept) > self._entries_max:
                self._kept.popitem(last=False)
        return kept
