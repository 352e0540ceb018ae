"""The sums by quarter are those of the calls, however they came to the store."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select
from unit.history import history

from screenpop.domain.call import AgentId, AgentLeg, Call, LegState, QueueVisit
from screenpop.domain.call_counts import NAMES, CountingRules, counts_of
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.history import tables
from screenpop.history.archive import Archive
from screenpop.history.batch import CallState
from screenpop.history.counted import DAY_US, INTERVAL_US, STEP_US, sum_again
from screenpop.history.engine import Database

RULES = CountingRules()
S = 1_000_000


def visited(number: int, at_us: int, left: str | None, wait_s: float) -> Call:
    left_us = None if left is None else at_us + round(wait_s * S)
    queue = ("sales", "support")[number % 2]
    visit = QueueVisit(queue=queue, entered_us=at_us, left_us=left_us, left=left)  # type: ignore[arg-type]
    leg = AgentLeg(
        agent=AgentId("1001"),
        state=LegState.RELEASED,
        answered_us=left_us,
        released_us=None if left_us is None else left_us + 60 * S,
    )
    over: dict[str, Any] = {}
    if left == "answered":
        over = {"answered_us": left_us, "legs": (leg,)}
    if left_us is not None:
        over["ended_us"] = left_us + 60 * S
    dialled = f"+44207946010{number % 3}"
    return history.call(
        f"c-{number}", arrived_us=at_us, visits=(visit,), dialled=dialled, **over
    )


async def table(database: Database) -> dict[tuple[Any, ...], dict[str, int]]:
    """The sums as stored, by place; those of nothing left out."""
    async with database.read() as connection:
        found = (await connection.execute(select(tables.interval_counts))).mappings()
        rows = [dict(row) for row in found]
    return {
        (row["interval_us"], row["queue"], row["line"], row["dialled"]): amounts
        for row in rows
        if (amounts := {name: row[name] for name in NAMES if row[name]})
    }


def recounted(calls: list[Call]) -> dict[tuple[Any, ...], dict[str, int]]:
    sums: dict[tuple[Any, ...], Counter[str]] = {}
    for call in calls:
        for at_us, queue, name, amount in counts_of(call, RULES):
            place = (at_us // INTERVAL_US * INTERVAL_US, queue, call.line, call.dialled)
            sums.setdefault(place, Counter())[name] += amount
    return {place: {k: v for k, v in s.items() if v} for place, s in sums.items()}


async def write(archive: Archive, offset: int, *calls: Call) -> None:
    states = [CallState(call=call, number=None) for call in calls]
    await archive.write(history.batch(offset, calls=states))


async def test_a_call_that_changes_takes_back_what_it_added(database: Database) -> None:
    archive = Archive(database)
    for left in (None, "abandoned", "answered", "answered"):
        call = visited(0, 5_000, left, 30)
        await write(archive, 1, call)
        assert await table(database) == recounted([call])


async def test_a_late_event_moves_a_call_to_another_quarter(database: Database) -> None:
    archive = Archive(database)
    await write(archive, 1, visited(0, INTERVAL_US, None, 0))
    earlier = visited(0, INTERVAL_US - 1, "answered", 3)
    await write(archive, 2, earlier)
    assert await table(database) == recounted([earlier])


@pytest.mark.parametrize("seed", range(3))
async def test_any_history_of_writing_gives_the_sums_of_the_last_views(
    database: Database, seed: int
) -> None:
    rng, archive = random.Random(seed), Archive(database)
    latest: dict[int, Call] = {}
    for offset in range(12):
        numbers = rng.sample(range(20), rng.randint(1, 8))
        for number in numbers:
            left = rng.choice([None, "answered", "abandoned", "moved", "callback"])
            at_us = rng.choice([1, 2, 3]) * INTERVAL_US + rng.randrange(INTERVAL_US)
            latest[number] = visited(number, at_us, left, rng.choice([2, 10, 40]))
        await write(archive, offset, *(latest[number] for number in numbers))
    assert await table(database) == recounted(list(latest.values()))


async def test_calls_that_retention_removes_stay_in_the_sums(
    database: Database,
) -> None:
    archive = Archive(database)
    old, new = visited(0, 5_000, "answered", 9), visited(1, 10**13, "answered", 9)
    await write(archive, 1, old, new)
    await archive.forget(10_000)
    assert await table(database) == recounted([old, new])
    await sum_again(database, RULES)
    assert await table(database) == recounted([old, new])
    await archive.forget_intervals(DAY_US - 1)  # the day is not over
    assert await table(database) == recounted([old, new])
    await archive.forget_intervals(DAY_US)
    assert await table(database) == recounted([new])


async def test_sums_that_were_damaged_are_made_again(database: Database) -> None:
    calls = [visited(n, n * INTERVAL_US // 3, "answered", 9) for n in range(9)]
    calls += [visited(n, n * STEP_US // 4, "answered", 9) for n in range(9, 18)]
    await write(Archive(database), 1, *calls)
    async with database.write() as connection:
        await connection.execute(tables.interval_counts.update().values(offered=77))
    await sum_again(database, RULES)
    assert await table(database) == recounted(calls)


async def test_other_rules_count_what_is_written_from_then_on(
    database: Database,
) -> None:
    call = visited(0, 0, "answered", 30)
    for target_s, within in ((20, 0), (40, 1)):
        rules = CountingRules(service_level=ServiceLevelRules(target_s=target_s))
        await write(Archive(database, rules=rules), 1, call)
        (sums,) = (await table(database)).values()
        assert sums.get("sl_answered_within", 0) == within
