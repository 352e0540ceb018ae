"""What does the web need from the rest of the house?

The node fills in one `Services`. The web decides
nothing about calls: it lets people in, carries bytes, and answers in one shape.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from screenpop.config.model import Limits, Security, Server
from screenpop.desk.transport import Transport
from screenpop.domain.access import Only
from screenpop.domain.agent import User, UserId
from screenpop.domain.call import NamedCall
from screenpop.domain.caller import Json
from screenpop.intake.lines import AllLines
from screenpop.intake.request import Request, Response
from screenpop.lookup.source_states import SourceSeen
from screenpop.support.clock import Clock, SystemClock
from screenpop.support.metrics import Metrics
from screenpop.support.outage import NodeProblem

Kind = Literal["agent", "wallboard"]


def _long_since() -> asyncio.Event:
    done = asyncio.Event()
    done.set()
    return done


class Hub(Protocol):
    async def serve(self, user: User, transport: Transport, kind: Kind) -> None:
        """Carry one browser until it is gone; returns, whoever ended it."""
        ...


class Users(Protocol):
    def get(self, username: UserId) -> User | None:
        """From memory, without I/O: asked on every request."""
        ...

    async def verify(self, username: str, password: str) -> User | None:
        """None for a wrong password, an unknown and an inactive user alike.

        Takes the same time for all three.
        """
        ...

    async def change_password(self, username: UserId, password: str) -> User:
        """The user with the epoch of now. Raises `BadInput` for a weak one."""
        ...

    async def by_token(self, token: str) -> tuple[User, str] | None:
        """Whose bearer token is it, and which one (its id)?"""
        ...

    def token_lives(self, token_id: str) -> bool:
        """Was it neither revoked nor has it expired? From memory."""
        ...

    def has_ended(self, session: str) -> bool:
        """Did somebody log out of it? From memory."""
        ...

    async def end_session(self, session: str, user: UserId, expires_us: int) -> None:
        """On every node, also after a restart."""
        ...


class Calls(Protocol):
    """History. All raise `NotFound` for a call that `only` may not see."""

    async def recent(self, only: Only, before: str | None, limit: int) -> Json:
        """`{"calls": [...], "before": CURSOR or null}`, newest first.

        `before` is a cursor from an earlier page; `BadInput` when it is not.
        """
        ...

    async def get(self, name: NamedCall, only: Only) -> Json: ...

    async def add_note(
        self, name: NamedCall, only: Only, user: User, text: str
    ) -> Json: ...

    async def set_disposition(
        self, name: NamedCall, only: Only, user: User, code: str
    ) -> Json: ...


class Live(Protocol):
    """Calls that go on."""

    def listed(self) -> Json:
        """`{"calls": [...], "count"}`, oldest first."""
        ...

    async def end(self, named: NamedCall, user: User) -> Json:
        """End a call that is stuck. Raises `NotFound`, `Forbidden`."""
        ...


TakeRequest = Callable[[str, Request], Awaitable[Response]]
"""(line, request): authenticate, decode, append durably, answer.

Raises `BadInput` and its kin, `Overloaded`, `Unavailable`.
"""


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything the web is given. Callables must be safe to call concurrently."""

    take_request: TakeRequest
    hub: Hub
    users: Users
    calls: Calls
    live: Live
    lookup: Callable[[str, str | None], Awaitable[Json]]
    stats: Callable[[], Awaitable[Json]]
    logged_out: Callable[[User], Awaitable[None]]
    lines: AllLines
    sources: Callable[[], list[SourceSeen]]
    ready: Callable[[], Awaitable[Sequence[NodeProblem]]]
    audit: Callable[[str, str, str], Awaitable[None]]
    """(who, what, of whom or which): written before the answer is given.

    Raises `Unavailable`: what cannot be written down is not shown.
    """
    data_dir: Path
    version: str
    server: Server = field(default_factory=Server)
    limits: Limits = field(default_factory=Limits)
    security: Security = field(default_factory=Security)
    caught_up: asyncio.Event = field(default_factory=_long_since)
    """Set when what is stored was read: browsers would see a past of minutes ago."""
    caught_up_within_s: float = 10.0  # so long a browser is kept waiting for it
    metrics: Metrics = field(default_factory=Metrics)
    clock: Clock = field(default_factory=SystemClock)
    assets: Path | None = None  # default: what scripts/build-ui put beside this file
