"""How does SQLite work next to the event loop for the price of one hop?

The driver of the standard library on connections of our own, one a thread. A
thread takes all that waits and tells the loop once; SQLAlchemy's asynchronous
engine needs a hop for each cursor operation, about ten times the time.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from screenpop.domain.errors import Overloaded

WAITING_MAX = 10_000
JOBS_PER_TURN = 16
STATEMENTS_KEPT = 200
T = TypeVar("T")

Work = Callable[[sqlite3.Connection], Any]
Settled = tuple["asyncio.Future[Any]", object, BaseException | None]


@dataclass(frozen=True, slots=True)
class _QueuedWork:
    work: Work
    done: asyncio.Future[Any]


class SqliteThreads:
    """Some threads with a connection each. Made in a running event loop."""

    def __init__(
        self,
        path: str,
        *,
        threads: int,
        pragmas: tuple[str, ...],
        busy_s: float,
        waiting_max: int = WAITING_MAX,
    ):
        self._path = path
        self._pragmas = pragmas
        self._busy_s = busy_s
        self._waiting_max = waiting_max
        self._loop = asyncio.get_running_loop()
        self._jobs: queue.SimpleQueue[_QueuedWork | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, name=f"store-{n}", daemon=True)
            for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """What the work returns, later; it raises what the driver raises."""
        waiting = self._jobs.qsize()
        if waiting >= self._waiting_max:
            raise Overloaded(
                f"{waiting} queries wait for the store, at most {self._waiting_max}"
                " may. Check its disk."
            )
        done: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put(_QueuedWork(work, done))
        return done

    async def close(self) -> None:
        """What was submitted is finished first."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        goes_on = True
        while goes_on:
            jobs, goes_on = self._take()
            settled: list[Settled] = []
            for job in jobs:
                connection = self._do(job, connection, settled)
            if settled:
                with suppress(RuntimeError):  # no one waits in a closed loop
                    self._loop.call_soon_threadsafe(_settle, settled)
        if connection is not None:
            connection.close()

    def _take(self) -> tuple[list[_QueuedWork], bool]:
        """All that waits, at most so much; False when this thread is to end."""
        job = self._jobs.get()
        jobs: list[_QueuedWork] = []
        while job is not None:
            jobs.append(job)
            if len(jobs) == JOBS_PER_TURN:
                return jobs, True
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return jobs, True
        return jobs, False

    def _do(
        self,
        job: _QueuedWork,
        connection: sqlite3.Connection | None,
        settled: list[Settled],
    ) -> sqlite3.Connection | None:
        if job.done.cancelled():
            return connection
        try:
            if connection is None:
                connection = self._connect()
            settled.append((job.done, job.work(connection), None))
        except BaseException as error:  # noqa: BLE001  raised where it is awaited
            settled.append((job.done, None, error))
            if connection is not None and isinstance(error, sqlite3.DatabaseError):
                with suppress(sqlite3.Error):  # the next one opens the file again
                    connection.close()
                return None
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            timeout=self._busy_s,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=STATEMENTS_KEPT,
        )
        for pragma in self._pragmas:
            connection.execute(f"PRAGMA {pragma}")
        return connection


def _settle(settled: list[Settled]) -> None:
    for done, result, error in settled:
        if done.done():
            continue
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)
