"""Which days are open, which are special, and where in the month do they lie?

Holidays come from a calendar by country where one is given (`holiday_dates`); days
that were closed although their weekday is usually open are found in the counts.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from screenpop.domain.errors import BadInput
from screenpop.planning.counts import Bools, DayGrid, Floats, Ints, weekdays_from

CLOSED_BELOW = 0.05  # of the weekday's median day
HALF_OF_MONTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """What is known of days before and after the as-of day; arrays of one length."""

    number: Floats  # days since the first day
    weekday: Ints
    month_place: Floats  # 0 is the first of the month, -1 the last day
    is_open: Bools
    after_closure: Bools  # the open day before was closed unexpectedly
    before_closure: Bools
    holiday: Bools

    def at(self, places: Ints) -> DayFacts:
        return DayFacts(
            number=self.number[places],
            weekday=self.weekday[places],
            month_place=self.month_place[places],
            is_open=self.is_open[places],
            after_closure=self.after_closure[places],
            before_closure=self.before_closure[places],
            holiday=self.holiday[places],
        )


def holiday_dates(country: str, first: date, last: date) -> frozenset[date]:
    """Public holidays of a country (ISO 3166, `US` or `US-NY`). Raises `BadInput`."""
    import holidays

    name, _, region = country.upper().partition("-")
    years = range(first.year, last.year + 1)
    try:
        found = holidays.country_holidays(name, subdiv=region or None, years=years)
    except (NotImplementedError, KeyError) as error:
        raise BadInput(
            f"--country: there is no calendar for {country!r}.",
            remedy="Use an ISO 3166 code, e.g. DE, US or US-NY.",
        ) from error
    return frozenset(day for day in found if first <= day <= last)


def day_facts(
    grid: DayGrid, days: int, holidays: Collection[date], closed: Collection[date]
) -> DayFacts:
    """Facts of `days` days from the grid's first day on; the grid may be shorter."""
    past = len(grid.calls)
    weekday = weekdays_from(grid.first, days)
    usual = grid.open_weekdays[weekday]
    dates = [grid.first + timedelta(days=place) for place in range(days)]
    holiday = np.array([day in holidays for day in dates], dtype=bool)
    shut = np.array([day in closed for day in dates], dtype=bool)
    shut[:past] |= _was_closed(grid, usual[:past])
    if _close_on_holidays(shut[:past], holiday[:past] & usual[:past]):
        shut[past:] |= holiday[past:]
    shut &= usual
    return DayFacts(
        number=np.arange(days, dtype=float),
        weekday=weekday,
        month_place=np.array([_month_place(day) for day in dates], dtype=float),
        is_open=usual & ~shut,
        after_closure=_next_to(shut, usual),
        before_closure=_next_to(shut[::-1], usual[::-1])[::-1],
        holiday=holiday,
    )


def _was_closed(grid: DayGrid, usual: Bools) -> Bools:
    """(days,) of the past: far fewer calls than the weekday has, or no row at all."""
    totals = np.nansum(grid.calls, axis=1)
    known = (~np.isnan(grid.calls)).mean(axis=1)
    shut = np.zeros(len(totals), dtype=bool)
    for weekday in range(7):
        days = grid.weekdays == weekday
        called = days & (totals > 0)
        if called.any():
            shut |= days & (totals < CLOSED_BELOW * np.median(totals[called]))
    if len(shut) and known[-1] < 1:  # a day that goes on, or that the export cut
        shut[-1] = False
    return shut & usual


def _close_on_holidays(shut: Bools, holiday: Bools) -> bool:
    """Was the centre closed on at least half of its past holidays?"""
    return bool(holiday.any() and shut[holiday].mean() >= 0.5)


def _next_to(shut: Bools, usual: Bools) -> Bools:
    """Days whose neighbour before, weekdays that never open left out, was closed."""
    found, before = np.zeros(len(shut), dtype=bool), False
    for place in np.flatnonzero(usual):
        found[place] = before and not shut[place]
        before = bool(shut[place])
    return found


def _month_place(day: date) -> int:
    if day.day <= HALF_OF_MONTH:
        return day.day - 1
    return day.day - calendar.monthrange(day.year, day.month)[1] - 1
