"""What became of offers, counted for a period; by agent it is not kept.

An order counts for an offer when the same customer orders the same item within
`ORDER_DAYS` after it. Until these days are over an offer is not settled: it counts as
shown, and not in the share that was ordered.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

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

from screenpop.domain.offer import Mark
from screenpop.history import tables
from screenpop.history.engine import Database

ORDER_DAYS = 14
ORDER_US = ORDER_DAYS * 86_400_000_000
PAGE_MAX = 1_000
GROUPS_MAX = 1_000  # of facet, kind of reason and model

_offers = tables.offers.c
_calls = tables.calls.c
_KEY = (_offers.line, _offers.call_id, _offers.occurrence)
_PLACE = (*_KEY, _offers.facet, _offers.item)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCounts:
    """Offers of one facet, kind of reason and model, by their last mark.

    `settled` of those on a card and `held_back_settled` of those held back are older
    than `ORDER_DAYS`; `ordered` and `held_back_ordered` of these were ordered.
    """

    facet: str
    basis: str
    model: str
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
    ) -> Sequence[OpenOffer]:
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
    settled = _offers.at_us <= now_us - ORDER_US
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
    by = (_offers.facet, _offers.basis, _offers.model)
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
