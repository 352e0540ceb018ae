"""What became of offers, counted for a period; by agent it is not kept.

An order counts for an offer when the same customer orders the same item within
`ORDER_DAYS` after it. Until these days are over an offer is not settled: it counts as
shown, and not in the share that was ordered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from math import hypot, sqrt

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    func,
    select,
    tuple_,
    update,
)

from screenpop.domain.offer import POLICY, Mark
from screenpop.history import tables
from screenpop.history.engine import Database

ORDER_DAYS = 14
ORDER_US = ORDER_DAYS * 86_400_000_000
PAGE_MAX = 1_000
Z_95 = 1.959964  # of the standard normal distribution, two-sided
GROUPS_MAX = 10_000  # of facet, kind of reason, model, rule and queue

_offers = tables.offers.c
_calls = tables.calls.c
_KEY = (_offers.line, _offers.call_id, _offers.occurrence)
_PLACE = (*_KEY, _offers.facet, _offers.item)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCounts:
    """Offers of one facet, kind of reason, model, rule and queue, by their last mark.

    An offer of a rule names no item: it is never settled.
    `settled` of those on a card and `held_back_settled` of those held back are older
    than `ORDER_DAYS`; `ordered` and `held_back_ordered` of these were ordered.
    """

    facet: str
    basis: str
    model: str
    rule: str  # of the sales policy that asked for it; "": none did
    queue: str  # of the call; "": it had none
    shown: int  # all that were on a card, however they were marked
    offered: int  # marked as offered, taken, declined or unsuitable
    taken: int
    declined: int
    unsuitable: int
    settled: int
    ordered: int
    held_back: int
    held_back_settled: int
    held_back_ordered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOffer:
    """An offer that nobody is known to have ordered, young enough to be."""

    line: str
    call_id: str
    occurrence: int
    facet: str
    item: str
    customer: str  # the key of the call's customer
    at_us: int

    @property
    def place(self) -> tuple[str, str, int, str, str]:
        return self.line, self.call_id, self.occurrence, self.facet, self.item


class Offers:
    """The store's side of offers. Everything raises `Unavailable`."""

    def __init__(self, database: Database):
        self._database = database

    async def counts(
        self, from_us: int, to_us: int, now_us: int
    ) -> Sequence[OfferCounts]:
        """Of calls that arrived in [from, to)."""
        async with self._database.read() as connection:
            found = await connection.execute(_counting(from_us, to_us, now_us))
            return [OfferCounts(**row) for row in found.mappings()]

    async def open_offers(
        self, now_us: int, after: OpenOffer | None = None
    ) -> list[OpenOffer]:
        """At most `PAGE_MAX`, in the order of their place."""
        query = (
            select(*_PLACE, _calls.customer_key.label("customer"), _offers.at_us)
            .join(tables.calls, _of_call())
            .where(
                _calls.arrived_us >= now_us - 2 * ORDER_US,
                _calls.customer_key.is_not(None),
                _offers.ordered_us.is_(None),
            )
            .order_by(*_PLACE)
            .limit(PAGE_MAX)
        )
        if after is not None:
            query = query.where(tuple_(*_PLACE) > tuple_(*after.place))
        async with self._database.read() as connection:
            found = await connection.execute(query)
            return [OpenOffer(**row) for row in found.mappings()]

    async def ordered(self, found: Collection[tuple[OpenOffer, int]]) -> None:
        """These offers were ordered, at these times (microseconds)."""
        if not found:
            return
        names = ("line", "call_id", "occurrence", "facet", "item")
        statement = (
            update(tables.offers)
            .where(*(_offers[name] == bindparam(f"of_{name}") for name in names))
            .values(ordered_us=bindparam("of_order"))
        )
        rows = [
            {f"of_{name}": getattr(offer, name) for name in names} | {"of_order": at_us}
            for offer, at_us in found
        ]
        async with self._database.write() as connection:
            await connection.execute(statement, rows)


def _counting(from_us: int, to_us: int, now_us: int) -> Select[tuple[object, ...]]:
    held = _offers.mark == Mark.HELD_BACK.value
    settled = and_(_offers.facet != POLICY, _offers.at_us <= now_us - ORDER_US)
    ordered = and_(settled, _offers.ordered_us <= _offers.at_us + ORDER_US)
    spoken_of = (Mark.OFFERED, Mark.TAKEN, Mark.DECLINED, Mark.UNSUITABLE)
    counted = {
        "shown": ~held,
        "offered": _offers.mark.in_([mark.value for mark in spoken_of]),
        "taken": _offers.mark == Mark.TAKEN.value,
        "declined": _offers.mark == Mark.DECLINED.value,
        "unsuitable": _offers.mark == Mark.UNSUITABLE.value,
        "settled": and_(~held, settled),
        "ordered": and_(~held, ordered),
        "held_back": held,
        "held_back_settled": and_(held, settled),
        "held_back_ordered": and_(held, ordered),
    }
    asked_by_rule = case((_offers.facet == POLICY, _offers.item), else_="")
    by = (
        _offers.facet,
        _offers.basis,
        _offers.model,
        asked_by_rule.label("rule"),
        func.coalesce(_calls.queue, "").label("queue"),
    )
    return (
        select(
            *by,
            *(
                func.sum(case((condition, 1), else_=0)).label(name)
                for name, condition in counted.items()
            ),
        )
        .join(tables.calls, _of_call())
        .where(_calls.arrived_us >= from_us, _calls.arrived_us < to_us)
        .group_by(*by)
        .order_by(*by)
        .limit(GROUPS_MAX)
    )


