"""What is lost, shown twice or left open when Redis fails under load?"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time

import pytest
from redis_server import RedisServer

from .fleet import Fleet
from .trial import AWAY_S, Fault, Window, run_trial

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

FILL = "for i = 1, 1000 do redis.call('SET', 'filler:' .. i, 'x') end"


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


async def redis_loading(fleet: Fleet) -> None:
    """Killed, and back while it still reads its data: it answers `-LOADING`."""
    server = fleet.server
    server.command("EVAL", FILL, "0")
    server.command("BGREWRITEAOF")
    async with asyncio.timeout(AWAY_S):
        while "aof_rewrites:1" not in server.command("INFO", "persistence"):
            await asyncio.sleep(0.1)
    server.kill()
    server.start(
        "--key-load-delay", "2000", "--loading-process-events-interval-bytes", "1024",
        wait=False,
    )  # fmt: skip
    said = ""
    async with asyncio.timeout(AWAY_S * 3):
        while "PONG" not in said:
            said += await asyncio.to_thread(pinged, server)
            await asyncio.sleep(0.1)
    assert "LOADING" in said


def pinged(server: RedisServer) -> str:
    try:
        return server.command("PING")
    except subprocess.CalledProcessError as error:
        return str(error.stdout + error.stderr)


async def redis_read_only(fleet: Fleet) -> None:
    """A replica of a master that does not answer: it keeps its data, takes no more."""
    fleet.server.command("REPLICAOF", "127.0.0.1", "1")
    await asyncio.sleep(AWAY_S)
    fleet.server.command("REPLICAOF", "NO", "ONE")


async def redis_emptied(fleet: Fleet) -> Window:
    """FLUSHALL: what was acknowledged before is lost, nothing after it."""
    fleet.server.command("FLUSHALL")
    return Window(0.0, time.monotonic())


@pytest.mark.parametrize(
    "fault",
    [
        redis_killed,
        redis_asleep,
        redis_full,
        redis_loading,
        redis_read_only,
        redis_emptied,
    ],
)
async def test_a_redis_that_fails_loses_what_was_stated_and_no_more(
    fleet: Fleet, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    await run_trial(fleet, fault, capsys)
