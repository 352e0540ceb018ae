"""What do the simple methods expect, that any better one has to beat?

Each takes the grid up to the as-of day and returns (horizon, intervals) of the days
from there on. They use only days that are known for all of the plan: of day `k`
ahead, the same weekday of whole weeks before the as-of day.
"""

from __future__ import annotations

import numpy as np

from screenpop.planning.counts import Bools, DayGrid, Floats, Ints

LEVEL_WEEKS = 4
PROFILE_WEEKS = 12
HALF_LIFE_WEEKS = 4.0
SEARCHED_WEEKS = 26  # how far back days with calls are looked for


def same_weekday_last_week(grid: DayGrid, open_days: Bools, horizon: int) -> Floats:
    """The last known day of the same weekday, as it was."""
    return _by_day(grid, open_days, horizon, weeks=1, profile_weeks=1)


def mean_of_weekdays(grid: DayGrid, open_days: Bools, horizon: int) -> Floats:
    """Mean of the last four of the same weekday, interval by interval."""
    return _by_day(grid, open_days, horizon, weeks=LEVEL_WEEKS, profile_weeks=None)


def total_by_profile(grid: DayGrid, open_days: Bools, horizon: int) -> Floats:
    """Day total of the last four of the weekday by the profile of the last twelve."""
    return _by_day(
        grid, open_days, horizon, weeks=LEVEL_WEEKS, profile_weeks=PROFILE_WEEKS
    )


def fading_weekdays(grid: DayGrid, open_days: Bools, horizon: int) -> Floats:
    """Day total as weighted mean, half as heavy every four weeks, by the profile."""
    return _by_day(
        grid,
        open_days,
        horizon,
        weeks=PROFILE_WEEKS,
        profile_weeks=PROFILE_WEEKS,
        half_life=HALF_LIFE_WEEKS,
    )


def _by_day(
    grid: DayGrid,
    open_days: Bools,
    horizon: int,
    *,
    weeks: int,
    profile_weeks: int | None,
    half_life: float = np.inf,
) -> Floats:
    """`open_days`: (past,), which of the grid's days count."""
    days = len(grid.calls)
    found = np.zeros((horizon, grid.calls.shape[1]))
    made: dict[int, Floats] = {}
    for ahead in range(horizon):
        weekday = (days + ahead + grid.first.weekday()) % 7
        if weekday not in made:
            last = days + ahead % 7 - 7
            places = _earlier(open_days, last, max(weeks, profile_weeks or 0))
            made[weekday] = _expected(
                grid.calls[places], weeks, profile_weeks, half_life
            )
        found[ahead] = made[weekday]
    return found


def _earlier(open_days: Bools, last: int, count: int) -> Ints:
    """Up to `count` open days of one weekday, newest first."""
    places = np.arange(last, max(last - 7 * SEARCHED_WEEKS, -1), -7)
    return np.asarray(places[open_days[places]][:count])


def _expected(
    days: Floats, weeks: int, profile_weeks: int | None, half_life: float
) -> Floats:
    """(intervals,) from (n, intervals) of one weekday, newest first."""
    if not len(days):
        return np.zeros(days.shape[1])
    if profile_weeks is None:
        return _mean_known(days[:weeks])
    weights = 0.5 ** (np.arange(len(days[:weeks])) / half_life)
    profile = _mean_known(days[:profile_weeks])
    total = profile.sum()
    if total <= 0:
        return profile
    totals = np.array([_whole(day, profile) for day in days[:weeks]])
    return np.asarray(profile / total * np.average(totals, weights=weights))


def _mean_known(days: Floats) -> Floats:
    known = ~np.isnan(days)
    return np.asarray(np.nansum(days, axis=0) / np.maximum(known.sum(axis=0), 1))


def _whole(day: Floats, profile: Floats) -> float:
    """The day's total, its unknown intervals filled from the profile."""
    known = ~np.isnan(day)
    share = profile[known].sum() / profile.sum()
    return float(day[known].sum() / share) if share > 0 else float(profile.sum())
