"""May this user ask again already?

So many in a minute, counted in a fixed window for each user; the oldest users are
evicted beyond a limit.
"""

from __future__ import annotations

from collections import OrderedDict

from screenpop.support.clock import Clock
from screenpop.web.errors import TooMany

WINDOW_S = 60.0
USERS_MAX = 20_000


class RateLimit:
    """`name` is the key of the configuration that says how many."""

    def __init__(self, clock: Clock, *, per_minute: int, name: str, code: str):
        self._clock = clock
        self._per_minute = per_minute
        self._name = name
        self._code = code
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, user: str) -> None:
        """Count one; raises `TooMany` beyond the limit."""
        now_s = self._clock.monotonic_s()
        began_s, count = self._windows.get(user, (now_s, 0))
        if now_s - began_s >= WINDOW_S:
            began_s, count = now_s, 0
        if count >= self._per_minute:
            raise TooMany(
                f"{count} requests of this user in a minute, {self._name}.",
                code=self._code,
                retry_after_s=began_s + WINDOW_S - now_s,
            )
        self._windows[user] = (began_s, count + 1)
        self._windows.move_to_end(user)
        if len(self._windows) > USERS_MAX:
            self._windows.popitem(last=False)
