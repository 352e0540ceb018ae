"""Keys under `insight`: what is offered, to whom, and when it is learned."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from key_effects import built, shows_effect_of

from screenpop.config.prepare import AnyConnector
from screenpop.connector import (
    Connector,
    Lookup,
    LookupOptions,
    Row,
    Scalar,
    SourceOptions,
)
from screenpop.connector.registry import Registry
from screenpop.insight.model_file import ModelFiles
from screenpop.insight.training import FOLDER
from screenpop.node.node import Service

DAY = timedelta(days=1)
SHOP: dict[str, Any] = {
    "connector": "csv_file",
    "path": "sales.csv",
    "orders": {
        "customer": "who", "order": "no", "date": "at", "item": "sku", "quantity": "n"
    },
}  # fmt: skip
ITEMS = ("tape", "bags", "rope", "glue", "pens", "cups")


def sales(folder: Path, orders: int = 40) -> None:
    """Four customers take turns; each order has four of six items; two orders a day."""
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    lines = ["who,no,at,sku,n"]
    for number in range(orders):
        at = (begin + number // 2 * DAY).date()
        for place in range(4):
            item = ITEMS[(number + place) % len(ITEMS)]
            lines.append(f"c{number % 4},o{number},{at},{item},1")
    (folder / "sales.csv").write_text("\n".join(lines) + "\n")


@asynccontextmanager
async def trading(folder: Path, **insight: Any) -> AsyncIterator[Service]:
    """A service that has read all orders and looked after its model once."""
    if not (folder / "sales.csv").exists():
        sales(folder)
    async with built(folder, sources={"shop": SHOP}, insight=insight) as service:
        await service.lookups.sources.open()
        await service.orders.open()
        await service.orders.read("shop", everything=True)
        await service.insight.look()
        yield service


def offered(
    service: Service, customer: str = "c1", call: int = 0, source: str = "shop"
) -> dict[str, list[object]]:
    """Article numbers by facet, as a card's two lists have them."""
    params: dict[str, Scalar] = {
        "customer.key": customer, "customer.source": source, "line": "main",
        "call_id": f"c-{call}", "occurrence": 0,
    }  # fmt: skip
    found: dict[str, list[object]] = {}
    for facet in ("recommendations", "goes_with"):
        lookup = service.lookups.sources.plan.lookups[facet]
        if lookup.customers_of is None or source in lookup.customers_of:
            assert lookup.at_hand is not None
            at_hand = lookup.at_hand(params)
            assert at_hand is not None
            found[facet] = [row["sku"] for row in at_hand]
    return found


@shows_effect_of("insight.offers_max")
async def test_a_list_has_so_many_offers(tmp_path: Path) -> None:
    async with trading(tmp_path, offers_max=1) as service:
        assert [len(each) for each in offered(service).values()] == [1, 1]
    async with trading(tmp_path, offers_max=3) as service:
        assert len(offered(service)["recommendations"]) == 3


@shows_effect_of("insight.excluded_customers", "insight.excluded_items")
async def test_some_customers_get_nothing_and_some_items_are_never_offered(
    tmp_path: Path,
) -> None:
    keys = {"excluded_customers": ["c2"], "excluded_items": ["tape"], "offers_max": 6}
    async with trading(tmp_path, **keys) as service:
        assert offered(service, "c2") == {"recommendations": [], "goes_with": []}
        found = {sku for each in offered(service).values() for sku in each}
        assert found == set(ITEMS) - {"tape"}
        assert service.insight.orders == 30  # of 40: theirs are not learned from


@shows_effect_of("insight.customers_of")
async def test_only_customers_of_these_sources_have_the_orders_keys(
    tmp_path: Path,
) -> None:
    async with trading(tmp_path, customers_of=["shop"]) as service:
        assert offered(service)["recommendations"]
        assert offered(service, source="crm") == {}


@shows_effect_of("insight.holdout_share")
async def test_a_share_of_the_calls_has_no_offers(tmp_path: Path) -> None:
    async with trading(tmp_path, holdout_share=0.5) as service:
        calls = [offered(service, call=n)["recommendations"] for n in range(100)]
        assert 25 < sum(map(bool, calls)) < 75
    async with trading(tmp_path) as service:
        assert all(offered(service, call=n)["recommendations"] for n in range(100))


