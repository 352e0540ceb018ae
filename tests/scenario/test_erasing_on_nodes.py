"""A person is erased from several nodes, Redis and PostgreSQL."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from call_centre import CallCentre, open_call_centre
from canary import NAME, NUMBER, OTHER_NAME, OTHER_NUMBER, forms, found_in, places
from redis_server import DURABLE, RedisServer, redis_server
from scenario.test_erasing import (
    a_call,
    counters,
    is_told_to_begin_again,
    screenpop,
    the_others_are_untouched,
)
from shared_store import shared_store
from unit.history.postgres_server import binary

from screenpop.domain.errors import ConfigError
from screenpop.node import erase

WITHIN_S = 20.0


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server(*DURABLE) as server:
        yield server


@pytest.fixture
async def store() -> AsyncIterator[str]:
    """The address of a store with all users."""
    async with shared_store() as url:
        yield url


@asynccontextmanager
async def node(
    path: Path, name: str, server: RedisServer, store: str, **more: Any
) -> AsyncIterator[CallCentre]:
    (path / name).mkdir(exist_ok=True)
    journal = {"engine": "redis", "url": server.url, "node": name, "patience_s": 0.3}
    shared = {"privacy": {"key_file": "../persons.key"}, **more}
    async with open_call_centre(
        path / name, people=False, journal=journal, store={"url": store}, **shared
    ) as centre:
        yield centre


def dumped(store: str) -> bytes:
    """All that PostgreSQL has, as text."""
    port = store.rpartition(":")[2].partition("/")[0]
    program = binary("pg_dump") or "pg_dump"
    address = ["-h", "127.0.0.1", "-p", port, "-U", "screenpop", "postgres"]
    return subprocess.run([program, *address], check=True, capture_output=True).stdout


async def joined(centre: CallCentre) -> None:
    """The spool is drained."""
    async with asyncio.timeout(WITHIN_S):
        while centre.service.journal.health.spooled:
            await asyncio.sleep(0.05)


async def test_an_erased_caller_is_nowhere_in_redis_postgresql_and_spool(
    tmp_path: Path,
    server: RedisServer,
    store: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(erase, "SECOND_LOOK_S", 3.0)
    config = tmp_path / "a" / "screenpop.yaml"
    async with (
        node(tmp_path, "a", server, store) as a,
        node(tmp_path, "b", server, store) as b,
    ):
        await a_call(b, "c-other", OTHER_NUMBER, OTHER_NAME)
        await a_call(a, "c-canary", NUMBER, NAME)
        server.kill()
        await a_call(a, "c-spooled", NUMBER, NAME)
        assert a.service.journal.health.spooled
        assert places(tmp_path, forms()) == []  # the spool is encrypted
        server.start()
        await joined(a)
        for centre in (a, b):
            await centre.service.snapshots.save(centre.service.journal, _turn)
        await a.archived()
        before = counters(a)
        server.command("SAVE")
        await screenpop("backup", tmp_path / "before.zip", "--config", config)
        assert found_in(dumped(store), forms())  # else nothing is proved
        said = await screenpop("privacy", "erase", NUMBER, "--config", config)
        assert "attributes of 2 calls; 4 notes" in said
        for centre in (a, b):
            await is_told_to_begin_again(centre)
    async with (
        node(tmp_path, "a", server, store) as a,
        node(tmp_path, "b", server, store) as b,
    ):
        assert counters(a) == counters(b) == before
        names = {call.caller_name for call in b.service.follower.book}
        assert names == {None, OTHER_NAME}
        await a.archived()
        await the_others_are_untouched(b, {"c-canary", "c-other", "c-spooled"})
    assert found_in(dumped(store), forms()) == []
    assert found_in(dumped(store), forms(OTHER_NUMBER, OTHER_NAME))
    server.command("SAVE")
    assert places(server.folder, forms()) == []
    assert places(tmp_path, forms()) == []
    assert [x for x in forms() if x.decode() in caplog.text] == []


async def _turn() -> None:
    await asyncio.sleep(0)


async def test_nodes_on_redis_need_one_key(
    tmp_path: Path, server: RedisServer, store: str
) -> None:
    async with node(tmp_path, "c", server, store, privacy={}) as c:
        await c.ring("ana", caller=NUMBER)
        ready = await c.get("ada", "/readyz")
        assert "not encrypted" in " ".join(ready["notes"])
    async with node(tmp_path, "a", server, store) as a:
        assert a.service.keys is not None
    with pytest.raises(ConfigError, match="other nodes of this store encrypt"):
        async with node(tmp_path, "c", server, store, privacy={}):
            pass
    with pytest.raises(ConfigError, match="wrapped with another key"):
        async with node(tmp_path, "c", server, store, privacy={"key_file": "own.key"}):
            pass
