"""A connection that is cut, again and again, at every hundredth byte of a recording.

Ten plays of each recording: one is cut at bytes 100, 1100, 2100 …, the next at 200,
1200 … What is cut in two is lost; what rings and talks then is asked for. By default
two recordings, `pytest --every-cut` takes all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from ari_double import END as ARI_END
from ari_double import FakeAri, frames_of
from ari_double import serving as serving_ari
from ari_double import stream_to as ari_stream_to
from scenario.test_streams_asterisk_ami import END, calls_only, ended, stream_to
from streams_doubles import (
    NAMES,
    FakeAmi,
    eventually,
    expected,
    listening,
    messages,
    recorded,
    serving,
    stories_of,
)
from websockets.asyncio.server import ServerConnection

from screenpop.domain.call import CallEvent
from screenpop.intake.streams.base import Stream

STRIDE = 1000
SHORT = ("01_queue_answer_hold", "04_blind_transfer")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        every = metafunc.config.getoption("every_cut")
        metafunc.parametrize("first_cut", range(100, STRIDE + 1, 100))
        metafunc.parametrize("name", NAMES if every else SHORT)


def assert_no_call_and_no_end_is_lost(events: Sequence[CallEvent], name: str) -> None:
    """Short happenings may fall into a gap: a hold, a transfer's word, a ringing."""
    told, wanted = stories_of(events), expected(name)
    assert [(s.call_id, s.caller, s.withheld, s.outcome) for s in told] == [
        (s.call_id, s.caller, s.withheld, s.outcome) for s in wanted
    ]
    assert all(leg[1] != "open" for story in told for leg in story.legs)
    assert {a for s in told for a, _, talked in s.legs if talked} == {
        a for s in wanted for a, _, talked in s.legs if talked
    }


async def test_a_manager_connection_cut_in_every_message_loses_no_call(
    name: str, first_cut: int
) -> None:
    data, parts, heard_to = recorded(name), [], 0
    for cut in range(first_cut, len(data), STRIDE):
        resumed = data.find(b"\r\n\r\n", cut) + 4
        if cut > heard_to:
            parts.append((b"", data[heard_to:cut]))
            parts.append((data[cut:resumed], b""))
            heard_to = resumed
    fake = FakeAmi([*parts, (b"", data[heard_to:] + END)])
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
        assert_no_call_and_no_end_is_lost(calls_only(heard.events), name)
    assert fake.connections == len(parts) + 1


@dataclass
class Piece:
    """What one ARI connection hears: frames, and the beginning of one more."""

    unheard: list[str]  # since the connection before
    heard: list[str]
    broken: bytes

    @property
    def whole(self) -> list[str]:
        return [*self.unheard, *self.heard]


@dataclass
class CutAri(FakeAri):
    """Each connection hears one of `pieces`; lists say what is live before it."""

    pieces: list[Piece] = field(default_factory=list)
    stream: Stream | None = None

    async def play(self, socket: ServerConnection) -> None:
        piece, stream = self.pieces[self.connections], self.stream
        past = [f for p in self.pieces[: self.connections] for f in p.whole]
        self.lists = live_lists([*past, *piece.unheard])
        self.connections += 1
        number = self.connections
        assert stream is not None
        await eventually(lambda: stream.health.counters["synchronised"] >= number)
        for frame in piece.heard:
            await socket.send(frame)
        if number == len(self.pieces):
            await socket.send(json.dumps(ARI_END))
            await socket.wait_closed()
        else:
            socket.transport.write(piece.broken)
            socket.transport.close()


def live_lists(frames: Sequence[str]) -> dict[str, object]:
    """What the REST interface lists after these frames, from the frames alone."""
    channels: dict[str, object] = {}
    bridges: dict[str, object] = {}
    devices: dict[str, object] = {}
    for frame in map(json.loads, frames):
        for key in ("channel", "peer", "caller"):
            if "id" in frame.get(key, {}):
                channels[frame[key]["id"]] = frame[key]
        if "bridge" in frame:
            bridges[frame["bridge"]["id"]] = frame["bridge"]
        if frame["type"] == "ChannelDestroyed":
            del channels[frame["channel"]["id"]]
        elif frame["type"] == "BridgeDestroyed":
            del bridges[frame["bridge"]["id"]]
        elif frame["type"] == "DeviceStateChanged":
            devices[frame["device_state"]["name"]] = frame["device_state"]
    return {
        "/channels": list(channels.values()),
        "/bridges": list(bridges.values()),
        "/deviceStates": list(devices.values()),
    }


def pieces_of(frames: Sequence[str], first_cut: int) -> list[Piece]:
    """Cut wherever a frame holds one of the bytes; that frame is not heard."""
    pieces: list[Piece] = []
    unheard: list[str] = []
    heard: list[str] = []
    at, cut = 0, first_cut
    for frame in frames:
        end = at + len(frame.encode())
        if at < cut <= end:
            pieces.append(Piece(unheard, heard, half_sent(frame, cut - at)))
            unheard, heard = [frame], []
            while cut <= end:
                cut += STRIDE
        else:
            heard.append(frame)
        at = end
    return [*pieces, Piece(unheard, heard, b"")]


def half_sent(frame: str, size: int) -> bytes:
    """The head of a text frame by RFC 6455, and not all of what it announces."""
    data = frame.encode()
    head = bytes([0x81, 126]) + len(data).to_bytes(2, "big")
    assert 125 < len(data) < 65_536
    return head + data[: min(size, len(data) - 1)]


def links_of(name: str) -> dict[str, str]:
    """Which call each channel belongs to, as the manager's recording says."""
    return {
        str(message["Uniqueid"]): str(message["Linkedid"])
        for message in messages(name)
        if "Linkedid" in message and "Uniqueid" in message
    }


async def test_an_ari_connection_cut_within_frames_loses_no_call(
    name: str, first_cut: int
) -> None:
    pieces = pieces_of(frames_of(name), first_cut)
    fake = CutAri([[]], {}, links_of(name), pieces=pieces)
    async with serving_ari(fake):
        fake.stream = ari_stream_to(fake)
        async with listening(fake.stream) as heard:
            await heard.until(ended)
            assert_no_call_and_no_end_is_lost(calls_only(heard.events), name)
    assert fake.connections == len(pieces)
