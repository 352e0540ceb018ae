"""FreeSWITCH's events, as its source writes them, give the calls they tell."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from streams_doubles import NOON_US, a_line, book_of

from screenpop.domain.call import Call, CallEvent, LegState, Release
from screenpop.intake.streams.freeswitch_events import (
    DEFAULT_PATTERN,
    FreeswitchEvents,
)
from screenpop.intake.streams.members import AgentNames

CASES = Path(__file__).parents[3] / "payloads" / "freeswitch"
CUSTOMER = "004915228817386"


def case(name: str) -> list[dict[str, str]]:
    requests = json.loads((CASES / f"{name}.json").read_text())["requests"]
    return [json.loads(request["body"]) for request in requests]


def fold() -> FreeswitchEvents:
    return FreeswitchEvents(a_line("DE"), AgentNames(DEFAULT_PATTERN))


def decoded(events: list[dict[str, str]]) -> list[CallEvent]:
    switch = fold()
    return [e for event in events for e in switch.decode(event, NOON_US)]


def only(events: list[CallEvent]) -> Call:
    (call,) = book_of(events)
    return call


def test_an_answered_call_of_a_queue() -> None:
    events = decoded(case("answered"))
    call = only(events)
    assert call.call_id == "6a1d4f0c-2b8e-4c57-9f63-0d1e2f3a4b5c"
    assert (call.caller, call.dialled) == ("+4915228817386", "+493023125255")
    assert call.caller_name == "WEBER K"
    assert [visit.left for visit in call.visits] == ["answered"]
    assert [(leg.agent, leg.talked) for leg in call.legs] == [("agent-1003", True)]
    assert (call.outcome, call.cause) == ("completed", "NORMAL_CLEARING")
    assert events[0].at_given


def test_a_call_given_up_by_a_caller_without_a_number() -> None:
    call = only(decoded(case("abandoned")))
    assert (call.caller, call.outcome, call.cause) == (None, "abandoned", "BREAK_OUT")
    assert [(leg.agent, leg.release) for leg in call.legs] == [
        ("agent-1003", Release.UNANSWERED),
        ("agent-1004", Release.ENDED),
    ]


@pytest.mark.parametrize("name", ["answered", "abandoned"])
def test_any_order_of_the_events_gives_the_same_call(name: str) -> None:
    events = decoded(case(name))
    call, chance = only(events), random.Random(name)
    for _ in range(50):
        shuffled = events + chance.sample(events, len(events) // 2)
        chance.shuffle(shuffled)
        assert only(shuffled) == call


def created(uid: str, name: str, number: str, **more: str) -> dict[str, str]:
    return {
        "Event-Name": "CHANNEL_CREATE",
        "Unique-ID": uid,
        "Channel-Name": name,
        "Channel-Call-UUID": uid,
        "Call-Direction": "inbound",
        "Caller-Caller-ID-Number": number,
        "Caller-Destination-Number": "00493023125255",
        **more,
    }


TRUNK = created("a", f"sofia/external/{CUSTOMER}@gw.example", CUSTOMER)
DEVICE = created(
    "b",
    "sofia/internal/1003@10.0.0.5:5060",
    CUSTOMER,
    **{
        "Call-Direction": "outbound",
        "Channel-Call-UUID": "a",
        "Other-Leg-Unique-ID": "a",
        "Caller-Destination-Number": "1003",
    },
)


def then(event: dict[str, str], name: str, **more: str) -> dict[str, str]:
    return {**event, "Event-Name": name, **more}


DIRECT = [
    TRUNK,
    DEVICE,
    then(DEVICE, "CHANNEL_ANSWER"),
    then(TRUNK, "CHANNEL_BRIDGE", **{"Other-Leg-Unique-ID": "b"}),
]


def test_a_direct_call_is_answered_held_and_ended() -> None:
    call = only(decoded(DIRECT))
    assert [(leg.agent, leg.state) for leg in call.legs] == [
        ("1003", LegState.ANSWERED)
    ]
    call = only(decoded([*DIRECT, then(DEVICE, "CHANNEL_HOLD")]))
    assert call.legs[0].state is LegState.HELD
    gone = {"Hangup-Cause": "NORMAL_CLEARING"}
    call = only(
        decoded(
            [
                *DIRECT,
                then(TRUNK, "CHANNEL_HANGUP", **gone),
                then(DEVICE, "CHANNEL_HANGUP_COMPLETE", **gone),
                then(TRUNK, "CHANNEL_HANGUP_COMPLETE", **gone),
            ]
        )
    )
    assert (call.legs[0].release, call.outcome) == (Release.ENDED, "completed")


def test_a_hidden_number_is_in_no_event() -> None:
    hides = {"Caller-Privacy-Hide-Number": "true"}
    told = decoded([{**event, **hides} for event in DIRECT])
    assert only(told).withheld
    assert "15228817386" not in repr(told)


def test_a_transferred_call_of_a_queue_goes_on() -> None:
    """mod_callcenter says that its part is over; the caller talks to 1003."""
    *talking, _, queue_end, _ = case("answered")
    session = queue_end["CC-Member-Session-UUID"]
    onward = {
        **DEVICE,
        "Channel-Call-UUID": session,
        "Other-Leg-Unique-ID": session,
    }
    call = only(
        decoded(
            [
                *talking,
                then(talking[-1], "CUSTOM", **{"CC-Action": "bridge-agent-end"}),
                queue_end,
                onward,
                then(onward, "CHANNEL_ANSWER"),
            ]
        )
    )
    assert [(leg.agent, leg.state) for leg in call.legs] == [
        ("agent-1003", LegState.RELEASED),
        ("1003", LegState.ANSWERED),
    ]


def test_agents_are_available_on_a_break_and_away() -> None:
    statuses = ["Available", "Available (On Demand)", "On Break", "Logged Out", "?"]
    told = decoded(
        [
            {
                "Event-Name": "CUSTOM",
                "CC-Action": "agent-status-change",
                "CC-Agent": "1003@default",
                "CC-Agent-Status": status,
            }
            for status in statuses
        ]
    )
    assert [(e.agents, e.agent_state) for e in told] == [
        (("1003@default",), state) for state in ("available", "break", "offline")
    ]


def test_after_a_gap_what_vanished_is_ended_and_what_talks_is_known() -> None:
    switch = fold()
    for event in DIRECT[:2]:
        switch.decode(event, NOON_US)
    switch.ask()
    rows = [
        {"uuid": "a", "direction": "inbound", "name": TRUNK["Channel-Name"]},
        {"uuid": "b", "direction": "outbound", "name": DEVICE["Channel-Name"]},
    ]
    rows = [{**row, "call_uuid": "a", "callstate": "ACTIVE"} for row in rows]
    told = switch.listed(rows, [{"uuid": "a", "b_uuid": "b"}], (), NOON_US)
    assert [(e.type, e.agents) for e in told] == [("answered", ("1003",))]
    switch.ask()
    told = switch.listed([], [], (), NOON_US)
    assert [(e.type, e.scope, e.cause) for e in told] == [("ended", "call", "vanished")]


def test_an_offered_call_outlives_a_gap() -> None:
    """Its agent has no channel yet, and is in no list."""
    switch, events = fold(), case("answered")[:3]
    for event in events:
        switch.decode(event, NOON_US)
    switch.ask()
    session = events[-1]["CC-Member-Session-UUID"]
    row = {"uuid": session, "call_uuid": session, "callstate": "ACTIVE"}
    assert switch.listed([row], [], (), NOON_US) == []


def test_unreadable_events_harm_nobody() -> None:
    chance, switch = random.Random(7), fold()
    for event in [*case("answered"), *case("abandoned"), *DIRECT]:
        for _ in range(10):
            keys = chance.sample(sorted(event), chance.randrange(len(event)))
            name = {"Event-Name": event["Event-Name"]}
            switch.decode({key: event[key] for key in keys} | name, NOON_US)
