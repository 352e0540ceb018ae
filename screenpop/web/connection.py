"""What guards a TCP connection before there is a request?

- More than `limits.connections_max`: closed at once.
- A header must be whole within `server.keepalive_s` of the connection's start or
  of the answer before it (aiohttp closes a connection that waits longer); its
  lines and their number are limited. Bodies have their own time, see body.py.
- Bytes that are not HTTP get the one error shape, and no words of the parser.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web

from screenpop.domain.errors import BadInput
from screenpop.web.errors import answer_for

log = logging.getLogger(__name__)

LINE_BYTES_MAX = 8190
FIELD_BYTES_MAX = 8190
LINGER_S = 2.0

Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Connection(web.RequestHandler):
    """One TCP connection."""

    __slots__ = ()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        listener = self._manager
        if isinstance(listener, Listener) and listener.full:
            listener.turned_away()
            assert isinstance(transport, asyncio.WriteTransport)
            transport.abort()
            return
        super().connection_made(transport)

    def hand_over(self, successor: asyncio.Protocol, answer: bytes) -> None:
        """Give the TCP connection away: `answer` goes out, then it is not ours.

        aiohttp takes it for lost and frees all it kept; bytes that came behind the
        request go to the successor. Raises `ConnectionResetError` when the peer is
        gone, `BadInput` when aiohttp did not see an upgrade.
        """
        transport = self.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the peer is gone")
        if not self._upgraded:
            raise BadInput("this is not a WebSocket handshake.", code="bad_handshake")
        early, self._message_tail = self._message_tail, b""
        if self._reading_paused or self._buffer_paused:
            transport.resume_reading()
        self.transport = None
        self.connection_lost(None)
        transport.set_protocol(successor)
        transport.write(answer)
        successor.connection_made(transport)
        if early:
            successor.data_received(early)

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
    """Makes a `Connection` for each client."""

    def __init__(self, handle: Handle, *, connections_max: int, keepalive_s: float):
        self._connections_max = connections_max
        self._told = False
        super().__init__(
            handle,
            access_log=None,
            keepalive_timeout=keepalive_s,
            max_line_size=LINE_BYTES_MAX,
            max_field_size=FIELD_BYTES_MAX,
            lingering_time=LINGER_S,
            auto_decompress=False,
        )

    @property
    def full(self) -> bool:
        return len(self._connections) >= self._connections_max

    def turned_away(self) -> None:
        if not self._told:
            self._told = True
            log.error(
                "%d connections are open, limits.connections_max: more are refused",
                self._connections_max,
            )

    def __call__(self) -> web.RequestHandler:
        return Connection(self, loop=self._loop, **self._kwargs)
