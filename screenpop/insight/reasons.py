"""Why is this item recommended, in numbers that anyone can count again?

A reason never comes from the ranking. It is counted from the orders at the moment of
the question, and a shown percentage names the counts it comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, Literal

import numpy as np

from screenpop.insight.features import OrderBook
from screenpop.insight.orders import Floats, Ints, Longs, Orders, starts
from screenpop.insight.outlook import medians

Kind = Literal["bought_often", "due_again", "also_order", "same_orders", "popular"]

RECENT_ORDERS = 20  # "in 14 of their last 20 orders"
DUE_PURCHASES_MIN = 3  # two intervals make a habit
DUE_LATE_MAX = 3.0  # later than so many intervals: given up, not due
COUNTED_MIN = 5  # customers or orders behind a percentage: no one is recognised by it
PERCENT_FROM = 20  # of fewer, one more or less is over 5 points
OTHERS_MAX = 3  # items tried for "customers who order X"
DAY_S = 86_400.0
SEARCHED_FROM = 20  # times longer: searching it is faster than merging both


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why `item` is shown.

    - `bought_often`: in `count` of the customer's last `of` orders;
    - `due_again`: the usual (median) interval is `usual_days`, the last purchase was
      `last_days` ago; `count` purchases;
    - `also_order`: of the `of` customers who order `other`, `count` also order this
      (`percent`); this customer never has;
    - `same_orders`: of the `of` orders with `other`, `count` have this (`percent`);
    - `popular`: in `count` of all `of` orders.

    Days are whole days that have passed, medians and percentages are rounded half to
    even.
    """

    kind: Kind
    item: str
    count: int
    of: int = 0
    other: str = ""
    percent: int = 0
    usual_days: int = 0
    last_days: int = 0

    def text(self, other: str = "") -> str:
        """English: "in 14 of their last 20 orders"; `other`: a name for its key."""
        named = other or self.other
        match self.kind:
            case "bought_often":
                if self.of == 1:
                    return "in their only order"
                return f"in {self.count} of their last {self.of} orders"
            case "due_again":
                every = "day" if self.usual_days == 1 else _days(self.usual_days)
                return f"usually every {every}, last {_days(self.last_days)} ago"
            case "also_order":
                return (
                    f"{self._shared} customers who order {named} also order this;"
                    " they never have"
                )
            case "same_orders":
                return f"in {self._shared} orders with {named}"
            case "popular":
                return f"in {self.count:,} of all {self.of:,} orders"

    @property
    def _shared(self) -> str:
        """`61% of`, or the counts where a percentage says too much or too little."""
        if self.of < PERCENT_FROM or self.percent == 0:
            return f"{self.count:,} of {self.of:,}"
        return f"{self.percent}% of"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """An item that the customer buys at an interval, and that is late now."""

    item: str
    purchases: int
    usual_days: int
    last_days: int


def in_a_sentence(texts: Sequence[str]) -> str:
    """Several reasons; without one, nothing."""
    said = "; ".join(texts)
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemIndex:
    """Orders read from the item's side."""

    lines_from: Longs  # (I + 1,)
    baskets: Ints  # (L,) baskets with the item, ascending
    buyers_from: Longs  # (I + 1,)
    buyers: Ints  # (P,) customers who bought the item, ascending


def item_index(orders: Orders) -> ItemIndex:
    count = len(orders.item_keys)
    order = np.argsort(orders.line_item, kind="stable")
    items = orders.line_item[order]
    customers = orders.line_customer[order]
    first = np.ones(len(items), dtype=np.bool_)  # baskets ascend, so customers do
    first[1:] = (items[1:] != items[:-1]) | (customers[1:] != customers[:-1])
    return ItemIndex(
        lines_from=starts(items, count),
        baskets=orders.line_basket[order],
        buyers_from=starts(items[first], count),
        buyers=customers[first],
    )


