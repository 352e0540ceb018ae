"""Which calls go on now, and how does a person end one that is stuck?"""

from __future__ import annotations

from aiohttp import web

from screenpop.web.calls import named_call
from screenpop.web.site import Site, Visit, answered


async def listed(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/live`: the calls that go on, oldest first."""
    return answered(site.services.live.listed())


async def end(site: Site, visit: Visit) -> web.StreamResponse:
    """`POST /v1/calls/{call_id}/over`: no end was reported, but it is over."""
    assert visit.user is not None
    return answered(await site.services.live.end(named_call(visit), visit.user))
