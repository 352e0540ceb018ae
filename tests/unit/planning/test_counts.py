from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from screenpop.domain.errors import BadInput
from screenpop.planning.counts import CallCounts, check_interval, counts_of

MONDAY = datetime.fromisoformat("2025-01-06")


def series(
    calls: float, *, days: int = 28, leave_out: frozenset[tuple[int, int]] = frozenset()
) -> CallCounts:
    """Quarter-hours from 8:00 to 12:00 on weekdays; `leave_out`: (day, quarter)."""
    return counts_of(
        [
            (MONDAY + timedelta(days=day, hours=8, minutes=15 * quarter), calls)
            for day in range(days)
            for quarter in range(16)
            if day % 7 < 5 and (day, quarter) not in leave_out
        ]
    )


def test_quarter_hours_are_added_up_to_half_hours() -> None:
    counts = series(3)
    assert counts.step_min == 15
    grid = counts.grid(28, 30)
    assert grid.calls.shape == (28, 48)
    assert grid.calls[0, 16] == 6
    assert grid.interval_min == 30


def test_times_and_weekdays_that_never_have_a_row_are_closed() -> None:
    grid = series(20).grid(28, 30)
    assert grid.open_weekdays.tolist() == [True] * 5 + [False] * 2
    assert grid.calls[0, 0] == 0
    assert (grid.calls[5] == 0).all()


def test_a_day_without_any_row_is_unknown() -> None:
    gone = frozenset((8, quarter) for quarter in range(16))
    assert np.isnan(series(20, leave_out=gone).grid(28, 30).calls[8]).any()


def test_a_missing_row_is_no_call_where_calls_are_rare() -> None:
    one = frozenset({(8, 3)})
    assert series(1, leave_out=one).grid(28, 30).calls[8, 17] == 1


def test_a_missing_row_is_unknown_where_calls_are_usual() -> None:
    one = frozenset({(8, 3)})
    grid = series(40, leave_out=one).grid(28, 30)
    assert np.isnan(grid.calls[8, 17])
    assert grid.calls[8, 16] == 80


def test_hours_without_a_row_are_unknown_though_each_row_is_rare() -> None:
    hours = frozenset((8, quarter) for quarter in range(4, 16))
    grid = series(2, leave_out=hours).grid(28, 30)
    assert np.isnan(grid.calls[8, 18:24]).all()


def test_nothing_is_known_before_the_first_row_of_all() -> None:
    late = frozenset((0, quarter) for quarter in range(2))
    grid = series(1, leave_out=late).grid(28, 30)
    assert np.isnan(grid.calls[0, 16])


def test_rows_of_one_start_are_added_up() -> None:
    counts = counts_of([(MONDAY, 2.0), (MONDAY, 3.0), (MONDAY + timedelta(hours=1), 1)])
    assert counts.rows[0, 0] == 5


def test_until_leaves_out_what_starts_then_or_later() -> None:
    counts = series(3).until(MONDAY + timedelta(days=1, hours=9))
    assert len(counts.rows) == 2
    assert counts.rows[1, 4 * 9 - 1] == 3
    assert np.isnan(counts.rows[1, 4 * 9 :]).all()


def test_a_weekday_stays_open_over_weeks_that_were_not_exported() -> None:
    weeks = frozenset((day, q) for day in range(14, 70) for q in range(16))
    grid = series(20, days=84, leave_out=weeks).grid(84, 30)
    assert grid.open_weekdays[:5].all()


def test_intervals_that_rows_do_not_add_up_to_are_refused() -> None:
    with pytest.raises(BadInput, match="rows of 15 minutes do not add up"):
        check_interval(series(1), 20)
    with pytest.raises(BadInput, match="--interval: must be one of"):
        check_interval(series(1), 7)


def test_a_wrong_year_does_not_fill_the_memory() -> None:
    with pytest.raises(BadInput, match="span"):
        counts_of([(MONDAY, 1.0), (MONDAY.replace(year=2205), 1.0)])