class Reasons:
    """Counts reasons for a book's customers, as of a time."""

    def __init__(self, book: OrderBook, index: ItemIndex):
        self._book = book
        self._index = index
        self._keys = book.orders.item_keys

    def likely(self, customer: int, item: int, now: float) -> list[Reason]:
        """For an item that the customer bought, or else as for a new one."""
        times = self._purchases(customer, item)
        if not len(times):
            return self.new(customer, item)
        found = [self._bought_often(customer, item), self._due_again(item, times, now)]
        return [reason for reason in found if reason is not None] or [
            self._popular(item)
        ]

    def new(self, customer: int, item: int) -> list[Reason]:
        """For an item that the customer never bought."""
        own = self._book.history(customer).items
        weights = self._book.items.same_customers
        for other in self._nearest(own, item, weights.neighbours, weights.weights):
            reason = self._also_order(other, item)
            if reason is not None:
                return [reason]
        return [self._popular(item)]

    def goes_with(
        self, customer: int, basket: Ints, item: int, now: float
    ) -> list[Reason]:
        """For an item that goes with a basket; the customer's own habit, too.

        What everyone orders says nothing more where there is a nearer reason.
        """
        weights = self._book.items.bought_with
        found = []
        for other in self._nearest(basket, item, weights.neighbours, weights.weights):
            reason = self._same_orders(other, item)
            if reason is not None:
                found.append(reason)
                break
        if len(self._purchases(customer, item)):
            own = self.likely(customer, item, now)
            found += [each for each in own if not found or each.kind != "popular"]
        return found or self.new(customer, item)

    def due(self, customer: int, now: float) -> list[DueItem]:
        """Items that are late, the latest (in intervals) first."""
        if customer < 0:
            return []
        first, end = self._book.basket_range(customer)
        times = self._book.orders.basket_time[first:end]
        items, baskets = self._lines(first, end)
        count = len(self._keys)
        number = np.bincount(items, minlength=count)
        gaps = times[baskets[1:]] - times[baskets[:-1]]
        same = items[1:] == items[:-1]
        usual = medians(gaps[same], items[1:][same], count)
        since = np.full(count, np.nan)
        since[items] = now - times[baskets]  # baskets ascend: the newest stays
        late = (number >= DUE_PURCHASES_MIN) & _is_due(usual, since)
        found = [
            DueItem(
                item=self._keys[item],
                purchases=int(number[item]),
                usual_days=round(float(usual[item]) / DAY_S),
                last_days=int(since[item] // DAY_S),
            )
            for item in np.flatnonzero(late).tolist()
        ]
        return sorted(
            found, key=lambda due: (-due.last_days / max(due.usual_days, 1), due.item)
        )

    def _lines(self, first: int, end: int) -> tuple[Ints, Ints]:
        """Items of baskets [first, end) and their basket from `first`, by item."""
        items, baskets = self._book.lines(first, end)
        order = np.argsort(items, kind="stable")
        return items[order], baskets[order] - first

    def _purchases(self, customer: int, item: int) -> Floats:
        """Times of the customer's baskets with the item, ascending."""
        if customer < 0:
            return np.empty(0)
        within = _between(self._baskets(item), *self._book.basket_range(customer))
        return self._book.orders.basket_time[within]

    def _bought_often(self, customer: int, item: int) -> Reason | None:
        first, end = self._book.basket_range(customer)
        first = max(first, end - RECENT_ORDERS)
        count = len(_between(self._baskets(item), first, end))
        if not count:
            return None
        return Reason(
            kind="bought_often",
            item=self._keys[item],
            count=count,
            of=end - first,
        )

    def _due_again(self, item: int, times: Floats, now: float) -> Reason | None:
        if len(times) < DUE_PURCHASES_MIN:
            return None
        usual = median(later - earlier for earlier, later in pairwise(times.tolist()))
        since = now - float(times[-1])
        if not _is_due(usual, since):
            return None
        return Reason(
            kind="due_again",
            item=self._keys[item],
            count=len(times),
            usual_days=round(usual / DAY_S),
            last_days=int(since // DAY_S),
        )

    def _nearest(
        self, items: Ints, target: int, neighbours: Ints, weights: np.ndarray
    ) -> list[int]:
        """Of `items`, the few whose weight for `target` is the highest."""
        row, place = np.nonzero(neighbours[items] == target)
        strength = weights[items[row], place]
        best = np.lexsort((items[row], -strength))[:OTHERS_MAX]
        found: list[int] = items[row][best][strength[best] > 0].tolist()
        return found

    def _also_order(self, other: int, item: int) -> Reason | None:
        those = self._buyers(other)
        return self._share("also_order", those, self._buyers(item), other, item)

    def _same_orders(self, other: int, item: int) -> Reason | None:
        those = self._baskets(other)
        return self._share("same_orders", those, self._baskets(item), other, item)

    def _share(
        self, kind: Kind, those: Ints, have: Ints, other: int, item: int
    ) -> Reason | None:
        count = _common(those, have)
        if count < COUNTED_MIN:
            return None
        return Reason(
            kind=kind,
            item=self._keys[item],
            other=self._keys[other],
            count=count,
            of=len(those),
            percent=round(100 * count / len(those)),
        )

    def _popular(self, item: int) -> Reason:
        return Reason(
            kind="popular",
            item=self._keys[item],
            count=len(self._baskets(item)),
            of=len(self._book.orders.basket_time),
        )

    def _baskets(self, item: int) -> Ints:
        start = self._index.lines_from
        return self._index.baskets[start[item] : start[item + 1]]

    def _buyers(self, item: int) -> Ints:
        start = self._index.buyers_from
        return self._index.buyers[start[item] : start[item + 1]]


def _is_due(usual: Any, since: Any) -> Any:
    """Seconds or columns of seconds; NaN: not due."""
    return (usual >= DAY_S) & (usual <= since) & (since <= DUE_LATE_MAX * usual)


def _between(ascending: Ints, first: int, end: int) -> Ints:
    """The values in [first, end)."""
    # bounds of another type would copy the whole column
    bounds = np.asarray((first, end), dtype=ascending.dtype)
    start, stop = np.searchsorted(ascending, bounds)
    return ascending[start:stop]


def _common(one: Ints, other: Ints) -> int:
    """How many values do two ascending columns without repetition share?"""
    fewer, more = (one, other) if len(one) < len(other) else (other, one)
    if not len(fewer):
        return 0
    if len(more) < SEARCHED_FROM * len(fewer):
        both = np.concatenate((fewer, more))
        both.sort(kind="stable")  # merges two ascending runs
        return int(np.count_nonzero(both[1:] == both[:-1]))
    place = np.minimum(np.searchsorted(more, fewer), len(more) - 1)
    return int(np.count_nonzero(more[place] == fewer))
