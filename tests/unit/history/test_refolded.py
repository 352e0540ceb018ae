"""Stored calls that are folded again add what is in the sums."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from unit.history.simulated_day import START_US, SimulatedDay
from unit.history.test_recount import archive

from screenpop.domain.call_counts import CountingRules
from screenpop.domain.errors import BadInput
from screenpop.history import refolded, tables
from screenpop.history.counted import INTERVAL_US
from screenpop.history.engine import Database
from screenpop.history.past_counts import CountsAsked, PastCounts
from screenpop.history.refolded import counted_calls
from screenpop.wallboard.counting_ways import CountedRange, WayOfCounting


async def test_calls_counted_again_by_the_own_rules_are_the_sums(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = SimulatedDay(random.Random(21)).callers(120)
    await archive(database, [day.told()])
    from_us = START_US - START_US % INTERVAL_US + 4 * INTERVAL_US
    to_us = from_us + 12 * INTERVAL_US
    every, _ = await counted_calls(database, from_us, to_us)
    for queue in (None, "sales"):
        queues = () if queue is None else (queue,)
        asked = CountsAsked(from_us=from_us, to_us=to_us, queues=queues)
        (stored,) = await PastCounts(database).sums(asked, [from_us])
        calls, missing = await counted_calls(database, from_us, to_us, queue)
        assert missing == 0
        own = WayOfCounting(
            rules=CountingRules(),
            range=CountedRange(from_us=from_us, to_us=to_us),
            queue=queue,
        )
        assert +own.sums(calls) == +Counter(stored.amounts)
    async with database.write() as connection:
        await connection.execute(tables.call_events.delete())
    assert await counted_calls(database, from_us, to_us) == ([], len(every))
    monkeypatch.setattr(refolded, "CALLS_MAX", 10)
    with pytest.raises(BadInput, match="more than 10 calls"):
        await counted_calls(database, from_us, to_us)
