"""Does one node at a time listen to a line, whatever becomes of the others?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from unit.journal.test_duty import NodeLeases, Shared

from screenpop.intake.line_turn import LineTurn
from screenpop.journal.leases import Leases, LocalLeases
from screenpop.support.tasks import TaskOwner


async def no_pause(seconds: float) -> None:
    await asyncio.sleep(0)


class ListeningNode:
    def __init__(self, leases: Leases, name: str):
        self.turn = LineTurn(leases, "pbx", name, pause=no_pause)
        self.listens = 0
        self.fails = asyncio.Event()
        self.tasks = TaskOwner(name)

    async def _listen(self) -> None:
        self.listens += 1
        try:
            await self.fails.wait()
            raise ValueError("the stream has a defect")
        finally:
            self.listens -= 1

    def begin(self) -> asyncio.Task[None]:
        return self.tasks.spawn(self.turn.run(self._listen), name="turn")


@pytest.fixture
def shared() -> Shared:
    return Shared()


@pytest.fixture
async def nodes(shared: Shared) -> AsyncIterator[tuple[ListeningNode, ListeningNode]]:
    """Both run; the first listens."""
    a, b = (ListeningNode(NodeLeases(shared, x), x) for x in "ab")
    a.begin()
    await until(lambda: a.listens == 1)
    b.begin()
    await until(lambda: b.turn.other == "a")
    yield a, b
    await a.tasks.close()
    await b.tasks.close()


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not reached():
            await asyncio.sleep(0)


async def some_turns() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def test_one_node_listens(nodes: tuple[ListeningNode, ListeningNode]) -> None:
    a, b = nodes
    await some_turns()
    assert (a.listens, b.listens) == (1, 0)
    assert (a.turn.other, b.turn.other) == (None, "a")


async def test_another_listens_when_the_node_ends(
    nodes: tuple[ListeningNode, ListeningNode],
) -> None:
    a, b = nodes
    await a.tasks.close()
    await until(lambda: b.listens == 1)
    assert (a.listens, b.turn.other) == (0, None)


async def test_a_node_whose_lease_went_to_another_stops(
    nodes: tuple[ListeningNode, ListeningNode], shared: Shared
) -> None:
    """It hung for longer than the lease lasts."""
    a, b = nodes
    shared.dead.add("a a")
    await until(lambda: b.listens == 1)
    await until(lambda: a.listens == 0)
    assert a.turn.other == "b"


async def test_while_the_leases_cannot_be_asked_nothing_changes(
    nodes: tuple[ListeningNode, ListeningNode], shared: Shared
) -> None:
    """A node goes on alone without Redis, so it also goes on listening."""
    a, b = nodes
    shared.away = True
    shared.dead.add("a a")
    await some_turns()
    assert (a.listens, b.listens) == (1, 0)
    shared.away = False
    await until(lambda: b.listens == 1)


async def test_a_failed_stream_is_reported_and_its_line_free(shared: Shared) -> None:
    node = ListeningNode(NodeLeases(shared, "a"), "a")
    running = node.begin()
    await until(lambda: node.listens == 1)
    node.fails.set()
    with pytest.raises(ValueError, match="defect"):
        await running
    assert shared.held == {}


async def test_a_node_alone_listens_at_once() -> None:
    node = ListeningNode(LocalLeases(), "a")
    node.begin()
    await until(lambda: node.listens == 1)
    assert node.turn.other is None
    await node.tasks.close()
