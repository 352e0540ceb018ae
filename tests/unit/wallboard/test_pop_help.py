"""What cards did for calls: shares, times, facets, and handle times next to them."""

from __future__ import annotations

import random
from statistics import fmean, variance
from typing import Any

import numpy as np
import pytest
from scipy import stats

from screenpop.domain.popped import CardShown, FacetOnCard, FacetViews, PoppedCall
from screenpop.wallboard.pop_help import (
    FacetHelp,
    FacetLooks,
    PopHelp,
    compared,
    pop_help,
)

S = 1_000_000


def facet(name: str = "balance", outcome: str = "ok", at_s: float = 1) -> FacetOnCard:
    return FacetOnCard(facet=name, outcome=outcome, shown_us=round(at_s * S))


def card(
    *facets: FacetOnCard, answered_s: float | None = 5, delivered_s: float | None = 1,
    **more: Any,
) -> CardShown:  # fmt: skip
    return CardShown(
        rang_us=0,
        answered_us=None if answered_s is None else round(answered_s * S),
        delivered_us=None if delivered_s is None else round(delivered_s * S),
        facets=facets or (facet(),),
        **more,
    )


def popped(*cards: CardShown, **more: Any) -> PoppedCall:
    known: dict[str, Any] = {"queue": "sales", "has_number": True, "is_matched": True}
    return PoppedCall(cards=cards or (card(),), **{**known, **more})


def helped(*calls: PoppedCall) -> PopHelp:
    return pop_help(calls, lambda queue: True)


def test_shares_are_of_calls_and_of_answers() -> None:
    found = helped(
        popped(),
        popped(card(delivered_s=6)),  # after the answer
        popped(card(delivered_s=None)),  # no browser said it
        popped(card(answered_s=None), is_matched=False),
        popped(card(answered_s=None), is_matched=False, has_number=False),
    )
    assert (found.calls, found.with_number, found.matched) == (5, 4, 3)
    assert (found.answered, found.delivered, found.before_answer) == (3, 2, 1)


def test_of_a_call_at_two_agents_the_first_answer_counts() -> None:
    late = card(answered_s=60, delivered_s=90)
    found = helped(popped(late, card(answered_s=5), card(answered_s=None)))
    assert (found.answered, found.delivered, found.before_answer) == (1, 1, 1)


def test_stages_are_quantiles_of_the_cards_that_have_them() -> None:
    cards = [card(facet(at_s=n / 100), pop_ms=n, painted_ms=1) for n in range(1, 102)]
    pop, painted, complete = helped(popped(*cards), popped(card(facet()))).stages
    assert (pop.cards, pop.p50, pop.p95, pop.p99) == (101, 51, 96, 100)
    assert (painted.p50, painted.p99) == (1, 1)
    assert complete.cards == 102
    assert complete.p99 == pytest.approx(1000)


def test_without_cards_there_are_no_times() -> None:
    found = helped()
    assert [(x.cards, x.p50) for x in found.stages] == [(0, None)] * 3
    assert (found.facets, found.handle_times) == ((), ())


def test_a_facet_is_as_good_as_its_worst_lookup() -> None:
    both = card(facet(), facet(outcome="timed_out"), facet("orders", "empty"))
    late = card(facet(at_s=9), facet("orders", "ok", 2))
    balance, orders = helped(popped(both), popped(late)).facets
    assert (balance.facet, balance.cards, balance.filled) == ("balance", 2, 1)
    assert (balance.failed, balance.empty) == (1, 0)
    assert (balance.answered, balance.before_answer) == (2, 1)
    assert (orders.filled, orders.empty, orders.before_answer) == (1, 1, 2)


@pytest.mark.parametrize(
    ("call", "whole"),
    [
        (popped(), True),
        (popped(card(facet(outcome="stale"), facet("x", "empty"))), True),
        (popped(card(facet(), facet("x", "failed"))), False),
        (popped(is_matched=False), False),
        (PoppedCall(queue="", has_number=True, is_matched=True), False),
    ],
)
def test_a_profile_is_complete_with_a_customer_and_all_answers(
    call: PoppedCall, whole: bool
) -> None:
    assert call.is_complete is whole


