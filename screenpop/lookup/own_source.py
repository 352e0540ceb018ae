"""What do we ourselves know of this caller: earlier calls and notes?

Our own history is a source like any other, with its deadline, cache and place on
the card; it is asked by number and, once a customer is chosen, by customer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from screenpop.connector import Lookup, Row, Scalar
from screenpop.domain.profile import CandidateRef
from screenpop.lookup.guarded_source import GuardedSource, SourceLimits
from screenpop.lookup.plan import AtHand, PlannedLookup
from screenpop.support.clock import Clock
from screenpop.support.tasks import TaskOwner

SOURCE = "screenpop"
FACET = "interactions"
OUTLOOK = "outlook"
OWN_TIMEOUT_MS = 1_000
OWN_CONCURRENCY = 64  # such a lookup is a wait, not a load

OwnLookups = Mapping[str, tuple[GuardedSource, list[PlannedLookup]]]
Earlier = Callable[
    [str | None, CandidateRef | None, str, int], Awaitable[Sequence[Row]]
]
"""(number, customer, call id and occurrence to leave out) -> rows, newest first."""
MayHave = Callable[[str | CandidateRef], bool]
"""Has this number, or customer, perhaps called before? Most have not."""


Answering = tuple[Lookup, AtHand]
"""A lookup, and its answers that are known without asking."""


def _perhaps(who: str | CandidateRef) -> bool:
    return True


class EarlierOfCustomer(Lookup):
    """Calls of the chosen customer, from whatever number."""

    needs = frozenset({"customer.source", "customer.key", "call_id", "occurrence"})

    def __init__(self, earlier: Earlier, may_have: MayHave):
        self._earlier = earlier
        self._may_have = may_have

    def at_hand(self, params: Mapping[str, Scalar]) -> Sequence[Row] | None:
        return None if self._may_have(_customer(params)) else ()

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        return await self._earlier(None, _customer(params), *_this_call(params))


class EarlierFromNumber(Lookup):
    """Calls from this number, whoever it was."""

    needs = frozenset({"number", "call_id", "occurrence"})

    def __init__(self, earlier: Earlier, may_have: MayHave):
        self._earlier = earlier
        self._may_have = may_have

    def at_hand(self, params: Mapping[str, Scalar]) -> Sequence[Row] | None:
        return None if self._may_have(str(params["number"])) else ()

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        return await self._earlier(str(params["number"]), None, *_this_call(params))


def _customer(params: Mapping[str, Scalar]) -> CandidateRef:
    return CandidateRef(
        source=str(params["customer.source"]), key=str(params["customer.key"])
    )


def _this_call(params: Mapping[str, Scalar]) -> tuple[str, int]:
    return str(params["call_id"]), int(str(params["occurrence"]))


def own_lookups(
    earlier: Earlier, clock: Clock, tasks: TaskOwner, may_have: MayHave = _perhaps
) -> OwnLookups:
    """The history source with its two lookups, customer before number.

    Of those who `may_have` no history nothing is asked.
    """
    of_customer = EarlierOfCustomer(earlier, may_have)
    from_number = EarlierFromNumber(earlier, may_have)
    lookups: dict[str, Answering] = {
        "earlier_calls": (of_customer, of_customer.at_hand),
        "earlier_calls_from_number": (from_number, from_number.at_hand),
    }
    planned = [_planned(name, SOURCE, FACET, each) for name, each in lookups.items()]
    return {SOURCE: (_guard(SOURCE, "Call history", clock, tasks), planned)}


def offer_lookups(
    source: str,
    label: str,
    lookups: Mapping[str, Answering],
    clock: Clock,
    tasks: TaskOwner,
    customers_of: Collection[str] = (),
    waits_ms: int = 0,
) -> OwnLookups:
    """A source that answers from memory: a lookup for each facet, which names it.

    `waits_ms`: so long a lookup may itself wait for another source.
    """
    of = frozenset(customers_of) or None
    planned = [_planned(facet, source, facet, x, of) for facet, x in lookups.items()]
    guard = _guard(source, label, clock, tasks, OWN_TIMEOUT_MS + waits_ms)
    return {source: (guard, planned)}


def _guard(
    name: str,
    label: str,
    clock: Clock,
    tasks: TaskOwner,
    timeout_ms: int = OWN_TIMEOUT_MS,
) -> GuardedSource:
    limits = SourceLimits(
        timeout_ms=timeout_ms,
        concurrency=OWN_CONCURRENCY,
        cache_s=0,
        cache_entries=0,
    )
    return GuardedSource(name, label, limits, clock, tasks)


def _planned(
    name: str,
    source: str,
    facet: str,
    answering: Answering,
    customers_of: frozenset[str] | None = None,
) -> PlannedLookup:
    return PlannedLookup(
        name=name,
        source=source,
        facet=facet,
        kind="fields" if facet == OUTLOOK else "rows",
        lookup=answering[0],
        at_hand=answering[1],
        customers_of=customers_of,
    )
