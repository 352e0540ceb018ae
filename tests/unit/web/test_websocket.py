from __future__ import annotations

import asyncio
from typing import Any

from web_doubles import user

from screenpop.web.auth import Identity
from screenpop.web.websocket import PING, Socket

MASK = bytes(4)  # all zero: the data stays as it is


class Wire(asyncio.Transport):
    """A transport that keeps what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.unsent = 0
        self.ended = ""
        self.reading = True

    def write(self, data: Any) -> None:
        self.sent += bytes(data)

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def close(self) -> None:
        self.ended = self.ended or "closed"

    def abort(self) -> None:
        self.ended = "aborted"

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True


def opened(bytes_max: int = 1000) -> tuple[Socket, Wire, list[Socket]]:
    left: list[Socket] = []
    who = Identity(user("ana"), None)
    socket, wire = Socket(who, "agent", bytes_max, left.append), Wire()
    socket.connection_made(wire)
    return socket, wire, left


def frame(opcode: int, data: bytes) -> bytes:
    return bytes((0x80 | opcode, 0x80 | len(data))) + MASK + data


async def test_messages_wait_in_order_until_somebody_asks() -> None:
    socket, _, _ = opened()
    socket.data_received(frame(1, b"one") + frame(2, b"\xff") + frame(1, b"three"))
    assert [await socket.receive() for _ in range(3)] == ["one", b"\xff", "three"]


async def test_whoever_waits_is_woken() -> None:
    socket, _, _ = opened()
    waiting = asyncio.gather(socket.receive())
    await asyncio.sleep(0)
    socket.data_received(frame(1, b"hi"))
    assert list(await waiting) == ["hi"]


async def test_a_reader_that_gave_up_waiting_loses_nothing() -> None:
    socket, _, _ = opened()
    waiting = asyncio.gather(socket.receive())
    await asyncio.sleep(0)
    socket.data_received(frame(1, b"hi"))
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert await socket.receive() == "hi"


async def test_a_flood_is_not_read_until_there_is_room() -> None:
    socket, wire, _ = opened(bytes_max=300)
    for _ in range(3):
        socket.data_received(frame(1, b"x"))
    assert not wire.reading
    for _ in range(3):
        await socket.receive()
    assert wire.reading


async def test_a_ping_is_answered_and_is_no_message() -> None:
    socket, wire, _ = opened()
    socket.data_received(frame(9, b"?") + frame(1, b"hi"))
    assert wire.sent == b"\x8a\x01?"
    assert await socket.receive() == "hi"


async def test_the_browsers_close_is_answered_with_its_code() -> None:
    socket, wire, _ = opened()
    socket.data_received(frame(8, (1001).to_bytes(2, "big") + b"bye"))
    assert wire.sent == b"\x88\x02\x03\xe9"
    assert wire.ended == "closed"
    assert await socket.receive() is None


async def test_our_close_waits_for_the_browsers() -> None:
    socket, wire, left = opened()
    socket.say_goodbye(1012, "soon back")
    socket.say_goodbye(1000, "only the first counts")
    assert wire.sent == b"\x88\x0b\x03\xf4soon back"
    assert (wire.ended, await socket.receive()) == ("", None)
    socket.write(b"nothing more")
    socket.data_received(frame(1, b"too late"))
    assert await socket.receive() is None
    socket.data_received(frame(8, b""))
    assert wire.ended == "closed"
    socket.connection_lost(None)
    assert left == [socket]
    assert b"nothing more" not in wire.sent


async def test_a_broken_protocol_is_closed_with_its_code() -> None:
    socket, wire, _ = opened()
    socket.data_received(frame(1, b"\xff"))
    assert wire.sent.startswith(b"\x88")
    assert wire.sent[2:4] == (1007).to_bytes(2, "big")
    assert wire.ended == "closed"


async def test_a_lost_connection_ends_the_waiting() -> None:
    socket, _, left = opened()
    waiting = asyncio.gather(socket.receive())
    await asyncio.sleep(0)
    socket.connection_lost(ConnectionResetError())
    assert list(await waiting) == [None]
    assert left == [socket]
    socket.write(b"x")
    socket.cut_off()
    assert socket.buffered_bytes() == 0


async def test_who_is_silent_through_a_sweep_is_found() -> None:
    socket, wire, _ = opened()
    assert socket.ping()
    assert wire.sent == PING
    assert not socket.ping()
    socket.data_received(frame(10, b""))
    assert socket.ping()


async def test_no_ping_joins_a_queue_that_is_not_read() -> None:
    socket, wire, _ = opened()
    wire.unsent = 5
    assert socket.ping()
    assert wire.sent == b""
    assert socket.buffered_bytes() == 5


async def test_a_flood_of_small_frames_is_cut() -> None:
    socket, wire, _ = opened()
    pongs = frame(10, b"") * 1000
    for _ in range(5):
        socket.data_received(pongs)
    assert wire.ended == ""
    socket.data_received(pongs)
    assert wire.sent[2:4] == (1008).to_bytes(2, "big")


async def test_large_frames_go_out_whole() -> None:
    socket, wire, _ = opened()
    socket.write(b"x" * 70_000)
    assert wire.sent == b"\x81\x7f" + (70_000).to_bytes(8, "big") + b"x" * 70_000
