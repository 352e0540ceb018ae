"""How many calls will come, and which agents do they need? For supervisors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from aiohttp import web

from screenpop.domain.errors import BadInput
from screenpop.planning.asked import DAYS_MAX, INTERVALS, ForecastAsked, HandleTimeOf
from screenpop.wallboard.groups import TOTAL, GroupRule
from screenpop.web.asked import NAME_CHARS_MAX, NO_QUEUE, choice, day_asked
from screenpop.web.body import text, whole_number
from screenpop.web.site import Site, Visit, answered

DAYS = 7
NUMBER_CHARS = 20
AGENTS_MAX = 10_000
SECONDS_MAX = 3_600.0


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/forecast`: made apart, one at a time, and kept for a while."""
    return answered(
        await site.services.forecasts.get(_asked(site, visit.request.query))
    )


def _asked(site: Site, query: Mapping[str, str]) -> ForecastAsked:
    services = site.services
    goals, rules = services.forecasts.settings, services.counting.service_level
    queue = text(query, "queue", NAME_CHARS_MAX)
    target_s = rules.target_us(queue or "") / 1e6
    return ForecastAsked(
        queue=queue,
        days=whole_number(query, "days", DAYS, 1, DAYS_MAX),
        interval_min=int(choice(query, "interval", tuple(map(str, INTERVALS)), "30")),
        as_of=None if "as_of" not in query else day_asked(query, "as_of", date.min),
        agents=None
        if "agents" not in query
        else whole_number(query, "agents", 0, 0, AGENTS_MAX),
        service_level=_share(query, "service_level", goals.service_level, most=0.999),
        within_s=_number(query, "within_s", target_s, 0.0, SECONDS_MAX),
        occupancy_max=_share(query, "occupancy_max", goals.occupancy_max, least=0.01),
        abandon_max=_share(query, "abandon_max", goals.abandon_max),
        shrinkage=_share(query, "shrinkage", goals.shrinkage, most=0.95),
        patience_s=goals.patience_s
        if "patience_s" not in query
        else _number(query, "patience_s", 1.0, 1.0, SECONDS_MAX),
        wrap_up_s=_number(query, "wrap_up_s", goals.wrap_up_s, 0.0, SECONDS_MAX),
        handle_time_of=_handle_time_of(services.groups(), queue),
    )


def _handle_time_of(rule: GroupRule, queue: str | None) -> HandleTimeOf:
    """A figure of the work of few is not used: what is planned would show it."""
    asked = TOTAL if queue is None else queue or NO_QUEUE
    if rule.shows_pace((asked,)):
        return "asked"
    return "all_queues" if rule.shows_pace() and queue is not None else "no_one"


def _share(
    query: Mapping[str, str],
    name: str,
    default: float,
    *,
    least: float = 0.0,
    most: float = 1.0,
) -> float:
    return _number(query, name, default, least, most)


def _number(
    query: Mapping[str, str], name: str, default: float, least: float, most: float
) -> float:
    written = text(query, name, NUMBER_CHARS)
    if written is None:
        return default
    try:
        value = float(written)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise BadInput(
            f"{name}: must be a number from {least:g} to {most:g}, is {written!r}.",
            code="bad_query",
            remedy="Write 80 % as 0.8." if most <= 1 else "Write seconds, e.g. 20.",
        )
    return value
