"""Who owns this task, what is it called, and what happens when it ends?

Two kinds of tasks: one does a piece of work and ends (`spawn`); the other works for
as long as the service runs (`keep_running`). The second kind is supervised: when it
ends, whatever the reason, it is started again after a pause. While it is down `Watch`
names it, for `/readyz`, and each restart is counted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from screenpop.domain.errors import ScreenpopError
from screenpop.support.clock import Clock, SystemClock

log = logging.getLogger(__name__)
T = TypeVar("T")

Work = Callable[[], Coroutine[Any, Any, object]]
Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarts:
    """How long is the pause before a task is started again?

    It doubles with each failure in a row, from `first_s` to at most `max_s`. After the
    task has run for `ran_well_s` its next failure counts as the first.
    """

    first_s: float = 0.2
    max_s: float = 30.0
    ran_well_s: float = 60.0

    def pause_s(self, failures: int) -> float:
        return min(self.first_s * 2.0 ** min(failures - 1, 30), self.max_s)


SLOWLY = Restarts()
AT_ONCE = Restarts(first_s=0.05, max_s=2.0)
"""For a task without which nothing works: a node that waits 30 s is deaf for 30 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Down:
    """A supervised task that does not run now."""

    task: str
    why: str  # without texts of foreign errors: they may quote a caller's number
    fatal: bool  # nothing works without it: send no traffic here


class Watch:
    """Which supervised tasks of this node are down now?"""

    def __init__(self, count_restart: Callable[[str], None] = lambda task: None):
        """`count_restart` is called with the task's name at each restart."""
        self.count_restart = count_restart
        self._down: dict[str, Down] = {}

    def down(self) -> list[Down]:
        return list(self._down.values())

    def lost(self, down: Down) -> None:
        self._down[down.task] = down

    def back(self, task: str) -> None:
        self._down.pop(task, None)


def spawn(
    coroutine: Coroutine[Any, Any, T], *, name: str, owner: TaskOwner | None = None
) -> asyncio.Task[T]:
    """Start a named task. With an owner it is kept, reported and ended with it."""
    task = asyncio.create_task(coroutine, name=name)  # noqa: TID251
    if owner is not None:
        owner.adopt(task)
    return task


class TaskOwner:
    """Holds tasks so that none is lost and each failure is reported."""

    def __init__(
        self,
        name: str,
        watch: Watch | None = None,
        *,
        clock: Clock | None = None,
        pause: Pause = asyncio.sleep,
    ):
        """One `watch` may serve many owners; `clock` and `pause` are for tests."""
        self.name = name
        self.watch = Watch() if watch is None else watch
        self._clock = clock or SystemClock()
        self._pause = pause
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closing = False

    def adopt(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def spawn(self, coroutine: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Start a piece of work that ends by itself."""
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def keep_running(
        self,
        work: Work,
        *,
        name: str,
        fatal: bool = False,
        until_done: bool = False,
        restarts: Restarts = SLOWLY,
    ) -> asyncio.Task[None]:
        """Run `work()` for as long as this owner lives, and again when it ends.

        An exception counts as a failure, also an unexpected return, also any
        cancellation that is not this owner's `close`. `until_done`: a return is the
        end of the work, only failures start it again. `fatal`: while it is down
        this node must get no traffic.
        """
        kept = _Supervised(work, name, self, fatal, until_done, restarts)
        return self._keep(kept, None)

    def _keep(
        self, kept: _Supervised, after: BaseException | None
    ) -> asyncio.Task[None]:
        supervised = kept.supervise(self._clock, self._pause, after)
        task = self.spawn(supervised, name=kept.name)

        def cancelled(task: asyncio.Task[None]) -> None:
            if task.cancelled() and not self._closing:
                self._keep(kept, asyncio.CancelledError())

        task.add_done_callback(cancelled)
        return task

    def __len__(self) -> int:
        return len(self._tasks)

    async def close(self) -> None:
        """Cancel what still runs and wait for its end."""
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        self._closing = True
        try:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            self._closing = False

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            log.error(
                "task %s of %s failed", task.get_name(), self.name, exc_info=error
            )


class _Supervised:
    """One supervised task and how it fared so far."""

    def __init__(
        self,
        work: Work,
        name: str,
        owner: TaskOwner,
        fatal: bool,
        until_done: bool,
        restarts: Restarts,
    ):
        self._work = work
        self.name = name
        self._owner = owner
        self._fatal = fatal
        self._until_done = until_done
        self._restarts = restarts
        self._failures = 0  # in a row
        self._logged: str | None = None  # the kind of failure that was logged last

    async def supervise(
        self, clock: Clock, pause: Pause, after: BaseException | None
    ) -> None:
        """`after`: how the task ended that this one replaces."""
        try:
            if after is not None:
                await self._wait(after, pause)
            while True:
                began_s = clock.monotonic_s()
                error = await self._ended()
                if error is None and self._until_done:
                    return
                if clock.monotonic_s() - began_s >= self._restarts.ran_well_s:
                    self._failures, self._logged = 0, None
                await self._wait(error, pause)
        finally:
            self._owner.watch.back(self.name)

    async def _wait(self, error: BaseException | None, pause: Pause) -> None:
        """Be down, visibly, until it is time to start again."""
        watch = self._owner.watch
        self._failures += 1
        pause_s = self._restarts.pause_s(self._failures)
        self._log(error, pause_s)
        watch.lost(Down(task=self.name, why=_why(error, pause_s), fatal=self._fatal))
        await pause(pause_s)
        watch.count_restart(self.name)
        watch.back(self.name)

    async def _ended(self) -> BaseException | None:
        """Run the work; its error, or None when it returned."""
        try:
            await self._work()
        except asyncio.CancelledError as error:
            if _is_cancelled():
                raise
            return error
        except Exception as error:  # noqa: BLE001  logged, shown and counted in `_wait`
            return error
        if _is_cancelled():  # the work ended early because it was asked to
            raise asyncio.CancelledError
        return None

    def _log(self, error: BaseException | None, pause_s: float) -> None:
        """A row of failures is logged once, with a traceback if it is a defect."""
        text = "task %s of %s ended (%s); it is started again in %.1f s"
        reason = str(error) if isinstance(error, ScreenpopError) else _name(error)
        values = (self.name, self._owner.name, reason, pause_s)
        if self._logged == _name(error):
            log.debug(text, *values)
            return
        self._logged = _name(error)
        expected = (ScreenpopError, asyncio.CancelledError)
        defect = error is not None and not isinstance(error, expected)
        log.error(text, *values, exc_info=error if defect else None)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _name(error: BaseException | None) -> str:
    return "it returned" if error is None else type(error).__name__


def _why(error: BaseException | None, pause_s: float) -> str:
    return (
        f"ended ({_name(error)}) and is started again in {pause_s:.1f} s; the log has"
        " the reason"
    )


async def first_of(*events: asyncio.Event) -> None:
    """Returns when one of them is set."""
    waiting = [spawn(event.wait(), name="wait for an event") for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


def quick_loop() -> asyncio.Runner:
    """uvloop where it is installed: less CPU for each socket, nothing else."""
    try:
        import uvloop
    except ImportError:
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)
