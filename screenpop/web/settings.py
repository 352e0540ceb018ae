"""How does this user like the pages? Kept with the user, read by the pages alone."""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web

from screenpop.domain.agent import UserId
from screenpop.domain.errors import NotFound
from screenpop.web.body import decoded, read_body, require_json
from screenpop.web.site import Site, Visit, answered

SETTINGS_BYTES_MAX = 4096


class NewSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The pages choose the names, so that a new page keeps what an older one wrote."""

    settings: dict[str, Any]


class SettingsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`settings` is null before the user changed anything."""

    settings: dict[str, Any] | None


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/session/settings`: as they were kept last, from any browser."""
    kept = await site.services.users.settings(_person(visit))
    settings = None if kept is None else msgspec.json.decode(kept, type=dict[str, Any])
    return answered(SettingsAnswer(settings=settings))


async def keep(site: Site, visit: Visit) -> web.StreamResponse:
    """`POST /v1/session/settings`: all of them; the ones of before are replaced."""
    username = _person(visit)
    require_json(visit.request)
    within_s = site.services.server.body_read_s
    body = await read_body(visit.request, SETTINGS_BYTES_MAX, within_s)
    wanted = decoded(body, NewSettings).settings
    text = msgspec.json.encode(wanted).decode()
    await site.services.users.keep_settings(username, text)
    return answered(SettingsAnswer(settings=wanted))


def _person(visit: Visit) -> UserId:
    who = visit.who
    if who is None or who.session is None:
        raise NotFound("there is no session: a bearer token has no settings.")
    return who.user.username
