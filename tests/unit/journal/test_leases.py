"""Does one node at a time do a piece of work, whatever becomes of the owner?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from screenpop.domain.errors import Unavailable
from screenpop.journal.leases import LEASE_S, Lease, LeaseLost, Leases, LocalLeases
from screenpop.support.clock import FakeClock
from screenpop.support.tasks import TaskOwner


class SharedLeases(Leases):
    """One lease, as a server keeps it; `away` while it does not answer."""

    def __init__(self, clock: FakeClock):
        self._clock = clock
        self.held: tuple[str, float] | None = None
        self.away = False
        self._owners = 0

    @property
    def owner(self) -> str:
        """Each that asks is another node."""
        self._owners += 1
        return str(self._owners)

    async def acquire(self, name: str, owner: str, ttl_s: float) -> bool:
        if await self.holder(name) not in (None, owner):
            return False
        self.held = (owner, self._clock.monotonic_s() + ttl_s)
        return True

    async def renew(self, name: str, owner: str, ttl_s: float) -> bool:
        if await self.holder(name) != owner:
            return False
        return await self.acquire(name, owner, ttl_s)

    async def release(self, name: str, owner: str) -> None:
        if await self.holder(name) == owner:
            self.held = None

    async def holder(self, name: str) -> str | None:
        if self.away:
            raise Unavailable("no answer")
        if self.held is None or self._clock.monotonic_s() >= self.held[1]:
            return None
        return self.held[0]


class Node:
    """One that wants to do the work; `time` passes when the test says so."""

    def __init__(self, name: str, leases: Leases, clock: FakeClock):
        self.due = asyncio.Event()
        self.works = self.waits = 0
        self.ends = asyncio.Event()
        self.lease = Lease(leases, "work", name, clock=clock, pause=self._pause)

    async def _pause(self, seconds: float) -> None:
        self.due.clear()
        await self.due.wait()

    async def work(self) -> None:
        self.works += 1
        try:
            await self.ends.wait()
        finally:
            self.works -= 1

    async def wait(self) -> None:
        self.waits += 1

    async def run(self) -> None:
        await self.lease.run(self.work, self.wait)


class Nodes:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.leases = SharedLeases(self.clock)
        self.a, self.b = (Node(x, self.leases, self.clock) for x in "ab")
        self.tasks = TaskOwner("nodes")

    async def begin(self) -> None:
        self.tasks.spawn(self.a.run(), name="a")
        await until(lambda: self.a.works == 1)
        self.tasks.spawn(self.b.run(), name="b")
        await until(lambda: self.b.waits == 1)

    async def pass_(self, seconds: float, *awake: Node) -> None:
        self.clock.advance(seconds)
        for node in awake:
            node.due.set()
        await settle()


async def settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not reached():
            await asyncio.sleep(0)


@pytest.fixture
async def nodes() -> AsyncIterator[Nodes]:
    nodes = Nodes()
    await nodes.begin()
    yield nodes
    await nodes.tasks.close()


async def test_one_node_works_for_as_long_as_it_renews(nodes: Nodes) -> None:
    for _ in range(10):
        await nodes.pass_(LEASE_S / 2, nodes.a, nodes.b)
        assert (nodes.a.works, nodes.b.works) == (1, 0)
    assert nodes.b.lease.other == "a"
    assert nodes.a.lease.is_held
    assert not nodes.b.lease.is_held
    with pytest.raises(LeaseLost):
        nodes.b.lease.check()


async def test_a_lease_that_is_not_renewed_is_taken_over(nodes: Nodes) -> None:
    await nodes.pass_(LEASE_S, nodes.b)  # a stands still
    assert nodes.b.works == 1
    assert not nodes.a.lease.is_held  # before it does anything else
    await nodes.pass_(0, nodes.a)  # it goes on, and asks
    assert (nodes.a.works, nodes.b.works) == (0, 1)
    assert nodes.leases.held is not None
    assert nodes.leases.held[0].startswith("b ")


async def test_an_owner_ends_when_the_server_is_away_for_the_time_of_a_lease(
    nodes: Nodes,
) -> None:
    nodes.leases.away = True
    await nodes.pass_(LEASE_S / 2, nodes.a)
    assert nodes.a.works == 1
    await nodes.pass_(LEASE_S / 2, nodes.a)
    assert nodes.a.works == 0


async def test_a_node_that_stops_frees_the_lease_at_once(nodes: Nodes) -> None:
    nodes.a.ends.set()
    await settle()
    assert nodes.a.works == 0
    assert nodes.leases.held is None
    await nodes.pass_(0, nodes.b)
    assert nodes.b.works == 1


async def test_work_of_one_node_needs_no_renewal() -> None:
    clock = FakeClock()
    alone = Node("a", LocalLeases(), clock)
    tasks = TaskOwner("node")
    tasks.spawn(alone.run(), name="a")
    await until(lambda: alone.works == 1)
    clock.advance(1_000 * LEASE_S)
    alone.lease.check()
    assert alone.lease.is_held
    await tasks.close()
