"""A simulated night: live numbers, sums, a recount and an independent model agree."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from unit.history.simulated_day import SimulatedDay
from unit.history.test_counted import table

from screenpop.domain.call import CallEvent, EventType
from screenpop.domain.call_counts import NAMES, CountingRules
from screenpop.domain.call_state import CallBook, CallLimits
from screenpop.domain.local_time import midnight_us
from screenpop.history import tables
from screenpop.history.archive import Archive
from screenpop.history.archiver import Archiver
from screenpop.history.engine import Database
from screenpop.history.past_counts import CountsAsked, PastCounts
from screenpop.history.recount import recount
from screenpop.journal.memory import MemoryJournal
from screenpop.journal.records import EventRecord
from screenpop.support.clock import FakeClock
from screenpop.support.tasks import TaskOwner
from screenpop.wallboard.counters import TOTAL, BusinessDays, Counters
from screenpop.wallboard.intervals import interval_starts
from screenpop.wallboard.recalls import RecallList

LONDON = "Europe/London"
CALLERS = 150


async def archive(database: Database, parts: Iterable[list[CallEvent]]) -> None:
    """Through a journal; a new archiver, without memory, after each part."""
    journal = MemoryJournal(FakeClock())
    await journal.open()
    for part in parts:
        await journal.append([EventRecord(event=event) for event in part])
        await _archived(journal, database)
    await journal.close()


async def _archived(journal: MemoryJournal, database: Database) -> None:
    """Until the archiver pauses with everything written."""
    done = asyncio.Event()
    _, newest = await journal.bounds()

    async def pause(seconds: float) -> None:
        if archiver.offset >= newest:
            done.set()
        await asyncio.sleep(0)

    archiver = Archiver(
        journal, Archive(database), lambda call: call.customer_text, pause=pause
    )
    tasks = TaskOwner("archiver")
    tasks.spawn(archiver.run(), name="archiver")
    async with asyncio.timeout(60):
        while archiver.offset < newest and not done.is_set():
            await asyncio.sleep(0.01)
    await tasks.close()


def thirds(events: list[CallEvent]) -> list[list[CallEvent]]:
    third = len(events) // 3
    return [events[:third], events[third : 2 * third], events[2 * third :]]


def wanted(day: SimulatedDay) -> dict[Any, dict[str, int]]:
    return {
        place: {name: n for name, n in sums.items() if n}
        for place, sums in day.wanted.items()
    }


@pytest.mark.parametrize("seed", range(2))
async def test_the_sums_are_those_of_the_model_whatever_came_when(
    database: Database, seed: int
) -> None:
    day = SimulatedDay(random.Random(seed), numbers=9, called_back=0.4).callers(CALLERS)
    await archive(database, thirds(day.told()))
    assert await table(database) == wanted(day)


async def test_a_replay_in_random_order_gives_the_same(database: Database) -> None:
    day = SimulatedDay(random.Random(7), numbers=9, called_back=0.4).callers(CALLERS)
    told = day.told()
    day.rng.shuffle(told)
    await archive(database, thirds(told))
    assert await table(database) == wanted(day)


async def test_a_recount_makes_the_sums_of_the_stored_events(
    database: Database,
) -> None:
    day = SimulatedDay(random.Random(9), numbers=9, called_back=0.4).callers(CALLERS)
    await archive(database, [day.told()])
    async with database.write() as connection:
        await connection.execute(tables.call_counts.delete())
        await connection.execute(tables.interval_counts.update().values(offered=7))
    counted = [n async for n in recount(database, CountingRules(), CallLimits())]
    assert counted[-1] == CALLERS + sum(
        event.call_id.endswith("-back") and event.type is EventType.ENDED
        for event in day.events
    )
    assert await table(database) == wanted(day)


@pytest.mark.parametrize("today", [date(2026, 10, 24), date(2026, 10, 25)])
async def test_the_live_numbers_of_a_day_are_the_sums_of_its_quarters(
    database: Database, today: date
) -> None:
    day = SimulatedDay(random.Random(11), numbers=9, called_back=0.4).callers(CALLERS)
    counters, book = Counters(BusinessDays(LONDON), today=today), CallBook()
    told, recalls = day.told(), RecallList()
    for event in told:
        change = book.apply(event)
        if change is not None:
            counters.replace(change.before, change.after)
            recalls.replace(change.after, change.after.customer_text)
    await archive(database, [told])
    zone = ZoneInfo(LONDON)
    from_us, to_us = (
        midnight_us(each, zone) for each in (today, today + timedelta(days=1))
    )
    assert len(interval_starts(from_us, to_us, "15m", zone)) == (
        100 if today.day == 25 else 96
    )
    asked = CountsAsked(from_us=from_us, to_us=to_us)
    past: Counter[str] = Counter()
    for each in await PastCounts(database).sums(asked, [from_us]):
        past.update(each.amounts)
    live = {n: x for n, x in counters.sums(TOTAL).items() if n in NAMES}
    live["called_back"] = recalls.called_back(from_us, to_us).total()
    model: Counter[str] = Counter()
    for place, sums in day.wanted.items():
        if datetime.fromtimestamp(place[0] / 1e6, zone).date() == today:
            model.update(sums)
    assert live == dict(past) == {n: x for n, x in model.items() if x}
