"""Does it live, may it have traffic, what does it measure, and how are its parts?"""

from __future__ import annotations

import re

import msgspec
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from screenpop.domain.agent import Role
from screenpop.domain.errors import Unauthenticated
from screenpop.intake.shown import LinesSeen
from screenpop.lookup.source_states import SourcesSeen
from screenpop.web.auth import require_role
from screenpop.web.body import whole_number
from screenpop.web.errors import Misdirected
from screenpop.web.remote import is_this_machine
from screenpop.web.site import Site, Visit, answered

MESSAGE_CHARS_MAX = 300
HIDDEN = "[hidden]"
_PLACE = re.compile(
    r"\S{0,100}(?:://|@)\S*"  # a URL, a user at a host
    r"|(?<![\w.])/[\w.\-]+(?:/[\w.\-]*)+"  # a path
    r"|[\w.\-]+\.(?:sqlite|key|ya?ml|csv|xlsx|db|sock)\b\S*"  # a file
    r"|\b[\w.\-]+:\d{1,5}\b"  # a host with its port
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"
)


class Alive(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing else: whoever asks may be a stranger."""

    status: str


class NotRight(msgspec.Struct, frozen=True, kw_only=True):
    part: str
    message: str
    fatal: bool


class Readiness(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`ready`, `degraded` (works, something is away) or `not_ready` (503).

    `notes`, where there are any, is what to know though nothing is wrong: what an
    outage may cost.
    """

    status: str
    problems: list[NotRight]
    notes: list[str] = []


async def live(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /livez`: the event loop turns. Asks nothing else, so restarts help."""
    return answered(Alive(status="alive"))


def alive() -> bytes:
    """The body of `/livez`, which never changes."""
    return msgspec.json.encode(Alive(status="alive"))


async def ready(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /readyz`: 503 when calls should go to another node.

    Which part is not well is for everybody; where it is, as whom it is reached and
    what it answered only for administrators.
    """
    found = await readiness(site)
    if not await _is_admin(site, visit):
        found = for_strangers(found)
    return answered(found, 503 if found.status == "not_ready" else 200)


async def _is_admin(site: Site, visit: Visit) -> bool:
    """A wrong proof makes a stranger here: a probe must get its answer."""
    try:
        who = await site.auth.identify(visit.request)
    except Unauthenticated:
        return False
    return who is not None and who.user.role.includes(Role.ADMIN)


def for_strangers(found: Readiness) -> Readiness:
    problems = [
        msgspec.structs.replace(problem, message=without_places(problem.message))
        for problem in found.problems
    ]
    return msgspec.structs.replace(found, problems=problems)


def without_places(message: str) -> str:
    """What is wrong, without the cause that a library gave, addresses and paths."""
    wrong, _, cause = message[:MESSAGE_CHARS_MAX].partition(": ")
    if cause and cause.removesuffix("%").strip().isdigit():
        return message  # how far something is
    return _PLACE.sub(HIDDEN, wrong)


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
    notes = list(site.services.notes())
    return Readiness(status=status, problems=found, notes=notes)


async def metrics(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /metrics`: for a program of this machine, or with a token.

    Counters of a worker that is met by chance would jump back and forth: at a port
    that several workers share there are none.
    """
    request = visit.request
    local = is_this_machine(request.remote or "", request.headers)
    if not (local and _open_metrics(site)):
        require_role(visit.who, Role.SUPERVISOR)
    own = site.services.own_port
    if own is not None and _port_of(request) != own:
        raise Misdirected(own)
    return web.Response(
        body=site.services.metrics.exposition(),
        headers={"Content-Type": CONTENT_TYPE_LATEST},
    )


def _port_of(request: web.BaseRequest) -> int | None:
    """On which of our ports did it come in?"""
    transport = request.transport
    name = None if transport is None else transport.get_extra_info("sockname")
    return name[1] if isinstance(name, tuple) else None


def _open_metrics(site: Site) -> bool:
    """Behind a proxy of this machine every stranger would seem to be local."""
    server = site.services.server
    asked = site.services.security.open_metrics
    proxied = server.public_url is not None or bool(server.trusted_proxies)
    return not proxied if asked is None else asked


# -- What arrives at the lines, how are the sources, how is this node?
# For administrators: what the admin page and `screenpop capture` show.

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


async def source_times(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/sources/{source}/times`: percentiles and failures of the last day."""
    return answered(site.services.source_times(visit.params["source"]))


async def orders(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/orders`: what recommendations are made from, and how it is read."""
    return answered(site.services.orders())


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
