"""The stories of calls that the fold must get right."""

from __future__ import annotations

import itertools

import pytest
from msgspec.structs import replace

from screenpop.domain.call import (
    AgentId,
    Call,
    CallEvent,
    CallId,
    Direction,
    EventType,
    LegId,
    LegState,
    LineId,
    Outcome,
    Phase,
    Release,
    Scope,
)
from screenpop.domain.call_state import CallBook, CallLimits

SECOND_US = 1_000_000
NOON_US = 1_780_000_000 * SECOND_US


def told(
    kind: str,
    at_s: float,
    *agents: str,
    leg: str | None = None,
    scope: str = "call",
    queue: str | None = None,
    call_id: str = "c-1",
    **more: object,
) -> CallEvent:
    at_us = NOON_US + round(at_s * SECOND_US)
    event = CallEvent(
        type=EventType(kind),
        scope=Scope(scope),
        line=LineId("main"),
        call_id=CallId(call_id),
        event_id=f"{kind}-{at_s}-{agents}-{leg}",
        at_us=at_us,
        received_us=at_us,
        agents=tuple(AgentId(agent) for agent in agents),
        leg_id=LegId(leg) if leg else None,
        queue=queue,
    )
    return replace(event, **more)


def the_call(*events: CallEvent) -> Call:
    book = CallBook()
    for event in events:
        book.apply(event)
    (call,) = book
    return call


def states(call: Call) -> dict[str, LegState]:
    return {leg.agent: leg.state for leg in call.legs}


def test_an_answer_closes_the_pops_of_the_others() -> None:
    call = the_call(
        told("queued", 0, queue="sales"),
        told("alerting", 1, "ana", "ben", "cat"),
        told("answered", 5, "ben"),
    )
    assert states(call) == {
        "ana": LegState.RELEASED,
        "ben": LegState.ANSWERED,
        "cat": LegState.RELEASED,
    }
    assert call.legs[0].release is Release.ANSWERED_ELSEWHERE
    assert call.visits[0].left == "answered"


def test_the_first_legs_end_does_not_close_the_others_pops() -> None:
    call = the_call(
        told("alerting", 1, "ana", leg="l1"),
        told("alerting", 1, "ben", leg="l2"),
        told("ended", 4, leg="l1", scope="leg"),
    )
    assert states(call) == {"ana": LegState.RELEASED, "ben": LegState.ALERTING}
    assert call.legs[0].release is Release.UNANSWERED


def test_two_devices_of_one_agent_are_one_pop() -> None:
    rings = (
        told("alerting", 1, "ana", leg="desk"),
        told("alerting", 1, "ana", leg="app"),
    )
    one_gone = the_call(*rings, told("ended", 3, leg="app", scope="leg"))
    both_gone = the_call(
        *rings,
        told("ended", 3, leg="app", scope="leg"),
        told("ended", 3, leg="desk", scope="leg"),
    )
    assert states(one_gone) == {"ana": LegState.ALERTING}
    assert states(both_gone) == {"ana": LegState.RELEASED}


def test_the_other_devices_end_after_the_answer_does_not_end_the_talk() -> None:
    call = the_call(
        told("alerting", 1, "ana", leg="desk"),
        told("alerting", 1, "ana", leg="app"),
        told("answered", 3, "ana", leg="desk"),
        told("ended", 3.1, leg="app", scope="leg"),
    )
    assert states(call) == {"ana": LegState.ANSWERED}


def test_an_agent_rung_again_after_no_answer_has_a_pop_again() -> None:
    call = the_call(
        told("queued", 0, queue="sales"),
        told("alerting", 1, "ana"),
        told("ended", 10, "ana", scope="leg"),
        told("alerting", 15, "ana"),
    )
    assert states(call) == {"ana": LegState.ALERTING}
    assert call.legs[0].attempt == 2


def test_a_late_alerting_without_its_own_time_opens_nothing_after_the_answer() -> None:
    call = the_call(
        told("alerting", 1, "ana", at_given=False),
        told("answered", 3, "ana", at_given=False),
        told("alerting", 3.2, "ben", at_given=False),
    )
    assert states(call)["ben"] is LegState.RELEASED


