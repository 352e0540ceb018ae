"""An ARI that keeps its connections open, as Asterisk does: what is asked is answered.

Hanging up, breaks and a crash of the switch fall into a gap; the lists tell of them.
"""

from __future__ import annotations

import asyncio
import json

import pytest
from ari_double import END, FakeAri, frames_of, serving, stream_to
from scenario.test_streams_asterisk_ari import calls_only, ended
from streams_doubles import book_of, eventually, expected, listening, stories_of
from websockets.asyncio.server import ServerConnection

from screenpop.domain.agent import AgentState
from screenpop.domain.call import CallEvent, Phase, Scope

CALL, AGENT = "1795304390.0", "1795304390.2"
NOTHING: dict[str, object] = {"/channels": [], "/bridges": [], "/deviceStates": []}
WAYS: dict[str, dict[str, bool]] = {
    "by length": {},
    "in chunks": {"chunked": True},
    "open though asked not to": {"stubborn": True},
    "in chunks, open": {"chunked": True, "stubborn": True},
}


def shown_before(kind: str) -> dict[str, dict[str, object]]:
    """The channels of the first recording as shown before the first such frame."""
    kinds = [json.loads(frame) for frame in frames_of("01_queue_answer_hold")]
    end = next(i for i, f in enumerate(kinds) if f["type"] == kind)
    return {f["channel"]["id"]: f["channel"] for f in kinds[:end] if "channel" in f}


def talking() -> FakeAri:
    """Connected when 1001 talks; nothing was heard before."""
    shown = shown_before("ChannelHold")
    lists = {
        "/channels": [shown[CALL], shown[AGENT]],
        "/bridges": [{"id": "b", "channels": [CALL, AGENT]}],
        "/deviceStates": [],
    }
    return FakeAri([[]], lists, dict.fromkeys((CALL, AGENT), CALL))


@pytest.mark.parametrize("way", WAYS)
async def test_a_call_that_is_gone_after_a_crash_of_the_switch_is_ended(
    way: str,
) -> None:
    fake = talking()
    fake.chunked = WAYS[way].get("chunked", False)
    fake.stubborn = WAYS[way].get("stubborn", False)
    fake.parts, fake.crash = [[], []], asyncio.Event()
    async with serving(fake):
        stream = stream_to(fake)
        async with listening(stream) as heard:
            await heard.until(lambda es: any(e.type == "answered" for e in es))
            fake.lists = dict(NOTHING)
            fake.crash.set()
            await heard.until(
                lambda es: any(e.type == "ended" and e.scope is Scope.CALL for e in es)
            )
            counters = stream.health.counters
            assert (counters["synchronised"], counters["connections"]) == (2, 2)
            assert not [hint for hint in stream.hints() if "asked for" in hint]
    (call,) = book_of(calls_only(heard.events))
    assert (call.phase, call.cause) == (Phase.ENDED, "vanished")
    assert call.caller == "+442079460958"


async def test_a_call_that_only_the_journal_knows_is_ended_after_our_restart() -> None:
    fake = talking()
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(lambda es: any(e.type == "answered" for e in es))
    (known,) = book_of(calls_only(heard.events))
    gone = FakeAri([[]], dict(NOTHING))
    async with serving(gone), listening(stream_to(gone, [known])) as again:
        await again.until(lambda es: any(e.type == "ended" for e in es))
    (end,) = [e for e in again.events if e.type == "ended"]
    assert (end.call_id, end.cause) == (CALL, "vanished")


async def test_breaks_and_telephones_are_known_at_the_start() -> None:
    """The switch lists no device states of its own; each is told by its name."""
    fake = talking()
    fake.lists["/endpoints"] = [
        {"technology": "PJSIP", "resource": resource, "state": state}
        for resource, state in {
            "1001": "online", "1002": "online", "1003": "offline", "trunk": "online",
        }.items()
    ]  # fmt: skip
    fake.places = {
        "Queue:sales_pause_PJSIP/1001": "NOT_INUSE",
        "Queue:sales_pause_PJSIP/1002": "INUSE",
    }
    async with serving(fake), listening(stream_to(fake)) as heard:
        await eventually(lambda: {"1001", "1002", "1003"} <= set(states(heard.events)))
    told = states(heard.events)
    assert (told["1001"], told["1002"], told["1003"]) == (
        AgentState.AVAILABLE,
        AgentState.BREAK,
        AgentState.OFFLINE,
    )
    assert "trunk" not in told


def states(events: list[CallEvent]) -> dict[str, str | None]:
    told = [e for e in events if e.type == "agent_state" and "9999" not in e.agents]
    return {e.agents[0]: e.agent_state for e in told}


async def test_an_agent_without_a_queue_is_available_by_their_telephone() -> None:
    frames = frames_of("07_direct")
    gone = _device("PJSIP/1002", "UNAVAILABLE")
    fake = FakeAri([[_device("PJSIP/1002", "NOT_INUSE"), *frames, gone]], dict(NOTHING))
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
    told = [e.agent_state for e in heard.events if e.agents == ("1002",)]
    assert [state for state in told if state] == ["available", "offline"]


def _device(name: str, state: str) -> str:
    device = {"name": name, "state": state}
    return json.dumps({"type": "DeviceStateChanged", "device_state": device})


