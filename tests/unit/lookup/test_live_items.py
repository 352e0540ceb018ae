"""Is stock asked for when the phone rings, and what stands there without an answer?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import virtual_time
from virtual_time import LoopClock

from screenpop.connector import Lookup, Row, Scalar, Unavailable
from screenpop.connector.orders import ItemNow, ItemRecord
from screenpop.domain.profile import LookupOutcome
from screenpop.insight.adviser import Adviser, OffersLookup
from screenpop.insight.offering import Offering
from screenpop.insight.order_reader import ItemRow
from screenpop.insight.recommender import Recommender
from screenpop.lookup.guarded_source import GuardedSource, Result, SourceLimits
from screenpop.lookup.live_items import LiveItems
from screenpop.support.tasks import TaskOwner

ITEMS = ("bags", "cups", "glue", "pens", "rope", "tape")
CALL: dict[str, Scalar] = {
    "line": "main", "call_id": "c-1", "occurrence": 0, "customer.key": "ann"
}  # fmt: skip
READ_US = 1_795_000_000_000_000


class Warehouse(Lookup):
    """Knows stock and price of items; it may be slow, or down."""

    needs = frozenset({"item.key"})

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.rows: dict[str, Row] = {}
        self.takes_s: dict[str, float] = {}
        self.is_down = False

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        item = str(params["item.key"])
        self.asked.append(item)
        await asyncio.sleep(self.takes_s.get(item, 0.0))
        if self.is_down:
            raise Unavailable("cannot reach the warehouse. Try again later.")
        return [self.rows[item]] if item in self.rows else []


class Desk:
    """Cards of a customer who buys everything, most often what comes first."""

    def __init__(self, offers_max: int = 2, cache_s: float = 60.0):
        self.clock = LoopClock()
        self.warehouse = Warehouse()
        self.tasks = TaskOwner("test")
        limits = SourceLimits(timeout_ms=1_000, cache_s=cache_s, breaker_failures=99)
        guard = GuardedSource("erp", "ERP", limits, self.clock, self.tasks)
        self.live = LiveItems(guard, self.warehouse, timeout_ms=400)
        self.adviser = Adviser(self.clock)
        self.adviser.live = self.live
        self.adviser.offering = Offering(
            recommender=_recommender(),
            items={key: _item(key) for key in ITEMS},
            offers_max=offers_max,
        )
        self.ranked = self.adviser.offering.recommender.recommend("ann", 6)

    async def answer(self, facet: str) -> Result:
        """As the source of the card's offers answers."""
        lookup = OffersLookup(self.adviser, facet)
        limits = SourceLimits(cache_s=0)
        guard = GuardedSource("insight", "Orders", limits, self.clock, self.tasks)
        known = guard.known(facet, CALL, at_hand=lookup.at_hand)
        if known is not None and known.outcome is not LookupOutcome.STALE:
            return known
        found: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        guard.ask(facet, lookup, CALL, found.set_result)
        return await found

    async def card(self, facet: str = "recommendations") -> dict[str, Row]:
        rows = await self.adviser.rows(facet, CALL)
        return {str(row["sku"]): row for row in rows}


def _recommender() -> Recommender:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    lines = [
        (who, f"{who}-{n}", begin + (7 * n + len(who)) * timedelta(days=1), item)
        for who in ("ann", "bo", "carl")
        for n in range(12)
        for place, item in enumerate(ITEMS)
        if n % (place + 1) == 0
    ]
    customers, baskets, times, items = zip(*lines, strict=True)
    return Recommender().fit(customers, baskets, times, items, [1.0] * len(lines))


def _item(key: str, stock: float | None = 5.0) -> ItemRow:
    return ItemRow(key, key.title(), "office", 2.5, "GBP", stock, True, READ_US)


def _row(stock: float, price: float = 2.5) -> Row:
    return {"stock": stock, "price": price, "currency": "GBP"}


def test_what_is_sold_out_by_now_makes_room_for_the_next() -> None:
    async def story() -> None:
        desk = Desk()
        first, second, third = desk.ranked[:3]
        desk.warehouse.rows = {key: _row(9) for key in ITEMS} | {first: _row(0)}
        card = await desk.card()
        assert [*card] == [second, third]
        assert card[second]["stock"] == 9
        assert "as_of" not in card[second]
        # what is not needed for the list is not asked
        assert desk.warehouse.asked == [first, second, third]

    virtual_time.run(story())


def test_what_is_not_sold_any_more_is_not_offered() -> None:
    async def story() -> None:
        desk = Desk()
        gone = desk.ranked[0]
        desk.warehouse.rows[gone] = {"stock": 9, "active": "no"}
        assert gone not in await desk.card()

    virtual_time.run(story())


def test_what_the_feed_had_sold_out_is_offered_once_it_is_back() -> None:
    async def story() -> None:
        desk = Desk()
        assert desk.adviser.offering is not None
        back = desk.ranked[0]
        desk.adviser.offering.items[back] = _item(back, stock=0.0)  # type: ignore[index]
        desk.warehouse.rows = {key: _row(3) for key in ITEMS}
        assert back in await desk.card()

    virtual_time.run(story())


