"""Does work on SQLite come back to the loop, whatever becomes of it?"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest

from screenpop.domain.errors import Overloaded, Unavailable
from screenpop.support.sqlite_threads import SqliteThreads


@pytest.fixture
async def threads(tmp_path: Path) -> AsyncIterator[SqliteThreads]:
    threads = SqliteThreads(
        opens(tmp_path / "x.sqlite"), "store", threads=2, at_once=16
    )
    yield threads
    await threads.close()


def opens(path: Path) -> Callable[[], sqlite3.Connection]:
    return lambda: sqlite3.connect(path, isolation_level=None)


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
    threads = SqliteThreads(opens(tmp_path / "y"), "store")
    done = [threads.submit(one) for _ in range(50)]
    await threads.close()
    assert await asyncio.gather(*done) == [1] * 50


async def test_too_much_waiting_work_is_refused(tmp_path: Path) -> None:
    threads = SqliteThreads(opens(tmp_path / "z"), "store", waiting_max=2)
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
    threads = SqliteThreads(opens(tmp_path / "missing" / "x.sqlite"), "store")
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError, match="unable to open"):
            await threads.submit(one)
    await threads.close()


async def test_a_replaced_file_is_opened_again(tmp_path: Path) -> None:
    path, other = tmp_path / "crm.sqlite", tmp_path / "new.sqlite"
    for file, number in ((path, 1), (other, 2)):
        with closing(sqlite3.connect(file)) as made, made:
            made.execute(f"CREATE TABLE found AS SELECT {number} AS value")
    threads = SqliteThreads(opens(path), "crm", file_of=lambda: path.stat().st_ino)

    def value(connection: sqlite3.Connection) -> object:
        return connection.execute("SELECT value FROM found").fetchone()[0]

    assert await threads.submit(value) == 1
    other.replace(path)
    assert await threads.submit(value) == 2
    await threads.close()


async def test_closed_threads_take_no_work(threads: SqliteThreads) -> None:
    await threads.close()
    with pytest.raises(Unavailable, match="the store is closed"):
        threads.submit(one)
