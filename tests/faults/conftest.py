from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from redis_server import DURABLE, RedisServer, redis_server

from .fleet import Fleet, Node

NAMES = ("a", "b", "c")

Running = Callable[..., AbstractAsyncContextManager[Fleet]]


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server(*DURABLE) as server:
        yield server


@asynccontextmanager
async def running(
    nodes: list[Node], server: RedisServer, url: str | None = None
) -> AsyncIterator[Fleet]:
    """`url` names the journal where that is not the server alone."""
    async with aiohttp.ClientSession() as http:
        fleet = Fleet(nodes, server, http, url or server.url)
        try:
            await fleet.begin()
            yield fleet
        finally:
            await fleet.end()


@pytest.fixture
async def fleet(tmp_path: Path, server: RedisServer) -> AsyncIterator[Fleet]:
    nodes = [Node(tmp_path, name, server.url) for name in NAMES]
    async with running(nodes, server) as fleet:
        yield fleet
