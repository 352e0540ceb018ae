"""Does the pop help? `GET /v1/stats/pops`, for supervisors, never by agent."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from aiohttp import web

from screenpop.history.past_counts import CountsAsked
from screenpop.history.popped import CALLS_MAX
from screenpop.wallboard.groups import GroupRule
from screenpop.wallboard.pop_help import HandleComparison, PopHelp, pop_help
from screenpop.web.asked import counts_asked, heading, shows_pace, zone_of
from screenpop.web.site import Site, Visit, answered

DAYS_MAX = 92
OLDEST_LEFT_OUT = f"The newest {CALLS_MAX:,} calls of the range."


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """Figures of all cards of a range, and handle times with and without them."""
    asked = counts_asked(site, visit.request.query, days_max=DAYS_MAX)
    zone = zone_of(site)
    calls, more = await site.services.popped.read(asked)
    rule = site.services.groups()

    def shows(queue: str | None) -> bool:
        if queue is None and len(asked.queues) == 1:
            return False  # the row of that queue says the same
        return _shows_handle_time(rule, asked, queue)

    found = await asyncio.to_thread(pop_help, calls, shows)
    queues = site.services.labels.get("queue", {})
    facets = site.services.labels.get("facet", {})
    return answered(
        {
            **heading(asked, zone),
            "left_out": OLDEST_LEFT_OUT if more else None,
            **_shares(found),
            "stages": [asdict(each) for each in found.stages],
            "facets": [
                {**asdict(each), "label": facets.get(each.facet, each.facet)}
                for each in found.facets
            ],
            "handle_times": [_named(each, queues) for each in found.handle_times],
        }
    )


def _shows_handle_time(rule: GroupRule, asked: CountsAsked, queue: str | None) -> bool:
    return shows_pace(rule, asked, None if queue is None else "queue", queue)


def _shares(found: PopHelp) -> dict[str, Any]:
    """The counts, and what is made of them; a share of nothing is null."""
    return {
        "calls": found.calls,
        "with_number": found.with_number,
        "matched": found.matched,
        "match_rate": _share(found.matched, found.calls),
        "answered": found.answered,
        "delivered": found.delivered,
        "before_answer": found.before_answer,
        "before_answer_rate": _share(found.before_answer, found.answered),
    }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _named(each: HandleComparison, labels: Any) -> dict[str, Any]:
    label = "All queues" if each.queue is None else labels.get(each.queue, each.queue)
    return {**asdict(each), "label": label or "No queue"}
