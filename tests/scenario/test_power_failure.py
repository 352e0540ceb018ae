"""The end of the journal is lost in a power failure: history and desks go on rightly.

The failure is imitated by `kill -9` and by cutting the journal's write-ahead log.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import aiohttp
from call_centre import AGENTS, Frame, let_everybody_in, signed, write_config
from scenario.test_kill_and_restart import Server, free_port, log_in
from websockets.asyncio.client import connect

CALLS = 40
WITHIN_S = 30


async def whole_call(http: aiohttp.ClientSession, url: str, call_id: str) -> None:
    agent = AGENTS["ana"]
    for kind in ("alerting", "answered", "ended"):
        event = {"type": kind, "call_id": call_id, "agents": [agent]}
        body = json.dumps({**event, "from": "+442079460958"}).encode()
        async with http.post(
            f"{url}/v1/telephony/main", data=body, headers=signed(body)
        ) as answer:
            assert answer.status == 200


def stored(data: Path) -> dict[str, int]:
    """Events in the history, by call."""
    with closing(sqlite3.connect(data / "store.sqlite")) as store:
        found = store.execute("SELECT call_id, count(*) FROM call_events GROUP BY 1")
        return dict(found.fetchall())


async def until_stored(data: Path, *calls: str) -> None:
    async with asyncio.timeout(WITHIN_S):
        while any(stored(data).get(call) != 3 for call in calls):
            await asyncio.sleep(0.1)


def lose_the_end(data: Path) -> None:
    log = data / "journal.sqlite-wal"
    content = log.read_bytes()
    log.write_bytes(content[: len(content) // 2])


async def resumed(url: str, cookie: str, after: int) -> Frame:
    """The first frame about calls that a browser gets which was away."""
    async with connect(
        f"{url.replace('http', 'ws', 1)}/v1/agent",
        subprotocols=["screenpop.v1"],  # type: ignore[list-item]
        additional_headers={"Cookie": cookie, "Origin": url},
        proxy=None,
    ) as browser:
        await browser.send(json.dumps({"frame": "resume", "after": after}))
        async for text in browser:
            frame: Frame = json.loads(text)
            if frame["frame"] not in ("hello", "agent.updated"):
                return frame
    raise AssertionError("no frame came")


async def test_no_new_call_is_missing_and_no_browser_keeps_what_is_gone(
    tmp_path: Path,
) -> None:
    server = {"port": (port := free_port()), "country": "GB", "data_dir": "data"}
    config = write_config(tmp_path, server=server)
    await let_everybody_in(tmp_path)
    data, process = tmp_path / "data", Server(config, port)
    async with aiohttp.ClientSession() as http:
        await process.start(http)
        cookie = await log_in(http, process.url, "ana")
        old = [f"old-{n}" for n in range(CALLS)]
        for call_id in old:
            await whole_call(http, process.url, call_id)
        await until_stored(data, *old)
        seen = (await resumed(process.url, cookie, 0))["offset"]
        await process.end(signal.SIGKILL)
        lose_the_end(data)
        await process.start(http)
        new = [f"new-{n}" for n in range(CALLS)]
        for call_id in new:
            await whole_call(http, process.url, call_id)
        await until_stored(data, *old, *new)
        frame = await resumed(process.url, cookie, seen)
        assert (frame["frame"], frame.get("reason")) == ("resync", "other_journal")
        assert frame["offset"] > seen
        async with http.get(f"{process.url}/readyz") as answer:
            assert (await answer.json())["status"] == "ready"
        await process.end(signal.SIGTERM)
