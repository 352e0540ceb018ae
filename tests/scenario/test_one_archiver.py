"""Several nodes on one PostgreSQL: who writes the history, and what if it dies?"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from call_centre import AGENTS, PASSWORD, CallCentre, open_call_centre, write_config
from redis_server import DURABLE, RedisServer, free_port, redis_server
from sqlalchemy import func, select, text
from unit.history.postgres_server import PostgresServer, binary

from screenpop.domain.agent import Role
from screenpop.history import migrate, tables
from screenpop.history.engine import Database
from screenpop.history.users import Users
from screenpop.journal.leases import LEASE_S

WITHIN_S = 30.0

pytestmark = [
    pytest.mark.skipif(binary("initdb") is None, reason="no PostgreSQL here"),
    pytest.mark.timeout(180),
]

WHO_WROTE = (
    "CREATE TABLE wrote (node text, at_offset bigint, number bigserial)",
    "CREATE FUNCTION note_writer() RETURNS trigger AS $$ BEGIN"
    " INSERT INTO wrote VALUES (current_setting('application_name'), NEW.\"offset\");"
    " RETURN NEW; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER note_writer AFTER UPDATE ON consumers FOR EACH ROW"
    " EXECUTE FUNCTION note_writer()",
)


@dataclass
class Backplane:
    """What the nodes share; each names itself to PostgreSQL."""

    redis: RedisServer
    postgres: PostgresServer

    def config(self, node: str) -> dict[str, Any]:
        return {
            "journal": {"engine": "redis", "url": self.redis.url, "node": node},
            "store": {"url": f"{self.postgres.url}?application_name={node}"},
        }

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Database]:
        database = Database(self.postgres.url)
        await database.open()
        try:
            yield database
        finally:
            await database.close()

    async def writers(self) -> list[str]:
        """Who moved the offset, in order."""
        async with self.store() as store, store.read() as connection:
            found = await connection.execute(
                text("SELECT node FROM wrote ORDER BY number")
            )
            return [str(row[0]) for row in found]

    async def events(self) -> Counter[str]:
        events = tables.call_events.c
        count = select(events.call_id, func.count()).group_by(events.call_id)
        async with self.store() as store, store.read() as connection:
            return Counter({row[0]: row[1] for row in await connection.execute(count)})

    async def phases(self) -> list[tuple[str, str]]:
        calls = tables.calls.c
        query = select(calls.call_id, calls.phase).order_by(calls.call_id)
        async with self.store() as store, store.read() as connection:
            return [(row[0], row[1]) for row in await connection.execute(query)]


@pytest.fixture(scope="module")
def servers() -> Iterator[Backplane]:
    postgres = PostgresServer()
    try:
        postgres.start()
        with redis_server(*DURABLE) as redis:
            yield Backplane(redis, postgres)
    finally:
        postgres.close()


@pytest.fixture
async def backplane(servers: Backplane) -> Backplane:
    servers.redis.command("FLUSHALL")
    async with servers.store() as store:
        async with store.write() as connection:
            await connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            await connection.exec_driver_sql("CREATE SCHEMA public")
        await migrate.upgrade(store)
        users = Users(store)
        for name, agent in AGENTS.items():
            await users.create(name, password=PASSWORD, name=name, agents=[agent])
        await users.create("ada", password=PASSWORD, name="Ada", role=Role.ADMIN)
        async with store.write() as connection:
            for statement in WHO_WROTE:
                await connection.exec_driver_sql(statement)
    return servers


@asynccontextmanager
async def node(
    folder: Path, backplane: Backplane, name: str
) -> AsyncIterator[CallCentre]:
    """A node in this process."""
    (folder / name).mkdir()
    config = backplane.config(name)
    async with open_call_centre(folder / name, people=False, **config) as centre:
        yield centre


@asynccontextmanager
async def process(
    folder: Path, backplane: Backplane, name: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A node that can be stopped and killed; it is ready and writes the history."""
    (folder / name).mkdir()
    port = free_port()
    server = {"port": port, "country": "GB", "data_dir": "data"}
    config = write_config(folder / name, server=server, **backplane.config(name))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "screenpop", "serve", "--config", str(config),
        "--log-level", "warning", stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        await metric(port, 1)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.terminate()
        await process.wait()


