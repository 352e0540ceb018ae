"""What is the web given, what does every handler have at hand, and what is a route?

`node/node.py` fills in one `Services`. The web decides nothing about calls: it lets
people in, carries bytes, and answers in one shape.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import msgspec
from aiohttp import web

from screenpop.config.label_texts import LabelTexts
from screenpop.config.model import Limits, Security, Server
from screenpop.config.reloads import ConfigurationSeen, ReloadSeen
from screenpop.desk.hub import Hub
from screenpop.domain.agent import GROUPS_ONLY, AgentPrivacy, Role, User
from screenpop.domain.call_counts import CountingRules
from screenpop.domain.orders_after import KnownCaller, OrderSums
from screenpop.domain.profile import Json
from screenpop.history.kinds import CallKinds
from screenpop.history.offers import Offers
from screenpop.history.own_calls import OwnCalls
from screenpop.history.own_records import OwnRecords
from screenpop.history.past_calls import HistoryCalls
from screenpop.history.past_counts import PastCounts
from screenpop.history.people import People
from screenpop.history.popped import PoppedCalls
from screenpop.insight.feed_states import OrdersSeen
from screenpop.intake.lines import AllLines
from screenpop.intake.webhook import Intake
from screenpop.lookup.source_states import SourceSeen
from screenpop.lookup.source_times import SourceTimesSeen
from screenpop.planning.forecasts import Forecasts
from screenpop.support.clock import Clock, SystemClock
from screenpop.support.log import NodeProblem
from screenpop.support.metrics import Metrics
from screenpop.wallboard.agents import AgentBoard
from screenpop.wallboard.comparisons import Comparisons
from screenpop.wallboard.counters import QueueNow
from screenpop.wallboard.groups import GroupRule
from screenpop.web.alert_list import Alerts
from screenpop.web.auth import Auth, Identity, SecurityLog, require_role
from screenpop.web.built_ui import BuiltUi, Headers
from screenpop.web.live_calls import LiveCalls
from screenpop.web.login_limit import LoginGate, LoginLimit, OneEach, RateLimit
from screenpop.web.looks import Looks
from screenpop.web.recall_list import Recalls
from screenpop.web.remote import Proxies
from screenpop.web.sockets import Sockets, TurnGate

OrdersAfter = Callable[
    [Sequence[KnownCaller], int], Awaitable[Mapping[str, OrderSums] | None]
]
"""What callers ordered within so many days; None: no source gives orders."""


class LookUp(Protocol):
    """What `explain` finds; `line` empty: the first. Raises `NotFound`."""

    async def __call__(
        self, number: str, candidate: str | None, line: str, dialled: str | None
    ) -> Json: ...


class Reloading(Protocol):
    """The configuration that runs, and how another one takes its place."""

    def seen(self) -> ConfigurationSeen: ...

    async def reload(self, by: str, *, dry_run: bool = False) -> ReloadSeen: ...


def _long_since() -> asyncio.Event:
    done = asyncio.Event()
    done.set()
    return done


@dataclass(kw_only=True)
class Services:
    """Everything the web is given. Callables must be safe to call concurrently.

    A reload of the configuration replaces what follows it: ask for it where it is used.
    """

    intake: Intake
    hub: Hub
    users: People
    calls: HistoryCalls
    own_records: OwnRecords
    own_calls: OwnCalls
    board: AgentBoard
    offers: Offers
    live: LiveCalls
    recalls: Recalls
    alerts: Alerts
    lookup: LookUp
    stats: Callable[[], Awaitable[Json]]
    counts: PastCounts
    popped: PoppedCalls
    kinds: CallKinds
    orders_after: OrdersAfter
    counting: CountingRules = field(default_factory=CountingRules)
    groups: Callable[[], GroupRule]
    privacy: AgentPrivacy = GROUPS_ONLY
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    queue_now: Callable[[str], QueueNow] = lambda queue: QueueNow()
    """Of `queue`, `dialled`, `facet`, `result` and `team`, by name."""
    label_texts: LabelTexts = field(default_factory=dict)
    forecasts: Forecasts
    comparisons: Comparisons
    logged_out: Callable[[User], Awaitable[None]]
    lines: AllLines
    sources: Callable[[], list[SourceSeen]]
    source_times: Callable[[str], SourceTimesSeen]
    orders: Callable[[], OrdersSeen]
    configuration: Reloading
    ready: Callable[[], Awaitable[Sequence[NodeProblem]]]
    notes: Callable[[], Sequence[str]]
    audit: Callable[[str, str, str], Awaitable[None]]
    """(who, what, of whom or which): written before the answer is given.

    Raises `Unavailable`: what cannot be written down is not shown.
    """
    key_file: Path  # of the key that signs the sessions
    own_port: int | None = None  # of a worker that shares `server.port` with others
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


@dataclass(frozen=True, kw_only=True)
class Site:
    """One running web server's parts."""

    services: Services
    auth: Auth
    logins: LoginLimit
    guesses: LoginLimit  # of bearer tokens
    lookups: RateLimit
    own_data: RateLimit
    comparing: OneEach
    security: SecurityLog
    looks: Looks
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
