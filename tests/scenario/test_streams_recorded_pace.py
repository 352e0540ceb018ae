"""The recordings played with the pauses they were made with, and ten times as fast.

Time is virtual (`virtual_time`), sockets are real. `pytest --pace real` plays them by
the clock on the wall: 90 s and 9 s for each protocol.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

import pytest
import virtual_time
from ari_double import END as ARI_END
from ari_double import FakeAri
from ari_double import LineOf as AriLine
from ari_double import serving as serving_ari
from scenario.test_streams_asterisk_ami import END, calls_only, ended
from scenario.test_streams_asterisk_ami import LineOf as AmiLine
from streams_doubles import (
    NAMES,
    RECORDINGS,
    FakeAmi,
    Listening,
    expected,
    listening,
    recorded,
    serving,
    stories_of,
)
from virtual_time import LoopClock
from websockets.asyncio.server import ServerConnection

from screenpop.domain.call import CallEvent
from screenpop.intake.streams.base import Stream, StreamLimits, StreamTools
from screenpop.intake.streams.registry import make_stream
from screenpop.support.tasks import TaskOwner

# Silences of a second are asked about: pings among the events change nothing.
LIMITS = StreamLimits(silence_s=1, answer_s=5)
EXACT_S = 0.02
# By README.md: seconds from the first ringing to the answer, and from it to the end.
MOMENTS = {
    "01_queue_answer_hold": (2.01, 6.98),
    "04_blind_transfer": (1.02, 7.93),
    "06_no_answer_requeued": (7.51, 3.01),
    "07_direct": (1.51, 3.01),
    "13_stasis": (1.51, 3.48),
}


@cache
def arrivals(name: str) -> tuple[tuple[float, bytes], ...]:
    """Seconds since the start, and the bytes that came then."""
    lines = (RECORDINGS / "ami_times.jsonl").read_text().splitlines()
    times = next(each["t"] for each in map(json.loads, lines) if each["name"] == name)
    blocks = [block + b"\r\n\r\n" for block in recorded(name).split(b"\r\n\r\n")[:-1]]
    return tuple(zip(times, blocks, strict=True))


@dataclass
class PacedAmi(FakeAmi):
    """Plays one recording with its pauses, and answers pings meanwhile."""

    name: str = ""
    speed: float = 1
    tasks: TaskOwner = field(default_factory=lambda: TaskOwner("paced"))

    async def _play(self, writer: asyncio.StreamWriter) -> bool:
        self._state(writer).add("played")
        self.tasks.spawn(self._paced(writer), name="play")
        return False

    async def _paced(self, writer: asyncio.StreamWriter) -> None:
        began_s = asyncio.get_running_loop().time()
        for t, block in arrivals(self.name):
            await until_s(began_s + t / self.speed)
            writer.write(block)
        writer.write(END)


async def until_s(due_s: float) -> None:
    await asyncio.sleep(max(0.0, due_s - asyncio.get_running_loop().time()))


@dataclass
class PacedAri(FakeAri):
    name: str = ""
    speed: float = 1

    async def play(self, socket: ServerConnection) -> None:
        self.connections += 1
        began_s = asyncio.get_running_loop().time()
        for line in recorded(self.name, "ari.jsonl").decode().splitlines():
            await until_s(began_s + json.loads(line)["t"] / self.speed)
            await socket.send(line[line.index('"event": ') + 9 : -1])
        await socket.send(json.dumps(ARI_END))
        await socket.wait_closed()


def stream_to(line: AmiLine | AriLine) -> Stream:
    clock = LoopClock()
    tools = StreamTools(clock=clock, limits=LIMITS)
    return make_stream("pbx", line, clock, tools=tools)


@asynccontextmanager
async def heard_over(
    protocol: str, name: str, speed: float
) -> AsyncIterator[tuple[Listening, FakeAmi | FakeAri]]:
    if protocol == "ami":
        ami = PacedAmi([(b"", b"")], name=name, speed=speed)
        async with serving(ami), listening(stream_to(AmiLine(ami.port))) as heard:
            yield heard, ami
            await ami.tasks.close()
    else:
        lists: dict[str, object] = {
            "/channels": [], "/bridges": [], "/deviceStates": []
        }  # fmt: skip
        ari = PacedAri([[]], lists, name=name, speed=speed)
        async with serving_ari(ari), listening(stream_to(AriLine(ari.port))) as heard:
            yield heard, ari


async def play(protocol: str, name: str, speed: float) -> list[CallEvent]:
    async with heard_over(protocol, name, speed) as (heard, fake):
        async with asyncio.timeout(60):
            while not ended(heard.events):
                await asyncio.sleep(0.05)
        assert heard.stream.health.trouble is None
        assert fake.connections == 1
        if protocol == "ami" and speed == 1:
            assert "Ping" in getattr(fake, "asked", [])
        return calls_only(heard.events)


def moments_s(events: Sequence[CallEvent], name: str) -> tuple[float, float]:
    call_id = min(story.call_id for story in expected(name))
    mine = [event for event in events if event.call_id == call_id]

    def first_us(kind: str, scope: str = "call") -> int:
        return next(e.received_us for e in mine if e.type == kind and e.scope == scope)

    rang, answered, over = (first_us(k) for k in ("alerting", "answered", "ended"))
    return (answered - rang) / 1e6, (over - answered) / 1e6


@pytest.mark.parametrize("protocol", ["ami", "ari"])
@pytest.mark.parametrize("speed", [1, 10])
@pytest.mark.parametrize("name", NAMES)
def test_a_recording_at_its_own_pace_and_tenfold_gives_the_calls_its_readme_tells(
    protocol: str, speed: float, name: str, pytestconfig: pytest.Config
) -> None:
    real_time = pytestconfig.getoption("pace") == "real"

    async def story() -> None:
        events = await play(protocol, name, speed)
        assert stories_of(events) == expected(name)
        if name in MOMENTS:
            rang_s, talked_s = (s / speed for s in MOMENTS[name])
            heard_s = moments_s(events, name)
            slack_s = 1.0 if real_time else EXACT_S
            assert heard_s == pytest.approx((rang_s, talked_s), abs=slack_s)

    virtual_time.run(story(), real_time=real_time)
