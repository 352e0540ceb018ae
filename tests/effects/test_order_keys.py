"""Keys of `orders` and `items`: each changes what is read."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import pytest
import virtual_time
from aiohttp import web
from key_effects import built, shows_effect_of
from one_source import Keys, opened, serving
from virtual_time import LoopClock

from screenpop.connector import FeedBatch, FeedReading, Row, Scalar, Unavailable
from screenpop.insight.feed import FeedProgress
from screenpop.insight.order_reader import ItemRow, OrderReader
from screenpop.support.clock import FakeClock

What = Literal["orders", "items"]


async def rows(folder: Path, source: Keys, what: What = "orders") -> list[Row]:
    """What the connector gives the service."""
    async with opened(folder, source) as crm:
        connector, reading = crm.connector, FeedReading()
        found = (
            connector.orders(connector.first_since, reading)
            if what == "orders"
            else connector.items(reading)
        )
        return await _all(found)


async def _all(batches: AsyncIterator[FeedBatch] | None) -> list[Row]:
    assert batches is not None
    return [row async for batch in batches for row in batch.rows]


async def kept(folder: Path, source: Keys) -> tuple[FeedProgress, list[ItemRow]]:
    """What the service keeps of it."""
    async with built(folder, sources={"crm": source}) as service:
        await service.lookups.sources.open()
        await service.orders.open()
        progress = await service.orders.read("crm", everything=True)
        assert progress is not None
        with OrderReader(folder / "data") as reader:
            return progress, list(reader.items())


# -- csv_file ----------------------------------------------------------------------

SALES = """who,no,at,sku,n,sum,each,cur,pos,private,name,kind,left,sold
C-1,o1,03/04/2026,A,2,5.00,2.50,GBP,7,no,Tyre,Tyres,12,y
C-2,o2,03/05/2026,B,1,9.00,9.00,SEK,8,yes,Tube,Tubes,0,n
"""
ORDERS = {"customer": "who", "order": "no", "date": "at", "item": "sku"}


def csv(folder: Path, **keys: Any) -> Keys:
    (folder / "sales.csv").write_text(SALES)
    return {"connector": "csv_file", "path": "sales.csv", **keys}


@shows_effect_of(
    "csv_file: sources.NAME.orders.customer",
    "csv_file: sources.NAME.orders.order",
    "csv_file: sources.NAME.orders.date",
    "csv_file: sources.NAME.orders.item",
    "csv_file: sources.NAME.orders.quantity",
    "csv_file: sources.NAME.orders.amount",
    "csv_file: sources.NAME.orders.price",
    "csv_file: sources.NAME.orders.currency",
    "csv_file: sources.NAME.orders.line",
    "csv_file: sources.NAME.orders.opt_out",
)
async def test_orders_take_the_columns_named(tmp_path: Path) -> None:
    more = {
        "quantity": "n", "amount": "sum", "price": "each", "currency": "cur",
        "line": "pos", "opt_out": "private",
    }  # fmt: skip
    [first, _] = await rows(tmp_path, csv(tmp_path, orders=ORDERS | more))
    assert first == {
        "customer": "C-1", "order": "o1", "date": "03/04/2026", "item": "A",
        "quantity": "2", "amount": "5.00", "price": "2.50", "currency": "GBP",
        "line": "7", "opt_out": "no",
    }  # fmt: skip
    [first, _] = await rows(tmp_path, csv(tmp_path, orders=ORDERS))
    assert set(first) == {"customer", "order", "date", "item"}
    fixed = csv(tmp_path, orders=ORDERS | {"currency": "EUR"})
    assert [row["currency"] for row in await rows(tmp_path, fixed)] == ["EUR", "EUR"]
    with pytest.raises(Unavailable, match=r"no column pieces.*It has who, no, at"):
        await rows(tmp_path, csv(tmp_path, orders=ORDERS | {"quantity": "pieces"}))


@shows_effect_of(
    "csv_file: sources.NAME.items.key",
    "csv_file: sources.NAME.items.name",
    "csv_file: sources.NAME.items.category",
    "csv_file: sources.NAME.items.price",
    "csv_file: sources.NAME.items.currency",
    "csv_file: sources.NAME.items.stock",
    "csv_file: sources.NAME.items.active",
)
async def test_items_take_the_columns_named(tmp_path: Path) -> None:
    items = {
        "key": "sku", "name": "name", "category": "kind", "price": "each",
        "currency": "cur", "stock": "left", "active": "sold",
    }  # fmt: skip
    _, found = await kept(tmp_path, csv(tmp_path, items=items))
    assert [item[:-1] for item in found] == [
        ("A", "Tyre", "Tyres", 2.5, "GBP", 12, True),
        ("B", "Tube", "Tubes", 9, "SEK", 0, False),
    ]
    _, found = await kept(tmp_path, csv(tmp_path, items={"key": "sku"}))
    assert found[1][:-1] == ("B", "B", None, None, None, None, True)


@shows_effect_of(
    "csv_file: sources.NAME.orders.date_format",
    "csv_file: sources.NAME.orders.lines_max",
    "csv_file: sources.NAME.items.items_max",
)
async def test_dates_and_limits_of_a_file_are_as_written(tmp_path: Path) -> None:
    items = {"key": "sku", "items_max": 1}
    orders = ORDERS | {"date_format": "%m/%d/%Y"}
    progress, found = await kept(tmp_path, csv(tmp_path, orders=orders, items=items))
    assert progress.orders.kept == 2
    assert progress.items.left_out == {"over items_max": 1}
    assert [item.read_us is not None for item in found] == [True, False]
    progress, _ = await kept(tmp_path, csv(tmp_path, orders=ORDERS))
    assert progress.orders.left_out == {"not a date": 2}  # day or month first?
    progress, _ = await kept(tmp_path, csv(tmp_path, orders=orders | {"lines_max": 1}))
    assert progress.orders.left_out == {"over lines_max": 1}


# -- sql ---------------------------------------------------------------------------

QUERY = """select who as customer, no as "order", at as date, sku as item,
    rev as changed from sale where rev >= :since order by rev"""
SLOW = """with recursive n(i) as (select 1 union all select i + 1 from n)
    select i as customer, 1 as "order", 1 as date, 1 as item from n where i < 0"""


def database(folder: Path, **keys: Any) -> Keys:
    (folder / "erp.sqlite").unlink(missing_ok=True)
    with closing(sqlite3.connect(folder / "erp.sqlite")) as made, made:
        made.execute("create table sale (who, no, at, sku, rev)")
        made.executemany(
            "insert into sale values ('C-1', ?, '01/02/2026', ?, ?)",
            [(f"o{n}", f"S{n}", n) for n in range(1, 4)],
        )
    return {"connector": "sql", "url": "sqlite:///erp.sqlite", **keys}


@shows_effect_of(
    "sql: sources.NAME.orders.query",
    "sql: sources.NAME.orders.since",
    "sql: sources.NAME.items.query",
)
async def test_the_queries_give_orders_from_since_on_and_items(tmp_path: Path) -> None:
    source = database(
        tmp_path,
        orders={"query": QUERY, "since": 2},
        items={"query": "select sku as key from sale order by 1"},
    )
    assert [row["order"] for row in await rows(tmp_path, source)] == ["o2", "o3"]
    assert [row["key"] for row in await rows(tmp_path, source, "items")] == [
        "S1", "S2", "S3",
    ]  # fmt: skip


@shows_effect_of("sql: sources.NAME.orders.version")
async def test_orders_change_with_their_version(tmp_path: Path) -> None:
    orders = {"query": QUERY, "since": 0, "version": "select max(rev) from sale"}
    async with opened(tmp_path, database(tmp_path, orders=orders)) as crm:
        assert await crm.connector.orders_version() == "3"


@shows_effect_of("sql: sources.NAME.orders.timeout_ms")
async def test_a_slow_query_of_orders_is_ended(tmp_path: Path) -> None:
    orders = {"query": SLOW, "timeout_ms": 50}
    source = database(tmp_path, orders=orders, statement_timeout_ms=3_600_000)
    with pytest.raises(Unavailable, match=r"raise orders\.timeout_ms"):
        await rows(tmp_path, source)


@shows_effect_of(
    "sql: sources.NAME.orders.date_format",
    "sql: sources.NAME.orders.lines_max",
    "sql: sources.NAME.items.items_max",
)
async def test_dates_and_limits_of_a_database_are_as_written(tmp_path: Path) -> None:
    orders = {"query": QUERY, "since": 0, "date_format": "%d/%m/%Y", "lines_max": 2}
    items = {"query": "select sku as key from sale", "items_max": 1}
    source = database(tmp_path, orders=orders, items=items)
    progress, _ = await kept(tmp_path, source)
    assert (progress.orders.kept, progress.items.left_out["over items_max"]) == (2, 2)
    assert progress.orders.left_out == {"over lines_max": 1}
    del orders["date_format"]
    progress, _ = await kept(tmp_path, database(tmp_path, orders=orders))
    assert progress.orders.left_out == {"not a date": 3}


# -- http_json ---------------------------------------------------------------------

SOLD = [
    {"who": "C-1", "no": f"o{n}", "at": "05/06/2026", "sku": f"S{n}", "rev": n}
    for n in range(1, 6)
]
SOLD_FIELDS = {"customer": "who", "order": "no", "date": "at", "item": "sku"}
FIELDS = {"orders": SOLD_FIELDS, "items": {"key": "sku"}}


async def shop(request: web.Request) -> web.Response:
    """Five lines, two a page, by `page` or `offset`, by a link or a cursor."""
    query = request.query
    found = [sold for sold in SOLD if sold["rev"] >= int(query.get("from", 0))]  # type: ignore[operator]
    start = int(query.get("offset", query.get("after", int(query.get("page", 0)) * 2)))
    answer: Keys = {"list": found[start : start + 2]}
    if start + 2 < len(found):
        answer["next"] = f"/sold?offset={start + 2}"
        answer["cursor"] = start + 2
    return web.json_response(answer)


async def of_shop(folder: Path, what: What, **keys: Any) -> Sequence[Scalar]:
    """The items that it gives, as numbers."""
    given = {"path": "/sold", "select": "list", "fields": FIELDS[what], **keys}
    async with serving(shop) as url:
        source = {"connector": "http_json", "base_url": url, what: given}
        found = await rows(folder, source, what)
    return [str(row.get("item") or row.get("key"))[1:] for row in found]


@shows_effect_of(
    "http_json: sources.NAME.orders.path",
    "http_json: sources.NAME.orders.select",
    "http_json: sources.NAME.orders.fields",
    "http_json: sources.NAME.orders.next",
    "http_json: sources.NAME.orders.next_param",
    "http_json: sources.NAME.orders.page_param",
    "http_json: sources.NAME.orders.page_start",
    "http_json: sources.NAME.orders.page_step",
    "http_json: sources.NAME.orders.pages_max",
    "http_json: sources.NAME.items.path",
    "http_json: sources.NAME.items.select",
    "http_json: sources.NAME.items.fields",
    "http_json: sources.NAME.items.next",
    "http_json: sources.NAME.items.next_param",
    "http_json: sources.NAME.items.page_param",
    "http_json: sources.NAME.items.page_start",
    "http_json: sources.NAME.items.page_step",
    "http_json: sources.NAME.items.pages_max",
)
@pytest.mark.parametrize("what", ["orders", "items"])
async def test_orders_and_items_are_read_page_by_page(
    tmp_path: Path, what: What
) -> None:
    everything = ["1", "2", "3", "4", "5"]
    assert await of_shop(tmp_path, what) == everything[:2]
    assert await of_shop(tmp_path, what, next="next") == everything
    by_cursor = {"next": "cursor", "next_param": "after"}
    assert await of_shop(tmp_path, what, **by_cursor) == everything
    by_page = {"page_param": "page", "page_start": 0}
    assert await of_shop(tmp_path, what, **by_page) == everything
    assert await of_shop(tmp_path, what, **by_page | {"page_start": 2}) == ["5"]
    assert await of_shop(tmp_path, what, **by_page, pages_max=2) == everything[:4]
    by_offset = {"page_param": "offset", "page_start": 0, "page_step": 2}
    assert await of_shop(tmp_path, what, **by_offset) == everything


@shows_effect_of("http_json: sources.NAME.orders.since")
async def test_a_service_is_asked_for_what_changed(tmp_path: Path) -> None:
    fields = SOLD_FIELDS | {"changed": "rev"}
    given = {"path": "/sold?from={since}", "fields": fields, "next": "next"}
    assert await of_shop(tmp_path, "orders", **given, since=4) == ["4", "5"]


@shows_effect_of(
    "http_json: sources.NAME.orders.date_format",
    "http_json: sources.NAME.orders.lines_max",
    "http_json: sources.NAME.items.items_max",
)
async def test_dates_and_limits_of_a_service_are_as_written(tmp_path: Path) -> None:
    page = {"path": "/sold", "select": "list", "next": "next"}
    orders = page | {"fields": SOLD_FIELDS, "lines_max": 3}
    items = page | {"fields": FIELDS["items"], "items_max": 4}
    async with serving(shop) as url:
        source = {"connector": "http_json", "base_url": url, "items": items}
        by_month = orders | {"date_format": "%m/%d/%Y"}
        progress, _ = await kept(tmp_path, source | {"orders": by_month})
        assert (progress.orders.kept, progress.items.kept) == (3, 5)
        assert progress.items.left_out == {"over items_max": 1}
        progress, _ = await kept(tmp_path, source | {"orders": orders})
        assert progress.orders.left_out == {"not a date": 5}


@shows_effect_of(
    "http_json: sources.NAME.orders.retries_max",
    "http_json: sources.NAME.orders.retry_after_max_s",
    "http_json: sources.NAME.orders.pace_ms",
    "http_json: sources.NAME.items.retries_max",
    "http_json: sources.NAME.items.retry_after_max_s",
    "http_json: sources.NAME.items.pace_ms",
)
@pytest.mark.parametrize("what", ["orders", "items"])
def test_a_service_is_not_hurried(tmp_path: Path, what: What) -> None:
    async def story() -> None:
        asked = 0

        async def tired(request: web.Request) -> web.StreamResponse:
            nonlocal asked
            asked += 1
            if "page" in request.query and request.query["page"] == "9":
                return web.Response(status=429, headers={"Retry-After": "50"})
            return await shop(request)

        async def read(**keys: Any) -> int:
            nonlocal asked
            asked = 0
            given = {"path": "/sold", "select": "list", "fields": FIELDS[what], **keys}
            async with serving(tired) as url:
                source = {"connector": "http_json", "base_url": url, what: given}
                await rows(tmp_path, source, what)
            return asked

        clock = LoopClock()
        assert await read(next="next", pace_ms=2000) == 3
        assert 4 <= clock.monotonic_s() < 5
        away = {"page_param": "page", "page_start": 9}
        with pytest.raises(Unavailable, match="429"):
            await read(**away, retries_max=2)
        assert asked == 3
        with pytest.raises(Unavailable, match="429"):
            await read(**away, retry_after_max_s=49)
        assert asked == 1

    virtual_time.run(story())


# -- the service's own keys --------------------------------------------------------


@shows_effect_of("sources.NAME.orders_every_s")
async def test_orders_are_read_again_in_their_time(tmp_path: Path) -> None:
    async def readings(every_s: float) -> int:
        times = 0

        def count(_: FeedProgress) -> None:
            nonlocal times
            times += 1

        orders = {"query": QUERY, "since": 0, "version": "select random()"}
        source = database(tmp_path, orders=orders, orders_every_s=every_s)
        async with built(tmp_path, sources={"crm": source}) as service:
            service.orders.on_read = count
            await service.lookups.sources.open()
            service.orders.keep_read()
            async with asyncio.timeout(10):
                while not times or (every_s < 1 and times < 3):
                    await asyncio.sleep(0.01)
        return times

    assert await readings(600) == 1
    assert await readings(0.01) >= 3


@shows_effect_of("sources.NAME.orders_full_every_h")
@pytest.mark.parametrize(("every_h", "is_whole"), [(24, True), (48, False)])
async def test_all_orders_are_read_again_in_their_time(
    tmp_path: Path, every_h: float, is_whole: bool
) -> None:
    orders = {"query": QUERY, "since": 0, "version": "select random()"}
    source = database(tmp_path, orders=orders, orders_full_every_h=every_h)
    clock = FakeClock()
    async with built(tmp_path, clock=clock, sources={"crm": source}) as service:
        await service.lookups.sources.open()
        assert await service.orders.read("crm")
        clock.advance(24 * 3600)
        progress = await service.orders.read("crm")
    assert progress is not None
    assert progress.is_whole is is_whole
