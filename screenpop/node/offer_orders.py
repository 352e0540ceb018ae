"""Was what was offered ordered, and what did callers order after their calls?

The one place that knows both the calls of the history and the orders of the feed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from screenpop.config.facets import gives_orders
from screenpop.config.load import Loaded
from screenpop.domain.orders_after import (
    CustomerOrder,
    KnownCaller,
    OrderSums,
    orders_after,
)
from screenpop.history.offers import ORDER_US, Offers, OpenOffer
from screenpop.insight.order_reader import OrderReader
from screenpop.insight.order_schema import FILE_NAME
from screenpop.node.parts import data_dir_of
from screenpop.support.clock import Clock
from screenpop.web.site import OrdersAfter

DAY_S = 86_400


async def learn_orders(offers: Offers, folder: Path, clock: Clock) -> int:
    """Give each open offer its order, if there is one by now; returns how many.

    Raises `Unavailable` when the history or the orders cannot be read.
    """
    learned = 0
    now_us, last = clock.now_us(), None
    while page := await offers.open_offers(now_us, last):
        found = await asyncio.to_thread(_ordered, folder, page)
        await offers.ordered(found)
        learned += len(found)
        last = page[-1]
    return learned


def _ordered(folder: Path, page: list[OpenOffer]) -> list[tuple[OpenOffer, int]]:
    found = []
    with OrderReader(folder) as reader:
        for offer in page:
            after_s, until_s = offer.at_us / 1e6, (offer.at_us + ORDER_US) / 1e6
            at_s = reader.first_order(offer.customer, offer.item, after_s, until_s)
            if at_s is not None:
                found.append((offer, round(at_s * 1e6)))
    return found


def orders_after_calls(loaded: Loaded) -> OrdersAfter:
    """What callers ordered within so many days; None while there are no orders."""
    folder = data_dir_of(loaded)

    async def after(
        callers: Sequence[KnownCaller], days: int
    ) -> Mapping[str, OrderSums] | None:
        if not gives_orders(loaded.config) or not (folder / FILE_NAME).exists():
            return None
        return await asyncio.to_thread(_after_calls, folder, callers, days)

    return after


def _after_calls(
    folder: Path, callers: Sequence[KnownCaller], days: int
) -> dict[str, OrderSums]:
    if not callers:
        return {}
    times = [caller.arrived_us / 1e6 for caller in callers]
    since_s, until_s = min(times) - 1, max(times) + days * DAY_S
    with OrderReader(folder) as reader:

        def orders_of(customer: str) -> list[CustomerOrder]:
            return reader.orders_of(customer, since_s, until_s)

        return orders_after(callers, orders_of, days)
