"""A background task that ends is started again, shown and counted."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from call_centre import CallCentre, open_call_centre

from screenpop.domain.errors import Unavailable
from screenpop.journal.base import Entry, Offset
from screenpop.journal.sqlite import SqliteJournal

TASKS = (
    "follow the journal",
    "close overdue calls",
    "write the history",
    "forget what is old",
    "watch the users",
    "wallboard feed",
    "watch the gauges",
    "collect garbage when it is quiet",
    "sweep the sockets",
)


class FlakyJournal(SqliteJournal):
    """A real journal file; those who follow it meet so many failed reads as asked."""

    def __init__(self, path: Path, error: Exception) -> None:
        super().__init__(path)
        self.failures = 0
        self.error = error
        self.failed = asyncio.Event()

    async def follow(self, after: Offset, take: Callable[[list[Entry]], None]) -> None:
        def checked(entries: list[Entry]) -> None:
            if self.failures:
                self.failures -= 1
                self.failed.set()
                raise self.error
            take(entries)

        await super().follow(after, checked)


async def ready(centre: CallCentre) -> tuple[int, dict[str, Any]]:
    async with centre.http.get(f"{centre.url}/readyz") as answer:
        return answer.status, await answer.json()


async def restarts(centre: CallCentre) -> dict[str, float]:
    [family] = centre.service.metrics.task_restarts.collect()
    samples = family.samples
    return {x.labels["task"]: x.value for x in samples if x.name.endswith("_total")}


def end(name: str) -> None:
    [task] = (x for x in asyncio.all_tasks() if x.get_name() == name)
    task.cancel()


async def until_all_run(centre: CallCentre) -> None:
    async with asyncio.timeout(10):
        while centre.service.tasks.watch.down():
            await asyncio.sleep(0.02)


async def test_every_background_task_that_ends_is_shown_and_started_again(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path) as centre:
        for name in TASKS:
            end(name)
        await asyncio.sleep(0)  # they are cancelled
        await asyncio.sleep(0)  # and replaced
        status, body = await ready(centre)
        down = {x["part"]: x["fatal"] for x in body["problems"]}
        fatal = {f"task {name}": name == "follow the journal" for name in TASKS}
        assert down == fatal
        assert status == 503
        await until_all_run(centre)
        assert await ready(centre) == (200, {"status": "ready", "problems": []})
        assert await restarts(centre) == dict.fromkeys(TASKS, 1.0)
        ana = await centre.sign_in("ana")
        board = await centre.sign_in("sue", kind="wallboard")
        call_id = await centre.ring("ana")
        assert (await ana.next_pop()).call_id == call_id
        await board.next("wallboard.delta")
        await centre.archived()


@pytest.mark.parametrize("error", [Unavailable("disk"), ValueError("odd")])
async def test_a_failed_read_of_the_journal_makes_no_node_deaf(
    tmp_path: Path, error: Exception
) -> None:
    journal = FlakyJournal(tmp_path / "data" / "journal.sqlite", error)
    async with open_call_centre(tmp_path, medium=journal) as centre:
        ana = await centre.sign_in("ana")
        before = await centre.ring("ana")
        assert (await ana.next_pop()).call_id == before
        journal.failures = 3
        calls = [await centre.ring("ana") for _ in range(20)]
        await journal.failed.wait()
        popped = [(await ana.next_pop()).call_id for _ in calls]
        assert popped == calls
        last = await centre.ring("ana")  # sentinel: nothing came twice
        assert (await ana.next_pop()).call_id == last
        assert len(centre.service.follower.book) == len(calls) + 2
        _, body = await ready(centre)
        assert body == {"status": "ready", "problems": []}
        assert (await restarts(centre))["follow the journal"] == 3


async def test_while_the_journal_cannot_be_followed_the_node_is_not_ready(
    tmp_path: Path,
) -> None:
    journal = FlakyJournal(tmp_path / "data" / "journal.sqlite", Unavailable("disk"))
    async with open_call_centre(tmp_path, medium=journal) as centre:
        journal.failures = 1_000_000
        await centre.ring("ana")
        await journal.failed.wait()
        async with asyncio.timeout(10):
            while (found := await ready(centre))[0] != 503:
                await asyncio.sleep(0.01)
        [problem] = found[1]["problems"]
        assert problem["part"] == "task follow the journal"
        assert problem["fatal"]
        journal.failures = 0
        await until_all_run(centre)
        ana = await centre.sign_in("ana")
        assert len(ana.named("pop.opened")) + len(ana.named("resync")) == 1


class RefusingReads(SqliteJournal):
    """A real journal file; its medium refuses the first reads."""

    refusals = 0

    async def read(self, after: Offset, limit: int = 1000) -> list[Entry]:
        if self.refusals:
            self.refusals -= 1
            raise Unavailable("disk I/O error")
        return await super().read(after, limit)


async def test_a_read_that_fails_in_a_start_does_not_end_it(tmp_path: Path) -> None:
    path = tmp_path / "data" / "journal.sqlite"
    async with open_call_centre(tmp_path, medium=SqliteJournal(path)) as centre:
        call_id = await centre.ring("ana")
        await centre.archived()
    journal = RefusingReads(path)
    journal.refusals = 2
    async with open_call_centre(tmp_path, medium=journal) as centre:
        assert not journal.refusals
        ana = await centre.sign_in("ana")
        [resync] = ana.named("resync")
        assert [pop["call_id"] for pop in resync["pops"]] == [call_id]


def rename_table(folder: Path, old: str, new: str) -> None:
    with closing(sqlite3.connect(folder / "data" / "store.sqlite")) as store:
        store.execute(f"ALTER TABLE {old} RENAME TO {new}")
        store.commit()


async def test_a_history_whose_tables_are_gone_is_shown_and_caught_up_with(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_call_centre(tmp_path) as centre:
        rename_table(tmp_path, "call_events", "elsewhere")
        call_id = await centre.ring("ana")
        async with asyncio.timeout(10):
            while "task write the history" not in [
                problem["part"] for problem in (await ready(centre))[1]["problems"]
            ]:
                await asyncio.sleep(0.01)
        assert (await ready(centre))[0] == 200  # degraded: cards open all the same
        rename_table(tmp_path, "elsewhere", "call_events")
        await centre.archived()
        with closing(sqlite3.connect(tmp_path / "data" / "store.sqlite")) as store:
            found = store.execute("SELECT call_id FROM call_events").fetchall()
        assert found == [(call_id,)]
        assert centre.service.archiver.left_out == 0
        traces = [r for r in caplog.records if "write the history" in r.message]
        assert [r.exc_info is not None for r in traces if r.levelname == "ERROR"] == [
            True
        ]
