"""Who owns this task, what is it called, and what became of it?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")


def spawn(
    coroutine: Coroutine[Any, Any, T], *, name: str, owner: TaskOwner | None = None
) -> asyncio.Task[T]:
    """Start a named task. With an owner it is kept, reported and ended with it."""
    task = asyncio.create_task(coroutine, name=name)  # noqa: TID251
    if owner is not None:
        owner.adopt(task)
    return task


class TaskOwner:
    """Holds tasks so that none is lost and each failure is told once."""

    def __init__(self, name: str):
        self.name = name
        self._tasks: set[asyncio.Task[Any]] = set()

    def adopt(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def spawn(self, coroutine: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        return spawn(coroutine, name=name, owner=self)

    def __len__(self) -> int:
        return len(self._tasks)

    async def close(self) -> None:
        """Cancel what still runs and wait for its end."""
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            log.error(
                "task %s of %s failed", task.get_name(), self.name, exc_info=error
            )
