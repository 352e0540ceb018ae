"""Which lookup waits for which value?

The plan is made once from the configuration. A parameter is a base one (`number`),
an attribute of the call (`ivr.account`), a column of the chosen customer
(`customer.id`) or of another lookup's first row (`order.id`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from screenpop.config.dataflow import CUSTOMER, IVR, cycle, heads, upstream, waterfall
from screenpop.config.sources import Kind
from screenpop.connector import Lookup, Row, Scalar
from screenpop.connector.records import key_text
from screenpop.domain.errors import ConfigError
from screenpop.domain.profile import KEY_AS_READ, Candidate, CandidateRef
from screenpop.lookup.hit_check import COUNTRY, Hit, HitCheck
from screenpop.lookup.values import ValueReader

REACHABLE_MAX = 1000
FOUND_BY = "found by "  # a lookup

CUSTOMER_SOURCE = "customer.source"
AtHand = Callable[[Mapping[str, Scalar]], Sequence[Row] | None]
"""What can be had without waiting; None: the source must be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLookup:
    """One lookup of the configuration, ready to be asked."""

    name: str
    source: str
    facet: str  # empty: it only feeds others, its answer is not shown
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
    again_after_s: float | None = None
    """An identity lookup that found nothing is asked once more after so long."""
    index_first: bool = False
    """An identity lookup that is not asked where the index knows its customers."""
    check: HitCheck | None = None  # of the customers that an identity lookup finds

    @property
    def needs(self) -> frozenset[str]:
        if self.customers_of is None:
            return self.lookup.needs
        return self.lookup.needs | {CUSTOMER_SOURCE}

    def candidate(self, hit: Hit) -> Candidate | None:
        """A row that an identity lookup found; None for one without a key."""
        row = hit.row
        as_read = row.get("key", row.get("id"))
        key = key_text(as_read)
        if key is None:
            return None
        name = row.get("name") or row.get("company") or key
        company = row.get("company")
        why = self.why or FOUND_BY + self.name
        return Candidate(
            ref=CandidateRef(source=self.source, key=key),
            name=str(name),
            company=None if company in (None, "") else str(company),
            confidence=min(self.confidence, hit.at_most),
            why=why if hit.why is None else f"{why}, {hit.why}",
            fields=row if as_read == key else {**row, KEY_AS_READ: as_read},
        )


def customer_values(candidate: Candidate) -> dict[str, Scalar]:
    """What lookups may ask with of a chosen customer, by parameter."""
    of_customer: Row = {
        **candidate.fields,
        "key": candidate.fields.get(KEY_AS_READ, candidate.ref.key),
        "source": candidate.ref.source,
        "name": candidate.name,
        "company": candidate.company,
    }
    return {
        f"{CUSTOMER}.{name}": value
        for name, value in of_customer.items()
        if value is not None and value != ""
    }


class Plan:
    """All lookups in configuration order; raises `ConfigError` when one cannot run."""

    def __init__(self, lookups: Iterable[PlannedLookup]):
        self.lookups: Mapping[str, PlannedLookup] = {x.name: x for x in lookups}
        self.facets: tuple[str, ...] = tuple(
            dict.fromkeys(x.facet for x in self.lookups.values() if x.facet)
        )
        self._above = {
            name: frozenset(names) - {name}
            for name, names in upstream(self.lookups).items()
        }
        if (circle := cycle(self._above)) is not None:
            raise ConfigError(
                f"lookups wait for each other in a circle: {' -> '.join(circle)}. Let"
                " one of them take only parameters of the call, e.g. :number."
            )
        self.in_order = tuple(
            self.lookups[name] for step in waterfall(self._above) for name in step
        )
        self.with_needs = tuple((x, tuple(sorted(x.needs))) for x in self.in_order)
        self.by_account = frozenset(x.name for x in self if IVR in heads(x.needs))
        needs: frozenset[str] = frozenset().union(*(x.needs for x in self))
        checks = any(x.check is not None for x in self)
        self.wanted = needs | {"number", COUNTRY} if checks else needs
        self.feeding = heads(needs) & self.lookups.keys()
        self._reachable: dict[tuple[frozenset[str], bool], frozenset[str]] = {}
        self._upstream_all: dict[str, frozenset[str]] = {}
        for lookup in self.in_order:
            near = self._above[lookup.name]
            far = (self._upstream_all[name] for name in near)
            self._upstream_all[lookup.name] = near.union(*far)
        self.about_customer: frozenset[str] = frozenset(self._about_customer())

    def __iter__(self) -> Iterator[PlannedLookup]:
        return iter(self.lookups.values())

    def upstream_all(self, name: str) -> frozenset[str]:
        """The lookups it may wait for, through any number of steps."""
        return self._upstream_all[name]

    def _about_customer(self) -> Iterator[str]:
        """Lookups whose answer speaks of the chosen customer, directly or not."""
        found: set[str] = set()
        for lookup in self.in_order:
            asked = heads(lookup.needs)
            if CUSTOMER in asked or asked & found:
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
        if head == CUSTOMER:
            return customer or any(self.lookups[x].kind == "identity" for x in found)
        return head in found
