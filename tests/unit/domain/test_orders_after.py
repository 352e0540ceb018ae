"""An order counts once, under the last call before it, if that was not long ago."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from screenpop.domain.orders_after import (
    DAY_US,
    CustomerOrder,
    KnownCaller,
    orders_after,
)

DAY = st.integers(0, 12)


def test_an_order_is_that_of_the_last_call_before_it() -> None:
    calls = [KnownCaller("tv", "c", 10), KnownCaller("radio", "c", 20)]
    orders = [
        CustomerOrder(at_us=9, currency="EUR", amount=1.0),  # before any call
        CustomerOrder(at_us=19, currency="EUR", amount=2.0),
        CustomerOrder(at_us=20, currency="EUR", amount=4.0),
        CustomerOrder(at_us=21, currency="USD", amount=8.0),
        CustomerOrder(at_us=22, currency="USD", amount=None),
        CustomerOrder(at_us=21 + DAY_US, currency="EUR", amount=16.0),  # too late
    ]
    found = orders_after(calls, lambda customer: orders, 1)
    assert (found["tv"].orders, found["tv"].revenue) == (1, {"EUR": 2.0})
    assert found["radio"].orders == 3
    assert found["radio"].revenue == {"EUR": 4.0, "USD": 8.0}


@given(
    st.lists(st.tuples(st.sampled_from("ab"), DAY)), st.lists(DAY), st.integers(1, 5)
)
def test_it_is_that_of_a_slow_reference(
    calls: list[tuple[str, int]], orders: list[int], days: int
) -> None:
    callers = [KnownCaller(group, "c", day * DAY_US) for group, day in calls]
    made = [CustomerOrder(day * DAY_US, "", None) for day in orders]
    found = orders_after(callers, lambda customer: made, days)
    wanted: dict[str, int] = {}
    for day in orders:
        before = [(at, group) for group, at in calls if at <= day <= at + days]
        if before:
            group = max(before)[1]
            wanted[group] = wanted.get(group, 0) + 1
    assert {group: sums.orders for group, sums in found.items()} == wanted
