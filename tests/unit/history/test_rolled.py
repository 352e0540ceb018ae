"""Sums by hour and day are those of the quarters, and are read only then."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from unit.history import history
from unit.history.test_counted import S, visited

from screenpop.domain.call import Call
from screenpop.domain.call_counts import NAMES, CountingRules
from screenpop.domain.local_time import (
    QUARTER_US,
    day_start_us,
    hour_start_us,
    midnight_us,
)
from screenpop.history import rolled, tables
from screenpop.history.archive import Archive
from screenpop.history.batch import CallState
from screenpop.history.counted import sum_again
from screenpop.history.engine import Database, RowChanged
from screenpop.history.past_counts import CountsAsked, Group, PastCounts
from screenpop.history.recount import recount

CONSUMER = "archiver/j"
LONDON = ZoneInfo("Europe/London")
ZONES = (
    "UTC", "Europe/London", "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago",
)  # fmt: skip
CLOCKS_CHANGE = date(2026, 10, 25)  # in London


class Writer:
    """An archiver's writing, batch after batch."""

    def __init__(self, database: Database, zone: ZoneInfo = LONDON):
        self.archive = Archive(database, zone=zone)
        self.offset = 0

    async def begin(self) -> Writer:
        self.offset = await self.archive.begin(CONSUMER)
        return self

    async def write(self, *calls: Call) -> None:
        states = [CallState(call=call, number=None) for call in calls]
        offset = self.offset + 1
        batch = history.batch(offset, calls=states)
        batch.consumer = CONSUMER
        await self.archive.write(batch, after=self.offset)
        self.offset = offset


async def of_quarters(
    database: Database, zone: ZoneInfo
) -> dict[tuple[Any, ...], Counter[str]]:
    """What the sums by hour and day must be."""
    sums: dict[tuple[Any, ...], Counter[str]] = {}
    async with database.read() as connection:
        for row in (
            await connection.execute(select(tables.interval_counts))
        ).mappings():
            at_us, where = (
                row["interval_us"],
                (row["queue"], row["line"], row["dialled"]),
            )
            for level, start in (
                ("hour", hour_start_us(at_us, zone)),
                ("day", day_start_us(at_us, zone)),
            ):
                amounts = {name: row[name] for name in NAMES}
                sums.setdefault((level, start, *where), Counter()).update(amounts)
    return {place: +amounts for place, amounts in sums.items() if +amounts}


async def stored(database: Database) -> dict[tuple[Any, ...], Counter[str]]:
    async with database.read() as connection:
        found = (await connection.execute(select(tables.rolled_counts))).mappings()
        rows = [dict(row) for row in found]
    keys = ("level", "interval_us", "queue", "line", "dialled")
    sums = {
        tuple(row[key] for key in keys): +Counter({name: row[name] for name in NAMES})
        for row in rows
    }
    return {place: amounts for place, amounts in sums.items() if amounts}


async def is_in_step(database: Database, zone: ZoneInfo = LONDON) -> bool:
    async with database.read() as connection:
        return await rolled.in_step(connection, zone)


def some_calls(rng: random.Random, latest: dict[int, Call]) -> list[Call]:
    """New ones, changed ones, ones that moved to another day, and repeated ones."""
    start_us = midnight_us(CLOCKS_CHANGE - timedelta(days=1), LONDON)
    numbers = rng.sample(range(20), rng.randint(1, 8))
    for number in numbers:
        if number in latest and rng.random() < 0.3:
            continue
        left = rng.choice([None, "answered", "abandoned", "moved", "callback"])
        at_us = start_us + rng.randrange(3 * 24 * 3600) * S
        latest[number] = visited(number, at_us, left, rng.choice([2, 10, 40]))
    return [latest[number] for number in numbers]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("seed", range(2))
async def test_hours_and_days_are_the_sums_of_quarters_whatever_happens(
    database: Database, zone: str, seed: int
) -> None:
    rng, where, latest = random.Random(seed), ZoneInfo(zone), dict[int, Call]()
    writer = await Writer(database, where).begin()
    for _ in range(15):
        step = rng.random()
        if step < 0.1:
            writer = await Writer(database, where).begin()
        elif step < 0.2 and latest:
            await writer.archive.forget(rng.choice(list(latest.values())).arrived_us)
        elif step < 0.3 and latest:
            oldest = min(call.arrived_us for call in latest.values())
            await writer.archive.forget_intervals(oldest + 24 * 3600 * S)
        else:
            await writer.write(*some_calls(rng, latest))
        assert await stored(database) == await of_quarters(database, where)
        assert await is_in_step(database, where)


async def test_a_recount_makes_hours_and_days_again(database: Database) -> None:
    writer = await Writer(database).begin()
    await writer.write(*some_calls(random.Random(1), {}))
    async with database.write() as connection:
        await connection.execute(tables.rolled_counts.update().values(offered=77))
        await connection.execute(tables.interval_counts.update().values(answered=7))
    async for _ in recount(database, CountingRules(), zone=LONDON):
        pass
    await sum_again(database, CountingRules())
    assert await stored(database) == await of_quarters(database, LONDON)
    assert await is_in_step(database)


async def test_two_nodes_that_make_them_at_once_make_them_once(
    database: Database,
) -> None:
    writer = await Writer(database).begin()
    await writer.write(*some_calls(random.Random(3), {}))
    await asyncio.gather(*(rolled.build(database, LONDON) for _ in range(3)))
    assert await stored(database) == await of_quarters(database, LONDON)
    assert await is_in_step(database)


