"""Does one node, and only one, ask the sources for each call?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from screenpop.domain.errors import Unavailable
from screenpop.journal.duty import CallDuty
from screenpop.journal.leases import Leases, LocalLeases
from screenpop.support.tasks import TaskOwner

WITHIN_S = 5


class Shared:
    """The leases of all nodes, without time: an owner is alive or not."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}
        self.dead: set[str] = set()
        self.away = False


class NodeLeases(Leases):
    def __init__(self, shared: Shared, node: str):
        self._shared = shared
        self._node = node

    @property
    def owner(self) -> str:
        return self._node

    async def acquire(self, name: str, owner: str, ttl_s: float) -> bool:
        if self._shared.away:
            raise Unavailable("Redis is away.")
        holder = self._shared.held.get(name, owner)
        if holder != owner and holder not in self._shared.dead:
            return False
        self._shared.held[name] = owner
        return True

    async def renew(self, name: str, owner: str, ttl_s: float) -> bool:
        return await self.acquire(name, owner, ttl_s)

    async def release(self, name: str, owner: str) -> None:
        if self._shared.held.get(name) == owner:
            del self._shared.held[name]

    async def holder(self, name: str) -> str | None:
        return self._shared.held.get(name)


class Node:
    def __init__(self, shared: Shared, name: str, calls_of: list[str]):
        self.duty = CallDuty(NodeLeases(shared, name), every_s=0.01)
        self.taken_over: list[str] = []
        self._tasks = TaskOwner(name)
        self._calls_of = calls_of

    def start(self) -> None:
        run = self.duty.run(lambda: self._calls_of, self.taken_over.append)
        self._tasks.spawn(run, name="duty")

    async def die(self) -> None:
        await self._tasks.close()


@pytest.fixture
async def nodes() -> AsyncIterator[tuple[Shared, list[str], dict[str, Node]]]:
    """Three nodes, each with calls."""
    shared, calls_of = Shared(), ["a", "b", "c"]
    made = {name: Node(shared, name, calls_of) for name in calls_of}
    for node in made.values():
        await node.duty.begin()
    for node in made.values():
        node.start()
    await asyncio.sleep(0.05)
    yield shared, calls_of, made
    for node in made.values():
        await node.die()


Nodes = tuple[Shared, list[str], dict[str, Node]]


def asking(made: dict[str, Node], name: str) -> list[str]:
    return [node for node, it in made.items() if it.duty.mine(name)]


async def until(made: dict[str, Node], name: str, count: int) -> list[str]:
    async with asyncio.timeout(WITHIN_S):
        while len(asking(made, name)) != count:
            await asyncio.sleep(0.005)
    return asking(made, name)


async def test_each_node_asks_for_the_calls_that_it_took(nodes: Nodes) -> None:
    _, _, made = nodes
    for name in made:
        assert asking(made, name) == [name]


async def test_one_node_inherits_the_calls_of_a_dead_one(nodes: Nodes) -> None:
    shared, _, made = nodes
    await made.pop("a").die()
    shared.dead.add("a")
    [heir] = await until(made, "a", 1)
    assert made[heir].taken_over == ["a"]
    [other] = made.keys() - {heir}
    assert made[other].taken_over == []


async def test_a_node_that_leaves_hands_its_calls_over_at_once(nodes: Nodes) -> None:
    _, _, made = nodes
    leaving = made.pop("b")
    await leaving.die()
    await leaving.duty.leave()
    assert len(await until(made, "b", 1)) == 1


async def test_a_name_is_given_back_with_its_last_call(nodes: Nodes) -> None:
    shared, calls_of, made = nodes
    await made.pop("a").die()
    shared.dead.add("a")
    await until(made, "a", 1)
    calls_of.remove("a")
    await until(made, "a", 0)
    assert "lookups:a" not in shared.held


async def test_a_node_that_slept_goes_on_under_another_name(
    nodes: Nodes, caplog: pytest.LogCaptureFixture
) -> None:
    """Its calls of before are asked for by the heir; new ones by itself."""
    shared, _, made = nodes
    await made["a"].die()  # as a stopped process
    shared.dead.add("a")
    await asyncio.sleep(0.05)
    shared.dead.clear()
    made["a"].start()
    async with asyncio.timeout(WITHIN_S):
        while made["a"].duty.name == "a":
            await asyncio.sleep(0.005)
    assert "taken over" in caplog.text
    assert made["a"].duty.name == "a-2"
    assert asking(made, "a") != ["a"]
    assert asking(made, "a-2") == ["a"]


async def test_leases_that_cannot_be_had_are_tried_again(nodes: Nodes) -> None:
    shared, _, made = nodes
    shared.away = True
    await made.pop("c").die()
    shared.dead.add("c")
    await asyncio.sleep(0.05)
    assert asking(made, "c") == []
    shared.away = False
    await until(made, "c", 1)


def test_a_node_that_is_alone_asks_for_every_call() -> None:
    duty = CallDuty(LocalLeases())
    assert duty.name is None
    assert duty.mine("another")
    assert duty.mine(None)
