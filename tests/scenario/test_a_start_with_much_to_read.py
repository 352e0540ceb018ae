"""A node that starts takes webhooks at once, and browsers when it knows all calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from call_centre import CallCentre, Pop, let_everybody_in, write_config

from screenpop.domain.call import CallEvent, CallId, EventType, LineId
from screenpop.journal.base import Entry, Journal, Offset
from screenpop.journal.records import EventRecord
from screenpop.node.asking import load_checked
from screenpop.node.build import build
from screenpop.node.node import Service
from screenpop.support.clock import SystemClock
from screenpop.support.tasks import TaskOwner

LONG_AGO_US = 3_600_000_000


class Held:
    """A journal that is read when the test lets it."""

    def __init__(self, journal: Journal):
        self._journal = journal
        self.free = asyncio.Event()

    async def read(self, after: Offset, limit: int) -> list[Entry]:
        await self.free.wait()
        return list(await self._journal.read(after, limit))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    path = write_config(tmp_path)
    await let_everybody_in(tmp_path)
    made = await build(load_checked(path), SystemClock(), None)
    yield made
    await made.end()


async def listening(service: Service) -> None:
    while service.web is None or not service.web.port:
        await asyncio.sleep(0)


async def readiness(centre: CallCentre) -> tuple[int, list[str]]:
    async with centre.http.get(f"{centre.url}/readyz") as answer:
        told = await answer.json()
        return answer.status, [problem["message"] for problem in told["problems"]]


async def test_what_comes_while_the_journal_is_read_is_kept_and_shown(
    service: Service,
) -> None:
    held = Held(service.journal)
    service.journal = service.events.journal = held  # type: ignore[assignment]
    tasks = TaskOwner("test")
    begun = tasks.spawn(service.begin(), name="begin")
    async with aiohttp.ClientSession() as http:
        centre = CallCentre(service=service, http=http)
        await listening(service)
        status, problems = await readiness(centre)
        assert (status, problems) == (503, ["what is stored is being read"])
        coming = tasks.spawn(centre.sign_in("ana"), name="ana comes")
        await centre.ring("ana", caller="+442079460958")
        assert not coming.done()
        held.free.set()
        await begun
        ana = await coming
        [present] = ana.named("resync")
        assert [Pop(pop).caller for pop in present["pops"]] == ["+442079460958"]
        assert (await readiness(centre))[0] == 200
        await centre.close()
    await tasks.close()


async def test_calls_long_over_do_not_stay_in_memory_after_a_start(
    service: Service,
) -> None:
    await service.journal.append([*ended_calls(5), *ended_calls(1, ago_us=0)])
    await service.begin()
    assert [call.call_id for call in service.follower.book] == ["c-0-0"]


def ended_calls(count: int, ago_us: int = LONG_AGO_US) -> list[EventRecord]:
    at_us = SystemClock().now_us() - ago_us
    return [
        EventRecord(
            event=CallEvent(
                type=kind,
                line=LineId("main"),
                call_id=CallId(f"c-{ago_us}-{number}"),
                event_id=f"{ago_us}-{number}-{kind}",
                at_us=at_us,
                received_us=at_us,
            )
        )
        for number in range(count)
        for kind in (EventType.ARRIVED, EventType.ENDED)
    ]
