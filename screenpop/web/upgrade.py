"""May this browser open a WebSocket, and how does it get out of aiohttp?

Everything is checked before the upgrade, so that a refusal is an ordinary answer:
who it is, the page's origin, the handshake, the subprotocol, the limits.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from dataclasses import replace

from aiohttp import HttpVersion11, web
from aiohttp.abc import AbstractStreamWriter

from screenpop.desk.session import SessionKind
from screenpop.domain.agent import Role
from screenpop.domain.errors import BadInput, Forbidden, Overloaded
from screenpop.web.auth import Identity, require_role
from screenpop.web.connection import Connection
from screenpop.web.errors import shown
from screenpop.web.site import Site, Visit
from screenpop.web.websocket import accept_key

SUBPROTOCOL = "screenpop.v1"
KEY_BYTES = 16  # RFC 6455, section 4.1


class Upgraded(web.StreamResponse):
    """Says to aiohttp that the answer is out and the connection is not its own."""

    def __init__(self) -> None:
        super().__init__(status=101)

    @property
    def keep_alive(self) -> bool:
        return False

    @property
    def prepared(self) -> bool:
        return True

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing is left to write."""


async def agent(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/agent`: the desk's frames."""
    return await _upgrade(site, visit, "agent")


async def wallboard(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/wallboard`: the wallboard's frames."""
    return await _upgrade(site, visit, "wallboard")


async def _upgrade(site: Site, visit: Visit, kind: SessionKind) -> web.StreamResponse:
    request, who = visit.request, visit.who
    assert who is not None  # the route asks for a role
    try:
        _require_own_page(site, request, who)
        key = _handshake_key(request)
        _require_protocol(request)
        await _caught_up(site)
        if kind == "wallboard":
            await site.looks.live(who.user, kind)
        await site.handshakes.enter()
        who = _still_there(site, who, kind)
        return _opened(site, request, who, kind, key)
    except Exception as error:
        status = getattr(error, "status", 503)
        site.services.metrics.handshakes_refused.labels(str(status)).inc()
        raise


def _still_there(site: Site, who: Identity, kind: SessionKind) -> Identity:
    """Rights may have gone while the handshake waited: those of now count."""
    user = site.services.users.get(who.user.username)
    if user is None or not site.auth.still_welcome(who):
        require_role(None, Role.AGENT)
    least = Role.SUPERVISOR if kind == "wallboard" else Role.AGENT
    return require_role(replace(who, user=user or who.user), least)


async def _caught_up(site: Site) -> None:
    """A start is soon over: to wait for it costs less than to come again.

    When all browsers of a large centre come back, refusing them would take the time
    that the start needs. Raises `Overloaded` when it takes long.
    """
    services = site.services
    if services.caught_up.is_set():
        return
    try:
        async with asyncio.timeout(services.caught_up_within_s):
            await services.caught_up.wait()
    except TimeoutError:
        raise Overloaded(
            "the service has begun and reads what is stored", retry_after_s=2
        ) from None


def _opened(
    site: Site, request: web.BaseRequest, who: Identity, kind: SessionKind, key: str
) -> web.StreamResponse:
    socket = site.sockets.enter(who, kind)
    try:
        connection = request.protocol
        assert isinstance(connection, Connection)
        connection.hand_over(socket, _answer(key))
    except ConnectionError:
        site.sockets.leave(socket)
        return Upgraded()  # the browser went: nobody to answer
    except BaseException:
        site.sockets.leave(socket)
        raise
    site.sockets.carry(socket, site.services.hub.serve(who.user, socket, kind))
    return Upgraded()


def _answer(key: str) -> bytes:
    """RFC 6455, section 4.2.2."""
    return (
        "HTTP/1.1 101 Switching Protocols\r\n"
        "Upgrade: websocket\r\n"
        "Connection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept_key(key)}\r\n"
        f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n"
        "Server: Screenpop\r\n\r\n"
    ).encode("ascii")


def _handshake_key(request: web.BaseRequest) -> str:
    """The client's key; raises `BadInput` unless all of section 4.2.1 is there."""
    headers = request.headers
    connection = [token.strip() for token in headers.get("Connection", "").split(",")]
    key = headers.get("Sec-WebSocket-Key", "").strip()
    if (
        request.method != "GET"
        or request.version < HttpVersion11
        or headers.get("Upgrade", "").strip().lower() != "websocket"
        or "upgrade" not in [token.lower() for token in connection]
        or headers.get("Sec-WebSocket-Version", "").strip() != "13"
        or not _is_key(key)
    ):
        raise BadInput(
            "this is not a WebSocket handshake.",
            code="bad_handshake",
            remedy="Connect with a WebSocket client (RFC 6455, version 13).",
        )
    return key


def _is_key(text: str) -> bool:
    try:
        return len(b64decode(text, validate=True)) == KEY_BYTES
    except ValueError:
        return False


def _require_own_page(site: Site, request: web.BaseRequest, who: Identity) -> None:
    """A cookie needs an Origin, and ours: browsers always send one here."""
    if who.session is not None and "Origin" not in request.headers:
        raise Forbidden(
            "a WebSocket with a cookie must say its Origin.",
            code="foreign_origin",
            remedy="Programs use a bearer token instead of the cookie.",
        )
    site.auth.require_own_page(request)


def _require_protocol(request: web.BaseRequest) -> None:
    offered = request.headers.getall("Sec-WebSocket-Protocol", [])
    names = [name.strip() for header in offered for name in header.split(",")]
    if SUBPROTOCOL not in names:
        raise BadInput(
            f"the WebSocket subprotocol is {shown(', '.join(names))!r}.",
            code="bad_subprotocol",
            remedy=f"Offer {SUBPROTOCOL!r}.",
        )
