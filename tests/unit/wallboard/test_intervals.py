from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from screenpop.domain.errors import BadInput
from screenpop.domain.local_time import local, midnight_us
from screenpop.wallboard.intervals import interval_starts, place_in

LONDON = ZoneInfo("Europe/London")
KOLKATA = ZoneInfo("Asia/Kolkata")


def starts(first: date, days: int, by: Any, zone: ZoneInfo = LONDON) -> list[str]:
    end = midnight_us(first + timedelta(days=days), zone)
    found = interval_starts(midnight_us(first, zone), end, by, zone)
    return [local(each, zone).isoformat() for each in found]


@pytest.mark.parametrize(
    ("day", "quarters"),
    [(date(2026, 3, 29), 92), (date(2026, 3, 30), 96), (date(2026, 10, 25), 100)],
)
def test_a_day_on_which_clocks_change_has_other_quarters(
    day: date, quarters: int
) -> None:
    assert len(starts(day, 1, "15m")) == quarters
    assert len(starts(day, 1, "60m")) == quarters // 4


def test_an_hour_that_comes_twice_is_two_intervals() -> None:
    hours = starts(date(2026, 10, 25), 1, "60m")
    assert hours[1:3] == ["2026-10-25T01:00:00+01:00", "2026-10-25T01:00:00+00:00"]


def test_hours_begin_at_the_hour_of_the_zone() -> None:
    assert starts(date(2026, 11, 21), 1, "60m", KOLKATA)[1] == (
        "2026-11-21T01:00:00+05:30"
    )


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    assert [x[:10] for x in starts(date(2026, 11, 20), 9, "week")] == [
        "2026-11-20", "2026-11-23",
    ]  # fmt: skip
    assert [x[:10] for x in starts(date(2026, 1, 31), 40, "month")] == [
        "2026-01-31", "2026-02-01", "2026-03-01",
    ]  # fmt: skip


def test_a_moment_falls_into_the_interval_that_began_last() -> None:
    assert [place_in([0, 10, 20], at) for at in (0, 9, 10, 99)] == [0, 0, 1, 2]


def test_too_many_intervals_are_refused_before_they_are_made() -> None:
    with pytest.raises(BadInput, match="more than 3000 intervals of 15m"):
        starts(date(2026, 1, 1), 32, "15m")
    assert len(starts(date(2026, 1, 1), 31, "15m")) == 2975 + 1
