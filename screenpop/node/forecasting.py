"""What does a forecast from the history say, made in a process of its own?

`python -m screenpop.node.forecasting` reads a `ForecastOrder` (JSON) from its input
and writes the answer of `GET /v1/forecast` to its output.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec

from screenpop.domain.call_counts import ABANDONED_WAIT_US, ANSWERED_WAIT_US
from screenpop.domain.errors import BadInput
from screenpop.domain.local_time import QUARTER_US, local, midnight_us
from screenpop.domain.service_level import ANSWERED_WITHIN, OFFERED
from screenpop.history.engine import Database
from screenpop.history.past_counts import CountsAsked, PastCounts
from screenpop.node.apart import answer_one, answered_apart
from screenpop.node.planning import DAY_US, past_volumes
from screenpop.planning.asked import ForecastAsked

if TYPE_CHECKING:  # numpy and scipy
    from screenpop.planning.volumes import CallVolumes

MADE_WITHIN_S = 120.0
PATIENCE_DAYS = 28
ABANDONED_LEAST = 20  # fewer say nothing of patience
Amounts = Mapping[str, int]


class ForecastOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, and where the history is."""

    asked: ForecastAsked
    store_url: str
    time_zone: str
    now_us: int
    country: str | None = None
    closed: tuple[date, ...] = ()
    closed_weekdays: tuple[int, ...] = ()  # by the opening hours; 0 is Monday
    agents_now: int | None = None
    came_now: int = 0  # calls of today on the wallboard, also those that go on


@dataclass(frozen=True, kw_only=True)
class ForecastBasis:
    """What was read for a forecast."""

    volumes: CallVolumes
    handled: CallVolumes | None  # whose handle time is used; None: it is assumed
    recent: Amounts  # sums of the last `PATIENCE_DAYS` days
    today: Amounts  # of the day so far
    quarters: Mapping[int, Amounts]  # from `PATIENCE_DAYS` days ago on, by start


async def made_apart(order: ForecastOrder) -> dict[str, Any]:
    """The answer; the process ends with this task. Raises `BadInput`, `Unavailable`."""
    return await answered_apart(
        "screenpop.node.forecasting",
        order,
        what="the forecast",
        within_s=MADE_WITHIN_S,
    )


async def forecast_answer(order: ForecastOrder) -> dict[str, Any]:
    """Read the history and plan; seconds of work. Raises `Unavailable`.

    Too little history is an answer, too.
    """
    from screenpop.node.forecast_answer import too_short, whole_answer

    try:
        return whole_answer(order, await _read(order))
    except BadInput as error:
        if error.code not in ("history_too_short", "history_too_old"):
            raise
        return too_short(order, error)


async def _read(order: ForecastOrder) -> ForecastBasis:
    zone, now_us, queue = ZoneInfo(order.time_zone), order.now_us, order.asked.queue
    database = Database(order.store_url)
    await database.open()
    try:
        volumes = await past_volumes(database, zone, now_us, queue)
        handled = {"asked": volumes, "no_one": None}.get(order.asked.handle_time_of)
        if order.asked.handle_time_of == "all_queues":
            handled = await past_volumes(database, zone, now_us)
        quarters = await _quarters(PastCounts(database), order, zone)
    finally:
        await database.close()
    midnight = midnight_us(local(now_us, zone).date(), zone)
    return ForecastBasis(
        volumes=volumes,
        handled=handled,
        recent=_sum(quarters, 0),
        today=_sum(quarters, midnight),
        quarters=quarters,
    )


async def _quarters(
    counts: PastCounts, order: ForecastOrder, zone: ZoneInfo
) -> dict[int, Amounts]:
    """By quarter of an hour: the last weeks, or those after the as-of day."""
    now_us, as_of = order.now_us, order.asked.as_of
    first = local(now_us, zone).date() - timedelta(days=PATIENCE_DAYS)
    begins = [midnight_us(min(first, as_of or first), zone)]
    end = -(-now_us // QUARTER_US) * QUARTER_US
    found: dict[int, Amounts] = {}
    queues = () if order.asked.queue is None else (order.asked.queue,)
    for begin in range(begins[0], end, PATIENCE_DAYS * DAY_US):
        until = min(begin + PATIENCE_DAYS * DAY_US, end)
        asked = CountsAsked(from_us=begin, to_us=until, queues=queues)
        for each in await counts.sums(asked, range(begin, until, QUARTER_US)):
            found[each.interval_us] = each.amounts
    return found


def _sum(quarters: Mapping[int, Amounts], since_us: int) -> dict[str, int]:
    names = (ABANDONED_WAIT_US, ANSWERED_WAIT_US, "abandoned", OFFERED, ANSWERED_WITHIN)
    rows = [amounts for at, amounts in quarters.items() if at >= since_us]
    return {name: sum(row.get(name, 0) for row in rows) for name in names}


def local_now(order: ForecastOrder) -> datetime:
    """On the wall clock of the centre."""
    return local(order.now_us, ZoneInfo(order.time_zone)).replace(tzinfo=None)


if __name__ == "__main__":
    sys.exit(answer_one(ForecastOrder, forecast_answer))
