"""Which figures of agents are those of a group that is large enough?"""

from __future__ import annotations

import pytest

from screenpop.domain.agent import AgentPrivacy, Role
from screenpop.wallboard.groups import PACE, TOTAL, GroupRule, merged_queues

FIVE = [f"a{n}" for n in range(5)]
EIGHT = [f"b{n}" for n in range(8)]


@pytest.mark.parametrize(
    ("people", "merged"),
    [
        ({}, {TOTAL}),
        ({"sales": FIVE}, set()),
        ({"sales": FIVE, "support": EIGHT}, set()),
        ({"sales": FIVE, "vip": ["x"]}, {"vip", "sales"}),
        ({"sales": FIVE, "support": EIGHT, "vip": ["x"]}, {"vip", "sales"}),
        ({"p": ["x", "y"], "q": ["z", "v", "w"], "sales": FIVE}, {"p", "q"}),
        ({"p": ["x", "y"], "q": ["x", "y", "z"]}, {"p", "q", TOTAL}),
        ({"p": FIVE[:3], "q": FIVE[2:], "sales": EIGHT}, {"p", "q"}),
    ],
)
def test_small_queues_are_merged_until_there_are_enough_people(
    people: dict[str, list[str]], merged: set[str]
) -> None:
    assert merged_queues(people, 5) == merged


def test_the_pace_of_a_merged_queue_is_not_shown_nor_that_of_an_unknown_one() -> None:
    rule = GroupRule(AgentPrivacy(), {"sales": FIVE, "it": EIGHT, "vip": ["x"]}, 14)
    assert rule.shows_pace()
    assert rule.shows_pace(("it",))
    assert not rule.shows_pace(("vip",))
    assert not rule.shows_pace(("it", "vip"))
    assert not rule.shows_pace(("unknown",))
    values = {PACE: 61.0, "offered": 3.0, "agents_wrap_up": 1.0}
    assert rule.values("vip", values) == {
        PACE: None, "offered": 3.0, "agents_wrap_up": None,
    }  # fmt: skip
    assert rule.values("it", values) == values


def test_a_centre_of_few_agents_has_no_counts_of_them() -> None:
    rule = GroupRule(AgentPrivacy(), {"sales": FIVE[:4]}, 4)
    values = {PACE: 61.0, "offered": 3.0, "agents_break": 1.0}
    assert rule.values(TOTAL, values) == {
        PACE: None, "offered": 3.0, "agents_break": None,
    }  # fmt: skip
    assert not rule.named


def test_who_may_see_single_agents_sees_small_groups() -> None:
    past = GroupRule(AgentPrivacy(past=Role.SUPERVISOR), {}, 1)
    assert past.shows_pace(("vip",))
    assert not past.shows_agents()
    live = GroupRule(AgentPrivacy(live=Role.SUPERVISOR), {}, 1)
    assert live.shows_agents()
    assert not live.shows_pace()