def test_an_alerting_after_the_answer_with_its_own_time_is_a_consultation() -> None:
    call = the_call(
        told("alerting", 1, "ana"),
        told("answered", 3, "ana"),
        told("held", 30, "ana"),
        told("alerting", 31, "ben"),
    )
    assert states(call) == {"ana": LegState.HELD, "ben": LegState.ALERTING}


def test_a_blind_transfer_releases_the_agent_who_transfers() -> None:
    call = the_call(
        told("answered", 3, "ana"),
        told("transferred", 20, "ben", from_agent=AgentId("ana")),
        told("alerting", 21, "ben"),
        told("answered", 23, "ben"),
    )
    assert states(call) == {"ana": LegState.RELEASED, "ben": LegState.ANSWERED}
    assert call.legs[0].release is Release.TRANSFERRED


def test_a_transfer_to_a_queue_is_a_second_visit() -> None:
    call = the_call(
        told("queued", 0, queue="sales"),
        told("answered", 3, "ana"),
        told("transferred", 20, from_agent=AgentId("ana")),
        told("queued", 20, queue="support", sequence=9),
        told("ended", 40),
    )
    assert [(v.queue, v.left) for v in call.visits] == [
        ("sales", "answered"),
        ("support", "abandoned"),
    ]
    assert call.outcome is Outcome.COMPLETED


def test_a_caller_who_gives_up_in_the_queue_has_abandoned() -> None:
    call = the_call(told("queued", 0, queue="sales"), told("ended", 12))
    assert call.outcome is Outcome.ABANDONED
    assert call.visits[0].left == "abandoned"


def test_a_call_nobody_answers_without_a_queue_is_missed() -> None:
    assert the_call(told("alerting", 0, "ana"), told("ended", 9)).outcome == "missed"


def test_the_mailbox_is_not_an_answer() -> None:
    call = the_call(
        told("queued", 0, queue="sales"), told("ended", 30, outcome="voicemail")
    )
    assert call.outcome is Outcome.VOICEMAIL


def test_a_withheld_number_hides_what_other_events_say() -> None:
    call = the_call(
        told("arrived", 0, caller="+442079460958", caller_name="J SMITH"),
        told("alerting", 1, "ana", withheld=True),
    )
    assert (call.caller, call.caller_name, call.withheld) == (None, None, True)


def test_an_end_may_be_the_first_thing_heard() -> None:
    call = the_call(told("ended", 5), told("alerting", 1, "ana"))
    assert call.phase is Phase.ENDED
    assert states(call) == {"ana": LegState.RELEASED}


def test_a_leg_named_later_is_still_understood() -> None:
    early_end = told("ended", 4, leg="l1", scope="leg")
    call = the_call(early_end, told("alerting", 1, "ana", leg="l1"))
    assert states(call) == {"ana": LegState.RELEASED}


def test_a_call_whose_end_never_comes_is_closed_by_the_limit() -> None:
    book = CallBook(CallLimits(alerting_max_s=300))
    book.apply(told("alerting", 0, "ana"))
    assert book.overdue(NOON_US + 299 * SECOND_US) == []
    (end,) = book.overdue(NOON_US + 301 * SECOND_US)
    change = book.apply(end)
    assert change is not None
    assert change.after.phase is Phase.ENDED
    assert change.after.legs[0].release is Release.TIME_LIMIT


def test_a_limit_gives_way_to_a_later_sign_of_life() -> None:
    book = CallBook(CallLimits(alerting_max_s=300))
    book.apply(told("queued", 0, queue="sales"))
    book.apply(told("ended", 301, cause="time_limit"))
    change = book.apply(told("alerting", 400, "ana"))
    assert change is not None
    assert states(change.after) == {"ana": LegState.ALERTING}


def test_so_many_calls_are_looked_at_and_the_others_next_time() -> None:
    book, late_us = CallBook(CallLimits(alerting_max_s=300)), NOON_US + 301 * SECOND_US
    for n in range(5):
        book.apply(told("alerting", 0, "ana", call_id=f"c-{n}"))
    assert not book.is_due(NOON_US)
    ends = [book.overdue(late_us, 2) for _ in range(3) if book.is_due(late_us)]
    assert [len(some) for some in ends] == [2, 2, 1]
    assert {end.call_id for some in ends for end in some} == {
        f"c-{n}" for n in range(5)
    }
    assert not book.is_due(late_us)


