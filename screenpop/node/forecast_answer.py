"""How do a forecast and its staffing read as the answer of `GET /v1/forecast`?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from screenpop.domain.call_counts import ABANDONED_WAIT_US, ANSWERED_WAIT_US
from screenpop.domain.errors import BadInput
from screenpop.domain.local_time import QUARTER_US
from screenpop.domain.service_level import ANSWERED_WITHIN, OFFERED
from screenpop.node.forecasting import (
    ABANDONED_LEAST,
    PATIENCE_DAYS,
    ForecastBasis,
    ForecastOrder,
    local_now,
)
from screenpop.node.planning import forecaster_of
from screenpop.planning.asked import HandleTimeOf
from screenpop.planning.counts import MINUTES_A_DAY
from screenpop.planning.erlang import Load
from screenpop.planning.forecast import (
    BASELINES,
    DAYS_LEAST,
    Forecast,
    Forecaster,
)
from screenpop.planning.plan import NeededRow, StaffingPlan
from screenpop.planning.staffing import StaffingGoals, levels_with_fewer
from screenpop.planning.volumes import DEFAULT_HANDLE_S, assumed_handle_s

AWAY_MAX = 10
WEEK_DAYS = 7
CALLS_LEAST = 0.05  # of an interval; fewer are none

CHARGED = (
    "Only calls and the calendar are read. Campaigns, mailings, price changes and"
    " outages count as errors of the method.",
    "The first week after a sudden change of the level counts as an error of the"
    " method.",
    "Strikes and outages that changed the calls count as errors of all methods.",
    "Days that were closed unexpectedly and intervals without data count as errors of"
    " no method.",
    "Callers who try again count as calls.",
)
"""What counts as an error of a method, and what does not."""
HANDLE_TIME_WORDS: Mapping[HandleTimeOf, tuple[str, ...]] = {
    "asked": (),
    "all_queues": (
        "The handle time is that of all queues: too few agents work in this one for"
        " its own to be shown.",
    ),
    "no_one": (
        f"The handle time is assumed to be {DEFAULT_HANDLE_S:g} s and the wrap-up: too"
        " few agents work here for theirs to be shown.",
    ),
}


def whole_answer(order: ForecastOrder, basis: ForecastBasis) -> dict[str, Any]:
    """Raises `BadInput` for a history of less than four weeks."""
    asked, now = order.asked, local_now(order)
    as_of = now if asked.as_of is None else datetime.combine(asked.as_of, _MIDNIGHT)
    forecaster = forecaster_of(
        basis.volumes,
        asked.interval_min,
        as_of.date() + timedelta(days=asked.days + 1),
        order.country,
        order.closed,
    )
    goals, patience_s = goals_of(order), _patience_s(order, basis)
    plan = StaffingPlan(goals=goals, patience_s=patience_s)
    handle_s = (
        assumed_handle_s(asked.interval_min, asked.wrap_up_s)
        if basis.handled is None
        else basis.handled.usual_handle_s(asked.interval_min, asked.wrap_up_s)
    )
    made = _forecast(forecaster, as_of, asked.days)
    needed = plan.needed(made, handle_s)
    midnight = datetime.combine(as_of.date(), _MIDNIGHT)
    today = None if asked.as_of else _forecast(forecaster, midnight, 1)
    planned = [] if today is None else plan.needed(today, handle_s)
    shown = _Shown(order, basis)
    return {
        "state": "made",
        **_heading(order),
        "as_of": shown.moment(as_of),
        **_quality(made),
        "charged": (*CHARGED, *HANDLE_TIME_WORDS[asked.handle_time_of]),
        "closed": made.closed,
        "staffing": _staffing_words(order, patience_s),
        "planned": [shown.row(row) for row in planned],
        "rows": [shown.row(row) for row in needed],
        "came_today": 0 if asked.as_of else shown.came_today(),
        "if_fewer": None
        if asked.as_of
        else _if_fewer(order, basis, _rest_of_day(needed, now), patience_s, shown),
    }


def _forecast(forecaster: Forecaster, as_of: datetime, days: int) -> Forecast:
    """Tried on whole weeks held back: a Sunday alone may always have been closed."""
    made = forecaster.forecast(as_of, max(days, WEEK_DAYS))
    shown = days * MINUTES_A_DAY // made.interval_min
    last = as_of.date() + timedelta(days=days)
    closed = tuple(day for day in made.closed if day <= last)
    return replace(made, rows=made.rows[:shown], closed=closed)


def too_short(order: ForecastOrder, error: BadInput) -> dict[str, Any]:
    """There is no forecast yet, and what is missing."""
    return {
        "state": "too_short",
        **_heading(order),
        "message": str(error),
        "remedy": error.remedy or "",
        "days_needed": DAYS_LEAST,
    }


def goals_of(order: ForecastOrder) -> StaffingGoals:
    asked = order.asked
    return StaffingGoals(
        service_level=asked.service_level,
        within_s=asked.within_s,
        occupancy_max=asked.occupancy_max,
        abandon_max=asked.abandon_max,
        shrinkage=asked.shrinkage,
    )


_MIDNIGHT = datetime.min.time()


class _Shown:
    """Rows with times of the centre's zone, and the calls that came."""

    def __init__(self, order: ForecastOrder, basis: ForecastBasis):
        self._zone = ZoneInfo(order.time_zone)
        self._names = ("offered",) if order.asked.queue else ("calls", "direct")
        self._quarters = basis.quarters
        self._now_us = order.now_us
        self._came_now = order.came_now
        today = local_now(order).date()
        self._today_us = self._us(datetime.combine(today, _MIDNIGHT))
        self._step = timedelta(minutes=order.asked.interval_min)

    def moment(self, wall: datetime) -> str:
        aware = wall.replace(tzinfo=self._zone, microsecond=0)
        return aware.isoformat(timespec="minutes")

    def row(self, needed: NeededRow) -> dict[str, Any]:
        calls, expected, high = needed.calls, needed.expected, needed.high
        has_calls = calls.expected > 0
        waiting = expected.waiting
        return {
            "start": self.moment(calls.start),
            "end": self.moment(calls.start + self._step),
            "expected": calls.expected,
            "low": calls.low,
            "high": calls.high,
            "came": self._came(calls.start),
            "handle_s": round(needed.handle_s, 1),
            "agents": expected.agents,
            "headcount": expected.headcount,
            "agents_high": high.agents,
            "headcount_high": high.headcount,
            "service_level": round(waiting.served_within, 4) if has_calls else None,
            "occupancy": round(waiting.occupancy, 4) if has_calls else None,
            "abandon_rate": round(waiting.abandon_share, 4) if has_calls else None,
            "mean_wait_s": round(waiting.mean_wait_s, 1) if has_calls else None,
        }

    def _came(self, start: datetime) -> int | None:
        """None: the interval is not over."""
        begin_us, end_us = self._us(start), self._us(start + self._step)
        if end_us > self._now_us:
            return None
        parts = (
            self._quarters.get(at, {}) for at in range(begin_us, end_us, QUARTER_US)
        )
        return sum(part.get(name, 0) for part in parts for name in self._names)

    def came_today(self) -> int:
        """Also in the interval that is not over, and those that go on."""
        parts = [part for at, part in self._quarters.items() if at >= self._today_us]
        over = sum(part.get(name, 0) for part in parts for name in self._names)
        return max(over, self._came_now)

    def _us(self, wall: datetime) -> int:
        return int(wall.replace(tzinfo=self._zone).timestamp()) * 1_000_000


