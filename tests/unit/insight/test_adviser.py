"""Which offers stand on a card, for whom none do, and who is held back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from screenpop.connector import NoRows
from screenpop.domain.offer import Mark, decode_offers
from screenpop.domain.profile import Row, Scalar
from screenpop.insight.adviser import Adviser
from screenpop.insight.offering import Offering
from screenpop.insight.order_reader import ItemRow
from screenpop.insight.recommender import Recommender
from screenpop.journal.records import ActionRecord
from screenpop.support.clock import FakeClock

DAY = timedelta(days=1)
FACETS = ("recommendations", "goes_with", "outlook")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
CALL: dict[str, Scalar] = {
    "line": "main",
    "call_id": "c-1",
    "occurrence": 0,
    "customer.key": "ann",
}


def _recommender(**more: Any) -> Recommender:
    """Ann buys tape every ten days; all others buy tape and bags together."""
    lines = [("ann", f"a{n}", BEGIN + 10 * n * DAY, "tape") for n in range(8)]
    for who in range(8):
        for n in range(4):
            at = BEGIN + (n * 17 + who) * DAY
            lines += [(f"c{who}", f"{who}-{n}", at, item) for item in ("tape", "bags")]
    customers, baskets, times, items = zip(*lines, strict=True)
    return Recommender().fit(
        customers, baskets, times, items, [1.0] * len(lines), **more
    )


def _item(key: str, **values: Any) -> ItemRow:
    known = {
        "name": key.title(), "category": "office", "price": 2.5, "currency": "GBP",
        "stock": 7.0, "active": True, "read_us": 1,
    }  # fmt: skip
    return ItemRow(key=key, **{**known, **values})


def _adviser(*items: ItemRow, now: datetime = BEGIN + 85 * DAY, **more: Any) -> Adviser:
    clock = FakeClock(now)
    adviser = Adviser(clock, **more)
    adviser.offering = Offering(
        recommender=_recommender(),
        items={item.key: item for item in items or (_item("tape"), _item("bags"))},
    )
    return adviser


def _shown(
    adviser: Adviser, facet: str = "recommendations", **other: Any
) -> tuple[Row, ...]:
    found = adviser.at_hand(facet, {**CALL, **other})
    assert found is not None
    return tuple(found)


def _said(adviser: Adviser, facet: str = "recommendations", **other: Any) -> str | None:
    found = adviser.at_hand(facet, {**CALL, **other})
    return found.message if isinstance(found, NoRows) else None


def _skus(adviser: Adviser, facet: str = "recommendations", **other: Any) -> list[Any]:
    return [row["sku"] for row in _shown(adviser, facet, **other)]


def test_an_offer_says_what_it_is_and_why() -> None:
    first, *_ = _shown(_adviser())
    assert (first["sku"], first["product"], first["price"]) == ("tape", "Tape", "2.50")
    assert (first["stock"], first["currency"]) == (7.0, "GBP")
    assert str(first["reason"]).startswith("In 8 of their last 8 orders; usually every")
    assert (first["basis"], first["usual_days"]) == ("bought_often", 10)


def test_what_goes_with_the_last_order_is_not_offered_twice() -> None:
    adviser = _adviser()
    likely = set(_skus(adviser))
    assert not likely & set(_skus(adviser, "goes_with"))


def test_the_outlook_says_when_they_order_next_and_who_is_late() -> None:
    (ann,) = _shown(_adviser(now=BEGIN + 75 * DAY), "outlook")
    assert (ann["usual_days"], ann["at_risk"]) == (10, False)
    assert "2026-03-17" <= str(ann["next_from"]) <= str(ann["next_to"])
    late = _adviser(now=BEGIN + 300 * DAY)
    (ann,) = _shown(late, "outlook")
    assert ann["at_risk"] is True
    assert ann["why"] == "Usually every 10 days; last order 230 days ago"
    assert _shown(late, "outlook", **{"customer.key": "nobody"}) == ()


def test_an_outlook_is_never_held_back() -> None:
    adviser = _adviser(holdout_share=0.5, keep=lambda record: None)
    assert all(_shown(adviser, "outlook", call_id=f"c-{n}") for n in range(20))


def test_out_of_stock_or_given_up_is_not_offered() -> None:
    for gone in (_item("tape", stock=0.0), _item("tape", active=False)):
        assert "tape" not in _skus(_adviser(gone, _item("bags")))
    unknown = _item("tape", stock=None)
    assert "tape" in _skus(_adviser(unknown, _item("bags")))


def test_no_more_offers_than_the_card_takes() -> None:
    adviser = _adviser()
    assert adviser.offering is not None
    adviser.offering = Offering(
        recommender=adviser.offering.recommender,
        items=adviser.offering.items,
        offers_max=1,
    )
    assert len(_skus(adviser)) == 1


def test_a_customer_without_orders_gets_no_guess() -> None:
    stranger = {"customer.key": "nobody"}
    for facet in FACETS:
        assert _skus(_adviser(), facet, **stranger) == []
        assert _said(_adviser(), facet, **stranger) == (
            "No orders of this customer are known."
        )


def test_a_customer_who_came_after_the_training_is_not_called_unknown() -> None:
    adviser = _adviser()
    assert adviser.offering is not None
    adviser.offering = replace(adviser.offering, new_customers=frozenset({"dora"}))
    for facet in FACETS:
        assert _said(adviser, facet, **{"customer.key": "dora"}) == (
            "No offers yet: this customer's orders are newer than the last training."
        )


def test_the_card_says_that_nothing_can_be_delivered() -> None:
    adviser = _adviser(_item("tape", stock=0.0), _item("bags", active=False))
    assert _said(adviser) == (
        "Nothing to offer: the 2 items that fit best are out of stock or not sold now."
    )
    adviser = _adviser(_item("tape"), _item("bags", stock=0.0))
    assert _said(adviser, "goes_with") == (
        "Nothing to offer: the item that fits is out of stock or not sold now."
    )


def test_an_excluded_customer_gets_none_and_the_card_says_why() -> None:
    for facet in FACETS:
        assert _skus(_adviser(withheld=["ann"]), facet) == []
        assert _said(_adviser(withheld=["ann"]), facet) == (
            "This customer is excluded from offers: nothing is computed."
        )


def test_who_opted_out_gets_none_and_the_card_says_why() -> None:
    left_out = "This customer opted out of profiling: nothing is computed."
    trained_without = _adviser()
    trained_without.offering = Offering(
        recommender=_recommender(withheld=["ann"]), items={}
    )
    since_then = _adviser()
    since_then.offering = Offering(
        recommender=_recommender(), items={}, opted_out=frozenset({"ann"})
    )
    for facet in FACETS:
        for adviser in (trained_without, since_then):
            assert _skus(adviser, facet) == []
            assert _said(adviser, facet) == left_out
        assert _said(since_then, facet, **{"customer.key": "c1"}) is None


def test_before_the_first_model_the_card_says_what_goes_on() -> None:
    adviser = Adviser(FakeClock())
    assert _skus(adviser) == []
    assert _said(adviser) == "No offers yet: no model has been trained."
    adviser.progress = "reading"
    assert _said(adviser, "outlook") == (
        "No offers yet: the orders are being read for the first time."
    )


def test_the_card_says_how_old_stock_and_price_of_the_feed_are() -> None:
    assert _shown(_adviser())[0]["as_of"] == "1970-01-01T00:00:00.000001Z"
    unknown = _item("tape", read_us=None, stock=None, price=None)
    assert "as_of" not in _shown(_adviser(unknown))[0]


def test_a_share_of_the_calls_is_held_back_and_kept_to_compare() -> None:
    kept: list[ActionRecord] = []
    adviser = _adviser(holdout_share=0.5, keep=kept.append)
    shown = [n for n in range(400) if _skus(adviser, call_id=f"c-{n}")]
    assert 150 < len(shown) < 250
    assert len(kept) == 400 - len(shown)
    record = kept[0]
    assert (record.user, record.data["mark"]) == ("", Mark.HELD_BACK)
    (tape, *_) = decode_offers(record.data["offers"])
    assert (tape.item, tape.basis, tape.model) == (
        "tape",
        "bought_often",
        "own purchases and neighbours",
    )


def test_both_lists_of_a_call_are_held_back_or_neither() -> None:
    adviser = _adviser(holdout_share=0.5, keep=lambda record: None)
    for n in range(50):
        likely = bool(_skus(adviser, call_id=f"c-{n}"))
        if not likely:
            assert _skus(adviser, "goes_with", call_id=f"c-{n}") == []


def test_a_dry_run_holds_nothing_back() -> None:
    adviser = _adviser(holdout_share=0.5)
    assert all(_skus(adviser, call_id=f"c-{n}") for n in range(20))
