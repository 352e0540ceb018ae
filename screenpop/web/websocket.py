"""How does one browser's WebSocket carry messages, and how does it end?

After the handshake a TCP connection leaves aiohttp and belongs to a `Socket`: an
asyncio protocol of a few hundred bytes instead of aiohttp's fifteen thousand with
two tasks, a timer and the request's headers kept for ever (docs/decisions). It is
the `Transport` that the hub is given.
"""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from typing import cast

import msgspec

from screenpop.desk.session import SessionKind
from screenpop.web.auth import Identity

JOINED_BYTES_MAX = 16_384  # larger frames are not copied behind their head
MESSAGE_BYTES = 128  # of a waiting message beside its data: tiny ones take memory too


class Socket(asyncio.Protocol):
    """Open from `connection_made` until `connection_lost`.

    Closing means: our close frame is out, `receive` says None, `write` does nothing.
    The connection then waits for the browser's close frame; one that does not come
    is the sweep's business. `write` never waits: the hub looks at `buffered_bytes`.
    """

    __slots__ = (
        "_inbox", "_inbox_bytes", "_left", "_parser", "_paused",
        "_read_bytes_max", "_transport", "_waiter", "closing",
        "heard", "kind", "lost", "who",
    )  # fmt: skip

    def __init__(
        self,
        who: Identity,
        kind: SessionKind,
        bytes_max: int,
        left: Callable[[Socket], None],
    ):
        self.who = who
        self.kind = kind
        self.heard = True  # anything, since the last sweep
        self.closing = False
        self.lost = False
        self._left = left
        self._parser = Parser(bytes_max)
        self._read_bytes_max = bytes_max
        self._transport: asyncio.Transport | None = None
        self._inbox: deque[Message] | None = None  # made when one has to wait
        self._inbox_bytes = 0
        self._waiter: asyncio.Future[None] | None = None
        self._paused = False

    # What the hub uses

    def write(self, *frames: bytes) -> None:
        """Text frames; nothing when the browser is gone. Never waits.

        Those that belong together leave in one piece: what costs is the system
        call that wakes the reader up.
        """
        transport = self._transport
        if transport is None or self.closing:
            return
        parts: list[bytes] = []
        size = 0
        for data in frames:
            size += len(data)
            parts += (head(Opcode.TEXT, len(data)), data)
        if size <= JOINED_BYTES_MAX:
            transport.write(b"".join(parts))
        else:
            transport.writelines(parts)

    def buffered_bytes(self) -> int:
        """What was written and has not left yet."""
        transport = self._transport
        return 0 if transport is None else transport.get_write_buffer_size()

    async def receive(self) -> str | bytes | None:
        """The next message; None once closed from either side."""
        while not self._inbox:
            if self.closing:
                return None
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        message = self._taken(self._inbox)
        is_text = message.opcode == Opcode.TEXT
        return message.data.decode() if is_text else message.data

    def say_goodbye(self, code: int, reason: str) -> None:
        """Say why, once; does not wait for the answer."""
        if self.closing:
            return
        if self._transport is not None:
            self._transport.write(close_frame(code, reason))
        self._end()

    # What the sweep and the server use

    def ping(self) -> bool:
        """False when nothing came since the last time.

        With unsent frames in its buffer a ping would tell nothing new.
        """
        heard, self.heard = self.heard, False
        self._parser.frames = 0
        transport = self._transport
        if transport is not None and not self.closing and not self.buffered_bytes():
            transport.write(PING)
        return heard

    def cut_off(self) -> None:
        """End the connection without a word: nobody is listening."""
        if self._transport is not None:
            self._transport.abort()

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none

    def data_received(self, data: bytes) -> None:
        self.heard = True
        try:
            for message in self._parser.feed(data):
                self._on(message)
        except Violation as broken:
            self.say_goodbye(broken.code, broken.reason)
            self._hang_up()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        self._transport = None
        self._end()
        self._left(self)

    def _on(self, message: Message) -> None:
        match message.opcode:
            case Opcode.TEXT | Opcode.BINARY:
                self._put(message)
            case Opcode.PING if not self.closing and self._transport is not None:
                pong = head(Opcode.PONG, len(message.data)) + message.data
                self._transport.write(pong)
            case Opcode.CLOSE:
                code = close_code(message.data)
                self.say_goodbye(code or CloseCode.NORMAL, "")
                self._hang_up()

    def _put(self, message: Message) -> None:
        if self.closing:
            return
        if self._inbox is None:
            self._inbox = deque()
        self._inbox.append(message)
        self._inbox_bytes += len(message.data) + MESSAGE_BYTES
        if self._inbox_bytes > self._read_bytes_max and not self._paused:
            self._paused = True
            assert self._transport is not None
            self._transport.pause_reading()
        self._wake()

    def _taken(self, inbox: deque[Message]) -> Message:
        message = inbox.popleft()
        self._inbox_bytes -= len(message.data) + MESSAGE_BYTES
        if not inbox:
            self._inbox = None
            if self._paused and self._transport is not None:
                self._paused = False
                self._transport.resume_reading()
        return message

    def _end(self) -> None:
        self.closing = True
        self._inbox = None
        if self._paused and self._transport is not None:
            self._paused = False  # the close frame must get through
            self._transport.resume_reading()
        self._wake()

    def _hang_up(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


# -- Which WebSocket messages are in these bytes, and which bytes is a message?
# The server's half of RFC 6455 without extensions, as pure functions and one
# parser: no socket, no waiting. Section numbers are those of the RFC.


class Opcode(IntEnum):
    """Section 11.8."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


class CloseCode(IntEnum):
    """Section 7.4.1: what a broken protocol is answered with."""

    NORMAL = 1000
    PROTOCOL_ERROR = 1002
    INVALID_TEXT = 1007
    POLICY_VIOLATION = 1008
    TOO_BIG = 1009


class Violation(Exception):
    """The peer broke the protocol: close with this code."""

    def __init__(self, code: CloseCode, reason: str):
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Message(msgspec.Struct, frozen=True, gc=False):
    """A whole message or control frame; text is checked to be UTF-8."""

    opcode: int
    data: bytes


PING = b"\x89\x00"
FRAMES_MAX = 5_000  # until the counter is set to 0; some 10 ms of work
REASON_BYTES_MAX = 123  # section 5.5: a control frame holds 125 bytes
_FINAL = 0x80
_RESERVED = 0x70
_CONTROL = 0x08
_MASKED = 0x80
_OPCODES = frozenset(int(opcode) for opcode in Opcode)
_NOT_ON_THE_WIRE = frozenset({1004, 1005, 1006, 1015})
_ACCEPT_SUFFIX = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # section 1.3


def accept_key(key: str) -> str:
    """What `Sec-WebSocket-Accept` must say (section 4.2.2)."""
    digest = hashlib.sha1(key.encode() + _ACCEPT_SUFFIX, usedforsecurity=False)
    return b64encode(digest.digest()).decode()


def head(opcode: int, length: int) -> bytes:
    """What stands before the data of a server's frame (section 5.2)."""
    first = bytes((_FINAL | opcode,))
    if length < 126:
        return first + bytes((length,))
    if length < 65_536:
        return first + b"\x7e" + length.to_bytes(2)
    return first + b"\x7f" + length.to_bytes(8)


def close_frame(code: int, reason: str) -> bytes:
    """The reason is cut at a whole character where it is too long."""
    text = reason.encode()[:REASON_BYTES_MAX].decode(errors="ignore").encode()
    return head(Opcode.CLOSE, 2 + len(text)) + code.to_bytes(2) + text


def close_code(data: bytes) -> int | None:
    """The code in a close frame's data; None without one. Raises `Violation`."""
    if not data:
        return None
    code = int.from_bytes(data[:2])
    standard = 1000 <= code <= 1014 and code not in _NOT_ON_THE_WIRE
    if len(data) < 2 or not (standard or 3000 <= code <= 4999):
        raise Violation(CloseCode.PROTOCOL_ERROR, "bad close code")
    _require_text(data[2:])
    return code


class Parser:
    """Takes bytes as they come, gives the messages that are whole.

    Keeps no more than one message of `bytes_max` and one read; nothing is read
    again and again while a frame trickles in.
    """

    __slots__ = (
        "_bytes_max", "_frames_max", "_needed", "_opcode", "_parts", "_tail", "frames",
    )  # fmt: skip

    def __init__(self, bytes_max: int, frames_max: int = FRAMES_MAX):
        self._bytes_max = bytes_max
        self._frames_max = frames_max
        self._tail = bytearray()
        self._needed = 2  # bytes in the tail before a look is worth while
        self._opcode = 0  # of a message whose first part is here
        self._parts = bytearray()
        self.frames = 0  # since whoever counts them set it to 0

    def feed(self, data: bytes) -> list[Message]:
        """Raises `Violation`; what came before it in the same bytes is lost.

        A frame is counted before it is read: one read may hold forty thousand.
        """
        self._tail += data
        messages: list[Message] = []
        while len(self._tail) >= self._needed:
            if self.frames >= self._frames_max:
                raise Violation(CloseCode.POLICY_VIOLATION, "too many frames")
            frame = self._frame()
            if frame is None:
                break
            self.frames += 1
            if (message := self._message(*frame)) is not None:
                messages.append(message)
        return messages

    def _frame(self) -> tuple[int, bool, bytes] | None:
        """(opcode, final, data) of the next frame; None until it is whole."""
        tail = self._tail
        opcode, final, short = _first_bytes(tail[0], tail[1])
        start = 6 if short < 126 else 8 if short == 126 else 14
        if len(tail) < start:
            self._needed = start
            return None
        length = short if short < 126 else int.from_bytes(tail[2 : start - 4])
        if short > 125 and length < (126 if short == 126 else 65_536):
            raise Violation(CloseCode.PROTOCOL_ERROR, "length is not minimal")
        if opcode < _CONTROL and length + len(self._parts) > self._bytes_max:
            raise Violation(CloseCode.TOO_BIG, f"more than {self._bytes_max} bytes")
        if len(tail) < start + length:
            self._needed = start + length
            return None
        data = unmasked(bytes(tail[start : start + length]), tail[start - 4 : start])
        del tail[: start + length]
        self._needed = 2
        return opcode, final, data

    def _message(self, opcode: int, final: bool, data: bytes) -> Message | None:
        if opcode >= _CONTROL:
            return Message(opcode, data)
        if (opcode == Opcode.CONTINUATION) != bool(self._opcode):
            raise Violation(CloseCode.PROTOCOL_ERROR, "parts of messages are mixed up")
        self._opcode = self._opcode or opcode
        if not final:
            self._parts += data
            return None
        if self._parts:
            data, self._parts = bytes(self._parts + data), bytearray()
        whole = Message(self._opcode, data)
        self._opcode = 0
        if whole.opcode == Opcode.TEXT:
            _require_text(whole.data)
        return whole


def _first_bytes(first: int, second: int) -> tuple[int, bool, int]:
    """(opcode, final, short length), if a client may send them (sections 5.1-5.5)."""
    opcode, final, short = first & 0x0F, bool(first & _FINAL), second & 0x7F
    if first & _RESERVED or opcode not in _OPCODES:
        raise Violation(CloseCode.PROTOCOL_ERROR, "unknown bits or opcode")
    if not second & _MASKED:
        raise Violation(CloseCode.PROTOCOL_ERROR, "a client must mask")
    if opcode >= _CONTROL and (not final or short > 125):
        raise Violation(CloseCode.PROTOCOL_ERROR, "control frame in parts or too long")
    return opcode, final, short


def unmasked(data: bytes, mask: bytes | bytearray) -> bytes:
    """Section 5.3, as one large number: no loop over bytes."""
    length = len(data)
    if not length:
        return data
    pattern = (mask * (length // 4 + 1))[:length]
    return (int.from_bytes(data) ^ int.from_bytes(pattern)).to_bytes(length)


def _require_text(data: bytes) -> None:
    try:
        data.decode()
    except UnicodeDecodeError:
        raise Violation(CloseCode.INVALID_TEXT, "text is not UTF-8") from None
