"""What has not happened in time, when almost everything does?

A call sets half a dozen deadlines and takes all of them back. A timer of the event
loop for each costs more than the lookup that it guards; here one timer serves all
deadlines of the same length, since they fall due in the order in which they were set.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import msgspec

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
