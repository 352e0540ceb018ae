"""kill -9 in the middle of 100 calls a second: nothing that got a 2xx is lost."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections import Counter
from pathlib import Path

import aiohttp
from call_centre import (
    AGENTS,
    PASSWORD,
    Frame,
    let_everybody_in,
    signed,
    write_config,
)
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from screenpop.support.tasks import TaskOwner

CALLS = 300
CALLS_PER_S = 100
KILL_AT = 120
UP_WITHIN_S = 60


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


class Server:
    """The service as an operator runs it, in a process of its own."""

    def __init__(self, config: Path, port: int):
        self.url = f"http://127.0.0.1:{port}"
        self._config = config
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, http: aiohttp.ClientSession) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "screenpop",
            "serve",
            "--config",
            str(self._config),
            "--log-level",
            "error",
        )
        async with asyncio.timeout(UP_WITHIN_S):
            while not await self._answers(http):
                await asyncio.sleep(0.05)

    async def _answers(self, http: aiohttp.ClientSession) -> bool:
        try:
            async with http.get(f"{self.url}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def end(self, how: signal.Signals) -> None:
        assert self._process is not None
        os.kill(self._process.pid, how)
        await self._process.wait()


class Tab:
    """A browser that reconnects by itself and resumes where it was."""

    def __init__(self, url: str, cookie: str):
        self._url = url
        self._cookie = cookie
        self.opened: Counter[str] = Counter()
        self.last_offset = 0
        self.connections = 0

    async def run(self) -> None:
        while True:
            try:
                await self._connected()
            except (OSError, ConnectionClosed, InvalidHandshake):
                await asyncio.sleep(0.05)

    async def _connected(self) -> None:
        async with connect(
            f"{self._url.replace('http', 'ws', 1)}/v1/agent",
            subprotocols=["screenpop.v1"],  # type: ignore[list-item]
            additional_headers={"Cookie": self._cookie, "Origin": self._url},
            proxy=None,
        ) as browser:
            self.connections += 1
            resume = {"frame": "resume", "after": self.last_offset}
            await browser.send(json.dumps(resume))
            async for text in browser:
                self._take(json.loads(text))

    def _take(self, frame: Frame) -> None:
        name = frame["frame"]
        if name == "pop.opened":
            self.opened[frame["call_id"]] += 1
        if name == "resync":
            for pop in frame["pops"]:
                assert pop["call_id"] not in self.opened
                self.opened[pop["call_id"]] += 1
        if name != "hello":
            self.last_offset = max(self.last_offset, frame["offset"])


async def post_call(http: aiohttp.ClientSession, url: str, number: int) -> str | None:
    """One call's first ring; its id when it got a 2xx."""
    agent = list(AGENTS.values())[number % len(AGENTS)]
    call_id = f"c-{number}"
    event = {
        "type": "alerting",
        "call_id": call_id,
        "agents": [agent],
        "from": "+442079460958",
        "event_id": f"e-{number}",
    }
    body = json.dumps(event).encode()
    try:
        async with http.post(
            f"{url}/v1/telephony/main", data=body, headers=signed(body)
        ) as answer:
            return call_id if answer.status < 300 else None
    except aiohttp.ClientError:
        return None


async def log_in(http: aiohttp.ClientSession, url: str, name: str) -> str:
    async with http.post(
        f"{url}/v1/session",
        json={"username": name, "password": PASSWORD},
        headers={"Origin": url},
    ) as answer:
        assert answer.status == 200
        return f"screenpop_session={answer.cookies['screenpop_session'].value}"


async def test_after_kill_9_every_call_is_popped_exactly_once(tmp_path: Path) -> None:
    port = free_port()
    server = {"port": port, "country": "GB", "data_dir": "data"}
    config = write_config(tmp_path, server=server, limits={"resume_pops_max": CALLS})
    await let_everybody_in(tmp_path)
    process, owner = Server(config, port), TaskOwner("test")
    async with aiohttp.ClientSession() as http:
        await process.start(http)
        tabs = {}
        for name in AGENTS:
            tabs[name] = Tab(process.url, await log_in(http, process.url, name))
            owner.spawn(tabs[name].run(), name=f"tab of {name}")
        posts = []
        for number in range(CALLS):
            posts.append(
                owner.spawn(post_call(http, process.url, number), name=f"{number}")
            )
            await asyncio.sleep(1 / CALLS_PER_S)
            if number == KILL_AT:
                await process.end(signal.SIGKILL)
                await process.start(http)
        taken = {call_id for call_id in await asyncio.gather(*posts) if call_id}
        popped: Counter[str] = Counter()
        async with asyncio.timeout(UP_WITHIN_S):
            while not taken <= popped.keys():
                await asyncio.sleep(0.05)
                popped = sum((tab.opened for tab in tabs.values()), Counter())
        await owner.close()
        await process.end(signal.SIGTERM)
    assert len(taken) > CALLS / 2
    assert all(tab.connections >= 2 for tab in tabs.values())
    assert [call_id for call_id, times in popped.items() if times != 1] == []
