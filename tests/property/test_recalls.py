"""Any order and any repetition of events and actions give the same list of callers."""

from __future__ import annotations

import random
from collections import Counter, defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from screenpop.domain.agent import Role, User, UserId
from screenpop.domain.call import (
    AgentId,
    CallEvent,
    CallId,
    Direction,
    EventType,
    LineId,
)
from screenpop.domain.call_state import CallBook
from screenpop.domain.recall import RowState
from screenpop.journal.records import ActionRecord
from screenpop.wallboard.recalls import RecallList

START_US = 1_795_251_600_000_000
S = 1_000_000
NUMBERS = ["+442079460958", "+442079460959"]
PEOPLE = {"1001": "ana", "1002": "ben"}
SUE = User(username=UserId("sue"), name="Sue", role=Role.SUPERVISOR)
ANA = User(username=UserId("ana"), name="Ana", role=Role.AGENT)
NOW_US = START_US + 3_000 * S

queues = st.sampled_from(["sales", "service"])
Told = CallEvent | tuple[int, ActionRecord]


@st.composite
def calls(draw: st.DrawFn, name: str) -> list[CallEvent]:
    """The events of one call: it rings, perhaps is answered, perhaps ends."""
    at_s = draw(st.integers(0, 50)) * 10
    story = draw(
        st.sampled_from(["lost", "lost", "lost", "answered", "open", "mailbox"])
    )
    agent = draw(st.sampled_from(sorted(PEOPLE)))
    direction = draw(st.sampled_from([Direction.INBOUND] * 4 + [Direction.OUTBOUND]))
    number = draw(st.sampled_from(NUMBERS))
    kinds = {
        "lost": ["queued", "alerting", "ended"],
        "answered": ["queued", "alerting", "answered", "ended"],
        "open": ["queued", "alerting"],
        "mailbox": ["queued", "ended"],
    }[story]
    return [
        CallEvent(
            type=EventType(kind),
            line=LineId("main"),
            call_id=CallId(name),
            event_id=f"{name}/{kind}",
            at_us=START_US + (at_s + 10 * place) * S,
            received_us=START_US + (at_s + 10 * place) * S,
            direction=direction,
            caller="+442079460100" if direction is Direction.OUTBOUND else number,
            dialled=number if direction is Direction.OUTBOUND else "+442079460100",
            agents=(AgentId(agent),) if kind != "queued" else (),
            people={AgentId(agent): (UserId(PEOPLE[agent]),)},
            queue=draw(queues) if kind == "queued" else None,
            outcome="voicemail" if story == "mailbox" and kind == "ended" else None,
        )
        for place, kind in enumerate(kinds)
    ]  # fmt: skip


@st.composite
def actions(draw: st.DrawFn, names: list[str], place: int) -> tuple[int, ActionRecord]:
    do = draw(st.sampled_from(["claim", "release", "snooze", "close"]))
    at_us = START_US + draw(st.integers(0, 4_000)) * S
    return place, ActionRecord(
        action="recall",
        action_id=f"a{place}",
        at_us=at_us,
        user=draw(st.sampled_from(["ana", "ben", "sue"])),
        line="main",
        call_id=CallId(draw(st.sampled_from(names))),
        data={
            "do": do,
            "until_us": str(at_us + 900 * S),
            "reason": "settled",
            "forced": draw(st.sampled_from(["yes", "no", "no"])),
        },
    )


@st.composite
def histories(
    draw: st.DrawFn,
) -> tuple[list[CallEvent], list[tuple[int, ActionRecord]]]:
    names = [f"c-{n}" for n in range(draw(st.integers(1, 7)))]
    events = [event for name in names for event in draw(calls(name))]
    many = draw(st.integers(0, 6))
    return events, [draw(actions(names, place)) for place in range(1, many + 1)]


def number_of(event_text: str | None) -> str | None:
    return event_text if event_text in NUMBERS else None


def folded(told: list[Told]) -> RecallList:
    book, recalls = CallBook(), RecallList()
    for each in told:
        if isinstance(each, CallEvent):
            change = book.apply(each)
            if change is not None:
                after = change.after
                recalls.replace(after, number_of(after.customer_text))
        else:
            recalls.act(*each)
    return recalls


def shown(recalls: RecallList) -> tuple[object, ...]:
    """All that anybody may see."""
    rules = recalls.settings.rules
    return tuple(
        (
            [(row, row.state(NOW_US, rules)) for row in recalls.rows(who, NOW_US)],
            recalls.waiting(who, NOW_US),
        )
        for who in (SUE, ANA)
    )


