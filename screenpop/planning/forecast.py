"""How many calls are expected in each interval of the next days?

Several methods plan the weeks before the as-of day without having seen them; the one
with the smallest error by interval is used. `docs/decisions/forecast.md` says why
these methods.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np

from screenpop.domain.errors import BadInput
from screenpop.planning import simple_methods as simple
from screenpop.planning.counts import (
    MINUTES_A_DAY,
    Bools,
    CallCounts,
    DayGrid,
    Floats,
    check_interval,
)
from screenpop.planning.day_factors import DayFactors
from screenpop.planning.held_back import (
    HeldBack,
    MethodError,
    calibrated,
    coverage,
    day_spread,
    error_of,
    joined,
    poisson_floor,
)
from screenpop.planning.intraday import rest_of_day
from screenpop.planning.open_days import DayFacts, day_facts

DAYS_LEAST = 28  # of history
DAYS_AHEAD_MAX = 28
FIRST_PLAN_DAYS = 14  # of history before a plan that is compared
WEEKS_HELD_BACK = 8
GRIDS_KEPT = 64

LAST_WEEK = "same weekday last week"
WEEKDAY_MEAN = "mean of last 4 same weekdays"
TOTAL_BY_PROFILE = "day total of last 4 by profile of last 12"
FADING = "fading weekday totals by profile"
FACTORS = "day factors"
BASELINES = (LAST_WEEK, WEEKDAY_MEAN, TOTAL_BY_PROFILE)
_SIMPLE: dict[str, Callable[[DayGrid, Bools, int], Floats]] = {
    LAST_WEEK: simple.same_weekday_last_week,
    WEEKDAY_MEAN: simple.mean_of_weekdays,
    TOTAL_BY_PROFILE: simple.total_by_profile,
    FADING: simple.fading_weekdays,
}
METHODS = (*_SIMPLE, FACTORS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRow:
    start: datetime  # on the wall clock
    expected: float  # calls
    low: float  # 80 % of intervals are expected to be within low and high
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    as_of: datetime
    interval_min: int
    method: str
    rows: tuple[ForecastRow, ...]
    errors: tuple[MethodError, ...]  # of all methods, on the weeks held back
    floor: float  # WAPE if the rates were known
    coverage: float | None  # of the bands on weeks held back
    weeks_held_back: int
    closed: tuple[date, ...]  # days to come that are planned with 0 by a calendar

    @property
    def error(self) -> MethodError:
        return next(one for one in self.errors if one.method == self.method)


@dataclass(frozen=True, slots=True)
class _MethodPlans:
    """What all methods expect for the days after `days` days."""

    facts: DayFacts
    expected: dict[str, Floats]


@dataclass(slots=True, kw_only=True)
class Forecaster:
    """Plans from one set of counts; keeps its work for further as-of days."""

    counts: CallCounts
    interval_min: int
    holidays: Collection[date] = frozenset()
    closed: Collection[date] = frozenset()
    _factors: DayFactors = field(default_factory=DayFactors)
    _plans: dict[tuple[int, int], _MethodPlans] = field(default_factory=dict)
    _grids: dict[int, DayGrid] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_interval(self.counts, self.interval_min)

    def forecast(self, as_of: datetime, days: int) -> Forecast:
        """Of `days` days from `as_of` on; only rows before it are used.

        Raises `BadInput` for a history of less than four weeks.
        """
        past = self._days_before(as_of)
        started = as_of.time() != datetime.min.time()
        horizon = days + started
        held = self._held_back(past, horizon)
        errors = tuple(error_of(method, held[method]) for method in METHODS)
        best = min(errors, key=lambda error: error.wape).method
        plan = self._plan(past, horizon)
        expected = plan.expected[best]
        low, high = calibrated(held[best]).around(expected, np.arange(horizon))
        bands = np.stack([expected, low, high])
        if started:
            own = self.counts.until(as_of).day(past, self.interval_min)
            bands[:, 0] = rest_of_day(bands[:, 0], own, day_spread(held[best]))
        return Forecast(
            as_of=as_of,
            interval_min=self.interval_min,
            method=best,
            rows=self._rows(bands, as_of, past, days),
            errors=errors,
            floor=poisson_floor(held[best]),
            coverage=coverage(held[best]),
            weeks_held_back=len(np.unique(held[best].origin)),
            closed=self._closed_ahead(plan.facts, past),
        )

    def _days_before(self, as_of: datetime) -> int:
        past = (as_of.date() - self.counts.first).days
        if past < DAYS_LEAST:
            raise too_few_days(max(past, 0), as_of, self.counts.first)
        if as_of.date() > self.counts.end + timedelta(days=DAYS_AHEAD_MAX):
            raise too_old(as_of, self.counts.end - timedelta(days=1))
        return past

    def _grid(self, days: int) -> DayGrid:
        if days not in self._grids:
            if len(self._grids) >= GRIDS_KEPT:
                self._grids.pop(next(iter(self._grids)))
            self._grids[days] = self.counts.grid(days, self.interval_min)
        return self._grids[days]

    def _plan(self, days: int, horizon: int) -> _MethodPlans:
        if (days, horizon) not in self._plans:
            grid = self._grid(days)
            facts = day_facts(grid, days + horizon, self.holidays, self.closed)
            self._plans[days, horizon] = _MethodPlans(
                facts, self._expected(grid, facts, horizon)
            )
        return self._plans[days, horizon]

    def _expected(
        self, grid: DayGrid, facts: DayFacts, horizon: int
    ) -> dict[str, Floats]:
        past = len(grid.calls)
        is_open = facts.is_open[:past]
        comes = facts.is_open[past:, None]
        found = {
            name: method(grid, is_open, horizon) * comes
            for name, method in _SIMPLE.items()
        }
        factors = self._factors.expected(grid, facts, horizon)
        found[FACTORS] = found[TOTAL_BY_PROFILE] if factors is None else factors
        return found

    def _held_back(self, past: int, horizon: int) -> dict[str, HeldBack]:
        """By method: the weeks before the day `past`, planned without them."""
        grid = self._grid(past)
        was_open = day_facts(grid, past, self.holidays, self.closed).is_open
        came = np.where(was_open[:, None], grid.calls, np.nan)
        found: dict[str, list[HeldBack]] = {method: [] for method in METHODS}
        for weeks in range(1, WEEKS_HELD_BACK + 1):
            origin = past - 7 * weeks
            if origin < FIRST_PLAN_DAYS:
                break
            plan = self._plan(origin, horizon)
            days = min(horizon, past - origin)
            for method in METHODS:
                found[method].append(
                    HeldBack(
                        planned=plan.expected[method][:days],
                        came=came[origin : origin + days],
                        days_ahead=np.arange(days),
                        origin=np.full(days, weeks),
                    )
                )
        held = {method: joined(parts) for method, parts in found.items()}
        if not held[FACTORS].compared.any():
            raise no_calls_before()
        return held

    def _rows(
        self, bands: Floats, as_of: datetime, past: int, days: int
    ) -> tuple[ForecastRow, ...]:
        """`bands`: (3, horizon, intervals); from the interval that begins next."""
        midnight = datetime.combine(
            self.counts.first + timedelta(days=past), datetime.min.time()
        )
        minutes = (as_of - midnight).total_seconds() / 60
        skipped = int(-(-minutes // self.interval_min))
        flat = bands.reshape(3, -1)[:, skipped:]
        flat = flat[:, : days * MINUTES_A_DAY // self.interval_min]
        step = timedelta(minutes=self.interval_min)
        return tuple(
            ForecastRow(
                start=midnight + (skipped + place) * step,
                expected=round(float(expected), 2),
                low=round(float(low), 2),
                high=round(float(high), 2),
            )
            for place, (expected, low, high) in enumerate(flat.T)
        )

    def _closed_ahead(self, facts: DayFacts, past: int) -> tuple[date, ...]:
        listed = {*self.holidays, *self.closed}
        ahead = [self.counts.first + timedelta(days=int(d)) for d in facts.number]
        return tuple(
            day
            for place, day in enumerate(ahead)
            if place >= past and not facts.is_open[place] and day in listed
        )


def by_method(errors: Sequence[MethodError]) -> list[MethodError]:
    """Smallest error first."""
    return sorted(errors, key=lambda error: error.wape)


def too_few_days(days: int, as_of: datetime, first: date) -> BadInput:
    return BadInput(
        f"only {days} days of calls before {as_of:%Y-%m-%dT%H:%M}, a forecast needs"
        f" {DAYS_LEAST} (the first is {first}).",
        code="history_too_short",
        remedy="Use a later time, or add older calls.",
    )


def too_old(as_of: datetime, last: date) -> BadInput:
    return BadInput(
        f"the last call before {as_of:%Y-%m-%dT%H:%M} is more than {DAYS_AHEAD_MAX}"
        f" days old (the last day is {last}).",
        code="history_too_old",
        remedy="Use an earlier time, or add newer calls.",
    )


def no_calls_before() -> BadInput:
    return BadInput(
        "no calls in the weeks before the as-of time.",
        code="history_too_short",
        remedy="Use a time at which calls came in the weeks before.",
    )
