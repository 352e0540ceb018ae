"""Which figures of agents are those of a group that is large enough?"""

from __future__ import annotations

import pytest

from screenpop.domain.agent import AgentPrivacy, Role
from screenpop.wallboard.feed import DeltaData
from screenpop.wallboard.groups import PACE, TOTAL, GroupRule, merged_queues
from screenpop.wallboard.teams import NO_TEAM, TeamRow

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


def team(name: str) -> TeamRow:
    return TeamRow(
        team=name, label=name, values={"agents_break": 1, "team_answered": 4}
    )


@pytest.mark.parametrize(
    ("people", "shown"),
    [
        ({"north": FIVE, "south": EIGHT}, ["north", "south"]),
        ({"north": FIVE, "south": EIGHT[:4]}, []),
        ({"north": FIVE, "south": EIGHT, NO_TEAM: ["x"]}, ["south"]),
        ({"north": FIVE, "south": EIGHT, NO_TEAM: FIVE}, ["north", "south"]),
        ({"north": FIVE[:3]}, []),
        ({"north": FIVE}, ["north"]),
    ],
)
def test_a_team_is_shown_where_the_others_are_no_smaller_group(
    people: dict[str, list[str]], shown: list[str]
) -> None:
    rule = GroupRule(AgentPrivacy(), {}, 20, people)
    teams = tuple(team(name) for name in [*people, "empty"] if name != NO_TEAM)
    board = rule.board(DeltaData(offset=1, at_us=0, teams=teams))
    assert isinstance(board, DeltaData)
    assert board.teams is not None
    assert [row.team for row in board.teams if row.values] == shown
    assert [row.team for row in board.teams] == [row.team for row in teams]


def test_each_permission_shows_its_numbers_of_small_teams() -> None:
    delta = DeltaData(offset=1, at_us=0, teams=(team("vip"),))
    for privacy, names in (
        (AgentPrivacy(live=Role.SUPERVISOR), {"agents_break"}),
        (AgentPrivacy(past=Role.SUPERVISOR), {"team_answered"}),
    ):
        board = GroupRule(privacy, {}, 20, {"vip": ["x"]}).board(delta)
        assert board is not None
        assert board.teams is not None
        assert set(board.teams[0].values) == names
