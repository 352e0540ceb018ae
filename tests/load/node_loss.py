"""How long is a browser without a desk when one of several nodes ends?

    python tests/load/node_loss.py                    4 nodes x 2,500 browsers, kill -9
    python tests/load/node_loss.py --stop             the same with SIGTERM
    python tests/load/node_loss.py --redis-away 30    nobody ends, Redis is away so long

Browsers wait as the desk does (agent_ui/src/shared/backoff.ts); one whose connection
is refused gets the next node at once, as from a proxy. A browser is whole again with
the first frame after its `resume`. All nodes, Redis and the browsers share the cores.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import aiohttp
import msgspec
import uvloop

sys.path.insert(0, str(Path(__file__).parents[1]))

from load.bench import raise_file_limit
from load.figures import percentile
from load.process import Command, Processor, ServerProcess, free_port
from load.process import used as used_by
from load.service import SESSION_S, _agent, _apart, _seeded
from load.targets import environment
from load.wire import FrameClient, upgrade_request
from load.workload import CALLERS, LINE, SECRET, agent_name, ended, signature
from redis_server import RedisServer, redis_server

from screenpop.history.engine import sqlite_url
from screenpop.web.auth import COOKIE, Signer, session_key

WHOLE_WITHIN_S = 60.0
BACKOFF_MIN_S, BACKOFF_FIRST_S, BACKOFF_MAX_S = 0.1, 1.0, 8.0
CONNECTING_AT_ONCE = 200
TRY_S = 3.0
REPEAT_S = 0.1
CALL_S = 2.0  # from ringing to its end
EACH_SECOND = ("--appendonly", "yes", "--appendfsync", "everysec")


class Seen(msgspec.Struct):
    frame: str
    offset: int = 0
    call_id: str = ""
    closed: str | None = None
    reason: str = ""
    pops: list[Seen] = []


_decode = msgspec.json.Decoder(Seen).decode


class Desk:
    """One browser; `nodes` are tried in turn."""

    def __init__(self, centre: Centre, index: int, at: int, headers: str):
        self.centre = centre
        self.index = index
        self.at = at
        self.lost_s = 0.0  # when its connection ended; 0: it is whole
        self.seen: dict[str, float] = {}
        self.open: set[str] = set()
        self.resyncs: list[str] = []
        self.frames_doubled = 0
        self._headers = headers
        self._after = 0
        self._attempt = 0

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        for _ in self.centre.ports:
            port = self.centre.ports[self.at % len(self.centre.ports)]
            request = upgrade_request(
                "/v1/agent",
                f"127.0.0.1:{port}",
                f"Origin: http://127.0.0.1:{port}\r\n{self._headers}",
            )
            try:
                await loop.create_connection(
                    lambda request=request: FrameClient(  # type: ignore[misc]
                        self.index, request, self.take, self.gone
                    ),
                    "127.0.0.1",
                    port,
                )
            except OSError:
                self.at += 1
            else:
                return
        self.again()

    def take(self, client: FrameClient, payload: bytes, now_ns: int) -> None:
        frame = _decode(payload)
        now_s = now_ns / 1e9
        if frame.frame == "hello":
            client.send(b'{"frame":"resume","after":%d}' % self._after)
            return
        self._attempt = 0
        if self.lost_s:
            self.centre.whole(self, now_s - self.lost_s)
            self.lost_s = 0.0
        self._after = frame.offset if frame.reason else max(self._after, frame.offset)
        if frame.frame == "resync":
            self.resyncs.append(frame.reason)
            self.open = {pop.call_id for pop in frame.pops if not pop.closed}
            for pop in frame.pops:
                self.seen.setdefault(pop.call_id, now_s)
        elif frame.frame == "pop.opened":
            self.frames_doubled += frame.call_id in self.open
            self.seen.setdefault(frame.call_id, now_s)
            self.open.add(frame.call_id)
        elif frame.frame == "pop.closed":
            self.open.discard(frame.call_id)

    def gone(self, client: FrameClient, why: str) -> None:
        if self.centre.over:
            return
        self.centre.causes[why.splitlines()[0][:60]] += 1
        self.lost_s = self.lost_s or perf_counter()
        self.at += random.randrange(1, len(self.centre.ports))  # as proxies spread
        self.again()

    def again(self) -> None:
        ceiling = min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2**self._attempt)
        self._attempt += 1
        pause_s = BACKOFF_MIN_S + random.random() * (ceiling - BACKOFF_MIN_S)
        loop = asyncio.get_running_loop()
        loop.call_later(pause_s, lambda: self.centre.tasks.add(self.connect()))


class Tasks:
    """Holds what runs, so that it is not collected."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def add(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


