from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from screenpop.planning.volumes import DEFAULT_HANDLE_S, volumes_of

BERLIN = ZoneInfo("Europe/Berlin")


def us(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**6


def test_calls_are_counted_on_the_centres_wall_clock() -> None:
    found = volumes_of([(us("2025-01-05T23:30"), 4, 3, 600 * 10**6)], BERLIN, 5)
    assert found.counts.first == date(2025, 1, 6)
    assert found.counts.rows[0, 6] == 4
    assert found.handle_s.rows[0, 6] == 600


def test_an_hour_that_the_clock_repeats_counts_as_the_mean_of_both() -> None:
    rows = [(us("2025-10-26T00:00"), 10, 0, 0), (us("2025-10-26T01:00"), 20, 0, 0)]
    assert volumes_of(rows, BERLIN, 5).counts.rows[0, 24] == 15


def test_the_usual_handle_time_is_drawn_to_the_mean_where_calls_are_few() -> None:
    morning, noon = us("2025-01-06T08:00"), us("2025-01-06T11:00")
    many, few = (morning, 1000, 1000, 100_000 * 10**6), (noon, 1, 1, 900 * 10**6)
    usual = volumes_of([many, few], ZoneInfo("UTC"), 5).usual_handle_s(30, 20)
    assert usual.shape == (7, 48)
    assert usual[0, 16] == pytest.approx(120, abs=1)
    assert 130 < usual[0, 22] < 160
    assert usual[3, 40] == pytest.approx(120.8, abs=0.5)


def test_without_an_answered_call_the_default_is_used() -> None:
    usual = volumes_of([(us("2025-01-06T08:00"), 3, 0, 0)], BERLIN, 5)
    assert usual.usual_handle_s(30, 0)[0, 0] == DEFAULT_HANDLE_S


def test_old_handle_times_lose_weight() -> None:
    start = us("2025-01-06T08:00")
    day = int(timedelta(days=1).total_seconds()) * 10**6
    rows = [
        (start + number * day, 500, 500, (100 if number < 56 else 200) * 500 * 10**6)
        for number in range(84)
    ]
    usual = volumes_of(rows, ZoneInfo("UTC"), 5).usual_handle_s(30, 0)
    assert usual[0, 16] > (56 * 100 + 28 * 200) / 84 + 10
