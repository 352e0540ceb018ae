"""Alerts that only one of several nodes can judge: who closes them when it is gone?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from call_centre import CallCentre, open_call_centre
from redis_server import DURABLE, RedisServer, folder, on_redis, redis_server

from screenpop.journal import redis_reader
from screenpop.journal.redis_leases import NodeName
from screenpop.node import alerting

WITHIN_S = 20.0
RULES = {"rules": {"source": {"number": "source_failing", "for_s": 0}}}


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server(*DURABLE) as server:
        yield server


def judges(centre: CallCentre, state: Any) -> None:
    centre.service.alerting.sources = lambda: {"crm": state}


async def shows(centre: CallCentre, state: str, *subjects: str) -> list[dict[str, Any]]:
    async with asyncio.timeout(WITHIN_S):
        while True:
            found = (await centre.get("sue", f"/v1/alerts?state={state}"))["alerts"]
            if sorted(each["subject"] for each in found) == sorted(subjects):
                return list(found)
            await asyncio.sleep(0.05)


async def test_the_alert_of_a_node_that_was_killed_is_closed_by_another(
    tmp_path: Path, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(_: NodeName) -> None:
        """Who is killed does not say that it leaves."""

    monkeypatch.setattr(redis_reader, "THERE_S", 1.5)
    monkeypatch.setattr(alerting, "GONE_US", 1_500_000)
    monkeypatch.setattr(NodeName, "leave", killed)

    folders = {name: folder(tmp_path, name) for name in "abc"}

    def node(name: str, **more: Any) -> Any:
        journal = on_redis(server, name)
        return open_call_centre(folders[name], journal=journal, alerts=RULES, **more)

    async with node("b") as b, node("c") as c:
        for each in (b, c):
            judges(each, "working")
        async with node("a") as a:
            judges(a, "failing")
            for each in (a, b, c):
                await shows(each, "open", "crm@a")
            await shows(b, "closed")
        for each in (b, c):
            (closed,) = await shows(each, "closed", "crm@a")
            assert closed["closed_why"] == "node a is gone"
            await shows(each, "open")
        async with node("a", people=False) as a:  # it judges again
            judges(a, "failing")
            await shows(b, "open", "crm@a")
            judges(a, "working")
            await shows(b, "open")
            newest, _ = await shows(b, "closed", "crm@a", "crm@a")
            assert newest["closed_why"] is None
