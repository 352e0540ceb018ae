"""Which browsers are connected, and do they still listen?

A `Socket` is a WebSocket as the push side wants it. `Sockets` counts them against
the limits and sweeps over all of them with pings: one task for all, no timer per
connection. A browser that was silent through a whole sweep is cut off; one whose
session has ended is told so and closed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from aiohttp import WSMsgType, web

from screenpop.domain.agent import UserId
from screenpop.domain.errors import Overloaded
from screenpop.support.metrics import Metrics
from screenpop.support.tasks import TaskOwner
from screenpop.web.auth import Identity
from screenpop.web.errors import TooMany
from screenpop.web.services import Kind
from screenpop.web.tokens import Session

log = logging.getLogger(__name__)

SERVICE_RESTART = 1012  # RFC 6455 registry
POLICY_VIOLATION = 1008
SESSION_ENDED = 4401  # ours: log in again
REASON_BYTES_MAX = 123  # RFC 6455 5.5: a control frame holds 125 bytes
PINGS_PER_SWEEP_MAX = 100
SLICE = 50  # sockets pinged in one turn of the loop
CLOSE_WITHIN_S = 5.0


class Socket:
    """One browser: the transport that the hub is given."""

    __slots__ = ("_transport", "_ws", "closing", "heard", "kind", "pings", "who")

    def __init__(
        self,
        ws: web.WebSocketResponse,
        transport: asyncio.Transport | None,
        who: Identity,
        kind: Kind,
    ):
        self._ws = ws
        self._transport = transport
        self.who = who
        self.kind = kind
        self.heard = True  # since the last sweep
        self.closing = False
        self.pings = 0

    async def send(self, data: bytes) -> None:
        """One text frame; waits while the browser reads more slowly than we write."""
        await self._ws.send_frame(data, WSMsgType.TEXT)

    async def receive(self) -> str | bytes | None:
        while True:
            message = await self._ws.receive()
            self.heard = True
            match message.type:
                case WSMsgType.TEXT | WSMsgType.BINARY:
                    data: str | bytes = message.data
                    return data
                case WSMsgType.PING:
                    await self._answer_ping(message.data)
                case WSMsgType.PONG:
                    pass
                case _:
                    return None

    async def close(self, code: int, reason: str) -> None:
        """Say why, once. A browser that does not read is cut off by the sweep."""
        if self.closing or self._ws.closed:
            return
        self.closing = True
        text = reason.encode()[:REASON_BYTES_MAX].decode(errors="ignore").encode()
        await self._ws.close(code=code, message=text, drain=False)

    async def ping(self) -> bool:
        """False when nothing came since the last one. Does not wait.

        With unsent frames in its buffer a ping would tell nothing new, and would
        have to wait for the browser.
        """
        if not self.heard:
            return False
        self.heard = False
        self.pings = 0
        if not self.closing and not self.unsent_bytes:
            with suppress(ConnectionError):  # `receive` will say so, once
                await self._ws.ping()
        return True

    @property
    def unsent_bytes(self) -> int:
        transport = self._transport
        return 0 if transport is None else transport.get_write_buffer_size()

    def cut_off(self) -> None:
        """End the connection without a word: nobody is listening."""
        if self._transport is not None:
            self._transport.abort()

    async def _answer_ping(self, data: bytes) -> None:
        self.pings += 1
        if self.pings > PINGS_PER_SWEEP_MAX:
            await self.close(POLICY_VIOLATION, "too many pings")
            return
        with suppress(ConnectionError):  # the next `receive` says that it is over
            await self._ws.pong(data)


class Sockets:
    """All browsers connected here."""

    def __init__(
        self,
        *,
        sessions_max: int,
        per_user_max: int,
        metrics: Metrics,
        still_welcome: Callable[[Identity], bool],
    ):
        self._sessions_max = sessions_max
        self._per_user_max = per_user_max
        self._metrics = metrics
        self._still_welcome = still_welcome
        self._all: dict[Socket, None] = {}  # in the order they came
        self._reserved = 0
        self._per_user: dict[UserId, int] = {}
        self._leftovers: list[Socket] = []
        self._empty = asyncio.Event()
        self._empty.set()
        self._tasks = TaskOwner("sockets")

    def __len__(self) -> int:
        return len(self._all)

    def reserve(self, user: UserId) -> None:
        """Take a place before the upgrade; raises `Overloaded` or `TooMany`."""
        if self._reserved >= self._sessions_max:
            raise Overloaded(
                f"{self._reserved} WebSockets are open, limits.sessions_max.",
                retry_after_s=5,
            )
        mine = self._per_user.get(user, 0)
        if mine >= self._per_user_max:
            raise TooMany(
                f"{mine} WebSockets are open for this user,"
                " limits.sessions_per_user_max.",
                code="too_many_sessions",
                retry_after_s=5,
            )
        self._reserved += 1
        self._per_user[user] = mine + 1
        self._empty.clear()

    def release(self, user: UserId) -> None:
        self._reserved -= 1
        left = self._per_user[user] - 1
        if left:
            self._per_user[user] = left
        else:
            del self._per_user[user]
        if not self._reserved:
            self._empty.set()

    def enter(self, socket: Socket) -> None:
        self._all[socket] = None
        self._metrics.sessions.labels(socket.kind).inc()

    def leave(self, socket: Socket) -> None:
        del self._all[socket]
        self._metrics.sessions.labels(socket.kind).dec()
        if socket.unsent_bytes:
            self._leftovers.append(socket)

    def end_session(self, session: Session) -> None:
        """Close the sockets of a session that logged out."""
        for socket in list(self._all):
            if socket.who.session is not None and (
                socket.who.session.session == session.session
            ):
                self._say_goodbye(socket, SESSION_ENDED, "logged out")

    async def sweep_for_ever(self, heartbeat_s: float) -> None:
        """One round over all in `heartbeat_s`, a few at a time."""
        while True:
            self.cut_leftovers()
            sockets = list(self._all)
            for batch in _batches(sockets, SLICE):
                await self.sweep(batch)
                await asyncio.sleep(heartbeat_s * len(batch) / len(sockets))
            if not sockets:
                await asyncio.sleep(heartbeat_s)

    async def sweep(self, batch: Sequence[Socket]) -> None:
        """Ping each; part with the silent ones and those whose session is over."""
        for socket in batch:
            if socket not in self._all:
                continue
            if not await socket.ping():
                self._metrics.sockets_cut.labels("silent").inc()
                socket.cut_off()
            elif not self._still_welcome(socket.who):
                self._metrics.sockets_cut.labels("expired").inc()
                self._say_goodbye(socket, SESSION_ENDED, "session ended: log in again")

    def cut_leftovers(self) -> None:
        """Free connections that closed a round ago and still hold unread frames."""
        leftovers, self._leftovers = self._leftovers, []
        for socket in leftovers:
            socket.cut_off()

    async def close_all(self, code: int, reason: str, within_s: float) -> None:
        """Tell every browser, wait until the hub has let go of all."""
        for batch in _batches(list(self._all), SLICE):
            for socket in batch:
                self._metrics.sockets_cut.labels("shutdown").inc()
                self._say_goodbye(socket, code, reason)
            await asyncio.sleep(0)
        try:
            async with asyncio.timeout(within_s):
                await self._empty.wait()
        except TimeoutError:
            log.warning("%d WebSockets did not end in time: cut off", len(self._all))
            for socket in list(self._all):
                socket.cut_off()
        await self._tasks.close()

    def _say_goodbye(self, socket: Socket, code: int, reason: str) -> None:
        self._tasks.spawn(_closed(socket, code, reason), name="close a socket")


async def _closed(socket: Socket, code: int, reason: str) -> None:
    try:
        async with asyncio.timeout(CLOSE_WITHIN_S):
            await socket.close(code, reason)
    except (TimeoutError, ConnectionError):
        socket.cut_off()


def _batches(sockets: list[Socket], size: int) -> Iterator[list[Socket]]:
    for start in range(0, len(sockets), size):
        yield sockets[start : start + size]
