"""Which events belong to one call when call ids come again?"""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from screenpop.domain.call import (
    AgentId,
    CallEvent,
    CallId,
    EventType,
    LineId,
    Scope,
)
from screenpop.domain.occurrences import KEPT_MAX, Occurrences, PlacingLimits

S = 1_000_000
NOON_US = 1_780_000_000 * S
DAY_S = 86_400


class Line:
    """A telephone system whose events are placed as they come."""

    def __init__(self, **limits: Any):
        self.placed = Occurrences(PlacingLimits(**limits))

    def say(
        self,
        kind: str,
        now_s: float,
        *agents: str,
        at_s: float | None = None,
        **more: Any,
    ) -> CallEvent:
        """`at_s`: the line's own time; without it the event has none."""
        received_us = NOON_US + round(now_s * S)
        event = CallEvent(
            type=EventType(kind),
            line=LineId("main"),
            call_id=CallId("17"),
            event_id=f"h-{kind}{agents}{at_s}{sorted(more.items())}",
            at_us=received_us if at_s is None else NOON_US + round(at_s * S),
            at_given=at_s is not None,
            received_us=received_us,
            agents=tuple(map(AgentId, agents)),
        )
        placed = self.placed.place(replace(event, **more), received_us)
        self.placed.learn(placed)
        return placed


def test_an_id_that_comes_again_a_day_later_is_another_call() -> None:
    line = Line()
    first = line.say("alerting", 0, "ana", at_s=0)
    line.say("ended", 60, at_s=60)
    again = line.say("alerting", DAY_S, "ana", at_s=DAY_S)
    assert again.occurrence > first.occurrence > 0
    assert line.say("answered", DAY_S + 5, "ana", at_s=DAY_S + 5).occurrence == (
        again.occurrence
    )


def test_yesterdays_times_and_todays_are_two_calls_though_told_in_one_minute() -> None:
    line = Line()
    first = line.say("alerting", 0, at_s=-DAY_S)
    line.say("ended", 1, at_s=-DAY_S + 60)
    again = line.say("alerting", 2, at_s=2, caller="+442079460391")
    assert again.occurrence > first.occurrence
    assert abs(again.at_us - NOON_US - 2 * S) < S


def test_without_times_the_receipt_decides_after_a_grace() -> None:
    line = Line(reuse_grace_s=5)
    first = line.say("alerting", 0)
    line.say("ended", 10)
    assert line.say("alerting", 14, "ana").occurrence == first.occurrence
    assert line.say("alerting", 16, "ben").occurrence > first.occurrence


def test_another_outside_number_after_the_end_is_another_call_at_once() -> None:
    line = Line()
    first = line.say("alerting", 0, caller="+442079460391")
    line.say("ended", 10)
    again = line.say("alerting", 10.5, caller="+442079460392")
    assert again.occurrence > first.occurrence


@pytest.mark.parametrize("kind", ["held", "resumed", "transferred", "ended", "parked"])
def test_what_cannot_begin_a_call_never_does(kind: str) -> None:
    line = Line()
    first = line.say("alerting", 0)
    line.say("ended", 10)
    assert line.say(kind, 100).occurrence == first.occurrence


def test_a_late_event_of_the_ended_call_stays_with_it() -> None:
    line = Line()
    first = line.say("alerting", 0, "ana", at_s=0)
    line.say("ended", 60, at_s=60)
    late = line.say("answered", 400, "ana", at_s=20)
    assert late.occurrence == first.occurrence


def test_a_late_event_of_the_call_before_does_not_join_the_new_one() -> None:
    line = Line()
    first = line.say("alerting", 0, "ana", at_s=0)
    line.say("ended", 60, at_s=60)
    line.say("alerting", 200, "ana", at_s=200)
    assert line.say("answered", 210, "ana", at_s=20).occurrence == first.occurrence


def test_an_end_that_was_made_here_gives_way_to_a_sign_of_life() -> None:
    line = Line()
    first = line.say("alerting", 0)
    line.say("ended", 300, cause="time_limit")
    assert line.say("answered", 310).occurrence == first.occurrence


def test_an_id_without_an_end_is_another_call_after_a_long_silence() -> None:
    line = Line(silent_max_s=3600)
    first = line.say("alerting", 0)
    assert line.say("alerting", 3700, "ana").occurrence > first.occurrence


def test_the_same_content_twice_in_a_row_is_one_delivery() -> None:
    line = Line()
    ring = line.say("alerting", 0, "ana")
    assert line.say("alerting", 1, "ana").event_id == ring.event_id


def test_a_ring_after_the_end_of_the_first_one_is_news() -> None:
    line = Line()
    ids = []
    for n in range(3):
        ids.append(line.say("alerting", 2 * n, "ana").event_id)
        ids.append(line.say("ended", 2 * n + 1, "ana", scope=Scope.LEG).event_id)
    assert len(set(ids)) == 6


def test_hold_and_resume_are_news_each_time_and_an_answer_only_after_a_ring() -> None:
    line = Line()
    said = ["answered", "held", "resumed", "held", "held", "resumed", "answered"]
    ids = [line.say(kind, n, "ana").event_id for n, kind in enumerate(said)]
    assert ids[3] == ids[4]
    assert len({*ids[1:4], ids[5]}) == 4
    assert ids[0] == ids[6]


def test_what_ended_at_a_colleague_makes_no_news_of_my_ring() -> None:
    line = Line()
    ring = line.say("alerting", 0, "ana")
    line.say("alerting", 0, "ben")
    line.say("ended", 1, "ben", scope=Scope.LEG)
    assert line.say("alerting", 2, "ana").event_id == ring.event_id


def test_a_restart_decides_as_before() -> None:
    before, after = Line(), Line()
    told = [
        before.say("alerting", 0, "ana"),
        before.say("ended", 1, "ana", scope=Scope.LEG),
        before.say("alerting", 2, "ana"),
    ]
    for event in told:
        after.placed.recall(event)
    assert after.say("alerting", 3, "ana") == before.say("alerting", 3, "ana")
    ended = [line.say("ended", 4, "ana", scope=Scope.LEG) for line in (after, before)]
    assert ended[0] == ended[1]


def test_a_clock_of_ours_that_is_set_back_keeps_the_order_of_a_call() -> None:
    placed = Occurrences()
    event = CallEvent(
        type=EventType.ALERTING,
        line=LineId("main"),
        call_id=CallId("17"),
        event_id="h-1",
        at_us=NOON_US,
        at_given=False,
        received_us=NOON_US,
    )
    first = placed.place(event, NOON_US)
    back_us = NOON_US - 3600 * S
    answer = replace(event, type=EventType.ANSWERED, event_id="h-2", at_us=back_us)
    second = placed.place(replace(answer, received_us=back_us), NOON_US + 5 * S)
    assert second.occurrence == first.occurrence
    assert second.at_us - first.at_us == 5 * S


def test_an_alerting_that_is_older_than_the_limit_is_late() -> None:
    line = Line(late_s=300)
    line.say("arrived", 0, at_s=0)
    assert not line.say("alerting", 200, at_s=0).late
    assert line.say("alerting", 600, "ana", at_s=0).late


def test_names_and_contents_have_a_limit() -> None:
    line = Line(names_max=3)
    for n in range(10):
        line.say("alerting", n, call_id=CallId(str(n)))
    assert len(line.placed) == 3
    for n in range(3 * KEPT_MAX):
        line.say("alerting", n, str(n), call_id=CallId("busy"))
    newest = line.placed._newest[LineId("main"), CallId("busy")]
    assert len(newest.told or ()) == len(newest.steps or ()) == KEPT_MAX
