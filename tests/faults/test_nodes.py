"""What is lost, shown twice or left open when a node or Redis fails under load?

Each trial prints one row.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from redis_server import redis_server

from .fleet import Fleet, Node

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

RATE = 10.0
SECONDS = 14.0
BEFORE_S = 4.0
AWAY_S = 5.0
WHOLE_WITHIN_S = 30.0


@pytest.fixture
async def fleet(tmp_path: Path) -> AsyncIterator[Fleet]:
    durable = ("--appendonly", "yes", "--appendfsync", "always")
    with redis_server(*durable) as server:
        nodes = [Node(tmp_path, name, server) for name in ("a", "b", "c")]
        async with aiohttp.ClientSession() as http:
            fleet = Fleet(nodes, server, http)
            try:
                await fleet.begin()
                yield fleet
            finally:
                await fleet.end()


async def nothing(fleet: Fleet) -> None:
    """The same load without a fault, to compare with."""


async def node_killed(fleet: Fleet) -> None:
    await fleet.nodes[0].end(signal.SIGKILL)
    await asyncio.sleep(AWAY_S)
    await fleet.nodes[0].start(fleet.http)


async def node_stopped(fleet: Fleet) -> None:
    await fleet.nodes[0].end()
    await asyncio.sleep(AWAY_S)
    await fleet.nodes[0].start(fleet.http)


async def node_asleep(fleet: Fleet) -> None:
    """For longer than its lease."""
    fleet.nodes[0].send(signal.SIGSTOP)
    await asyncio.sleep(AWAY_S + 3)
    fleet.nodes[0].send(signal.SIGCONT)


async def redis_killed(fleet: Fleet) -> None:
    fleet.server.kill()
    await asyncio.sleep(AWAY_S)
    fleet.server.start()


async def redis_asleep(fleet: Fleet) -> None:
    fleet.server.send(signal.SIGSTOP)
    await asyncio.sleep(AWAY_S)
    fleet.server.send(signal.SIGCONT)


async def redis_full(fleet: Fleet) -> None:
    fleet.server.command("CONFIG", "SET", "maxmemory", "1")
    await asyncio.sleep(AWAY_S)
    fleet.server.command("CONFIG", "SET", "maxmemory", "0")


async def everything_killed(fleet: Fleet) -> None:
    for node in fleet.nodes:
        await node.end(signal.SIGKILL)
    fleet.server.kill()
    fleet.server.start()
    for node in fleet.nodes:
        await node.start(fleet.http)


@pytest.mark.parametrize(
    "fault",
    [
        nothing,
        node_killed,
        node_stopped,
        node_asleep,
        redis_killed,
        redis_asleep,
        redis_full,
        everything_killed,
    ],
)
async def test_a_fault_loses_nothing(
    fleet: Fleet, fault: object, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = fleet.tasks.spawn(fleet.calls(RATE, SECONDS), name="calls")
    await asyncio.sleep(BEFORE_S)
    await fault(fleet)  # type: ignore[operator]
    await calls
    await whole_again(fleet)
    stored = await fleet.stored()
    lost = sorted(fleet.acknowledged - stored.keys())
    twice = sorted(event for event, times in stored.items() if times > 1)
    doubled = [call for browser in fleet.browsers for call in browser.doubled]
    left_open = [call for browser in fleet.browsers for call in browser.open]
    count = len(fleet.rung)
    away_s = max(browser.longest_away_s for browser in fleet.browsers)
    with capsys.disabled():
        print(
            f"\n{getattr(fault, '__name__', '')}: {len(fleet.acknowledged)} events,"
            f" lost {len(lost)}, stored twice {len(twice)}, shown twice {len(doubled)},"
            f" left open {len(left_open)}, unseen {len(fleet.unseen())}, worst gap"
            f" {fleet.worst_gap_s():.1f} s, browser away at most {away_s:.1f} s,"
            f" slowest answer {fleet.slowest_s:.1f} s"
        )
    assert (lost, twice, doubled, left_open) == ([], [], [], [])
    assert count == round(RATE * SECONDS)
    assert fleet.unseen() == []
    for node in fleet.nodes:
        assert await fleet.counted(node) == {"offered": count, "answered": count}


async def whole_again(fleet: Fleet) -> None:
    """All nodes have read all, and every browser is connected and up to date."""
    until_s = time.monotonic() + WHOLE_WITHIN_S
    while True:
        counts = [await fleet.counted(node) for node in fleet.nodes]
        left_open = {browser.name: sorted(browser.open) for browser in fleet.browsers}
        if len({str(x) for x in counts}) == 1 and not any(left_open.values()):
            break
        if time.monotonic() > until_s:
            pytest.fail(f"not whole again: {counts}, open {left_open}")
        await asyncio.sleep(0.2)
    await asyncio.sleep(1)  # what would come too late or twice
