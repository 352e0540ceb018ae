"""Which browsers are connected, and do they still listen?

One task sweeps over all sockets with pings: no timer per connection. A browser that
was silent through a whole sweep is cut off, be it open or closing; one whose session
has ended is told so and closed.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

from screenpop.desk.close_codes import DEFECT, LOGGED_OUT, NORMAL, CloseFrame
from screenpop.desk.session import SessionKind
from screenpop.domain.agent import UserId
from screenpop.domain.errors import Overloaded
from screenpop.support.metrics import Metrics
from screenpop.support.tasks import TaskOwner
from screenpop.web.auth import Identity, SessionToken
from screenpop.web.errors import TooMany
from screenpop.web.websocket import Socket

log = logging.getLogger(__name__)

SLICE = 50  # sockets dealt with in one turn of the loop
FAREWELL_S = 2.0  # for the browsers' close frames at a stop


class Sockets:
    """All browsers connected here, counted against the limits."""

    def __init__(
        self,
        *,
        sessions_max: int,
        per_user_max: int,
        message_bytes_max: int,
        metrics: Metrics,
        still_welcome: Callable[[Identity], bool],
    ):
        self.limit(
            sessions_max=sessions_max,
            per_user_max=per_user_max,
            message_bytes_max=message_bytes_max,
        )
        self._metrics = metrics
        self._still_welcome = still_welcome
        self._all: dict[Socket, None] = {}  # in the order they came
        self._per_user: dict[UserId, int] = {}
        self._hubs = TaskOwner("sockets")
        self._empty = asyncio.Event()
        self._empty.set()

    def limit(
        self, *, sessions_max: int, per_user_max: int, message_bytes_max: int
    ) -> None:
        """Of those who enter from now on."""
        self._sessions_max = sessions_max
        self._per_user_max = per_user_max
        self._message_bytes_max = message_bytes_max

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Socket]:
        return iter(self._all)

    def enter(self, who: Identity, kind: SessionKind) -> Socket:
        """A socket that counts from now on; raises `Overloaded` or `TooMany`.

        Whoever enters connects it, or calls `leave`.
        """
        user = who.user.username
        mine = self._per_user.get(user, 0)
        if len(self._all) >= self._sessions_max:
            raise Overloaded(
                f"{len(self._all)} WebSockets are open, limits.sessions_max.",
                retry_after_s=5,
            )
        if mine >= self._per_user_max:
            raise TooMany(
                f"{mine} WebSockets are open for this user, twice"
                " limits.sessions_per_user_max.",
                code="too_many_sessions",
                retry_after_s=5,
            )
        socket = Socket(who, kind, self._message_bytes_max, self.leave)
        self._all[socket] = None
        self._per_user[user] = mine + 1
        self._empty.clear()
        self._metrics.sessions.labels(kind).inc()
        return socket

    def leave(self, socket: Socket) -> None:
        if socket not in self._all:
            return
        del self._all[socket]
        user = socket.who.user.username
        self._per_user[user] -= 1
        if not self._per_user[user]:
            del self._per_user[user]
        self._metrics.sessions.labels(socket.kind).dec()
        if not self._all:
            self._empty.set()

    def carry(self, socket: Socket, serve: Awaitable[None]) -> None:
        """Let the hub serve a connected socket; its end closes it."""
        self._hubs.spawn(_carried(socket, serve), name="a browser")

    def end_session(self, session: SessionToken) -> None:
        """Close the sockets of a session that logged out."""
        for socket in self._all:
            mine = socket.who.session
            if mine is not None and mine.session == session.session:
                socket.say_goodbye(*LOGGED_OUT)

    def access_changed(self) -> None:
        """Rights, tokens or sessions are others: part with whom they do not let in."""
        for socket in self._all:
            self._part_if_unwelcome(socket)

    def _part_if_unwelcome(self, socket: Socket) -> None:
        if not socket.closing and not self._still_welcome(socket.who):
            self._metrics.sockets_cut.labels("expired").inc()
            socket.say_goodbye(*LOGGED_OUT)

    async def sweep_for_ever(self, heartbeat_s: float) -> None:
        """One round over all in `heartbeat_s`, a few at a time."""
        while True:
            sockets = list(self._all)
            for batch in _batches(sockets, SLICE):
                self.sweep(batch)
                await asyncio.sleep(heartbeat_s * len(batch) / len(sockets))
            if not sockets:
                await asyncio.sleep(heartbeat_s)

    def sweep(self, batch: Iterable[Socket]) -> None:
        """Ping each; part with the silent ones and those whose session is over."""
        for socket in batch:
            if socket.lost:
                continue
            if not socket.ping():
                self._metrics.sockets_cut.labels("silent").inc()
                socket.cut_off()
            else:
                self._part_if_unwelcome(socket)

    async def all_gone(self) -> None:
        """Returns when no browser is connected."""
        await self._empty.wait()

    async def close_all(self, code: CloseFrame, within_s: float = FAREWELL_S) -> None:
        """Tell every browser, wait a moment for their answers, cut off the rest."""
        for batch in _batches(list(self._all), SLICE):
            for socket in batch:
                socket.say_goodbye(*code)
            self._metrics.sockets_cut.labels("shutdown").inc(len(batch))
            await asyncio.sleep(0)
        try:
            async with asyncio.timeout(within_s):
                await self.all_gone()
        except TimeoutError:
            log.info("%d browsers did not answer the close: cut off", len(self._all))
        for socket in list(self._all):
            socket.cut_off()
        await self._hubs.close()


async def _carried(socket: Socket, serve: Awaitable[None]) -> None:
    try:
        await serve
        socket.say_goodbye(*NORMAL)
    except Exception:
        socket.say_goodbye(*DEFECT)
        raise


def _batches(sockets: Sequence[Socket], size: int) -> Iterator[Sequence[Socket]]:
    for start in range(0, len(sockets), size):
        yield sockets[start : start + size]


# -- May this handshake go on in this turn of the event loop?
# When ten thousand browsers reconnect at once, calls must still get through: at
# most `per_turn_max` handshakes go on in one turn, the others wait in order.


class TurnGate:
    def __init__(self, per_turn_max: int):
        self.per_turn_max = per_turn_max
        self._left = per_turn_max
        self._scheduled = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self) -> None:
        """Returns at once while this turn has room, else in a later turn."""
        self._schedule()
        if self._left > 0 and not self._waiting:
            self._left -= 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        await place

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._next_turn)

    def _next_turn(self) -> None:
        self._scheduled = False
        self._left = self.per_turn_max
        while self._waiting and self._left > 0:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                self._left -= 1
        if self._waiting:
            self._schedule()
