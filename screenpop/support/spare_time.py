"""What is deferred while a phone rings, and what has not happened in time?

A card opens when its event is decoded, durable and folded. What follows (asking the
sources, showing their answers, writing history) takes more of the event loop's time,
and can wait a moment. While an urgent piece of work is under way it does, so a call
that rings now does not queue behind the answers for the calls before it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from time import perf_counter, sleep

import msgspec

log = logging.getLogger(__name__)

LATE_S = 0.1  # so long it waits at most: then it goes first in, first out
WAITING_MAX = 2_000  # pieces: some 50 ms of the event loop, work of 200 calls
SLICE_S = 0.0005  # then the sockets are looked at again

CALLS_NEAR_S = 0.5  # after an event others of its call, or other calls, are likely

Work = Callable[[], object]


class _Process:
    """What threads of this process need to know of its event loops' urgent work."""

    urgent = 0  # pieces under way
    until_s = 0.0  # until then more is likely


_process = _Process()


def _nothing() -> None:
    pass


class SpareTime:
    """A queue of work for when nothing is urgent.

        with spare:                 # urgent: from the request to its durable event
            ...
        spare.run(ask_the_source)   # in its order, soon, at the latest in `late_s`

    The work is short and does not wait. One that fails is logged and costs no other.
    """

    def __init__(
        self,
        late_s: float = LATE_S,
        slice_s: float = SLICE_S,
        waiting_max: int = WAITING_MAX,
    ):
        self._late_s = late_s
        self._waiting_max = waiting_max
        self._making_room = False
        self._slice_s = slice_s
        self.when_idle: Work = _nothing  # called when all that waited is done
        self._urgent = 0
        self._waiting: deque[tuple[float, Work]] = deque()
        self._due: asyncio.Handle | None = None  # the next look, soon or late
        self._soon = False

    def __enter__(self) -> None:
        self._urgent += 1
        _process.urgent += 1

    def __exit__(self, *_: object) -> None:
        self._urgent -= 1
        _process.urgent -= 1
        _process.until_s = perf_counter() + CALLS_NEAR_S
        if not self._urgent and self._waiting:
            self._look_soon()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def run(self, work: Work) -> None:
        """Do it as soon as nothing is urgent.

        While more than `waiting_max` wait, the oldest are done here and now: nothing
        is dropped, and the caller that brings more pays for it.
        """
        self._waiting.append((perf_counter() + self._late_s, work))
        if len(self._waiting) > self._waiting_max and not self._making_room:
            self._make_room()
        if not self._urgent:
            self._look_soon()
        elif self._due is None:
            self._look_late()

    def _make_room(self) -> None:
        """Each piece may bring another: as many are done as wait now, at most."""
        self._making_room = True
        try:
            for _ in range(len(self._waiting)):
                if len(self._waiting) <= self._waiting_max:
                    break
                self._do_oldest()
        finally:
            self._making_room = False

    def _do_oldest(self) -> None:
        _, work = self._waiting.popleft()
        try:
            work()
        except Exception:
            log.exception("a piece of work that could wait failed")

    async def turn(self) -> None:
        """For a task that works on for long: wait until it may go on."""
        mine = asyncio.Event()
        self.run(mine.set)
        await mine.wait()

    def _look_soon(self) -> None:
        if self._soon:
            return
        if self._due is not None:
            self._due.cancel()
        self._soon = True
        self._due = asyncio.get_running_loop().call_soon(self._look)

    def _look_late(self) -> None:
        if self._due is not None:
            self._due.cancel()
        in_s = max(0.0, self._waiting[0][0] - perf_counter())
        self._due = asyncio.get_running_loop().call_later(in_s, self._look)

    def _look(self) -> None:
        """Do what may be done, for a slice of time."""
        self._due, self._soon = None, False
        waiting, now_s = self._waiting, perf_counter()
        until_s = now_s + self._slice_s
        while waiting and (not self._urgent or waiting[0][0] <= now_s):
            self._do_oldest()
            now_s = perf_counter()
            if now_s >= until_s:
                break
        if not waiting:
            if not self._urgent:
                self._idle()
        elif not self._urgent or waiting[0][0] <= now_s:
            self._look_soon()
        else:
            self._look_late()

    def _idle(self) -> None:
        try:
            self.when_idle()
        except Exception:
            log.exception("what is done when nothing waits failed")


# -- What has not happened in time, when almost everything does?
# A call sets half a dozen deadlines and takes all of them back. A timer of the
# event loop for each costs more than the lookup that it guards; here one timer
# serves all deadlines of the same length, since they fall due in the order in which
# they were set.

Late = Callable[[], None]


class Deadline(msgspec.Struct, eq=False):
    """One of them; `cancel` takes it back."""

    due_s: float
    late: Late | None

    def cancel(self) -> None:
        self.late = None

    def ring(self) -> None:
        late, self.late = self.late, None
        if late is not None:
            late()


class Deadlines:
    """All deadlines of one owner, by length."""

    def __init__(self) -> None:
        self._waiting: dict[float, deque[Deadline]] = {}
        self._timers: dict[float, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        """Those that are remembered: some of them were taken back."""
        return sum(map(len, self._waiting.values()))

    def after(self, length_s: float, late: Late) -> Deadline:
        """`late` is called once, unless it is cancelled within so many seconds."""
        loop = asyncio.get_running_loop()
        deadline = Deadline(loop.time() + length_s, late)
        waiting = self._waiting.get(length_s)
        if waiting is None:
            waiting = self._waiting[length_s] = deque()
        while waiting and waiting[0].late is None:
            waiting.popleft()
        waiting.append(deadline)
        if length_s not in self._timers:
            self._watch(length_s, length_s)
        return deadline

    def _watch(self, length_s: float, in_s: float) -> None:
        loop = asyncio.get_running_loop()
        self._timers[length_s] = loop.call_later(in_s, self._ring, length_s)

    def _ring(self, length_s: float) -> None:
        """Notify those who are late, each alone; look again when the next may be."""
        del self._timers[length_s]
        loop = asyncio.get_running_loop()
        waiting = self._waiting[length_s]
        now_s = loop.time()
        while waiting and (waiting[0].late is None or waiting[0].due_s <= now_s):
            loop.call_soon(waiting.popleft().ring)  # one's failure is no other's
        if waiting:
            self._watch(length_s, waiting[0].due_s - now_s)
        else:
            del self._waiting[length_s]


# -- Does a busy thread let the event loop run?

BREATH_EVERY_S = 0.001
BREATH_S = 0.00005
BREATH_NEAR_CALLS_EVERY_S = 0.0002
PAUSE_S_MAX = 0.005  # for one urgent piece of work: then the thread goes on for a while


class Breath:
    """For a thread that computes: call `take` after each piece of its work.

    A thread that never sleeps keeps the event loop waiting 5 ms each time, and a call
    needs the loop several times until its card is open. While calls come it sleeps
    more often, and pauses while one of their events is made durable.
    """

    def __init__(self) -> None:
        self._since = perf_counter()

    def take(self) -> bool:
        """Sleep for a moment where it is due; did it?"""
        now_s = perf_counter()
        near = _process.urgent > 0 or now_s < _process.until_s
        every_s = BREATH_NEAR_CALLS_EVERY_S if near else BREATH_EVERY_S
        if now_s - self._since <= every_s:
            return False
        sleep(BREATH_S)
        until_s = now_s + PAUSE_S_MAX
        while _process.urgent > 0 and perf_counter() < until_s:
            sleep(BREATH_NEAR_CALLS_EVERY_S)
        self._since = perf_counter()
        return True