def test_an_answered_call_with_no_open_leg_is_over_after_the_grace() -> None:
    book = CallBook(CallLimits(leg_grace_s=10))
    book.apply(told("answered", 0, "ana", leg="l1"))
    book.apply(told("ended", 60, leg="l1", scope="leg"))
    assert book.overdue(NOON_US + 69 * SECOND_US) == []
    (end,) = book.overdue(NOON_US + 71 * SECOND_US)
    assert end.cause == "no_open_leg"


def test_an_event_long_after_the_end_opens_no_new_call() -> None:
    book = CallBook(CallLimits(linger_s=900))
    book.apply(told("ended", 0))
    assert book.overdue(NOON_US + 1000 * SECOND_US) == []
    assert len(book.forget(NOON_US + 1000 * SECOND_US)) == 1
    assert book.apply(told("alerting", 1, "ana")) is None
    assert len(book) == 0


def test_an_end_that_was_not_folded_in_is_told_again_later() -> None:
    book = CallBook(CallLimits(alerting_max_s=300))
    book.apply(told("alerting", 0, "ana"))
    assert len(book.overdue(NOON_US + 301 * SECOND_US)) == 1
    assert book.overdue(NOON_US + 302 * SECOND_US) == []
    assert len(book.overdue(NOON_US + 340 * SECOND_US)) == 1


def test_a_call_that_goes_on_is_not_overdue() -> None:
    book = CallBook(CallLimits(alerting_max_s=300))
    book.apply(told("alerting", 0, "ana"))
    book.apply(told("alerting", 200, "ben"))
    assert book.overdue(NOON_US + 301 * SECOND_US) == []
    assert len(book.overdue(NOON_US + 501 * SECOND_US)) == 1


def test_the_book_makes_room_by_dropping_ended_calls_first() -> None:
    book = CallBook(CallLimits(live_calls_max=2))
    book.apply(told("alerting", 0, "ana", call_id="live"))
    book.apply(told("ended", 0, call_id="over"))
    book.apply(told("alerting", 0, "ben", call_id="new"))
    assert {call.call_id for call in book} == {"live", "new"}


def test_a_ringing_that_is_numbered_after_the_answer_is_no_delayed_one() -> None:
    """A blind transfer half a second after the answer, without times of its own."""
    answered = told("answered", 1, "1001", at_given=False, sequence=7)
    transferred = told("transferred", 1.2, from_agent=AgentId("1001"), sequence=8)
    ringing = told("alerting", 1.5, "1003", at_given=False, sequence=9)
    call = the_call(answered, transferred, ringing)
    assert call.legs[-1].state is LegState.ALERTING
    delayed = replace(ringing, sequence=6)
    call = the_call(answered, transferred, delayed)
    assert call.legs[-1].release is Release.ANSWERED_ELSEWHERE


CUSTOMERS = told(
    "arrived",
    0,
    caller="+442079460958",
    dialled="+442079460100",
    direction=Direction.INBOUND,
    attributes={"account": "4711"},
)
CONSULTATION = told(
    "alerting",
    5,
    "1003",
    call_id="c-2",
    caller="1001",
    dialled="1003",
    direction=Direction.INTERNAL,
    related_call_id=CallId("c-1"),
)


def test_a_consultation_is_about_the_customer_whichever_was_heard_first() -> None:
    for order in itertools.permutations([CUSTOMERS, CONSULTATION]):
        book = CallBook()
        for event in order:
            book.apply(event)
        second = book.newest("main", "c-2")
        assert second is not None
        shown = book.with_customer(second)
        assert (shown.caller, shown.direction) == ("+442079460958", Direction.INBOUND)
        assert shown.attributes == {"account": "4711"}
        assert (shown.call_id, shown.legs) == ("c-2", second.legs)
        assert second.caller == "1001"


def test_the_customers_call_is_never_about_the_colleague() -> None:
    """Though it names the consultation, at the transfer."""
    book = CallBook()
    book.apply(CUSTOMERS)
    book.apply(CONSULTATION)
    related = CallId("c-2")
    moved = told("transferred", 9, from_agent=AgentId("1001"), related_call_id=related)
    change = book.apply(moved)
    assert change is not None
    assert book.with_customer(change.after) is change.after
    assert [call.call_id for call in book.dependents(change.after)] == ["c-2"]