def _aged(folder: Path, hours: float) -> None:
    """As if the newest model were so old."""
    made_s = time.time() - hours * 3_600
    newest = max((folder / "data" / FOLDER).glob("*.insight"))
    os.utime(newest, (made_s, made_s))


def _models(folder: Path) -> int:
    return ModelFiles(folder / "data" / FOLDER).newest()


@shows_effect_of("insight.train_every_h")
async def test_an_old_model_is_trained_again(tmp_path: Path) -> None:
    async with trading(tmp_path):
        assert _models(tmp_path) == 1
    _aged(tmp_path, 3)
    async with trading(tmp_path):
        assert _models(tmp_path) == 1
    async with trading(tmp_path, train_every_h=2):
        assert _models(tmp_path) == 2


@shows_effect_of("insight.train_after_orders")
async def test_a_model_is_trained_again_after_enough_new_orders(tmp_path: Path) -> None:
    async with trading(tmp_path):
        assert _models(tmp_path) == 1
    _aged(tmp_path, 3)
    sales(tmp_path, 60)
    async with trading(tmp_path):
        assert _models(tmp_path) == 1
    async with trading(tmp_path, train_after_orders=10):
        assert _models(tmp_path) == 2


class CountedWarehouse(Connector[SourceOptions, LookupOptions]):
    """A source that knows that tape is sold out, after a time."""

    name = "warehouse"
    source_options = SourceOptions
    lookup_options = LookupOptions
    takes_s = 0.0
    asked: list[str]

    def lookup(self, name: str, options: LookupOptions) -> Lookup:
        self.asked = []
        return _StockOf(self)


class _StockOf(Lookup):
    needs = frozenset({"item.key"})

    def __init__(self, warehouse: CountedWarehouse):
        self._warehouse = warehouse

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        item = str(params["item.key"])
        self._warehouse.asked.append(item)
        await asyncio.sleep(self._warehouse.takes_s)
        return [{"stock": 0 if item == "tape" else 7}]


def _find(name: str) -> type[AnyConnector]:
    return CountedWarehouse if name == "warehouse" else Registry().find(name)


async def _live(folder: Path, takes_s: float = 0.0, **keys: Any) -> list[object]:
    """Two cards of one customer: the articles of the second, and how often asked."""
    sales(folder)
    sources = {"shop": SHOP, "wares": {"connector": "warehouse", "cache_s": 60}}
    insight = {"item_lookup": {"source": "wares", **keys}, "offers_max": 6}
    async with built(folder, find=_find, sources=sources, insight=insight) as service:
        await service.lookups.sources.open()
        await service.orders.open()
        await service.orders.read("shop", everything=True)
        await service.insight.look()
        wares = service.lookups.sources.connectors["wares"]
        assert isinstance(wares, CountedWarehouse)
        wares.takes_s = takes_s
        lookup = service.lookups.sources.plan.lookups["recommendations"].lookup
        params: dict[str, Scalar] = {
            "customer.key": "c1", "line": "main", "call_id": "c-1", "occurrence": 0
        }  # fmt: skip
        await lookup.fetch(params)
        rows = await lookup.fetch(params)
        return [*(row["sku"] for row in rows), len(wares.asked)]


@shows_effect_of("insight.item_lookup.source")
async def test_what_is_sold_out_at_its_source_is_not_offered(tmp_path: Path) -> None:
    *offered, asked = await _live(tmp_path)
    assert sorted(map(str, offered)) == sorted(set(ITEMS) - {"tape"})
    assert asked == len(ITEMS)


@shows_effect_of("insight.item_lookup.cache_s")
async def test_an_answer_about_an_item_is_kept_for_this_time(tmp_path: Path) -> None:
    *_, asked = await _live(tmp_path, cache_s=0)
    assert asked == 2 * len(ITEMS)


@shows_effect_of("insight.item_lookup.timeout_ms")
async def test_a_list_waits_for_stock_no_longer_than_this(tmp_path: Path) -> None:
    *offered, _ = await _live(tmp_path, takes_s=30.0, timeout_ms=20)
    assert "tape" in offered
