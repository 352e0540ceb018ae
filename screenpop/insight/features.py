"""What speaks for an item: the customer's history, other customers, the basket?

`ItemModel` holds what is known about items, `History` what one customer bought, read
from the orders at the moment of the question. `describe` makes one row of features for
each candidate item. Times are counted in units of 1/365 of the orders' span, so that
the same code fits a year of a wholesaler and ten years of a machine builder.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from screenpop.insight.orders import Flags, Floats, Ints, Longs, Orders
from screenpop.insight.similar import SimilarItems, similar_items

BASKET_RIDGE = 50.0
CUSTOMER_RIDGE = 200.0
HISTORY_BASKETS_MAX = 500  # of one customer, the newest
NEW_CANDIDATES = 100  # items that the customer never bought, by each way to find them
POPULAR_CANDIDATES = 50
SCORED_ITEMS_MAX = 200  # of a history or basket, that speak for other items
HALF_LIVES = (7.0, 30.0, 120.0)  # of popularity, in units of time

LOGGED_FEATURES = {
    "log_share": 0.02, "log_count": 0.5, "log_decay_30": 0.03, "log_decay_120": 0.05,
    "log_decay_orders": 0.025, "log_decay_orders_fast": 0.02, "log_since": 2.0,
    "log_orders_since": 1.0, "log_late": 0.3,
}  # fmt: skip
"""Of a bought item; to each a constant is added before its logarithm is taken."""
OWN_FEATURES = (
    "bought", "once", *LOGGED_FEATURES, "very_late", "share", "decay_share",
)  # fmt: skip
FEATURES = (
    *OWN_FEATURES,
    "log_same", "same", "log_same_recent", "same_share",
    "log_popular_7", "log_popular_30", "log_popular_120", "log_popular",
    "log_rebuy", "bought_log_rebuy", "bought_log_repeats", "bought_log_orders",
    "bought_log_popular_7", "bought_log_popular", "bought_log_same",
    "log_basket_size", "log_quiet",
    "log_with", "with_share", "bought_log_with", "popular_share",
)  # fmt: skip
COLUMN = {name: place for place, name in enumerate(FEATURES)}
_LOGGED = slice(COLUMN["log_share"], COLUMN["log_late"] + 1)
_ADDED = np.asarray(list(LOGGED_FEATURES.values()))[:, None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ItemModel:
    """What orders say about I items."""

    bought_with: SimilarItems  # in one basket
    same_customers: SimilarItems  # by one customer, whenever
    popularity: Floats  # (4, I) log of purchases a unit of time: HALF_LIVES, whole span
    rebuy: Floats  # (I,) log of the share of buyers who bought it again
    by_popularity: Ints  # (I,) most often bought first; ties by key
    popular_rank: Ints  # (I,) each item's place in `by_popularity`
    recent_first: Ints  # (I,) by the shortest but one half-life
    unit_s: float  # 1/365 of the span
    now: float  # Unix seconds of the newest order


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """What one customer bought: n items of b baskets, as of the model's `now`."""

    items: Ints  # (n,) ascending
    count: Floats  # (n,) baskets with the item
    first: Floats  # (n,) Unix seconds
    last: Floats  # (n,)
    orders_since: Ints  # (n,) 0: it is in the newest basket
    decays: Floats  # (4, n) sums of weights: 30 and 120 units, 0.8 and 0.5 an order
    times: Floats  # (b,) of the baskets, ascending
    lines: int

    @property
    def baskets(self) -> int:
        return len(self.times)


NO_HISTORY = History(
    items=np.empty(0, dtype=np.int32),
    count=np.empty(0),
    first=np.empty(0),
    last=np.empty(0),
    orders_since=np.empty(0, dtype=np.int32),
    decays=np.empty((4, 0)),
    times=np.empty(0),
    lines=0,
)


def item_model(orders: Orders) -> ItemModel:
    """Learn about items. Takes the time of two inversions up to 5,000 items."""
    count = len(orders.item_keys)
    now, span = _time_span(orders)
    unit_s = span / 365
    baskets = len(orders.basket_customer)
    customers = len(orders.customer_keys)
    counts = np.bincount(orders.line_item, minlength=count)
    popularity = _popularity(orders, count, now, unit_s)
    order = np.arange(count)
    by_popularity = np.lexsort((order, -counts)).astype(np.int32)
    return ItemModel(
        bought_with=similar_items(
            orders.line_basket,
            orders.line_item,
            shape=(baskets, count),
            ridge=BASKET_RIDGE,
        ),
        same_customers=similar_items(
            orders.line_customer,
            orders.line_item,
            shape=(customers, count),
            ridge=CUSTOMER_RIDGE,
        ),
        popularity=popularity,
        rebuy=_rebuy(orders, count),
        by_popularity=by_popularity,
        popular_rank=np.argsort(by_popularity).astype(np.int32),
        recent_first=np.lexsort((order, -counts, -popularity[1])).astype(np.int32),
        unit_s=unit_s,
        now=now,
    )


