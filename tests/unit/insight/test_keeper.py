"""Is a model trained when one is due, taken over, and its failure seen?"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from datetime import UTC
from pathlib import Path

import pytest

from screenpop.config.policy import InsightSettings
from screenpop.connector import NoRows
from screenpop.connector.orders import ItemRecord, OrderRecord
from screenpop.domain.errors import Unavailable
from screenpop.domain.profile import Row, Scalar
from screenpop.insight.adviser import Adviser
from screenpop.insight.feed import OrderFeeds
from screenpop.insight.feed_states import orders_seen
from screenpop.insight.keeper import SOONEST_S, ModelKeeper, Train
from screenpop.insight.order_store import OrderStore
from screenpop.insight.training import (
    FOLDER,
    TrainingOrder,
    TrainsElsewhere,
    train_from_store,
)
from screenpop.support.clock import FakeClock, iso_from_us
from screenpop.support.metrics import Metrics

CALL: dict[str, Scalar] = {
    "line": "main", "call_id": "c-1", "occurrence": 0, "customer.key": "c3"
}  # fmt: skip
DAY_S = 86_400.0
BEGIN_S = 20_000 * DAY_S
HOUR_S = 3_600.0


class Shop:
    """A store of orders and what is made of it; its source gives them by hand."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.clock = FakeClock()
        self.store = OrderStore(folder)
        self.adviser = Adviser(self.clock)
        self.feeds = OrderFeeds(
            {}, {}, self.store, clock=self.clock, zone=UTC, metrics=Metrics()
        )
        self.trainings = 0

    async def sells(self, orders: int) -> None:
        """So many orders in all, and three items."""
        store, now_us = self.store, self.clock.now_us()
        filing = await store.begin("erp", since=None, made_by="x", now_us=now_us)
        items = [_item(key) for key in ("tape", "bags", "rope")]
        await filing.add_items(items)
        await filing.items_done()
        await filing.add([_line(n) for n in range(orders)])
        self.feeds.counts = await filing.finish(None, now_us)
        self.feeds.feeds = await store.feeds()

    def keeper(self, train: Train | None = None, **settings: object) -> ModelKeeper:
        async def here(heard: Callable[[str], None]) -> None:
            self.trainings += 1
            await asyncio.to_thread(self.train, heard)

        return ModelKeeper(
            self.adviser,
            self.feeds,
            self.folder,
            InsightSettings(**settings),
            self.clock,
            train or here,
        )

    def train(self, heard: Callable[[str], None] = lambda step: None) -> None:
        order = TrainingOrder(data_dir=str(self.folder))
        number = train_from_store(order, heard).number
        made_s = self.clock.now_us() / 1e6
        file = self.folder / FOLDER / f"model-{number:08}.insight"
        os.utime(file, (made_s, made_s))

    @property
    def offered(self) -> list[object]:
        return [row["sku"] for row in self.rows]

    @property
    def rows(self) -> tuple[Row, ...]:
        found = self.adviser.at_hand("recommendations", CALL)
        assert found is not None
        return tuple(found)

    @property
    def said(self) -> str | None:
        """In place of offers."""
        found = self.adviser.at_hand("recommendations", CALL)
        assert found is not None
        return found.message if isinstance(found, NoRows) else None


def _item(key: str) -> ItemRecord:
    return ItemRecord(
        key=key, name=key.title(), category=None, price=1.0, currency=None, stock=None,
        active=True,
    )  # fmt: skip


def _line(number: int) -> OrderRecord:
    """Ten a day, in the order of time."""
    return OrderRecord(
        customer=f"c{number % 7}",
        order=f"o{number}",
        line=None,
        at_s=BEGIN_S + number * DAY_S / 10,
        item=("tape", "bags", "rope")[number % 3],
        quantity=1.0,
        amount=None,
        currency=None,
        opted_out=None,
    )


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    shop = Shop(tmp_path)
    await shop.store.open()
    yield shop
    await shop.store.close()


async def test_the_first_model_is_trained_once_all_orders_are_read(shop: Shop) -> None:
    keeper = shop.keeper()
    assert shop.said == "No offers yet: no model has been trained."
    await keeper.look()
    assert (shop.trainings, shop.offered) == (0, [])
    assert shop.said == ("No offers yet: the orders are being read for the first time.")
    await shop.sells(100)
    await keeper.look()
    assert shop.trainings == 1
    assert shop.offered
    await keeper.look()
    assert shop.trainings == 1


@pytest.mark.parametrize(
    ("hours", "orders", "expected"),
    [(2, 100, 1), (25, 100, 2), (2, 160, 2), (0.5, 160, 1)],
)
async def test_it_is_trained_again_after_a_time_or_after_new_orders(
    shop: Shop, hours: float, orders: int, expected: int
) -> None:
    keeper = shop.keeper(train_every_h=24, train_after_orders=50)
    await shop.sells(100)
    await keeper.look()
    shop.clock.advance(hours * HOUR_S)
    await shop.sells(orders)
    await keeper.look()
    assert shop.trainings == expected


async def test_a_failed_training_keeps_the_model_and_says_so(shop: Shop) -> None:
    await shop.sells(100)
    good = shop.keeper()
    await good.look()
    before = shop.offered

    async def failing(heard: Callable[[str], None]) -> None:
        raise Unavailable("the training failed: out of memory.")

    bad = shop.keeper(failing)
    shop.clock.advance(30 * HOUR_S)
    await bad.look()
    (problem,) = bad.problems()
    assert not problem.fatal
    assert problem.message == "the training failed: out of memory."
    assert shop.offered == before


