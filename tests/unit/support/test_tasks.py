from __future__ import annotations

import asyncio
import logging

import pytest

from screenpop.support.tasks import TaskOwner, spawn


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