def _time_span(orders: Orders) -> tuple[float, float]:
    now = float(orders.basket_time.max())
    return now, max(now - float(orders.basket_time.min()), 1.0)


def _popularity(orders: Orders, count: int, now: float, unit_s: float) -> Floats:
    age = (now - orders.line_time) / unit_s
    rates = [
        np.bincount(orders.line_item, 0.5 ** (age / half), count) * np.log(2) / half
        for half in HALF_LIVES
    ]
    rates.append(np.bincount(orders.line_item, minlength=count) / 365)
    return np.log(np.asarray(rates) + 0.02)


def _rebuy(orders: Orders, count: int) -> Floats:
    pair = orders.line_customer.astype(np.int64) * count + orders.line_item
    pairs, times = np.unique(pair, return_counts=True)
    buyers = np.bincount(pairs % count, minlength=count)
    again = np.bincount(pairs[times > 1] % count, minlength=count)
    return np.log((again + 1) / (buyers + 8))


def history(
    orders: Orders,
    baskets_from: Longs,
    lines_from: Longs,
    customer: int,
    items: ItemModel,
) -> History:
    """Read one customer's newest `HISTORY_BASKETS_MAX` baskets; a few microseconds."""
    end = int(baskets_from[customer + 1])
    start = max(int(baskets_from[customer]), end - HISTORY_BASKETS_MAX)
    if start >= end:
        return NO_HISTORY
    lines = slice(int(lines_from[start]), int(lines_from[end]))
    found, place = np.unique(orders.line_item[lines], return_inverse=True)
    times = np.asarray(orders.basket_time[start:end])
    basket = orders.line_basket[lines] - start
    first = _first_places(place, basket, len(found))
    last = _last_places(place, basket, len(found))
    return History(
        items=found,
        count=np.bincount(place).astype(np.float64),
        first=times[first],
        last=times[last],
        orders_since=(len(times) - 1 - last).astype(np.int32),
        decays=_decays(place, basket, times, items),
        times=times,
        lines=len(place),
    )


def _first_places(place: Longs, basket: Ints, count: int) -> Longs:
    first = np.empty(count, dtype=np.int64)
    first[place[::-1]] = basket[::-1]  # baskets ascend: the earliest is written last
    return first


def _last_places(place: Longs, basket: Ints, count: int) -> Longs:
    last = np.empty(count, dtype=np.int64)
    last[place] = basket
    return last


def _decays(place: Longs, basket: Ints, times: Floats, items: ItemModel) -> Floats:
    ages = len(times) - 1 - np.arange(len(times))
    units = (items.now - times) / items.unit_s
    weights = (
        0.5 ** (units / 30),
        0.5 ** (units / 120),
        0.8**ages,
        0.5**ages,
    )
    return np.asarray([np.bincount(place, weight[basket]) for weight in weights])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RankingQuestion:
    """One customer and one basket, with what every candidate's features need."""

    history: History
    basket: Ints  # items given; empty for "what next?"
    same: Floats  # (I,) from items that the same customers buy
    same_recent: Floats  # (I,) as above, decayed
    bought_with: Floats  # (I,) from the basket


def _of_same_customers(items: ItemModel, own: History) -> tuple[Floats, Floats]:
    """`same` and `same_recent` of a question."""
    if not len(own.items):
        nothing = np.zeros(len(items.rebuy))
        return nothing, nothing
    decays = own.decays[2]
    top = np.argsort(-decays, kind="stable")[:SCORED_ITEMS_MAX]
    same, recent = items.same_customers.scores(own.items[top], decays[top])
    return same, recent


class OrderBook:
    """Orders up to a time, ready for questions about their customers."""

    def __init__(self, orders: Orders, items: ItemModel | None = None):
        self.orders = orders
        self.items = items if items is not None else item_model(orders)
        self._last = (-1, NO_HISTORY)
        self._last_same: tuple[int, Floats, Floats] | None = None
        self._baskets_from = orders.baskets_from()
        self._lines_from = orders.lines_from()

    def history(self, customer: int) -> History:
        """What the customer of this index bought; -1: not known.

        The last answer is kept: one call asks about one customer several times.
        """
        asked, found = self._last
        if asked != customer:
            found = history(
                self.orders, self._baskets_from, self._lines_from, customer, self.items
            )
            self._last = (customer, found)
        return found

    def basket_range(self, customer: int) -> tuple[int, int]:
        """The customer's baskets, `[first, end)`."""
        return int(self._baskets_from[customer]), int(self._baskets_from[customer + 1])

    def lines(self, first: int, end: int) -> tuple[Ints, Ints]:
        """Items and baskets of the lines of baskets [first, end)."""
        lines = slice(self._lines_from[first], self._lines_from[end])
        return self.orders.line_item[lines], self.orders.line_basket[lines]

    def question(self, customer: int, basket: Ints) -> RankingQuestion:
        """What other customers say about this one is kept like their history."""
        own, kept = self.history(customer), self._last_same
        if kept is None or kept[0] != customer:
            kept = self._last_same = (customer, *_of_same_customers(self.items, own))
        _, same, recent = kept
        given, weights = basket[:SCORED_ITEMS_MAX], self.items.bought_with
        return RankingQuestion(
            history=own,
            basket=basket,
            same=same,
            same_recent=recent,
            bought_with=weights.scores(given)[0] if len(given) else np.zeros(len(same)),
        )

    def basket_items(self, basket: int) -> Ints:
        return self.lines(basket, basket + 1)[0]

    def last_basket(self, customer: int) -> Ints:
        """Items of the customer's newest order."""
        if customer < 0:
            return NO_HISTORY.items
        first, end = self.basket_range(customer)
        return self.basket_items(end - 1) if end > first else NO_HISTORY.items


