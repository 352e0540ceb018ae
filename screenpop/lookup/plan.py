"""Which lookup waits for which value?

The plan is made once from the configuration. A parameter is a base one (`number`),
an attribute of the call (`ivr.account`), a column of the chosen customer
(`customer.id`) or of another lookup's first row (`order.id`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from screenpop.connector import Lookup, Row, Scalar
from screenpop.domain.errors import ConfigError
from screenpop.lookup.values import ValueReader

REACHABLE_MAX = 1000

Kind = Literal["fields", "rows", "identity"]

CUSTOMER_SOURCE = "customer.source"
BASE_PARAMETERS = frozenset(
    {
        "number", "number_also", "digits", "national", "suffix8", "suffix7", "country",
        "extension", "dialled", "queue", "line", "call_id", "occurrence", "direction",
        "today",
    }
)  # fmt: skip


AtHand = Callable[[Mapping[str, Scalar]], tuple[Row, ...] | None]
"""Rows that can be had without waiting; None: the source must be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLookup:
    """One lookup of the configuration, ready to be asked."""

    name: str
    source: str
    facet: str
    kind: Kind
    lookup: Lookup
    at_hand: AtHand | None = None
    timeout_ms: int | None = None
    cache_s: float | None = None
    confidence: float = 0.9
    why: str | None = None
    customers_of: frozenset[str] | None = None
    """Sources: asked only about a chosen customer of one of them. The same key may be
    somebody else in another source."""
    reader: ValueReader | None = None  # of its values, by their declared types

    @property
    def needs(self) -> frozenset[str]:
        if self.customers_of is None:
            return self.lookup.needs
        return self.lookup.needs | {CUSTOMER_SOURCE}


class Plan:
    """All lookups in configuration order; raises `ConfigError` when one cannot run."""

    def __init__(self, lookups: Iterable[PlannedLookup]):
        self.lookups: Mapping[str, PlannedLookup] = {x.name: x for x in lookups}
        self.facets: tuple[str, ...] = tuple(
            dict.fromkeys(x.facet for x in self.lookups.values())
        )
        self.in_order = tuple(self._ordered())
        self.with_needs = tuple((x, tuple(sorted(x.needs))) for x in self.in_order)
        self.by_account = frozenset(
            x.name for x in self if any(need.startswith("ivr.") for need in x.needs)
        )
        self.wanted: frozenset[str] = frozenset().union(*(x.needs for x in self))
        heads = {need.partition(".")[0] for need in self.wanted if "." in need}
        self.feeding: frozenset[str] = frozenset(heads & self.lookups.keys())
        self._reachable: dict[tuple[frozenset[str], bool], frozenset[str]] = {}
        self._upstream_all: dict[str, frozenset[str]] = {}
        for lookup in self.in_order:
            near = self.upstream(lookup)
            far = (self._upstream_all[name] for name in near)
            self._upstream_all[lookup.name] = near.union(*far)
        self.about_customer: frozenset[str] = frozenset(self._about_customer())

    def __iter__(self) -> Iterator[PlannedLookup]:
        return iter(self.lookups.values())

    def upstream(self, lookup: PlannedLookup) -> frozenset[str]:
        """The lookups whose answers this one may wait for."""
        heads = {need.partition(".")[0] for need in lookup.needs if "." in need}
        named = heads & self.lookups.keys()
        if "customer" in heads:
            named |= {
                x.name
                for x in self.lookups.values()
                if x.kind == "identity" and x.name != lookup.name
            }
        return frozenset(named)

    def upstream_all(self, name: str) -> frozenset[str]:
        """The same, through any number of steps."""
        return self._upstream_all[name]

    def _about_customer(self) -> Iterator[str]:
        """Lookups whose answer speaks of the chosen customer, directly or not."""
        found: set[str] = set()
        for lookup in self.in_order:
            heads = {need.partition(".")[0] for need in lookup.needs if "." in need}
            if "customer" in heads or heads & found:
                found.add(lookup.name)
                yield lookup.name

    def reachable(self, known: frozenset[str], *, customer: bool) -> frozenset[str]:
        """Lookups that can still be asked if every answer brings what it may.

        `known` are the parameters that have a value; `customer` says whether a
        customer is chosen or may yet be. Calls look alike: it is kept.
        """
        key = (known & self.wanted, customer)
        kept = self._reachable.get(key)
        if kept is None:
            if len(self._reachable) >= REACHABLE_MAX:
                self._reachable.clear()
            kept = self._reachable[key] = self._find_reachable(*key)
        return kept

    def _find_reachable(self, known: frozenset[str], customer: bool) -> frozenset[str]:
        found: set[str] = set()
        for lookup in self.in_order:
            if all(
                self._may_come(need, known, found, customer) for need in lookup.needs
            ):
                found.add(lookup.name)
        return frozenset(found)

    def _may_come(
        self,
        need: str,
        known: frozenset[str],
        found: set[str],
        customer: bool,
    ) -> bool:
        if need in known:
            return True
        head, dot, _ = need.partition(".")
        if not dot:
            return False
        if head == "customer":
            return customer or any(self.lookups[x].kind == "identity" for x in found)
        return head in found

    def _ordered(self) -> Iterator[PlannedLookup]:
        """Upstream first; a cycle is a configuration error that names its members."""
        done: set[str] = set()
        waiting = dict(self.lookups)
        while waiting:
            ready = [x for x in waiting.values() if self.upstream(x) <= done]
            if not ready:
                names = " -> ".join(sorted(waiting))
                raise ConfigError(
                    f"lookups wait for each other in a circle: {names}. Let one of them"
                    " take only parameters of the call, e.g. :number."
                )
            for lookup in ready:
                done.add(lookup.name)
                del waiting[lookup.name]
                yield lookup
