"""A list of calls does not give away what is hidden of few agents."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from screenpop.domain.agent import AgentPrivacy, Role
from screenpop.history.past_counts import CountedCall, CountedPlace
from screenpop.wallboard.groups import GroupRule
from screenpop.web.stats import call_row

PEOPLE = {"sales": [*"abcde"], "tiny": ["a"]}


def ended(queue: str, rule: GroupRule, answered_us: int | None = 3_000_000) -> object:
    call = CountedCall(
        place=CountedPlace(
            interval_us=0, line="main", call_id="c-1", occurrence=0, queue=queue
        ),
        dialled="",
        arrived_us=1_000_000,
        answered_us=answered_us,
        ended_us=9_000_000,
        outcome="completed",
        amounts={},
    )
    return call_row(call, (), ZoneInfo("UTC"), rule, {})["ended_at"]


@pytest.mark.parametrize("queue", ["tiny", ""])
def test_the_end_of_a_talk_is_not_shown_where_the_handle_time_is_not(
    queue: str,
) -> None:
    groups = GroupRule(AgentPrivacy(group_min=2), {"sales": [*"abcde"]}, agents=6)
    assert ended(queue, groups) is None
    assert ended(queue, groups, answered_us=None) is not None  # no one talked
    assert ended("sales", groups) is not None


def test_with_figures_of_agents_switched_on_it_is() -> None:
    named = GroupRule(AgentPrivacy(past=Role.AGENT), PEOPLE, agents=6)
    assert ended("tiny", named) is not None
