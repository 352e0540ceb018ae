"""What became of offers is counted by reason and model, and settled after 14 days."""

from __future__ import annotations

import pytest
from unit.history import history

from screenpop.domain.offer import Mark, Offer
from screenpop.history.archive import Archive
from screenpop.history.batch import MarkedOffer
from screenpop.history.engine import Database
from screenpop.history.offers import (
    ORDER_US,
    OfferCounts,
    Offers,
    Share,
    reported,
    share,
    uplift,
)

DAY_US = 86_400_000_000
NOW_US = 1_000 * DAY_US
OLD_US = NOW_US - ORDER_US - DAY_US
FACET = "recommendations"


@pytest.fixture
def archive(database: Database) -> Archive:
    return Archive(database)


@pytest.fixture
def offers(database: Database) -> Offers:
    return Offers(database)


async def _call(
    archive: Archive,
    call_id: str,
    at_us: int,
    *asked: Offer,
    queue: str | None = "sales",
    **marks: Mark,
) -> None:
    """A call of Globex's with an offer for each mark; those `asked` are taken."""
    made = [
        MarkedOffer(key=history.key(call_id), offer=offer, mark=mark, at_us=at_us)
        for offer, mark in (
            *((Offer(FACET, item, "own", "m1"), mark) for item, mark in marks.items()),
            *((offer, Mark.TAKEN) for offer in asked),
        )
    ]
    state = history.state(call_id, arrived_us=at_us, queue=queue)
    customer = history.customer(key=history.key(call_id))
    batch = history.batch(calls=[state], customers=[customer], offers=made)
    await archive.write(batch)


async def _only(offers: Offers, from_us: int = 0) -> OfferCounts:
    (counts,) = await offers.counts(from_us, NOW_US + 1, NOW_US)
    return counts


async def test_each_mark_is_counted_once(archive: Archive, offers: Offers) -> None:
    await _call(
        archive,
        "c-1",
        NOW_US,
        a=Mark.SHOWN,
        b=Mark.OFFERED,
        c=Mark.TAKEN,
        d=Mark.DECLINED,
        e=Mark.UNSUITABLE,
        f=Mark.HELD_BACK,
    )
    counts = await _only(offers)
    assert (counts.facet, counts.basis, counts.model) == (FACET, "own", "m1")
    assert (counts.shown, counts.offered, counts.held_back) == (5, 4, 1)
    assert (counts.taken, counts.declined, counts.unsuitable) == (1, 1, 1)
    assert (counts.settled, counts.ordered, counts.held_back_settled) == (0, 0, 0)


async def test_an_order_counts_once_the_days_are_over(
    archive: Archive, offers: Offers
) -> None:
    marks = {"a": Mark.TAKEN, "b": Mark.SHOWN, "c": Mark.HELD_BACK}
    await _call(archive, "old", OLD_US, **marks)
    await _call(archive, "new", NOW_US - DAY_US, **marks)
    found = await offers.open_offers(NOW_US)
    assert {(each.call_id, each.item, each.customer) for each in found} == {
        (call_id, item, "c-7") for call_id in ("old", "new") for item in marks
    }
    await offers.ordered([(x, x.at_us + DAY_US) for x in found if x.item != "b"])
    counts = await _only(offers)
    assert (counts.shown, counts.settled, counts.ordered) == (4, 2, 1)
    assert (counts.held_back, counts.held_back_settled) == (2, 1)
    assert counts.held_back_ordered == 1
    assert [x.item for x in await offers.open_offers(NOW_US)] == ["b", "b"]


async def test_a_mark_made_later_keeps_the_order(
    archive: Archive, offers: Offers
) -> None:
    await _call(archive, "c-1", OLD_US, a=Mark.SHOWN)
    (offer,) = await offers.open_offers(NOW_US)
    await offers.ordered([(offer, OLD_US + DAY_US)])
    await _call(archive, "c-1", OLD_US, a=Mark.TAKEN)
    assert ((await _only(offers)).taken, (await _only(offers)).ordered) == (1, 1)


