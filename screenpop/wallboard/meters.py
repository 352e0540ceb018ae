"""Which numbers of the centre are in no count: calls matched, lines silent, pops late?

Small windows in memory, for alerts. They are empty after a restart.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from screenpop.domain.call import Call, Direction, LineId

MATCHES_MAX = 1_000
MATCHED_WITHIN_US = 3_600_000_000
WINDOW_US = 300_000_000
LATE_SHARE = 0.95


class CentreMeters:
    def __init__(self) -> None:
        self.arrived_us: dict[LineId, int] = {}
        """When the newest call of each line came."""
        self._matches: deque[tuple[int, bool]] = deque(maxlen=MATCHES_MAX)

    def arrived(self, line: LineId, at_us: int) -> None:
        self.arrived_us[line] = max(at_us, self.arrived_us.get(line, 0))

    def over(self, call: Call, at_us: int, *, is_known: bool) -> None:
        """A call is over; was there a customer on its card? Only callers count."""
        if call.direction is Direction.INBOUND:
            self._matches.append((at_us, is_known))

    def match_rate(self, now_us: int, calls_min: int) -> float | None:
        """Calls with a customer / calls, of the last hour."""
        since_us = now_us - MATCHED_WITHIN_US
        known = [is_known for at_us, is_known in self._matches if at_us >= since_us]
        if not known or len(known) < calls_min:
            return None
        return sum(known) / len(known)


class RecentDurations:
    """A quantile of what a histogram counted in the last five minutes."""

    def __init__(self) -> None:
        self._looks: deque[tuple[int, Sequence[float]]] = deque()

    def late(
        self, buckets: Sequence[tuple[str, float]], now_us: int, least: int
    ) -> float | None:
        """The upper bound, in seconds, of the bucket of the 95th percentile.

        `buckets` as `Timing.buckets` gives them; beyond the last bound that bound.
        """
        counts = [count for _, count in buckets]
        self._looks.append((now_us, counts))
        while self._looks[0][0] < now_us - WINDOW_US:
            self._looks.popleft()
        recent = [b - a for a, b in zip(self._looks[0][1], counts, strict=True)]
        if recent[-1] <= 0 or recent[-1] < least:
            return None
        place = next(n for n, x in enumerate(recent) if x >= LATE_SHARE * recent[-1])
        return float(buckets[min(place, len(buckets) - 2)][0])


def gaps(silent_us: int, calls_an_hour: float) -> float:
    """How many usual gaps a silence lasts.

    Where calls come by chance (Poisson), a silence of k gaps happens once in exp(k):
    7 gaps once in 1,100.
    """
    return silent_us / 3_600_000_000 * calls_an_hour