@dataclass
class Centre:
    """All nodes, browsers and calls."""

    ports: list[int]
    http: aiohttp.ClientSession
    tasks: Tasks = field(default_factory=Tasks)
    desks: list[Desk] = field(default_factory=list)
    away_s: list[float] = field(default_factory=list)
    causes: Counter[str] = field(default_factory=Counter)
    sent_s: dict[str, float] = field(default_factory=dict)
    acked_s: dict[str, float] = field(default_factory=dict)
    rung: dict[str, int] = field(default_factory=dict)
    over: bool = False  # what ends now does not come again
    at_home: set[str] = field(default_factory=set)
    """Calls that the node of their agent took."""
    slowest_s: float = 0.0
    ended: int = 0

    def whole(self, desk: Desk, away_s: float) -> None:
        self.away_s.append(away_s)

    def waiting(self) -> int:
        return sum(1 for desk in self.desks if desk.lost_s)

    async def open_all(self) -> float:
        began_s = perf_counter()
        gate = asyncio.Semaphore(CONNECTING_AT_ONCE)

        async def one(desk: Desk) -> None:
            async with gate:
                desk.lost_s = perf_counter()
                await desk.connect()
                while desk.lost_s:
                    await asyncio.sleep(0.02)

        await asyncio.gather(*(one(desk) for desk in self.desks))
        self.away_s.clear()
        return perf_counter() - began_s

    async def calls(self, rate: float, until: asyncio.Event, seed: int = 1) -> None:
        """Open loop: calls at random moments, at random agents."""
        chance = random.Random(seed)
        due_s = perf_counter()
        running = []
        for number in itertools.count():
            if until.is_set():
                break
            due_s += chance.expovariate(rate)
            await asyncio.sleep(max(0.0, due_s - perf_counter()))
            agent = chance.randrange(len(self.desks))
            running.append(self.tasks.add(self._call(f"n-{number}", agent, number)))
        await asyncio.gather(*running)

    async def _call(self, call_id: str, agent: int, place: int) -> None:
        self.rung[call_id] = agent
        event = {
            "type": "alerting", "call_id": call_id, "event_id": f"{call_id}-r",
            "from": CALLERS[place % len(CALLERS)], "queue": "sales",
            "agents": [agent_name(agent)],
        }  # fmt: skip
        self.sent_s[call_id] = perf_counter()
        taken_at = await self._told(json.dumps(event).encode(), place)
        if taken_at == self.desks[agent].at % len(self.ports):
            self.at_home.add(call_id)
        self.acked_s[call_id] = perf_counter()
        await asyncio.sleep(CALL_S)
        await self._told(ended([call_id]), place)
        self.ended += 1

    async def _told(self, body: bytes, place: int) -> int:
        """Again, at the next node, until one acknowledges; which one did."""
        began_s = perf_counter()
        headers = {"X-Screenpop-Signature": signature(body)}
        for turn in itertools.count(place):
            port = self.ports[turn % len(self.ports)]
            try:
                async with asyncio.timeout(TRY_S), self.http.post(
                    f"http://127.0.0.1:{port}/v1/telephony/{LINE}",
                    data=body, headers=headers,
                ) as answer:  # fmt: skip
                    if answer.status == 200:
                        break
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(REPEAT_S)
        self.slowest_s = max(self.slowest_s, perf_counter() - began_s)
        return turn % len(self.ports)

    def gaps(self, since: Mapping[str, float]) -> list[float]:
        return sorted(self.gap_s(call, since) for call in since)

    def gap_s(self, call_id: str, since: Mapping[str, float]) -> float:
        """From then until its agent's browser had it; 0: it never had."""
        seen_s = self.desks[self.rung[call_id]].seen.get(call_id, since[call_id])
        return seen_s - since[call_id]

    def unseen(self) -> int:
        rung = self.rung.items()
        return sum(call_id not in self.desks[agent].seen for call_id, agent in rung)


