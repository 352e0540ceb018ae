"""What became of what was offered? For supervisors, by day, never by agent."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from screenpop.domain.errors import BadInput
from screenpop.history.offers import OfferReport, reported
from screenpop.web.body import text
from screenpop.web.site import Site, Visit, answered

DAYS = 28  # without `from`: today and the days before it
DAYS_MAX = 400
DAY_CHARS = 10


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


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/insight?from=&to=`."""
    services = site.services
    zone, now_us = ZoneInfo(services.server.time_zone), services.clock.now_us()
    today = datetime.fromtimestamp(now_us / 1e6, zone).date()
    query = visit.request.query
    to_day = _day(text(query, "to", DAY_CHARS), "to") or today
    from_day = _day(text(query, "from", DAY_CHARS), "from")
    if from_day is None:
        from_day = to_day - timedelta(days=DAYS - 1)
    if not from_day <= to_day < from_day + timedelta(days=DAYS_MAX):
        raise BadInput(
            f"from {from_day} to {to_day}: must be 1 to {DAYS_MAX} days.",
            code="bad_query",
            remedy="Choose a shorter time, its first day first.",
        )
    counts = await services.offers.counts(
        _midnight_us(from_day, zone),
        _midnight_us(to_day + timedelta(days=1), zone),
        now_us,
    )
    return answered(
        InsightSeen(from_day=from_day, to_day=to_day, offers=reported(counts))
    )


def _day(written: str | None, name: str) -> date | None:
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise BadInput(
            f"{name}: {written!r} is not a date.",
            code="bad_query",
            remedy="Write YYYY-MM-DD.",
        ) from None


def _midnight_us(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1e6)
