"""Bands of the same weekdays and the week by the hour, from sums."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.domain.errors import BadInput
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.wallboard.usual import hours_of_week, quantile, usual_bands

RULES = ServiceLevelRules()
ZONE = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 11, 2, 9, tzinfo=UTC)


def us(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000


def test_a_band_is_the_median_and_the_tenths_of_the_days() -> None:
    days = [{"offered": n} for n in (10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110)]
    band = usual_bands(days, RULES)["offered"]
    assert band == (20, 60, 100)


def test_a_day_without_a_value_is_not_in_the_band() -> None:
    answered = {"answered": 1, "answered_wait_us": 5_000_000}
    days = [answered] * 4 + [{"offered": 3}]
    bands = usual_bands(days, RULES)
    assert bands["average_speed_of_answer_s"] == (5, 5, 5)
    assert bands["service_level"] is None  # no day has one


def test_of_three_days_there_is_no_band() -> None:
    assert usual_bands([{"offered": 1}] * 3, RULES)["offered"] is None


@given(st.lists(st.floats(-1e6, 1e6), min_size=1).map(sorted))
def test_a_quantile_lies_between_the_values(values: list[float]) -> None:
    low, middle, high = (quantile(values, share) for share in (0.1, 0.5, 0.9))
    assert values[0] <= low <= middle <= high <= values[-1]


def test_an_hour_of_the_week_is_the_mean_of_a_count() -> None:
    hours = [
        (us(MONDAY), {"offered": 4}),
        (us(MONDAY + timedelta(days=7)), {}),
        (us(MONDAY + timedelta(days=1)), {"offered": 9}),
    ]
    monday, tuesday = hours_of_week("offered", hours, ZONE, RULES)
    assert (monday.weekday, monday.hour, monday.value) == (0, 9, 2)
    assert monday.intervals == ((hours[0][0], 4), (hours[1][0], 0))
    assert (tuesday.weekday, tuesday.value) == (1, 9)


def test_an_hour_of_the_week_divides_sums_not_averages() -> None:
    hours = [
        (us(MONDAY), {"answered": 1, "answered_wait_us": 60_000_000}),
        (us(MONDAY + timedelta(days=7)), {"answered": 9}),
    ]
    (cell,) = hours_of_week("average_speed_of_answer_s", hours, ZONE, RULES)
    assert cell.value == 6
    assert [value for _, value in cell.intervals] == [60, 0]


def test_an_hour_without_calls_has_no_share() -> None:
    (cell,) = hours_of_week("service_level", [(us(MONDAY), {})], ZONE, RULES)
    assert cell.value is None


def test_a_number_that_there_is_not_is_refused() -> None:
    with pytest.raises(BadInput, match="'waiting' is not a number"):
        hours_of_week("waiting", [], ZONE, RULES)
