"""What arrives at the lines, how are the sources, how is this node?

For administrators: what the admin page and `screenpop capture` show.
"""

from __future__ import annotations

import msgspec
from aiohttp import web

from screenpop.intake.shown import LinesSeen
from screenpop.lookup.source_states import SourcesSeen
from screenpop.web.health import NotRight, readiness
from screenpop.web.query import whole_number
from screenpop.web.site import Site, Visit, answered

NUMBER_MAX = 10**15


class NodeSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`status` and `problems` as at /readyz; `sessions` are open WebSockets."""

    version: str
    status: str
    problems: list[NotRight]
    sessions: dict[str, int]


async def lines(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/lines`: the configured lines, what to paste, how much came today."""
    return answered(LinesSeen(lines=site.services.lines.lines(_base_url(site, visit))))


async def requests(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/lines/{line}/requests?after=`: the last requests, explained."""
    after = whole_number(visit.request.query, "after", 0, 0, NUMBER_MAX)
    return answered(await site.services.lines.requests(visit.params["line"], after))


async def sources(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/sources`: is each working, and if not, since when and why?"""
    return answered(SourcesSeen(sources=site.services.sources()))


async def node(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/node`: what is wrong, how many browsers are connected."""
    found = await readiness(site)
    sessions = {"agent": 0, "wallboard": 0}
    for socket in site.sockets:
        sessions[socket.kind] += 1
    return answered(
        NodeSeen(
            version=site.services.version,
            status=found.status,
            problems=found.problems,
            sessions=sessions,
        )
    )


def _base_url(site: Site, visit: Visit) -> str:
    """How telephone systems reach us; without public_url, as this visitor does."""
    public_url = site.services.server.public_url
    if public_url:
        return public_url.rstrip("/")
    return f"{visit.request.scheme}://{visit.request.host}"