def test_a_price_that_changed_is_the_one_on_the_card() -> None:
    async def story() -> None:
        desk = Desk()
        first = desk.ranked[0]
        desk.warehouse.rows[first] = _row(9, price=3.1)
        assert (await desk.card())[first]["price"] == "3.10"

    virtual_time.run(story())


def test_a_slow_source_costs_its_deadline_and_the_last_known_values_stand() -> None:
    async def story() -> None:
        desk = Desk()
        slow, quick = desk.ranked[:2]
        desk.warehouse.rows = {slow: _row(8), quick: _row(9)}
        desk.warehouse.takes_s[slow] = 3.0
        began_s = desk.clock.monotonic_s()
        card = await desk.card()
        assert desk.clock.monotonic_s() - began_s <= 0.41
        assert (card[slow]["stock"], card[slow]["as_of"]) == (
            5.0, "2026-11-18T11:06:40Z"
        )  # fmt: skip
        assert card[quick]["stock"] == 9
        assert "as_of" not in card[quick]

    virtual_time.run(story())


def test_all_rounds_of_questions_share_one_deadline() -> None:
    async def story() -> None:
        desk = Desk()
        desk.warehouse.rows = {key: _row(0) for key in ITEMS}
        desk.warehouse.takes_s = dict.fromkeys(ITEMS, 0.15)
        began_s = desk.clock.monotonic_s()
        await desk.card()
        assert desk.clock.monotonic_s() - began_s <= 0.41

    virtual_time.run(story())


def test_a_dead_source_leaves_what_it_said_last_with_its_age() -> None:
    async def story() -> None:
        desk = Desk(cache_s=1.0)
        first, second, third = desk.ranked[:3]
        desk.warehouse.rows = {key: _row(9, 4.0) for key in ITEMS} | {first: _row(0)}
        await desk.card()
        desk.warehouse.is_down = True
        await asyncio.sleep(600)
        card = await desk.card()
        assert [*card] == [second, third]  # the first was sold out when last asked
        assert card[second]["price"] == "4.00"
        assert card[second]["as_of"] == "2026-11-21T12:00:00Z"

    virtual_time.run(story())


def test_a_newer_reading_of_the_feed_counts_more_than_an_old_answer() -> None:
    record = ItemRecord("tape", "Tape", None, 2.5, "GBP", 0.0, True)
    old = ItemNow(record, READ_US - 1, is_fresh=False)
    assert old.is_older_than(READ_US)
    assert not old.is_older_than(None)
    assert not ItemNow(record, READ_US - 1, is_fresh=True).is_older_than(READ_US)


def test_an_item_the_source_does_not_know_stands_as_the_feed_has_it() -> None:
    async def story() -> None:
        desk = Desk()
        card = await desk.card()
        assert [*card] == desk.ranked[:2]
        assert all(row["as_of"] == "2026-11-18T11:06:40Z" for row in card.values())

    virtual_time.run(story())


def test_the_second_list_does_not_repeat_what_the_first_list_shows() -> None:
    async def story() -> None:
        desk = Desk()
        desk.warehouse.rows = {key: _row(9) for key in ITEMS}
        desk.warehouse.rows[desk.ranked[0]] = _row(0)
        desk.warehouse.takes_s = {desk.ranked[1]: 0.2}
        likely, goes_with = await asyncio.gather(desk.card(), desk.card("goes_with"))
        assert likely
        assert not likely.keys() & goes_with.keys()
        assert desk.ranked[0] not in goes_with
        assert len(desk.warehouse.asked) == len(set(desk.warehouse.asked))

    virtual_time.run(story())


def test_the_card_says_that_everything_is_sold_out() -> None:
    async def story() -> None:
        desk = Desk()
        desk.warehouse.rows = {key: _row(0) for key in ITEMS}
        for facet, ranked in (("recommendations", 6), ("goes_with", 5)):
            answer = await desk.answer(facet)
            assert (answer.outcome, answer.rows) == (LookupOutcome.EMPTY, ())
            assert answer.message == (
                f"Nothing to offer: the {ranked} items that fit best are out of stock"
                " or not sold now."
            )
        desk.warehouse.rows[desk.ranked[5]] = _row(1)
        await asyncio.sleep(61)  # the cache is over
        answer = await desk.answer("recommendations")
        assert ([row["sku"] for row in answer.rows], answer.message) == (
            [desk.ranked[5]],
            None,
        )

    virtual_time.run(story())


def test_what_was_asked_a_moment_ago_is_at_hand() -> None:
    async def story() -> None:
        desk = Desk()
        desk.warehouse.rows = {key: _row(9) for key in ITEMS}
        assert desk.adviser.at_hand("recommendations", CALL) is None
        card = await desk.card()
        found = desk.adviser.at_hand("recommendations", CALL)
        assert found is not None
        assert list(found) == list(card.values())

    virtual_time.run(story())
