"""A leg belongs to the person who was at the telephone then."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from screenpop.domain.call import (
    AgentId,
    Call,
    CallEvent,
    CallId,
    EventType,
    LineId,
    Outcome,
    Release,
    Scope,
    UserId,
)
from screenpop.domain.call_fold import CallFold

DESK = AgentId("1004")


def event(kind: str, second: int, *people: str, scope: str = "call") -> CallEvent:
    """An event at telephone 1004 while these people were there."""
    at_us = 1_700_000_000_000_000 + second * 1_000_000
    return CallEvent(
        type=EventType(kind),
        scope=Scope(scope),
        line=LineId("main"),
        call_id=CallId("c-1"),
        event_id=f"{kind}/{second}/{people}",
        at_us=at_us,
        received_us=at_us,
        agents=(DESK,),
        people={DESK: tuple(UserId(each) for each in people)},
    )


def folded(*events: CallEvent) -> Call:
    fold = CallFold(LineId("main"), CallId("c-1"))
    for each in events:
        fold.add(each)
    return fold.call()


def legs(call: Call) -> list[tuple[tuple[str, ...] | None, Release | None, bool]]:
    return [(leg.people, leg.release, leg.talked) for leg in call.legs]


def test_a_talk_stays_with_who_answered_though_another_came_to_the_telephone() -> None:
    call = folded(
        event("alerting", 0, "ana"),
        event("answered", 2, "ana"),
        event("held", 60, "ben"),
        event("ended", 90, "ben"),
    )
    assert legs(call) == [(("ana",), Release.ENDED, True)]


def test_who_answers_has_the_talk_and_who_was_rung_before_has_not() -> None:
    call = folded(
        event("alerting", 0, "ana"),
        event("answered", 5, "ben"),
        event("ended", 9, "ben"),
    )
    assert legs(call) == [
        (("ana",), Release.ANSWERED_ELSEWHERE, False),
        (("ben",), Release.ENDED, True),
    ]
    assert call.outcome is Outcome.COMPLETED


def test_a_later_ring_at_the_same_telephone_is_the_next_persons() -> None:
    call = folded(
        event("alerting", 0, "ana"),
        event("answered", 2, "ana"),
        event("ended", 9, "ana", scope="leg"),
        event("alerting", 20, "ben"),
        event("answered", 22, "ben"),
        event("ended", 30, "ben", scope="leg"),
        event("alerting", 40, "ana"),
    )
    assert legs(call) == [
        (("ben",), Release.LEFT, True),
        (("ana",), None, True),
    ]
    assert [leg.attempt for leg in call.legs] == [1, 2]


def test_the_outcome_knows_a_talk_of_somebody_who_moved_away() -> None:
    call = folded(
        event("answered", 0, "ana"),
        event("ended", 5, "ana", scope="leg"),
        event("alerting", 9, "ben"),
        event("ended", 20, "ben"),
    )
    assert call.outcome is Outcome.COMPLETED


def test_a_leg_of_entries_from_before_learns_its_people_from_the_next_event() -> None:
    old = event("alerting", 0)
    unsaid = CallEvent(
        type=old.type, line=old.line, call_id=old.call_id, event_id="old",
        at_us=old.at_us, received_us=old.at_us, agents=old.agents,
    )  # fmt: skip
    assert legs(folded(unsaid)) == [(None, None, False)]
    assert legs(folded(unsaid, event("answered", 2, "ana"))) == [(("ana",), None, True)]


KINDS = st.sampled_from(["alerting", "answered", "held", "resumed", "ended"])
EVENTS = st.builds(
    lambda kind, second, who: event(kind, second, who, scope="leg"),
    KINDS,
    st.integers(0, 9),
    st.sampled_from(["ana", "ben"]),
)


@given(st.lists(EVENTS, max_size=10), st.randoms())
def test_neither_order_nor_repetition_changes_whose_legs_they_are(
    events: list[CallEvent], rng: random.Random
) -> None:
    shuffled = events + rng.sample(events, len(events) // 2)
    rng.shuffle(shuffled)
    assert folded(*shuffled) == folded(*events)


@given(st.lists(EVENTS, max_size=10))
def test_each_person_has_one_leg_at_a_telephone_and_one_is_open(
    events: list[CallEvent],
) -> None:
    call = folded(*events)
    assert len({leg.people for leg in call.legs}) == len(call.legs)
    assert sum(leg.open for leg in call.legs) <= 1
