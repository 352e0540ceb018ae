"""What may a supervisor ask of the alerts?"""

from __future__ import annotations

from typing import Literal

import msgspec
from aiohttp import web

from screenpop.support.table import columns
from screenpop.web.alert_list import AlertsAsked, place_of
from screenpop.web.asked import bounds_asked, choice
from screenpop.web.body import decoded, read_body, require_json, text, whole_number
from screenpop.web.site import Site, Visit, answered
from screenpop.web.table_answer import answered_table, table_format

BODY_BYTES_MAX = 1_024
LIMIT, LIMIT_MAX = 100, 1_000
STATES = ("open", "closed", "all")
NAME_CHARS_MAX = 200
CURSOR_CHARS_MAX = 1_000
TABLE = [
    *columns("moment", "opened_at"),
    *columns("text", "id", "name", "label", "level", "number", "unit"),
    *columns("text", "subject", "subject_label"),
    *columns("number", "value"),
    *columns("moment", "raised_at", "closed_at"),
    *columns("number", "value_closed"),
    *columns("text", "closed_why", "acknowledged_by"),
    *columns("moment", "acknowledged_at"),
]


class AcknowledgeBody(msgspec.Struct, frozen=True, kw_only=True):
    """`id` as in `GET /v1/alerts`."""

    id: str
    do: Literal["acknowledge"] = "acknowledge"


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/alerts?state=&name=&from=&to=&limit=`."""
    query = visit.request.query
    from_us, to_us = bounds_asked(site, query)
    asked = AlertsAsked(
        state=choice(query, "state", STATES, "open"),
        name=text(query, "name", NAME_CHARS_MAX),
        from_us=from_us,
        to_us=to_us,
    )
    limit = whole_number(query, "limit", LIMIT, 1, LIMIT_MAX)
    before = text(query, "before", CURSOR_CHARS_MAX)
    if before is None:
        found = site.services.alerts.listed(asked, limit)
    else:
        found = await site.services.alerts.page(asked, place_of(before), limit)
    if form := table_format(visit.request):
        answer = await answered_table(form, TABLE, found["alerts"], "alerts")
        answer.headers["X-Next-Before"] = found["before"] or ""
        return answer
    return answered({**found, "time_zone": site.services.server.time_zone})


async def acknowledge(site: Site, visit: Visit) -> web.StreamResponse:
    """`POST /v1/alerts`: a supervisor has seen one."""
    require_json(visit.request)
    within_s = site.services.server.body_read_s
    body = await read_body(visit.request, BODY_BYTES_MAX, within_s)
    wanted = decoded(body, AcknowledgeBody)
    return answered(await site.services.alerts.acknowledge(wanted.id, visit.user))