def configured(folder: Path, port: int, name: str, url: str) -> Path:
    path = folder / name / "node.yaml"
    server = {"host": "127.0.0.1", "port": port, "data_dir": "data", "country": "GB"}
    line = {"country": "GB", "settings": {"signing_secret": SECRET.decode()}}
    path.write_text(
        json.dumps(
            {
                "version": 1,
                "server": server,
                "journal": {"engine": "redis", "url": url, "node": name},
                "lines": {LINE: line},
                "queues": {"sales": {"label": "Sales"}},
                "security": {"session_key_file": str(folder / "session.key")},
            }
        )
    )
    return path


async def started(
    folder: Path, count: int, people: int, url: str
) -> list[ServerProcess]:
    users = [_agent(index) for index in range(people)]
    store = folder / "store.sqlite"
    _apart(_seeded(sqlite_url(store), users))
    nodes = []
    for number in range(count):
        name = f"n{number}"
        (folder / name / "data").mkdir(parents=True)
        shutil.copy(store, folder / name / "data" / "store.sqlite")
        port = free_port()
        config = configured(folder, port, name, url)
        command = Command(
            args=[sys.executable, "-m", "screenpop", "serve", "--config", str(config)],
            env=environment(),
            ready_path="/readyz",
            log=folder / name / "log",
        )
        nodes.append(ServerProcess(command, port, set(os.sched_getaffinity(0))))
    await asyncio.gather(*(asyncio.to_thread(node.start) for node in nodes))
    return nodes


def cookies(folder: Path, people: int) -> list[str]:
    signer = Signer(session_key(folder / "session.key"))
    expires_s = int(time.time()) + SESSION_S
    return [
        f"Cookie: {COOKIE}={signer.issue(_agent(index), expires_s)[0]}\r\n"
        for index in range(people)
    ]


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--nodes", type=int, default=4)
    made.add_argument("--browsers", type=int, default=2500, help="of each node")
    made.add_argument("--rate", type=float, default=20.0, help="calls/s")
    made.add_argument("--stop", action="store_true", help="SIGTERM, not kill -9")
    made.add_argument("--redis-away", type=float, metavar="SECONDS")
    return made


async def main(given: argparse.Namespace, folder: Path) -> None:
    people = given.nodes * given.browsers
    raise_file_limit(people)
    with redis_server(*EACH_SECOND) as redis:
        nodes = await started(folder, given.nodes, people, redis.url)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as http:
            centre = Centre([node.port for node in nodes], http)
            for index, cookie in enumerate(cookies(folder, people)):
                centre.desks.append(Desk(centre, index, index % given.nodes, cookie))
            try:
                opened_s = await centre.open_all()
                print(
                    f"{people} browsers at {given.nodes} nodes after {opened_s:.1f} s"
                )
                await measured(centre, nodes, redis, given)
            finally:
                centre.over = True
                for node in nodes:
                    await asyncio.to_thread(node.stop)


