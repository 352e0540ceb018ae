"""What does each person see of themselves? Never of anybody else, whatever their role.

`GET /v1/me` has the figures of today and of 28 days, `GET /v1/me/calls` the calls
behind them, `GET /v1/me/data` everything that is stored, with how long it stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from aiohttp import web

from screenpop.domain.agent import User
from screenpop.domain.errors import BadInput
from screenpop.domain.local_time import local, midnight_us
from screenpop.domain.profile import Json
from screenpop.history.own_calls import OwnFigures
from screenpop.history.own_records import OwnRecords, RecordsFound
from screenpop.history.own_search import (
    DIRECTIONS,
    NOTED,
    PARTS,
    WORDS_CHARS_MAX,
    CallsWanted,
)
from screenpop.history.own_sections import Kept, RecordsAsked
from screenpop.history.past_calls import place_in
from screenpop.history.tables import LABEL_CHARS, NAME_CHARS
from screenpop.support.clock import iso_from_us
from screenpop.support.table import TableColumn, columns
from screenpop.wallboard.agent_rows import person
from screenpop.web.asked import bounds_asked, zone_of
from screenpop.web.auth import Identity
from screenpop.web.body import text, whole_number
from screenpop.web.session import expiry, who_am_i
from screenpop.web.site import RouteParameter, Site, Visit, answered
from screenpop.web.table_answer import answered_table, table_format

DATA_PER_MINUTE = 20
ROWS, ROWS_MIN, ROWS_MAX = 200, 100, 2_000  # of a section in one answer
CALLS, CALLS_MAX = 50, 500
CURSOR_CHARS_MAX = 3000
QUEUES_MAX = 100
DAYS = 28
CALL_COLUMNS = (
    TableColumn(name="arrived_at", kind="moment"),
    *columns("text", "direction", "part", "caller", "number", "name", "queue"),
    *columns("text", "queue_label", "dialled", "telephone"),
    *columns("moment", "rang_at", "answered_at", "released_at"),
    TableColumn(name="talk_s", kind="count"),
    *columns("text", "outcome", "result", "result_label", "note", "line", "call_id"),
    TableColumn(name="occurrence", kind="count"),
)

SEARCH = (
    RouteParameter(name="q", text="Words of a name or an own note, or digits."),
    RouteParameter(name="direction", text=", ".join(DIRECTIONS)),
    RouteParameter(name="part", text=", ".join(PARTS)),
    RouteParameter(name="result", text="Code of one's own result."),
    RouteParameter(name="queue", text="Only calls of this queue."),
    RouteParameter(name="note", text="with: only calls with an own note; or without."),
)
FORMULAS = {
    "rang": ("Calls that rang", "Inbound calls that rang at your telephone."),
    "answered": ("Answered", "Of these, those that you answered."),
    "missed": (
        "Missed",
        "Of these, those that you did not answer: they stopped ringing at your"
        " telephone, or the caller hung up.",
    ),
    "elsewhere": ("Answered elsewhere", "Of these, those that a colleague answered."),
    "made": ("Calls you made", "Outbound calls at your telephone."),
    "reached": ("Reached", "Of these, those that were answered."),
    "talk_s": (
        "Talk time",
        "From answer to release at your telephone, holds included; calls that go on"
        " count when you are released.",
    ),
    "notes": ("Notes", "Calls at your telephone that you wrote a note about."),
}
"""Label and formula of each figure."""

NOT_STORED = (
    "When you logged in and out, your breaks with their reasons and wrap-up: only the"
    " state of now is kept, and for some hours the journal.",
    "Scores, rankings or moods.",
    "Recordings, pictures of your screen, or what you typed before you saved it.",
)


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/me`: who asks, and their own figures."""
    now_us, zone, user = site.services.clock.now_us(), zone_of(site), visit.user
    today = local(now_us, zone).date()
    since = {"today": today, "28_days": today - timedelta(days=DAYS - 1)}
    figures = []
    for period, day in since.items():
        from_us = midnight_us(day, zone)
        asked = RecordsAsked(user=user, limit=1, from_us=from_us, to_us=now_us + 1)
        figures.append(
            {
                "period": period,
                "from": local(from_us, zone).isoformat(),
                "values": _values(await site.services.own_calls.figures(asked)),
            }
        )
    own_calls = site.services.own_calls
    of_28_days = replace(asked, limit=QUEUES_MAX)
    labels = own_calls.result_labels
    return answered(
        {
            "at": iso_from_us(now_us),
            "time_zone": zone.key,
            "user": who_am_i(user),
            "state": _state(site, user),
            "counters": [
                {"name": name, "label": label, "formula": formula}
                for name, (label, formula) in FORMULAS.items()
            ],
            "figures": figures,
            "results": [{"code": c, "label": x or c} for c, x in labels.items()],
            "queues": await own_calls.queues(of_28_days),
            "waiting": _waiting(site, user),
        }
    )


def _values(found: OwnFigures) -> Json:
    return {
        "rang": found.rang,
        "answered": found.answered,
        "missed": found.missed,
        "elsewhere": found.elsewhere,
        "made": found.made,
        "reached": found.reached,
        "talk_s": round(found.talk_us / 1e6),
        "notes": found.notes,
        "results": dict(found.results),
    }


def _waiting(site: Site, user: User) -> list[Json]:
    """Who waits now in the queues that this person serves: figures of callers."""
    labels, found = site.services.labels.get("queue", {}), []
    for queue in site.services.recalls.queues_of(user):
        now = site.services.queue_now(queue)
        if now.waiting:
            oldest_us = now.line.oldest_us()
            found.append(
                {
                    "queue": queue,
                    "label": labels.get(queue, queue),
                    "waiting": now.waiting,
                    "oldest_at": _iso(oldest_us),
                }
            )
    return found


