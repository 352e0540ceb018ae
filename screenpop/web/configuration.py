"""Which configuration runs, and what does a changed file change? For admins."""

from __future__ import annotations

import msgspec
from aiohttp import web

from screenpop.domain.errors import BadInput, ConfigError
from screenpop.web.body import decoded, read_body, require_json
from screenpop.web.site import Site, Visit, answered

BODY_BYTES_MAX = 1_024


class ReloadBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`dry_run`: only say what would be done."""

    dry_run: bool = False


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/configuration`: its files, since when it runs, the last reload."""
    return answered(site.services.configuration.seen())


async def reload(site: Site, visit: Visit) -> web.StreamResponse:
    """`POST /v1/configuration/reload`: what differs, what is wrong, what was done.

    A refused file is an answer, not an error: the old configuration goes on.
    """
    services, request = site.services, visit.request
    require_json(request)
    body = await read_body(request, BODY_BYTES_MAX, services.server.body_read_s)
    asked = decoded(body, ReloadBody)
    try:
        done = await services.configuration.reload(
            visit.user.username, dry_run=asked.dry_run
        )
    except ConfigError as error:
        raise BadInput(str(error), code="not_a_file") from error
    return answered(done)


async def desk(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/configuration/desk`: the first frame of a desk, to preview a card."""
    return answered(site.services.hub.hello(visit.user))