def _heading(order: ForecastOrder) -> dict[str, Any]:
    asked = order.asked
    return {
        "queue": asked.queue,
        "time_zone": order.time_zone,
        "interval_min": asked.interval_min,
        "days": asked.days,
        "numbers": ("offered",) if asked.queue else ("calls", "direct"),
        "country": order.country,
        "closed_days": order.closed,
        "closed_weekdays": order.closed_weekdays,
        "goals": {
            "service_level": asked.service_level,
            "within_s": asked.within_s,
            "occupancy_max": asked.occupancy_max,
            "abandon_max": asked.abandon_max,
            "shrinkage": asked.shrinkage,
            "wrap_up_s": asked.wrap_up_s,
            "patience_s": asked.patience_s,
        },
    }


def _quality(made: Forecast) -> dict[str, Any]:
    return {
        "method": made.method,
        "errors": [
            {
                "method": one.method,
                "is_baseline": one.method in BASELINES,
                "wape": round(one.wape, 4),
                "day_wape": round(one.day_wape, 4),
                "bias": round(one.bias, 4),
            }
            for one in sorted(made.errors, key=lambda one: one.wape)
        ],
        "poisson_floor": round(made.floor, 4),
        "coverage": None if made.coverage is None else round(made.coverage, 3),
        "weeks_held_back": made.weeks_held_back,
    }