def test_a_new_call_of_a_transfer_may_be_named_by_the_old_one_only() -> None:
    book = CallBook()
    book.apply(replace(CONSULTATION, related_call_id=None))
    book.apply(replace(CUSTOMERS, related_call_id=CallId("c-2")))
    second = book.newest("main", "c-2")
    assert second is not None
    assert book.with_customer(second).caller == "+442079460958"


def test_a_withheld_number_stays_withheld_in_the_consultation() -> None:
    book = CallBook()
    book.apply(replace(CUSTOMERS, caller=None, withheld=True))
    book.apply(CONSULTATION)
    second = book.newest("main", "c-2")
    assert second is not None
    shown = book.with_customer(second)
    assert (shown.caller, shown.withheld) == (None, True)


def test_two_customers_stay_two() -> None:
    book = CallBook()
    book.apply(CUSTOMERS)
    other = replace(CONSULTATION, caller="+447700900123", direction=Direction.INBOUND)
    change = book.apply(other)
    assert change is not None
    assert book.with_customer(change.after) is change.after


def test_calls_that_name_one_another_in_a_circle_end() -> None:
    book = CallBook()
    for number in range(100):
        name, following = f"x-{number}", CallId(f"x-{(number + 1) % 100}")
        book.apply(
            replace(CONSULTATION, call_id=CallId(name), related_call_id=following)
        )
    call = book.newest("main", "x-7")
    assert call is not None
    assert book.with_customer(call) is call


def test_a_forgotten_call_is_named_by_nobody() -> None:
    book = CallBook(CallLimits(linger_s=0))
    book.apply(CUSTOMERS)
    book.apply(CONSULTATION)
    book.apply(told("ended", 9, call_id="c-2"))
    book.overdue(NOON_US + 60 * SECOND_US)
    book.forget(NOON_US + 60 * SECOND_US)
    first = book.newest("main", "c-1")
    assert first is not None
    assert book.dependents(first) == []
    assert len(book._related) == 0


def test_a_parked_call_goes_on_until_it_is_retrieved() -> None:
    book = CallBook()
    for event in (
        told("alerting", 0, "ana", leg="1"),
        told("answered", 2, "ana", leg="1"),
        told("parked", 10, "ana", leg="1"),
        told("ended", 10.1, "ana", leg="1", scope="leg"),
    ):
        book.apply(event)
    minute_us = NOON_US + 60 * SECOND_US
    assert book.overdue(minute_us) == []
    (parked,) = book
    assert parked.parked_us == NOON_US + 10 * SECOND_US
    assert parked.phase is Phase.ANSWERED
    assert states(parked) == {"ana": LegState.RELEASED}
    book.apply(told("retrieved", 70, "ben"))
    (call,) = book
    assert call.parked_us is None
    assert states(call) == {"ana": LegState.RELEASED, "ben": LegState.ANSWERED}


def test_a_parked_call_that_ends_is_not_parked_any_more() -> None:
    call = the_call(
        told("answered", 0, "ana"), told("parked", 5, "ana"), told("ended", 9)
    )
    assert call.parked_us is None
    assert call.phase is Phase.ENDED


@pytest.mark.parametrize("cause", ["time_limit", "cleared"])
def test_an_end_that_was_made_gives_way_to_life_as_if_it_never_was(cause: str) -> None:
    queued = told("queued", 0, queue="sales")
    end = told("ended", 500, cause=cause)
    rings, answered = told("alerting", 600, "1001"), told("answered", 610, "1001")
    assert the_call(queued, end, rings).visits == the_call(queued, rings).visits
    talks = the_call(rings, answered, told("ended", 900, cause=cause))
    assert talks.legs[0].state is LegState.RELEASED
    lives = the_call(
        rings, answered, told("ended", 900, cause=cause), told("held", 950, "1001")
    )
    assert lives.legs == the_call(rings, answered, told("held", 950, "1001")).legs


