"""How many agents of each team do what, and how did its day go so far?"""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from unit.wallboard.wallboard_story import at, changes, event

from screenpop.domain.agent import AgentState, UserId
from screenpop.domain.call import AgentId, CallEvent
from screenpop.wallboard.agent_metrics import AGENTS, TEAMS
from screenpop.wallboard.agent_rows import Person, person
from screenpop.wallboard.agents import AgentBoard
from screenpop.wallboard.teams import NO_TEAM, TeamRow, Teams

USERS = {"ana": "1001", "ben": "1002", "eva": "1003"}
TEAM_OF = {UserId("ana"): "north", UserId("ben"): "north", UserId("eva"): "south"}
LABELS = {"north": "North", "south": "South", "empty": "Empty"}
PEOPLE = [
    Person(user=UserId(user), name=user.title(), agents=frozenset({AgentId(phone)}))
    for user, phone in USERS.items()
]
THERE = {AgentId(phone): (UserId(user),) for user, phone in USERS.items()}
NOW_US = at(1_000)
Said = tuple[str, AgentState, int]


def board(events: list[CallEvent], said: list[Said] | None = None) -> AgentBoard:
    agents = AgentBoard(PEOPLE, teams=Teams(LABELS, TEAM_OF))
    for user, state, at_s in said or []:
        agents.say(person(UserId(user)), state, at(at_s), "telephone")
    for change in changes([replace(one, people=THERE) for one in events]):
        agents.replace(change.before, change.after)
    return agents


def rows(agents: AgentBoard) -> dict[str, TeamRow]:
    agents.rows()
    agents.work_up()
    return {row.team: row for row in agents.team_rows(NOW_US)}


def test_a_team_has_the_numbers_of_its_agents_only() -> None:
    story = [
        event("queued", queue="sales"),
        event("answered", seconds=10, agents=("1001",)),
        event("ended", seconds=40),
        event("answered", "c-2", 50, agents=("1003",)),
        event("held", "c-2", 60, agents=("1003",)),
    ]
    agents = board(story, [("ana", AgentState.AVAILABLE, 0)])
    north, south, empty = rows(agents).values()
    assert (north.label, north.values["agents_available"]) == ("North", 1)
    assert north.values["team_answered"] == 1
    assert north.values["team_average_handle_time_s"] == 30
    assert north.values["team_occupancy"] == pytest.approx(30 / 1_000)
    assert (south.values["team_held"], south.values["team_talking"]) == (1, 0)
    assert south.values["team_average_handle_time_s"] is None  # it goes on
    assert not any(empty.values.values())
    names = {each.name for each in (*AGENTS, *TEAMS)} - {"agents_on_call"}
    assert all(set(row.values) == names for row in (north, south, empty))


def test_people_are_those_with_a_log_in_and_who_has_no_team_is_a_group() -> None:
    agents = board([])
    assert agents.teams.people == {"north": {"ana", "ben"}, "south": {"eva"}}
    leo = Person(user=UserId("leo"), name="Leo", agents=frozenset({AgentId("9")}))
    agents.know([PEOPLE[0], leo])
    assert agents.teams.people == {"north": {"ana"}, NO_TEAM: {"leo"}}


def test_who_is_gone_takes_their_day_along() -> None:
    story = [
        event("answered", seconds=10, agents=("1001",)),
        event("ended", seconds=40),
    ]
    agents = board(story, [("ana", AgentState.AVAILABLE, 0)])
    assert rows(agents)["north"].values["team_answered"] == 1
    agents.know(PEOPLE[1:])
    assert not any(rows(agents)["north"].values.values())
    agents.know(PEOPLE)
    assert rows(agents)["north"].values["team_answered"] == 1


EVENTS = st.builds(
    lambda kind, call_id, seconds, agent: event(
        kind, call_id, seconds, agents=(agent,)
    ),
    st.sampled_from(["alerting", "answered", "held", "resumed", "ended"]),
    st.sampled_from(["c-1", "c-2", "c-3"]),
    st.integers(0, 20),
    st.sampled_from([*USERS.values()]),
)
SAID = st.tuples(
    st.sampled_from([*USERS]), st.sampled_from(AgentState), st.integers(0, 20)
)


def slowly(agents: AgentBoard, users: set[str]) -> dict[str, float]:
    """From the rows of people, and each person's day, one by one."""
    mine = [row for row in agents.rows() if row.user in users]
    found = {each.name: 0.0 for each in AGENTS if each.name != "agents_on_call"}
    found |= {"team_alerting": 0, "team_talking": 0, "team_held": 0}
    for row in mine:
        if row.telephone != "idle":
            found[f"team_{row.telephone}"] += 1
        elif row.state is not AgentState.OFFLINE:
            found[f"agents_{row.state.value}" if row.desk else "agents_no_desk"] += 1
    kept = [agents.saved(row.subject) for row in mine]
    days = [facts.work.worked() for _, facts in filter(None, kept) if facts.work]
    found["team_answered"] = sum(day.answered for day in days)
    return found


@given(st.lists(EVENTS, max_size=12), st.lists(SAID, max_size=6), st.randoms())
def test_any_order_gives_each_team_the_numbers_of_a_slow_count(
    events: list[CallEvent], said: list[Said], rng: random.Random
) -> None:
    shuffled = events + rng.sample(events, len(events) // 2)
    rng.shuffle(shuffled)
    rng.shuffle(said)
    agents = board(shuffled, said)
    agents.rows()
    for team, users in (("north", {"ana", "ben"}), ("south", {"eva"})):
        values = rows(agents)[team].values
        slow = slowly(agents, users)
        assert {name: values[name] for name in slow} == slow
        again = rows(board(events, said))[team].values
        assert values == again


@given(st.lists(EVENTS, max_size=12), st.lists(SAID, max_size=6))
def test_other_teams_have_the_numbers_that_they_would_have_had(
    events: list[CallEvent], said: list[Said]
) -> None:
    other = {UserId("ana"): "south", UserId("eva"): "south"}
    agents = board(events, said)
    before = rows(agents)
    agents.take_changed()
    agents.regroup(Teams(LABELS, other))
    south = rows(agents)["south"].values
    expected = slowly(agents, {"ana", "eva"})
    assert {name: south[name] for name in expected} == expected
    assert not rows(agents)["north"].values["agents_available"]
    assert {who.user for who in agents.take_changed()} == {*USERS}
    agents.regroup(Teams(LABELS, TEAM_OF))
    assert rows(agents) == before
