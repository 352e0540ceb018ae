"""How large and how fast is a store with a year of ten million calls?

    python tests/load/store_size.py fill --url URL [--calls 10000000]
    python tests/load/store_size.py measure --url URL

With `--kinds` the tables of calls, legs and results alone, and what is read of them by
outcome, result, customer and campaign: an hour less. With `--occupancy` a year of ten
teams alone, a minute.

`URL` is an SQLAlchemy URL as in `store.url`, of a store without calls. `fill` writes
the rows of `many_calls.py` in bulk; `measure` times what the service asks. Wall time
and processor time are medians of five; for PostgreSQL the blocks that a statement
touched are from EXPLAIN (ANALYZE, BUFFERS).
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial
from statistics import median
from zoneinfo import ZoneInfo

import asyncpg
from load.many_calls import (
    DAY_US,
    DAYS,
    LINES,
    NUMBERS,
    NUMBERS_OF,
    QUEUES,
    START_US,
    TABLES,
    S,
    arrivals,
    repeated,
    stories,
    story_table,
)
from sqlalchemy import delete, insert, select, text
from sqlalchemy.engine import make_url

from screenpop.domain.call import CallId, CallKey, LineId
from screenpop.domain.call_counts import CountingRules
from screenpop.domain.local_time import QUARTER_US, midnight_us
from screenpop.domain.profile import CandidateRef
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.history import tables
from screenpop.history.archive import Archive
from screenpop.history.arrivals import arrivals as arrivals_of
from screenpop.history.calls import Calls, PagePlace
from screenpop.history.counted import sum_again
from screenpop.history.earlier import EarlierCalls
from screenpop.history.engine import Database
from screenpop.history.kinds import CallKinds, KindCalls, KindGroup
from screenpop.history.migrate import upgrade
from screenpop.history.past_counts import CountsAsked, Group, PastCounts
from screenpop.history.past_occupancy import occupancy_sums
from screenpop.history.popped import PoppedCalls
from screenpop.history.rolled import build
from screenpop.wallboard.intervals import By, interval_starts
from screenpop.wallboard.past import amounts_of

KEYS_OF = (
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
    " FROM pg_constraint WHERE contype = 'p' AND conrelid::regclass::text = ANY($1)"
)
INDEXES_OF = (
    "SELECT indexname, indexdef FROM pg_indexes"
    " WHERE tablename = ANY($1) AND schemaname = 'public'"
)
CALLS = 10_000_000
TEAMS = 10
PEOPLE_MIN = 4  # the default of privacy.group_min
ZONE = ZoneInfo("Europe/London")
OF_KINDS = ("calls", "call_legs", "dispositions")
LATER = ("calls_by_number", "calls_by_customer")  # indexes made of all rows at once


async def fill(url: str, calls: int, names: Sequence[str]) -> None:
    database = Database(url)
    await database.open()
    await upgrade(database)
    sqlite = database.is_sqlite
    await database.close()
    start = time.perf_counter()
    if sqlite:
        _fill_sqlite(str(make_url(url).database), calls, names)
    else:
        await _fill_postgresql(url, calls, names)
    print(f"filled in {time.perf_counter() - start:,.0f} s", flush=True)
    await database.open()
    start = time.perf_counter()
    await sum_again(database, CountingRules())
    print(f"summed in {time.perf_counter() - start:,.0f} s", flush=True)
    await database.close()


async def fill_occupancy(url: str) -> None:
    """Ten teams of twelve, by day and night."""
    database = Database(url)
    await database.open()
    await upgrade(database)
    for day in range(DAYS):
        starts = range(START_US + day * DAY_US, START_US + (day + 1) * DAY_US)
        rows = [
            {
                "interval_us": at_us,
                "team": f"team-{team}",
                "handle_us": 12 * QUARTER_US * (5 + team) // 18,
                "available_us": 12 * QUARTER_US * (13 - team) // 18,
                "people": 12,
            }
            for at_us in starts[::QUARTER_US]
            for team in range(TEAMS)
        ]
        async with database.write() as connection:
            await connection.execute(insert(tables.occupancy_counts), rows)
    await database.close()


def _fill_sqlite(path: str, calls: int, names: Sequence[str]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    # A crash while it is filled means to begin again.
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000"):
        connection.execute(f"PRAGMA {pragma}")
    stored = "SELECT sql FROM sqlite_master WHERE name IN (?, ?)"
    indexes = [sql for (sql,) in connection.execute(stored, LATER)]
    for name in LATER:
        connection.execute(f"DROP INDEX {name}")
    for statement in _before():
        connection.execute(statement)
    for name, some in stories().items():
        places = ", ".join("?" * len(some[0]))
        connection.executemany(f"INSERT INTO story_{name} VALUES ({places})", some)
    for day in range(DAYS):
        connection.execute("BEGIN")
        connection.execute("DELETE FROM arrivals")
        connection.execute("DELETE FROM numbers")
        places = ", ".join("?" * 5)
        connection.executemany(
            f"INSERT INTO arrivals VALUES ({places})",
            arrivals(day, calls),
        )
        for statement in (NUMBERS_OF, *map(repeated, names)):
            connection.execute(statement)
        connection.execute("COMMIT")
        _report(day)
    for statement in (*indexes, *_after(), "PRAGMA journal_mode=WAL"):
        connection.execute(statement)
    connection.close()


async def _fill_postgresql(url: str, calls: int, names: Sequence[str]) -> None:
    connection = await asyncpg.connect(
        make_url(url).set(drivername="postgresql").render_as_string(False)
    )
    found = await connection.fetch(KEYS_OF, TABLES)
    again = [f"ALTER TABLE {x[0]} ADD CONSTRAINT {x[1]} {x[2]}" for x in found]
    for table, name, _ in found:
        await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    found = await connection.fetch(INDEXES_OF, TABLES)
    again += [x[1] for x in found]
    for name, _ in found:
        await connection.execute(f"DROP INDEX {name}")
    for name in TABLES:  # half the writing; a crash means to begin again
        await connection.execute(f"ALTER TABLE {name} SET UNLOGGED")
    for statement in _before():
        await connection.execute(statement)
    for name, some in stories().items():
        await connection.copy_records_to_table(f"story_{name}", records=some)
    await connection.execute("ANALYZE")
    for day in range(DAYS):
        async with connection.transaction():
            await connection.execute("TRUNCATE arrivals, numbers")
            records = arrivals(day, calls)
            await connection.copy_records_to_table("arrivals", records=records)
            await connection.execute("ANALYZE arrivals")
            for statement in (NUMBERS_OF, *map(repeated, names)):
                await connection.execute(statement)
        _report(day)
    for statement in ("SET maintenance_work_mem = '1GB'", *again, *_after()):
        await connection.execute(statement, timeout=3600)
        print(statement[:70], flush=True)
    await connection.execute("VACUUM ANALYZE", timeout=3600)
    await connection.close()


def _before() -> list[str]:
    return [
        *map(story_table, TABLES),
        *(f"CREATE INDEX story_{name}_of ON story_{name} (story)" for name in TABLES),
        "CREATE TABLE arrivals (n INTEGER PRIMARY KEY, call_id TEXT, story INTEGER,"
        " at_us BIGINT, number INTEGER)",
        "CREATE TABLE numbers (n INTEGER PRIMARY KEY, number TEXT)",
    ]


def _after() -> list[str]:
    made = ["arrivals", "numbers", *(f"story_{name}" for name in TABLES)]
    return [f"DROP TABLE {name}" for name in made]


def _report(day: int) -> None:
    if day % 30 == 0:
        print(f"day {day}", flush=True)


# -- What does the service ask, and what does it take?


async def measure(url: str, *, kinds: bool) -> None:
    database = Database(url)
    await database.open()
    await upgrade(database)
    async with database.read() as connection:
        summed = await connection.scalar(select(tables.interval_counts.c.line).limit(1))
    if summed is None and not kinds:
        again = partial(sum_again, database, CountingRules())
        await _timed("quarters summed", again, rounds=1)
    async with database.write() as connection:  # as an archiver that wrote it all
        await connection.execute(delete(tables.consumers))
        row = {"name": "archiver/made", "offset": 1, "at_us": 1}
        await connection.execute(insert(tables.consumers).values(row))
    made = "days and months by kind made" if kinds else "all sums made of the quarters"
    await _timed(made, lambda: build(database, ZONE), rounds=1)
    await _sizes(database)
    if kinds:
        for name, ask in _kinds(database):
            await _timed(name, ask)
        await database.close()
        return
    for name, ask in [*_charts(database), *_lookups(database)]:
        await _timed(name, ask)
    archive = Archive(database, zone=ZONE)
    before_us = START_US + 9 * 3600 * S
    await _timed("retention: calls", partial(archive.forget, before_us), rounds=1)
    sums = partial(archive.forget_intervals, START_US + DAY_US)
    await _timed("retention: a day of sums", sums, rounds=1)
    await database.close()
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most")


Ask = Callable[[], Awaitable[object]]


async def measure_occupancy(url: str) -> None:
    database = Database(url)
    await database.open()
    for name, ask in _occupancy(database):
        await _timed(name, ask)
    await database.close()


async def _timed(name: str, ask: Ask, rounds: int = 5) -> None:
    """Wall and processor time of this process; the first round apart."""
    walls, cpus, found = [], [], None
    for _ in range(rounds + (rounds > 1)):
        wall, cpu = time.perf_counter(), time.process_time()
        found = await ask()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    many = found[0] if isinstance(found, tuple) else found  # (rows, are there more)
    count = len(many) if isinstance(many, list) else many
    wall, cpu = median(walls[-rounds:]), median(cpus[-rounds:])
    print(
        f"{name} | {count} | first {walls[0]:.3f} | wall {wall:.3f} | cpu {cpu:.3f}",
        flush=True,
    )


async def _sizes(database: Database) -> None:
    sums = ("interval_counts", "rolled_counts", "kind_counts", "kind_people")
    names = [*TABLES, *sums]
    async with database.read() as connection:
        for name in names if not database.is_sqlite else []:
            found = await connection.execute(
                text("SELECT pg_table_size(:name), pg_indexes_size(:name)"),
                {"name": name},
            )
            own, indexes = found.one()
            print(f"{name}: {own / 1e6:,.0f} MB, indexes {indexes / 1e6:,.0f} MB")
        for name in ("calls", *sums):
            rows = await connection.scalar(text(f"SELECT count(*) FROM {name}"))
            print(f"{name}: {rows:,} rows", flush=True)
        if database.is_sqlite:
            pages = "pragma_page_count(), pragma_page_size()"
            size = text(f"SELECT page_count * page_size FROM {pages}")
            print(f"{await connection.scalar(size) / 1e6:,.0f} MB")


def _charts(database: Database) -> Iterator[tuple[str, Ask]]:
    counts, end = PastCounts(database, ZONE), date(2025, 12, 31)
    wanted: list[tuple[str, By, int, Group | None, tuple[str, ...]]] = [
        ("a day by 15 minutes", "15m", 1, None, ()),
        ("31 days by 15 minutes", "15m", 31, None, ()),
        ("62 days by 30 minutes", "30m", 62, None, ()),
        ("124 days by hour", "60m", 124, None, ()),
        ("16 days by hour and dialled number", "60m", 16, "dialled", ()),
        ("40 days by hour and queue", "60m", 40, "queue", ()),
        ("a year by day", "day", 364, None, ()),
        ("a year by day, one queue", "day", 364, None, QUEUES[3:4]),
        ("a year by day, a team of five queues", "day", 364, None, QUEUES[3:8]),
        ("a year by day and queue", "day", 364, "queue", ()),
        ("a year by day and line", "day", 364, "line", ()),
        ("a year by week", "week", 364, None, ()),
        ("a year by week and dialled number", "week", 364, "dialled", ()),
        ("a year by month", "month", 364, None, ()),
    ]
    for name, by, days, group, queues in wanted:
        to_us = midnight_us(end, ZONE) + 41 * QUARTER_US  # within a day, as now is
        from_us = midnight_us(end - timedelta(days), ZONE)
        if by in ("15m", "30m", "60m"):
            to_us = midnight_us(end, ZONE)
        asked = CountsAsked(from_us=from_us, to_us=to_us, queues=queues)
        starts = interval_starts(from_us, to_us, by, ZONE)
        yield name, partial(counts.sums, asked, starts, group)
    for name, queues in (("all", ()), ("one queue", QUEUES[3:4])):
        from_us = midnight_us(end - timedelta(364), ZONE)
        asked = CountsAsked(
            from_us=from_us, to_us=midnight_us(end, ZONE), queues=queues
        )
        starts = list(range(from_us, asked.to_us, 4 * QUARTER_US))
        shown = amounts_of("service_level", ServiceLevelRules())
        yield (
            f"hour and weekday of a year, {name}",
            partial(counts.sums, asked, starts, names=shown),
        )
    yield from _kinds(database)
    of_time = midnight_us(end - timedelta(28), ZONE), midnight_us(end, ZONE)
    month = CountsAsked(from_us=of_time[0], to_us=of_time[1])
    yield "cards of 28 days", partial(PoppedCalls(database).read, month)
    day = CountsAsked(from_us=START_US + 99 * DAY_US, to_us=START_US + 100 * DAY_US)
    yield (
        "the calls behind a number",
        partial(counts.calls, day, ["abandoned"], None, 50),
    )


def _occupancy(database: Database) -> Iterator[tuple[str, Ask]]:
    end = date(2025, 12, 31)
    to_us = midnight_us(end, ZONE)
    wanted: list[tuple[By, int]] = [
        ("15m", 31), ("30m", 62), ("60m", 124),
        ("day", 364), ("week", 364), ("month", 364),
    ]  # fmt: skip
    for by, days in wanted:
        from_us = midnight_us(end - timedelta(days), ZONE)
        asked = CountsAsked(from_us=from_us, to_us=to_us)
        starts = interval_starts(from_us, to_us, by, ZONE)
        ask = partial(occupancy_sums, database, asked, starts, PEOPLE_MIN)
        yield f"occupancy of {days} days by {by}", ask
        yield f"occupancy of {days} days by {by} and team", partial(ask, by_team=True)


def _kinds(database: Database) -> Iterator[tuple[str, Ask]]:
    """By how calls ended: whole days, and up to a moment within one."""
    end = date(2025, 12, 31)
    within_us = midnight_us(end, ZONE) + 41 * QUARTER_US
    kinds, from_us = CallKinds(database, ZONE), midnight_us(end - timedelta(364), ZONE)
    year = CountsAsked(from_us=from_us, to_us=within_us)
    one = CountsAsked(from_us=from_us, to_us=within_us, queues=QUEUES[3:4])
    month = CountsAsked(from_us=midnight_us(end - timedelta(28), ZONE), to_us=within_us)
    groups: tuple[KindGroup, ...] = ("outcome", "result", "customer", "dialled")
    for group in groups:
        yield f"a year by {group}", partial(kinds.rows, year, group)
    yield "a year by outcome, one queue", partial(kinds.rows, one, "outcome")
    yield "28 days by outcome", partial(kinds.rows, month, "outcome")
    yield "newest callers of a year", partial(kinds.callers, year, "dialled")
    for name in ("completed", "abandoned"):
        listed = partial(
            kinds.calls, year, KindCalls(group="outcome", name=name), None, 50
        )
        yield f"50 calls of a year that are {name}", listed
    of_calls = CallKinds(database, ZoneInfo("Asia/Tokyo"))  # no sums of that zone
    yield "28 days by outcome, from calls", partial(of_calls.rows, month, "outcome")


def _lookups(database: Database) -> Iterator[tuple[str, Ask]]:
    calls, earlier, archive = Calls(database), EarlierCalls(database), Archive(database)
    often, seldom = "+447700000000", f"+4477{NUMBERS - 7:08d}"
    yield "last calls of a number that calls often", partial(earlier.from_number, often)
    yield (
        "last calls of a number that calls seldom",
        partial(earlier.from_number, seldom),
    )
    ref = CandidateRef(source="erp", key="c-1234")
    yield "last calls of a customer", partial(earlier.of_customer, ref)
    yield "50 newest calls", calls.recent
    place = PagePlace(arrived_us=START_US + 200 * DAY_US, line="main", call_id="")
    yield "50 calls, half a year ago", partial(calls.recent, None, place)
    yield "50 newest calls of an agent", partial(calls.recent, "user-1003")
    day = sorted(arrivals(180, CALLS))[777]
    keys = [(LineId(line), CallId(str(day[1])), 0) for line in LINES]
    yield "one call with its events", lambda: _one(calls, keys)
    some = [(LINES[0], str(x[1]), 0) for x in arrivals(180, CALLS)[:500]]
    yield (
        "500 calls recalled",
        partial(_recalled, archive, some),
    )
    since_us = START_US + (DAYS - 28) * DAY_US
    yield (
        "arrivals of 28 days (forecast)",
        partial(arrivals_of, database, since_us, since_us + 28 * DAY_US),
    )


async def _recalled(archive: Archive, keys: list[tuple[str, str, int]]) -> int:
    found = await archive.recall([(LineId(a), CallId(b), n) for a, b, n in keys])
    return len(found)


async def _one(calls: Calls, keys: list[CallKey]) -> int:
    found = [await calls.get(*key) for key in keys]
    return sum(len(x.events) for x in found if x is not None)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=("fill", "measure"))
    parser.add_argument("--url", required=True)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--kinds", action="store_true")
    parser.add_argument("--occupancy", action="store_true")
    given = parser.parse_args()
    if given.occupancy:
        of = fill_occupancy if given.verb == "fill" else measure_occupancy
        asyncio.run(of(given.url))
    elif given.verb == "fill":
        names = OF_KINDS if given.kinds else TABLES
        asyncio.run(fill(given.url, given.calls, names))
    else:
        asyncio.run(measure(given.url, kinds=given.kinds))
