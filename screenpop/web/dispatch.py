"""What happens with a request, from its path to its answer?

Webhooks first, by a straight way, and `GET /livez`, which is to tell of the event
loop and of nothing before it: counted, but neither timed nor logged. All others: find
the route, say who asks, check role and CSRF, let the handler answer; whatever goes
wrong leaves in the one error shape, and every answer has its request id and security
headers.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Mapping
from itertools import count
from time import perf_counter

from aiohttp import web

from screenpop.domain.errors import Forbidden, Unauthenticated
from screenpop.intake.request import origin_form
from screenpop.web import health
from screenpop.web.auth import UNSAFE, Identity, require_role
from screenpop.web.errors import ErrorAnswer, MethodNotAllowed, answer_for, page
from screenpop.web.routes import Router
from screenpop.web.site import Handler, Route, Site, Visit
from screenpop.web.webhooks import METHODS, PREFIX, Webhooks, quick_answer

access_log = logging.getLogger("screenpop.access")
REQUEST_ID = "X-Request-Id"
LIVE = "/livez"  # answered at once: it shows how the event loop turns
SWITCHED = 101  # a WebSocket: `screenpop_sessions` tells how many there are
PROBES = frozenset({LIVE, "/readyz", "/metrics"})  # asked all day by machines


class Dispatcher:
    """The one function that aiohttp calls."""

    def __init__(self, site: Site, webhooks: Webhooks):
        self._site = site
        self._webhooks = webhooks
        self._router = Router()
        self._run = secrets.token_hex(4)  # tells two runs' ids apart
        self._numbers = count(1)
        self._alive = health.alive()
        self._alive_headers = {**site.data_headers, "Content-Type": "application/json"}

    def __call__(self, request: web.BaseRequest) -> Awaitable[web.StreamResponse]:
        path = request.raw_path
        if not path.startswith("/"):
            path = origin_form(path)
        if path.startswith(PREFIX) and request.method in METHODS:
            return self._webhook(request, path)
        if path == LIVE and request.method == "GET":
            return self._is_alive(request)
        return self._visit(request)

    def next_id(self) -> str:
        return f"{self._run}-{next(self._numbers):x}"

    async def _is_alive(self, request: web.BaseRequest) -> web.StreamResponse:
        self._count(LIVE, "GET", 200)
        headers = {**self._alive_headers, REQUEST_ID: self.next_id()}
        return quick_answer(request, 200, headers, self._alive)

    async def _webhook(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        try:
            return await self._webhooks.take(request, path)
        except Exception as error:  # noqa: BLE001 (every error becomes an answer)
            answer = answer_for(error, self.next_id())
            self._count(f"{PREFIX}{{line}}", request.method, answer.status)
            return self._refusal(request, answer)

    async def _visit(self, request: web.BaseRequest) -> web.StreamResponse:
        started_s = perf_counter()
        request_id, route, visit = self.next_id(), None, None
        remote = self._site.proxies.client(request.remote or "", request.headers)
        try:
            route, values = self._router.find(request.method, request.rel_url.raw_path)
            visit = await self._admitted(request, request_id, route, values, remote)
            response = await _handler(route, request.method)(self._site, visit)
            self._dress(route, response)
        except Exception as error:  # noqa: BLE001 (every error becomes an answer)
            response = self._refusal(request, answer_for(error, request_id))
        if not response.prepared:
            response.headers[REQUEST_ID] = request_id
            if "Upgrade" in request.headers:
                response.force_close()  # what follows would be frames
        spent_s = perf_counter() - started_s
        self._note(request, route, response.status, spent_s, _whom(visit, remote))
        return response

    async def _admitted(
        self,
        request: web.BaseRequest,
        request_id: str,
        route: Route,
        values: Mapping[str, str],
        remote: str,
    ) -> Visit:
        """Who asks, if the route cares; raises unless they may."""
        who = None
        if route.role is not None or route.asks_who:
            who = await self._identified(request, remote)
        if route.role is not None:
            who = self._allowed(request, route, who, remote)
        return Visit(
            request=request,
            request_id=request_id,
            remote=remote,
            who=who,
            params=values,
        )

    async def _identified(
        self, request: web.BaseRequest, remote: str
    ) -> Identity | None:
        """A wrong proof is counted by address, and logged."""
        try:
            return await self._site.auth.identify(request)
        except Unauthenticated:
            event = "unknown or revoked token"
            self._site.security.warn_seldom(event, address=remote)
            self._site.guesses.start(event, remote)
            raise

    def _allowed(
        self, request: web.BaseRequest, route: Route, who: Identity | None, remote: str
    ) -> Identity:
        assert route.role is not None
        try:
            found = require_role(who, route.role)
            if request.method in UNSAFE:
                self._site.auth.require_csrf(request, found)
        except Forbidden as error:
            user = None if who is None else who.user.username
            self._site.security.warn(
                "refused", user=user, address=remote, route=route.path, why=error.code
            )
            raise
        return found

    def _dress(self, route: Route, response: web.StreamResponse) -> None:
        """Security headers, where the handler did not set its own."""
        if response.prepared:
            return  # a WebSocket: long since upgraded and over
        shown_to_people = route.answer in ("page", "file")
        site = self._site
        dress = site.page_headers if shown_to_people else site.data_headers
        for name, value in dress.items():
            response.headers.setdefault(name, value)

    def _refusal(self, request: web.BaseRequest, answer: ErrorAnswer) -> web.Response:
        """The error as JSON; for a person who opened a page, as a page."""
        as_page = _wants_page(request)
        dress = self._site.page_headers if as_page else self._site.data_headers
        response = web.Response(
            status=answer.status,
            body=page(answer.status, answer.fault) if as_page else answer.json(),
            headers={**dress, **dict(answer.headers), "Cache-Control": "no-store"},
            content_type="text/html" if as_page else "application/json",
            charset="utf-8" if as_page else None,
        )
        response.headers[REQUEST_ID] = answer.fault.request_id
        if not request.content.is_eof():
            response.force_close()  # the rest of the body is not wanted
        return response

    def _note(
        self,
        request: web.BaseRequest,
        route: Route | None,
        status: int,
        took_s: float,
        whom: Mapping[str, str],
    ) -> None:
        """Count, time and log an answer; the path only by its shape."""
        name = "none" if route is None else route.path
        method = "other" if route is None else request.method
        self._count(name, method, status)
        if route is None or route.answer != "socket":
            self._site.services.metrics.request_s.labels(name).observe(took_s)
        usual = name in PROBES or status == SWITCHED  # ten thousand in a storm
        level = logging.DEBUG if usual else logging.INFO
        access_log.log(
            level, "%s %s %d %.1f ms", method, name, status, took_s * 1000, extra=whom
        )

    def _count(self, route: str, method: str, status: int) -> None:
        self._site.services.metrics.requests.labels(route, method, str(status)).inc()


def _whom(visit: Visit | None, remote: str) -> dict[str, str]:
    """For the access line: who, as far as that was asked, and from where."""
    address = {"address": remote or "unknown"}
    if visit is None or visit.who is None:
        return address
    return {"user": visit.who.user.username, **address}


def _handler(route: Route, method: str) -> Handler:
    if route.handler is None:  # a webhook's path with a method that it has not
        raise MethodNotAllowed(method, METHODS)
    return route.handler


def _wants_page(request: web.BaseRequest) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and not request.raw_path.startswith("/v1/")
        and "text/html" in request.headers.get("Accept", "")
    )
