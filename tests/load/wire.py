"""How does the load generator speak HTTP and WebSocket for next to nothing?

Raw protocols: no tasks, no streams, no copies where one frame comes in one piece.
Only what the bench needs: keep-alive POSTs with a `Content-Length` answer, and a
client's side of RFC 6455 without extensions and without fragments.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter_ns
from typing import cast

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class WireError(Exception):
    """The server said something that this client does not understand."""


def client_frame(opcode: int, payload: bytes) -> bytes:
    """A masked frame; the key is zero, so the payload stays as it is."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, 0x80 | size)) + b"\0\0\0\0" + payload
    if size < 65536:
        head = bytes((0x80 | opcode, 0x80 | 126)) + size.to_bytes(2, "big")
        return head + b"\0\0\0\0" + payload
    head = bytes((0x80 | opcode, 0x80 | 127)) + size.to_bytes(8, "big")
    return head + b"\0\0\0\0" + payload


def server_frame(opcode: int, payload: bytes) -> bytes:
    """An unmasked frame."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65536:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2, "big") + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8, "big") + payload


def next_frame(data: bytes, at: int) -> tuple[int, bytes, int] | None:
    """(opcode, payload, where the next begins), or None while it is not all there."""
    have = len(data) - at
    if have < 2:
        return None
    if data[at] & 0x70 or not data[at] & 0x80:
        raise WireError(f"extension bits or a fragment: {data[at : at + 2]!r}")
    size = data[at + 1] & 0x7F
    body = at + 2
    if size == 126:
        body, size = at + 4, int.from_bytes(data[at + 2 : at + 4], "big")
    elif size == 127:
        body, size = at + 10, int.from_bytes(data[at + 2 : at + 10], "big")
    if body > len(data) or len(data) - body < size:
        return None
    return data[at] & 0x0F, data[body : body + size], body + size


def upgrade_request(path: str, host: str, headers: str) -> bytes:
    """`headers` are further lines, each ended by CRLF."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: screenpop.v1\r\n"
        f"{headers}\r\n"
    ).encode()


FrameSink = Callable[["FrameClient", bytes, int], None]
Lost = Callable[["FrameClient", str], None]


class FrameClient(asyncio.Protocol):
    """One browser. Each text frame goes to `sink` with the moment it was read."""

    __slots__ = ("_buffer", "_lost", "_open", "_sink", "index", "request", "transport")

    def __init__(self, index: int, request: bytes, sink: FrameSink, lost: Lost):
        self.index = index
        self.request = request
        self.transport: asyncio.Transport | None = None
        self._sink = sink
        self._lost = lost
        self._open = False
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        now_ns = perf_counter_ns()
        if self._buffer:
            data = self._buffer + data
            self._buffer = b""
        at = 0
        if not self._open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._buffer = data
                return
            if not data.startswith(b"HTTP/1.1 101"):
                self._refused(data)
                return
            self._open = True
            at = end + 4
        while (frame := next_frame(data, at)) is not None:
            opcode, payload, at = frame
            if opcode == TEXT:
                self._sink(self, payload, now_ns)
            else:
                self._control(opcode, payload)
        if at < len(data):
            self._buffer = data[at:]

    def send(self, payload: bytes) -> None:
        if self.transport is not None:
            self.transport.write(client_frame(TEXT, payload))

    def close(self) -> None:
        """Without a word, as a browser whose machine is switched off."""
        transport, self.transport = self.transport, None
        if transport is not None:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.transport is not None:
            self.transport = None
            self._lost(self, f"connection lost: {exc}")

    def _control(self, opcode: int, payload: bytes) -> None:
        if opcode == PING and self.transport is not None:
            self.transport.write(client_frame(PONG, payload))
        elif opcode == CLOSE:
            self.close()
            code = int.from_bytes(payload[:2], "big")
            self._lost(self, f"closed with {code} {payload[2:].decode()}")

    def _refused(self, data: bytes) -> None:
        self.close()
        self._lost(self, f"refused: {data[:200].decode('latin-1')}")


Answered = Callable[[int, int, int], None]
"""(call number, HTTP status, moment)."""


class Poster(asyncio.Protocol):
    """A keep-alive connection for requests, one at a time."""

    __slots__ = ("_answered", "_buffer", "_free", "_number", "lost", "transport")

    def __init__(self, answered: Answered, free: Callable[[Poster], None]):
        self.transport: asyncio.Transport | None = None
        self.lost = False
        self._answered = answered
        self._free = free
        self._number = -1
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass

    def send(self, number: int, request: bytes) -> None:
        assert self.transport is not None
        self._number = number
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        now_ns = perf_counter_ns()
        data = self._buffer + data
        end = data.find(b"\r\n\r\n")
        if end < 0 or len(data) < end + 4 + _content_length(data, end):
            self._buffer = data
            return
        self._buffer = b""
        number, self._number = self._number, -1
        self._answered(number, int(data[9:12]), now_ns)
        self._free(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if self._number >= 0:
            self._answered(self._number, 0, perf_counter_ns())


def _content_length(data: bytes, end: int) -> int:
    head = data[:end].lower()
    at = head.find(b"\r\ncontent-length:")
    if at < 0:
        return 0
    stop = head.find(b"\r\n", at + 17)
    return int(head[at + 17 : stop if stop >= 0 else end])


def post_request(path: str, host: str, headers: str, body: bytes) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
        f"{headers}Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def get_request(path: str, host: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
