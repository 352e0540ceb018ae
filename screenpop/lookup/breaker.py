"""Should this source be asked now, or paused for a while?"""

from __future__ import annotations

from screenpop.support.clock import Clock


class Breaker:
    """Opens after `failures` in a row; every `open_s` one call may try again.

    `pause` is for a source that says itself how long it wants not to be asked: that
    is no failure, and when it is over everybody may ask again.
    """

    def __init__(self, clock: Clock, *, failures: int = 5, open_s: float = 10.0):
        self._clock = clock
        self._failures_max = failures
        self._open_s = open_s
        self._failures = 0
        self._retry_at_s = 0.0
        self._paused_until_s = 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= self._failures_max

    @property
    def paused_for_s(self) -> float:
        return max(0.0, self._paused_until_s - self._clock.monotonic_s())

    @property
    def retry_in_s(self) -> float:
        open_s = self._retry_at_s - self._clock.monotonic_s() if self.is_open else 0.0
        return max(self.paused_for_s, open_s)

    def pause(self, seconds: float) -> None:
        """Let no call out for so long; a longer pause under way stays."""
        until_s = self._clock.monotonic_s() + seconds
        self._paused_until_s = max(self._paused_until_s, until_s)

    def allows(self) -> bool:
        """May a call go out? While open, one caller in `open_s` is let through."""
        if self.retry_in_s > 0:
            return False
        if not self.is_open:
            return True
        self._retry_at_s = self._clock.monotonic_s() + self._open_s
        return True

    def succeeded(self) -> bool:
        """Note an answer; True when this ends an outage."""
        was_open, self._failures = self.is_open, 0
        return was_open

    def failed(self) -> bool:
        """Note a failure; True when this begins an outage."""
        self._failures += 1
        if self.is_open:
            self._retry_at_s = self._clock.monotonic_s() + self._open_s
        return self._failures == self._failures_max
