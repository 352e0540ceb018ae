"""From rows of the history to agents by interval."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from screenpop.domain.errors import BadInput
from screenpop.history.arrivals import STEP_US
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.migrate import upgrade
from screenpop.node.planning import past_volumes, staffed_forecast
from screenpop.planning.staffing import StaffingGoals
from screenpop.planning.volumes import volumes_of

FIRST = datetime(2025, 1, 6, 8, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def five_weeks() -> list[tuple[int, int, int, int]]:
    """Ten calls of three minutes in each five minutes from 9:00 to 11:00 in Berlin."""
    starts = [
        FIRST + timedelta(days=day, minutes=5 * place)
        for day in range(35)
        for place in range(24)
        if day % 7 < 5
    ]
    return [(int(s.timestamp()) * 10**6, 10, 10, 1800 * 10**6) for s in starts]


def test_the_history_leads_to_needed_agents_by_interval() -> None:
    volumes = volumes_of(five_weeks(), BERLIN, STEP_US // 60_000_000)
    found = staffed_forecast(
        volumes,
        as_of=datetime.fromisoformat("2025-02-10"),
        days=7,
        interval_min=30,
        goals=StaffingGoals(shrinkage=0.3),
        wrap_up_s=60,
        country="DE",
    )
    assert len(found.needed) == 7 * 48
    nine = next(row for row in found.needed if row.calls.start.hour == 9)
    assert nine.calls.expected == pytest.approx(60, rel=0.02)
    assert nine.handle_s == pytest.approx(240, abs=1)
    assert nine.expected.agents == 11  # 8 erlang, 80 % in 20 s, occupancy up to 85 %
    assert nine.expected.headcount == 16
    night = next(row for row in found.needed if row.calls.start.hour == 3)
    assert night.expected.agents == 0


async def test_a_store_without_calls_says_what_a_forecast_needs(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "store.sqlite"))
    await database.open()
    try:
        await upgrade(database)
        with pytest.raises(BadInput, match="no inbound calls of queue sales"):
            await past_volumes(database, BERLIN, 1_000_000_000_000_000, "sales")
    finally:
        await database.close()
