"""The recordings of a real Asterisk give the calls that their README tells."""

from __future__ import annotations

import random

import pytest
from streams_doubles import (
    NAMES,
    NOON_US,
    ami_events,
    ami_fold,
    book_of,
    expected,
    message,
    messages,
    recorded,
    stories_of,
)

from screenpop.domain.call import CallEvent, EventType
from screenpop.intake.streams.ami_events import AmiEvents
from screenpop.intake.streams.asterisk_ami import AmiParser

HIDDEN_NUMBER = "7700900456"


def played(*sent: bytes, fold: AmiEvents | None = None) -> list[CallEvent]:
    fold = fold or ami_fold()
    return [
        event
        for index, each in enumerate(AmiParser().feed(b"".join(sent)))
        for event in fold.decode(each, NOON_US + index * 1000)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_gives_the_calls_its_readme_tells(name: str) -> None:
    assert stories_of(ami_events(name)) == expected(name)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_remembered_of_calls_that_are_over(name: str) -> None:
    fold = ami_fold()
    ami_events(name, fold)
    board = fold.board
    assert (board.channels, board.calls, board.bridges) == ({}, {}, {})


@pytest.mark.parametrize("name", NAMES)
def test_any_order_of_the_events_gives_the_same_calls(name: str) -> None:
    events = ami_events(name)
    calls = {call.call_id: call for call in book_of(events)}
    chance = random.Random(name)
    for _ in range(25):
        shuffled = events + chance.sample(events, len(events) // 2)
        chance.shuffle(shuffled)
        assert {call.call_id: call for call in book_of(shuffled)} == calls


@pytest.mark.parametrize("name", NAMES)
def test_what_is_heard_twice_has_the_same_names(name: str) -> None:
    """Another node, or a second connection, at nearly the same time."""
    once = [e for e in ami_events(name) if e.type is not EventType.AGENT_STATE]
    again = [e for e in ami_events(name) if e.type is not EventType.AGENT_STATE]
    assert [e.event_id for e in again] == [e.event_id for e in once]
    assert len({e.event_id for e in once}) == len(once)


def test_a_withheld_number_is_in_no_event() -> None:
    assert HIDDEN_NUMBER.encode() in recorded("03b_anonymous_presentation")
    told = ami_events("03b_anonymous_presentation")
    assert len(told) > 10
    assert HIDDEN_NUMBER not in repr(told)


def test_it_is_known_whether_the_switch_tells_what_is_withheld() -> None:
    silent, telling = ami_fold(), ami_fold()
    ami_events("03_anonymous", silent)
    ami_events("03b_anonymous_presentation", telling)
    assert silent.presentation_told is False
    assert telling.presentation_told is True


def test_an_agent_is_available_on_a_break_and_away() -> None:
    told = ami_events("10_agent_states")
    assert [(e.agents, e.agent_state, e.cause) for e in told] == [
        (("1003",), "available", None),
        (("1003",), "break", "lunch"),
        (("1003",), "available", None),
        (("1003",), "offline", None),
    ]


def test_an_agent_who_lets_it_ring_is_paused_by_the_queue() -> None:
    told = [e for e in ami_events("06_no_answer_requeued") if e.agents == ("1003",)]
    assert [e.type for e in told] == ["alerting", "agent_state", "ended", "agent_state"]
    assert (told[-1].agent_state, told[-1].cause) == ("break", "Auto-Pause")
    assert (told[2].outcome, told[2].cause) == ("unanswered", "NOANSWER")


def test_the_switchs_own_time_counts_where_it_tells_it() -> None:
    stamp = f"{NOON_US / 1e6 - 60:.6f}"
    fields = {"Uniqueid": "9.1", "Linkedid": "9.1", "Channel": "PJSIP/trunk-0000000a"}
    (event,) = played(
        message("Newchannel", **fields, ChannelState="4", CallerIDNum="+442079460958"),
        message("Newstate", **fields, ChannelState="6", Timestamp=stamp),
    )
    assert (event.at_given, event.at_us) == (False, NOON_US)
    (event,) = played(
        message("Newchannel", **fields, ChannelState="4", Timestamp=stamp),
        message("Newstate", **fields, ChannelState="6", Timestamp=stamp),
    )
    assert (event.at_given, event.at_us) == (True, NOON_US - 60_000_000)


def test_times_of_a_call_never_go_back() -> None:
    for name in NAMES:
        by_call: dict[str, list[tuple[int, int]]] = {}
        for event in ami_events(name):
            moment = (event.at_us, event.sequence or 0)
            by_call.setdefault(event.call_id, []).append(moment)
        for moments in by_call.values():
            assert moments == sorted(moments)


def test_unreadable_fields_harm_nobody() -> None:
    """Headers missing, doubled, or of another kind, in every message."""
    chance = random.Random(7)
    fold = ami_fold(variables=frozenset({"ACCOUNT"}))
    for name in NAMES:
        for each in messages(name):
            keys = chance.sample(sorted(each), chance.randrange(len(each)))
            broken = {key: each[key] for key in keys} | {"Event": each["Event"]}
            fold.decode(broken, NOON_US)
            twice = {k: [v, v] if isinstance(v, str) else v for k, v in each.items()}
            fold.decode({**twice, "Event": each["Event"]}, NOON_US)


def test_a_variable_that_is_asked_for_becomes_an_attribute() -> None:
    fold = ami_fold(variables=frozenset({"ACCOUNT"}))
    fields = {"Uniqueid": "9.1", "Linkedid": "9.1", "Channel": "PJSIP/trunk-0000000a"}
    told = played(
        message("Newchannel", **fields, ChannelState="4", CallerIDNum="02079460958"),
        message("Newstate", **fields, ChannelState="6", CallerIDNum="02079460958"),
        message("VarSet", **fields, Variable="ACCOUNT", Value="4711"),
        message("VarSet", **fields, Variable="SECRET", Value="0000"),
        fold=fold,
    )
    (call,) = book_of(told)
    assert call.attributes == {"ACCOUNT": "4711"}
