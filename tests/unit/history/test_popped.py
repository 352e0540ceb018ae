"""The cards of a range as the store has them."""

from __future__ import annotations

from typing import Any

import pytest
from unit.history import history

from screenpop.domain.call import (
    AgentId,
    AgentLeg,
    Direction,
    LegState,
    Outcome,
    UserId,
)
from screenpop.domain.popped import FacetViews
from screenpop.history import popped
from screenpop.history.archive import Archive
from screenpop.history.engine import Database
from screenpop.history.past_counts import CountsAsked
from screenpop.history.popped import PoppedCalls

ALL = CountsAsked(from_us=0, to_us=10_000)
OVER: dict[str, Any] = {
    "first_alerting_us": 1_000,
    "ended_us": 9_000,
    "outcome": Outcome.COMPLETED,
}
TALKED = AgentLeg(
    agent=AgentId("1001"),
    state=LegState.RELEASED,
    alerting_us=1_000,
    answered_us=3_000,
    released_us=9_000,
    people=(UserId("ana"), UserId("amy")),
)


async def test_a_call_has_its_cards_times_and_answers(database: Database) -> None:
    call = history.state(**OVER, answered_us=3_000, legs=(TALKED,))
    identified = history.answer("who", facet="")
    elsewhere = history.answer("orders", facet="orders", agents={"1002": 2_000})
    await Archive(database).write(
        history.batch(
            calls=[call],
            receipts=[history.receipt()],
            shown=[history.shown(history.answer(), identified, elsewhere)],
            customers=[history.customer()],
        )
    )
    (found,), more = await PoppedCalls(database).read(ALL)
    (card,) = found.cards
    assert not more
    assert (found.queue, found.has_number, found.is_matched) == ("sales", True, True)
    assert found.handle_us == 6_000  # once, though two people share the telephone
    assert (card.rang_us, card.answered_us, card.delivered_us) == (1_000, 3_000, 2_500)
    assert (card.pop_ms, card.painted_ms, card.complete_ms) == (14.25, None, 1.0)
    assert [(x.facet, x.outcome) for x in card.facets] == [("balance", "ok")]


async def test_what_was_looked_at_comes_with_who_answered(database: Database) -> None:
    call = history.state(**OVER, answered_us=3_000, legs=(TALKED,))
    seen = history.answer(views=FacetViews(1, 0, 0, 1))
    orders = history.answer("orders", facet="orders")
    batch = history.batch(calls=[call], shown=[history.shown(seen, orders)])
    await Archive(database).write(batch)
    (found,), _ = await PoppedCalls(database).read(ALL)
    assert found.views == {"balance": FacetViews(cards=1, unopened=1)}
    assert found.people == {"ana", "amy"}


async def test_only_calls_from_outside_that_rang_and_are_over(
    database: Database,
) -> None:
    out = Direction.OUTBOUND
    states = [
        history.state("over", **OVER),
        history.state("hidden", number=None, **OVER),
        history.state("ours", direction=out, **OVER),
        history.state("goes on", first_alerting_us=1_000),
        history.state("never rang", ended_us=9_000),
        history.state("later", **{**OVER, "arrived_us": 10_000}),
        history.state("elsewhere", queue="support", **OVER),
    ]
    await Archive(database).write(history.batch(calls=states))
    asked = CountsAsked(from_us=0, to_us=10_000, queues=("sales",))
    found, _ = await PoppedCalls(database).read(asked)
    assert sorted(call.has_number for call in found) == [False, True]
    assert all(call.handle_us is None for call in found)


async def test_the_newest_are_read_page_by_page_up_to_the_limit(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(popped, "CALLS_PER_STEP", 2)
    states = [
        history.state(f"c-{n}", **OVER, arrived_us=n // 2, queue=f"q{n}")
        for n in range(7)
    ]
    await Archive(database).write(history.batch(calls=states))
    found, more = await PoppedCalls(database).read(ALL)
    assert [call.queue for call in found] == [f"q{n}" for n in (6, 5, 4, 3, 2, 1, 0)]
    assert not more
    monkeypatch.setattr(popped, "CALLS_MAX", 4)
    found, more = await PoppedCalls(database).read(ALL)
    assert ([call.queue for call in found], more) == (["q6", "q5", "q4", "q3"], True)


async def test_the_calls_of_a_figure_come_page_by_page(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(popped, "CALLS_PER_STEP", 2)
    calls = [
        history.state(f"c-{n}", **{**OVER, "arrived_us": 1_000 + n}) for n in range(7)
    ]
    known = [history.customer(key=history.key(f"c-{n}")) for n in (0, 3, 6)]
    await Archive(database).write(history.batch(calls=calls, customers=known))
    past = PoppedCalls(database)
    found, after = await past.behind(ALL, lambda call: call.is_matched, None, 2)
    assert [x.place.call_id for x in found] == ["c-6", "c-3"]
    rest, end = await past.behind(ALL, lambda call: call.is_matched, after, 2)
    assert ([x.place.call_id for x in rest], end) == (["c-0"], None)
