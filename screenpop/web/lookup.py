"""Who is behind this number, according to all sources?"""

from __future__ import annotations

from aiohttp import web

from screenpop.domain.agent import Role
from screenpop.domain.caller import Json
from screenpop.domain.phone import shortened
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
    user = visit.user
    site.lookups.take(user.username)
    await site.services.audit(user.username, "lookup", shortened(number))
    site.security.note(
        "lookup", user=user.username, address=visit.remote, number=shortened(number)
    )
    found = await site.services.lookup(number, candidate)
    may_see_causes = user.role.includes(Role.SUPERVISOR)
    return answered(found if may_see_causes else _without_causes(found))


def _without_causes(found: Json) -> Json:
    """What a source answered to an error names inner addresses: not for agents."""
    lookups = found.get("lookups")
    if not isinstance(lookups, list):
        return found
    return {**found, "lookups": [{**each, "detail": None} for each in lookups]}
