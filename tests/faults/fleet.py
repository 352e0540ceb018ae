"""Several nodes as processes, telephones and browsers that do not give up, a checker.

The checker knows only what was acknowledged to the telephones and what the browsers
were sent; it reads the journal in Redis with a connection of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from call_centre import AGENTS, PASSWORD, let_everybody_in, signed, write_config
from redis_server import RedisServer, free_port
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from screenpop.journal.base import START, Offset
from screenpop.journal.records import EventRecord
from screenpop.journal.redis import RedisJournal
from screenpop.journal.redis_address import parse_address
from screenpop.support.tasks import TaskOwner
from screenpop.wallboard.counters import TOTAL

READY_WITHIN_S = 120.0
TRY_S = 3.0  # so long a telephone system waits for one answer
GIVES_UP_S = 60.0
AWAY_S = (0.1, 0.5)  # a browser waits so long before it tries the next node
STEP_S = 0.3  # between ringing, answer and end


class Node:
    """One `screenpop serve`."""

    def __init__(
        self,
        folder: Path,
        name: str,
        url: str,
        *,
        data_dir: Path | None = None,
        store: str | None = None,
        **journal: Any,
    ):
        """`store` is the URL of a PostgreSQL where everybody is already let in."""
        self.name = name
        self.port = free_port()
        self.data_dir = data_dir or folder / name / "data"
        self._folder = folder / name
        self._journal = {"engine": "redis", "url": url, "node": name, **journal}
        self._store = store
        self._key = folder / "session.key"
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def make(self) -> None:
        self._folder.mkdir()
        if self._store is None:
            await let_everybody_in(self.data_dir.parent)
        write_config(
            self._folder,
            server={
                "port": self.port, "country": "GB", "data_dir": str(self.data_dir)
            },
            queues={"sales": {"label": "Sales"}},
            journal=self._journal,
            security={"session_key_file": str(self._key)},
            **({"store": {"url": self._store}} if self._store else {}),
        )  # fmt: skip

    async def start(self, http: aiohttp.ClientSession) -> None:
        """Returns when it is ready."""
        with (self._folder / "log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "screenpop", "serve",
                "--config", str(self._folder / "screenpop.yaml"), stderr=log,
            )  # fmt: skip
        async with asyncio.timeout(READY_WITHIN_S):
            while not await self._is_ready(http):
                await asyncio.sleep(0.1)

    async def _is_ready(self, http: aiohttp.ClientSession) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, self.log()
        with suppress(aiohttp.ClientError, TimeoutError):
            async with http.get(f"{self.url}/readyz") as answer:
                return answer.status == 200
        return False

    async def says(self, http: aiohttp.ClientSession, path: str = "/readyz") -> str:
        """The answer to anybody, as text."""
        async with http.get(f"{self.url}{path}") as answer:
            return await answer.text()

    def send(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    async def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None and self._process.returncode is None:
            self.send(number)
            self.send(signal.SIGCONT)
            await self._process.wait()

    def log(self) -> str:
        return (self._folder / "log").read_text()[-5000:]


class Browser:
    """One person's desk: goes to another node when its own does not answer."""

    def __init__(self, fleet: Fleet, name: str, first: int):
        self.fleet = fleet
        self.name = name
        self.at = first
        self.seen: dict[str, float] = {}  # call id: when its card was first here
        self.open: set[str] = set()
        self.closed: set[str] = set()
        self.doubled: list[str] = []
        self.told: dict[str, list[str]] = {}  # by call id, for a failure's text
        self.resyncs: Counter[str] = Counter()
        self.longest_away_s = 0.0
        self._after = 0
        self._left_s: float | None = None
        self._chance = random.Random(name)

    async def run(self) -> None:
        while True:
            node = self.fleet.nodes[self.at % len(self.fleet.nodes)]
            with suppress(OSError, WebSocketException, TimeoutError):
                await self._listen(node)
            self._left_s = self._left_s or time.monotonic()
            self.at += 1
            await asyncio.sleep(self._chance.uniform(*AWAY_S))

    async def _listen(self, node: Node) -> None:
        async with connect(
            f"{node.url.replace('http', 'ws', 1)}/v1/agent",
            subprotocols=["screenpop.v1"],  # type: ignore[list-item]
            additional_headers={
                "Cookie": self.fleet.cookies[self.name], "Origin": node.url
            },
            open_timeout=TRY_S,
            ping_interval=1,
            ping_timeout=2,
            close_timeout=0.5,
            proxy=None,
        ) as socket:  # fmt: skip
            await socket.send(json.dumps({"frame": "resume", "after": self._after}))
            async for text in socket:
                self._take(json.loads(text))

    def _note(self, frame: dict[str, Any]) -> None:
        for pop in frame.get("pops", [frame]):
            words = [frame["frame"], pop.get("occurrence"), frame["offset"]]
            words += [pop.get("state"), pop.get("closed"), pop.get("reason")]
            told = self.told.setdefault(str(pop.get("call_id")), [])
            told.append(" ".join(str(word) for word in words if word is not None))

    def _take(self, frame: dict[str, Any]) -> None:
        now_s = time.monotonic()
        if self._left_s is not None and frame["frame"] != "hello":
            self.longest_away_s = max(self.longest_away_s, now_s - self._left_s)
            self._left_s = None
        call_id = str(frame.get("call_id"))
        self._note(frame)
        match frame["frame"]:
            case "resync":
                self.resyncs[frame["reason"]] += 1
                self.open = {x["call_id"] for x in frame["pops"] if not x["closed"]}
                for pop in frame["pops"]:
                    self.seen.setdefault(pop["call_id"], now_s)
                self._after = frame["offset"]
                return
            case "pop.opened":
                if call_id in self.open | self.closed:
                    self.doubled.append(call_id)
                self.seen.setdefault(call_id, now_s)
                (self.closed if frame["closed"] else self.open).add(call_id)
            case "pop.closed":
                self.open.discard(call_id)
                self.closed.add(call_id)
            case "hello":
                return
        self._after = max(self._after, frame["offset"])


