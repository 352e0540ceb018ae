from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite
from unit.history.test_counted import visited, write

from screenpop.domain.call_counts import CountingRules, in_words
from screenpop.domain.errors import BadInput
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.history import past_counts
from screenpop.history.archive import Archive
from screenpop.history.counted import INTERVAL_US, sum_again
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.migrate import upgrade
from screenpop.history.past_counts import (
    CountsAsked,
    Group,
    PastCounts,
    sums_query,
)
from screenpop.history.rolled import Level

ALL = CountsAsked(from_us=0, to_us=10**15)


async def test_sums_are_read_by_interval_and_group(database: Database) -> None:
    calls = [visited(n, n % 4 * INTERVAL_US, "answered", 9) for n in range(12)]
    await write(Archive(database), 1, *calls)
    counts = PastCounts(database)
    day = CountsAsked(from_us=0, to_us=9 * INTERVAL_US)
    found = await counts.sums(day, [0, INTERVAL_US, 3 * INTERVAL_US, 4 * INTERVAL_US])
    assert [(x.interval_us, x.amounts["answered"]) for x in found] == [
        (0, 3), (INTERVAL_US, 6), (3 * INTERVAL_US, 3),
    ]  # fmt: skip
    sales = CountsAsked(from_us=0, to_us=INTERVAL_US, queues=("sales",))
    by_number = await counts.sums(sales, [0], "dialled")
    assert [(x.group[-1], x.amounts["offered"]) for x in by_number] == [
        ("0", 1), ("1", 1), ("2", 1),
    ]  # fmt: skip


async def test_the_calls_behind_a_number_are_read_in_pages(database: Database) -> None:
    lost = [visited(n, n * INTERVAL_US, "abandoned", 30) for n in range(7)]
    other = [visited(n, n * INTERVAL_US, "answered", 30) for n in range(7, 14)]
    await write(Archive(database), 1, *lost, *other)
    counts, before, found = PastCounts(database), None, []
    while page := await counts.calls(ALL, ["abandoned"], before, 3):
        found.extend(page)
        before = page[-1].place
    assert [x.place.call_id for x in found] == [f"c-{n}" for n in range(6, -1, -1)]
    assert found[0].amounts["abandoned"] == 1
    assert [visit.left for visit in found[0].visits] == ["abandoned"]


async def test_more_sums_than_the_limit_are_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [visited(n, n * INTERVAL_US, "answered", 9) for n in range(3)]
    await write(Archive(database), 1, *calls)
    monkeypatch.setattr(past_counts, "SUMS_MAX", 2)
    with pytest.raises(BadInput, match="more than 2 sums"):
        await PastCounts(database).sums(ALL, [n * INTERVAL_US for n in range(3)])
    assert len(await PastCounts(database).sums(ALL, [0])) == 1


async def test_a_change_of_the_rules_is_named_with_its_time(database: Database) -> None:
    counts, words = PastCounts(database), {}
    for now_us, target_s in ((10, 20), (20, 20), (30, 60), (40, 60), (50, 20)):
        rules = CountingRules(service_level=ServiceLevelRules(target_s=target_s))
        words[target_s] = in_words(rules)
        await Archive(database, rules=rules).begin("archiver", now_us)

    async def named(from_us: int, to_us: int) -> list[tuple[int, str]]:
        asked = CountsAsked(from_us=from_us, to_us=to_us)
        return [(each.since_us, each.rules) for each in await counts.rules(asked)]

    assert await named(0, 5) == []
    assert await named(0, 25) == [(10, words[20])]
    assert await named(35, 45) == [(30, words[60])]
    assert await named(15, 99) == [(10, words[20]), (30, words[60]), (50, words[20])]


async def test_a_recount_counts_all_by_one_rule(database: Database) -> None:
    await Archive(database).begin("archiver", 10**12)
    await write(Archive(database), 1, visited(0, 5_000, "answered", 9))
    rules = CountingRules(short_abandon_s=9)
    await sum_again(database, rules)
    (found,) = await PastCounts(database).rules(ALL)
    assert (found.since_us, found.rules) == (0, in_words(rules))


@pytest.mark.parametrize("group", [None, "queue", "dialled"])
@pytest.mark.parametrize("level", ["quarter", "hour", "day"])
async def test_each_piece_is_a_search_along_a_primary_key(
    tmp_path: Path, level: Level, group: Group | None
) -> None:
    """SQLite else reads the whole range again for each piece."""
    day_us = 96 * INTERVAL_US
    read = {level: [(n * day_us, n * day_us, (n + 1) * day_us) for n in range(365)]}
    query = sums_query(ALL, read, group, sqlite=True)
    written = query.compile(
        dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
    )
    database = Database(sqlite_url(tmp_path / "store.sqlite"))
    await database.open()
    await upgrade(database)
    async with database.read() as connection:
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {written}")
        steps = [str(row[-1]) for row in plan]
    await database.close()
    table, key = "interval_counts", "interval_us>? AND interval_us<?"
    if level != "quarter":
        table, key = "rolled_counts", f"level=? AND {key}"
    assert f"SEARCH {table} USING PRIMARY KEY ({key})" in steps
    assert not any(step.startswith(f"SCAN {table}") for step in steps)
    sorts = [step for step in steps if "TEMP B-TREE" in step]
    assert len(sorts) == (group is not None)
