"""What does the history say of calls by interval, and which agents will they need?

The one place that joins the store (`history.arrivals`) with `planning`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from screenpop.domain.errors import BadInput
from screenpop.history.arrivals import STEP_US, Arrivals, arrivals
from screenpop.history.engine import Database

if TYPE_CHECKING:  # numpy and scipy
    from screenpop.planning.forecast import Forecast, Forecaster
    from screenpop.planning.plan import NeededRow
    from screenpop.planning.staffing import StaffingGoals
    from screenpop.planning.volumes import CallVolumes

HISTORY_DAYS = 400  # that a forecast reads
DAY_US = 86_400_000_000
NO_CALLS = "the history has no inbound calls."
NO_CALLS_OF = "the history has no inbound calls of queue {queue}."
LET_IT_RUN = (
    "A forecast needs four weeks of calls: let the service run, or plan from a CSV"
    " file."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffedForecast:
    """A forecast, and the agents that each of its intervals needs."""

    forecast: Forecast
    needed: list[NeededRow]


async def past_volumes(
    database: Database, zone: tzinfo, now_us: int, queue: str | None = None
) -> CallVolumes:
    """The last `HISTORY_DAYS` days and the day so far.

    Raises `BadInput` without calls, `Unavailable`.
    """
    from screenpop.planning.volumes import volumes_of

    since_us = now_us - HISTORY_DAYS * DAY_US
    rows = await arrivals(database, since_us - since_us % STEP_US, now_us, queue)
    if not rows:
        message = NO_CALLS_OF.format(queue=queue) if queue else NO_CALLS
        raise BadInput(message, code="history_too_short", remedy=LET_IT_RUN)
    rows += _of_today(zone, now_us)
    return volumes_of(rows, zone, STEP_US // 60_000_000)


def _of_today(zone: tzinfo, now_us: int) -> list[Arrivals]:
    """No calls in each five minutes of today that are over: added, they change none.

    Else a quiet time of today would count as unknown.
    """
    now = datetime.fromtimestamp(now_us // 1_000_000, UTC).astimezone(zone)
    midnight = now.replace(hour=0, minute=0, second=0, fold=0)
    begin_us = int(midnight.timestamp()) * 1_000_000
    begin_us -= begin_us % STEP_US
    whole = range(begin_us, now_us - now_us % STEP_US, STEP_US)
    return [Arrivals(at_us, 0, 0, 0) for at_us in whole]


def forecaster_of(
    volumes: CallVolumes,
    interval_min: int,
    until: date,
    country: str | None = None,
    closed: Collection[date] = (),
) -> Forecaster:
    """With the public holidays of the country up to `until`, and the closed days."""
    from screenpop.planning.forecast import Forecaster
    from screenpop.planning.open_days import holiday_dates

    first = volumes.counts.first
    return Forecaster(
        counts=volumes.counts,
        interval_min=interval_min,
        holidays=holiday_dates(country, first, until) if country else frozenset(),
        closed=frozenset(closed),
    )


def staffed_forecast(
    volumes: CallVolumes,
    *,
    as_of: datetime,
    days: int,
    interval_min: int,
    goals: StaffingGoals,
    patience_s: float | None = None,
    wrap_up_s: float = 0.0,
    country: str | None = None,
) -> StaffedForecast:
    """From the history to needed agents by interval. Seconds of work: not in the loop.

    Raises `BadInput` for a history of less than four weeks.
    """
    from screenpop.planning.plan import StaffingPlan

    until = as_of.date() + timedelta(days=days + 1)
    made = forecaster_of(volumes, interval_min, until, country).forecast(as_of, days)
    plan = StaffingPlan(goals=goals, patience_s=patience_s)
    usual = volumes.usual_handle_s(interval_min, wrap_up_s)
    return StaffedForecast(forecast=made, needed=plan.needed(made, usual))
