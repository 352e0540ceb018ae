"""PostgreSQL goes and comes back under load: the history is whole without a restart.

`--full-length`: every outage lasts 12 s, as the acceptance of the service asks for;
`--log-level info` shows the figures of a run.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from call_centre import AGENTS, PASSWORD, CallCentre, write_config
from postgres_gate import Gate, gate_before
from sqlalchemy import func, select
from unit.history.postgres_server import PostgresServer, binary

from screenpop.history import migrate, tables
from screenpop.history.engine import Database
from screenpop.history.tokens import Tokens
from screenpop.history.users import Users
from screenpop.node.asking import load_checked
from screenpop.node.build import running
from screenpop.support.tasks import TaskOwner

log = logging.getLogger(__name__)

CALLS_PER_S = 50
SHORT_S, FULL_S = 1.0, 12.0
NOTICED_S = 8.0  # the watch over users asks every 5 s
BACK_S = 30.0
SQLSTATES = ("57P03", "53300", "57P01", "28P01")


@dataclass
class Load:
    """Calls at a steady rate, each with three events; and what `/readyz` says."""

    centre: CallCentre
    acknowledged: Counter[str] = field(default_factory=Counter)
    statuses: list[str] = field(default_factory=list)
    codes: set[int] = field(default_factory=set)
    calls: int = 0
    owner: TaskOwner = field(default_factory=lambda: TaskOwner("load"))

    def start(self) -> None:
        self.owner.spawn(self._calls_for_ever(), name="calls")
        self.owner.spawn(self._ask_for_ever(), name="readyz")

    async def status(self) -> str:
        async with self.centre.http.get(f"{self.centre.url}/readyz") as answer:
            self.codes.add(answer.status)
            return str((await answer.json())["status"])

    async def until(self, wanted: str, within_s: float) -> None:
        began_s = time.monotonic()
        async with asyncio.timeout(within_s):
            while await self.status() != wanted:
                await asyncio.sleep(0.1)
        log.info("%s after %.1f s", wanted, time.monotonic() - began_s)

    async def _calls_for_ever(self) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        while True:
            self.calls += 1
            name = list(AGENTS)[self.calls % len(AGENTS)]
            call = self.call(f"c-{self.calls}", AGENTS[name])
            self.owner.spawn(call, name=f"call {self.calls}")
            due_s += 1 / CALLS_PER_S
            await asyncio.sleep(max(0.0, due_s - loop.time()))

    async def call(self, call_id: str, agent: str) -> None:
        more = {"call_id": call_id, "from": "+442079460958", "direction": "inbound"}
        for kind in ("alerting", "answered", "ended"):
            event = {"type": kind, "agents": [agent], **more}
            if await self.centre.tell(event) == 200:
                self.acknowledged[call_id] += 1

    async def _ask_for_ever(self) -> None:
        while True:
            self.statuses.append(await self.status())
            await asyncio.sleep(0.25)

    async def stop(self) -> None:
        """No more calls; those under way are carried to their end."""
        for task in asyncio.all_tasks():
            if task.get_name() in ("calls", "readyz"):
                task.cancel()
        async with asyncio.timeout(60):
            while len(self.owner):
                await asyncio.sleep(0.05)


@dataclass
class Place:
    """A real PostgreSQL with people in it, and the service in front of the gate."""

    server: PostgresServer
    gate: Gate
    centre: CallCentre
    token: str
    token_id: str
    load: Load

    async def directly(self, change: Callable[[Database], Awaitable[None]]) -> None:
        """As an administrator at another machine, who reaches the server."""
        database = Database(self.server.url)
        await database.open()
        try:
            await change(database)
        finally:
            await database.close()

    async def is_let_in(self) -> bool:
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.centre.url}/v1/calls"
        async with self.centre.http.get(url, headers=headers) as answer:
            assert answer.status in (200, 401), answer.status
            return answer.status == 200

    async def can_log_in(self, name: str) -> int:
        async with self.centre.http.post(
            f"{self.centre.url}/v1/session",
            json={"username": name, "password": PASSWORD},
            headers={"Origin": self.centre.url},
        ) as answer:
            return answer.status

    async def take_access_away(self) -> None:
        async def change(database: Database) -> None:
            await Users(database).change("ben", active=False)
            await Tokens(database).revoke(self.token_id)

        await self.directly(change)

    async def history(self) -> tuple[Counter[str], int]:
        """Stored events by call, and how many calls have their end."""
        found: Counter[str] = Counter()
        events, calls = tables.call_events, tables.calls
        count = select(events.c.call_id, func.count()).group_by(events.c.call_id)
        database = Database(self.server.url)
        await database.open()
        async with database.read() as connection:
            for call_id, times in await connection.execute(count):
                found[call_id] = times
            ended = select(func.count()).where(calls.c.phase == "ended")
            over = (await connection.execute(ended)).scalar_one()
        await database.close()
        return found, over

    async def history_is_whole(self) -> None:
        await self.load.stop()
        async with asyncio.timeout(BACK_S):
            while await self.centre.service.archiver.lag():
                await asyncio.sleep(0.1)
        stored, ended = await self.history()
        said = Counter(self.load.statuses)
        log.info(
            "%d calls, %d events acknowledged, %d stored, %d calls ended; /readyz %s",
            self.load.calls,
            self.load.acknowledged.total(),
            stored.total(),
            ended,
            dict(said),
        )
        assert stored == self.load.acknowledged
        assert ended == len(stored) == self.load.calls
        assert self.load.codes == {200}


@asynccontextmanager
async def place(folder: Path) -> AsyncIterator[Place]:
    server = PostgresServer()
    try:
        server.start()
        async with gate_before(server.port) as gate:
            database = Database(server.url)
            await database.open()
            await migrate.upgrade(database)
            users = Users(database)
            for name, agent in AGENTS.items():
                await users.create(
                    name, password=PASSWORD, name=name.title(), agents=[agent]
                )
            made, token = await Tokens(database).create("ana", label="reports")
            await database.close()
            config = write_config(folder, store={"url": gate.url})
            async with (
                running(load_checked(config)) as service,
                aiohttp.ClientSession() as http,
            ):
                centre = CallCentre(service=service, http=http)
                load = Load(centre)
                try:
                    yield Place(server, gate, centre, token, made.token_id, load)
                finally:
                    await load.owner.close()
                    await centre.close()
    finally:
        server.close()


@pytest.fixture
def outage_s(request: pytest.FixtureRequest) -> float:
    return FULL_S if request.config.getoption("--full-length") else SHORT_S


pytestmark = [
    pytest.mark.skipif(binary("initdb") is None, reason="no PostgreSQL here"),
    pytest.mark.timeout(300),
]


async def test_killed_and_started_twice_under_load(
    tmp_path: Path, outage_s: float
) -> None:
    async with place(tmp_path) as here:
        assert await here.is_let_in()
        here.load.start()
        for _ in range(2):
            await here.load.until("ready", BACK_S)
            here.server.kill()
            await here.load.until("degraded", NOTICED_S)
            await asyncio.sleep(outage_s)
            assert await here.load.status() == "degraded"
            await asyncio.to_thread(here.server.start)
        await here.take_access_away()
        await here.load.until("ready", BACK_S)
        assert not await here.is_let_in()
        assert await here.can_log_in("ben") == 401
        await here.history_is_whole()
        assert here.centre.service.tasks.watch.down() == []


async def test_answering_with_errors_for_a_while(
    tmp_path: Path, outage_s: float
) -> None:
    async with place(tmp_path) as here:
        here.load.start()
        for sqlstate in SQLSTATES:
            await here.load.until("ready", BACK_S)
            refused = here.gate.refused
            here.gate.shut(sqlstate)
            await here.load.until("degraded", NOTICED_S)
            if sqlstate == SQLSTATES[0]:
                await here.take_access_away()
            await asyncio.sleep(outage_s)
            assert await here.load.status() == "degraded"
            assert here.gate.refused > refused
            here.gate.open()
            await here.load.until("ready", BACK_S)
            assert not await here.is_let_in()
            assert await here.can_log_in("ben") == 401
        await here.history_is_whole()
        restarts = here.centre.service.metrics.task_restarts.collect()
        assert [x for family in restarts for x in family.samples] == []


async def test_a_row_that_it_always_refuses_blocks_nothing(tmp_path: Path) -> None:
    async with place(tmp_path) as here:

        async def refuse_some(database: Database) -> None:
            async with database.write() as connection:
                for statement in REFUSE_POISON:
                    await connection.exec_driver_sql(statement)

        await here.directly(refuse_some)
        for call_id in ("before", "poison", "after"):
            await here.load.call(call_id, AGENTS["ana"])
        async with asyncio.timeout(BACK_S):
            while await here.centre.service.archiver.lag():
                await asyncio.sleep(0.1)
        stored, _ = await here.history()
        assert stored == {"before": 3, "after": 3}
        assert here.centre.service.archiver.left_out == 3
        assert await here.load.status() == "ready"


REFUSE_POISON = (
    "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN"
    " RAISE EXCEPTION 'no' USING ERRCODE = '23514'; END $$ LANGUAGE plpgsql",
    "CREATE TRIGGER refuse BEFORE INSERT ON call_events FOR EACH ROW"
    " WHEN (NEW.call_id = 'poison') EXECUTE FUNCTION refuse()",
)
