from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from screenpop.domain.report_times import ReportTimes

BERLIN = ZoneInfo("Europe/Berlin")
WORKDAYS = frozenset(range(5))


def times(**other: Any) -> ReportTimes:
    known: dict[str, Any] = {
        "zone": BERLIN, "range": "yesterday", "minute": 390,
        "weekdays": frozenset(range(7)),
    }  # fmt: skip
    return ReportTimes(**{**known, **other})


def us(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp()) * 1_000_000


def due(it: ReportTimes, year: int) -> list[date]:
    return list(it.due_days(us(f"{year}-01-01T00:00Z"), us(f"{year}-12-31T22:00Z")))


def test_a_daily_report_is_due_on_each_chosen_weekday() -> None:
    assert len(due(times(), 2026)) == 365
    found = due(times(weekdays=WORKDAYS), 2026)
    assert {day.weekday() for day in found} == WORKDAYS
    assert len(found) == 261


@pytest.mark.parametrize("weekdays", [frozenset({0}), frozenset({2, 4}), WORKDAYS])
def test_a_weekly_report_is_due_once_a_week(weekdays: frozenset[int]) -> None:
    found = due(times(range="last_week", weekdays=weekdays), 2026)
    weeks = [day.isocalendar()[1] for day in found]
    assert len(weeks) == len(set(weeks)) >= 52
    assert {day.weekday() for day in found[1:]} == {min(weekdays)}


def test_a_monthly_report_is_due_on_the_first_chosen_day_of_the_month() -> None:
    found = due(times(range="last_month", weekdays=WORKDAYS), 2026)
    assert [(day.month, day.day) for day in found] == [
        (1, 1), (2, 2), (3, 2), (4, 1), (5, 1), (6, 1), (7, 1), (8, 3), (9, 1),
        (10, 1), (11, 2), (12, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("range", "day", "first", "after"),
    [
        ("yesterday", "2026-03-01", "2026-02-28", "2026-03-01"),
        ("last_week", "2026-03-04", "2026-02-23", "2026-03-02"),
        ("last_month", "2026-01-31", "2025-12-01", "2026-01-01"),
    ],
)
def test_a_report_is_of_the_whole_days_before(
    range: Any, day: str, first: str, after: str
) -> None:
    it = times(range=range)
    of = it.days_of(date.fromisoformat(day))
    assert of == (date.fromisoformat(first), date.fromisoformat(after))


@pytest.mark.parametrize(
    ("day", "at"),
    [
        ("2026-03-28", "2026-03-28T01:30Z"),
        ("2026-03-29", "2026-03-29T01:30Z"),  # 02:30 is skipped: 03:30
        ("2026-03-30", "2026-03-30T00:30Z"),
        ("2026-10-25", "2026-10-25T00:30Z"),  # 02:30 comes twice: the first
        ("2026-10-26", "2026-10-26T01:30Z"),
    ],
)
def test_each_day_has_one_due_moment_where_clocks_change(day: str, at: str) -> None:
    it = times(minute=150)
    moment = it.due_us(date.fromisoformat(day))
    assert moment == us(at)
    hour = 3600 * 1_000_000
    whole = it.due_days(moment - 12 * hour, moment + 11 * hour)
    assert list(whole) == [date.fromisoformat(day)]


def test_a_day_that_changes_clocks_has_23_or_25_hours() -> None:
    hours = []
    for day in (date(2026, 3, 30), date(2026, 10, 26)):
        begin, end = times().bounds_us(day)
        hours.append((end - begin) // 3_600_000_000)
    assert hours == [23, 25]


def test_due_days_in_steps_are_those_of_the_whole_year() -> None:
    """However often it is looked, each is met once."""
    it = times(minute=150, zone=ZoneInfo("America/Sao_Paulo"))
    found: list[date] = []
    at = datetime(2018, 10, 1, tzinfo=UTC)  # this zone skipped midnight in November
    while at < datetime(2019, 4, 1, tzinfo=UTC):
        after = at + timedelta(minutes=37)
        found += it.due_days(
            round(at.timestamp()) * 1_000_000, round(after.timestamp()) * 1_000_000
        )
        at = after
    assert found == sorted(set(found))
    assert len(found) == 182