async def test_pages_of_open_offers_follow_each_other(
    archive: Archive, offers: Offers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screenpop.history.offers.PAGE_MAX", 2)
    await _call(archive, "c-1", NOW_US, a=Mark.SHOWN, b=Mark.SHOWN, c=Mark.SHOWN)
    first = await offers.open_offers(NOW_US)
    rest = await offers.open_offers(NOW_US, first[-1])
    assert [[x.item for x in page] for page in (first, rest)] == [["a", "b"], ["c"]]


async def test_calls_of_other_times_are_not_counted(
    archive: Archive, offers: Offers
) -> None:
    await _call(archive, "c-1", OLD_US, a=Mark.TAKEN)
    assert await offers.counts(OLD_US + 1, NOW_US, NOW_US) == []


async def test_offers_go_with_their_call(archive: Archive, offers: Offers) -> None:
    await _call(archive, "c-1", OLD_US, a=Mark.TAKEN)
    await archive.forget(NOW_US)
    assert await offers.counts(0, NOW_US, NOW_US) == []


def test_a_share_has_the_interval_of_wilson() -> None:
    """Newcombe 1998, method comparison paper on one proportion, table I, method 3."""
    found = share(81, 263)
    assert found.share == pytest.approx(81 / 263)
    assert found.low == pytest.approx(0.2553, abs=5e-5)
    assert found.high == pytest.approx(0.3662, abs=5e-5)
    assert share(0, 0) == Share(count=0, of=0, share=None, low=None, high=None)
    assert share(0, 20).low == 0.0
    assert share(29, 29).high == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("with_offers", "held_back", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
    ],
)
def test_the_uplift_has_the_interval_of_newcombe(
    with_offers: tuple[int, int],
    held_back: tuple[int, int],
    low: float,
    high: float,
) -> None:
    """Newcombe 1998, table II, contrasts (a), (b), (d) and (f), method 10."""
    found = uplift(share(*with_offers), share(*held_back))
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


def test_without_anything_held_back_there_is_no_uplift() -> None:
    assert uplift(share(1, 2), share(0, 0)).difference is None


async def test_the_report_groups_what_was_counted(
    archive: Archive, offers: Offers
) -> None:
    await _call(archive, "c-1", OLD_US, a=Mark.TAKEN, b=Mark.SHOWN, c=Mark.HELD_BACK)
    (offer, *_) = await offers.open_offers(NOW_US)
    await offers.ordered([(offer, OLD_US + DAY_US)])
    report = reported(await offers.counts(0, NOW_US, NOW_US))
    (group,) = report.by_reason
    assert (group.name, group.shown, group.offered.count) == ("own", 2, 1)
    assert (group.taken.share, group.ordered.share) == (1.0, 0.5)
    assert (report.uplift.held_back.share, report.uplift.difference) == (0.0, 0.5)
    assert report.total.shown == 2


async def test_the_report_counts_by_rule_and_by_queue(
    archive: Archive, offers: Offers
) -> None:
    asked = Offer("policy", "winter_lights", "policy", "policy")
    await _call(archive, "c-1", OLD_US, asked, queue="sales", a=Mark.SHOWN)
    await _call(archive, "c-2", OLD_US, queue=None, a=Mark.DECLINED)
    report = reported(await offers.counts(0, NOW_US, NOW_US))
    assert [(x.name, x.shown, x.taken.count) for x in report.by_rule] == [
        ("winter_lights", 1, 1)
    ]
    assert report.by_rule[0].ordered.of == 0  # a rule names no item to be ordered
    assert report.total.ordered.of == report.uplift.with_offers.of == 2
    assert [(x.name, x.shown, x.declined.count) for x in report.by_queue] == [
        ("", 1, 1),
        ("sales", 2, 0),
    ]
