"""What do we ourselves know of this caller: earlier calls and notes?

Our own history is a source like any other, with its deadline, cache and place on
the card; it is asked by number and, once a customer is chosen, by customer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from screenpop.connector import Lookup, Row, Scalar
from screenpop.domain.caller import CandidateRef
from screenpop.lookup.lookup import GuardedSource, SourceLimits
from screenpop.lookup.plan import PlannedLookup
from screenpop.support.clock import Clock
from screenpop.support.tasks import TaskOwner

SOURCE = "screenpop"
FACET = "interactions"

OwnLookups = Mapping[str, tuple[GuardedSource, list[PlannedLookup]]]
Earlier = Callable[
    [str | None, CandidateRef | None, str, int], Awaitable[Sequence[Row]]
]
"""(number, customer, call id and occurrence to leave out) -> rows, newest first."""


class EarlierOfCustomer(Lookup):
    """Calls of the chosen customer, from whatever number."""

    needs = frozenset({"customer.source", "customer.key", "call_id", "occurrence"})

    def __init__(self, earlier: Earlier):
        self._earlier = earlier

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        ref = CandidateRef(
            source=str(params["customer.source"]), key=str(params["customer.key"])
        )
        return await self._earlier(None, ref, *_this_call(params))


class EarlierFromNumber(Lookup):
    """Calls from this number, whoever it was."""

    needs = frozenset({"number", "call_id", "occurrence"})

    def __init__(self, earlier: Earlier):
        self._earlier = earlier

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        return await self._earlier(str(params["number"]), None, *_this_call(params))


def _this_call(params: Mapping[str, Scalar]) -> tuple[str, int]:
    return str(params["call_id"]), int(str(params["occurrence"]))


def own_lookups(earlier: Earlier, clock: Clock, tasks: TaskOwner) -> OwnLookups:
    """The history source with its two lookups, customer before number."""
    guard = GuardedSource(
        SOURCE,
        "Call history",
        SourceLimits(timeout_ms=1000, cache_s=0, cache_entries=0),
        clock,
        tasks,
    )
    asked: list[tuple[str, Lookup]] = [
        ("earlier_calls", EarlierOfCustomer(earlier)),
        ("earlier_calls_from_number", EarlierFromNumber(earlier)),
    ]
    lookups = [
        PlannedLookup(name=name, source=SOURCE, facet=FACET, kind="rows", lookup=lookup)
        for name, lookup in asked
    ]
    return {SOURCE: (guard, lookups)}
