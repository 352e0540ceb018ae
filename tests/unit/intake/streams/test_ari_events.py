"""The ARI's frames of the same flows give the same calls as the AMI's events."""

from __future__ import annotations

import random

import pytest
from msgspec.structs import replace
from streams_doubles import (
    NAMES,
    NOON_US,
    ami_events,
    ari_events,
    ari_fold,
    book_of,
    expected,
    frames,
    recorded,
    stories_of,
)

from screenpop.domain.call import CallEvent
from screenpop.domain.profile import Json
from screenpop.intake.streams.ari_events import iso_us

HIDDEN_NUMBER = "7700900456"


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_gives_the_calls_its_readme_tells(name: str) -> None:
    assert stories_of(ari_events(name)) == expected(name)


def timeless(event: CallEvent) -> CallEvent:
    return replace(event, at_us=0, received_us=0, at_given=True, sequence=0)


@pytest.mark.parametrize("name", NAMES)
def test_both_interfaces_tell_the_same(name: str) -> None:
    """But for agents: the ARI tells no log-ins, and only of pauses who is a member."""
    ami = [e for e in ami_events(name) if e.type != "agent_state"]
    ari = [e for e in ari_events(name) if e.type != "agent_state"]
    named = {e.event_id.partition("/held")[0]: timeless(e) for e in ami}
    ours = {e.event_id.partition("/held")[0]: timeless(e) for e in ari}
    for event_id in set(named) & set(ours):
        assert ours[event_id] == replace(
            named[event_id], event_id=ours[event_id].event_id
        )
    assert [e.type for e in sorted(ari, key=_moment)] == [
        e.type for e in sorted(ami, key=_moment)
    ]


def _moment(event: object) -> tuple[int, int]:
    return (event.at_us, event.sequence or 0)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", NAMES)
def test_any_order_of_the_events_gives_the_same_calls(name: str) -> None:
    events = ari_events(name)
    calls = {call.call_id: call for call in book_of(events)}
    chance = random.Random(name)
    for _ in range(25):
        shuffled = events + chance.sample(events, len(events) // 2)
        chance.shuffle(shuffled)
        assert {call.call_id: call for call in book_of(shuffled)} == calls


def test_a_withheld_number_is_in_no_event() -> None:
    assert HIDDEN_NUMBER.encode() in recorded("03b_anonymous_presentation", "ari.jsonl")
    told = ari_events("03b_anonymous_presentation")
    assert len(told) > 10
    assert HIDDEN_NUMBER not in repr(told)


def test_an_agent_is_available_on_a_break_and_away() -> None:
    told = ari_events("10_agent_states")
    assert [(e.agents, e.agent_state) for e in told] == [
        (("1003",), "available"),
        (("1003",), "break"),
        (("1003",), "available"),
        (("1003",), "offline"),
    ]


def test_the_switchs_own_time_counts() -> None:
    first = ari_events("01_queue_answer_hold")[0]
    assert first.at_given
    assert first.at_us == iso_us("2026-11-21T23:39:50.359+0000")


def test_unreadable_frames_harm_nobody() -> None:
    chance = random.Random(7)
    fold = ari_fold()
    for name in NAMES:
        for _, frame in frames(name):
            for key in list(frame):
                wrong: object = chance.choice([None, 7, "x", [], {}, [{}], {"id": 3}])
                broken = {**frame, key: wrong, "type": frame["type"]}
                fold.decode(broken, NOON_US)


def test_a_call_within_the_house_is_joined_though_its_dialling_fell_into_a_gap() -> (
    None
):
    fold, shown = ari_fold(), {}
    for t, frame in frames("07_direct"):
        channel = frame.get("channel")
        if isinstance(channel, dict) and channel["id"].startswith("1795304477."):
            shown[channel["id"]] = channel
            if frame["type"] == "ChannelCreated":
                assert fold.decode(frame, NOON_US + round(t * 1e6)) == []
    rows = [dict(channel, state="Up") for channel in shown.values()]
    fold.ask()
    assert sorted(fold.unlinked(rows)) == ["1795304477.2", "1795304477.3"]
    links = dict.fromkeys(shown, "1795304477.2")
    bridges: list[Json] = [{"id": "b", "channels": list(shown)}]
    told = fold.listed(rows, bridges, links, (), NOON_US)
    assert [(e.type, e.call_id, e.agents) for e in told] == [
        ("arrived", "1795304477.2", ()),
        ("alerting", "1795304477.2", ("1002",)),
        ("answered", "1795304477.2", ("1002",)),
    ]
