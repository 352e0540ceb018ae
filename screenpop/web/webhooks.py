"""How does a telephone system's request get in, with as little as possible around it?

The hot path: no role, no cookie, no middleware. The body is read under its limits,
handed over with method, path, headers and the sender's address, and the answer is
written in one piece.
"""

from __future__ import annotations

from time import perf_counter

from aiohttp import web

from screenpop.intake.request import Request
from screenpop.support.timings import Timing
from screenpop.web.body import read_body
from screenpop.web.quick import quick_answer
from screenpop.web.remote import Proxies
from screenpop.web.services import Services

PREFIX = "/v1/telephony/"
METHODS = ("POST", "GET", "OPTIONS")
"""GET and OPTIONS: some providers shake hands or look callers up with them."""


class Webhooks:
    def __init__(self, services: Services, proxies: Proxies):
        self._take = services.take_request
        self._clock = services.clock
        self._proxies = proxies
        self._bytes_max = services.limits.body_bytes_max
        self._within_s = services.server.body_read_s
        self._webhook_s = services.metrics.webhook_s
        self._timers: dict[str, Timing] = {}

    async def take(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        """Raises what `TakeRequest` and `read_body` raise."""
        received_us = self._clock.now_us()
        body = await read_body(request, self._bytes_max, self._within_s)
        started_s = perf_counter()
        line = path[len(PREFIX) :].partition("?")[0].removesuffix("/")
        answer = await self._take(
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
