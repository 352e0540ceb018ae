"""May this address try another password for this user?

Failed log-ins are counted in a fixed window per user and address, and per address
(ten times as many: a whole centre may sit behind one). An attempt counts when it
starts, so that many at once do not slip through; success gives it back. Nobody can
lock out a user from elsewhere. The oldest entries are forgotten beyond a limit.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from screenpop.domain.agent import folded_name
from screenpop.support.clock import Clock
from screenpop.web.errors import TooMany
from screenpop.web.remote import place_of

ADDRESS_FACTOR = 10


@dataclass(slots=True)
class _Window:
    started_s: float
    attempts: int = 0


class LoginLimit:
    def __init__(
        self, clock: Clock, *, attempts: int, window_s: float, entries_max: int
    ):
        self._clock = clock
        self._attempts = attempts
        self._window_s = window_s
        self.entries_max = entries_max
        self._windows: OrderedDict[str, _Window] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def start(self, username: str, address: str) -> None:
        """Count an attempt; raises `TooMany` when there were too many failures."""
        keys = _keys(username, address)
        limits = (self._attempts, self._attempts * ADDRESS_FACTOR)
        for key, limit in zip(keys, limits, strict=True):
            window = self._window(key)
            if window.attempts >= limit:
                raise self._refusal(window)
        for key in keys:
            self._window(key).attempts += 1

    def succeeded(self, username: str, address: str) -> None:
        """The attempt was right: the user starts afresh, the address gets it back."""
        pair, place = _keys(username, address)
        self._windows.pop(pair, None)
        self._give_back(place)

    def undecided(self, username: str, address: str) -> None:
        """The attempt could not be judged (the store is away): it does not count."""
        for key in _keys(username, address):
            self._give_back(key)

    def _give_back(self, key: str) -> None:
        window = self._windows.get(key)
        if window is not None and window.attempts:
            window.attempts -= 1

    def _window(self, key: str) -> _Window:
        now_s = self._clock.monotonic_s()
        window = self._windows.get(key)
        if window is None or now_s - window.started_s >= self._window_s:
            window = self._windows[key] = _Window(now_s)
        self._windows.move_to_end(key)
        if len(self._windows) > self.entries_max:
            self._windows.popitem(last=False)
        return window

    def _refusal(self, window: _Window) -> TooMany:
        left_s = window.started_s + self._window_s - self._clock.monotonic_s()
        return TooMany(
            f"Too many failed log-ins: {window.attempts} in {self._window_s:.0f} s.",
            code="too_many_logins",
            retry_after_s=left_s,
        )


class LoginGate:
    """Lets few passwords be checked at once; one that waits too long is refused."""

    WAITING_MAX = 50

    def __init__(self, at_once_max: int):
        self._at_once_max = at_once_max
        self._places = asyncio.Semaphore(at_once_max)
        self._waiting = 0

    def resize(self, at_once_max: int) -> None:
        """For those who come from now on; who is in has a place of before."""
        if at_once_max != self._at_once_max:
            self._at_once_max = at_once_max
            self._places = asyncio.Semaphore(at_once_max)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        places = self._places
        if self._waiting >= self.WAITING_MAX:
            raise TooMany(
                f"{self._waiting} log-ins are waiting already.",
                code="too_many_logins",
                retry_after_s=2,
            )
        self._waiting += 1
        try:
            await places.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            places.release()


def _keys(username: str, address: str) -> tuple[str, str]:
    """A user counts by the name that the store knows, however it is typed."""
    place = place_of(address)
    return f"{place}\n{folded_name(username)}", place


class OneEach:
    """Lets each user have one answer made at a time."""

    def __init__(self, *, what: str, code: str):
        self._what, self._code = what, code
        self._users: set[str] = set()

    @contextmanager
    def turn(self, user: str) -> Iterator[None]:
        """Raises `TooMany` while another one of this user is made."""
        if user in self._users:
            raise TooMany(
                f"{self._what} of this user is under way.",
                code=self._code,
                retry_after_s=AGAIN_AFTER_S,
            )
        self._users.add(user)
        try:
            yield
        finally:
            self._users.remove(user)


AGAIN_AFTER_S = 5.0
WINDOW_S = 60.0
USERS_MAX = 20_000


class RateLimit:
    """`name` is the key of the configuration that says how many."""

    def __init__(self, clock: Clock, *, per_minute: int, name: str, code: str):
        self._clock = clock
        self.per_minute = per_minute
        self._name = name
        self._code = code
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, user: str) -> None:
        """Count one; raises `TooMany` beyond the limit."""
        now_s = self._clock.monotonic_s()
        began_s, count = self._windows.get(user, (now_s, 0))
        if now_s - began_s >= WINDOW_S:
            began_s, count = now_s, 0
        if count >= self.per_minute:
            raise TooMany(
                f"{count} requests of this user in a minute, {self._name}.",
                code=self._code,
                retry_after_s=began_s + WINDOW_S - now_s,
            )
        self._windows[user] = (began_s, count + 1)
        self._windows.move_to_end(user)
        if len(self._windows) > USERS_MAX:
            self._windows.popitem(last=False)
