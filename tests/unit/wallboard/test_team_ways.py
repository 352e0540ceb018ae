"""What the agents of a team did, in the ways that other tools count it."""

from __future__ import annotations

import pytest
from unit.history import history

from screenpop.domain.call import AgentId, AgentLeg, Call, LegState, UserId
from screenpop.domain.call_counts import CountingRules
from screenpop.domain.errors import BadInput
from screenpop.wallboard.comparing import Given, OtherReading, readings
from screenpop.wallboard.counting_ways import CountedRange
from screenpop.wallboard.team_ways import team_way, team_ways

S = 1_000_000
TEAM_OF = {UserId("ana"): "north", UserId("ben"): "north", UserId("cat"): "south"}
RANGE = CountedRange(from_us=0, to_us=1_000 * S)
OVER = "counts when the agent's part was over"
LATER = CountedRange(from_us=0, to_us=10_000 * S, words="range in UTC")


def leg(user: str, since_s: int, until_s: int | None) -> AgentLeg:
    return AgentLeg(
        agent=AgentId(user),
        state=LegState.ANSWERED if until_s is None else LegState.RELEASED,
        answered_us=since_s * S,
        released_us=None if until_s is None else until_s * S,
        people=(UserId(user),),
    )


def call(name: str, *legs: AgentLeg) -> Call:
    first_us = min(each.answered_us or 0 for each in legs)
    return history.call(name, legs=legs, answered_us=first_us)


CALLS = [
    call("c-1", leg("cat", 10, 20), leg("ana", 20, 80), leg("ben", 80, 110)),
    call("c-2", leg("ana", 200, 260)),
    call("c-3", leg("ben", 990, 1_050)),  # its end is not in the range
    call("c-4", leg("ana", 500, None)),
]


def found(number: str, value: float) -> dict[tuple[str, ...], OtherReading]:
    own = team_way("north", TEAM_OF, CountingRules(), RANGE)
    given = Given(number=number, value=value, decimals=0)
    ways = readings(CALLS, given, own, [LATER], ways_of=team_ways(TEAM_OF), most=20)
    return {each.changes: each for each in ways}


def test_answers_are_counted_by_person_by_call_and_at_their_end() -> None:
    ways = found("team_answered", 3)
    assert ways[()].value == 5
    assert ways["each call once, at the team's first answer",].value == 4
    first = ways["only who answered a call first",]
    assert (first.value, first.is_equal) == (3, True)
    assert [each.call.call_id for each in first.moved] == ["c-1"]
    assert ways[OVER,].value == 3


def test_handle_time_is_of_an_answer_or_of_a_call() -> None:
    ways = found("team_average_handle_time_s", 70)
    assert ways[()].value == (60 + 30 + 60 + 60) / 4
    whole = ways["each call once, with the time of all its agents of the team",]
    assert (whole.value, whole.is_equal) == ((90 + 60 + 60) / 3, True)
    assert ways[OVER,].value == (60 + 30 + 60) / 3


def test_a_number_of_queues_is_none_of_a_team() -> None:
    with pytest.raises(BadInput, match="is not a number of a team"):
        found("offered", 1)
