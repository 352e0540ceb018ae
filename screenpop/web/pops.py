"""Does the pop help? `GET /v1/stats/pops`, for supervisors, never by agent."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from aiohttp import web

from screenpop.history.past_counts import CountsAsked
from screenpop.history.popped import CALLS_MAX
from screenpop.wallboard.groups import GroupRule
from screenpop.wallboard.pop_help import (
    FACET_FIGURES,
    FIGURES,
    HandleComparison,
    PopHelp,
    counts_in,
    pop_help,
)
from screenpop.web.asked import (
    NAME_CHARS_MAX,
    choice,
    counts_asked,
    heading,
    shows_pace,
    zone_of,
)
from screenpop.web.body import text, whole_number
from screenpop.web.site import Site, Visit, answered
from screenpop.web.stats import (
    CALLS_DEFAULT,
    CURSOR_CHARS_MAX,
    call_row,
    cursor_of,
    place_in,
)
from screenpop.web.stats import CALLS_MAX as CALLS_PER_PAGE_MAX

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

    found = await asyncio.to_thread(pop_help, calls, shows, rule.people_min)
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


async def show_calls(site: Site, visit: Visit) -> web.StreamResponse:
    """The calls of one figure, the newest first. Written to the audit."""
    query, zone = visit.request.query, zone_of(site)
    asked = counts_asked(site, query, days_max=DAYS_MAX)
    facet = text(query, "facet", NAME_CHARS_MAX)
    known = FIGURES if facet is None else FACET_FIGURES
    figure = choice(
        query, "figure", tuple(known), "calls" if facet is None else "cards"
    )
    if facet is None:
        why, counts = FIGURES[figure]
    else:
        label = site.services.labels.get("facet", {}).get(facet, facet)
        why, counts = f"{label} {FACET_FIGURES[figure]}.", counts_in(facet, figure)
    limit = whole_number(query, "limit", CALLS_DEFAULT, 1, CALLS_PER_PAGE_MAX)
    cursor = text(query, "before", CURSOR_CHARS_MAX)
    before = None if cursor is None else place_in(cursor)
    found, after = await site.services.popped.behind(asked, counts, before, limit)
    of = figure if facet is None else f"{facet}.{figure}"
    await site.services.audit(visit.user.username, "stats.calls", f"pops={of}")
    rule, labels = site.services.groups(), site.services.labels
    return answered(
        {
            **heading(asked, zone),
            "number": of,
            "calls": [
                {**call_row(call, (), zone, rule, labels), "why": why} for call in found
            ],
            "before": None if after is None else cursor_of(after),
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
