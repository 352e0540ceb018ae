"""What does the wiring of a node give to the hub?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from screenpop.desk import commands, frames
from screenpop.desk.presence import DESK_GRACE_S
from screenpop.desk.session import SessionLimits
from screenpop.domain.agent import User
from screenpop.domain.search import Searching
from screenpop.journal.appending import Door
from screenpop.support.clock import Clock
from screenpop.support.metrics import Metrics


@dataclass(frozen=True, kw_only=True)
class HubTools:
    clock: Clock
    door: Door
    hello: Callable[[User, int], frames.Hello]
    wallboard: Callable[[], bytes]  # an encoded wallboard.snapshot
    recalls: Callable[[User], int] = lambda user: 0  # who wait to be called back
    search: Searching | None = None
    searches_per_minute: int = 60
    rules: commands.CommandRules = field(default_factory=commands.CommandRules)
    limits: SessionLimits = field(default_factory=SessionLimits)
    metrics: Metrics = field(default_factory=Metrics)
    desk_grace_s: float = DESK_GRACE_S
