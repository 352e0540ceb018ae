"""A node with one report and a clock of its own; its history is written by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from key_effects import built
from msgspec.structs import replace
from unit.history.test_counted import visited, write

from screenpop.domain.call import Call
from screenpop.history.archive import Archive
from screenpop.node.node import Service
from screenpop.support.clock import FakeClock
from screenpop.support.private import UMASK

BERLIN = ZoneInfo("Europe/Berlin")
SERVER = {
    "port": 0, "country": "DE", "data_dir": "data", "time_zone": BERLIN.key,
}  # fmt: skip


def clock_at(text: str) -> FakeClock:
    """A time in Berlin."""
    return FakeClock(datetime.fromisoformat(text).replace(tzinfo=BERLIN))


def us(text: str) -> int:
    at = datetime.fromisoformat(text).replace(tzinfo=BERLIN)
    return round(at.timestamp()) * 1_000_000


def calls_of(
    day: str, *queues: str, answered: int = 3, abandoned: int = 1, tag: int = 0
) -> list[Call]:
    """So many of each queue, a minute apart from 9:00; each waits 30 s."""
    made = []
    for place, queue in enumerate(queues):
        for n in range(answered + abandoned):
            number = tag + place * 1_000 + n
            at_us = us(f"{day}T09:00") + n * 60_000_000
            left = "answered" if n < answered else "abandoned"
            call = visited(number, at_us, left, 30)
            (visit,) = call.visits
            visits = (replace(visit, queue=queue),)
            made.append(replace(call, queue=queue, visits=visits))
    return made


@dataclass
class ReportingNode:
    service: Service
    clock: FakeClock
    folder: Path

    async def history(self, *calls: Call) -> None:
        archive = Archive(self.service.past.database, zone=BERLIN)
        await write(archive, 1, *calls)

    async def look(self) -> None:
        await self.service.reporting.look()

    async def look_until(self, text: str, every: timedelta) -> None:
        """Looks now, and again and again until that time in Berlin."""
        while self.clock.now_us() <= us(text):
            await self.look()
            self.clock.advance(every.total_seconds())

    @property
    def troubles(self) -> list[str]:
        return self.service.reporting.troubles()

    @property
    def files(self) -> list[str]:
        return files_in(self.folder / "out")

    def counted(self, way: str, outcome: str) -> int:
        return self.service.metrics.reports.labels(way, outcome).total


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*"))


@asynccontextmanager
async def reporting(
    folder: Path, clock: FakeClock, report: dict[str, Any], **config: Any
) -> AsyncIterator[ReportingNode]:
    """Begun before: what became due since it stood in the file is sent."""
    given: dict[str, Any] = {"server": SERVER, "reports": {"daily": report}, **config}
    async with built(folder, clock=clock, **given) as service:
        node = ReportingNode(service, clock, folder)
        await node.look()
        yield node


def mail_of(port: int, **other: object) -> dict[str, Any]:
    return {
        "host": "127.0.0.1", "port": port, "security": "none",
        "sender": "pop@example.com", **other,
    }  # fmt: skip


def modes(paths: Iterable[Path]) -> set[int]:
    return {path.stat().st_mode & UMASK for path in paths}