async def measured(
    centre: Centre,
    nodes: list[ServerProcess],
    redis: RedisServer,
    given: argparse.Namespace,
) -> None:
    over = asyncio.Event()
    calls = centre.tasks.add(centre.calls(given.rate, over))
    await asyncio.sleep(3)
    before, ours = [node.used() for node in nodes], used_by(os.getpid())
    began_s = perf_counter()
    if given.redis_away:
        await redis_away(centre, redis, given.redis_away)
    else:
        await node_gone(centre, nodes[0], given.stop)
    used = [
        node.used().since(then) if node.process.poll() is None else Processor(0, 0)
        for node, then in zip(nodes, before, strict=True)
    ]
    used.append(used_by(os.getpid()).since(ours))
    spent_s = perf_counter() - began_s
    await asyncio.sleep(1)
    over.set()
    await calls
    await asyncio.sleep(1)
    report(centre, used, spent_s, began_s)


async def node_gone(centre: Centre, node: ServerProcess, stop: bool) -> None:
    if stop:
        node.process.terminate()
    else:
        node.kill()
    await asyncio.sleep(0.1)
    async with asyncio.timeout(WHOLE_WITHIN_S):
        while centre.waiting() or len(centre.away_s) < len(centre.desks) // len(
            centre.ports
        ):
            await asyncio.sleep(0.02)


async def redis_away(centre: Centre, redis: RedisServer, seconds: float) -> None:
    redis.kill()
    await asyncio.sleep(seconds)
    waiting = [await spooled(centre, port) for port in centre.ports]
    await asyncio.to_thread(redis.start)
    back_s = perf_counter()
    async with asyncio.timeout(WHOLE_WITHIN_S):
        while any([await spooled(centre, port) for port in centre.ports]):
            await asyncio.sleep(0.05)
    print(
        f"spooled records of each node: {waiting}; all drained"
        f" {perf_counter() - back_s:.2f} s after Redis answered"
    )


async def spooled(centre: Centre, port: int) -> int:
    async with centre.http.get(f"http://127.0.0.1:{port}/metrics") as answer:
        for line in (await answer.text()).splitlines():
            if line.startswith("screenpop_journal_spooled_records "):
                return int(float(line.split()[1]))
    raise AssertionError("no gauge of the spool")


def report(
    centre: Centre, used: list[Processor], spent_s: float, began_s: float
) -> None:
    away = sorted(centre.away_s)
    if away:
        print(
            f"{len(away)} browsers lost their node ({dict(centre.causes)}); whole again"
            f" after p50 {percentile(away, 0.5):.2f} s, p99"
            f" {percentile(away, 0.99):.2f} s, the last {away[-1]:.2f} s"
        )
    resyncs = Counter(x for desk in centre.desks for x in desk.resyncs[1:])
    doubled = sum(desk.frames_doubled for desk in centre.desks)
    left_open = sum(len(desk.open) for desk in centre.desks)
    print(
        f"{len(centre.rung)} calls, {len(centre.acked_s)} acknowledged, unseen"
        f" {centre.unseen()}, shown twice {doubled}, left open {left_open}, resyncs"
        f" {dict(resyncs)}, slowest answer {centre.slowest_s:.2f} s"
    )
    home = {
        call: at_s for call, at_s in centre.sent_s.items() if call in centre.at_home
    }
    for name, since in (
        ("sent", centre.sent_s),
        ("acknowledged", centre.acked_s),
        (f"of the {len(home)} calls at the agent's own node, sent", home),
    ):
        gaps = centre.gaps(since)
        worst = max(since, key=lambda call: centre.gap_s(call, since))
        print(
            f"{name} to card: p50 {percentile(gaps, 0.5) * 1e3:.1f} ms, p99"
            f" {percentile(gaps, 0.99) * 1e3:.1f} ms, worst {gaps[-1]:.2f} s,"
            f" {since[worst] - began_s:.1f} s after the fault"
        )
    shares = [f"{each.ran_ns / 1e9 / spent_s:.0%}" for each in used]
    print(
        f"processor in those {spent_s:.2f} s: nodes {', '.join(shares[:-1])}, browsers"
        f" {shares[-1]}"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="screenpop-node-loss-") as where:
        uvloop.run(main(parser().parse_args(), Path(where)))
