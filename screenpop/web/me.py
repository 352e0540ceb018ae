"""What does each person see of themselves? Never of anybody else, whatever their role.

`GET /v1/me/data` is everything that is stored about who asks, with how long it stays.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from screenpop.domain.agent import User
from screenpop.domain.profile import Json
from screenpop.history.own_records import OwnRecords, RecordsFound
from screenpop.history.own_sections import Kept, RecordsAsked
from screenpop.support.clock import iso_from_us
from screenpop.wallboard.agents import person
from screenpop.web.asked import bounds_asked
from screenpop.web.auth import Identity
from screenpop.web.body import whole_number
from screenpop.web.site import Site, Visit, answered

DATA_PER_MINUTE = 20
ROWS, ROWS_MIN, ROWS_MAX = 200, 100, 2_000  # of a section in one answer

NOT_STORED = (
    "When you logged in and out, your breaks and wrap-up: only the state of now is"
    " kept, and for some hours the journal.",
    "Scores, rankings, moods or reasons of breaks.",
    "Recordings, pictures of your screen, or what you typed before you saved it.",
)


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
            "elsewhere": _elsewhere(site, records),
            "not_stored": NOT_STORED,
        }
    )


def _section(found: RecordsFound, records: OwnRecords) -> Json:
    section = found.section
    return {
        "name": section.name,
        "label": section.label,
        "text": section.text,
        "kept": _kept(section.kept, records),
        "rows": found.rows,
        "next_to": _iso(found.next_us),
    }


def _kept(kept: Kept, records: OwnRecords) -> str:
    words: dict[Kept, str] = {
        "account": "As long as the account exists.",
        "history": f"{records.history_days:,} days.",
        "caller": "Until the caller is erased.",
    }
    return words[kept]


def _log_in(who: Identity | None) -> Json:
    """The session or token of this very request; sessions are not stored by user."""
    session = None if who is None else who.session
    return {
        "token_id": None if who is None else who.token,
        "expires_at": None
        if session is None
        else iso_from_us(session.expires_s * 1_000_000),
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
    }


def _elsewhere(site: Site, records: OwnRecords) -> list[dict[str, Any]]:
    """What is kept about a person outside the store, and how long."""
    hours = f"{records.journal_h:g} hours."
    session_h = site.services.security.session_h
    return [
        {
            "label": "Journal and saved states",
            "text": "Calls, cards, notes, results and your states (available, break,"
            " wrap-up), until they are in the history or the state of now.",
            "kept": hours,
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
