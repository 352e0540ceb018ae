"""What did callers order after their calls?

An order counts once: under the last call before it, if that was at most some days ago.
That a caller ordered does not say that the call is why.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

DAY_US = 86_400_000_000


class KnownCaller(NamedTuple):
    """A call of a known customer, and the group of calls it is in."""

    group: str
    customer: str
    arrived_us: int


class CustomerOrder(NamedTuple):
    """`amount` is None where no line has one."""

    at_us: int
    currency: str
    amount: float | None


@dataclass(slots=True)
class OrderSums:
    """`revenue` by currency; "" is an order that names none.

    `callers` are (customer, arrival) of the calls that orders count under.
    """

    orders: int = 0
    revenue: dict[str, float] = field(default_factory=dict)
    callers: set[tuple[str, int]] = field(default_factory=set)


def orders_after(
    callers: Iterable[KnownCaller],
    orders_of: Callable[[str], Sequence[CustomerOrder]],
    days: int,
) -> dict[str, OrderSums]:
    """By group of calls."""
    calls: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for group, customer, arrived_us in callers:
        calls[customer].append((arrived_us, group))
    found: dict[str, OrderSums] = defaultdict(OrderSums)
    for customer, of_one in calls.items():
        of_one.sort()
        times = [arrived_us for arrived_us, _ in of_one]
        for order in orders_of(customer):
            place = bisect_right(times, order.at_us) - 1
            if place >= 0 and order.at_us - times[place] <= days * DAY_US:
                sums = found[of_one[place][1]]
                sums.orders += 1
                sums.callers.add((customer, times[place]))
                if order.amount is not None:
                    before = sums.revenue.get(order.currency, 0.0)
                    sums.revenue[order.currency] = before + order.amount
    return dict(found)