@settings(max_examples=100)
@given(histories(), st.randoms(use_true_random=False))
def test_every_order_with_repetitions_gives_the_same_list(
    history: tuple[list[CallEvent], list[tuple[int, ActionRecord]]],
    rng: random.Random,
) -> None:
    events, acts = history
    told: list[Told] = [*events, *acts]
    delivered = told + rng.sample(told, k=len(told) // 2)
    rng.shuffle(delivered)
    assert shown(folded(delivered)) == shown(folded(told))


@settings(max_examples=100)
@given(histories())
def test_the_list_is_that_of_a_slow_reference(
    history: tuple[list[CallEvent], list[tuple[int, ActionRecord]]],
) -> None:
    """Without actions: who reached no one since an agent last talked with them."""
    events, _ = history
    recalls = folded([*events])
    found: dict[str, set[str]] = defaultdict(set)
    for row in recalls.rows(SUE, NOW_US):
        if row.state(NOW_US, recalls.settings.rules) is not RowState.CLOSED:
            found[row.newest.number] |= {a.key[1] for a in row.attempts}
    assert found == waiting_by_reference(events)


def waiting_by_reference(events: list[CallEvent]) -> dict[str, set[str]]:
    of_call: dict[str, dict[str, CallEvent]] = defaultdict(dict)
    for event in events:
        of_call[event.call_id][event.type.value] = event
    lost: list[tuple[str, str, int]] = []
    talked: list[tuple[str, int]] = []
    for name, told in of_call.items():
        first = told["queued"]
        out = first.direction is Direction.OUTBOUND
        number = str(first.dialled if out else first.caller)
        if "answered" in told:
            talked.append((number, told["answered"].at_us))
        elif "ended" in told and not out:
            lost.append((number, name, first.at_us))
    waits: dict[str, set[str]] = defaultdict(set)
    for number, name, at_us in lost:
        if not any(n == number and when >= at_us for n, when in talked):
            waits[number].add(name)
    return waits


@settings(max_examples=100)
@given(histories(), st.integers(1, 40))
def test_a_saved_list_goes_on_as_it_was(
    history: tuple[list[CallEvent], list[tuple[int, ActionRecord]]], some: int
) -> None:
    events, acts = history
    recalls, again = folded([*events, *acts]), RecallList()
    for part in recalls.saved(some):
        again.restore(part)
    assert shown(again) == shown(recalls)
    assert again.saved(1_000) == recalls.saved(1_000)


@settings(max_examples=100)
@given(histories())
def test_what_is_counted_is_what_is_listed(
    history: tuple[list[CallEvent], list[tuple[int, ActionRecord]]],
) -> None:
    events, acts = history
    recalls = folded([*events, *acts])
    for who in (SUE, ANA):
        listed = recalls.rows(who, NOW_US)
        states = [row.state(NOW_US, recalls.settings.rules) for row in listed]
        assert recalls.waiting(who, NOW_US) == states.count(RowState.WAITING)


@settings(max_examples=100)
@given(histories())
def test_a_call_that_never_was_leaves_nothing(
    history: tuple[list[CallEvent], list[tuple[int, ActionRecord]]],
) -> None:
    events, _ = history
    recalls = folded([*events])
    for event in events:
        recalls.withdraw((event.line, event.call_id, event.occurrence))
    assert recalls.rows(SUE, NOW_US) == []
    assert recalls.saved(10) == []
    assert not any(vars(recalls)[name] for name in ("_listed", "_numbers", "_served"))


@settings(max_examples=100)
@given(histories(), st.randoms(use_true_random=False))
def test_callers_called_back_are_those_of_a_slow_count(
    history: tuple[list[CallEvent], list[tuple[int, ActionRecord]]],
    rng: random.Random,
) -> None:
    events, _ = history
    delivered: list[Told] = [*events, *rng.sample(events, k=len(events) // 2)]
    rng.shuffle(delivered)
    recalls = folded(delivered)
    noon_us = START_US + 300 * S
    for since_us, until_us in ((START_US, noon_us), (noon_us, NOW_US)):
        found = recalls.called_back(since_us, until_us)
        assert found == called_back_by_reference(events, since_us, until_us)


def called_back_by_reference(
    events: list[CallEvent], since_us: int, until_us: int
) -> Counter[str]:
    of_call: dict[str, dict[str, CallEvent]] = defaultdict(dict)
    for event in events:
        of_call[event.call_id][event.type.value] = event
    story: list[tuple[int, bool, str, str, bool]] = []
    for name, told in of_call.items():
        first = told["queued"]
        out = first.direction is Direction.OUTBOUND
        number = str(first.dialled if out else first.caller)
        if "answered" in told:
            story.append((told["answered"].at_us, True, name, number, out))
        elif "ended" in told and not out:
            story.append((first.at_us, False, name, number, out))
    lost: dict[str, str] = {}  # the queue of the newest attempt of each number
    found: Counter[str] = Counter()
    for at_us, talked, name, number, out in sorted(story):
        if not talked:
            lost[number] = str(of_call[name]["queued"].queue)
        elif number in lost:
            queue = lost.pop(number)
            if out and since_us <= at_us < until_us:
                found[queue] += 1
    return found
