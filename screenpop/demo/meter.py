"""Was every ring shown once, and how soon?

A ring is one agent whom an `alerting` event names; it is shown when a `pop.opened`
of that call reaches one of the agent's browsers. Times are seconds of one clock.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

QUANTILES = (50.0, 90.0, 99.0, 99.9)

Key = tuple[str, str]  # call id, agent


@dataclass(slots=True)
class _Pair:
    rings: int = 0
    pops: int = 0
    first_ring_s: float = 0.0
    first_pop_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`rings` and what became of them; times in milliseconds by percentile."""

    calls: int
    rings: int
    popped: int
    lost: int
    duplicated: int
    stray: int  # pops of calls that did not ring there
    refused: int
    given_up: int
    retried: int
    ring_to_pop_ms: dict[str, float]

    @property
    def flawless(self) -> bool:
        return not (
            self.lost or self.duplicated or self.stray or self.refused or self.given_up
        )


@dataclass(slots=True)
class Meter:
    _calls: set[str] = field(default_factory=set)
    _pairs: dict[Key, _Pair] = field(default_factory=dict)

    def called(self, call_id: str) -> None:
        self._calls.add(call_id)

    def rang(self, call_id: str, agent: str, at_s: float) -> None:
        pair = self._pairs.setdefault((call_id, agent), _Pair())
        if not pair.rings:
            pair.first_ring_s = at_s
        pair.rings += 1

    def popped(self, call_id: str, agent: str, at_s: float) -> None:
        pair = self._pairs.setdefault((call_id, agent), _Pair())
        if pair.first_pop_s is None:
            pair.first_pop_s = at_s
        pair.pops += 1

    @property
    def missing(self) -> int:
        """Agents who were rung and have been shown nothing yet."""
        return sum(pair.rings > 0 and not pair.pops for pair in self._pairs.values())

    def report(
        self, *, refused: int = 0, given_up: int = 0, retried: int = 0
    ) -> Report:
        rung = [pair for pair in self._pairs.values() if pair.rings]
        times_ms = sorted(
            (pair.first_pop_s - pair.first_ring_s) * 1000
            for pair in rung
            if pair.first_pop_s is not None
        )
        return Report(
            calls=len(self._calls),
            rings=len(rung),
            popped=sum(pair.pops > 0 for pair in rung),
            lost=self.missing,
            duplicated=sum(max(0, pair.pops - pair.rings) for pair in rung),
            stray=sum(not pair.rings for pair in self._pairs.values()),
            refused=refused,
            given_up=given_up,
            retried=retried,
            ring_to_pop_ms=percentiles(times_ms),
        )


def percentiles(ordered: Sequence[float]) -> dict[str, float]:
    """Nearest rank (the value that at least q percent do not exceed), and the most."""
    if not ordered:
        return {}
    found = {
        f"p{q:g}": round(ordered[max(0, math.ceil(q / 100 * len(ordered)) - 1)], 3)
        for q in QUANTILES
    }
    return {**found, "max": round(ordered[-1], 3)}
