"""`screenpop serve --workers N`: processes that share a port and are supervised."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from call_centre import AGENTS, PASSWORD, signed, write_config
from redis_server import RedisServer, redis_server
from unit.history.postgres_server import PostgresServer, binary
from websockets.asyncio.client import ClientConnection, connect

from screenpop.history import migrate
from screenpop.history.engine import Database
from screenpop.history.users import Users

READY_WITHIN_S = 150.0
WITHIN_S = 60.0

pytestmark = [
    pytest.mark.skipif(binary("initdb") is None, reason="no PostgreSQL here"),
    pytest.mark.timeout(400),
]


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    server = PostgresServer()
    try:
        server.start()
        asyncio.run(_let_everybody_in(server.url))
        yield server.url
    finally:
        server.close()


async def _let_everybody_in(url: str) -> None:
    database = Database(url)
    await database.open()
    try:
        await migrate.upgrade(database)
        users = Users(database)
        for name, agent in AGENTS.items():
            await users.create(name, password=PASSWORD, name=name, agents=[agent])
    finally:
        await database.close()


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server("--appendonly", "yes") as server:
        yield server


class Machine:
    """The parent with its workers, as an operator starts them."""

    def __init__(self, folder: Path, count: int, http: aiohttp.ClientSession):
        self.folder = folder
        self.count = count
        self.http = http
        self.port = _free_row(count + 1)
        self.first = self.port + 1
        self._process: asyncio.subprocess.Process | None = None

    def configure(self, redis: RedisServer, store: str, **more: Any) -> None:
        server = {"port": self.port, "worker_port": self.first, "data_dir": "data"}
        more.setdefault("server", {"country": "GB", **server})
        journal = {"engine": "redis", "url": redis.url, "node": "pop"}
        more = {"journal": journal, "store": {"url": store}, **more}
        write_config(self.folder, **more)

    async def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "screenpop", "serve",
                "--config", str(self.folder / "screenpop.yaml"),
                "--workers", str(self.count), stderr=log,
            )  # fmt: skip

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._process is not None
        return self._process

    def url(self, worker: int = 0) -> str:
        """Of the worker of that number, or of the shared port."""
        port = self.first + worker - 1 if worker else self.port
        return f"http://127.0.0.1:{port}"

    async def ready(self) -> None:
        async with asyncio.timeout(READY_WITHIN_S):
            for worker in range(1, self.count + 1):
                while (await self.health(worker)).get("status") != "ready":
                    assert self.process.returncode is None, self.log()
                    await asyncio.sleep(0.1)

    async def health(self, worker: int) -> dict[str, Any]:
        with contextlib.suppress(aiohttp.ClientError):
            async with self.http.get(f"{self.url(worker)}/readyz") as answer:
                found: dict[str, Any] = await answer.json()
                return found
        return {}

    async def metrics(self, worker: int) -> list[str]:
        async with self.http.get(f"{self.url(worker)}/metrics") as answer:
            return (await answer.text()).splitlines()

    def pids(self) -> dict[int, int]:
        """Of the workers that run now, by their number."""
        found = {}
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            for pid in (task / "children").read_text().split():
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if b"--worker" in words:
                    found[int(words[words.index(b"--worker") + 1])] = int(pid)
        return found

    async def ring(self, worker: int, call_id: str, name: str) -> None:
        event = {
            "type": "alerting", "call_id": call_id, "agents": [AGENTS[name]],
            "from": "+442079460958", "event_id": f"{call_id}/1",
        }  # fmt: skip
        body = json.dumps(event).encode()
        url = f"{self.url(worker)}/v1/telephony/main"
        async with self.http.post(url, data=body, headers=signed(body)) as answer:
            assert answer.status == 200, await answer.text()

    @asynccontextmanager
    async def desk(self, name: str, worker: int = 0) -> AsyncIterator[ClientConnection]:
        url = self.url(worker)
        async with self.http.post(
            f"{self.url()}/v1/session",  # at any worker: all accept the cookie
            json={"username": name, "password": PASSWORD},
            headers={"Origin": self.url()},
        ) as answer:
            assert answer.status == 200, await answer.text()
            cookie = answer.cookies["screenpop_session"].value
        async with connect(
            f"{url.replace('http', 'ws', 1)}/v1/agent",
            subprotocols=["screenpop.v1"],  # type: ignore[list-item]
            additional_headers={
                "Cookie": f"screenpop_session={cookie}", "Origin": url
            },
            proxy=None,
        ) as socket:  # fmt: skip
            await socket.send(json.dumps({"frame": "resume", "after": 0}))
            yield socket

    async def end(self) -> int:
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(WITHIN_S):
            return await self.process.wait()

    def log(self) -> str:
        return (self.folder / "log").read_text()


def _free_row(count: int) -> int:
    """The first of so many ports in a row that nobody has.

    Below those that the kernel gives to outgoing connections.
    """
    while True:
        first = random.randrange(20_000, 30_000)
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(first, first + count):
                held.enter_context(_holding(port))
            return first


@contextlib.contextmanager
def _holding(port: int) -> Iterator[None]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))
        yield


@pytest.fixture
async def machine(
    tmp_path: Path, redis: RedisServer, store: str
) -> AsyncIterator[Machine]:
    """Two workers, not started."""
    timeout = aiohttp.ClientTimeout(total=15)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        machine = Machine(tmp_path, 2, http)
        machine.configure(redis, store)
        yield machine
        if machine._process is not None:
            await machine.end()


async def opened(desk: ClientConnection, call_id: str) -> None:
    await seen(desk, lambda x: x["frame"] == "pop.opened" and x["call_id"] == call_id)


async def seen(
    desk: ClientConnection, wanted: Callable[[dict[str, Any]], bool]
) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not wanted(json.loads(await desk.recv())):
            pass


async def test_a_call_at_any_worker_pops_at_an_agent_on_another(
    machine: Machine,
) -> None:
    await machine.start()
    await machine.ready()
    for at in (1, 2):
        async with machine.desk("ana", at) as ana:
            for taker in (1, 2):
                await machine.ring(taker, f"c-{at}{taker}", "ana")
                await opened(ana, f"c-{at}{taker}")
    names = machine.folder / "data"
    assert {"worker-1", "worker-2", "session.key"} <= {x.name for x in names.iterdir()}
    assert await machine.end() == 0


async def test_a_signal_reloads_every_worker(
    machine: Machine, redis: RedisServer, store: str
) -> None:
    server = {"port": machine.port, "worker_port": machine.first, "data_dir": "data"}
    server |= {"country": "GB", "reload_every_s": 0}
    machine.configure(redis, store, server=server)
    await machine.start()
    await machine.ready()
    queues = {"sales": {"label": "Sales, changed"}}
    machine.configure(redis, store, server=server, queues=queues)
    machine.process.send_signal(signal.SIGHUP)
    switched = 'screenpop_config_reloads_total{outcome="switched"} 1.0'
    async with asyncio.timeout(WITHIN_S):
        for worker in (1, 2):
            while switched not in await machine.metrics(worker):
                await asyncio.sleep(0.1)
    async with machine.desk("ana", 1) as ana:
        await machine.ring(2, "after", "ana")
        await opened(ana, "after")


async def test_the_shared_port_reaches_every_worker_and_has_no_metrics(
    machine: Machine,
) -> None:
    await machine.start()
    await machine.ready()
    taken = 60
    for number in range(taken):  # a connection each: the kernel spreads them
        async with aiohttp.ClientSession() as machine.http:
            await machine.ring(0, f"c-{number}", "ben")
    counts = []
    async with aiohttp.ClientSession() as http:
        machine.http = http
        for worker in (1, 2):
            lines = await machine.metrics(worker)
            name = 'screenpop_events_total{line="main",type="alerting"}'
            counts += [float(x.split()[1]) for x in lines if x.startswith(name)]
        assert (len(counts), sum(counts)) == (2, taken)
        async with http.get(f"{machine.url()}/metrics") as answer:
            assert answer.status == 421
            assert (await answer.json())["error"]["code"] == "shared_port"


async def test_a_killed_worker_is_started_again_and_its_browsers_miss_nothing(
    machine: Machine,
) -> None:
    await machine.start()
    await machine.ready()
    killed = machine.pids()[2]
    async with machine.desk("ana", 1) as ana, machine.desk("ben", 2) as ben:
        os.kill(killed, signal.SIGKILL)
        await ben.wait_closed()
        async with asyncio.timeout(WITHIN_S):
            while not await _named(machine, "worker 2"):
                await asyncio.sleep(0.02)
        await machine.ring(1, "c-meanwhile", "ana")
        await opened(ana, "c-meanwhile")
    await machine.ready()
    assert machine.pids()[2] != killed
    async with machine.desk("ana", 2) as again:
        await seen(again, lambda x: "c-meanwhile" in json.dumps(x))
    assert "worker 2 was ended by signal 9 and is started again" in machine.log()
    assert await machine.end() == 0


def runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def _named(machine: Machine, part: str) -> bool:
    """Does another worker report it at /readyz?"""
    problems = (await machine.health(1)).get("problems", [])
    return any(problem["part"] == part for problem in problems)


async def test_sigterm_of_the_parent_drains_all_workers(machine: Machine) -> None:
    await machine.start()
    await machine.ready()
    pids = machine.pids()
    async with machine.desk("ana", 1) as ana, machine.desk("ben", 2) as ben:
        machine.process.send_signal(signal.SIGTERM)
        for desk in (ana, ben):
            await desk.wait_closed()
            assert desk.close_code == 1012
    assert await machine.end() == 0
    assert not [pid for pid in pids.values() if runs(pid)]
    with pytest.raises(aiohttp.ClientError):
        await machine.http.get(f"{machine.url()}/livez")


async def test_workers_whose_parent_was_killed_end_too(machine: Machine) -> None:
    await machine.start()
    await machine.ready()
    pids = machine.pids()
    machine.process.kill()
    async with asyncio.timeout(WITHIN_S):
        while any(runs(pid) for pid in pids.values()):
            await asyncio.sleep(0.1)
    assert machine.log().count("the parent process has ended") == 2


async def test_a_worker_that_cannot_start_ends_all_with_code_1(
    machine: Machine,
) -> None:
    with socket.create_server(("127.0.0.1", machine.first + 1)):
        await machine.start()
        async with asyncio.timeout(WITHIN_S):
            assert await machine.process.wait() == 1
    text = machine.log()
    assert f"cannot listen on 127.0.0.1:{machine.first + 1}" in text
    assert "Set server.host and server.worker_port to a free address" in text
    assert "worker 2 cannot start: it ended with exit code 1" in text


async def test_a_port_where_another_service_listens_is_not_shared_with_it(
    machine: Machine,
) -> None:
    await machine.start()
    await machine.ready()
    other = machine.folder / "other"
    other.mkdir()
    second = Machine(other, 2, machine.http)
    second.port = machine.port
    text = (machine.folder / "screenpop.yaml").read_text()
    text = text.replace(f"worker_port: {machine.first}", f"worker_port: {second.first}")
    (other / "screenpop.yaml").write_text(text.replace("node: pop", "node: other"))
    await second.start()
    async with asyncio.timeout(WITHIN_S):
        assert await second.process.wait() == 1
    assert f"cannot listen on 127.0.0.1:{machine.port}" in second.log()