async def metric(port: int, wanted: int) -> None:
    """Wait until this node says that it writes the history, or that it does not."""
    async with aiohttp.ClientSession() as http, asyncio.timeout(WITHIN_S):
        while True:
            with suppress(aiohttp.ClientError):
                async with http.get(f"http://127.0.0.1:{port}/metrics") as answer:
                    said = await answer.text()
                    if f"screenpop_history_writer {float(wanted)}" in said.split("\n"):
                        return
            await asyncio.sleep(0.1)


async def call(centre: CallCentre, call_id: str) -> None:
    await centre.ring("ana", call_id=call_id)
    await centre.answer(call_id, "ana")
    await centre.hang_up(call_id)


async def until_note(centre: CallCentre, note: str) -> None:
    async with asyncio.timeout(WITHIN_S):
        while note not in (await centre.get("ada", "/readyz")).get("notes", []):
            await asyncio.sleep(0.05)


async def test_one_node_writes_each_call_once_and_another_follows_when_it_stops(
    tmp_path: Path, backplane: Backplane
) -> None:
    async with node(tmp_path, backplane, "b") as b:
        async with node(tmp_path, backplane, "a") as a:
            await until_note(b, "This node writes the history.")
            await until_note(a, "The history is written by node b.")
            for number in range(10):
                await call((a, b)[number % 2], f"c-{number}")
            await a.archived()
        assert set(await backplane.writers()) == {"b"}
        assert await backplane.events() == {f"c-{n}": 3 for n in range(10)}
    async with node(tmp_path, backplane, "c") as c:  # b freed its lease
        async with asyncio.timeout(LEASE_S):
            await call(c, "c-last")
            await c.archived()
        assert (await backplane.events())["c-last"] == 3
    assert {phase for _, phase in await backplane.phases()} == {"ended"}


async def test_a_killed_node_is_followed_within_the_time_of_its_lease(
    tmp_path: Path, backplane: Backplane
) -> None:
    async with (
        process(tmp_path, backplane, "a") as a,
        node(tmp_path, backplane, "b") as b,
    ):
        await call(b, "c-1")
        await b.archived()
        await b.ring("ana", call_id="c-2")
        a.kill()
        began_s = asyncio.get_running_loop().time()
        await b.hang_up("c-2")
        await until_note(b, "This node writes the history.")
        await b.archived()
        assert asyncio.get_running_loop().time() - began_s < 2 * LEASE_S
        assert await backplane.events() == {"c-1": 3, "c-2": 2}
        assert await backplane.phases() == [("c-1", "ended"), ("c-2", "ended")]


async def test_a_node_that_was_stopped_writes_nothing_after_it_lost_the_lease(
    tmp_path: Path, backplane: Backplane
) -> None:
    async with (
        process(tmp_path, backplane, "a") as a,
        node(tmp_path, backplane, "b") as b,
    ):
        await call(b, "c-1")
        await b.archived()
        assert set(await backplane.writers()) == {"a"}
        await b.ring("ana", call_id="c-2")
        a.send_signal(signal.SIGSTOP)
        await until_note(b, "This node writes the history.")
        await call(b, "c-3")
        await b.archived()
        a.send_signal(signal.SIGCONT)
        assert a.stderr is not None
        async with asyncio.timeout(WITHIN_S):
            while b"lease archiver" not in await a.stderr.readline():
                pass
        await b.hang_up("c-2")
        await call(b, "c-4")
        await b.archived()
        writers = await backplane.writers()
        assert "a" not in writers[writers.index("b") :]
        assert await backplane.events() == {"c-1": 3, "c-2": 2, "c-3": 3, "c-4": 3}
        assert {phase for _, phase in await backplane.phases()} == {"ended"}
