"""Does an outlook say when a customer comes back, and when they are late?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screenpop.insight import Recommender
from screenpop.insight.evaluation import evaluate_outlook, outlook_as_text
from screenpop.insight.orders import Orders, OrdersError
from screenpop.insight.outlook import outlook, outlook_model, rhythm_of

DAY = 86_400.0


def regular(customers: int = 400, days: int = 720, *, amounts: bool = True) -> Orders:
    """Each customer orders at an interval of their own, give or take a fifth."""
    chance = np.random.default_rng(5)
    lines: list[Any] = []
    for customer in range(customers):
        usual, day, number = 30.0 + customer % 40, float(customer % 30), 0
        while day < days:
            amount = (50.0 + customer) * chance.uniform(0.8, 1.2)
            lines.append((f"c{customer:03}", f"{customer}-{number}", day, amount))
            day, number = day + usual * chance.uniform(0.8, 1.2), number + 1
    who, baskets, at, paid = zip(*lines, strict=True)
    count = len(lines)
    return Orders.of(
        who,
        baskets,
        [day * DAY for day in at],
        ["x"] * count,
        [1.0] * count,
        paid if amounts else None,
    )


def test_the_band_covers_about_four_of_five_next_orders() -> None:
    found = evaluate_outlook(regular())
    assert found.with_band > 300
    assert found.covered is not None
    assert 0.7 <= found.covered <= 0.9
    assert "ordered within it" in outlook_as_text(found)


def test_the_expected_spend_is_better_than_the_same_as_last_period() -> None:
    found = evaluate_outlook(regular())
    assert found.spend_error is not None
    assert found.same_as_last_error is not None
    assert found.spend_error < found.same_as_last_error


def test_a_customer_who_stopped_is_at_risk() -> None:
    orders = regular()
    stopped = orders.customer("c000")
    late = (orders.basket_customer == stopped) & (orders.basket_time > 600 * DAY)
    orders = orders.only_baskets(~late)
    model = outlook_model(orders)
    them, other = outlook(model, stopped), outlook(model, orders.customer("c001"))
    assert them.at_risk
    assert them.last_order_days > 100
    assert not other.at_risk
    assert them.active < other.active


def test_the_numbers_are_those_of_the_orders() -> None:
    orders = Orders.of(
        ["a"] * 5,
        ["1", "2", "2", "3", "4"],
        [0.0, 10.3 * DAY, 10.3 * DAY, 10.9 * DAY, 730.0 * DAY],
        ["x", "x", "y", "x", "x"],
        [1.0] * 5,
        [5.0, 1.0, 2.0, 4.0, 8.0],
    )
    rhythm = rhythm_of(orders, 730.0)
    assert rhythm.days.tolist() == [3]  # two orders of one day are one
    assert rhythm.usual.tolist() == [(10 + 720) / 2]
    assert rhythm.amount.tolist() == [(7 + 8) / 2]  # the first day does not count
    assert rhythm.recent.tolist() == [8.0]
    assert (rhythm.year.tolist(), rhythm.year_before.tolist()) == ([8.0], [7.0])
    found = outlook(outlook_model(orders), 0)
    assert found.trend == pytest.approx(8 / 7 - 1)


def test_without_two_years_there_is_no_trend() -> None:
    orders = regular(days=400)
    assert outlook(outlook_model(orders), 0).trend is None


def test_without_amounts_there_is_no_spend() -> None:
    found = outlook(outlook_model(regular(amounts=False)), 0)
    assert (found.spend, found.spend_from, found.spend_to) == (None, None, None)
    assert found.next_from_days is not None


def test_the_band_moves_on_while_no_order_comes() -> None:
    model = outlook_model(regular())
    now = outlook(model, 35)
    later = outlook(model, 35, model.now + 3)
    assert later.last_order_days == now.last_order_days + 3
    assert now.next_to_days is not None
    assert later.next_to_days is not None
    assert later.next_to_days < now.next_to_days


BOOK = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.sampled_from("12345"),
        st.integers(0, 900).map(lambda day: day * DAY),
        st.sampled_from([None, 0.0, 1.0, 1e6]),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(BOOK, st.integers(0, 4_000))
def test_any_order_book_has_an_outlook(book: list[Any], days: int) -> None:
    who, baskets, times, amounts = zip(*book, strict=True)
    orders = Orders.of(who, baskets, times, ["x"] * len(who), [1.0] * len(who), amounts)
    model = outlook_model(orders)
    for customer in range(len(orders.customer_keys)):
        found = outlook(model, customer, model.now + days)
        assert 0 <= found.active <= 1
        assert found.spend is None or found.spend >= 0
        if found.next_from_days is not None:
            assert found.next_to_days is not None
            assert 0 <= found.next_from_days <= found.next_to_days


def test_a_recommender_has_an_outlook_for_its_customers_only() -> None:
    recommender = Recommender().fit(
        ["a", "b"], ["1", "2"], [0.0, DAY], ["x", "x"], [1.0, 1.0], withheld=["b"]
    )
    assert recommender.outlook("a") is not None
    assert recommender.outlook("b") is None
    assert recommender.outlook("stranger") is None


def test_orders_of_one_day_cannot_evaluate_an_outlook() -> None:
    with pytest.raises(OrdersError, match="nothing to evaluate an outlook with"):
        evaluate_outlook(Orders.of(["a"], ["1"], [0.0], ["x"], [1.0]))
