"""Two nodes with a telephone system that is listened to: one connection at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from call_centre import CallCentre, open_call_centre
from redis_server import RedisServer, redis_server
from streams_doubles import SECRET, USERNAME, FakeAmi, serving

from screenpop.intake.lines import ListenedLine

WITHIN_S = 30.0


def config(redis: RedisServer, node: str, ami: FakeAmi) -> dict[str, Any]:
    settings = {
        "host": "127.0.0.1", "port": ami.port, "username": USERNAME, "secret": SECRET,
    }  # fmt: skip
    pbx = {"dialect": "asterisk_ami", "country": "GB", "settings": settings}
    journal = {"engine": "redis", "url": redis.url, "node": node}
    return {"journal": journal, "lines": {"pbx": pbx}}


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not reached():
            await asyncio.sleep(0.01)


def listens(centre: CallCentre) -> bool:
    return line_of(centre).stream.health.connected_since_us is not None


def line_of(centre: CallCentre) -> ListenedLine:
    return centre.service.streams.lines["pbx"]


async def test_the_other_node_listens_when_the_first_ends(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    with redis_server() as redis:
        async with serving(FakeAmi([(b"", b"")])) as ami, AsyncExitStack() as later:
            async with open_call_centre(tmp_path / "a", **config(redis, "a", ami)) as a:
                await until(lambda: listens(a))
                other = open_call_centre(tmp_path / "b", **config(redis, "b", ami))
                b = await later.enter_async_context(other)
                await until(lambda: line_of(b).elsewhere == "a")
                ready = await b.get("ada", "/readyz")
                assert "line pbx" not in {x["part"] for x in ready["problems"]}
                lines = (await b.get("ada", "/v1/lines"))["lines"]
                [seen] = [x["stream"] for x in lines if x["line"] == "pbx"]
                assert seen["hints"] == ["The node a listens to this line."]
                assert (ami.connections, listens(b)) == (1, False)
            await until(lambda: listens(b))
            assert ami.connections == 2
