"""Has this outage been logged already, and does it still last?

A source, store or medium that is away is logged once when it goes and once when it
comes back, however often it is asked in between. Everything that can be away reports
through this class.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from screenpop.support.clock import Clock, SystemClock


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeProblem:
    """Something that is not as it should be. `fatal`: send no traffic here."""

    part: str
    message: str
    fatal: bool = True


class Outage:
    """Follows one thing that may be away: `failed` and `recovered` at every try."""

    def __init__(
        self,
        what: str,
        log: logging.Logger,
        clock: Clock | None = None,
        *,
        level: int = logging.WARNING,
    ):
        """`what` is the thing as people call it; `level` is that of the beginning."""
        self._what = what
        self._log = log
        self._level = level
        self._clock = clock or SystemClock()
        self._since_s = 0.0
        self._failures = 0
        self.text: str | None = None  # the outage of now, in words, for `/readyz`

    @property
    def lasting(self) -> bool:
        return self.text is not None

    def failed(self, why: BaseException | str, times: int = 1) -> None:
        """It did not work; logged the first time only. `times`: tries that failed."""
        began = self.text is None
        self.text = str(why) or type(why).__name__
        self._failures = times if began else self._failures + times
        if began:
            self._since_s = self._clock.monotonic_s()
        level = self._level if began else logging.DEBUG
        self._log.log(level, "%s is away: %s", self._what, self.text)

    def recovered(self) -> None:
        """It worked; logged if it had failed before."""
        if self.text is None:
            return
        self.text = None
        self._log.warning(
            "%s is back after %.1f s and %d failures",
            self._what,
            self._clock.monotonic_s() - self._since_s,
            self._failures,
        )
