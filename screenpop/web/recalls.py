"""What may a person ask of the recall list?"""

from __future__ import annotations

from aiohttp import web

from screenpop.domain.errors import BadInput
from screenpop.web.body import decoded, read_body, require_json, text, whole_number
from screenpop.web.calls import named_call
from screenpop.web.recall_list import LIMIT, OPEN, SHOWN, RecallBody
from screenpop.web.site import Site, Visit, answered

LIMIT_MAX = 1_000
BODY_BYTES_MAX = 1_024
QUEUE_CHARS_MAX = 200


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/recalls?state=&queue=&limit=`."""
    query = visit.request.query
    shown = text(query, "state", 20) or OPEN
    if shown not in SHOWN:
        raise BadInput(
            f"state: {shown!r} is not known.",
            code="bad_query",
            remedy=f"Use one of {', '.join(SHOWN)}.",
        )
    queue = text(query, "queue", QUEUE_CHARS_MAX)
    limit = whole_number(query, "limit", LIMIT, 1, LIMIT_MAX)
    await site.looks.live(visit.user, "recalls")
    await site.looks.past(visit.user, "recalls, past")
    return answered(site.services.recalls.listed(visit.user, shown, queue, limit))


async def act(site: Site, visit: Visit) -> web.StreamResponse:
    """`POST /v1/recalls/{call_id}`: claim, release, snooze or close a row."""
    require_json(visit.request)
    within_s = site.services.server.body_read_s
    body = await read_body(visit.request, BODY_BYTES_MAX, within_s)
    wanted = decoded(body, RecallBody)
    done = await site.services.recalls.act(named_call(visit), visit.user, wanted)
    return answered(done)
