"""What may a supervisor ask of the alerts?"""

from __future__ import annotations

from typing import Literal

import msgspec
from aiohttp import web

from screenpop.domain.errors import BadInput
from screenpop.web.body import decoded, read_body, require_json, text, whole_number
from screenpop.web.site import Site, Visit, answered

BODY_BYTES_MAX = 1_024
LIMIT, LIMIT_MAX = 100, 1_000
STATES = ("open", "closed", "all")


class AcknowledgeBody(msgspec.Struct, frozen=True, kw_only=True):
    """`id` as in `GET /v1/alerts`."""

    id: str
    do: Literal["acknowledge"] = "acknowledge"


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/alerts?state=&limit=`."""
    query = visit.request.query
    state = text(query, "state", 20) or "open"
    if state not in STATES:
        raise BadInput(
            f"state: {state!r} is not known.",
            code="bad_query",
            remedy=f"Use one of {', '.join(STATES)}.",
        )
    limit = whole_number(query, "limit", LIMIT, 1, LIMIT_MAX)
    return answered(site.services.alerts.listed(state, limit))


async def acknowledge(site: Site, visit: Visit) -> web.StreamResponse:
    """`POST /v1/alerts`: a supervisor has seen one."""
    require_json(visit.request)
    within_s = site.services.server.body_read_s
    body = await read_body(visit.request, BODY_BYTES_MAX, within_s)
    wanted = decoded(body, AcknowledgeBody)
    return answered(await site.services.alerts.acknowledge(wanted.id, visit.user))