def some(
    seconds: list[float], *, queue: str = "sales", known: bool
) -> list[PoppedCall]:
    return [
        popped(queue=queue, is_matched=known, handle_us=round(each * S))
        for each in seconds
    ]


def test_an_interval_is_welchs() -> None:
    rng = random.Random(4)
    ours = [round(rng.lognormvariate(4.8, 0.6), 3) for _ in range(4_000)]
    theirs = [round(rng.lognormvariate(5.0, 0.9), 3) for _ in range(900)]
    found = compared("sales", [*some(ours, known=True), *some(theirs, known=False)])
    reference = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval()
    assert found.difference_s == pytest.approx(fmean(ours) - fmean(theirs))
    assert found.low_s == pytest.approx(reference.low, abs=0.05)
    assert found.high_s == pytest.approx(reference.high, abs=0.05)
    assert found.complete.mean_s == pytest.approx(np.mean(ours))
    half_s = 1.96 * (variance(ours) / len(ours)) ** 0.5
    assert found.complete.high_s == pytest.approx(np.mean(ours) + half_s, abs=0.01)


def test_few_calls_have_no_mean() -> None:
    found = compared("sales", [*some([60] * 29, known=True), *some([90], known=False)])
    assert (found.complete.calls, found.complete.mean_s) == (29, None)
    assert (found.complete.low_s, found.difference_s) == (None, None)
    assert found.words.startswith("Too few calls: 30")


def test_groups_that_differ_by_queue_are_named() -> None:
    alike = [*some([60] * 40, known=True), *some([70] * 40, known=False)]
    assert compared(None, alike).words.startswith("Not a proof")
    assert "differ by queue" not in compared(None, alike).words
    unlike = [*alike, *some([500] * 40, queue="support", known=False)]
    words = compared(None, unlike).words
    assert "sales has 100% of the complete ones and 50% of the others" in words


def test_a_queue_of_few_agents_has_no_handle_times_of_its_own() -> None:
    calls = [*some([60], known=True), *some([60], queue="tiny", known=True)]
    found = pop_help(calls, lambda queue: queue != "tiny")
    assert [each.queue for each in found.handle_times] == [None, "sales"]


def viewed(user: str, *views: int) -> PoppedCall:
    return popped(views={"balance": FacetViews(*views)}, people=frozenset({user}))


def looks(*calls: PoppedCall, people_min: int = 0) -> FacetHelp:
    (found,) = pop_help(calls, lambda queue: True, people_min).facets
    return found


def test_a_facet_nobody_opened_is_told_from_one_that_is_always_in_view() -> None:
    found = looks(
        viewed("a", 1, 0, 0, 1), viewed("b", 2, 0, 1, 1), viewed("c", 1, 1, 0, 0),
        viewed("d", 2, 0, 0, 2), popped(),
    )  # fmt: skip
    assert found.looks == FacetLooks(
        calls=4, in_view=1, opened=1, always_in_view=False, never_opened=2,
        never_opened_rate=0.5,
    )  # fmt: skip
    always = looks(viewed("a", 1, 1, 0, 0), viewed("b", 2, 2, 1, 0)).looks
    assert always == FacetLooks(
        calls=2, in_view=2, opened=1, always_in_view=True, never_opened=None,
        never_opened_rate=None,
    )  # fmt: skip


def test_what_few_agents_looked_at_is_not_shown() -> None:
    calls = [viewed(name, 1, 0, 0, 1) for name in "aabc"]
    few = looks(*calls, people_min=4)
    assert (few.looks, few.few_agents) == (None, True)
    enough = looks(*calls, people_min=3)
    assert enough.looks is not None
    assert not enough.few_agents
    unknown = looks(popped(), people_min=4)
    assert (unknown.looks, unknown.few_agents) == (None, False)
