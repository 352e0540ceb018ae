"""What is one browser's connection, and when is it cut off?

A session writes whole frames into its transport and never waits. What the
network does not take piles up in the transport's buffer; beyond
`outbox_bytes_max` the session is closed as too slow and the browser resumes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from screenpop.desk.close_codes import SLOW, CloseFrame
from screenpop.domain.agent import User, UserId
from screenpop.support.clock import Clock

SessionKind = Literal["agent", "wallboard"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    outbox_bytes_max: int = 1_048_576
    frames_per_s: float = 50.0
    bad_frames_max: int = 20
    sessions_per_user_max: int = 20


class Session:
    """One WebSocket of one person."""

    __slots__ = (
        "_budget",
        "_budget_at_s",
        "_on_cut",
        "bad_frames",
        "cut",
        "kind",
        "limits",
        "recalls",
        "resumed",
        "seen",
        "transport",
        "user",
    )

    def __init__(
        self,
        user: User,
        transport: Transport,
        kind: SessionKind,
        limits: SessionLimits,
        on_cut: Callable[[Session, CloseFrame], None],
    ):
        self.user = user
        self.transport = transport
        self.kind: SessionKind = kind
        self.resumed = False  # only then it is sent anything but `hello`
        self.seen = 0  # the newest offset that was written to it
        self.cut: CloseFrame | None = None
        self.bad_frames = 0
        self.recalls = 0  # callers who wait, as it was told
        self.limits = limits
        self._on_cut = on_cut
        self._budget = limits.frames_per_s
        self._budget_at_s = 0.0

    @property
    def username(self) -> UserId:
        return self.user.username

    def write(self, *frames: bytes) -> None:
        """Encoded frames, or the end when the browser does not keep up."""
        if self.cut is not None:
            return
        self.transport.write(*frames)
        if self.transport.buffered_bytes() > self.limits.outbox_bytes_max:
            self.cut_off(SLOW)

    def cut_off(self, code: CloseFrame) -> None:
        if self.cut is None:
            self.cut = code
            self._on_cut(self, code)

    def may_receive(self, clock: Clock, cost: int = 1) -> bool:
        """A token bucket: `frames_per_s` on average, twice that in a burst.

        Asked before a frame is read, and for `cost` more before one is carried out
        that makes work. The first one of a session is always let through.
        """
        now_s = clock.monotonic_s()
        rate = self.limits.frames_per_s
        gained = (now_s - self._budget_at_s) * rate
        self._budget = min(2 * rate, self._budget + gained)
        self._budget_at_s = now_s
        if self._budget < min(cost, rate):
            return False
        self._budget -= cost
        return True


class Transport(Protocol):
    """One WebSocket. Writing never waits: the kernel and one bounded buffer take it."""

    def write(self, *frames: bytes) -> None:
        """Text frames, in one piece; does nothing when the browser is gone."""
        ...

    def buffered_bytes(self) -> int:
        """What was written and has not left yet."""
        ...

    async def receive(self) -> str | bytes | None:
        """The next message; None when the connection is over."""
        ...

    def say_goodbye(self, code: int, reason: str) -> None:
        """Close with this code, at once; later calls do nothing."""
        ...
