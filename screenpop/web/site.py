"""What does every handler have at hand, and what is a route?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import msgspec
from aiohttp import web

from screenpop.domain.agent import Role, User
from screenpop.web.auth import Auth, Identity, SecurityLog, require_role
from screenpop.web.built_ui import BuiltUi, Headers
from screenpop.web.login_limit import LoginGate, LoginLimit, RateLimit
from screenpop.web.remote import Proxies
from screenpop.web.services import Services
from screenpop.web.sockets import Sockets, TurnGate


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


# -- What is there to know about one path and method?

Answer = type[msgspec.Struct] | Literal["object", "text", "page", "file", "socket"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteParameter:
    """One query parameter, for the OpenAPI document."""

    name: str
    text: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`role` is the least role that may; None: whoever comes, or as `public` says.

    `handler` is None for webhooks only, which the dispatcher takes before all.
    `errors` are the statuses beside those that every route of its kind may have.
    """

    method: str
    path: str
    summary: str
    handler: Handler | None
    role: Role | None = None
    access: str = ""  # in words, where `role` does not say it
    asks_who: bool = False  # identify whoever comes, though nobody may come too
    body: type[msgspec.Struct] | None = None
    answer: Answer = "object"
    status: int = 200
    query: tuple[RouteParameter, ...] = ()
    errors: tuple[int, ...] = ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in braces of the path."""
        parts = self.path.split("/")
        return tuple(part[1:-1] for part in parts if part.startswith("{"))