def test_the_callers_number_replaces_an_extension_that_was_reported_first() -> None:
    inner = told("alerting", 0, "ana", caller="701", direction=Direction.INTERNAL)
    outer = told(
        "answered", 5, "ana", caller="+442079460958", direction=Direction.INBOUND
    )
    call = the_call(inner, outer)
    assert (call.caller, call.direction) == ("+442079460958", Direction.INBOUND)
    later = told("transferred", 9, "ben", caller="701")
    assert the_call(inner, outer, later).caller == "+442079460958"
    other = told("transferred", 9, "ben", caller="+442079460999")
    assert the_call(inner, outer, other).caller == "+442079460958"


def test_a_mailbox_that_answers_is_no_agent_talking() -> None:
    queued = told("queued", 0, queue="sales")
    ring = told("alerting", 1, "ana")
    mailbox = told("answered", 20, outcome="voicemail")
    call = the_call(queued, ring, mailbox)
    assert call.legs[0].release is Release.UNANSWERED
    assert call.answered_us is None
    ended = told("ended", 40, outcome="voicemail")
    over = the_call(queued, ring, mailbox, ended)
    assert over.outcome is Outcome.VOICEMAIL
    assert over.visits[0].left == "diverted"


def test_an_answer_of_somebody_unnamed_was_the_mailbox_when_the_end_says_so() -> None:
    ring, answer = told("alerting", 0, "ana"), told("answered", 20)
    assert the_call(ring, answer).legs[0].talked
    over = the_call(ring, answer, told("ended", 40, outcome="voicemail"))
    assert not over.legs[0].talked
    assert over.legs[0].release is Release.UNANSWERED
    assert over.outcome is Outcome.VOICEMAIL


def test_a_transfer_right_after_the_answer_rings_at_the_next_agent() -> None:
    """Without times of its own: a ring within two seconds of an answer is delayed."""
    answered = told("answered", 1, "ana", at_given=False)
    for moved in ("transferred", "queued"):
        handed_on = told(moved, 1.8, queue="support", at_given=False)
        ring = told("alerting", 2, "ben", at_given=False)
        call = the_call(answered, handed_on, ring)
        assert states(call)["ben"] is LegState.ALERTING
    assert states(the_call(answered, ring))["ben"] is LegState.RELEASED


def test_who_stopped_ringing_just_before_the_answer_lost_it_to_a_colleague() -> None:
    ring = told("alerting", 0, "ana", "ben")
    stop = told("ended", 4.9, "ben", scope="leg")
    answer = told("answered", 5, "ana")
    assert the_call(ring, stop, answer).legs[1].release is Release.ANSWERED_ELSEWHERE
    again = told("alerting", 5.5, "cat")
    late = told("answered", 6, "cat")
    call = the_call(ring, told("ended", 5, "ana", "ben", scope="leg"), again, late)
    assert {leg.release for leg in call.legs[:2]} == {Release.UNANSWERED}


def test_a_late_ring_opens_no_leg_and_an_answer_after_it_does() -> None:
    late = told("alerting", 0, "ana", late=True)
    assert the_call(late).legs[0].release is Release.UNANSWERED
    call = the_call(late, told("answered", 5, "ana"))
    assert states(call) == {"ana": LegState.ANSWERED}


def test_limits_run_from_receipt_whatever_the_time_of_an_event_says() -> None:
    book = CallBook(CallLimits(alerting_max_s=300))
    hour_us = 3600 * SECOND_US
    book.apply(told("alerting", 0, "ana"), NOON_US + hour_us)
    assert book.overdue(NOON_US + hour_us + 299 * SECOND_US) == []
    (end,) = book.overdue(NOON_US + hour_us + 300 * SECOND_US)
    assert end.at_us == NOON_US + 300 * SECOND_US


def test_the_book_hands_out_what_it_drops_once() -> None:
    book = CallBook(CallLimits(live_calls_max=2, linger_s=1))
    for n in range(3):
        change = book.apply(told("alerting", n, "ana", call_id=f"c-{n}"))
        assert change is not None
        assert [x.call_id for x in change.dropped] == (["c-0"] if n == 2 else [])
    assert book.apply(told("answered", 9, "ana", call_id="c-0")) is None
    book.apply(told("ended", 10, call_id="c-1"))
    change = book.apply(told("alerting", 11, "ana", call_id="c-4"))
    assert change is not None
    assert [x.call_id for x in change.dropped] == ["c-1"]
