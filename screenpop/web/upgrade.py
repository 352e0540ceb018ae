"""May this browser open a WebSocket, and who serves it?

Everything is checked before the upgrade, so that a refusal is an ordinary answer:
who it is, the page's origin, the subprotocol, the limits.
"""

from __future__ import annotations

import logging
from contextlib import suppress

from aiohttp import web

from screenpop.domain.errors import BadInput, Forbidden
from screenpop.web.auth import Identity
from screenpop.web.errors import shown
from screenpop.web.services import Kind
from screenpop.web.site import Site, Visit
from screenpop.web.sockets import Socket

log = logging.getLogger(__name__)

SUBPROTOCOL = "screenpop.v1"
CLOSE_HANDSHAKE_S = 2.0
UNEXPECTED = 1011


async def agent(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/agent`: the desk's frames."""
    return await _serve(site, visit, "agent")


async def wallboard(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/wallboard`: the wallboard's frames."""
    return await _serve(site, visit, "wallboard")


async def _serve(site: Site, visit: Visit, kind: Kind) -> web.StreamResponse:
    who = visit.who
    assert who is not None  # the route asks for a role
    _require_own_page(site, visit.request, who)
    ws = web.WebSocketResponse(
        protocols=(SUBPROTOCOL,),
        compress=False,
        autoping=False,
        timeout=CLOSE_HANDSHAKE_S,
        max_msg_size=site.services.limits.client_frame_bytes_max,
    )
    _require_protocol(ws, visit.request)
    await site.handshakes.enter()
    site.sockets.reserve(who.user.username)
    try:
        await ws.prepare(visit.request)
        await _carry(site, Socket(ws, visit.request.transport, who, kind))
    except ConnectionError:
        log.debug("a browser went before its WebSocket was open")
    finally:
        site.sockets.release(who.user.username)
    return ws


async def _carry(site: Site, socket: Socket) -> None:
    site.sockets.enter(socket)
    try:
        await site.services.hub.serve(socket.who.user, socket, socket.kind)
        await socket.close(1000, "")
    except ConnectionError:
        return  # the browser went while it was being served
    except Exception:
        log.exception("a socket of %s failed", socket.who.user.username)
        with suppress(ConnectionError):
            await socket.close(UNEXPECTED, "something failed that should not")
    finally:
        site.sockets.leave(socket)


def _require_own_page(site: Site, request: web.BaseRequest, who: Identity) -> None:
    """A cookie needs an Origin, and ours: browsers always send one here."""
    if who.session is not None and "Origin" not in request.headers:
        raise Forbidden(
            "a WebSocket with a cookie must say its Origin.",
            code="foreign_origin",
            remedy="Programs use a bearer token instead of the cookie.",
        )
    site.auth.require_own_page(request)


def _require_protocol(ws: web.WebSocketResponse, request: web.BaseRequest) -> None:
    offered = request.headers.get("Sec-WebSocket-Protocol", "")
    if SUBPROTOCOL not in [name.strip() for name in offered.split(",")]:
        raise BadInput(
            f"the WebSocket subprotocol is {shown(offered)!r}.",
            code="bad_subprotocol",
            remedy=f"Offer {SUBPROTOCOL!r}.",
        )
    if not ws.can_prepare(request):
        raise BadInput(
            "this is not a WebSocket handshake.",
            code="bad_handshake",
            remedy="Connect with a WebSocket client (RFC 6455, version 13).",
        )
