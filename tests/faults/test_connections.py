"""What is lost, shown twice or left open when a node's way to Redis fails?

One of three nodes reaches Redis through a gate; the others do not notice.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from redis_gate import Gate, gate_before
from redis_server import RedisServer

from .conftest import running
from .fleet import Fleet, Node
from .trial import AWAY_S, run_trial

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

LOST_ANSWERS = 10


async def cut(gate: Gate) -> None:
    gate.shut()
    await asyncio.sleep(AWAY_S)
    gate.open()


async def slow(gate: Gate) -> None:
    """300 ms for each answer."""
    gate.delay_s = 0.3
    await asyncio.sleep(AWAY_S)
    gate.delay_s = 0.0


async def half_open(gate: Gate) -> None:
    """Connections are accepted, and nothing is answered."""
    gate.silent = True
    await asyncio.sleep(AWAY_S)
    gate.silent = False
    gate.shut()  # answers that were held back would never come
    gate.open()


async def answers_lost(gate: Gate) -> None:
    """Redis stores the events, and the node does not hear of it."""
    for _ in range(LOST_ANSWERS):
        gate.eat_answer_to(b"alerting")
        async with asyncio.timeout(AWAY_S):
            await gate.eaten.wait()


@pytest.mark.parametrize("fault", [cut, slow, half_open, answers_lost])
async def test_a_bad_connection_to_redis_loses_nothing(
    tmp_path: Path,
    server: RedisServer,
    fault: object,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with gate_before(server.port) as gate:

        async def connection(fleet: Fleet) -> None:
            await fault(gate)  # type: ignore[operator]

        connection.__name__ = f"connection {getattr(fault, '__name__', '')}"
        nodes = [Node(tmp_path, "a", gate.url)]
        nodes += [Node(tmp_path, name, server.url) for name in ("b", "c")]
        async with running(nodes, server) as fleet:
            await run_trial(fleet, connection, capsys)
