"""What is lost, shown twice or left open when PostgreSQL fails under load?

Cards do not need it; the history has every call afterwards.
"""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from call_centre import AGENTS, PASSWORD
from redis_server import RedisServer
from sqlalchemy import select
from unit.history.postgres_server import PostgresServer, binary

from screenpop.domain.agent import Role
from screenpop.history import migrate, tables
from screenpop.history.engine import Database
from screenpop.history.users import Users

from .conftest import NAMES, running
from .fleet import Fleet, Node
from .trial import AWAY_S, run_trial

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(300),
    pytest.mark.skipif(binary("initdb") is None, reason="no PostgreSQL here"),
]

WRITTEN_WITHIN_S = 60.0


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


async def let_everybody_in(store: Database) -> None:
    await migrate.upgrade(store)
    users = Users(store)
    for name, agent in AGENTS.items():
        await users.create(name, password=PASSWORD, name=name, agents=[agent])
    await users.create("sue", password=PASSWORD, name="Sue", role=Role.SUPERVISOR)


async def postgres_killed(postgres: PostgresServer) -> None:
    postgres.kill()
    await asyncio.sleep(AWAY_S)
    await asyncio.to_thread(postgres.start)


async def postgres_asleep(postgres: PostgresServer) -> None:
    postgres.send(signal.SIGSTOP)
    await asyncio.sleep(AWAY_S)
    postgres.send(signal.SIGCONT)


@pytest.mark.parametrize("fault", [postgres_killed, postgres_asleep])
async def test_a_postgresql_that_fails_loses_nothing_and_delays_no_card(
    tmp_path: Path,
    server: RedisServer,
    postgres: PostgresServer,
    fault: object,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def store_fails(fleet: Fleet) -> None:
        await fault(postgres)  # type: ignore[operator]

    store_fails.__name__ = getattr(fault, "__name__", "")
    store = Database(postgres.url)
    await store.open()
    await let_everybody_in(store)
    nodes = [Node(tmp_path, name, server.url, store=postgres.url) for name in NAMES]
    async with running(nodes, server) as fleet:
        await run_trial(fleet, store_fails, capsys)
        assert fleet.worst_gap_s(fleet.sent_s) < 2
        await history_is_whole(store, fleet)
    await store.close()


async def history_is_whole(store: Database, fleet: Fleet) -> None:
    calls = tables.calls.c
    expected = Counter((call, "ended") for call in fleet.rung)
    async with asyncio.timeout(WRITTEN_WITHIN_S):
        while True:
            async with store.read() as connection:
                rows = await connection.execute(select(calls.call_id, calls.phase))
                found = Counter((row[0], row[1]) for row in rows)
            if found == expected:
                return
            await asyncio.sleep(0.5)
