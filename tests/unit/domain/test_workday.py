"""How long did agents handle calls today, and how long did they wait for one?"""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from unit.wallboard.wallboard_story import at, changes, event

from screenpop.domain import workday
from screenpop.domain.agent import AgentState, SaidBy, UserId
from screenpop.domain.call import AgentId, CallEvent, CallId, CallKey, LineId
from screenpop.domain.workday import Talk, Workday, WorkSums
from screenpop.wallboard.agent_rows import Person, person
from screenpop.wallboard.agents import AgentBoard

AVAILABLE, BREAK, OFFLINE, WRAP_UP = (
    AgentState.AVAILABLE,
    AgentState.BREAK,
    AgentState.OFFLINE,
    AgentState.WRAP_UP,
)
S = 1_000_000
Heard = tuple[str, int, AgentState] | tuple[str, int, bool] | tuple[str, CallKey, Talk]


def key(name: str) -> CallKey:
    return (LineId("main"), CallId(name), 0)


def talk(
    name: str, begun_s: int, ended_s: int | None, *, inbound: bool = True
) -> Heard:
    ended_us = None if ended_s is None else ended_s * S
    return "talk", key(name), Talk(begun_s * S, ended_us, "sales", inbound)


def said(at_s: int, state: AgentState, by: SaidBy = "desk") -> Heard:
    return by, at_s * S, state


def hear(work: Workday, heard: Heard) -> None:
    match heard:
        case ("talk", tuple() as call, Talk() as talked):
            work.talk(call, talked)
        case ("open", int(at_us), bool(is_open)):
            work.open_desk(at_us, is_open=is_open)
        case ("desk" | "telephone" as by, int(at_us), AgentState() as state):
            work.say(state, at_us, by)
        case _:
            raise AssertionError(heard)


def day(*heard: Heard, from_s: int = 0) -> Workday:
    work = Workday(from_s * S, from_s * S)
    for each in heard:
        hear(work, each)
    return work


def times(work: Workday, now_s: int) -> tuple[float, float]:
    """Handle time and time available at that moment, in seconds."""
    worked = work.worked()
    grown_us = now_s * S - worked.since_us
    return (
        (worked.handle_us + grown_us * worked.handles) / S,
        (worked.available_us + grown_us * worked.waits) / S,
    )


def occupancy(*days: Workday, now_s: int) -> float | None:
    sums = WorkSums()
    for each in days:
        sums.add(each.worked())
    return sums.occupancy(now_s * S)


def test_occupancy_is_none_until_someone_logs_in() -> None:
    assert occupancy(day(), now_s=100) is None
    assert occupancy(day(talk("c-1", 10, 50)), now_s=100) is None
    assert occupancy(day(said(100, AVAILABLE)), now_s=200) == 0


def test_a_talk_and_its_wrap_up_are_handle_time_and_a_break_is_in_neither_part() -> (
    None
):
    work = day(
        said(0, AVAILABLE), talk("c-1", 100, 160), said(160, WRAP_UP),
        said(180, BREAK), said(300, AVAILABLE),
    )  # fmt: skip
    assert times(work, 400) == (80, 200)
    assert occupancy(work, now_s=400) == pytest.approx(80 / 280)
    assert work.worked()[2:5] == (1, 1, 60 * S)


def test_two_talks_at_once_count_once_and_one_that_goes_on_grows() -> None:
    work = day(said(0, AVAILABLE), talk("c-1", 10, 40), talk("c-2", 30, None))
    assert times(work, 100) == (90, 10)
    assert work.worked()[2:5] == (2, 1, 30 * S)


def test_a_talk_of_no_length_counts_once_wherever_it_is() -> None:
    work = Workday()
    work.begin(10 * S)
    for each in (talk("c-1", 10, 10), talk("c-1", 10, 10), talk("c-2", 5, 10)):
        hear(work, each)
    assert work.worked()[2:5] == (1, 1, 0)


def test_calls_that_we_made_are_handle_time_and_not_answered() -> None:
    work = day(said(0, AVAILABLE), talk("c-1", 10, 40, inbound=False))
    assert times(work, 40) == (30, 10)
    assert work.worked()[2:5] == (0, 0, 0)


def test_a_closed_desk_is_not_available_unless_the_telephone_says_so() -> None:
    closed: Heard = ("open", 50 * S, False)
    opened: Heard = ("open", 80 * S, True)
    assert times(day(said(0, AVAILABLE), closed), 100) == (0, 50)
    assert times(day(said(0, AVAILABLE), closed, opened), 100) == (0, 70)
    assert times(day(said(0, AVAILABLE, "telephone"), closed), 100) == (0, 100)