@dataclass
class Fleet:
    """Everything that takes part in one trial."""

    nodes: list[Node]
    server: RedisServer
    http: aiohttp.ClientSession
    url: str  # of the journal, for the checker
    cookies: dict[str, str] = field(default_factory=dict)
    browsers: list[Browser] = field(default_factory=list)
    rung: dict[str, str] = field(default_factory=dict)  # call id: at whom
    sent_s: dict[str, float] = field(default_factory=dict)
    """By event id, when it was sent first."""
    acknowledged_s: dict[str, float] = field(default_factory=dict)
    slowest_s: float = 0.0  # from the first try to the acknowledgement
    tasks: TaskOwner = field(default_factory=lambda: TaskOwner("fleet"))

    async def begin(self) -> None:
        for node in self.nodes:
            await node.make()
        await asyncio.gather(*(node.start(self.http) for node in self.nodes))
        for place, name in enumerate(AGENTS):
            self.cookies[name] = await self._log_in(name)
            browser = Browser(self, name, place)
            self.browsers.append(browser)
            self.tasks.spawn(browser.run(), name=f"browser of {name}")
        await asyncio.sleep(1)

    async def _log_in(self, name: str) -> str:
        url = self.nodes[0].url
        async with self.http.post(
            f"{url}/v1/session",
            json={"username": name, "password": PASSWORD},
            headers={"Origin": url},
        ) as answer:
            assert answer.status == 200, await answer.text()
            return f"screenpop_session={answer.cookies['screenpop_session'].value}"

    async def calls(self, rate: float, seconds: float) -> None:
        """Calls that ring, are answered and end; returns when the last is over."""
        running, people = [], itertools.cycle(AGENTS)
        for number in range(round(rate * seconds)):
            call = self._call(f"f-{number}", next(people), number)
            running.append(self.tasks.spawn(call, name=f"call {number}"))
            await asyncio.sleep(1 / rate)
        await asyncio.gather(*running)

    async def _call(self, call_id: str, name: str, place: int) -> None:
        event = {"call_id": call_id, "agents": [AGENTS[name]], "queue": "sales"}
        for kind in ("alerting", "answered", "ended"):
            more = {"type": kind, "event_id": f"{call_id}/{kind}", **event}
            if kind == "ended":
                del more["agents"]
            await self._told(more, place)
            if kind == "alerting":
                self.rung[call_id] = name
            await asyncio.sleep(STEP_S)

    async def _told(self, event: dict[str, Any], place: int) -> None:
        """As a telephone system: the same event again, at another node, until 2xx."""
        began_s = self.sent_s[event["event_id"]] = time.monotonic()
        body = json.dumps(event).encode()
        for turn in itertools.count(place):
            node = self.nodes[turn % len(self.nodes)]
            with suppress(aiohttp.ClientError, TimeoutError):
                async with asyncio.timeout(TRY_S), self.http.post(
                    f"{node.url}/v1/telephony/main", data=body, headers=signed(body)
                ) as answer:  # fmt: skip
                    if answer.status == 200:
                        break
            assert time.monotonic() - began_s < GIVES_UP_S, event
            await asyncio.sleep(0.1)
        self.acknowledged_s[event["event_id"]] = time.monotonic()
        self.slowest_s = max(self.slowest_s, time.monotonic() - began_s)

    async def end(self) -> None:
        await self.tasks.close()
        for node in self.nodes:
            await node.end()

    # -- What came of it

    async def stored(self) -> Counter[str]:
        """How often each event stands in the journal."""
        journal = RedisJournal(parse_address(self.url), node="checker")
        await journal.open()
        found: Counter[str] = Counter()
        after = START
        while entries := await journal.read(Offset(after), 1000):
            records = [entry.record for entry in entries]
            found.update(x.key for x in records if isinstance(x, EventRecord))
            after = entries[-1].offset
        await journal.close()
        return found

    async def counted(self, node: Node) -> dict[str, int]:
        """The day's counters of all queues, as that node tells a supervisor."""
        headers = {"Cookie": await self._supervisor()}
        async with self.http.get(f"{node.url}/v1/stats", headers=headers) as answer:
            told = await answer.json()
        [total] = [row for row in told["queues"] if row["queue"] == TOTAL]
        return {name: total["values"][name] for name in ("offered", "answered")}

    async def _supervisor(self) -> str:
        if "sue" not in self.cookies:
            self.cookies["sue"] = await self._log_in("sue")
        return self.cookies["sue"]

    def worst_gap_s(self, since: dict[str, float]) -> float:
        """From the sending, or the acknowledgement, of a ringing to its card."""
        seen = {browser.name: browser.seen for browser in self.browsers}
        gaps = [
            max(0.0, seen[name][call_id] - since[f"{call_id}/alerting"])
            for call_id, name in self.rung.items()
            if call_id in seen[name]
        ]
        return max(gaps, default=0.0)

    def unseen(self) -> list[str]:
        seen = {browser.name: browser.seen for browser in self.browsers}
        return [call for call, name in self.rung.items() if call not in seen[name]]
