"""Which calls may this person see, and what do they add to one?

An agent sees the calls that rang where they were; a supervisor all. The rule is in
`domain.agent`.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
from aiohttp import web

from screenpop.domain.agent import Role, visible_to
from screenpop.domain.call import NamedCall
from screenpop.domain.errors import BadInput, TooLarge
from screenpop.domain.phone import shortened
from screenpop.domain.profile import Json
from screenpop.web.body import (
    decoded,
    read_body,
    require_json,
    required,
    text,
    whole_number,
)
from screenpop.web.site import Site, Visit, answered

T = TypeVar("T", bound=msgspec.Struct)
PAGE_DEFAULT = 50
PAGE_MAX = 200
CURSOR_CHARS_MAX = 3000  # of a call id of 300 characters, each of four bytes
CALL_ID_CHARS_MAX = 300
LINE_CHARS_MAX = 100
OCCURRENCE_MAX = 2**53
UTF8_BYTES_MAX = 6  # of one character in a JSON string: \uXXXX
ROOM_BYTES = 1024


class NoteBody(msgspec.Struct, frozen=True, kw_only=True):
    """The whole text as it stands."""

    text: str


class DispositionBody(msgspec.Struct, frozen=True, kw_only=True):
    code: str


async def recent(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/calls?before=&limit=`: newest first, a page at a time."""
    query = visit.request.query
    await site.looks.past(visit.user, "calls")
    page = await site.services.calls.recent(
        visible_to(visit.user),
        text(query, "before", CURSOR_CHARS_MAX),
        whole_number(query, "limit", PAGE_DEFAULT, 1, PAGE_MAX),
    )
    return answered(page)


async def one(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/calls/{call_id}`: its course, what was shown, notes."""
    only = visible_to(visit.user)
    call = named_call(visit)
    found = await site.services.calls.get(call, only)
    if only is None:  # somebody reads what colleagues did
        await site.services.audit(visit.user.username, "call.read", call.call_id)
    line, labels = str(found["line"]), site.services.labels
    return answered(
        {
            **found,
            "line_label": labels.get("line", {}).get(line, line),
            "facet_labels": labels.get("facet", {}),
        }
    )


async def add_note(site: Site, visit: Visit) -> web.StreamResponse:
    """`POST /v1/calls/{call_id}/notes`."""
    chars_max = site.services.limits.note_chars_max
    note = await _body(site, visit, NoteBody, chars_max * UTF8_BYTES_MAX)
    if len(note.text) > chars_max:
        raise TooLarge(
            f"the note has {len(note.text)} characters, at most {chars_max} are kept.",
            remedy="Shorten it.",
        )
    only, user = visible_to(visit.user), visit.user
    made = await site.services.calls.add_note(named_call(visit), only, user, note.text)
    return answered(made, 201)


async def set_disposition(site: Site, visit: Visit) -> web.StreamResponse:
    """`POST /v1/calls/{call_id}/disposition`."""
    chosen = await _body(site, visit, DispositionBody, ROOM_BYTES)
    if not 0 < len(chosen.code) <= 64:
        raise BadInput("code must have 1 to 64 characters.", code="bad_disposition")
    only, user = visible_to(visit.user), visit.user
    return answered(
        await site.services.calls.set_disposition(
            named_call(visit), only, user, chosen.code
        )
    )


def named_call(visit: Visit) -> NamedCall:
    """The call of the path; `?line=&occurrence=` where its id is not enough."""
    query = visit.request.query
    occurrence = None
    if "occurrence" in query:
        occurrence = whole_number(query, "occurrence", 0, 0, OCCURRENCE_MAX)
    return NamedCall(
        call_id=_call_id(visit),
        line=text(query, "line", LINE_CHARS_MAX),
        occurrence=occurrence,
    )


def _call_id(visit: Visit) -> str:
    call_id = visit.params["call_id"]
    if len(call_id) > CALL_ID_CHARS_MAX:
        raise BadInput(
            f"call_id has {len(call_id)} characters, at most {CALL_ID_CHARS_MAX}."
        )
    return call_id


async def _body(site: Site, visit: Visit, kind: type[T], bytes_max: int) -> T:
    require_json(visit.request)
    within_s = site.services.server.body_read_s
    body = await read_body(visit.request, bytes_max + ROOM_BYTES, within_s)
    return decoded(body, kind)


NUMBER_CHARS_MAX = 64
CANDIDATE_CHARS_MAX = 300
LINE_CHARS_MAX = 100


async def look_up(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/lookup?number=`: the same JSON as `screenpop explain`."""
    query = visit.request.query
    number = _with_plus(required(query, "number", NUMBER_CHARS_MAX))
    candidate = text(query, "candidate", CANDIDATE_CHARS_MAX)
    line = text(query, "line", LINE_CHARS_MAX) or ""
    dialled = text(query, "dialled", NUMBER_CHARS_MAX)
    user = visit.user
    site.lookups.take(user.username)
    await site.services.audit(user.username, "lookup", shortened(number))
    site.security.note(
        "lookup", user=user.username, address=visit.remote, number=shortened(number)
    )
    found = await site.services.lookup(
        number, candidate, line, None if dialled is None else _with_plus(dialled)
    )
    may_see_causes = user.role.includes(Role.SUPERVISOR)
    return answered(found if may_see_causes else _without_causes(found))


def _with_plus(number: str) -> str:
    """In a query string `+` means a space: a number that begins with one gets it."""
    return f"+{number.lstrip()}" if number.startswith(" ") else number


def _without_causes(found: Json) -> Json:
    """What a source answered to an error names inner addresses: not for agents."""
    lookups = found.get("lookups")
    if not isinstance(lookups, list):
        return found
    return {**found, "lookups": [{**each, "detail": None} for each in lookups]}


async def live_calls(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/live`: the calls that go on, oldest first."""
    await site.looks.live(visit.user, "live")
    found, labels = site.services.live.listed(visit.user), site.services.labels
    queues, lines = labels.get("queue", {}), labels.get("line", {})
    calls = [
        {
            **each,
            "queue_label": queues.get(each["queue"] or "", each["queue"]),
            "line_label": lines.get(each["line"], each["line"]),
        }
        for each in found["calls"]
    ]
    return answered({**found, "calls": calls})


async def end_call(site: Site, visit: Visit) -> web.StreamResponse:
    """`POST /v1/calls/{call_id}/over`: no end was reported, but it is over."""
    assert visit.user is not None
    return answered(await site.services.live.end(named_call(visit), visit.user))
