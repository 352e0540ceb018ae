"""What does a service give to those who make a forecast from its history?"""

from __future__ import annotations

from typing import Any

from screenpop.config.load import Loaded
from screenpop.config.model import Configuration
from screenpop.config.recall import WEEK
from screenpop.history.engine import Database
from screenpop.node.forecasting import ForecastOrder, made_apart
from screenpop.node.wallboard_frames import rule_of
from screenpop.planning.asked import ForecastAsked
from screenpop.planning.forecasts import Forecasts
from screenpop.support.clock import Clock
from screenpop.wallboard.feed import SnapshotData, WallboardFeed
from screenpop.wallboard.groups import GroupRule

AT_THEIR_TELEPHONES = ("agents_available", "agents_on_call", "agents_wrap_up")


def forecasts_of(
    loaded: Loaded, database: Database, feed: WallboardFeed, clock: Clock
) -> Forecasts:
    """From the history of this service."""
    config = loaded.config
    settings, server = config.forecast, config.server

    async def make(asked: ForecastAsked) -> dict[str, Any]:
        board = feed.snapshot()
        order = ForecastOrder(
            asked=asked,
            store_url=database.url.render_as_string(hide_password=False),
            time_zone=server.time_zone,
            now_us=clock.now_us(),
            country=settings.country or server.country,
            closed=settings.closed_days,
            closed_weekdays=closed_weekdays(config),
            agents_now=agents_now(board, rule_of(feed, config.privacy.of_agents)),
            came_now=came_now(board, asked.queue),
        )
        return await made_apart(order)

    return Forecasts(make, settings, clock)


def came_now(board: SnapshotData, queue: str | None) -> int:
    """Calls of today as the forecast counts them: each once, of a queue its visits."""
    row = next((row.values for row in board.queues if row.queue == (queue or "")), {})
    names = ("offered",) if queue else ("calls", "direct")
    return int(sum(row.get(name) or 0 for name in names))


def closed_weekdays(config: Configuration) -> tuple[int, ...]:
    """Days of the week without opening hours; none where no hours are configured."""
    hours = config.recall.opening_hours
    if not hours:
        return ()
    return tuple(n for n, day in enumerate(WEEK) if not hours.get(day))


def agents_now(board: SnapshotData, rule: GroupRule) -> int | None:
    """How many can take calls now or after the one they have.

    None: no agent, or too few for their number to be seen.
    """
    if not rule.shows_agents():
        return None
    total = next((row.values for row in board.queues if not row.queue), {})
    return int(sum(total.get(name) or 0 for name in AT_THEIR_TELEPHONES)) or None
