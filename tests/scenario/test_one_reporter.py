"""Several nodes on one Redis and one PostgreSQL: is each report sent once?"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from call_centre import CallCentre, open_call_centre
from redis_server import RedisServer, folder, on_redis, redis_server
from reports_due import mail_of
from smtp_server import MailServer, mail_server
from unit.history.postgres_server import PostgresServer, binary

from screenpop.history import migrate
from screenpop.history.engine import Database
from screenpop.history.report_runs import ReportRuns
from screenpop.node import reporting
from screenpop.support.clock import SystemClock

WITHIN_S = 20.0
LONDON = ZoneInfo("Europe/London")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        binary("initdb") is None and not os.environ.get("CI"),
        reason="no PostgreSQL here",
    ),
]


class ClockAhead(SystemClock):
    """Of the reports of all nodes; the journal has the real one."""

    ahead_us = 0

    def now_us(self) -> int:
        return super().now_us() + self.ahead_us

    def go_to(self, day: date) -> None:
        """The report of that day is due."""
        at = datetime(day.year, day.month, day.day, 6, 30, tzinfo=LONDON)
        self.ahead_us = round(at.timestamp()) * 1_000_000 - super().now_us()


@dataclass
class Centres:
    """What its nodes share."""

    folder: Path
    redis: RedisServer
    postgres: PostgresServer
    mail: MailServer
    clock: ClockAhead

    @asynccontextmanager
    async def node(self, name: str) -> AsyncIterator[CallCentre]:
        async with open_call_centre(
            folder(self.folder, name),
            people=False,
            journal=on_redis(self.redis, name),
            store={"url": self.postgres.url},
            server={"port": 0, "data_dir": "data", "time_zone": LONDON.key},
            reports={"daily": {"to": ["sue@example.com"], "late_h": 12}},
            mail=mail_of(self.mail.port),
        ) as centre:
            centre.service.reporting.clock = self.clock
            yield centre

    async def sent(self, count: int) -> list[str]:
        """The subjects, when so many came."""
        async with asyncio.timeout(WITHIN_S):
            while len(self.mail.messages) < count:
                await asyncio.sleep(0.01)
        return [str(message["Subject"]) for message in self.mail.messages]

    async def over(self, day: date) -> None:
        """All is written down about the report that was due then."""
        store = Database(self.postgres.url)
        await store.open()
        try:
            async with asyncio.timeout(WITHIN_S):
                while True:
                    run = (await ReportRuns(store).known("daily", day)).get(day)
                    if run is not None and run.outcome == "sent":
                        return
                    await asyncio.sleep(0.01)
        finally:
            await store.close()


@pytest.fixture
def servers() -> Iterator[tuple[RedisServer, PostgresServer]]:
    postgres = PostgresServer()
    try:
        postgres.start()
        with redis_server("--appendonly", "yes") as redis:
            yield redis, postgres
    finally:
        postgres.close()


@pytest.fixture
async def centres(
    tmp_path: Path,
    servers: tuple[RedisServer, PostgresServer],
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Centres]:
    monkeypatch.setattr(reporting, "LOOK_EVERY_S", 0.05)
    redis, postgres = servers
    store = Database(postgres.url)
    await store.open()
    await migrate.upgrade(store)
    await store.close()
    async with mail_server() as mail:
        yield Centres(tmp_path, redis, postgres, mail, ClockAhead())


async def test_one_node_sends_and_another_takes_over(centres: Centres) -> None:
    first = datetime.now(LONDON).date() + timedelta(days=2)
    days = [first + n * timedelta(days=1) for n in range(3)]
    titles = [f"daily: {day - timedelta(days=1):%a %Y-%m-%d}" for day in days]
    async with centres.node("a"), centres.node("b") as b:
        async with centres.node("c"):
            centres.clock.go_to(days[0])
            assert await centres.sent(1) == titles[:1]
            await centres.over(days[0])
            centres.clock.go_to(days[1])
            assert await centres.sent(2) == titles[:2]
            await centres.over(days[1])
        assert b.service.reporting.lease.shared
    async with centres.node("d"):  # the others are gone, one of them was the sender
        centres.clock.go_to(days[2])
        assert await centres.sent(3) == titles
        await centres.over(days[2])
    assert len(centres.mail.messages) == 3
