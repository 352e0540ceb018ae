"""Connections that die without a word, and bursts, on each kind of stream.

`Relay` stands for a firewall or a crash: it passes on what the switch says, but never
that the connection is over. Time is virtual, so silences cost nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
import virtual_time
from ari_double import END as ARI_END
from ari_double import FakeAri, frames_of
from ari_double import LineOf as AriLine
from ari_double import serving as serving_ari
from scenario.test_streams_asterisk_ami import END, calls_only
from scenario.test_streams_asterisk_ami import LineOf as AmiLine
from scenario.test_streams_freeswitch import FakeFreeswitch, case
from scenario.test_streams_freeswitch import LineOf as EslLine
from scenario.test_streams_freeswitch import serving as serving_esl
from streams_doubles import (
    FakeAmi,
    Listening,
    book_of,
    listening,
    recorded,
    serving,
)
from virtual_time import LoopClock
from websockets.asyncio.server import ServerConnection

from screenpop.domain.call import CallEvent, Phase
from screenpop.intake.streams.base import Stream, StreamTools
from screenpop.intake.streams.registry import LineConfig, make_stream

NOTHING: dict[str, object] = {"/channels": [], "/bridges": [], "/deviceStates": []}
NOTICED_WITHIN_S = 45  # 20 s of silence, 10 s for an answer, a pause, a second look
SENTINELS = {"9999", "9999@default"}


@dataclass
class Relay:
    """Between stream and switch; says nothing of ends, drops what comes after."""

    to_port: int
    http: bool = False
    port: int = 0
    connections: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        upstream, up_writer = await asyncio.open_connection("127.0.0.1", self.to_port)
        self.writers += [writer, up_writer]
        first = await reader.read(65_536) if self.http else b""
        up_writer.write(first)
        async with asyncio.TaskGroup() as both:
            both.create_task(pump(upstream, writer, _is_question(first)))
            both.create_task(pump(reader, up_writer))


def _is_question(first: bytes) -> bool:
    """A request of its own beside the events, which ends as it should."""
    return bool(first) and b"/ari/events" not in first


async def pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, ends: bool = False
) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        if ends:
            writer.write_eof()


@asynccontextmanager
async def relayed(to_port: int, http: bool) -> AsyncIterator[Relay]:
    relay = Relay(to_port, http)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    relay.port = server.sockets[0].getsockname()[1]
    try:
        yield relay
    finally:
        server.close()
        for writer in relay.writers:
            writer.close()
        await asyncio.sleep(0.1)


class DyingAri(FakeAri):
    """Without a closing frame the first connection is just not there any more."""

    async def play(self, socket: ServerConnection) -> None:
        self.connections += 1
        if self.connections == 1:
            for frame in self.parts[0]:
                await socket.send(frame)
            socket.transport.close()
        else:
            await socket.send(json.dumps(ARI_END))
            await socket.wait_closed()


@asynccontextmanager
async def dying_switch(kind: str) -> AsyncIterator[int]:
    """A call is talking when the connection dies; when we are back it is gone."""
    if kind == "ami":
        data = recorded("01_queue_answer_hold")
        talking = data.index(b"Event: Hold")
        async with serving(
            FakeAmi([(b"", data[:talking]), (data[talking:], END)])
        ) as a:
            yield a.port
    elif kind == "ari":
        frames = frames_of("01_queue_answer_hold")
        kinds = [json.loads(frame)["type"] for frame in frames]
        part = frames[: kinds.index("ChannelHold")]
        async with serving_ari(DyingAri([part, []], dict(NOTHING))) as b:
            yield b.port
    else:
        async with serving_esl(FakeFreeswitch([case("answered")[:4], []])) as c:
            yield c.port


LINES: dict[str, Callable[[int], LineConfig]] = {
    "ami": AmiLine,
    "ari": AriLine,
    "esl": EslLine,
}


def stream_to(kind: str, port: int) -> Stream:
    clock = LoopClock()
    return make_stream("pbx", LINES[kind](port), clock, tools=StreamTools(clock=clock))


def ended(events: list[CallEvent]) -> bool:
    return any(SENTINELS & set(event.agents) for event in events)


async def heard_to_the_end(heard: Listening) -> list[CallEvent]:
    """The sentinel, and what the lists told, which come beside it on an ARI."""
    counters = heard.stream.counters
    async with asyncio.timeout(600):
        while (
            not ended(heard.events)
            or counters["synchronised"] < counters["connections"]
            or counters["emitted"] < counters["decoded"]
        ):
            await asyncio.sleep(0.1)
    return [e for e in heard.events if not SENTINELS & set(e.agents)]


@pytest.mark.parametrize("kind", ["ami", "ari", "esl"])
def test_a_connection_that_dies_without_a_word_is_noticed_and_made_anew(
    kind: str,
) -> None:
    async def story() -> None:
        async with dying_switch(kind) as port, relayed(port, kind == "ari") as relay:
            stream = stream_to(kind, relay.port)
            async with listening(stream) as heard:
                events = await heard_to_the_end(heard)
            assert asyncio.get_running_loop().time() < NOTICED_WITHIN_S
            assert relay.connections >= 2
            assert stream.health.counters["connections"] == 2
            assert any("trying again" in text for text in heard.said)
        (call,) = [c for c in book_of(events) if c.phase is Phase.ENDED]
        assert call.cause == "vanished"

    virtual_time.run(story())


def test_a_burst_of_fifty_calls_keeps_up_on_an_ari() -> None:
    frames = [f for n in range(50) for f in _numbered_frames(n)]
    assert len(frames) > 4000

    async def story() -> None:
        fake = FakeAri([frames], dict(NOTHING))
        async with serving_ari(fake), listening(stream_to("ari", fake.port)) as heard:
            assert_fifty_completed(await heard_to_the_end(heard), heard.stream)

    virtual_time.run(story())


def test_a_burst_of_fifty_calls_keeps_up_on_an_event_socket() -> None:
    events = [e for n in range(50) for e in _numbered_events(n)]
    assert len(events) > 4000

    async def story() -> None:
        fake = FakeFreeswitch([events])
        async with serving_esl(fake), listening(stream_to("esl", fake.port)) as heard:
            assert_fifty_completed(await heard_to_the_end(heard), heard.stream)

    virtual_time.run(story())


def assert_fifty_completed(events: list[CallEvent], stream: Stream) -> None:
    calls = list(book_of(calls_only(events)))
    assert len(calls) == 50
    assert all(call.outcome == "completed" for call in calls)
    assert stream.health.counters["connections"] == 1
    assert stream.health.counters["undecodable"] == 0


def _numbered_frames(number: int) -> list[str]:
    return [
        frame.replace("1795304390.", f"17953{number:05d}.").replace(
            '"02079460958"', f'"020794609{number:02d}"'
        )
        for frame in frames_of("01_queue_answer_hold")
    ]


def _numbered_events(number: int) -> list[str]:
    """One case with ids of its own, and much noise."""
    noise = json.dumps({"Event-Name": "CHANNEL_CALLSTATE", "Unique-ID": f"n{number}"})
    own = [_renamed(event, f"{number:04x}") for event in case("answered")]
    return [line for event in own for line in (event, *[noise] * 11)]


def _renamed(event: str, mark: str) -> str:
    """Every UUID of the case gets other first digits."""
    told = json.loads(event)
    for name, value in told.items():
        if value.count("-") == 4 and name != "Core-UUID":
            told[name] = mark + value[4:]
        elif name == "Event-Sequence":
            told[name] = str(int(value) + int(mark, 16) * 1000)
    return json.dumps(told)
