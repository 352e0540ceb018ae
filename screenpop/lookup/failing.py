"""Which lookups of a source fail, and was it said?

An outage begins with the first failure, however many lookups fail after it, and is
logged once when it begins and once when it ends. It ends when a lookup that failed
in it answers: one lookup whose query is wrong does not begin an outage at each call
because the others of its source answer.
"""

from __future__ import annotations

import logging

from screenpop.support.clock import Clock
from screenpop.support.outage import Outage

log = logging.getLogger(__name__)


class Failing:
    """The lookups of one source that failed and have not answered since."""

    def __init__(self, source: str, clock: Clock):
        self._outage = Outage(f"source {source}", log, clock)
        self._late: dict[str, bool] = {}

    @property
    def any(self) -> bool:
        """Has one failed, or been late, that has not answered since?"""
        return bool(self._late)

    @property
    def lookups(self) -> tuple[str, ...]:
        """Those that fail; not those that merely were late the last time."""
        return tuple(name for name, late in self._late.items() if not late)

    def failed(self, lookup: str, why: str, *, late: bool = False) -> None:
        self._late[lookup] = late
        self._outage.failed(f"lookup {lookup}: {why}")

    def answered(self, lookup: str) -> None:
        if lookup in self._late:
            self._late.clear()
            self._outage.recovered()