async def test_quarters_are_read_while_an_older_node_writes(database: Database) -> None:
    writer = await Writer(database).begin()
    at_us = midnight_us(CLOCKS_CHANGE, LONDON)
    await writer.write(visited(0, at_us + S, "answered", 9))
    # It knows nothing of hours and days.
    async with database.write() as connection:
        await connection.execute(tables.interval_counts.update().values(offered=5))
        await connection.execute(
            text("UPDATE consumers SET \"offset\" = 2 WHERE name = 'archiver/j'")
        )
    counts = PastCounts(database, LONDON)
    asked = CountsAsked(from_us=at_us, to_us=at_us + 25 * 4 * QUARTER_US)
    (found,) = await counts.sums(asked, [at_us])
    assert found.amounts["offered"] == 5
    assert not await is_in_step(database)
    writer.offset = 2
    await writer.write(visited(1, at_us + S, "answered", 9))
    assert not await is_in_step(database)  # one batch of ours does not mend it
    writer = await Writer(database).begin()
    assert await is_in_step(database)
    assert await stored(database) == await of_quarters(database, LONDON)


async def test_another_zone_makes_its_own_days(database: Database) -> None:
    writer = await Writer(database).begin()
    await writer.write(*some_calls(random.Random(2), {}))
    tokyo = ZoneInfo("Asia/Tokyo")
    assert not await is_in_step(database, tokyo)
    await Writer(database, tokyo).begin()
    assert await stored(database) == await of_quarters(database, tokyo)
    assert (await is_in_step(database), await is_in_step(database, tokyo)) == (
        False, True,
    )  # fmt: skip


async def test_a_build_that_was_overtaken_is_not_in_step(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = await Writer(database).begin()
    await writer.write(*some_calls(random.Random(3), {}))
    step = rolled._build_step

    async def overtaken(*given: Any, **more: Any) -> None:
        await step(*given, **more)
        await given[0].execute(text('UPDATE consumers SET "offset" = 99'))

    monkeypatch.setattr(rolled, "_build_step", overtaken)
    with pytest.raises(RowChanged, match="made again"):
        await rolled.build(database, LONDON)
    assert not await is_in_step(database)


@pytest.mark.parametrize("group", [None, "queue", "line", "dialled"])
async def test_charts_are_the_same_from_quarters_and_from_days(
    database: Database, group: Group | None
) -> None:
    writer, rng = await Writer(database).begin(), random.Random(4)
    latest: dict[int, Call] = {}
    for _ in range(9):
        await writer.write(*some_calls(rng, latest))
    first = midnight_us(CLOCKS_CHANGE - timedelta(days=1), LONDON)
    for _ in range(20):
        cuts = sorted({rng.randrange(3 * 96) for _ in range(rng.randint(2, 9))})
        from_us, *starts, to_us = (first + n * QUARTER_US for n in [0, *cuts])
        asked = CountsAsked(from_us=from_us, to_us=to_us, lines=("main",))
        bounds = [from_us, *starts]
        by_days = await PastCounts(database, LONDON).sums(asked, bounds, group)
        # No node writes days of this zone.
        by_quarters = await PastCounts(database, ZoneInfo("Asia/Tokyo")).sums(
            asked, bounds, group
        )
        assert by_days == by_quarters


quarters = st.integers(0, 40 * 96)


@given(st.sampled_from(ZONES), st.lists(quarters, min_size=2, max_size=9, unique=True))
def test_pieces_cover_each_interval_once_with_whole_hours_and_days(
    zone: str, cuts: list[int]
) -> None:
    where = ZoneInfo(zone)
    first = midnight_us(date(2026, 3, 20), ZoneInfo("UTC"))
    *starts, to_us = (first + n * QUARTER_US for n in sorted(cuts))
    found = rolled.pieces(starts, to_us, where)
    for level, start_of in (("hour", hour_start_us), ("day", day_start_us)):
        for _, from_us, until_us in found[level]:  # type: ignore[index]
            assert start_of(from_us, where) == from_us
            assert start_of(until_us, where) == until_us
    for start, end in zip(starts, [*starts[1:], to_us], strict=True):
        mine = sorted(
            (from_us, until_us)
            for some in found.values()
            for of, from_us, until_us in some
            if of == start
        )
        assert [mine[0][0], *(x[1] for x in mine)] == [x[0] for x in mine] + [end]
        assert mine[0][0] == start


def test_moments_between_quarters_are_cut_at_the_hours_next_to_them() -> None:
    at_us = midnight_us(CLOCKS_CHANGE, LONDON) + 1
    end = at_us + 9 * QUARTER_US
    found = rolled.pieces([at_us], end, LONDON)
    hours = (at_us - 1 + 4 * QUARTER_US, at_us - 1 + 8 * QUARTER_US)
    assert found["hour"] == [(at_us, *hours)]
    assert found["quarter"] == [(at_us, at_us, hours[0]), (at_us, hours[1], end)]


def test_a_year_by_month_reads_days_and_its_last_hours() -> None:
    starts = [midnight_us(date(2026, month, 1), LONDON) for month in range(1, 13)]
    now_us = midnight_us(date(2026, 12, 20), LONDON) + 41 * QUARTER_US
    found = rolled.pieces(starts, now_us, LONDON)
    assert {level: len(some) for level, some in found.items()} == {
        "day": 12, "hour": 1, "quarter": 1,
    }  # fmt: skip
    assert rolled.pieces(starts, now_us, None)["day"] == []
