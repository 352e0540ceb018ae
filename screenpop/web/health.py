"""Does it live, may it have traffic, and what does it measure?"""

from __future__ import annotations

import msgspec
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from screenpop.domain.agent import Role
from screenpop.web.auth import require_role
from screenpop.web.remote import is_this_machine
from screenpop.web.site import Site, Visit, answered


class Alive(msgspec.Struct, frozen=True, kw_only=True):
    status: str
    version: str


class NotRight(msgspec.Struct, frozen=True, kw_only=True):
    part: str
    message: str
    fatal: bool


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """`ready`, `degraded` (works, something is away) or `not_ready` (503)."""

    status: str
    problems: list[NotRight]


async def live(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /livez`: the event loop turns. Asks nothing else, so restarts help."""
    return answered(_alive(site.services.version))


def alive(version: str) -> bytes:
    """The body of `/livez`, which never changes."""
    return msgspec.json.encode(_alive(version))


def _alive(version: str) -> Alive:
    return Alive(status="alive", version=version)


async def ready(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /readyz`: 503 when calls should go to another node."""
    found = await readiness(site)
    return answered(found, 503 if found.status == "not_ready" else 200)


async def readiness(site: Site) -> Readiness:
    """Everything that is not as it should be, and what follows from it."""
    found = [
        NotRight(part=p.part, message=p.message, fatal=p.fatal)
        for p in await site.services.ready()
    ]
    if site.draining.is_set():
        found.insert(
            0, NotRight(part="web", message="The service is stopping.", fatal=True)
        )
    fatal = any(problem.fatal for problem in found)
    status = "not_ready" if fatal else "degraded" if found else "ready"
    return Readiness(status=status, problems=found)


async def metrics(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /metrics`: for a program of this machine, or with a token."""
    if not is_this_machine(visit.request.remote or "", visit.request.headers):
        require_role(visit.who, Role.SUPERVISOR)
    return web.Response(
        body=site.services.metrics.exposition(),
        headers={"Content-Type": CONTENT_TYPE_LATEST},
    )