def candidates(
    items: ItemModel, question: RankingQuestion, allowed: Flags, *, own: bool
) -> Ints:
    """Items worth a look, ascending: bought ones (`own`) and promising new ones."""
    found: list[Ints] = [
        _best(question.same, NEW_CANDIDATES),
        items.recent_first[:POPULAR_CANDIDATES],
        items.by_popularity[:POPULAR_CANDIDATES],
    ]
    if len(question.basket):
        found.append(_best(question.bought_with, NEW_CANDIDATES))
    if own:
        found.append(question.history.items)
    flags = np.zeros(len(allowed), dtype=np.bool_)
    flags[np.concatenate(found)] = True
    if not own:
        flags[question.history.items] = False
    flags[question.basket] = False
    return np.flatnonzero(flags & allowed).astype(np.int32)


def _best(scores: Floats, count: int) -> Ints:
    """Places of the highest positive scores, in no order."""
    places = np.flatnonzero(scores > 0)
    if len(places) > count:
        places = places[np.argpartition(-scores[places], count)[:count]]
    return places.astype(np.int32)


def describe(items: ItemModel, question: RankingQuestion, candidates: Ints) -> Floats:
    """(n, len(FEATURES)) one row for each candidate."""
    own = question.history
    column = np.zeros((len(FEATURES), len(candidates)))
    _own_features(column, items, own, candidates)
    bought = column[COLUMN["bought"]]
    by_way = (question.same, question.same_recent, question.bought_with)
    scores = np.asarray([each[candidates] for each in by_way])
    log_same, log_recent, log_with = np.log(np.maximum(scores, 0) + 0.01)
    same, _, together = scores
    popular = items.popularity.take(candidates, axis=1)
    rebuy = items.rebuy[candidates]
    orders = max(own.baskets, 1)
    repeats = 1 - len(own.items) / max(own.lines, 1)
    quiet = (items.now - own.times[-1]) / items.unit_s if own.baskets else 0.0
    values = {
        "log_same": log_same,
        "same": same,
        "log_same_recent": log_recent,
        "same_share": _share(same),
        "log_popular_7": popular[0],
        "log_popular_30": popular[1],
        "log_popular_120": popular[2],
        "log_popular": popular[3],
        "popular_share": _share(np.exp(popular[1])),
        "log_rebuy": rebuy,
        "bought_log_rebuy": rebuy * bought,
        "bought_log_repeats": math.log(repeats + 0.05) * bought,
        "bought_log_orders": math.log(orders) * bought,
        "bought_log_popular_7": popular[0] * bought,
        "bought_log_popular": popular[3] * bought,
        "bought_log_same": log_same * bought,
        "log_basket_size": math.log(own.lines / orders + 0.5),
        "log_quiet": math.log(quiet + 1),
        "log_with": log_with,
        "with_share": _share(together),
        "bought_log_with": log_with * bought,
    }
    for name, value in values.items():
        column[COLUMN[name]] = value
    return column.T


def _own_features(
    column: Floats, items: ItemModel, own: History, candidates: Ints
) -> None:
    """Fill the features that only bought items have, the first ones, in one block."""
    if not len(own.items):
        return
    place = np.minimum(np.searchsorted(own.items, candidates), len(own.items) - 1)
    rows = np.flatnonzero(own.items[place] == candidates)
    place = place[rows]
    count = own.count[place]
    since = (items.now - own.last[place]) / items.unit_s
    interval = (own.last[place] - own.first[place]) / items.unit_s
    interval /= np.maximum(count - 1, 1)
    late = since / np.maximum(interval, 3)
    again = count > 1
    decays = own.decays[:, place]
    block = np.ones((len(OWN_FEATURES), len(rows)))
    block[COLUMN["once"]] = ~again
    logged = block[_LOGGED]
    logged[:2] = count / own.baskets, count
    logged[2:6] = decays
    logged[6:] = since, own.orders_since[place], late
    logged += _ADDED
    np.log(logged, out=logged)
    block[COLUMN["log_late"]] *= again
    block[COLUMN["very_late"]] = (late > 3) & again
    block[COLUMN["share"]] = count / own.count.max()
    block[COLUMN["decay_share"]] = decays[2] / own.decays[2].max()
    column[: len(block), rows] = block


def _share(scores: Floats) -> Floats:
    """Of the highest score; negative ones count as 0."""
    top = scores.max(initial=0.0)
    shares: Floats = np.maximum(scores, 0) / top if top > 0 else np.zeros_like(scores)
    return shares
