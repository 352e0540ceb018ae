"""What stands between a lookup and its source: a cache, a breaker, some places.

The cache keeps what the source said last, and for how long that is good enough.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Hashable

import msgspec

from screenpop.domain.profile import Row
from screenpop.support.clock import Clock


class Kept(msgspec.Struct, frozen=True, gc=False):
    """One answer as it came; `fetched_us` is when.

    It ages by `kept_s`, on the monotonic clock: the system's clock may be set back.
    """

    rows: tuple[Row, ...]
    fetched_us: int
    kept_s: float


class AnswerCache:
    """The newest answers, at most `entries_max`; the longest unused goes first."""

    def __init__(
        self,
        clock: Clock,
        *,
        entries_max: int = 10_000,
        stale_s: float = 86_400,
    ):
        self._clock = clock
        self._entries_max = entries_max
        self._stale_s = stale_s
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def fresh(self, key: Hashable, fresh_s: float) -> Kept | None:
        """An answer at most `fresh_s` old."""
        kept = self._kept.get(key)
        if kept is None or self._clock.monotonic_s() - kept.kept_s > fresh_s:
            return None
        self._kept.move_to_end(key)
        return kept

    def stale(self, key: Hashable) -> Kept | None:
        """An answer that may still be shown when the source cannot answer."""
        kept = self._kept.get(key)
        if kept is None or self._clock.monotonic_s() - kept.kept_s > self._stale_s:
            return None
        return kept

    def keep(self, key: Hashable, rows: tuple[Row, ...]) -> Kept:
        kept = Kept(rows, self._clock.now_us(), self._clock.monotonic_s())
        if self._entries_max:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            if len(self._kept) > self._entries_max:
                self._kept.popitem(last=False)
        return kept


# -- Should this source be asked now, or paused for a while?


class Breaker:
    """Opens after `failures` in a row; every `open_s` one call may try again.

    `pause` is for a source that says itself how long it wants not to be asked: that
    is no failure, and when it is over everybody may ask again.
    """

    def __init__(self, clock: Clock, *, failures: int = 5, open_s: float = 10.0):
        self._clock = clock
        self._failures_max = failures
        self._open_s = open_s
        self._failures = 0
        self._retry_at_s = 0.0
        self._paused_until_s = 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= self._failures_max

    @property
    def paused_for_s(self) -> float:
        return max(0.0, self._paused_until_s - self._clock.monotonic_s())

    @property
    def retry_in_s(self) -> float:
        open_s = self._retry_at_s - self._clock.monotonic_s() if self.is_open else 0.0
        return max(self.paused_for_s, open_s)

    def pause(self, seconds: float) -> None:
        """Let no call out for so long; a longer pause under way stays."""
        until_s = self._clock.monotonic_s() + seconds
        self._paused_until_s = max(self._paused_until_s, until_s)

    def allows(self) -> bool:
        """May a call go out? While open, one caller in `open_s` is let through."""
        if self.retry_in_s > 0:
            return False
        if not self.is_open:
            return True
        self._retry_at_s = self._clock.monotonic_s() + self._open_s
        return True

    def succeeded(self) -> bool:
        """Note an answer; True when this ends an outage."""
        was_open, self._failures = self.is_open, 0
        return was_open

    def failed(self) -> bool:
        """Note a failure; True when this begins an outage."""
        self._failures += 1
        if self.is_open:
            self._retry_at_s = self._clock.monotonic_s() + self._open_s
        return self._failures == self._failures_max


# -- How many may be at a source at once, and who is next?
# What `asyncio.Semaphore` does, without a coroutine for those who need not wait:
# almost all of them, some six in each call.


class Places:
    """So many places; who finds none waits, in order.

    if not places.take():
        await places.wait()
    try:
        ...
    finally:
        places.give_back()
    """

    def __init__(self, count: int):
        self.free = count
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def take(self) -> bool:
        """A place at once, or False."""
        if self.free <= 0:
            return False
        self.free -= 1
        return True

    async def wait(self) -> None:
        """Returns with a place; whoever is cancelled meanwhile has none."""
        mine = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self.give_back()  # it had just been given
            elif mine in self._waiting:
                self._waiting.remove(mine)
            raise

    def give_back(self) -> None:
        while self._waiting:
            next_one = self._waiting.popleft()
            if not next_one.done():
                next_one.set_result(None)
                return
        self.free += 1
