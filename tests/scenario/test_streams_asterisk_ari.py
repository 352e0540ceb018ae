"""An ARI WebSocket through real sockets: the lists, a call handed over, a cut."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import pytest
from ari_double import PASSWORD, FakeAri, frames_of, serving, stream_to
from streams_doubles import (
    NAMES,
    book_of,
    eventually,
    expected,
    listening,
    stories_of,
)

from screenpop.domain.call import CallEvent, Phase


def ended(events: list[CallEvent]) -> bool:
    return any("9999" in event.agents for event in events)


def calls_only(events: Sequence[CallEvent]) -> list[CallEvent]:
    return [event for event in events if "9999" not in event.agents]


NOTHING_LIVE: dict[str, object] = {"/channels": [], "/bridges": [], "/deviceStates": []}


@pytest.mark.parametrize("lists", [NOTHING_LIVE, {}])
@pytest.mark.parametrize("name", NAMES)
async def test_a_recording_frame_by_frame_gives_the_calls_its_readme_tells(
    name: str, lists: dict[str, object]
) -> None:
    fake = FakeAri([frames_of(name)], lists)
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
        assert stories_of(calls_only(heard.events)) == expected(name)
        assert heard.stream.health.trouble is None
        assert heard.stream.health.counters["undecodable"] == 0
    assert "/ari/events?app=screenpop&subscribeAll=true" in fake.requested


async def test_lists_that_cannot_be_had_are_a_hint_not_an_end() -> None:
    fake = FakeAri([[]])
    async with serving(fake), listening(stream_to(fake)) as heard:
        await eventually(lambda: any("asked for" in h for h in heard.stream.hints()))
        assert heard.stream.health.trouble is None


async def test_a_call_given_to_our_application_is_handed_back() -> None:
    fake = FakeAri([frames_of("13_stasis")], dict(NOTHING_LIVE))
    async with serving(fake), listening(stream_to(fake)) as heard:
        wanted = "/ari/channels/1795304499.0/continue"
        await heard.until(ended)
        await eventually(lambda: wanted in fake.requested)
    assert not any("handed back" in text for text in heard.said)


async def test_what_happened_in_the_gap_is_asked_for() -> None:
    """Cut while two ring; when we are back one of them talks."""
    frames = frames_of("01_queue_answer_hold")
    kinds = [json.loads(frame) for frame in frames]
    ringing = next(i for i, f in enumerate(kinds) if f.get("dialstatus") == "ANSWER")
    held = next(i for i, f in enumerate(kinds) if f["type"] == "ChannelHold")
    shown = {f["channel"]["id"]: f["channel"] for f in kinds[:held] if "channel" in f}
    lists: dict[str, object] = {
        "/channels": [shown["1795304390.0"], shown["1795304390.2"]],
        "/bridges": [{"id": "b", "channels": ["1795304390.0", "1795304390.2"]}],
        "/deviceStates": [],
    }
    fake = FakeAri([frames[: ringing - 1], frames[held:]], lists)
    fake.go_on = asyncio.Event()
    async with serving(fake):
        stream = stream_to(fake)
        async with listening(stream) as heard:
            await heard.until(lambda es: any(e.type == "answered" for e in es))
            fake.go_on.set()
            await heard.until(ended)
            told = calls_only(heard.events)
    (story,) = stories_of(told)
    assert (story.outcome, story.holds) == ("completed", 1)
    assert {a: talked for a, _, talked in story.legs}["1001"]


async def test_after_a_restart_of_ours_calls_are_joined_by_asking() -> None:
    kinds = [json.loads(frame) for frame in frames_of("01_queue_answer_hold")]
    held = next(i for i, f in enumerate(kinds) if f["type"] == "ChannelHold")
    shown = {f["channel"]["id"]: f["channel"] for f in kinds[:held] if "channel" in f}
    rows = [shown["1795304390.0"], shown["1795304390.2"]]
    fake = FakeAri(
        [[]],
        {
            "/channels": rows,
            "/bridges": [{"id": "b", "channels": [row["id"] for row in rows]}],
            "/deviceStates": [
                {"name": "Queue:sales_pause_PJSIP/1001", "state": "NOT_INUSE"}
            ],
        },
        dict.fromkeys(("1795304390.0", "1795304390.2"), "1795304390.0"),
    )
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(lambda events: any(e.agent_state for e in calls_only(events)))
        (call,) = book_of(calls_only(heard.events))
    assert (call.call_id, call.phase) == ("1795304390.0", Phase.ANSWERED)
    assert call.caller == "+442079460958"
    assert [(leg.agent, leg.talked) for leg in call.legs] == [("1001", True)]


async def test_a_refused_user_is_told_in_clear_words() -> None:
    fake = FakeAri([[]], password="another")
    async with serving(fake), listening(stream_to(fake)) as heard:
        await eventually(lambda: bool(heard.said))
        assert "refuses the user `screenpop` (401)" in heard.said[0]
        assert "ari.conf" in heard.said[0]
    assert PASSWORD not in repr(heard.said)


async def test_a_switch_that_goes_away_is_connected_to_again() -> None:
    frames = frames_of("07_direct")
    fake = FakeAri([frames[:20], frames[20:]], {})
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
        assert heard.stream.health.counters["connections"] == 2
        assert stories_of(calls_only(heard.events)) == expected("07_direct")


async def test_frames_that_are_no_json_are_counted() -> None:
    fake = FakeAri([["{", "[]", '"x"', *frames_of("07_direct")]], {})
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
        assert heard.stream.health.counters["undecodable"] == 3
        await asyncio.sleep(0)
