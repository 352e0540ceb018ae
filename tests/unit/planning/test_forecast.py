"""Does the plan beat the simple ones, and hold what its band promises?"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from unit.planning.made_calls import MONDAY, MadeCalls, start_of

from screenpop.domain.errors import BadInput
from screenpop.planning.counts import CallCounts
from screenpop.planning.forecast import (
    BASELINES,
    FACTORS,
    LAST_WEEK,
    WEEKDAY_MEAN,
    Forecast,
    Forecaster,
)

at = datetime.fromisoformat
SHIFTED_ON = 7 * 14
CLOSED = tuple(MONDAY + timedelta(days=7 * week + 3) for week in (4, 9, 13))


def planned(made: MadeCalls, weeks: int) -> tuple[list[Forecast], CallCounts]:
    """Plans of the last weeks, each a week long, made on its Monday."""
    counts = made.counts()
    forecaster = Forecaster(counts=counts, interval_min=30)
    days = range(7 * (made.weeks - weeks), 7 * made.weeks, 7)
    return [forecaster.forecast(start_of(day, 0), 7) for day in days], counts


def compared(plans: list[Forecast], counts: CallCounts) -> dict[str, float]:
    """WAPE and coverage of what was planned, over intervals with calls."""
    came = counts.grid(len(counts.rows), 30).calls
    off = calls = inside = number = 0.0
    for plan in plans:
        for row in plan.rows:
            day = (row.start.date() - MONDAY).days
            if day >= len(came):
                continue
            value = came[day, row.start.hour * 2 + row.start.minute // 30]
            if np.isnan(value) or (value == 0 and row.expected == 0):
                continue
            off, calls = off + abs(row.expected - value), calls + value
            inside, number = inside + (row.low <= value <= row.high), number + 1
    return {"wape": off / calls, "coverage": inside / number}


def mean_error(plans: list[Forecast], method: str) -> float:
    return float(
        np.mean([x.wape for plan in plans for x in plan.errors if x.method == method])
    )


SERIES = {
    "seasons": MadeCalls(),
    "high volume": MadeCalls(a_interval=1000),
    "low volume": MadeCalls(a_interval=4),
    "level shift": MadeCalls(shift_on=SHIFTED_ON),
    "closed days": MadeCalls(closed=CLOSED),
    "missing days and outliers": MadeCalls(
        missing=(MONDAY + timedelta(days=80), MONDAY + timedelta(days=101)),
        outliers=(MONDAY + timedelta(days=85), MONDAY + timedelta(days=113)),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("made", SERIES.values(), ids=list(SERIES))
def test_it_beats_both_baselines_on_weeks_held_back(made: MadeCalls) -> None:
    plans, counts = planned(made, 4)
    best = float(np.mean([plan.error.wape for plan in plans]))
    assert best < mean_error(plans, LAST_WEEK)
    assert best < mean_error(plans, WEEKDAY_MEAN)
    assert best > float(np.mean([plan.floor for plan in plans])) * 0.95
    assert compared(plans, counts)["wape"] < mean_error(plans, LAST_WEEK)


@pytest.mark.slow
@pytest.mark.parametrize("made", SERIES.values(), ids=list(SERIES))
def test_bands_of_80_percent_hold_70_to_90(made: MadeCalls) -> None:
    plans, counts = planned(made, 5)  # the level shifts before them
    assert 0.7 <= compared(plans, counts)["coverage"] <= 0.9


def test_only_rows_before_the_as_of_time_are_used() -> None:
    counts = MadeCalls(weeks=8).counts()
    as_of = start_of(7 * 6, 20)
    changed = CallCounts(
        first=counts.first, step_min=counts.step_min, rows=counts.rows.copy()
    )
    changed.rows[7 * 6, 20:] = 999
    changed.rows[7 * 6 + 1 :] = 999
    plans = [
        Forecaster(counts=one, interval_min=30).forecast(as_of, 7)
        for one in (counts, changed, counts.until(as_of))
    ]
    assert plans[0] == plans[1] == plans[2]


def test_several_as_of_times_give_the_same_as_one_alone() -> None:
    counts = MadeCalls(weeks=10).counts()
    moments = [start_of(7 * week, 0) for week in (9, 7, 8)]
    together = Forecaster(counts=counts, interval_min=30)
    for moment in moments:
        alone = Forecaster(counts=counts, interval_min=30)
        assert together.forecast(moment, 7) == alone.forecast(moment, 7)


def test_four_weeks_are_enough_and_fewer_are_refused_with_a_reason() -> None:
    forecaster = Forecaster(counts=MadeCalls(weeks=4).counts(), interval_min=30)
    plan = forecaster.forecast(start_of(28, 0), 28)
    assert len(plan.rows) == 28 * 48
    assert plan.weeks_held_back == 2
    with pytest.raises(BadInput, match="only 27 days of calls before 2025-02-02T00:00"):
        forecaster.forecast(start_of(27, 0), 7)


def test_rows_begin_with_the_next_interval_and_cover_the_days() -> None:
    forecaster = Forecaster(counts=MadeCalls(weeks=8).counts(), interval_min=30)
    plan = forecaster.forecast(at("2025-02-17T10:10"), 2)
    assert plan.rows[0].start == at("2025-02-17T10:30")
    assert plan.rows[-1].start == at("2025-02-19T10:00")
    assert all(row.low <= row.expected <= row.high for row in plan.rows)


def test_closed_hours_and_weekdays_are_planned_without_calls() -> None:
    forecaster = Forecaster(counts=MadeCalls(weeks=8).counts(), interval_min=30)
    rows = forecaster.forecast(start_of(7 * 8, 0), 7).rows
    shut = [row for row in rows if row.start.weekday() == 6 or row.start.hour < 8]
    assert {(row.expected, row.low, row.high) for row in shut} == {(0.0, 0.0, 0.0)}
    assert all(row.expected > 0 for row in rows if row not in shut and row.high)


def test_a_holiday_is_planned_closed_where_holidays_were_closed() -> None:
    holidays = {*CLOSED, MONDAY + timedelta(days=7 * 20 + 2)}
    counts = MadeCalls(closed=CLOSED).counts()
    plan = Forecaster(counts=counts, interval_min=30, holidays=holidays).forecast(
        start_of(7 * 20, 0), 7
    )
    assert plan.closed == (MONDAY + timedelta(days=7 * 20 + 2),)
    assert sum(r.expected for r in plan.rows if r.start.date() in plan.closed) == 0
    open_holidays = {MONDAY + timedelta(days=7 * 6 + 3), *holidays} - {*CLOSED}
    usual = Forecaster(counts=counts, interval_min=30, holidays=open_holidays)
    assert usual.forecast(start_of(7 * 20, 0), 7).closed == ()


def test_a_closed_day_that_is_named_is_planned_without_calls() -> None:
    day = date(2025, 3, 4)
    counts = MadeCalls(weeks=8).counts()
    plan = Forecaster(counts=counts, interval_min=30, closed={day}).forecast(
        at("2025-03-03"), 7
    )
    assert plan.closed == (day,)


def test_a_busy_morning_raises_the_rest_of_the_day_and_not_the_next() -> None:
    counts = MadeCalls(weeks=8).counts()
    as_of = start_of(7 * 8 - 7, 26)  # Monday at 13:00
    busy = counts.rows.copy()
    busy[7 * 8 - 7, :26] *= 1.5
    more = CallCounts(first=counts.first, step_min=30, rows=busy)
    usual, raised = (
        Forecaster(counts=one, interval_min=30).forecast(as_of, 2).rows
        for one in (counts, more)
    )
    today = [place for place, row in enumerate(usual) if row.start.day == as_of.day]
    ratio = sum(raised[p].expected for p in today) / sum(
        usual[p].expected for p in today
    )
    assert 1.15 < ratio < 1.5
    assert usual[today[-1] + 40] == raised[today[-1] + 40]


def test_days_after_the_last_call_are_planned_for_four_weeks_only() -> None:
    forecaster = Forecaster(counts=MadeCalls(weeks=8).counts(), interval_min=30)
    assert forecaster.forecast(start_of(7 * 9, 0), 7).method
    with pytest.raises(BadInput, match="more than 28 days old"):
        forecaster.forecast(start_of(7 * 13, 0), 7)


@pytest.mark.slow
def test_day_factors_learn_that_a_month_begins_busily() -> None:
    plan = planned(MadeCalls(a_interval=1000, weeks=26, month_start=0.3), 1)[0][0]
    assert plan.method == FACTORS
    assert plan.error.wape == min(one.wape for one in plan.errors)
    best_baseline = min(x.wape for x in plan.errors if x.method in BASELINES)
    assert plan.error.wape < 0.8 * best_baseline
