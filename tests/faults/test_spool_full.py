"""What is lost when a node's spool has no room while Redis is away?

As root the disk is a real one, of a small tmpfs; else only the configured bound is
tried.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from redis_server import RedisServer

from .conftest import NAMES, running
from .fleet import Fleet, Node
from .trial import AWAY_S, run_trial

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

DISK_MB = 8
ENTRIES_MAX = 10


async def spools_full(fleet: Fleet) -> None:
    """At all nodes: events are refused until Redis is back."""
    fleet.server.kill()
    await asyncio.sleep(AWAY_S)
    said = [await node.says(fleet.http, "/metrics") for node in fleet.nodes]
    full = f"screenpop_journal_spooled_records {float(ENTRIES_MAX)}"
    assert any(full in text for text in said)
    fleet.server.start()


async def test_full_spools_refuse_events_and_lose_nothing(
    tmp_path: Path, server: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    nodes = [
        Node(tmp_path, name, server.url, spool_entries_max=ENTRIES_MAX)
        for name in NAMES
    ]
    async with running(nodes, server) as fleet:
        await run_trial(fleet, spools_full, capsys)
        assert fleet.slowest_s > 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ("-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder))
    if os.geteuid() or subprocess.run(["mount", *options], check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    yield folder
    with suppress(subprocess.CalledProcessError):
        subprocess.run(["umount", str(folder)], check=True)


async def test_a_full_disk_of_the_spool_loses_nothing(
    tmp_path: Path,
    server: RedisServer,
    small_disk: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    filler = small_disk / "filler"

    async def disk_full(fleet: Fleet) -> None:
        filler.write_bytes(bytes(free_bytes(small_disk)))
        assert not free_bytes(small_disk)
        fleet.server.kill()
        await asyncio.sleep(AWAY_S)
        fleet.server.start()
        await asyncio.sleep(AWAY_S / 2)
        filler.unlink()

    nodes = [Node(tmp_path, "a", server.url, data_dir=small_disk / "data")]
    nodes += [Node(tmp_path, name, server.url) for name in ("b", "c")]
    async with running(nodes, server) as fleet:
        await run_trial(fleet, disk_full, capsys)
        assert "disk" in nodes[0].log()


def free_bytes(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_bsize
