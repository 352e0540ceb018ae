"""What does a failover to a replica lose, show twice or leave open under load?

Replication is asynchronous: what the old master acknowledged and the replica had not
received may be lost, and nothing else.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from redis_sentinel import said_by, sentinel_of
from redis_server import DURABLE, RedisServer, redis_server

from .conftest import NAMES, running
from .fleet import Fleet, Node
from .trial import Fault, Window, run_trial

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

BEHIND_S = 3600
LATE_C = f"""
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
int clock_gettime(clockid_t id, struct timespec *at) {{
  int failed = syscall(SYS_clock_gettime, id, at);
  if (!failed && id == CLOCK_REALTIME) at->tv_sec -= {BEHIND_S};
  return failed;
}}
int gettimeofday(struct timeval *at, void *zone) {{
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}}
time_t time(time_t *at) {{
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at) *at = now.tv_sec;
  return now.tv_sec;
}}
"""
LAG_S = 1.0  # a replica on this machine is not further behind
WITHIN_S = 20.0


class Replicated(NamedTuple):
    master: RedisServer
    replica: RedisServer
    sentinel: RedisServer

    @property
    def url(self) -> str:
        return f"redis+sentinel://127.0.0.1:{self.sentinel.port}/main/0"

    async def failover(self) -> Window:
        """Promote the replica; the old master lives on and is demoted later."""
        began_s = time.monotonic()
        self.sentinel.command("SENTINEL", "FAILOVER", "main")
        async with asyncio.timeout(WITHIN_S):
            while not role_of(self.master).startswith("slave"):
                await asyncio.sleep(0.02)
        return Window(began_s - LAG_S, time.monotonic())


def role_of(server: RedisServer) -> str:
    """Nothing while it loads what its master sent."""
    with suppress(subprocess.CalledProcessError):
        return server.command("ROLE")
    return ""


@contextmanager
def replicated(**env: str) -> Iterator[Replicated]:
    """`env` of the replica."""
    with redis_server(*DURABLE) as master:
        copies = ("--replicaof", f"127.0.0.1 {master.port}")
        with (
            redis_server(*DURABLE, *copies, env=env) as replica,
            sentinel_of(master) as sentinel,
        ):
            until_s = time.monotonic() + WITHIN_S
            while "slaves=1" not in said_by(sentinel) or "state=online" not in (
                master.command("INFO", "replication")
            ):
                assert time.monotonic() < until_s
                time.sleep(0.1)
            yield Replicated(master, replica, sentinel)


async def trial(
    folder: Path,
    servers: Replicated,
    fault: Fault,
    capsys: pytest.CaptureFixture[str],
) -> None:
    nodes = [Node(folder, name, servers.url) for name in NAMES]
    async with running(nodes, servers.master, servers.url) as fleet:
        await run_trial(fleet, fault, capsys)
        assert servers.replica.command("ROLE").startswith("master")


async def test_a_failover_by_hand_loses_no_more_than_was_not_replicated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with replicated() as servers:

        async def failover_by_hand(fleet: Fleet) -> Window:
            return await servers.failover()

        await trial(tmp_path, servers, failover_by_hand, capsys)


async def test_a_master_that_is_killed_loses_no_more_than_was_not_replicated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with replicated() as servers:

        async def master_killed(fleet: Fleet) -> Window:
            servers.master.kill()
            killed_s = time.monotonic()
            async with asyncio.timeout(WITHIN_S):
                while not role_of(servers.replica).startswith("master"):
                    await asyncio.sleep(0.1)
            return Window(killed_s - LAG_S, killed_s)

        await trial(tmp_path, servers, master_killed, capsys)


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler: install gcc")
async def test_a_new_master_whose_clock_is_behind_changes_no_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with replicated(LD_PRELOAD=str(late_clock(tmp_path))) as servers:

        async def clock_an_hour_behind(fleet: Fleet) -> Window:
            window = await servers.failover()
            behind_s = time.time() - int(servers.replica.command("TIME").split()[0])
            assert abs(behind_s - BEHIND_S) < 60
            return window

        await trial(tmp_path, servers, clock_an_hour_behind, capsys)


def late_clock(folder: Path) -> Path:
    """A library for `LD_PRELOAD`; libfaketime does not run with jemalloc."""
    source, library = folder / "late.c", folder / "late.so"
    source.write_text(LATE_C)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    return library
