"""How many calls came in each interval, and which intervals are unknown?

Days by intervals of the centre's wall clock. A row that is missing means one of
three things, decided by what the same weekday usually has at that time:

- the day has no row at all: unknown (a holiday, an outage of the export);
- few calls were expected until the next row: there was no call, as many exports leave
  empty intervals out;
- many were expected: unknown.

A weekday, or a time of a weekday, that never has a row is closed and counts 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from screenpop.domain.errors import BadInput

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

MINUTES_A_DAY = 1440
RARE_CALLS = 5.0  # fewer expected ones may well be none
STEPS_MIN = (1, 2, 3, 5, 6, 10, 12, 15, 20, 30, 60)  # lengths of a row, in minutes
INTERVALS_MIN = (5, 6, 10, 12, 15, 20, 30, 60)
DAYS_MAX = 3660


@dataclass(frozen=True, slots=True, kw_only=True)
class DayGrid:
    """Whole days of counts, as far as they were known at one moment."""

    first: date
    calls: Floats  # (days, intervals), NaN is unknown
    open_weekdays: Bools  # (7,), Monday first

    @property
    def interval_min(self) -> int:
        return MINUTES_A_DAY // int(self.calls.shape[1])

    @property
    def weekdays(self) -> Ints:
        return weekdays_from(self.first, len(self.calls))


@dataclass(frozen=True, kw_only=True)
class CallCounts:
    """Calls by row as they were given; `grid` reads them as of a day."""

    first: date
    step_min: int
    rows: Floats  # (days, rows of a day), NaN where there is no row

    @property
    def end(self) -> date:
        """The day after the last one with a row."""
        return self.first + timedelta(days=len(self.rows))

    def until(self, moment: datetime) -> CallCounts:
        """Only rows that start before `moment`."""
        days = (moment.date() - self.first).days
        kept = self.rows[: max(days + 1, 0)].copy()
        if 0 <= days < len(kept):
            kept[days, -(-_minute(moment) // self.step_min) :] = np.nan
        return CallCounts(first=self.first, step_min=self.step_min, rows=kept)

    def grid(self, days: int, interval_min: int) -> DayGrid:
        """The first `days` days in intervals; later rows are not looked at."""
        rows = self.rows[:days]
        if len(rows) < days:
            missing = np.full((days - len(rows), self.rows.shape[1]), np.nan)
            rows = np.concatenate([rows, missing])
        weekdays = weekdays_from(self.first, days)
        known, is_open = _completed(rows, weekdays)
        size = interval_min // self.step_min
        return DayGrid(
            first=self.first,
            calls=known.reshape(days, -1, size).sum(axis=2),
            open_weekdays=is_open,
        )

    def day(self, place: int, interval_min: int) -> Floats:
        """(intervals,) of one day as its rows say; NaN where one is missing."""
        if not 0 <= place < len(self.rows):
            return np.full(MINUTES_A_DAY // interval_min, np.nan)
        size = interval_min // self.step_min
        return np.asarray(self.rows[place].reshape(-1, size).sum(axis=1))


def weekdays_from(first: date, days: int) -> Ints:
    return (np.arange(days) + first.weekday()) % 7


def counts_of(
    calls: Iterable[tuple[datetime, float]], *, step_min: int | None = None
) -> CallCounts:
    """Rows of (start on the wall clock, calls); rows of one start are added up.

    `step_min` is found from the starts where it is not given. Raises `BadInput`.
    """
    given = list(calls)
    if not given:
        raise BadInput("there are no rows with calls.", remedy="Add rows to the file.")
    first = min(at for at, _ in given).date()
    days = (max(at for at, _ in given).date() - first).days + 1
    if days > DAYS_MAX:
        raise BadInput(
            f"the rows span {days:,} days, at most {DAYS_MAX:,} are read.",
            remedy="Leave old rows out, or correct a wrong year.",
        )
    minutes = np.array([_minute(at) for at, _ in given])
    places = np.array([(at.date() - first).days for at, _ in given])
    step = step_min or _step(places * MINUTES_A_DAY + minutes)
    rows = np.zeros((days, MINUTES_A_DAY // step))
    seen = np.zeros(rows.shape, dtype=bool)
    np.add.at(rows, (places, minutes // step), [calls for _, calls in given])
    seen[places, minutes // step] = True
    return CallCounts(first=first, step_min=step, rows=np.where(seen, rows, np.nan))


def check_interval(counts: CallCounts, interval_min: int) -> None:
    """Raises `BadInput` where the rows cannot be added up to such intervals."""
    if interval_min not in INTERVALS_MIN:
        known = ", ".join(str(length) for length in INTERVALS_MIN)
        raise BadInput(
            f"--interval: must be one of {known} minutes, is {interval_min}.",
            remedy="Use --interval 30.",
        )
    if interval_min % counts.step_min:
        raise BadInput(
            f"--interval: rows of {counts.step_min} minutes do not add up to"
            f" intervals of {interval_min} minutes.",
            remedy=f"Use --interval {max(counts.step_min, 5)}.",
        )


def _minute(at: datetime) -> int:
    return at.hour * 60 + at.minute


def _step(starts: Ints) -> int:
    """The longest length of which all starts are multiples."""
    common = int(np.gcd.reduce(np.unique(starts)))
    gap = int(np.gcd(common, 60))
    return max((step for step in STEPS_MIN if gap % step == 0), default=1)


def _completed(rows: Floats, weekdays: Ints) -> tuple[Floats, Bools]:
    """`rows` with 0 where no call came, and which weekdays are open, (7,)."""
    known, is_open = rows.copy(), np.zeros(7, dtype=bool)
    has_rows: Bools = np.asarray(~np.isnan(rows).all(axis=1))
    exported = np.convolve(has_rows, np.ones(7), mode="same") > 0  # not a gap of weeks
    for weekday in range(7):
        days = weekdays == weekday
        is_open[weekday] = _is_open(rows[days & exported])
        some = days & has_rows if is_open[weekday] else days
        known[some] = _with_zeros(rows[some], fill_all=not is_open[weekday])
    _unknown_ends(known, rows, has_rows)
    return known, is_open


def _is_open(days: Floats) -> bool:
    """Had at least half of the last eight such days a call?"""
    called = np.nansum(days[-8:], axis=1) > 0
    return bool(len(called) and called.mean() >= 0.5)


def _with_zeros(days: Floats, *, fill_all: bool) -> Floats:
    """0 where rows are missing for so short that few calls were expected."""
    absent = np.isnan(days)
    if fill_all or not len(days):
        return np.where(absent, 0.0, days)
    usual = np.broadcast_to(np.nan_to_num(days).mean(axis=0), days.shape)
    begins = np.ones(days.shape, dtype=bool)
    begins[:, 1:] = absent[:, 1:] != absent[:, :-1]
    run = np.cumsum(begins.ravel()) - 1
    expected = np.bincount(run, weights=usual.ravel())[run].reshape(days.shape)
    return np.where(absent & (expected < RARE_CALLS), 0.0, days)


def _unknown_ends(known: Floats, rows: Floats, has_rows: Bools) -> None:
    """Before the first row of all and after the last one nothing is known."""
    days = np.flatnonzero(has_rows)
    if not len(days):
        return
    usual = np.nan_to_num(rows[has_rows]).mean(axis=0) > 0
    places = np.arange(rows.shape[1])
    begin = np.flatnonzero(~np.isnan(rows[days[0]]))[0]
    end = np.flatnonzero(~np.isnan(rows[days[-1]]))[-1]
    known[days[0], usual & (places < begin)] = np.nan
    known[days[-1], usual & (places > end)] = np.nan
