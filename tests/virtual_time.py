"""An event loop on which waiting costs nothing: time jumps to whatever is due next.

Sockets are real. Only when none of them has anything to say does the loop's clock
jump, so what travels over loopback arrives before time goes on.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class _Jumping(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:  # nothing is due: only a socket can go on
            return super().select(None)
        ready = super().select(0)
        if not ready and timeout > 0:
            self.now_s += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_s


class LoopClock:
    """The running loop's time, as if the loop had begun at noon."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._began_s = self._loop.time()

    def monotonic_s(self) -> float:
        return self._loop.time() - self._began_s

    def now_us(self) -> int:
        return round((NOON.timestamp() + self.monotonic_s()) * 1_000_000)

    def steady_us(self) -> int:
        return self.now_us()


def run(story: Coroutine[Any, Any, None], *, real_time: bool = False) -> None:
    factory = None if real_time else VirtualLoop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(story)
