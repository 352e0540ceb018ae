"""How is the centre doing right now, in numbers?"""

from __future__ import annotations

from aiohttp import web

from screenpop.web.site import Site, Visit, answered


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/stats`: what the wallboard shows, for programs; for supervisors."""
    return answered(await site.services.stats())