def test_at_midnight_all_begins_at_nothing_and_a_talk_is_divided() -> None:
    work = day(said(0, AVAILABLE), talk("c-1", 80, None))
    work.begin(100 * S)
    assert times(work, 130) == (30, 0)
    work.talk(*_talked(talk("c-1", 80, 150)))
    assert times(work, 160) == (50, 10)
    assert work.worked()[2:5] == (0, 0, 0)  # answered yesterday


def _talked(heard: Heard) -> tuple[CallKey, Talk]:
    _, call, talked = heard
    assert isinstance(call, tuple)
    assert isinstance(talked, Talk)
    return call, talked


def test_a_long_day_takes_bounded_memory_and_counts_all() -> None:
    work = day(said(0, AVAILABLE))
    for n in range(500):
        hear(work, talk(f"c-{n}", 100 * n + 10, 100 * n + 50))
        hear(work, said(100 * n + 50, WRAP_UP))
        hear(work, said(100 * n + 60, AVAILABLE))
        assert len(work.words) + 2 * len(work.talks) <= workday.CHANGES_MAX
    assert times(work, 50_000) == (25_000, 25_000)
    assert work.worked()[2:5] == (500, 500, 20_000 * S)
    assert work.last_queue() == "sales"


def test_a_late_event_older_than_what_is_kept_changes_nothing() -> None:
    work = day(said(0, AVAILABLE), said(30, AVAILABLE))
    for n in range(100):
        hear(work, talk(f"c-{n}", 100 * n + 10, 100 * n + 50))
    before = times(work, 20_000), work.worked()
    hear(work, talk("c-0", 10, 50))
    hear(work, talk("c-late", 60, 90))
    hear(work, said(20, BREAK))
    assert (times(work, 20_000), work.worked()) == before


# Laws

MOMENTS = st.integers(0, 40)
HEARD: st.SearchStrategy[Heard] = st.one_of(
    st.builds(said, MOMENTS, st.sampled_from(AgentState), st.just("telephone")),
    st.builds(lambda s, is_open: ("open", s * S, is_open), MOMENTS, st.booleans()),
)
TALKS = st.dictionaries(
    st.sampled_from(["c-1", "c-2", "c-3", "c-4"]),
    st.tuples(MOMENTS, st.one_of(st.none(), st.integers(0, 15)), st.booleans()),
)


@st.composite
def days(draw: st.DrawFn) -> list[Heard]:
    """Each talk once; at a desk one word a moment, since people name one at a time."""
    found = draw(st.lists(HEARD, max_size=12))
    desk = draw(st.dictionaries(MOMENTS, st.sampled_from(AgentState), max_size=8))
    found += [said(at_s, state) for at_s, state in desk.items()]
    for name, (begun_s, lasts_s, inbound) in draw(TALKS).items():
        ended_s = None if lasts_s is None else begun_s + lasts_s
        found.append(talk(name, begun_s, ended_s, inbound=inbound))
    return found


def slowly(heard: Sequence[Heard], from_s: int, now_s: int) -> tuple[int, int]:
    """Second by second: what did this person do in it?"""
    handle = available = 0
    for second in range(from_s, now_s):
        words = [h for h in heard if h[0] != "talk" and _at_s(h) <= second]
        states = [h for h in words if h[0] != "open"]
        newest = max(states, key=_place, default=None)
        desk = max((h for h in words if h[0] != "telephone"), key=_place, default=None)
        if newest is None or newest[2] is OFFLINE:
            continue
        if newest[0] == "desk" and desk is not None and desk[2] is False:
            continue
        spans = [h[2] for h in heard if isinstance(h[2], Talk)]
        talks = any(
            t.answered_us <= second * S < (t.released_us or (now_s + 1) * S)
            for t in spans
            if t.released_us is None or t.released_us > t.answered_us
        )
        handle += talks or newest[2] is WRAP_UP
        available += not talks and newest[2] is AVAILABLE
    return handle, available


def _at_s(heard: Heard) -> int:
    moment_us = heard[1]
    assert isinstance(moment_us, int)
    return moment_us // S


def _place(heard: Heard) -> tuple[int, int]:
    kind, what = heard[0], heard[2]
    if kind == "telephone":
        assert isinstance(what, AgentState)
        return _at_s(heard), [*AgentState].index(what)
    return _at_s(heard), 10 if kind == "desk" else 11 if what else 12


