"""How does SQLite work next to the event loop for the price of one hop?

The driver of the standard library in threads with a connection each. SQLAlchemy's
asynchronous engine needs a hop for each cursor operation, about ten times the time.
Only the journal's writer has a thread of its own kind: it groups what it commits.
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

from screenpop.domain.errors import Overloaded, Unavailable

WAITING_MAX = 10_000
QUICK = 16  # works that wake the loop together
T = TypeVar("T")

Work = Callable[[sqlite3.Connection], Any]
Settled = tuple["asyncio.Future[Any]", object, BaseException | None]


@dataclass(frozen=True, slots=True)
class _QueuedWork:
    work: Work
    done: asyncio.Future[Any]


class SqliteThreads:
    """Some threads with a connection each, started as work comes.

    `connect` opens a connection in its thread, before the first work and after an
    error of the database; also when `file_of` returns something new, so that a
    replaced file is noticed. A thread takes up to `at_once` works and wakes the loop
    once for them: more for quick works, 1 for those that may take seconds.
    """

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        name: str,
        *,
        threads: int = 1,
        at_once: int = 1,
        file_of: Callable[[], object] = lambda: None,
        waiting_max: int = WAITING_MAX,
    ):
        self._connect = connect
        self._name = name
        self._at_once = at_once
        self._file_of = file_of
        self._waiting_max = waiting_max
        self._closed = False
        self._threads_max = threads
        self._threads: list[threading.Thread] = []
        self._jobs: queue.SimpleQueue[_QueuedWork | None] = queue.SimpleQueue()

    def submit(self, work: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """What the work returns, later; it raises what the driver raises."""
        if self._closed:
            raise Unavailable(f"the {self._name} is closed.")
        waiting = self._jobs.qsize()
        if waiting >= self._waiting_max:
            raise Overloaded(
                f"{waiting} queries wait for the {self._name}, at most"
                f" {self._waiting_max} may. Check its disk."
            )
        loop = asyncio.get_running_loop()
        if (count := len(self._threads)) < self._threads_max:
            name = f"{self._name}-{count}"
            thread = threading.Thread(target=self._run, args=(loop,), name=name)
            thread.daemon = True
            thread.start()
            self._threads.append(thread)
        done: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_QueuedWork(work, done))
        return done

    async def close(self) -> None:
        """What was submitted is finished first."""
        self._closed = True
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        held = _Held(self._connect, self._file_of)
        goes_on = True
        while goes_on:
            jobs, goes_on = self._take()
            settled = [held.do(job) for job in jobs if not job.done.cancelled()]
            if settled:
                with suppress(RuntimeError):  # no one waits in a closed loop
                    loop.call_soon_threadsafe(_settle, settled)
        held.close()

    def _take(self) -> tuple[list[_QueuedWork], bool]:
        """All that waits, at most so much; False when this thread is to end."""
        job = self._jobs.get()
        jobs: list[_QueuedWork] = []
        while job is not None:
            jobs.append(job)
            if len(jobs) == self._at_once:
                return jobs, True
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return jobs, True
        return jobs, False


class _Held:
    """The connection of one thread."""

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], file_of: Callable[[], object]
    ):
        self._connect = connect
        self._file_of = file_of
        self._connection: sqlite3.Connection | None = None
        self._file: object = None

    def do(self, job: _QueuedWork) -> Settled:
        try:
            return job.done, job.work(self._opened()), None
        except BaseException as error:  # noqa: BLE001  raised where it is awaited
            if isinstance(error, sqlite3.DatabaseError):
                self.close()  # the next work opens the file again
            return job.done, None, error

    def _opened(self) -> sqlite3.Connection:
        file = self._file_of()
        if self._connection is None or file != self._file:
            self.close()
            self._connection, self._file = self._connect(), file
        return self._connection

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()


def _settle(settled: list[Settled]) -> None:
    for done, result, error in settled:
        if done.done():
            continue
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)
