from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from screenpop.domain.errors import Unavailable
from screenpop.support.clock import FakeClock
from screenpop.support.tasks import Restarts, TaskOwner, Watch, spawn


async def forever() -> None:
    await asyncio.Event().wait()


async def broken() -> None:
    raise ValueError("no")


async def test_a_task_has_its_name() -> None:
    task = spawn(forever(), name="reader")
    assert task.get_name() == "reader"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_owner_ends_its_tasks_and_waits_for_them() -> None:
    owner = TaskOwner("node")
    task = owner.spawn(forever(), name="reader")
    assert len(owner) == 1
    await owner.close()
    assert task.cancelled()
    assert len(owner) == 0


async def test_a_failure_is_told_with_task_and_owner(
    caplog: pytest.LogCaptureFixture,
) -> None:
    owner = TaskOwner("node")
    task = owner.spawn(broken(), name="reader")
    with caplog.at_level(logging.ERROR):
        await asyncio.wait([task])
        await asyncio.sleep(0)
    assert "task reader of node failed" in caplog.messages


async def test_a_task_may_close_its_own_owner() -> None:
    owner = TaskOwner("node")

    async def closing() -> str:
        await owner.close()
        return "closed"

    assert await owner.spawn(closing(), name="closer") == "closed"


class Node:
    """A supervised task that fails as the test says, and the pauses it is given.

    `failures` are what each run does in turn: raise it, or return for None. When
    they are used up it runs on until it is cancelled.
    """

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.restarted: list[str] = []
        self.watch = Watch(self.restarted.append)
        self.owner = TaskOwner("node", self.watch, clock=self.clock, pause=self.pause)
        self.failures: list[BaseException | None] = []
        self.pauses: list[float] = []
        self.shown: list[str] = []  # by the watch, in each pause
        self.runs_for_s = 0.0
        self.running = asyncio.Event()

    async def pause(self, seconds: float) -> None:
        self.pauses.append(round(seconds, 3))
        self.shown += [f"{x.task}: {x.why} fatal={x.fatal}" for x in self.watch.down()]

    async def work(self) -> None:
        self.clock.advance(self.runs_for_s)
        if not self.failures:
            self.running.set()
            await forever()
        failure = self.failures.pop(0)
        if failure is not None:
            raise failure


@pytest.fixture
async def node() -> AsyncIterator[Node]:
    node = Node()
    yield node
    await node.owner.close()


async def test_a_supervised_task_that_fails_is_started_again(node: Node) -> None:
    node.failures = [ValueError("+442079460958")]
    node.owner.keep_running(node.work, name="reader", fatal=True)
    await node.running.wait()
    assert node.restarted == ["reader"]
    assert node.watch.down() == []
    [shown] = node.shown
    assert shown.startswith("reader: ended (ValueError) and is started again in 0.2 s")
    assert shown.endswith("fatal=True")
    assert "7946" not in shown


async def test_an_unexpected_return_counts_as_a_failure(node: Node) -> None:
    node.failures = [None]
    node.owner.keep_running(node.work, name="reader")
    await node.running.wait()
    assert node.restarted == ["reader"]
    assert "ended (it returned)" in node.shown[0]


async def test_a_cancellation_from_within_counts_as_a_failure(node: Node) -> None:
    node.failures = [asyncio.CancelledError()]
    node.owner.keep_running(node.work, name="reader")
    await node.running.wait()
    assert node.restarted == ["reader"]


async def test_a_cancellation_from_outside_counts_as_a_failure(node: Node) -> None:
    node.owner.keep_running(node.work, name="reader")
    await node.running.wait()
    node.running.clear()
    [task] = (x for x in asyncio.all_tasks() if x.get_name() == "reader")
    task.cancel()
    await node.running.wait()
    assert node.restarted == ["reader"]
    assert len(node.owner) == 1


async def test_work_that_ends_when_it_is_done_is_not_started_again(node: Node) -> None:
    node.failures = [Unavailable("away"), None, ValueError("never reached")]
    task = node.owner.keep_running(node.work, name="learner", until_done=True)
    await task
    assert node.restarted == ["learner"]
    assert len(node.failures) == 1
    assert node.watch.down() == []


async def test_the_pause_doubles_up_to_its_limit(node: Node) -> None:
    node.failures = [ValueError("no")] * 5
    restarts = Restarts(first_s=1, max_s=5)
    node.owner.keep_running(node.work, name="reader", restarts=restarts)
    await node.running.wait()
    assert node.pauses == [1, 2, 4, 5, 5]


async def test_after_running_well_the_pause_is_short_again(node: Node) -> None:
    node.failures = [ValueError("no")] * 3
    node.runs_for_s = 60
    restarts = Restarts(first_s=1, max_s=5, ran_well_s=60)
    node.owner.keep_running(node.work, name="reader", restarts=restarts)
    await node.running.wait()
    assert node.pauses == [1, 1, 1]


async def test_a_defect_is_logged_with_its_traceback_once(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    node.failures = [ValueError("no")] * 3 + [KeyError("other")]
    with caplog.at_level(logging.ERROR):
        node.owner.keep_running(node.work, name="reader")
        await node.running.wait()
    logged = [
        record.exc_info[0] for record in caplog.records if record.exc_info is not None
    ]
    assert logged == [ValueError, KeyError]


async def test_an_outage_is_logged_without_a_traceback(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    node.failures = [Unavailable("the store is away")] * 3
    with caplog.at_level(logging.ERROR):
        node.owner.keep_running(node.work, name="reader")
        await node.running.wait()
    [record] = caplog.records
    assert "the store is away" in record.message
    assert record.exc_info is None


async def test_closing_the_owner_ends_work_that_hides_its_cancellation(
    node: Node,
) -> None:
    async def stubborn() -> None:
        try:
            await forever()
        except asyncio.CancelledError:
            return

    task = node.owner.keep_running(stubborn, name="reader")
    await asyncio.sleep(0)
    await node.owner.close()
    assert task.cancelled()
    assert node.restarted == []


async def test_a_task_that_is_closed_in_its_pause_is_no_longer_shown() -> None:
    in_pause = asyncio.Event()

    async def pause(seconds: float) -> None:
        in_pause.set()
        await forever()

    owner = TaskOwner("node", pause=pause)
    owner.keep_running(broken, name="reader")
    await in_pause.wait()
    assert [down.task for down in owner.watch.down()] == ["reader"]
    await owner.close()
    assert owner.watch.down() == []