@given(days(), st.randoms(), st.integers(0, 40))
def test_any_order_gives_the_times_of_a_count_second_by_second(
    heard: list[Heard], rng: random.Random, midnight_s: int
) -> None:
    delivered = heard + rng.sample(heard, len(heard) // 2)
    rng.shuffle(delivered)
    assert times(day(*delivered), 60) == slowly(heard, 0, 60)
    begun = rng.randrange(len(delivered) + 1)
    work = day(*delivered[:begun])
    work.begin(midnight_s * S)
    for each in delivered[begun:]:
        hear(work, each)
    assert times(work, 60) == slowly(heard, midnight_s, 60)


@given(days())
def test_with_little_memory_a_day_in_order_gives_the_same(heard: list[Heard]) -> None:
    story: list[tuple[int, Heard]] = []
    for each in heard:
        if isinstance(each[2], Talk):
            call, whole = _talked(each)
            story.append(
                (whole.answered_us, ("talk", call, whole._replace(released_us=None)))
            )
            if whole.released_us is not None:
                story.append((whole.released_us, each))
        else:
            story.append((_at_s(each) * S, each))
    story.sort(key=lambda pair: pair[0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workday, "CHANGES_MAX", 5)
        little = day(*(each for _, each in story))
    assert times(little, 60) == slowly(heard, 0, 60)
    assert little.worked()[2:5] == day(*heard).worked()[2:5]


# The board

PEOPLE = {AgentId("1001"): (UserId("ana"),)}
ANA = Person(user=UserId("ana"), name="Ana", agents=frozenset({AgentId("1001")}))
ANSWERED = replace(event("answered", seconds=10, agents=("1001",)), people=PEOPLE)
ENTERED = event("queued", queue="sales")
ENDED = event("ended", seconds=70)


def board(*events: CallEvent) -> AgentBoard:
    agents = AgentBoard([ANA])
    agents.say(person(UserId("ana")), AVAILABLE, at(0))
    for change in changes(events):
        agents.replace(change.before, change.after)
    return agents


def of_all(agents: AgentBoard, at_s: int) -> float | None:
    agents.work_up()
    return agents.occupancy(at(at_s))


def test_who_wraps_up_does_so_in_the_queue_of_the_last_call() -> None:
    agents = board(ENTERED, ANSWERED, ENDED)
    assert of_all(agents, 120) == pytest.approx(60 / 120)
    agents.say(person(UserId("ana")), WRAP_UP, at(70))
    agents.rows()
    assert (agents.wrapping_up("sales"), agents.wrapping_up("it")) == (1, 0)
    agents.say(person(UserId("ana")), AVAILABLE, at(90))
    agents.rows()
    assert agents.wrapping_up("sales") == 0
    assert agents.queues_changed == {"sales"}
    assert of_all(agents, 120) == pytest.approx(80 / 120)


def test_a_call_followed_no_longer_stays_in_the_day_one_that_never_was_does_not() -> (
    None
):
    agents = board(ENTERED, ANSWERED, ENDED)
    over = changes([ENTERED, ANSWERED, ENDED])[-1].after
    agents.drop(over)
    assert of_all(agents, 120) == pytest.approx(60 / 120)
    agents.withdraw(over)
    assert of_all(agents, 120) == 0


def test_a_day_begins_for_all() -> None:
    agents = board(ENTERED, ANSWERED, ENDED)
    agents.begin_day(at(100))
    assert of_all(agents, 120) == 0
    saved = agents.saved(person(UserId("ana")))
    assert saved is not None
    again = AgentBoard([ANA])
    again.begin_day(at(100))
    again.restore([saved])
    assert of_all(again, 120) == 0


def test_days_are_added_up_some_at_a_time_and_none_is_left_out() -> None:
    users = [UserId(f"u{n}") for n in range(5)]
    people = [
        Person(user=user, name=user, agents=frozenset({AgentId(user)}))
        for user in users
    ]
    agents = AgentBoard(people)
    for user in users:
        agents.say(person(user), AVAILABLE, at(0))
    agents.say(person(users[4]), BREAK, at(0))
    agents.say(person(users[4]), WRAP_UP, at(60))
    assert [agents.work_up(2) for _ in range(4)] == [True, True, True, False]
    assert agents.occupancy(at(120)) == pytest.approx(60 / 540)
    agents.know(people[1:])
    agents.work_up()
    assert agents.occupancy(at(120)) == pytest.approx(60 / 420)
    agents.know(people)
    agents.work_up()
    assert agents.occupancy(at(120)) == pytest.approx(60 / 540)
    agents.begin_day(at(90))
    agents.work_up()
    assert agents.occupancy(at(120)) == pytest.approx(30 / 150)