async def calls(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/me/calls?from=&to=&q=&before=&limit=`: one's own, newest first."""
    query = visit.request.query
    from_us, to_us = bounds_asked(site, query)
    limit = whole_number(query, "limit", CALLS, 1, CALLS_MAX)
    asked = RecordsAsked(user=visit.user, limit=limit, from_us=from_us, to_us=to_us)
    before = text(query, "before", CURSOR_CHARS_MAX)
    wanted = _wanted(query)
    rows, cursor = await site.services.own_calls.page(asked, before, wanted)
    if form := table_format(visit.request):
        answer = await answered_table(form, CALL_COLUMNS, rows, "my-calls")
        answer.headers["X-Next-Before"] = cursor or ""
        return answer
    zone = zone_of(site).key
    ended_early = cursor is not None and len(rows) < limit
    searched_us = place_in(cursor).arrived_us if cursor and ended_early else None
    return answered(
        {
            "time_zone": zone,
            "calls": rows,
            "before": cursor,
            "searched_to": _iso(searched_us),
        }
    )


def _wanted(query: Mapping[str, str]) -> CallsWanted:
    """Raises `BadInput` for a choice that is not known."""
    noted = _one_of(query, "note", tuple(NOTED))
    part = _one_of(query, "part", PARTS)
    return CallsWanted(
        words=text(query, "q", WORDS_CHARS_MAX) or "",
        direction=_one_of(query, "direction", DIRECTIONS),
        part=next((known for known in PARTS if known == part), None),
        result=_name(query, "result"),
        queue=_name(query, "queue"),
        noted=None if noted is None else NOTED[noted],
    )


def _one_of(query: Mapping[str, str], name: str, known: tuple[str, ...]) -> str | None:
    value = text(query, name, LABEL_CHARS)
    if value is not None and value not in known:
        raise BadInput(
            f"{name}: {value[:40]!r} is not known.",
            code="bad_query",
            remedy=f"Use one of {', '.join(known)}.",
        )
    return value


def _name(query: Mapping[str, str], name: str) -> str | None:
    value = text(query, name, NAME_CHARS)
    return None if value is None else value.replace("\0", "")


async def data(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/me/data?from=&to=&limit=`: all that is stored about who asks."""
    user, query = visit.user, visit.request.query
    from_us, to_us = bounds_asked(site, query)
    limit = whole_number(query, "limit", ROWS, ROWS_MIN, ROWS_MAX)
    site.own_data.take(user.username)
    records = site.services.own_records
    found = await records.about(
        RecordsAsked(user=user, limit=limit, from_us=from_us, to_us=to_us)
    )
    return answered(
        {
            "at": iso_from_us(site.services.clock.now_us()),
            "user": user.username,
            "from": _iso(from_us),
            "to": _iso(to_us),
            "log_in": _log_in(visit.who),
            "state": _state(site, user),
            "sections": [_section(each, records) for each in found],
            "elsewhere": elsewhere(
                journal_h=records.journal_h,
                session_h=site.services.security.session_h,
            ),
            "not_stored": NOT_STORED,
        }
    )


def _section(found: RecordsFound, records: OwnRecords) -> Json:
    section = found.section
    return {
        "name": section.name,
        "label": section.label,
        "text": section.text,
        "kept": kept_words(section.kept, history_days=records.history_days),
        "rows": found.rows,
        "next_to": _iso(found.next_us),
    }


def kept_words(kept: Kept, *, history_days: int) -> str:
    words: dict[Kept, str] = {
        "account": "As long as the account exists.",
        "history": f"{history_days:,} days.",
        "caller": "Until the caller is erased.",
    }
    return words[kept]


def _log_in(who: Identity | None) -> Json:
    """The session or token of this very request; sessions are not stored by user."""
    return {
        "token_id": None if who is None else who.token,
        "expires_at": None if who is None else expiry(who.session),
    }


def _state(site: Site, user: User) -> Json | None:
    """What the wallboard's server knows of this person now."""
    row = site.services.board.row(person(user.username))
    if row is None:
        return None
    return {
        "state": row.state.value,
        "telephone": row.telephone,
        "since": _iso(row.since_us or None),
        **({"reason": row.reason} if row.reason else {}),
    }


def elsewhere(*, journal_h: float, session_h: float) -> list[dict[str, str]]:
    """What is kept about a person outside the store, and how long."""
    return [
        {
            "label": "Journal and saved states",
            "text": "Calls, cards, notes, results and your states (available, break,"
            " wrap-up), until they are in the history or the state of now.",
            "kept": f"{journal_h:g} hours.",
        },
        {
            "label": "Log-in",
            "text": "Your browser has a signed cookie with your user name. After a"
            " log-out a random number of the session is stored, without your name.",
            "kept": f"{session_h:g} hours.",
        },
        {
            "label": "Your browser",
            "text": "Settings of the pages and notes that you have not saved.",
            "kept": "Until you delete the browser's data.",
        },
        {
            "label": "Configuration",
            "text": "Your user name in your team, where the centre has teams.",
            "kept": "Until an administrator changes it.",
        },
        {
            "label": "Log files",
            "text": "Your user name and address at log-ins and look-ups.",
            "kept": "As the operators of this service set it.",
        },
        {
            "label": "Requests of the telephone system",
            "text": "The last requests of each line may have your extension."
            " Administrators see them.",
            "kept": "Until newer ones replace them.",
        },
        {
            "label": "Backups",
            "text": "Copies of all of this.",
            "kept": "As the operators of this service set it.",
        },
    ]


def _iso(at_us: int | None) -> str | None:
    return None if at_us is None else iso_from_us(at_us)
