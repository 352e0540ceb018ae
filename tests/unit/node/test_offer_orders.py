"""An order of what was offered is found, if it came from the customer and in time."""

from __future__ import annotations

from pathlib import Path

from unit.history import history

from screenpop.connector.orders import OrderRecord
from screenpop.domain.offer import Mark, Offer
from screenpop.domain.orders_after import KnownCaller
from screenpop.history.archive import Archive
from screenpop.history.batch import MarkedOffer
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.offers import ORDER_DAYS, Offers
from screenpop.history.tables import metadata
from screenpop.insight.order_store import OrderStore
from screenpop.node.asking import load_checked
from screenpop.node.offer_orders import learn_orders, orders_after_calls
from screenpop.support.clock import FakeClock

DAY_US = 86_400_000_000
FEED = """
version: 1
server: {data_dir: data}
lines: {main: {dialect: generic, settings: {token: a-token-of-sixteen-chars}}}
sources:
  erp:
    connector: sql
    url: sqlite:///erp.sqlite
    orders: {query: "select 1 as customer, 2 as order_id, 3 as at, 4 as item"}
"""


async def _order(
    folder: Path, clock: FakeClock, *lines: tuple[str, str, float]
) -> None:
    """Orders (customer, item, days after the call), in place of those before."""
    store = OrderStore(folder)
    await store.open()
    called_s = clock.now_us() / 1e6
    filing = await store.begin("erp", since=None, made_by="x", now_us=clock.now_us())
    await filing.add(
        OrderRecord(
            customer=customer,
            order=f"o{number}",
            line=None,
            at_s=called_s + days * 86_400,
            item=item,
            quantity=1.0,
            amount=12.5,
            currency="EUR",
            opted_out=customer == "c-9",
        )
        for number, (customer, item, days) in enumerate(lines)
    )
    await filing.finish(None, clock.now_us())
    await store.close()


async def test_only_orders_of_the_customer_in_time_count(tmp_path: Path) -> None:
    clock = FakeClock()
    database = Database(sqlite_url(tmp_path / "store.sqlite"))
    await database.open()
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
    at_us = clock.now_us()
    await Archive(database).write(
        history.batch(
            calls=[history.state("c-1", arrived_us=at_us)],
            customers=[history.customer(key=history.key("c-1"))],
            offers=[
                MarkedOffer(
                    key=history.key("c-1"),
                    offer=Offer("recommendations", item, "own", "m1"),
                    mark=Mark.SHOWN,
                    at_us=at_us,
                )
                for item in ("tape", "bags", "rope", "glue")
            ],
        )
    )
    await _order(
        tmp_path,
        clock,
        ("c-7", "tape", 3),
        ("c-7", "bags", ORDER_DAYS + 1),
        ("c-7", "rope", -1),
        ("c-8", "glue", 3),
    )
    clock.advance(20 * 86_400)
    offers = Offers(database)
    assert await learn_orders(offers, tmp_path, clock) == 1
    (counts,) = await offers.counts(0, clock.now_us(), clock.now_us())
    assert (counts.settled, counts.ordered) == (4, 1)
    assert {x.item for x in await offers.open_offers(clock.now_us())} == {
        "bags", "rope", "glue"
    }  # fmt: skip
    assert await learn_orders(offers, tmp_path, clock) == 0
    await database.close()


async def test_orders_after_calls_are_those_of_the_feed(tmp_path: Path) -> None:
    clock = FakeClock()
    at_us = clock.now_us()
    data = tmp_path / "data"
    data.mkdir()
    await _order(data, clock, ("c-7", "tape", 3), ("c-7", "x", 9), ("c-9", "tape", 3))
    callers = [KnownCaller("tv", each, at_us) for each in ("c-7", "c-8", "c-9")]
    (tmp_path / "screenpop.yaml").write_text(FEED)
    after = orders_after_calls(load_checked(tmp_path / "screenpop.yaml"))
    found = await after(callers, 7)
    assert found is not None
    assert (found["tv"].orders, found["tv"].revenue) == (1, {"EUR": 12.5})
    assert await after([], 7) == {}


async def test_without_a_source_of_orders_there_are_none(tmp_path: Path) -> None:
    (tmp_path / "screenpop.yaml").write_text("version: 1\n")
    after = orders_after_calls(load_checked(tmp_path / "screenpop.yaml"))
    assert await after([KnownCaller("tv", "c-7", 1)], 7) is None
