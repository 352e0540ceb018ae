"""Places at a source are given in order, and none is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from screenpop.lookup.guards import Places
from screenpop.support.tasks import TaskOwner


@pytest.fixture
async def tasks() -> AsyncIterator[TaskOwner]:
    owner = TaskOwner("places")
    yield owner
    await owner.close()


class Queue:
    """Some who want a place, each by name."""

    def __init__(self, places: Places, tasks: TaskOwner):
        self.places = places
        self.tasks = tasks
        self.inside: list[str] = []

    async def join(self, name: str) -> asyncio.Task[None]:
        task = self.tasks.spawn(self._wait(name), name=name)
        await asyncio.sleep(0)
        return task

    async def _wait(self, name: str) -> None:
        await self.places.wait()
        self.inside.append(name)


async def test_as_many_as_there_are_are_taken_at_once() -> None:
    places = Places(2)
    assert [places.take() for _ in range(3)] == [True, True, False]
    places.give_back()
    assert places.take()


async def test_who_waits_gets_a_place_in_order(tasks: TaskOwner) -> None:
    places = Places(1)
    assert places.take()
    queue = Queue(places, tasks)
    for name in "ab":
        await queue.join(name)
    assert places.waiting == 2
    places.give_back()
    assert not places.take()  # it is promised already
    await asyncio.sleep(0)
    assert queue.inside == ["a"]
    places.give_back()
    await asyncio.sleep(0)
    assert queue.inside == ["a", "b"]


@pytest.mark.parametrize("turns", [0, 1])
async def test_who_gives_up_waiting_costs_no_place(
    tasks: TaskOwner, turns: int
) -> None:
    places = Places(1)
    assert places.take()
    gone = await Queue(places, tasks).join("gone")
    gone.cancel()
    for _ in range(turns):  # else the place comes back in the same turn
        await asyncio.sleep(0)
    places.give_back()
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert places.waiting == 0
    assert places.take()


async def test_a_place_given_to_one_who_is_cancelled_goes_to_the_next(
    tasks: TaskOwner,
) -> None:
    places = Places(1)
    assert places.take()
    queue = Queue(places, tasks)
    gone = await queue.join("gone")
    await queue.join("next")
    places.give_back()
    gone.cancel()
    for _ in range(3):
        await asyncio.sleep(0)
    assert queue.inside == ["next"]
