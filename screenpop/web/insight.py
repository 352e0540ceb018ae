"""What became of what was offered? For supervisors, by day, never by agent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from screenpop.domain.errors import BadInput
from screenpop.domain.local_time import local, midnight_us
from screenpop.history.offers import OfferReport, reported
from screenpop.web.asked import day_asked
from screenpop.web.site import Site, Visit, answered

DAYS = 28  # without `from`: today and the days before it
DAYS_MAX = 400


class InsightSeen(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename={"from_day": "from", "to_day": "to"},
):
    """Calls that arrived on these days, both included, in the server's time zone."""

    from_day: date
    to_day: date
    offers: OfferReport
    labels: Mapping[str, Mapping[str, str]]  # of queues and facets, by name


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/insight?from=&to=`."""
    services = site.services
    zone, now_us = ZoneInfo(services.server.time_zone), services.clock.now_us()
    today = local(now_us, zone).date()
    query = visit.request.query
    to_day = day_asked(query, "to", today)
    from_day = day_asked(query, "from", to_day - timedelta(days=DAYS - 1))
    if not from_day <= to_day < from_day + timedelta(days=DAYS_MAX):
        raise BadInput(
            f"from {from_day} to {to_day}: must be 1 to {DAYS_MAX} days.",
            code="bad_query",
            remedy="Choose a shorter time, its first day first.",
        )
    counts = await services.offers.counts(
        midnight_us(from_day, zone),
        midnight_us(to_day + timedelta(days=1), zone),
        now_us,
    )
    return answered(
        InsightSeen(
            from_day=from_day,
            to_day=to_day,
            offers=reported(counts),
            labels={of: services.labels.get(of, {}) for of in ("queue", "facet")},
        )
    )
