"""What does the history say of calls by interval, and which agents will they need?

The one place that joins the store (`history.arrivals`) with `planning`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from screenpop.domain.errors import BadInput
from screenpop.history.arrivals import STEP_US, arrivals
from screenpop.history.engine import Database

if TYPE_CHECKING:  # numpy and scipy
    from screenpop.planning.forecast import Forecast
    from screenpop.planning.plan import NeededRow
    from screenpop.planning.staffing import StaffingGoals
    from screenpop.planning.volumes import CallVolumes

HISTORY_DAYS = 400  # that a forecast reads
DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffedForecast:
    """A forecast, and the agents that each of its intervals needs."""

    forecast: Forecast
    needed: list[NeededRow]


async def past_volumes(
    database: Database, zone: tzinfo, now_us: int, queue: str | None = None
) -> CallVolumes:
    """The last `HISTORY_DAYS` days. Raises `BadInput` without calls, `Unavailable`."""
    from screenpop.planning.volumes import volumes_of

    since_us = now_us - HISTORY_DAYS * DAY_US
    rows = await arrivals(database, since_us - since_us % STEP_US, now_us, queue)
    if not rows:
        of_queue = f" of queue {queue}" if queue else ""
        raise BadInput(
            f"the history has no inbound calls{of_queue}.",
            code="history_too_short",
            remedy="A forecast needs four weeks of calls: let the service run, or"
            " plan from a CSV file.",
        )
    return volumes_of(rows, zone, STEP_US // 60_000_000)


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
    from screenpop.planning.forecast import Forecaster
    from screenpop.planning.open_days import holiday_dates
    from screenpop.planning.plan import StaffingPlan

    counts, last = volumes.counts, as_of.date() + timedelta(days=days + 1)
    forecaster = Forecaster(
        counts=counts,
        interval_min=interval_min,
        holidays=holiday_dates(country, counts.first, last) if country else frozenset(),
    )
    made = forecaster.forecast(as_of, days)
    plan = StaffingPlan(goals=goals, patience_s=patience_s)
    usual = volumes.usual_handle_s(interval_min, wrap_up_s)
    return StaffedForecast(forecast=made, needed=plan.needed(made, usual))