def _patience_s(order: ForecastOrder, basis: ForecastBasis) -> float | None:
    """As configured, else measured: all waits / abandoned (Gans, Koole, Mandelbaum)."""
    if order.asked.patience_s is not None:
        return order.asked.patience_s
    abandoned = basis.recent.get("abandoned", 0)
    if abandoned < ABANDONED_LEAST:
        return None
    waits = basis.recent.get(ABANDONED_WAIT_US, 0) + basis.recent.get(
        ANSWERED_WAIT_US, 0
    )
    return max(1.0, round(waits / abandoned / 1e6, 0))


def _staffing_words(order: ForecastOrder, patience_s: float | None) -> dict[str, Any]:
    if patience_s is None:
        words = (
            "Erlang C: no caller gives up. Fewer than"
            f" {ABANDONED_LEAST} callers gave up in {PATIENCE_DAYS} days, so their"
            " patience is not known."
        )
    elif order.asked.patience_s is not None:
        words = f"Erlang A: callers give up after {patience_s:g} s on average, as set."
    else:
        words = (
            f"Erlang A: callers give up after {patience_s:g} s on average, measured as"
            f" all waits ÷ abandoned of the last {PATIENCE_DAYS} days."
        )
    return {
        "model": "Erlang C" if patience_s is None else "Erlang A",
        "patience_s": patience_s,
        "words": words,
    }


# -- What if some are away?


def _rest_of_day(needed: Sequence[NeededRow], now: datetime) -> list[NeededRow]:
    """From the next interval to the last one of today in which calls are expected."""
    rest = [row for row in needed if row.calls.start.date() == now.date()]
    while rest and rest[-1].calls.expected < CALLS_LEAST:
        rest.pop()
    return rest


def _if_fewer(
    order: ForecastOrder,
    basis: ForecastBasis,
    rest: Sequence[NeededRow],
    patience_s: float | None,
    shown: _Shown,
) -> dict[str, Any] | None:
    if not rest:
        return None
    asked = order.asked
    agents, whose = _staffed(order, rest)
    loads = [
        Load(
            calls=row.calls.expected,
            interval_s=60.0 * asked.interval_min,
            handle_s=row.handle_s or 1.0,
            patience_s=patience_s,
        )
        for row in rest
    ]
    so_far = (basis.today.get(OFFERED, 0), basis.today.get(ANSWERED_WITHIN, 0))
    step = timedelta(minutes=asked.interval_min)
    return {
        "agents": agents,
        "agents_are": whose,
        "so_far": {"calls": so_far[0], "answered_within": so_far[1]},
        "begins": shown.moment(rest[0].calls.start),
        "ends": [shown.moment(row.calls.start + step) for row in rest],
        "needed": [row.expected.agents for row in rest],
        "away": [
            {
                "away": away,
                "from_now": _levels(loads, agents, away, asked.within_s, (0, 0)),
                "whole_day": _levels(loads, agents, away, asked.within_s, so_far),
            }
            for away in range(min(agents, AWAY_MAX) + 1)
        ],
    }


def _levels(
    loads: Sequence[Load],
    agents: int,
    away: int,
    within_s: float,
    so_far: tuple[float, float],
) -> list[float | None]:
    found = levels_with_fewer(loads, [agents] * len(loads), away, within_s, so_far)
    return [None if level is None else round(level, 4) for level in found[1:]]


def _staffed(order: ForecastOrder, rest: Sequence[NeededRow]) -> tuple[int, str]:
    if order.asked.agents is not None:
        return order.asked.agents, "asked"
    if order.agents_now is not None and order.asked.queue is None:
        return order.agents_now, "at_their_telephones"
    return rest[0].expected.agents, "needed"
