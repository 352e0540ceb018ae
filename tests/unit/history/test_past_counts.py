from __future__ import annotations

import pytest
from unit.history.test_counted import visited, write

from screenpop.domain.errors import BadInput
from screenpop.history import past_counts
from screenpop.history.archive import Archive
from screenpop.history.counted import INTERVAL_US
from screenpop.history.engine import Database
from screenpop.history.past_counts import CountsAsked, PastCounts

ALL = CountsAsked(from_us=0, to_us=10**15)


async def test_sums_are_read_by_quarter_and_group(database: Database) -> None:
    calls = [visited(n, n % 2 * INTERVAL_US, "answered", 9) for n in range(6)]
    await write(Archive(database), 1, *calls)
    counts = PastCounts(database)
    found = await counts.sums(ALL)
    assert [(x.interval_us, x.amounts["answered"]) for x in found] == [
        (0, 3), (INTERVAL_US, 3),
    ]  # fmt: skip
    sales = CountsAsked(from_us=0, to_us=INTERVAL_US, queues=("sales",))
    by_number = await counts.sums(sales, "dialled")
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
        await PastCounts(database).sums(ALL)
    assert len(await PastCounts(database).sums(CountsAsked(from_us=0, to_us=1))) == 1
