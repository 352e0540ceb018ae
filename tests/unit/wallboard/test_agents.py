from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from unit.wallboard.wallboard_story import at, changes, event

from screenpop.domain.agent import AgentState, UserId
from screenpop.domain.call import AgentId, CallEvent, Scope
from screenpop.wallboard.agent_rows import (
    AgentStatus,
    Person,
    Subject,
    person,
    telephone,
)
from screenpop.wallboard.agents import AgentBoard


def somebody(user: str, *agents: str) -> Person:
    ids = frozenset(AgentId(agent) for agent in agents)
    return Person(user=UserId(user), name=user.capitalize(), agents=ids)


ANA, BEN = person(UserId("ana")), person(UserId("ben"))
PEOPLE = [somebody("ana", "1001", "ana@mobile"), somebody("ben", "1002")]
RINGS = event("alerting", seconds=1, agents=("1001",), queue="sales")
ANSWERED = event("answered", seconds=4, agents=("1001",))
HELD = event("held", seconds=9, agents=("1001",))
ENDED = event("ended", seconds=60)


def board(*events: CallEvent, people: list[Person] = PEOPLE) -> AgentBoard:
    agents = AgentBoard(people)
    for change in changes(events):
        agents.replace(change.before, change.after)
    return agents


def row(agents: AgentBoard, who: Subject = ANA) -> AgentStatus:
    found = agents.row(who)
    assert found is not None
    return found


def counts(agents: AgentBoard) -> dict[str, int]:
    agents.rows()
    return {name: count for name, count in agents.counts().items() if count}


def test_everybody_with_a_log_in_is_shown_by_name_from_the_start() -> None:
    assert [(r.name, r.state, r.telephone) for r in board().rows()] == [
        ("Ana", AgentState.OFFLINE, "idle"),
        ("Ben", AgentState.OFFLINE, "idle"),
    ]


def test_the_telephone_follows_the_calls() -> None:
    story = [RINGS, ANSWERED, HELD, ENDED]
    told = [row(board(*story[:n])) for n in range(1, 5)]
    assert [r.telephone for r in told] == ["alerting", "talking", "held", "idle"]
    assert [r.since_us for r in told] == [at(1), at(4), at(4), at(60)]
    assert [r.queue for r in told] == ["sales", "sales", "sales", None]


def test_a_word_at_a_desk_counts_though_our_clock_went_back() -> None:
    agents = board()
    agents.say(ANA, AgentState.AVAILABLE, at(3600))
    agents.say(ANA, AgentState.BREAK, at(10))
    assert row(agents).state is AgentState.BREAK
    agents.say(ANA, AgentState.OFFLINE, at(5), "telephone")
    assert row(agents).state is AgentState.OFFLINE


def test_the_last_word_of_a_telephone_system_counts_whenever_it_arrives() -> None:
    agents = board()
    agents.say(ANA, AgentState.BREAK, at(20), "telephone")
    agents.say(ANA, AgentState.AVAILABLE, at(10), "telephone")
    assert (row(agents).state, row(agents).since_us) == (AgentState.BREAK, at(20))


def test_who_talks_on_one_of_two_telephones_talks() -> None:
    mobile = event("alerting", "c-2", 2, agents=("ana@mobile",))
    agents = board(RINGS, ANSWERED, mobile)
    assert row(agents).telephone == "talking"
    assert agents.row(telephone(AgentId("ana@mobile"))) is None
    assert counts(agents) == {"agents_on_call": 1}


def test_a_telephone_without_a_log_in_is_shown_while_in_use() -> None:
    agents = board(RINGS, people=[])
    phone = telephone(AgentId("1001"))
    assert row(agents, phone).name == "1001"
    over = changes([RINGS, ENDED])[-1]
    agents.replace(over.before, over.after)
    assert agents.row(phone) is None
    assert agents.take_changed() == {phone: None}


def test_agents_are_counted_once_by_what_they_do() -> None:
    agents = board()
    agents.say(ANA, AgentState.AVAILABLE, at(0))
    agents.say(BEN, AgentState.BREAK, at(0))
    assert counts(agents) == {"agents_available": 1, "agents_break": 1}
    for change in changes([RINGS]):
        agents.replace(change.before, change.after)
    assert counts(agents) == {"agents_on_call": 1, "agents_break": 1}
    agents.say(BEN, AgentState.OFFLINE, at(5))
    assert counts(agents) == {"agents_on_call": 1}


def test_an_agent_who_left_a_call_that_goes_on_is_idle() -> None:
    left = event("ended", seconds=9, agents=("1001",), scope=Scope.LEG)
    join = event("answered", seconds=8, agents=("1002",))
    agents = board(RINGS, ANSWERED, join, left)
    assert row(agents).telephone == "idle"
    assert row(agents, BEN).telephone == "talking"


def test_a_dropped_call_engages_nobody() -> None:
    agents = board(RINGS)
    agents.drop(changes([RINGS])[-1].after)
    assert row(agents).telephone == "idle"


