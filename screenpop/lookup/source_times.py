"""How long did each source take over the last day, and how often did it fail?

Made from the histograms of lookups that exist anyway (`lookup_seconds`, by lookup
and outcome): every `INTERVAL_US` what came since is filed under its source.
Of this node since its start, of `KEPT_US` at most.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from itertools import accumulate

import msgspec

from screenpop.domain.errors import NotFound
from screenpop.domain.profile import LookupOutcome
from screenpop.support.clock import Clock, iso_from_us
from screenpop.support.metrics import Timings

INTERVAL_US = 300_000_000
KEPT_US = 86_400_000_000
QUANTILES = (0.5, 0.95, 0.99)


class TimesOfInterval(msgspec.Struct, frozen=True, kw_only=True):
    """`answers` are of all outcomes; `stale`: an older value was shown instead."""

    at: str
    answers: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    failed: int
    timed_out: int
    stale: int


class SourceTimesSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Intervals of `interval_s` with an answer, the oldest first; the last one runs.

    `since`: nothing is known of the time before.
    """

    source: str
    since: str
    interval_s: int
    intervals: list[TimesOfInterval]


class _Interval:
    """What one source did in one interval."""

    __slots__ = ("counts", "outcomes")

    def __init__(self, buckets: int) -> None:
        self.counts = [0] * buckets
        self.outcomes: Counter[str] = Counter()


class SourceTimes:
    """Look at it at least once an interval; each look files what came since."""

    def __init__(
        self, timings: Timings, source_of: Callable[[str], str | None], clock: Clock
    ):
        """`source_of` a lookup; None: it is not there any more."""
        self._timings = timings
        self._source_of = source_of
        self._clock = clock
        self._since_us = clock.now_us()
        self._filed: dict[tuple[str, ...], list[int]] = {}
        self._closed: deque[tuple[int, dict[str, _Interval]]] = deque()
        self._open_us = _begin(self._since_us)
        self._open: dict[str, _Interval] = {}

    def look(self) -> None:
        """Cheap but for the first look of an interval."""
        now_us = self._clock.now_us()
        if _begin(now_us) != self._open_us:
            self._file()
            if self._open:
                self._closed.append((self._open_us, self._open))
            self._open_us, self._open = _begin(now_us), {}
        while self._closed and self._closed[0][0] < now_us - KEPT_US:
            self._closed.popleft()

    def of(self, source: str, known: Sequence[str]) -> SourceTimesSeen:
        """Raises `NotFound` for a source that is not among the known."""
        if source not in known:
            raise NotFound(
                f"there is no source {source}",
                code="unknown_source",
                remedy=f"Sources: {', '.join(known) or 'none'}.",
            )
        self.look()
        self._file()
        kept = [*self._closed, (self._open_us, self._open)]
        return SourceTimesSeen(
            source=source,
            since=iso_from_us(max(self._since_us, self._clock.now_us() - KEPT_US)),
            interval_s=INTERVAL_US // 1_000_000,
            intervals=[
                _seen(at_us, by_source[source], self._timings.bounds_s)
                for at_us, by_source in kept
                if source in by_source
            ],
        )

    def _file(self) -> None:
        for labels, timing in self._timings.children():
            counts, before = timing.counts(), self._filed.get(labels)
            if counts == before:
                continue
            self._filed[labels] = counts
            lookup, outcome = labels
            source = self._source_of(lookup)
            if source is None:
                continue
            mine = self._open.get(source)
            if mine is None:
                mine = self._open[source] = _Interval(len(counts))
            for place, count in enumerate(counts):
                more = count - (before[place] if before is not None else 0)
                mine.counts[place] += more
                mine.outcomes[outcome] += more


def _begin(at_us: int) -> int:
    return at_us - at_us % INTERVAL_US


def _seen(
    at_us: int, interval: _Interval, bounds_s: Sequence[float]
) -> TimesOfInterval:
    p50, p95, p99 = (quantile_ms(interval.counts, bounds_s, x) for x in QUANTILES)
    outcomes = interval.outcomes
    return TimesOfInterval(
        at=iso_from_us(at_us),
        answers=sum(interval.counts),
        p50_ms=p50,
        p95_ms=p95,
        p99_ms=p99,
        failed=outcomes[LookupOutcome.FAILED],
        timed_out=outcomes[LookupOutcome.TIMED_OUT],
        stale=outcomes[LookupOutcome.STALE],
    )


def quantile_ms(
    counts: Sequence[int], bounds_s: Sequence[float], share: float
) -> float:
    """As Prometheus' `histogram_quantile`: linear within its bucket.

    `counts` has one more than `bounds_s`: those beyond the last bound, which are taken
    to lie at it.
    """
    up_to = [*accumulate(counts)]
    rank = share * up_to[-1]
    place = next(n for n, count in enumerate(up_to) if count >= rank)
    if place == len(bounds_s):
        return bounds_s[-1] * 1000
    low_s = bounds_s[place - 1] if place else 0.0
    within = (rank - (up_to[place] - counts[place])) / max(counts[place], 1)
    return round((low_s + (bounds_s[place] - low_s) * within) * 1000, 2)
