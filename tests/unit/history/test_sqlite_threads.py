"""Does work on SQLite come back to the loop, whatever becomes of it?"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from screenpop.domain.errors import Overloaded
from screenpop.history.sqlite_threads import SqliteThreads


@pytest.fixture
async def threads(tmp_path: Path) -> AsyncIterator[SqliteThreads]:
    path = str(tmp_path / "x.sqlite")
    threads = SqliteThreads(path, threads=2, pragmas=(), busy_s=1)
    yield threads
    await threads.close()


def one(connection: sqlite3.Connection) -> int:
    found: int = connection.execute("SELECT 1").fetchone()[0]
    return found


def nonsense(connection: sqlite3.Connection) -> None:
    connection.execute("SELECT nonsense")


async def test_work_is_done_elsewhere_and_its_result_comes_back(
    threads: SqliteThreads,
) -> None:
    names = await threads.submit(lambda _: threading.current_thread().name)
    assert names.startswith("store-")
    assert await asyncio.gather(*(threads.submit(one) for _ in range(100))) == [1] * 100


async def test_what_fails_is_told_to_who_waits_and_the_next_goes_on(
    threads: SqliteThreads,
) -> None:
    with pytest.raises(sqlite3.OperationalError, match="nonsense"):
        await threads.submit(nonsense)
    assert await threads.submit(one) == 1


async def test_who_gave_up_waiting_disturbs_nobody(threads: SqliteThreads) -> None:
    begin = threading.Event()
    held = [threads.submit(lambda _: begin.wait()) for _ in range(2)]
    given_up, kept = threads.submit(one), threads.submit(one)
    given_up.cancel()
    held[0].cancel()
    begin.set()
    assert await kept == 1
    assert given_up.cancelled()


async def test_what_was_submitted_is_done_before_it_closes(tmp_path: Path) -> None:
    threads = SqliteThreads(str(tmp_path / "y"), threads=1, pragmas=(), busy_s=1)
    done = [threads.submit(one) for _ in range(50)]
    await threads.close()
    assert await asyncio.gather(*done) == [1] * 50


async def test_too_much_waiting_work_is_refused(tmp_path: Path) -> None:
    threads = SqliteThreads(
        str(tmp_path / "z"), threads=1, pragmas=(), busy_s=1, waiting_max=2
    )
    begun, go_on = threading.Event(), threading.Event()

    def wait(_: sqlite3.Connection) -> bool:
        begun.set()
        return go_on.wait()

    working = threads.submit(wait)
    await asyncio.to_thread(begun.wait)
    waiting = [threads.submit(one) for _ in range(2)]
    with pytest.raises(Overloaded, match="at most 2 may"):
        threads.submit(one)
    go_on.set()
    assert await working
    assert await asyncio.gather(*waiting) == [1, 1]
    await threads.close()


async def test_a_file_that_cannot_be_opened_is_told_each_time(tmp_path: Path) -> None:
    path = str(tmp_path / "missing" / "x.sqlite")
    threads = SqliteThreads(path, threads=1, pragmas=(), busy_s=1)
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError, match="unable to open"):
            await threads.submit(one)
    await threads.close()