async def test_a_customer_who_came_after_the_training_waits_for_the_next(
    shop: Shop,
) -> None:
    await shop.sells(100)
    keeper = shop.keeper()
    await keeper.look()
    shop.clock.advance(HOUR_S / 2)
    filing = await shop.store.begin(
        "erp", since=0, made_by="x", now_us=shop.clock.now_us()
    )
    await filing.add([_line(100)._replace(customer="new", order="n1")])
    await filing.add([_line(101)])  # who ordered before, too
    await filing.finish(None, shop.clock.now_us())
    shop.feeds.feeds = await shop.store.feeds()
    await keeper.look()
    assert keeper.offering is not None
    assert keeper.offering.new_customers == {"new"}
    assert shop.trainings == 1


async def test_the_card_says_what_becomes_of_the_first_model(shop: Shop) -> None:
    said = list[str | None]()

    async def failing(heard: Callable[[str], None]) -> None:
        said.append(shop.said)
        raise Unavailable("the training failed: out of memory.")

    await shop.sells(100)
    await shop.keeper(failing).look()
    said.append(shop.said)
    assert said == [
        "No offers yet: the first model is being trained.",
        "No offers yet: the first training failed. It is tried again.",
    ]
    await shop.keeper().look()
    assert shop.offered
    assert shop.said is None


async def test_who_opts_out_is_left_out_before_the_next_training(shop: Shop) -> None:
    keeper = shop.keeper()
    await shop.sells(100)
    await keeper.look()
    assert shop.offered
    shop.clock.advance(60)
    now_us = shop.clock.now_us()
    filing = await shop.store.begin("erp", since=0, made_by="x", now_us=now_us)
    await filing.add([_line(3)._replace(opted_out=True)])
    await filing.finish(None, now_us)
    shop.feeds.feeds = await shop.store.feeds()
    await keeper.look()
    assert shop.trainings == 1
    assert shop.offered == []
    assert shop.said == "This customer opted out of profiling: nothing is computed."


async def test_after_a_failure_it_is_tried_again_an_hour_later(shop: Shop) -> None:
    tries = 0

    async def failing(heard: Callable[[str], None]) -> None:
        nonlocal tries
        tries += 1
        raise Unavailable("no.")

    await shop.sells(100)
    keeper = shop.keeper(failing)
    for _ in range(3):
        await keeper.look()
    assert tries == 1
    shop.clock.advance(SOONEST_S)
    await keeper.look()
    assert tries == 2


async def test_a_model_that_another_process_trained_is_taken_over(shop: Shop) -> None:
    await shop.sells(100)
    await asyncio.to_thread(shop.train)
    await shop.keeper().look()
    assert shop.trainings == 0
    assert shop.offered


async def test_while_another_process_trains_its_model_is_waited_for(shop: Shop) -> None:
    tries = 0

    async def busy(heard: Callable[[str], None]) -> None:
        nonlocal tries
        tries += 1
        raise TrainsElsewhere("another process trains.")

    await shop.sells(100)
    keeper = shop.keeper(busy)
    await keeper.look()
    await keeper.look()
    assert tries == 2  # it may fail there: no hour is waited
    assert keeper.trouble is None
    assert shop.said == "No offers yet: the first model is being trained."
    await asyncio.to_thread(shop.train)
    await keeper.look()
    assert shop.offered
    assert tries == 2


async def test_an_administrator_sees_the_model_and_what_failed(shop: Shop) -> None:
    keeper = shop.keeper()
    before = orders_seen(shop.feeds, keeper, str).model
    assert (before.number, before.trained_at, before.rankings) == (None, None, ())
    await shop.sells(100)
    await keeper.look()
    seen = orders_seen(shop.feeds, keeper, str).model
    assert (seen.number, seen.lines, seen.orders) == (1, 100, 100)
    assert (seen.customers, seen.items) == (7, 3)
    assert seen.trained_at == iso_from_us(shop.clock.now_us())
    assert seen.newest_order_at == "2024-10-13T21:36:00Z"
    likely = seen.rankings[0]
    # seven customers are too few to compare
    assert (likely.task, likely.variant, likely.recall) == (
        "likely_next", "own purchases and neighbours", {}
    )  # fmt: skip

    async def failing(heard: Callable[[str], None]) -> None:
        raise Unavailable("the training failed: secret.")

    shop.clock.advance(30 * HOUR_S)
    bad = shop.keeper(failing)
    await bad.look()
    seen = orders_seen(
        shop.feeds, bad, lambda said: said.replace("secret", "***")
    ).model
    assert seen.trouble == "the training failed: ***."
    assert seen.failed_at == iso_from_us(shop.clock.now_us())
    assert seen.number == 1


async def test_new_items_are_used_without_a_training(shop: Shop) -> None:
    keeper = shop.keeper()
    await shop.sells(100)
    await keeper.look()
    assert {row["product"] for row in shop.rows} == {
        "Tape", "Bags", "Rope"
    }  # fmt: skip
    shop.clock.advance(60)
    now_us = shop.clock.now_us()
    filing = await shop.store.begin("erp", since=0, made_by="x", now_us=now_us)
    await filing.add_items([_item("tape")._replace(active=False)])
    await filing.finish(None, now_us)
    shop.feeds.feeds = await shop.store.feeds()
    await keeper.look()
    assert shop.trainings == 1
    assert "tape" not in shop.offered


async def test_the_service_trains_in_a_process_of_its_own(shop: Shop) -> None:
    await shop.sells(100)
    settings = InsightSettings(excluded_items=("tape",))
    kept = ModelKeeper(shop.adviser, shop.feeds, shop.folder, settings, shop.clock)
    await kept.look()
    assert kept.trouble is None
    assert shop.offered
    assert "tape" not in shop.offered
