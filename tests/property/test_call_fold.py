"""Any order and any repetition of a call's events give the same call."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from screenpop.domain.call import (
    AgentId,
    CallEvent,
    CallId,
    EventType,
    LegId,
    LegState,
    LineId,
    Phase,
    Scope,
)
from screenpop.domain.call_fold import CallFold
from screenpop.domain.call_state import CallBook

AGENTS = [AgentId(name) for name in ("1001", "1002", "1003")]
CALL_TYPES = [kind for kind in EventType if kind is not EventType.AGENT_STATE]


@st.composite
def events(draw: st.DrawFn) -> CallEvent:
    kind = draw(st.sampled_from(CALL_TYPES))
    at_us = draw(st.integers(0, 12)) * 1_000_000 + 1_700_000_000_000_000
    leg = draw(st.none() | st.sampled_from(["a", "b", "c"]))
    return CallEvent(
        type=kind,
        scope=draw(st.sampled_from(Scope)) if kind is EventType.ENDED else Scope.CALL,
        line=LineId("main"),
        call_id=CallId("c-1"),
        event_id=draw(st.uuids().map(str)),
        at_us=at_us,
        at_given=draw(st.booleans()),
        received_us=at_us,
        leg_id=LegId(leg) if leg else None,
        agents=tuple(draw(st.lists(st.sampled_from(AGENTS), max_size=3, unique=True))),
        queue=draw(st.none() | st.sampled_from(["sales", "support"])),
        caller=draw(st.none() | st.sampled_from(["+442079460958", "101"])),
        withheld=draw(st.booleans()) and draw(st.booleans()),
        outcome=draw(st.none() | st.sampled_from(["unanswered", "voicemail"])),
        sequence=draw(st.none() | st.integers(0, 5)),
        cause=draw(st.none() | st.sampled_from(["no_open_leg", "16"])),
    )


many = st.lists(events(), min_size=1, max_size=14)


def folded(sequence: list[CallEvent]) -> CallFold:
    fold = CallFold(LineId("main"), CallId("c-1"))
    for event in sequence:
        fold.add(event)
    return fold


@settings(max_examples=300)
@given(many, st.randoms(use_true_random=False))
def test_every_order_with_repetitions_gives_the_same_call(
    told: list[CallEvent], rng: random.Random
) -> None:
    delivered = told + rng.sample(told, k=len(told) // 2)
    rng.shuffle(delivered)
    assert folded(delivered).call() == folded(told).call()


@settings(max_examples=150)
@given(many, st.randoms(use_true_random=False))
def test_no_leg_survives_a_calls_end(told: list[CallEvent], rng: random.Random) -> None:
    final = CallEvent(
        type=EventType.ENDED,
        line=LineId("main"),
        call_id=CallId("c-1"),
        event_id="final",
        at_us=told[0].at_us,
        received_us=told[0].at_us,
        cause="16",
    )
    delivered = [*told, final]
    rng.shuffle(delivered)
    call = folded(delivered).call()
    assert call.phase is Phase.ENDED
    assert not [leg for leg in call.legs if leg.open]
    assert not [visit for visit in call.visits if visit.left is None]


@settings(max_examples=150)
@given(many)
def test_the_newest_answer_leaves_nobody_alerting(told: list[CallEvent]) -> None:
    newest_us = max(event.at_us for event in told) + 1
    answer = CallEvent(
        type=EventType.ANSWERED,
        line=LineId("main"),
        call_id=CallId("c-1"),
        event_id="answer",
        at_us=newest_us,
        received_us=newest_us,
        agents=(AGENTS[0],),
    )
    call = folded([answer, *told]).call()
    assert not [leg for leg in call.legs if leg.state is LegState.ALERTING]


@settings(max_examples=100)
@given(many)
def test_a_legs_end_never_ends_the_call(told: list[CallEvent]) -> None:
    legs_only = [e for e in told if e.type is not EventType.ENDED or e.scope == "leg"]
    if legs_only:
        assert folded(legs_only).call().phase is not Phase.ENDED


@settings(max_examples=100)
@given(many, st.randoms(use_true_random=False))
def test_the_book_says_the_same_whatever_the_order(
    told: list[CallEvent], rng: random.Random
) -> None:
    first, second = CallBook(), CallBook()
    for event in told:
        first.apply(event)
    shuffled = told * 2
    rng.shuffle(shuffled)
    for event in shuffled:
        second.apply(event)
    assert list(first) == list(second)