def _of_call() -> ColumnElement[bool]:
    return and_(
        _offers.line == _calls.line,
        _offers.call_id == _calls.call_id,
        _offers.occurrence == _calls.occurrence,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`count` of `of`, with its 95 % Wilson interval; all null where `of` is 0."""

    count: int
    of: int
    share: float | None
    low: float | None
    high: float | None


def share(count: int, of: int) -> Share:
    """E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209; not continuity-corrected."""
    if of == 0:
        return Share(count=count, of=of, share=None, low=None, high=None)
    p, z2 = count / of, Z_95 * Z_95
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z_95 * sqrt(p * (1 - p) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Share(count=count, of=of, share=p, low=low, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift:
    """Ordered share with offers less the one without, with a 95 % interval.

    Null while one of the groups has nothing settled.
    """

    with_offers: Share
    held_back: Share
    difference: float | None
    low: float | None
    high: float | None


def uplift(with_offers: Share, held_back: Share) -> Uplift:
    """R. G. Newcombe, Statistics in Medicine 17 (1998) 873, method 10."""
    a, b = with_offers, held_back
    known = (a.share, a.low, a.high, b.share, b.low, b.high)
    if None in known:
        return Uplift(with_offers=a, held_back=b, difference=None, low=None, high=None)
    p, p_low, p_high, q, q_low, q_high = (value or 0.0 for value in known)
    low = p - q - hypot(p - p_low, q_high - q)
    high = p - q + hypot(p_high - p, q - q_low)
    return Uplift(with_offers=a, held_back=b, difference=p - q, low=low, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferGroup:
    """Offers that have one thing in common, and what became of them."""

    name: str
    shown: int
    offered: Share  # of shown: spoken of
    taken: Share  # of offered
    declined: Share  # of offered
    unsuitable: Share  # of offered
    ordered: Share  # of settled


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferReport:
    """`GET /v1/insight`: offers of calls that arrived in [from, to), never by agent."""

    total: OfferGroup
    by_facet: list[OfferGroup]
    by_reason: list[OfferGroup]
    by_model: list[OfferGroup]
    by_rule: list[OfferGroup]  # of offers that a rule of the sales policy asked for
    by_queue: list[OfferGroup]
    uplift: Uplift
    formulas: Mapping[str, str]


FORMULAS = {
    "shown": "Offers on the card of a call in which an agent talked",
    "offered": "Marked offered, taken, declined or not suitable / shown",
    "taken": "Marked taken / offered",
    "declined": "Marked declined / offered",
    "unsuitable": "Marked not suitable / offered",
    "ordered": f"Ordered by the same customer within {ORDER_DAYS} days"
    f" / shown at least {ORDER_DAYS} days ago; without offers of rules of the sales"
    " policy, which name no item",
    "uplift": "Ordered share of offers shown, less that of offers held back by chance"
    " (insight.holdout_share), with its 95 % interval (Newcombe 1998). Each offer"
    " counts singly; offers of one call are alike, so the true interval is wider",
}


def reported(counts: Sequence[OfferCounts]) -> OfferReport:
    """The shares of all offers, and by what they have in common."""
    held = share(
        sum(each.held_back_ordered for each in counts),
        sum(each.held_back_settled for each in counts),
    )
    total = _group("all", counts)
    return OfferReport(
        total=total,
        by_facet=_groups(counts, lambda each: each.facet),
        by_reason=_groups(counts, lambda each: each.basis),
        by_model=_groups(counts, lambda each: each.model),
        by_rule=_groups([x for x in counts if x.rule], lambda each: each.rule),
        by_queue=_groups(counts, lambda each: each.queue),
        uplift=uplift(total.ordered, held),
        formulas=FORMULAS,
    )


def _groups(
    counts: Sequence[OfferCounts], name: Callable[[OfferCounts], str]
) -> list[OfferGroup]:
    names = sorted({name(each) for each in counts if each.shown})
    return [_group(n, [each for each in counts if name(each) == n]) for n in names]


def _group(name: str, counts: Sequence[OfferCounts]) -> OfferGroup:
    def added(of: Callable[[OfferCounts], int]) -> int:
        return sum(map(of, counts))

    shown, offered = added(lambda x: x.shown), added(lambda x: x.offered)
    return OfferGroup(
        name=name,
        shown=shown,
        offered=share(offered, shown),
        taken=share(added(lambda x: x.taken), offered),
        declined=share(added(lambda x: x.declined), offered),
        unsuitable=share(added(lambda x: x.unsuitable), offered),
        ordered=share(added(lambda x: x.ordered), added(lambda x: x.settled)),
    )
