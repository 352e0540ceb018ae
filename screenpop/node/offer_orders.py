"""Was what was offered ordered? Learned from the orders, once they are read again.

The one place that knows both the offers of the history and the orders of the feed.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from screenpop.history.offers import ORDER_US, Offers, OpenOffer
from screenpop.insight.order_reader import OrderReader
from screenpop.support.clock import Clock


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
