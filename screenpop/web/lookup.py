"""Who is behind this number, according to all sources?"""

from __future__ import annotations

from aiohttp import web

from screenpop.web.query import required, text
from screenpop.web.site import Site, Visit, answered

NUMBER_CHARS_MAX = 64
CANDIDATE_CHARS_MAX = 300


async def look_up(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/lookup?number=&candidate=`: the same JSON as `screenpop explain`.

    In a query string `+` means a space: a number that begins with one gets it back.
    """
    query = visit.request.query
    number = required(query, "number", NUMBER_CHARS_MAX)
    if number.startswith(" "):
        number = f"+{number.lstrip()}"
    candidate = text(query, "candidate", CANDIDATE_CHARS_MAX)
    return answered(await site.services.lookup(number, candidate))
