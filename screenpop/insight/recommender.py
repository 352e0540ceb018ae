"""What does a company's model answer about a customer?

`Recommender` is the public interface: fit it on order lines, then ask. `InsightModel`
is what training makes: plain arrays, which `model_file` writes and maps.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from screenpop.insight.features import OrderBook
from screenpop.insight.orders import Flags, Floats, Ints, Orders, OrdersError
from screenpop.insight.outlook import (
    DAY_S,
    Outlook,
    OutlookModel,
    outlook,
    outlook_model,
)
from screenpop.insight.ranking import Choice, Ranking, Task, choose, rank
from screenpop.insight.reasons import DueItem, ItemIndex, Reason, Reasons, item_index


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """An item and why it is shown, the strongest reason first."""

    item: str
    reasons: Sequence[Reason]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InsightModel:
    """What training made of the orders of a company.

    `allowed` are the items (I,) that may be recommended. Customers in `withheld` get
    no answer: they opted out of profiling or are excluded, and none of their orders
    is in `book`.
    """

    book: OrderBook
    outlook: OutlookModel
    index: ItemIndex
    ranking: Ranking
    allowed: Flags
    withheld: Collection[str]


def train(
    orders: Orders,
    *,
    withheld: Collection[str] = (),
    excluded_items: Collection[str] = (),
    progress: Callable[[str], None] = lambda step: None,
) -> InsightModel:
    """Make a model of orders, without those of `withheld` customers.

    `progress` gets a line at each step. Raises `OrdersError` when no order is left.
    """
    orders = without_customers(orders, withheld)
    ranking = choose(orders, progress)
    progress("learning about items")
    book = OrderBook(orders)
    progress("fitting the outlook")
    expected = outlook_model(orders)
    progress("indexing orders by item")
    excluded = frozenset(excluded_items)
    return InsightModel(
        book=book,
        outlook=expected,
        index=item_index(orders),
        ranking=ranking,
        allowed=np.asarray([key not in excluded for key in orders.item_keys]),
        withheld=frozenset(withheld),
    )


def without_customers(orders: Orders, withheld: Collection[str]) -> Orders:
    """Orders of the other customers only, as if these had never ordered."""
    out = [place for key in withheld if (place := orders.customer(key)) >= 0]
    if not out:
        return orders
    kept = ~np.isin(orders.basket_customer, out)
    if not kept.any():
        raise OrdersError(
            "every customer with orders is excluded or opted out of profiling."
            " There is nothing to train on."
        )
    return orders.only_baskets(kept).compact()


class Recommender:
    """Recommends items to customers, from their orders and those of others.

    >>> recommender = Recommender().fit(customers, baskets, times, items, quantities)
    >>> recommender.recommend("4711", 3)
    ['85123A', '22423', '84879']

    `fit` chooses the best way to rank on the latest tenth of the given orders; see
    `choices`. Answers are lists of item keys, best first, the same for the same
    orders. An unknown customer gets the items that are bought most often.
    """

    def __init__(self, model: InsightModel | None = None):
        """`model`: answer from this one, without `fit`."""
        self._model: InsightModel | None = None
        if model is not None:
            self._use(model)

    def fit(
        self,
        customers: Sequence[str],
        baskets: Sequence[str],
        times: Sequence[datetime] | Sequence[float],
        items: Sequence[str],
        quantities: Sequence[float],
        amounts: Sequence[float] | None = None,
        *,
        withheld: Collection[str] = (),
        excluded_items: Collection[str] = (),
    ) -> Recommender:
        """Learn from order lines: five equally long columns, one entry a line.

        Times are datetimes (without a zone: UTC) or Unix seconds, in any order. Lines
        with a missing key or time are skipped, returns (negative quantities) are
        taken off the line's purchases in the same basket. `withheld` customers are
        left out of everything, `excluded_items` are never recommended.

        `amounts` (of the whole line, one currency) are needed for expected spend only.
        Raises `OrdersError` (a `ValueError`) when the columns cannot be used.
        """
        orders = Orders.of(customers, baskets, times, items, quantities, amounts)
        self._use(train(orders, withheld=withheld, excluded_items=excluded_items))
        return self

    def _use(self, model: InsightModel) -> None:
        self._model = model
        self._last: tuple[str | None, int] = (None, -1)
        self._reasons = Reasons(model.book, model.index)

    @property
    def model(self) -> InsightModel:
        """Raises `OrdersError` before `fit`."""
        if self._model is None:
            raise OrdersError("the recommender knows no orders yet. Call fit() first.")
        return self._model

    @property
    def choices(self) -> Mapping[Task, Choice]:
        """The variant in use for each task, and what each variant reached."""
        return self.model.ranking.choices

    def recommend(self, customer: str, k: int) -> list[str]:
        """At most k items that the customer is likely to buy next."""
        return self._keys(self._answer("likely_next", customer, (), k))

    def recommend_new(self, customer: str, k: int) -> list[str]:
        """At most k items that the customer never bought."""
        return self._keys(self._answer("new", customer, (), k))

    def complete(
        self, items: Sequence[str], k: int, customer: str | None = None
    ) -> list[str]:
        """At most k items that go with a basket, none of them in it.

        Items that were never ordered are ignored. With a customer, their own
        purchases count, too.
        """
        task: Task = "goes_with_anyone" if customer is None else "goes_with"
        return self._keys(self._answer(task, customer, items, k))

    def explained(
        self, customer: str, k: int, *, now: float | None = None
    ) -> list[Recommendation]:
        """`recommend` with reasons; `now` in Unix seconds (default: newest order)."""
        return self.because(self.recommend(customer, k), customer, now=now)

    def explained_new(self, customer: str, k: int) -> list[Recommendation]:
        """`recommend_new` with reasons."""
        return self.because(self.recommend_new(customer, k), customer)

    def explained_with(
        self,
        items: Sequence[str],
        k: int,
        customer: str | None = None,
        *,
        now: float | None = None,
    ) -> list[Recommendation]:
        """`complete` with reasons."""
        found = self.complete(items, k, customer)
        return self.because(found, customer, basket=items, now=now)

    def because(
        self,
        items: Sequence[str],
        customer: str | None,
        *,
        basket: Sequence[str] = (),
        now: float | None = None,
    ) -> list[Recommendation]:
        """Items that were recommended, each with its reasons.

        `basket`: what they go with, for items of `complete`.
        """
        at, who, given = self._now(now), self._customer(customer), self._basket(basket)
        reasons, place_of = self._reasons, self.model.book.orders.item
        return [
            Recommendation(
                item=item,
                reasons=reasons.goes_with(who, given, place_of(item), at)
                if len(given)
                else reasons.likely(who, place_of(item), at),
            )
            for item in items
        ]

    def due_again(self, customer: str, *, now: float | None = None) -> list[DueItem]:
        """Items bought at an interval that is over, the latest first."""
        if customer in self.model.withheld:
            return []
        due = self._reasons.due(self._customer(customer), self._now(now))
        return [each for each in due if self._is_allowed(each.item)]

    def outlook(self, customer: str, *, now: float | None = None) -> Outlook | None:
        """When the next order is expected, and more; None: no orders are known."""
        who = self._customer(customer)
        if who < 0 or customer in self.model.withheld:
            return None
        at = None if now is None else now // DAY_S
        return outlook(self.model.outlook, who, at)

    def last_order(self, customer: str) -> list[str]:
        """Items of the customer's newest order; empty for an unknown customer."""
        return self._keys(self.model.book.last_basket(self._customer(customer)))

    def _answer(
        self, task: Task, customer: str | None, items: Sequence[str], k: int
    ) -> Ints:
        if k < 1:
            raise ValueError(f"k must be 1 or more, is {k}.")
        model = self.model
        if customer in model.withheld:
            return np.empty(0, dtype=np.int32)
        question = model.book.question(self._customer(customer), self._basket(items))
        weights: Floats = model.ranking.weights[task]
        return rank(model.book, question, weights, model.allowed, task=task, k=k)

    def _customer(self, key: str | None) -> int:
        """The last one is kept: one card looks a customer up several times."""
        if key is None:
            return -1
        if self._last[0] != key:
            self._last = (key, self.model.book.orders.customer(key))
        return self._last[1]

    def _basket(self, items: Sequence[str]) -> Ints:
        places = {self.model.book.orders.item(key) for key in items} - {-1}
        return np.asarray(sorted(places), dtype=np.int32)

    def _now(self, now: float | None) -> float:
        return self.model.book.items.now if now is None else now

    def _is_allowed(self, item: str) -> bool:
        return bool(self.model.allowed[self.model.book.orders.item(item)])

    def _keys(self, items: Ints) -> list[str]:
        keys = self.model.book.orders.item_keys
        return [keys[item] for item in items.tolist()]