@pytest.mark.parametrize("way", WAYS)
async def test_a_caller_is_handed_back_without_a_false_warning(way: str) -> None:
    fake = FakeAri([frames_of("13_stasis")], dict(NOTHING), **WAYS[way])  # type: ignore[arg-type]
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
        await eventually(
            lambda: "/ari/channels/1795304499.0/continue" in fake.requested
        )
        await eventually(lambda: heard.stream.counters["synchronised"] == 1)
    assert not [text for text in heard.said if "handed back" in text]
    assert stories_of(calls_only(heard.events)) == expected("13_stasis")


async def test_a_caller_given_to_us_while_nobody_listened_is_handed_back() -> None:
    shown = dict(shown_before("ChannelHold")[CALL])
    shown["dialplan"] = {"app_name": "Stasis", "app_data": "screenpop,sales"}
    fake = FakeAri([[]], {**NOTHING, "/channels": [shown]}, {CALL: CALL})
    async with serving(fake), listening(stream_to(fake)):
        await eventually(lambda: f"/ari/channels/{CALL}/continue" in fake.requested)


async def test_a_call_that_was_answered_in_the_gap_has_its_queue() -> None:
    fake = talking()
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(lambda es: any(e.type == "answered" for e in es))
    (call,) = book_of(calls_only(heard.events))
    assert [visit.queue for visit in call.visits] == ["sales"]
    assert (call.queue, call.phase) == ("sales", Phase.ANSWERED)


async def test_both_telephones_ring_for_a_call_that_began_before_we_listened() -> None:
    """The queue's beginning and one telephone fell into the gap, one is heard."""
    frames = [json.loads(frame) for frame in frames_of("01_queue_answer_hold")]
    dials = [i for i, f in enumerate(frames) if f["type"] == "Dial"]
    second = next(
        i
        for i in dials
        if frames[i]["peer"]["id"] == AGENT and not frames[i]["dialstatus"]
    )
    shown: dict[str, object] = {}
    for frame in frames[:second]:
        for key in ("channel", "peer", "caller"):
            if key in frame:
                shown[frame[key]["id"]] = frame[key]
    fake = FakeAri([[]], {**NOTHING, "/channels": list(shown.values())})
    fake.links = dict.fromkeys(shown, CALL)
    fake.parts = [[json.dumps(frames[second])]]
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
        await eventually(lambda: rung(heard.events) == {"1001", "1002"})
    first = next(e for e in heard.events if e.type == "alerting")
    assert first.queue == "sales"
    (call,) = book_of(calls_only(heard.events))
    assert [visit.queue for visit in call.visits] == ["sales"]


def rung(events: list[CallEvent]) -> set[str]:
    return {agent for e in events if e.type == "alerting" for agent in e.agents}


async def test_a_number_is_asked_for_its_presentation_and_hidden() -> None:
    fake = FakeAri([frames_of("03_anonymous")], dict(NOTHING))
    fake.presentations = {"1795304421.3": "prohib_not_screened"}
    async with serving(fake):
        stream = stream_to(fake, patient=True)
        async with listening(stream) as heard:
            await heard.until(ended)
    calls = book_of(calls_only(heard.events))
    (call,) = [each for each in calls if each.call_id == "1795304421.3"]
    assert (call.withheld, call.caller) == (True, None)
    assert "+447700900456" not in repr(heard.events)


async def test_lists_that_were_not_answered_are_asked_for_again() -> None:
    fake = talking()
    missing = fake.lists.pop("/bridges")
    async with serving(fake), listening(stream_to(fake)) as heard:
        await eventually(lambda: any("asked for" in h for h in heard.stream.hints()))
        assert "asked for" in (heard.stream.health.behind or "")
        fake.lists["/bridges"] = missing
        await heard.until(lambda es: any(e.type == "answered" for e in es))
        await eventually(
            lambda: not any("asked for" in h for h in heard.stream.hints())
        )
        assert heard.stream.counters["connections"] == 1
        assert heard.stream.health.behind is None


async def test_an_application_that_another_connection_took_is_not_fought_for() -> None:
    """The switch leaves the replaced socket open, and tells nothing more on it."""
    replaced = {"type": "ApplicationReplaced", "application": "screenpop"}
    other = {"type": "ApplicationReplaced", "application": "another"}
    fake = FakeAri([[json.dumps(other), json.dumps(replaced)], []], dict(NOTHING))
    fake.crash = asyncio.Event()  # the socket stays open
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    async with serving(fake):
        stream = stream_to(fake, sleep=sleep)
        async with listening(stream) as heard:
            await heard.until(ended)
    assert any("took over the application `screenpop`" in text for text in heard.said)
    assert max(pauses) >= stream.tools.limits.refused_retry_s / 2


async def test_a_frame_that_is_not_utf_8_does_not_end_the_connection() -> None:
    """Its name has a byte of Latin-1; the call is told all the same."""

    class Odd(FakeAri):
        async def play(self, socket: ServerConnection) -> None:
            self.connections += 1
            for frame in self.parts[0]:
                odd = frame.encode().replace(b"J SMITH", b"J\xf6RG")
                await socket.send(odd, text=True)
            await socket.send(json.dumps(END))
            await socket.wait_closed()

    fake = Odd([frames_of("01_queue_answer_hold")], dict(NOTHING))
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
        assert heard.stream.counters["connections"] == 1
        assert heard.stream.counters["undecodable"] == 0
    (call,) = book_of(calls_only(heard.events))
    assert (call.caller_name, call.outcome) == ("J\xf6RG", "completed")
