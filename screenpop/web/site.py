"""What does every handler have at hand?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import msgspec
from aiohttp import web

from screenpop.domain.agent import Role, User
from screenpop.web.auth import Auth, Identity, SecurityLog, require_role
from screenpop.web.built_ui import BuiltUi
from screenpop.web.headers import Headers
from screenpop.web.login_limit import LoginGate, LoginLimit, RateLimit
from screenpop.web.remote import Proxies
from screenpop.web.services import Services
from screenpop.web.sockets import Sockets
from screenpop.web.turn_gate import TurnGate


@dataclass(frozen=True, kw_only=True)
class Site:
    """One running web server's parts."""

    services: Services
    auth: Auth
    logins: LoginLimit
    guesses: LoginLimit  # of bearer tokens
    lookups: RateLimit
    security: SecurityLog
    login_gate: LoginGate
    proxies: Proxies
    ui: BuiltUi
    sockets: Sockets
    handshakes: TurnGate
    openapi: Mapping[str, object]
    draining: asyncio.Event
    data_headers: Headers
    page_headers: Headers


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request: who asks, from where, with which path parameters."""

    request: web.BaseRequest
    request_id: str
    remote: str
    who: Identity | None = None
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def user(self) -> User:
        """For routes that ask for a role: then somebody is there."""
        return require_role(self.who, Role.AGENT).user


Handler = Callable[[Site, Visit], Awaitable[web.StreamResponse]]


def answered(content: object, status: int = 200) -> web.Response:
    """A JSON answer; the dispatcher adds the headers that all have."""
    return web.Response(
        body=msgspec.json.encode(content),
        status=status,
        content_type="application/json",
    )
