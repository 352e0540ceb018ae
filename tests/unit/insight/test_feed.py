"""Are the sources' orders in the store, however a reading goes?"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC
from pathlib import Path

import pytest

from screenpop.config.sources import Source
from screenpop.connector import (
    Connector,
    ConnectorContext,
    FeedBatch,
    FeedReading,
    Lookup,
    LookupOptions,
    Row,
    Scalar,
    SourceOptions,
    Unavailable,
)
from screenpop.insight.feed import OrderFeeds
from screenpop.insight.order_reader import OrderReader
from screenpop.insight.order_schema import OrderCounts
from screenpop.insight.order_store import OrderStore
from screenpop.support.clock import FakeClock
from screenpop.support.log import RETRY_S
from screenpop.support.metrics import Metrics
from screenpop_connectors.sql import SqlConnector

NEW = """
create table sale (id integer primary key, who text, no text, at text, sku text,
    pieces integer, total text, rev integer, private text);
create index sale_rev on sale (rev);
"""
QUERY = """select who as customer, no as "order", at as date, sku as item,
    pieces as quantity, total as amount, id as line, rev as changed,
    private as opt_out from sale where rev >= :since order by rev"""
ALL = QUERY.replace("where rev >= :since order by rev", "")


class Erp:
    """A database of sales that a test changes."""

    def __init__(self, folder: Path):
        self.path = folder / "erp.sqlite"
        self._do(NEW)
        self._rev = 0

    def sell(
        self, who: str, no: str, sku: str, pieces: object = 1, **more: str
    ) -> None:
        self._rev += 1
        self._do(
            "insert into sale (who, no, at, sku, pieces, total, rev, private)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            who, no, more.get("at", "2026-10-01"), sku, pieces, more.get("total"),
            self._rev, more.get("private"),
        )  # fmt: skip

    def change(self, statement: str) -> None:
        """`{rev}` is a new number of the change."""
        self._rev += 1
        self._do(statement.format(rev=self._rev))

    def _do(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.path)) as database, database:
            if values:
                database.execute(statement, values)
            else:
                database.executescript(statement)


class Scripted(Connector[SourceOptions, LookupOptions]):
    """Gives these batches; an error among them is raised in its place."""

    name = "scripted"
    source_options = SourceOptions
    lookup_options = LookupOptions
    first: Scalar = None

    def __init__(self, *script: Sequence[Row] | Exception):
        super().__init__(SourceOptions(), ConnectorContext(source="scripted"))
        self.script = script
        self.asked: list[Scalar] = []

    @property
    def first_since(self) -> Scalar:
        return self.first

    def lookup(self, name: str, options: LookupOptions) -> Lookup:
        raise NotImplementedError

    def orders(self, since: Scalar, reading: FeedReading) -> AsyncIterator[FeedBatch]:
        return self._orders(since)

    async def _orders(self, since: Scalar) -> AsyncIterator[FeedBatch]:
        self.asked.append(since)
        for rows in self.script:
            if isinstance(rows, Exception):
                raise rows
            after = None if self.first is None else rows[-1]["line"]
            yield FeedBatch(rows=rows, since=after)


def row(line: int, *, order: str = "o1", item: str = "A", **more: Scalar) -> Row:
    return {
        "customer": "C-1", "order": order, "date": "2026-10-01", "item": item,
        "line": line, **more,
    }  # fmt: skip


@pytest.fixture
def erp(tmp_path: Path) -> Erp:
    return Erp(tmp_path)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def sql(folder: Path, query: str = QUERY, **orders: object) -> SqlConnector:
    given = {"query": query, "since": 0, **orders}
    options = SqlConnector.source_options.model_validate(
        {"url": "sqlite:///erp.sqlite", "orders": given}
    )
    return SqlConnector(options, ConnectorContext(source="erp", folder=folder))


@asynccontextmanager
async def feeding(
    folder: Path,
    clock: FakeClock,
    connector: Connector[SourceOptions, LookupOptions] | SqlConnector,
) -> AsyncIterator[OrderFeeds]:
    """A node with one source `erp`; leaving is its end, however it ends."""
    feeds = OrderFeeds(
        {"erp": connector},
        {"erp": Source(connector="sql", orders_full_every_h=24)},
        OrderStore(folder / "data"),
        clock=clock,
        zone=UTC,
        metrics=Metrics(),
    )
    await feeds.open()
    try:
        yield feeds
    finally:
        await feeds.close()
        await connector.close()


def bought(folder: Path) -> dict[tuple[str, str], float]:
    """Quantity by customer and item, of all orders."""
    with OrderReader(folder / "data") as reader:
        orders = reader.orders()
    found: dict[tuple[str, str], float] = {}
    for who, item, quantity in zip(
        orders.line_customer, orders.line_item, orders.line_quantity, strict=True
    ):
        pair = orders.customer_keys[who], orders.item_keys[item]
        found[pair] = found.get(pair, 0) + float(quantity)
    return found


async def test_what_the_source_has_is_in_the_store(
    tmp_path: Path, clock: FakeClock, erp: Erp
) -> None:
    erp.sell("C-1", "o1", "A", 2, total="12.50")
    erp.sell("C-1", "o1", "B")
    erp.sell("C-2", "o2", "A", at="2026-10-02T10:00:00Z")
    async with feeding(tmp_path, clock, sql(tmp_path)) as feeds:
        progress = await feeds.read("erp")
        assert progress is not None
        assert (progress.orders.rows, progress.orders.kept) == (3, 3)
        assert feeds.counts == OrderCounts(lines=3, orders=2, customers=2, items=2)
    assert bought(tmp_path) == {("C-1", "A"): 2, ("C-1", "B"): 1, ("C-2", "A"): 1}


async def test_a_reading_of_changes_adds_and_replaces_lines(
    tmp_path: Path, clock: FakeClock, erp: Erp
) -> None:
    erp.sell("C-1", "o1", "A", 2)
    erp.sell("C-1", "o1", "B", 1)
    async with feeding(tmp_path, clock, sql(tmp_path)) as feeds:
        await feeds.read("erp")
        erp.change("update sale set pieces = 5, rev = {rev} where sku = 'A'")
        erp.sell("C-1", "o2", "C")
        progress = await feeds.read("erp")
        assert progress is not None
        assert progress.orders.rows == 3  # the two, and the last one of before
        assert not progress.is_whole
    assert bought(tmp_path) == {("C-1", "A"): 5, ("C-1", "B"): 1, ("C-1", "C"): 1}


async def test_a_source_that_did_not_change_is_not_read(
    tmp_path: Path, clock: FakeClock, erp: Erp
) -> None:
    erp.sell("C-1", "o1", "A")
    async with feeding(tmp_path, clock, sql(tmp_path)) as feeds:
        assert await feeds.read("erp") is not None
        assert await feeds.read("erp") is None
    async with feeding(tmp_path, clock, sql(tmp_path)) as feeds:
        assert await feeds.read("erp") is None


async def test_deleted_lines_go_when_all_is_read(
    tmp_path: Path, clock: FakeClock, erp: Erp
) -> None:
    erp.sell("C-1", "o1", "A")
    erp.sell("C-2", "o2", "B")
    async with feeding(tmp_path, clock, sql(tmp_path)) as feeds:
        await feeds.read("erp")
        erp.change("delete from sale where sku = 'B'")
        await feeds.read("erp")
        assert feeds.counts.lines == 2  # it cannot be seen in what changed
        clock.advance(24 * 3600)
        progress = await feeds.read("erp")
        assert progress is not None
        assert progress.is_whole
        assert feeds.counts == OrderCounts(lines=1, orders=1, customers=1, items=2)


async def test_another_query_reads_everything_again(
    tmp_path: Path, clock: FakeClock, erp: Erp
) -> None:
    erp.sell("C-1", "o1", "A", 2)
    async with feeding(tmp_path, clock, sql(tmp_path)) as feeds:
        await feeds.read("erp")
    other = QUERY.replace("pieces as quantity", "10 * pieces as quantity")
    async with feeding(tmp_path, clock, sql(tmp_path, other)) as feeds:
        await feeds.read("erp")
    assert bought(tmp_path) == {("C-1", "A"): 20}


async def test_a_reading_that_was_cut_goes_on_where_it_was(
    tmp_path: Path, clock: FakeClock
) -> None:
    first = Scripted([row(1), row(2)], [row(3), row(4)], Unavailable("away"))
    first.first = 0
    async with feeding(tmp_path, clock, first) as feeds:
        with pytest.raises(Unavailable):
            await feeds.read("erp")
        assert not feeds.feeds["erp"].whole
    second = Scripted([row(4, quantity=7), row(5)])
    second.first = 0
    async with feeding(tmp_path, clock, second) as feeds:
        await feeds.read("erp")
        assert (first.asked, second.asked) == ([0], [4])
        assert feeds.counts.lines == 5
        assert feeds.feeds["erp"].since == 5
    assert bought(tmp_path) == {("C-1", "A"): 1 + 1 + 1 + 7 + 1}


async def test_a_cut_reading_keeps_no_line_of_who_opted_out(
    tmp_path: Path, clock: FakeClock
) -> None:
    rows = [row(1), row(2, customer="C-2", opt_out="yes")]
    async with feeding(tmp_path, clock, Scripted(rows, Unavailable("away"))) as feeds:
        with pytest.raises(Unavailable):
            await feeds.read("erp")
    assert bought(tmp_path) == {("C-1", "A"): 1}


async def test_a_cut_reading_of_another_query_is_not_taken_for_a_whole_one(
    tmp_path: Path, clock: FakeClock, erp: Erp
) -> None:
    erp.sell("C-1", "o1", "A", 2)
    async with feeding(tmp_path, clock, sql(tmp_path)) as feeds:
        await feeds.read("erp")
    doubled = QUERY.replace("pieces as quantity", "2 * pieces as quantity")
    broken = sql(tmp_path, doubled.replace("from sale", "from nowhere"))
    async with feeding(tmp_path, clock, broken) as feeds:
        with pytest.raises(Unavailable):
            await feeds.read("erp")
        with pytest.raises(Unavailable):
            await feeds.read("erp")
        assert not feeds.feeds["erp"].whole


async def test_without_changes_a_cut_reading_begins_again_and_loses_nothing(
    tmp_path: Path, clock: FakeClock
) -> None:
    whole = Scripted([row(1), row(2)])
    async with feeding(tmp_path, clock, whole) as feeds:
        await feeds.read("erp")
        whole.script = ([row(1)], Unavailable("away"))
        with pytest.raises(Unavailable):
            await feeds.read("erp")
        assert bought(tmp_path) == {("C-1", "A"): 2}
        whole.script = ([row(1)],)
        await feeds.read("erp")
    assert bought(tmp_path) == {("C-1", "A"): 1}


async def test_rows_of_one_item_in_one_order_are_summed_however_often_they_are_read(
    tmp_path: Path, clock: FakeClock, erp: Erp
) -> None:
    erp.sell("C-1", "o1", "A", 2, total="5.00")
    erp.sell("C-1", "o1", "A", 3, total="7.50")
    query = ALL.replace("id as line, rev as changed,", "")
    async with feeding(tmp_path, clock, sql(tmp_path, query)) as feeds:
        for _ in range(3):
            await feeds.read("erp", everything=True)
    with OrderReader(tmp_path / "data") as reader:
        orders = reader.orders()
    assert orders.line_quantity.tolist() == [5]
    assert orders.line_amount.tolist() == [12.5]


async def test_a_return_takes_from_its_order_and_is_no_purchase(
    tmp_path: Path, clock: FakeClock, erp: Erp
) -> None:
    erp.sell("C-1", "o1", "A", 5)
    erp.sell("C-1", "o1", "A", -2)
    erp.sell("C-1", "o1", "B", 5)
    erp.sell("C-1", "o1", "B", -5)
    erp.sell("C-1", "r1", "A", -1)
    async with feeding(tmp_path, clock, sql(tmp_path)) as feeds:
        await feeds.read("erp")
        assert feeds.counts.lines == 5
    assert bought(tmp_path) == {("C-1", "A"): 3}


async def test_of_customers_who_opted_out_nothing_is_kept(
    tmp_path: Path, clock: FakeClock, erp: Erp
) -> None:
    erp.sell("C-1", "o1", "A")
    erp.sell("C-2", "o2", "A")
    async with feeding(tmp_path, clock, sql(tmp_path)) as feeds:
        await feeds.read("erp")
        erp.sell("C-2", "o3", "A", private="yes")
        await feeds.read("erp")
        assert feeds.counts == OrderCounts(
            lines=1, orders=1, customers=1, items=1, opted_out=1
        )
        with OrderReader(tmp_path / "data") as reader:
            assert reader.opted_out() == {"C-2"}
            assert reader.orders().customer_keys == ["C-1"]
        erp.change("update sale set private = 'no', rev = {rev} where who = 'C-2'")
        await feeds.read("erp", everything=True)
        assert feeds.counts.opted_out == 0
    assert bought(tmp_path) == {("C-1", "A"): 1, ("C-2", "A"): 2}


async def test_broken_rows_are_counted_and_the_rest_is_read(
    tmp_path: Path, clock: FakeClock, erp: Erp
) -> None:
    erp.sell("C-1", "o1", "A")
    erp.sell("C-1", "o1", "B", "many")
    erp.sell("", "o2", "A")
    async with feeding(tmp_path, clock, sql(tmp_path)) as feeds:
        progress = await feeds.read("erp")
    assert progress is not None
    assert progress.orders.left_out == {"not a number": 1, "no customer": 1}
    assert [odd.place for odd in progress.orders.odd.first] == ["row 2"]
    assert bought(tmp_path) == {("C-1", "A"): 1}


async def test_amounts_are_of_the_currency_of_most_orders(
    tmp_path: Path, clock: FakeClock
) -> None:
    rows = [
        row(1, order="o1", currency="GBP", amount=1),
        row(2, order="o2", currency="GBP", amount=2),
        row(3, order="o3", currency="SEK", amount=30),
    ]
    async with feeding(tmp_path, clock, Scripted(rows)) as feeds:
        await feeds.read("erp")
    with OrderReader(tmp_path / "data") as reader:
        assert reader.currency() == "GBP"
        amounts = reader.orders().line_amount
    assert sorted(amounts.tolist())[:2] == [1, 2]
    assert len(amounts) == 3


async def test_a_source_without_orders_any_more_is_forgotten(
    tmp_path: Path, clock: FakeClock, erp: Erp
) -> None:
    erp.sell("C-1", "o1", "A")
    async with feeding(tmp_path, clock, sql(tmp_path)) as feeds:
        await feeds.read("erp")
    store = OrderStore(tmp_path / "data")
    await store.keep_only(["shop"])
    assert await store.feeds() == {}
    await store.close()
    with OrderReader(tmp_path / "data") as reader:
        assert not reader.is_whole
        assert list(reader._batches()) == []


async def test_a_damaged_store_is_made_again(
    tmp_path: Path, clock: FakeClock, erp: Erp
) -> None:
    erp.sell("C-1", "o1", "A")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "orders.sqlite").write_bytes(b"not a database" * 500)
    async with feeding(tmp_path, clock, sql(tmp_path)) as feeds:
        await feeds.read("erp")
    assert bought(tmp_path) == {("C-1", "A"): 1}
    assert (tmp_path / "data" / "orders.sqlite").stat().st_mode & 0o077 == 0


async def test_an_item_that_the_feed_does_not_give_is_not_sold(
    tmp_path: Path, clock: FakeClock, erp: Erp
) -> None:
    erp.sell("C-1", "o1", "A")
    erp.sell("C-1", "o1", "B")
    async with feeding(tmp_path, clock, sql(tmp_path)) as feeds:
        await feeds.read("erp")
    with OrderReader(tmp_path / "data") as reader:
        assert [item.active for item in reader.items()] == [True, True]
    with_items = SqlConnector(
        SqlConnector.source_options.model_validate(
            {
                "url": "sqlite:///erp.sqlite",
                "orders": {"query": QUERY, "since": 0},
                "items": {"query": "select 'A' as key, 'Tyre' as name"},
            }
        ),
        ConnectorContext(source="erp", folder=tmp_path),
    )
    async with feeding(tmp_path, clock, with_items) as feeds:
        await feeds.read("erp")
    with OrderReader(tmp_path / "data") as reader:
        sold = {item.key: (item.name, item.active) for item in reader.items()}
    assert sold == {"A": ("Tyre", True), "B": (None, False)}


def test_a_store_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="Declare `orders`"):
        OrderReader(tmp_path)


async def test_a_source_that_is_away_is_asked_less_and_less_until_it_is_back(
    tmp_path: Path, clock: FakeClock
) -> None:
    source, waits, done = (
        Scripted(Unavailable("no route")),
        list[float](),
        asyncio.Event(),
    )

    async def pause(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            assert [problem.message for problem in feeds.problems()] == [
                "its orders cannot be read: no route"
            ]
            source.script = ([row(1)],)
        elif len(waits) > 3:
            done.set()
            await asyncio.Event().wait()

    feeds = OrderFeeds(
        {"erp": source},
        {"erp": Source(connector="sql", orders_every_s=600)},
        OrderStore(tmp_path / "data"),
        clock=clock,
        zone=UTC,
        metrics=Metrics(),
        pause=pause,
    )
    feeds.keep_read()
    async with asyncio.timeout(10):
        await done.wait()
    assert waits == [RETRY_S, 2 * RETRY_S, 4 * RETRY_S, 600]
    assert feeds.counts.lines == 1
    assert list(feeds.problems()) == []
    await feeds.close()
