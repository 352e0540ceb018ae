"""What is lost, shown twice or left open when a node fails under load?"""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest
from redis_server import RedisServer

from .conftest import running
from .fleet import Fleet, Node
from .trial import AWAY_S, Fault, run_trial

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]


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


async def everything_killed(fleet: Fleet) -> None:
    for node in fleet.nodes:
        await node.end(signal.SIGKILL)
    fleet.server.kill()
    fleet.server.start()
    for node in fleet.nodes:
        await node.start(fleet.http)


@pytest.mark.parametrize(
    "fault", [nothing, node_killed, node_stopped, node_asleep, everything_killed]
)
async def test_a_node_that_fails_loses_nothing(
    fleet: Fleet, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    await run_trial(fleet, fault, capsys)


async def nodes_apart(fleet: Fleet) -> None:
    """Nodes that do not see each other: they never do, all goes through Redis."""
    for _ in range(20):
        for node in fleet.nodes:
            others = {other.port for other in fleet.nodes} - {node.port}
            ports = remote_ports(node.pid)
            assert fleet.server.port in ports
            assert not ports & others
        await asyncio.sleep(AWAY_S / 20)


async def test_nodes_have_no_connection_to_each_other(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    await run_trial(fleet, nodes_apart, capsys)


def remote_ports(pid: int) -> set[int]:
    """The other ends of a process's established TCP connections."""
    sockets = {
        link.readlink().name.removeprefix("socket:[").rstrip("]")
        for link in Path(f"/proc/{pid}/fd").iterdir()
        if link.is_symlink() and "socket:[" in str(link.readlink())
    }
    rows = [x.split() for x in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {
        int(remote.partition(":")[2], 16)
        for _, _, remote, state, *rest in rows
        if state == "01" and rest[5] in sockets
    }


async def one_name_twice(fleet: Fleet) -> None:
    """Two nodes were started under one name: one of them says so."""
    said = [await node.says(fleet.http) for node in fleet.nodes]
    assert sum("two nodes are named a" in text for text in said) == 1
    await fleet.nodes[0].end(signal.SIGKILL)
    await asyncio.sleep(AWAY_S)
    await fleet.nodes[0].start(fleet.http)


async def test_two_nodes_of_one_name_lose_nothing(
    tmp_path: Path, server: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    nodes = [Node(tmp_path, "a", server.url), Node(tmp_path, "b", server.url)]
    nodes.append(Node(tmp_path, "c", server.url, node="a"))
    async with running(nodes, server) as fleet:
        await run_trial(fleet, one_name_twice, capsys)
