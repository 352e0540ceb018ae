"""What guards a TCP connection before there is a request?

- More than `limits.connections_max`, or of one address more than
  `limits.connections_per_address_max`: closed at once.
- A header must be whole within `server.keepalive_s` of the connection's start or
  of the answer before it (aiohttp closes a connection that waits longer); its bytes,
  its lines and their number are limited. Bodies have their own time, see body.py.
- Bytes that are not HTTP get the one error shape, and no words of the parser.

Only what aiohttp documents is used of it: a test reads the code for private names.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from enum import StrEnum
from http import HTTPStatus

from aiohttp import web

from screenpop.domain.errors import BadInput
from screenpop.support.clock import Clock
from screenpop.support.log import Seldom
from screenpop.web.errors import ErrorAnswer, HeaderTooLarge, answer_for
from screenpop.web.remote import place_of

log = logging.getLogger(__name__)

LINE_BYTES_MAX = 8190
FIELD_BYTES_MAX = 8190
LINGER_S = 2.0
TOLD_EVERY_S = 60.0

Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Connection(web.RequestHandler):
    """One TCP connection."""

    __slots__ = ("listener", "meter", "place", "refused")

    def __init__(self, listener: Listener, loop: asyncio.AbstractEventLoop):
        super().__init__(
            listener,
            loop=loop,
            access_log=None,  # type: ignore[arg-type] # aiohttp's own Server may
            keepalive_timeout=listener.keepalive_s,
            max_line_size=LINE_BYTES_MAX,
            max_field_size=FIELD_BYTES_MAX,
            lingering_time=LINGER_S,
            auto_decompress=False,
        )
        self.listener = listener
        self.meter = HeadMeter(listener.header_bytes_max)
        self.place: str | None = None  # under which the listener counts it
        self.refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        place = self.listener.admitted(peer[0] if peer else "")
        if place is None:
            assert isinstance(transport, asyncio.WriteTransport)
            transport.abort()
            return
        self.place = place
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        place, self.place = self.place, None
        if place is not None:
            self.listener.gone(place)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.refused:
            return
        try:
            self.meter.feed(data)
        except HeadTooLarge:
            limit = self.listener.header_bytes_max
            self.refuse(HeaderTooLarge(limit))
        except BehindHandshake:
            self.refuse(_early())
        else:
            super().data_received(data)

    def refuse(self, error: Exception) -> None:
        """Answer what is not handed to the parser, and close.

        What still comes is dropped for a moment: to close at once would reset the
        connection, and the client would not read the answer.
        """
        self.refused = True
        self.close()
        transport = self.transport
        if transport is None or transport.is_closing():
            return
        transport.write(_written(answer_for(error, secrets.token_hex(8))))
        if transport.can_write_eof():
            transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER_S, transport.abort)

    def hand_over(self, successor: asyncio.Protocol, answer: bytes) -> None:
        """Give the TCP connection away: `answer` goes out, then it is not ours.

        aiohttp takes it for lost and frees all it kept. Raises
        `ConnectionResetError` when the peer is gone, `BadInput` when this is not
        an upgrade.
        """
        transport = self.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the peer is gone")
        if not self.meter.upgrading:
            raise BadInput("this is not a WebSocket handshake.", code="bad_handshake")
        self.transport = None
        self.connection_lost(None)
        transport.set_protocol(successor)
        transport.resume_reading()  # aiohttp may have paused it; twice does no harm
        transport.write(answer)
        successor.connection_made(transport)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """aiohttp could not read a request, or our dispatcher itself failed."""
        request_id = secrets.token_hex(8)
        error: Exception = BadInput(
            "this is not an HTTP request that can be read.", code="bad_http"
        )
        if status >= 500:
            error = exc if isinstance(exc, Exception) else RuntimeError("no answer")
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun already") from exc
        answer = answer_for(error, request_id)
        response = web.Response(
            status=answer.status,
            body=answer.json(),
            content_type="application/json",
            headers={"Server": "Screenpop", "X-Request-Id": request_id},
        )
        response.force_close()
        return response


class Listener(web.Server):
    """Makes a `Connection` for each client, and counts them.

    `trusts` says whether an address is a proxy of ours: it speaks for many clients,
    so that it is not counted as one address.
    """

    def __init__(
        self,
        handle: Handle,
        *,
        connections_max: int,
        per_address_max: int,
        header_bytes_max: int,
        keepalive_s: float,
        trusts: Callable[[str], bool],
        clock: Clock,
    ):
        self.limit(
            connections_max=connections_max,
            per_address_max=per_address_max,
            header_bytes_max=header_bytes_max,
        )
        self.keepalive_s = keepalive_s
        self.open = 0
        self._trusts = trusts
        self._of_place: dict[str, int] = {}
        self._told = Seldom(clock, every_s=TOLD_EVERY_S)
        super().__init__(handle)

    def limit(
        self, *, connections_max: int, per_address_max: int, header_bytes_max: int
    ) -> None:
        """Of those that come from now on."""
        self.header_bytes_max = header_bytes_max
        self._connections_max = connections_max
        self._per_address_max = per_address_max

    def admitted(self, address: str) -> str | None:
        """Count a new connection: under which place, or None when it must go."""
        if self.open >= self._connections_max:
            self._turned_away(
                "", f"{self.open} connections are open, limits.connections_max"
            )
            return None
        place = place_of(address)
        mine = self._of_place.get(place, 0)
        if mine >= self._per_address_max and not self._trusts(address):
            self._turned_away(
                place,
                f"{mine} connections of {place} are open,"
                " limits.connections_per_address_max",
            )
            return None
        self.open += 1
        self._of_place[place] = mine + 1
        return place

    def gone(self, place: str) -> None:
        self.open -= 1
        self._of_place[place] -= 1
        if not self._of_place[place]:
            del self._of_place[place]

    def _turned_away(self, key: str, why: str) -> None:
        if (before := self._told.may(key)) is not None:
            log.error("%s: more are refused (%d so far)", why, before + 1)

    def __call__(self) -> web.RequestHandler:
        return Connection(self, asyncio.get_running_loop())


def _early() -> BadInput:
    return BadInput(
        "bytes came behind a WebSocket handshake, before its answer.",
        code="bad_handshake",
        remedy="Wait for the answer 101 before sending frames (RFC 6455, 4.1).",
    )


def _written(answer: ErrorAnswer) -> bytes:
    """A whole answer for a connection that ends with it."""
    body = answer.json()
    head = (
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Server: Screenpop\r\n"
        f"X-Request-Id: {answer.fault.request_id}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode("ascii") + body


# -- How many bytes of a request's header has this connection sent?
# The HTTP parser limits a line and the number of fields, which together allow a
# megabyte before anything is known of the sender. This meter follows the framing of
# RFC 9112 only so far that it knows which bytes are header: it skips bodies and
# keeps at most one header. It decides nothing else; whatever it misreads, the
# parser refuses.

_END = {"head": b"\r\n\r\n", "chunk": b"\r\n", "trailer": b"\r\n"}
_FRAMING = re.compile(
    rb"\r\n(transfer-encoding|content-length|upgrade):(.*?)(?=\r\n)", re.DOTALL
)
_CHUNK_LINE_BYTES_MAX = 1024
_DIGITS_MAX = 18  # more cannot be a length


class HeadTooLarge(Exception):
    """More header bytes than the limit."""


class BehindHandshake(Exception):
    """Bytes behind a WebSocket handshake that is not answered yet (RFC 6455, 4.1)."""


class _HeadPart(StrEnum):
    HEAD = "head"
    CHUNK = "chunk"  # the line with a chunk's size
    TRAILER = "trailer"


class HeadMeter:
    """Fed with every byte of a connection, in order."""

    __slots__ = ("_bytes_max", "_reading", "_skip", "_text", "upgrading")

    def __init__(self, bytes_max: int):
        self._bytes_max = bytes_max
        self._reading = _HeadPart.HEAD
        self._text = bytearray()  # of the header or line that is not whole yet
        self._skip = 0  # bytes of a body still to come
        self.upgrading = False  # a WebSocket handshake is complete

    def feed(self, data: bytes) -> None:
        """Raises `HeadTooLarge`, `BehindHandshake`."""
        place, size = 0, len(data)
        while place < size:
            if self.upgrading:
                raise BehindHandshake
            if self._skip:
                step = min(self._skip, size - place)
                self._skip -= step
                place += step
            else:
                place = self._read(data, place)

    def _read(self, data: bytes, place: int) -> int:
        """Read on to the end of the header or line; returns the place behind it."""
        text, end = self._text, _END[self._reading]
        known, limit = len(text), self._bytes_max
        if self._reading is not _HeadPart.HEAD:
            limit = min(_CHUNK_LINE_BYTES_MAX, limit)
        room = limit - known
        text += data[place : place + room]
        found = text.find(end, max(0, known - len(end) + 1))
        if found < 0:
            if len(data) - place > room:
                raise HeadTooLarge
            return len(data)
        whole = bytes(text[: found + len(end)])
        text.clear()
        self._whole(whole)
        return place + len(whole) - known

    def _whole(self, text: bytes) -> None:
        match self._reading:
            case _HeadPart.HEAD:
                self._head(text.lower())
            case _HeadPart.CHUNK:
                size = _number(text.partition(b";")[0].strip(), base=16)
                self._skip = size + 2 if size else 0  # the chunk and its line end
                self._reading = _HeadPart.CHUNK if size else _HeadPart.TRAILER
            case _HeadPart.TRAILER:
                if text == b"\r\n":
                    self._reading = _HeadPart.HEAD

    def _head(self, head: bytes) -> None:
        framing: dict[bytes, bytes] = {}
        for name, value in _FRAMING.findall(head):
            framing.setdefault(name, value.strip())
        if b"transfer-encoding" in framing:
            self._reading = _HeadPart.CHUNK
        elif b"content-length" in framing:
            self._skip = _number(framing[b"content-length"], base=10)
        self.upgrading = b"websocket" in framing.get(b"upgrade", b"")


def _number(text: bytes, base: int) -> int:
    """0 for what is not a number: the parser refuses it."""
    try:
        return int(text, base) if len(text) <= _DIGITS_MAX else 0
    except ValueError:
        return 0
