"""Has this been told already?

A source or a store that is away is logged once when it goes and once when it comes
back, however often it is asked in between.
"""

from __future__ import annotations

import logging

from screenpop.support.clock import Clock, SystemClock


class Outage:
    """Follows one thing that may be away: `failed` and `recovered` at every try."""

    def __init__(self, what: str, log: logging.Logger, clock: Clock | None = None):
        self._what = what
        self._log = log
        self._clock = clock or SystemClock()
        self._since_s: float | None = None
        self._failures = 0

    @property
    def lasting(self) -> bool:
        return self._since_s is not None

    def failed(self, why: BaseException | str) -> None:
        """It did not answer; told the first time only."""
        self._failures += 1
        if self._since_s is None:
            self._since_s = self._clock.monotonic_s()
            self._log.warning("%s is away: %s", self._what, why)
        else:
            self._log.debug("%s is still away: %s", self._what, why)

    def recovered(self) -> None:
        """It answered; told when it was away before."""
        if self._since_s is None:
            return
        away_s = self._clock.monotonic_s() - self._since_s
        self._log.info(
            "%s is back after %.1f s and %d failures",
            self._what,
            away_s,
            self._failures,
        )
        self._since_s = None
        self._failures = 0
