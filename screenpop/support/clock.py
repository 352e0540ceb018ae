"""What time is it, and may a test decide?"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol


class Clock(Protocol):
    def now_us(self) -> int:
        """Microseconds since 1970-01-01 UTC."""
        ...

    def monotonic_s(self) -> float:
        """Seconds on a clock that never goes back; for durations only."""
        ...

    def steady_us(self) -> int:
        """Microseconds since 1970-01-01 UTC as the process began, steady from there.

        Setting the machine's clock does not reach it: for ages of what was received.
        """
        ...


_STEADY_SHIFT_US = time.time_ns() // 1000 - time.monotonic_ns() // 1000


class SystemClock:
    def now_us(self) -> int:
        return time.time_ns() // 1000

    monotonic_s = staticmethod(time.monotonic)

    def steady_us(self) -> int:
        return time.monotonic_ns() // 1000 + _STEADY_SHIFT_US


class FakeClock:
    """A clock that moves on request; passes wherever `Clock` is asked for."""

    def __init__(self, now: datetime = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)):
        self._now_us = round(now.timestamp() * 1_000_000)
        self._monotonic_s = 1000.0
        self._steady_us = self._now_us

    def now_us(self) -> int:
        return self._now_us

    def monotonic_s(self) -> float:
        return self._monotonic_s

    def steady_us(self) -> int:
        return self._steady_us

    def set(self, seconds: float) -> None:
        """Somebody sets the clock that many seconds ahead, or back; no time passes."""
        self._now_us += round(seconds * 1_000_000)

    def advance(self, seconds: float) -> None:
        self._now_us += round(seconds * 1_000_000)
        self._steady_us += round(seconds * 1_000_000)
        self._monotonic_s += seconds

    def set_back(self, seconds: float) -> None:
        """As an administrator or NTP does: only the wall clock changes."""
        self._now_us -= round(seconds * 1_000_000)


@lru_cache(maxsize=4096)  # one answer's moment stands at each of its values
def iso_from_us(at_us: int) -> str:
    """RFC 3339 in UTC with as many digits as the value needs: none, 3 or 6."""
    seconds, fraction_us = divmod(at_us, 1_000_000)
    head = _iso_seconds(seconds)
    if not fraction_us:
        return f"{head}Z"
    if fraction_us % 1000:
        return f"{head}.{fraction_us:06d}Z"
    return f"{head}.{fraction_us // 1000:03d}Z"


@lru_cache(maxsize=1024)
def _iso_seconds(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
