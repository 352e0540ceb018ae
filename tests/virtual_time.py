"""An event loop on which waiting costs nothing: time jumps to whatever is due next.

Sockets and threads are real. Only when no socket has anything to say and no thread of
the loop is at work does its clock jump, so what travels over loopback, or is worked out
in a thread, arrives before time goes on.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any, TypeVar

T = TypeVar("T")

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class _Jumping(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.in_threads = 0

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:  # nothing is due: only a socket or a thread can go on
            return super().select(None)
        ready = super().select(None if self.in_threads and timeout > 0 else 0)
        if not ready and timeout > 0:
            self.now_s += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_s

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        work = super().run_in_executor(executor, func, *args)
        self._jumping.in_threads += 1
        work.add_done_callback(self._worked)
        return work

    def _worked(self, work: asyncio.Future[Any]) -> None:
        self._jumping.in_threads -= 1


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
