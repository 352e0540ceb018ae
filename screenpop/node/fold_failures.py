"""What happens when a fold fails, and who sees it?

A fold that fails does not keep the entry from the others, nor later entries from
itself. Each failure is counted, and shown on `/readyz` for a while; each kind has its
traceback in the log once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import ParamSpec

from screenpop.support.clock import Clock

log = logging.getLogger(__name__)

SHOWN_US = 900_000_000
P = ParamSpec("P")


class FoldFailures:
    def __init__(
        self, clock: Clock, count_failure: Callable[[str], None] = lambda fold: None
    ):
        self.offset = 0  # of the entry that is being folded
        self.count = 0  # since the start
        self._count_failure = count_failure
        self._clock = clock
        self._newest: tuple[int, int] = (0, 0)  # its offset, and when
        self._logged: set[tuple[str, str]] = set()

    def guarded(
        self, fold: str, work: Callable[P, object], *given: P.args, **named: P.kwargs
    ) -> None:
        """Do a fold's work; whatever it raises is seen here and goes no further."""
        try:
            work(*given, **named)
        except Exception as error:  # noqa: BLE001
            self.failed(fold, error)

    def failed(self, fold: str, error: Exception) -> None:
        self.count += 1
        self._newest = self.offset, self._clock.steady_us()
        self._count_failure(fold)
        kind = (fold, type(error).__name__)
        new = kind not in self._logged
        self._logged.add(kind)
        log.error(
            "journal entry %d cannot be folded (%s: %s)",
            self.offset,
            *kind,
            exc_info=error if new else None,
        )

    def trouble(self) -> str | None:
        """What could not be folded lately, in words."""
        offset, at_us = self._newest
        if not self.count or self._clock.steady_us() - at_us > SHOWN_US:
            return None
        return (
            f"{self.count} journal entries could not be folded, the last at offset"
            f" {offset}: cards or counters of its call may be wrong until the call's"
            " next event. Report it; the log has the reason."
        )