def test_a_person_who_is_gone_leaves_and_one_who_came_appears() -> None:
    agents = board()
    agents.take_changed()
    agents.know([PEOPLE[0], somebody("carla", "1003")])
    assert [r.name for r in agents.rows()] == ["Ana", "Carla"]
    assert set(agents.take_changed()) == {BEN, person(UserId("carla"))}


def test_an_id_that_becomes_somebodys_second_one_joins_their_row() -> None:
    agents = board(event("alerting", agents=("ana@mobile",)), people=[])
    agents.know(PEOPLE)
    assert [(r.name, r.telephone) for r in agents.rows()] == [
        ("Ana", "alerting"),
        ("Ben", "idle"),
    ]
    assert counts(agents) == {"agents_on_call": 1}


KINDS = st.sampled_from(["alerting", "answered", "held", "resumed", "ended"])
EVENTS = st.builds(
    lambda kind, call_id, seconds, agent: event(
        kind, call_id, seconds, agents=(agent,)
    ),
    KINDS,
    st.sampled_from(["c-1", "c-2"]),
    st.integers(0, 20),
    st.sampled_from(["1001", "1002", "ana@mobile"]),
)


def phones(agents: AgentBoard) -> list[tuple[str, str]]:
    return [(r.agent, r.telephone) for r in agents.rows()]


@given(st.lists(EVENTS, max_size=10), st.randoms())
def test_order_and_repetition_do_not_matter(
    events: list[CallEvent], rng: random.Random
) -> None:
    shuffled = events + rng.sample(events, len(events) // 2)
    rng.shuffle(shuffled)
    one, other = board(*events), board(*shuffled)
    assert phones(one) == phones(other)
    assert counts(one) == counts(other)


def test_agent_ids_beyond_the_limit_are_left_out() -> None:
    agents = AgentBoard(strangers_max=2)
    for change in changes([event("alerting", agents=("7001", "7002", "7003"))]):
        agents.replace(change.before, change.after)
    assert [r.agent for r in agents.rows()] == ["7001", "7002"]


def test_people_with_a_log_in_come_before_foreign_ids_at_the_limit() -> None:
    agents = AgentBoard(PEOPLE, strangers_max=2)
    for number in range(5):
        agents.say(telephone(AgentId(f"7{number}")), AgentState.BREAK, at(number))
    agents.say(ANA, AgentState.AVAILABLE, at(9))
    agents.say(telephone(AgentId("1002")), AgentState.BREAK, at(9), "telephone")
    assert row(agents).state is AgentState.AVAILABLE
    assert row(agents, BEN).state is AgentState.BREAK
    assert len(agents.rows()) == 4


def test_a_person_takes_their_state_and_their_call_to_another_extension() -> None:
    there = {AgentId("1001"): (UserId("ana"),)}
    agents = board(replace(RINGS, people=there), replace(ANSWERED, people=there))
    agents.say(ANA, AgentState.AVAILABLE, at(0))
    agents.know([somebody("ana", "4444"), somebody("ben", "1001")])
    assert (row(agents).agent, row(agents).telephone) == ("4444", "talking")
    assert row(agents).state is AgentState.AVAILABLE
    assert (row(agents, BEN).telephone, row(agents, BEN).state) == ("idle", "offline")
    assert counts(agents) == {"agents_on_call": 1}


def test_two_people_with_one_telephone_have_a_row_each() -> None:
    agents = board(RINGS, people=[somebody("ana", "1001"), somebody("ben", "1001")])
    assert [(r.user, r.telephone) for r in agents.rows()] == [
        ("ana", "alerting"),
        ("ben", "alerting"),
    ]


def test_who_closed_their_last_desk_is_not_ready_and_counted_apart() -> None:
    agents = board()
    agents.say(ANA, AgentState.AVAILABLE, at(0))
    agents.desk(UserId("ana"), is_open=False, at_us=at(90))
    assert (row(agents).desk, row(agents).since_us) == (False, at(90))
    assert counts(agents) == {"agents_no_desk": 1}
    for change in changes([RINGS]):
        agents.replace(change.before, change.after)
    assert counts(agents) == {"agents_on_call": 1}


def test_a_desk_opened_again_counts_as_before() -> None:
    agents = board()
    agents.say(ANA, AgentState.AVAILABLE, at(0))
    agents.desk(UserId("ana"), is_open=False, at_us=at(90))
    agents.desk(UserId("ana"), is_open=True, at_us=at(100))
    assert counts(agents) == {"agents_available": 1}


def test_a_state_that_the_telephone_system_reports_needs_no_desk() -> None:
    agents = board()
    agents.say(ANA, AgentState.BREAK, at(0))
    agents.desk(UserId("ana"), is_open=False, at_us=at(90))
    agents.say(ANA, AgentState.AVAILABLE, at(95), "telephone")
    assert counts(agents) == {"agents_available": 1}


def test_who_is_offline_is_not_missed_at_a_desk() -> None:
    agents = board()
    agents.desk(UserId("ana"), is_open=False, at_us=at(90))
    assert counts(agents) == {}
