"""How do simulated agents watch their desks?

Each is a WebSocket client as a browser is: it resumes after the last offset it saw,
acknowledges each card, and comes back when the connection is lost.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin, Subprotocol

from screenpop.domain.errors import Unavailable
from screenpop.support.clock import Clock, SystemClock
from screenpop.support.tasks import TaskOwner

log = logging.getLogger(__name__)

SUBPROTOCOL = Subprotocol("screenpop.v1")
OPEN_WITHIN_S = 30.0
OPENING_MAX = 20  # handshakes at once
RETRY_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One agent and the cookie that lets them in."""

    agent: str
    cookie: str


class Browsers:
    """All simulated agents' desks."""

    def __init__(
        self,
        url: str,
        seats: Sequence[Seat],
        meter: Meter,
        *,
        clock: Clock | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ):
        self._base = url.rstrip("/")
        self._seats = seats
        self._meter = meter
        self._clock = clock or SystemClock()
        self._pause = pause
        self._owner = TaskOwner("simulated agents")
        self._places = asyncio.Semaphore(OPENING_MAX)
        self._ready: dict[str, asyncio.Event] = {
            s.agent: asyncio.Event() for s in seats
        }
        self.lost_connections = 0
        self.news = asyncio.Event()  # set by each card that arrives
        self._refusal = ""

    async def open(self) -> None:
        """All desks are watched; raises `Unavailable` when they cannot be in time."""
        for seat in self._seats:
            self._owner.spawn(self._watch(seat), name=f"agent {seat.agent}")
        try:
            async with asyncio.timeout(OPEN_WITHIN_S):
                for ready in self._ready.values():
                    await ready.wait()
        except TimeoutError as error:
            waiting = sum(not ready.is_set() for ready in self._ready.values())
            raise Unavailable(
                f"{waiting} of {len(self._seats)} agents could not connect to"
                f" {self._base}/v1/agent in {OPEN_WITHIN_S:g} s: {self._refusal}."
                " Is the service of this configuration running there?"
            ) from error

    async def close(self) -> None:
        await self._owner.close()

    async def _watch(self, seat: Seat) -> None:
        offset = 0
        while True:
            try:
                async with self._places:
                    connection = await self._connect(seat)
                async with connection:
                    offset = await self._read(connection, seat, offset)
            except (OSError, InvalidHandshake, TimeoutError) as error:
                self._refusal = str(error) or type(error).__name__
            else:
                self.lost_connections += 1
            await self._pause(RETRY_S)

    async def _connect(self, seat: Seat) -> ClientConnection:
        return await connect(
            f"{self._base.replace('http', 'ws', 1)}/v1/agent",
            subprotocols=[SUBPROTOCOL],
            origin=Origin(self._base),
            additional_headers={"Cookie": seat.cookie},
            compression=None,
            max_queue=256,
            proxy=None,
        )

    async def _read(self, connection: ClientConnection, seat: Seat, offset: int) -> int:
        """Follow one connection to its end; returns the last offset seen."""
        await connection.send(json.dumps({"frame": "resume", "after": offset}))
        try:
            async for message in connection:
                at_s = self._clock.monotonic_s()
                frame = json.loads(message)
                offset = max(offset, int(frame.get("offset", 0)))
                for pop in _opened(frame):
                    self._meter.popped(str(pop["call_id"]), seat.agent, at_s)
                    self.news.set()
                    ack = {"frame": "ack", "call_id": pop["call_id"]}
                    await connection.send(json.dumps({**ack, "offset": pop["offset"]}))
                if frame["frame"] in ("hello", "resync"):
                    self._ready[seat.agent].set()
        except ConnectionClosed as error:
            log.debug("agent %s: %s", seat.agent, error)
        return offset


def _opened(frame: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    return [frame] if frame["frame"] == "pop.opened" else []


# -- Was every ring shown once, and how soon?
# A ring is one agent whom an `alerting` event names; it is shown when a
# `pop.opened` of that call reaches one of the agent's browsers. Times are seconds
# of one clock.

QUANTILES = (50.0, 90.0, 99.0, 99.9)

Key = tuple[str, str]  # call id, agent


@dataclass(slots=True)
class _Pair:
    rings: int = 0
    pops: int = 0
    first_ring_s: float = 0.0
    first_pop_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`rings` and what became of them; times in milliseconds by percentile."""

    calls: int
    rings: int
    popped: int
    lost: int
    duplicated: int
    stray: int  # pops of calls that did not ring there
    refused: int
    given_up: int
    retried: int
    ring_to_pop_ms: dict[str, float]

    @property
    def flawless(self) -> bool:
        return not (
            self.lost or self.duplicated or self.stray or self.refused or self.given_up
        )


@dataclass(slots=True)
class Meter:
    _calls: set[str] = field(default_factory=set)
    _pairs: dict[Key, _Pair] = field(default_factory=dict)

    def called(self, call_id: str) -> None:
        self._calls.add(call_id)

    def rang(self, call_id: str, agent: str, at_s: float) -> None:
        pair = self._pairs.setdefault((call_id, agent), _Pair())
        if not pair.rings:
            pair.first_ring_s = at_s
        pair.rings += 1

    def popped(self, call_id: str, agent: str, at_s: float) -> None:
        pair = self._pairs.setdefault((call_id, agent), _Pair())
        if pair.first_pop_s is None:
            pair.first_pop_s = at_s
        pair.pops += 1

    @property
    def missing(self) -> int:
        """Agents who were rung and have been shown nothing yet."""
        return sum(pair.rings > 0 and not pair.pops for pair in self._pairs.values())

    def report(
        self, *, refused: int = 0, given_up: int = 0, retried: int = 0
    ) -> Report:
        rung = [pair for pair in self._pairs.values() if pair.rings]
        times_ms = sorted(
            (pair.first_pop_s - pair.first_ring_s) * 1000
            for pair in rung
            if pair.first_pop_s is not None
        )
        return Report(
            calls=len(self._calls),
            rings=len(rung),
            popped=sum(pair.pops > 0 for pair in rung),
            lost=self.missing,
            duplicated=sum(max(0, pair.pops - pair.rings) for pair in rung),
            stray=sum(not pair.rings for pair in self._pairs.values()),
            refused=refused,
            given_up=given_up,
            retried=retried,
            ring_to_pop_ms=percentiles(times_ms),
        )


def percentiles(ordered: Sequence[float]) -> dict[str, float]:
    """Nearest rank (the value that at least q percent do not exceed), and the most."""
    if not ordered:
        return {}
    found = {
        f"p{q:g}": round(ordered[max(0, math.ceil(q / 100 * len(ordered)) - 1)], 3)
        for q in QUANTILES
    }
    return {**found, "max": round(ordered[-1], 3)}
