"""What does the web need of the other rooms?

`node/node.py` fills in one `Services`. The web decides nothing about calls: it lets
people in, carries bytes, and answers in one shape.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from screenpop.config.model import Limits, Security, Server
from screenpop.desk.hub import Hub
from screenpop.domain.agent import User
from screenpop.domain.profile import Json
from screenpop.history.opening import People
from screenpop.history.past_calls import HistoryCalls
from screenpop.insight.feed_states import OrdersSeen
from screenpop.intake.lines import AllLines
from screenpop.intake.request import Request, Response
from screenpop.lookup.source_states import SourceSeen
from screenpop.support.clock import Clock, SystemClock
from screenpop.support.log import NodeProblem
from screenpop.support.metrics import Metrics
from screenpop.web.live_calls import LiveCalls

Kind = Literal["agent", "wallboard"]


def _long_since() -> asyncio.Event:
    done = asyncio.Event()
    done.set()
    return done


TakeRequest = Callable[[str, Request], Awaitable[Response]]
"""(line, request): authenticate, decode, append durably, answer.

Raises `BadInput` and its kin, `Overloaded`, `Unavailable`.
"""


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything the web is given. Callables must be safe to call concurrently."""

    take_request: TakeRequest
    hub: Hub
    users: People
    calls: HistoryCalls
    live: LiveCalls
    lookup: Callable[[str, str | None], Awaitable[Json]]
    stats: Callable[[], Awaitable[Json]]
    logged_out: Callable[[User], Awaitable[None]]
    lines: AllLines
    sources: Callable[[], list[SourceSeen]]
    orders: Callable[[], OrdersSeen]
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
