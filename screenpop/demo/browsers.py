"""How do simulated agents watch their desks?

Each is a WebSocket client as a browser is: it resumes after the last offset it saw,
acknowledges each card, and comes back when the connection is lost.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin, Subprotocol

from screenpop.demo.meter import Meter
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
