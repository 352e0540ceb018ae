"""How does a telephone system's request get in, with as little as possible around it?

The hot path: no role, no cookie, no middleware. The body is read under its limits,
handed over with method, path, headers and the sender's address, and the answer is
written in one piece.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from time import perf_counter

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.helpers import rfc822_formatted_time

from screenpop.intake.request import Request
from screenpop.support.metrics import Timing
from screenpop.web.body import read_body
from screenpop.web.remote import Proxies
from screenpop.web.site import Services

PREFIX = "/v1/telephony/"
METHODS = ("POST", "GET", "OPTIONS")
"""GET and OPTIONS: some providers shake hands or look callers up with them."""


MORE = "Send less at once, or raise limits.body_bytes_max."


class Webhooks:
    def __init__(self, services: Services, proxies: Proxies):
        self._intake = services.intake
        self._clock = services.clock
        self._proxies = proxies
        self._services = services
        self._within_s = services.server.body_read_s
        self._webhook_s = services.metrics.webhook_s
        self._timers: dict[str, Timing] = {}

    async def take(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        """Raises what `Intake.take` and `read_body` raise."""
        received_us = self._clock.now_us()
        bytes_max = self._services.limits.body_bytes_max
        body = await read_body(request, bytes_max, self._within_s, MORE)
        started_s = perf_counter()
        line = path[len(PREFIX) :].partition("?")[0].removesuffix("/")
        answer = await self._intake.take(
            line,
            Request(
                method=request.method,
                path=path,
                headers=tuple(request.headers.items()),
                body=body,
                remote=self._proxies.client(request.remote or "", request.headers),
                received_us=received_us,
            ),
        )
        self._timer(line).observe(perf_counter() - started_s)
        return quick_answer(request, answer.status, answer.headers, answer.body)

    def _timer(self, line: str) -> Timing:
        """Bound once per line; only lines that exist get here."""
        timer = self._timers.get(line)
        if timer is None:
            timer = self._timers[line] = self._webhook_s.labels(line)
        return timer


# -- How is a webhook answered in one write?
# aiohttp's `Response` builds a header map, walks it and joins it anew for every
# answer. An acknowledgement is always alike, so its bytes are put together here and
# written at once. HTTP/1.0, `Connection: close` and a closing server take the
# ordinary way.

_NO_BODY = frozenset({204, 304})


class QuickAnswer(web.StreamResponse):
    """A whole answer as bytes, on a connection that stays open."""

    def __init__(self, status: int, data: bytes):
        super().__init__(status=status)
        self._data = data

    @property
    def keep_alive(self) -> bool:
        return True

    @property
    def prepared(self) -> bool:
        """Its headers are in its bytes already."""
        return True

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Write it; waits while a client that asks on does not read."""
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the sender is gone")
        transport.write(self._data)
        if transport.get_write_buffer_size():
            await request.writer.drain()
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to write."""


def quick_answer(
    request: web.BaseRequest, status: int, headers: Mapping[str, str], body: bytes
) -> web.StreamResponse:
    upgrade = "Upgrade" in request.headers  # what follows would be frames
    if request.version != HttpVersion11 or not request.keep_alive or upgrade:
        answer = web.Response(status=status, headers={**_ALWAYS, **headers}, body=body)
        if upgrade:
            answer.force_close()
        return answer
    own = _own(tuple(headers.items())) if headers else b""
    head = _start(status, len(body), int(time.time()))
    return QuickAnswer(status, b"".join((head, own, b"\r\n", body)))


_ALWAYS = {"Server": "Screenpop", "X-Content-Type-Options": "nosniff"}


@lru_cache(maxsize=256)
def _start(status: int, length: int, now_s: int) -> bytes:
    """Status line and the headers of every answer; new once a second."""
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"Date: {rfc822_formatted_time()}",
        *(f"{name}: {value}" for name, value in _ALWAYS.items()),
    ]
    if status not in _NO_BODY:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


@lru_cache(maxsize=256)
def _own(headers: tuple[tuple[str, str], ...]) -> bytes:
    """A line's acknowledgements have the same headers: written once."""
    text = ""
    for name, value in headers:
        text += f"{name}: {value}\r\n"
    if text.count("\n") != len(headers) or text.count("\r") != len(headers):
        raise ValueError("a line break in a header of the answer")
    return text.encode("latin-1")
