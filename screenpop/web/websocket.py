"""How does one browser's WebSocket carry messages, and how does it end?

After the handshake a TCP connection leaves aiohttp and belongs to a `Socket`: an
asyncio protocol of a few hundred bytes instead of aiohttp's fifteen thousand with
two tasks, a timer and the request's headers kept for ever (docs/decisions). It is
the `Transport` that the hub is given.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import cast

from screenpop.web.auth import Identity
from screenpop.web.rfc6455 import (
    PING,
    CloseCode,
    Message,
    Opcode,
    Parser,
    Violation,
    close_code,
    close_frame,
    head,
)
from screenpop.web.services import Kind

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
        kind: Kind,
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
