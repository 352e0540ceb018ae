"""Is every shown reason what anyone counts in the raw order lines?

The slow functions below know nothing of the engine: dictionaries and loops only.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.insight.test_recommender import DAY, habits

from screenpop.insight import Recommender
from screenpop.insight.reasons import COUNTED_MIN, DueItem, Reason

Book = list[tuple[str, str, float, str, float]]


def baskets_of(book: Book) -> dict[str, list[tuple[float, set[str]]]]:
    """Each customer's orders by time: (time, items)."""
    times: dict[tuple[str, str], float] = {}
    items: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for customer, basket, time, item, _ in book:
        key = (customer, basket)
        times[key] = min(time, times.get(key, math.inf))
        items[key].add(item)
    found: defaultdict[str, list[tuple[float, str, set[str]]]] = defaultdict(list)
    for (customer, basket), time in times.items():
        found[customer].append((time, basket, items[customer, basket]))
    return {
        customer: [
            (time, held) for time, _, held in sorted(orders, key=lambda o: o[:2])
        ]
        for customer, orders in found.items()
    }


def counted(reason: Reason, customer: str, book: Book, now: float) -> Reason:
    """The same reason, counted again."""
    orders = baskets_of(book)
    own = orders.get(customer, [])
    everyone = [held for theirs in orders.values() for _, held in theirs]
    item, other = reason.item, reason.other
    match reason.kind:
        case "bought_often":
            last = own[-20:]
            count, of = sum(item in held for _, held in last), len(last)
            return Reason(kind=reason.kind, item=item, count=count, of=of)
        case "due_again":
            times = [time for time, held in own if item in held]
            gaps = [b - a for a, b in pairwise(times)]
            return Reason(
                kind=reason.kind,
                item=item,
                count=len(times),
                usual_days=round(statistics.median(gaps) / DAY),
                last_days=int((now - times[-1]) // DAY),
            )
        case "also_order":
            assert not any(item in held for _, held in own)
            assert any(other in held for _, held in own)
            bought = [set().union(*(h for _, h in t)) for t in orders.values()]
            return shared(reason, bought)
        case "same_orders":
            return shared(reason, everyone)
        case "popular":
            count = sum(item in held for held in everyone)
            return Reason(kind=reason.kind, item=item, count=count, of=len(everyone))


def shared(reason: Reason, groups: list[set[str]]) -> Reason:
    those = [held for held in groups if reason.other in held]
    count = sum(reason.item in held for held in those)
    assert count >= COUNTED_MIN
    return Reason(
        kind=reason.kind,
        item=reason.item,
        other=reason.other,
        count=count,
        of=len(those),
        percent=round(100 * count / len(those)),
    )


def due_items(customer: str, book: Book, now: float) -> list[DueItem]:
    times: defaultdict[str, list[float]] = defaultdict(list)
    for time, held in baskets_of(book).get(customer, []):
        for item in held:
            times[item].append(time)
    found = []
    for item, bought in times.items():
        gaps = [b - a for a, b in pairwise(bought)]
        if len(bought) < 3:
            continue
        usual, since = statistics.median(gaps), now - bought[-1]
        if usual >= DAY and usual <= since <= 3 * usual:
            found.append(
                DueItem(
                    item=item,
                    purchases=len(bought),
                    usual_days=round(usual / DAY),
                    last_days=int(since // DAY),
                )
            )
    return sorted(found, key=lambda d: (-(d.last_days / max(d.usual_days, 1)), d.item))


LINE = st.tuples(
    st.sampled_from([f"c{n}" for n in range(7)]),
    st.sampled_from([f"b{n}" for n in range(6)]),
    st.integers(0, 400 * 24).map(lambda hour: hour * 3600.0),
    st.sampled_from([f"i{n}" for n in range(5)]),
    st.just(1.0),
)


def check(recommender: Recommender, book: Book, customer: str, now: float) -> set[str]:
    """Compare all reasons shown for a customer; returns the kinds that were seen."""
    shown = [
        *recommender.explained(customer, 6, now=now),
        *recommender.explained_new(customer, 6),
        *recommender.explained_with(["i0", "i1"], 6, customer, now=now),
        *recommender.explained_with(["i0", "i1"], 6, now=now),
    ]
    for recommendation in shown:
        assert recommendation.reasons
        for reason in recommendation.reasons:
            assert reason.item == recommendation.item
            assert reason == counted(reason, customer, book, now)
    assert recommender.due_again(customer, now=now) == due_items(customer, book, now)
    return {reason.kind for each in shown for reason in each.reasons}


@settings(max_examples=80, deadline=None)
@given(st.lists(LINE, min_size=30, max_size=150), st.integers(0, 90))
def test_every_reason_is_counted_again_in_raw_orders(book: Book, days: int) -> None:
    recommender = Recommender().fit(*[list(c) for c in zip(*book, strict=True)])
    now = max(time for _, _, time, _, _ in book) + days * DAY
    for customer in ("c0", "c1", "stranger"):
        check(recommender, book, customer, now)


def test_each_kind_of_reason_occurs_and_holds() -> None:
    columns = habits()
    book: Any = list(zip(*columns, strict=True))
    recommender = Recommender().fit(*columns)
    now = max(columns[2]) + 20 * DAY
    kinds: set[str] = set()
    for customer in ("c000", "c001", "c007", "c013", "stranger"):
        for recommendation in [
            *recommender.explained(customer, 6, now=now),
            *recommender.explained_new(customer, 6),
            *recommender.explained_with(["i05", "i06"], 6, customer, now=now),
        ]:
            for reason in recommendation.reasons:
                assert reason == counted(reason, customer, book, now)
                kinds.add(reason.kind)
            assert [r.kind for r in recommendation.reasons[1:]].count("popular") == 0
        due = recommender.due_again(customer, now=now)
        assert due == due_items(customer, book, now)
    assert kinds == {
        "bought_often",
        "due_again",
        "also_order",
        "same_orders",
        "popular",
    }


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (
            Reason(kind="bought_often", item="x", count=14, of=20),
            "in 14 of their last 20 orders",
        ),
        (
            Reason(kind="bought_often", item="x", count=1, of=1),
            "in their only order",
        ),
        (
            Reason(kind="due_again", item="x", count=5, usual_days=35, last_days=63),
            "usually every 35 days, last 63 days ago",
        ),
        (
            Reason(
                kind="also_order", item="x", other="y", count=61, of=100, percent=61
            ),
            "61% of customers who order Paper also order this; they never have",
        ),
        (
            Reason(
                kind="same_orders", item="x", other="y", count=40, of=100, percent=40
            ),
            "in 40% of orders with Paper",
        ),
        (
            Reason(kind="same_orders", item="x", other="y", count=6, of=9, percent=67),
            "in 6 of 9 orders with Paper",
        ),
        (
            Reason(
                kind="also_order", item="x", other="y", count=5, of=1_300, percent=0
            ),
            "5 of 1,300 customers who order Paper also order this; they never have",
        ),
        (
            Reason(kind="due_again", item="x", count=3, usual_days=1, last_days=1),
            "usually every day, last 1 day ago",
        ),
        (
            Reason(kind="popular", item="x", count=1_200, of=18_536),
            "in 1,200 of all 18,536 orders",
        ),
    ],
)
def test_a_reason_reads_as_a_short_sentence(reason: Reason, text: str) -> None:
    assert reason.text("Paper") == text
