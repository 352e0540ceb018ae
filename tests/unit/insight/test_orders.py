"""Do the arrays hold exactly the orders that were given?"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.insight.orders import OrderLines, Orders, OrdersError

LINE = st.tuples(
    st.sampled_from("abc"),  # customer
    st.sampled_from(["1", "2", "3"]),  # basket
    st.integers(0, 5).map(float),  # time
    st.sampled_from(["x", "y", "z"]),  # item
    st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0, math.nan]),
    st.sampled_from([0.5, 1.0, math.nan]),
)


def columns(lines: list[Any]) -> list[list[Any]]:
    return [list(column) for column in zip(*lines, strict=True)]


def slowly(lines: list[Any]) -> dict[tuple[str, str], tuple[float, dict[str, Any]]]:
    """(customer, basket): time and item: (quantity, amount)."""
    times: dict[tuple[str, str], float] = {}
    found: defaultdict[tuple[str, str], dict[str, list[Any]]] = defaultdict(dict)
    for customer, basket, time, item, quantity, amount in lines:
        key = (customer, basket)
        times[key] = min(times.get(key, math.inf), time)
        found[key].setdefault(item, []).append((quantity, amount))
    result = {}
    for key, items in found.items():
        kept = {}
        for item, pairs in items.items():
            quantities = [q for q, _ in pairs if not math.isnan(q)]
            amounts = [a for _, a in pairs if not math.isnan(a)]
            if any(q < 0 for q in quantities) and sum(quantities) <= 0:
                continue
            kept[item] = (
                sum(quantities) if quantities else None,
                sum(amounts) if amounts else None,
            )
        if kept:
            result[key] = (times[key], kept)
    return result


def known(value: float) -> float | None:
    return None if math.isnan(value) else value


def read(orders: Orders) -> list[tuple[str, float, dict[str, Any]]]:
    start = orders.lines_from()
    return [
        (
            orders.customer_keys[orders.basket_customer[b]],
            float(orders.basket_time[b]),
            {
                orders.item_keys[orders.line_item[n]]: (
                    known(float(orders.line_quantity[n])),
                    known(float(orders.line_amount[n])),
                )
                for n in range(start[b], start[b + 1])
            },
        )
        for b in range(len(orders.basket_customer))
    ]


@given(st.lists(LINE, min_size=1, max_size=30))
def test_the_arrays_hold_the_orders_that_were_given(lines: list[Any]) -> None:
    expected = slowly(lines)
    if not expected:
        with pytest.raises(OrdersError, match="only returns"):
            Orders.of(*columns(lines))
        return
    orders = Orders.of(*columns(lines))
    assert read(orders) == [
        (customer, time, items)
        for (customer, _), (time, items) in sorted(
            expected.items(), key=lambda pair: (pair[0][0], pair[1][0], pair[0][1])
        )
    ]
    used = {item for _, items in expected.values() for item in items}
    assert orders.item_keys == sorted(used)
    assert orders.customer_keys == sorted({customer for customer, _ in expected})


@given(st.lists(LINE, min_size=1, max_size=20), st.randoms())
def test_the_order_of_lines_does_not_matter(lines: list[Any], chance: Any) -> None:
    if not slowly(lines):
        return
    mixed = list(lines)
    chance.shuffle(mixed)
    assert read(Orders.of(*columns(lines))) == read(Orders.of(*columns(mixed)))


def test_a_basket_key_of_two_customers_names_two_baskets() -> None:
    orders = Orders.of(["a", "b"], ["1", "1"], [1.0, 2.0], ["x", "x"], [1.0, 1.0])
    assert orders.basket_customer.tolist() == [0, 1]
    assert orders.baskets_from().tolist() == [0, 1, 2]


def test_batches_give_the_same_as_one_call() -> None:
    lines = OrderLines()
    lines.add(["b"], ["1"], [5.0], ["y"], [1.0])
    lines.add(["a", "b"], ["2", "1"], [3.0, 4.0], ["x", "x"], [1.0, 2.0])
    whole = Orders.of(
        ["b", "a", "b"], ["1", "2", "1"], [5.0, 3.0, 4.0], ["y", "x", "x"], [1, 1, 2]
    )
    assert read(lines.orders()) == read(whole)


def test_times_are_unix_seconds_whatever_they_were() -> None:
    moment = datetime(2011, 12, 9, 12, 50, tzinfo=UTC)
    times: list[Any] = [
        moment,
        moment.replace(tzinfo=None),
        moment.timestamp(),
        np.datetime64("2011-12-09T12:50"),
    ]
    for time in times:
        orders = Orders.of(["a"], ["1"], [time], ["x"], [1.0])
        assert orders.basket_time.tolist() == [moment.timestamp()]


def test_lines_without_a_customer_are_skipped_and_counted() -> None:
    customers: list[Any] = ["a", None, "", math.nan]
    orders = Orders.of(customers, ["1"] * 4, [1.0] * 4, ["x"] * 4, [1.0] * 4)
    assert orders.skipped == {"customer missing": 3}
    assert len(orders.line_item) == 1


def test_a_limit_bounds_the_lines() -> None:
    lines = OrderLines(lines_max=1)
    with pytest.raises(OrdersError, match="more than 1 order lines"):
        lines.add(["a"] * 2, ["1"] * 2, [1.0] * 2, ["x"] * 2, [1.0] * 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"items": ["x"]}, "differ in length: customers 2, .* items 1"),
        ({"customers": ["a", 7]}, r"customers\[1\] must be a text, is 7 \(int\)"),
        ({"times": [1.0, "today"]}, r"times\[1\] must be a datetime or Unix seconds"),
        ({"quantities": [1.0, "two"]}, r"quantities\[1\] must be a number, is 'two'"),
        ({"times": [None, None]}, r"no usable order line \(2 time missing\)"),
    ],
)
def test_an_error_names_column_and_place(change: dict[str, Any], message: str) -> None:
    given_columns: dict[str, Any] = {
        "customers": ["a", "b"],
        "baskets": ["1", "2"],
        "times": [1.0, 2.0],
        "items": ["x", "y"],
        "quantities": [1.0, 1.0],
    }
    with pytest.raises(OrdersError, match=message):
        Orders.of(**(given_columns | change))


def test_nothing_given_is_an_error() -> None:
    with pytest.raises(OrdersError, match="none was given"):
        Orders.of([], [], [], [], [])
