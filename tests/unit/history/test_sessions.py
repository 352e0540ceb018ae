"""Is a log-out remembered: after a restart, on other nodes, while the store is away?"""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from screenpop.domain.errors import Unavailable
from screenpop.history.engine import Database
from screenpop.history.sessions import EndedSessions
from screenpop.history.tables import ended_sessions
from screenpop.support.clock import FakeClock

HOUR_US = 3_600_000_000


def ended(database: Database, clock: FakeClock) -> EndedSessions:
    return EndedSessions(database, clock)


async def test_a_log_out_is_known_after_a_restart_and_on_another_node(
    database: Database, clock: FakeClock
) -> None:
    here, there = ended(database, clock), ended(database, clock)
    await there.refresh()
    await here.end("s1", clock.now_us() + HOUR_US)
    assert "s1" in here
    assert "s1" not in there
    assert await there.refresh()
    assert "s1" in there
    assert not await there.refresh()


async def test_the_same_log_out_on_two_nodes_is_one(
    database: Database, clock: FakeClock
) -> None:
    for _ in range(2):
        await ended(database, clock).end("s1", clock.now_us() + HOUR_US)
    again = ended(database, clock)
    await again.refresh()
    assert len(again) == 1


async def test_what_has_expired_anyway_is_forgotten(
    database: Database, clock: FakeClock
) -> None:
    here = ended(database, clock)
    await here.end("s1", clock.now_us() + HOUR_US)
    clock.advance(3601)
    await here.end("s2", clock.now_us() + HOUR_US)
    await here.refresh()
    assert ("s1" in here, "s2" in here) == (False, True)
    async with database.read() as connection:
        rows = await connection.scalar(select(func.count()).select_from(ended_sessions))
    assert rows == 1


async def test_while_the_store_is_away_a_log_out_counts_here_and_is_written_later(
    database: Database, clock: FakeClock
) -> None:
    here = ended(database, clock)
    await database.close()
    await here.end("s1", clock.now_us() + HOUR_US)
    assert "s1" in here
    with pytest.raises(Unavailable):
        await here.refresh()
    assert "s1" in here
    await database.open()
    await here.refresh()
    there = ended(database, clock)
    await there.refresh()
    assert "s1" in there
