"""How does the API show past calls, and add to it?

`GET /v1/calls` and its kin: rows of the store as JSON. Notes and dispositions go
through the journal like those of the desk, so that both are one story.
"""

from __future__ import annotations

import base64
import uuid
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict
from typing import TypeVar

import msgspec

from screenpop.domain.agent import (
    GROUPS_ONLY,
    AgentPrivacy,
    Only,
    User,
    may_read_call,
    may_read_note,
    role_of,
)
from screenpop.domain.call import AgentId, CallKey, NamedCall
from screenpop.domain.errors import BadInput, NotFound
from screenpop.domain.profile import Json, Row
from screenpop.history.calls import (
    AnswerShown,
    Calls,
    DispositionChosen,
    EventOfCall,
    NoteWritten,
    PagePlace,
    PastCall,
    PastLeg,
    PastVisit,
    ReceiptOfCall,
    WholeCall,
)
from screenpop.history.earlier import EarlierCall
from screenpop.journal.records import ActionRecord
from screenpop.support.clock import Clock, iso_from_us
from screenpop.support.numbering import describe

W = TypeVar("W", NoteWritten, DispositionChosen)
Append = Callable[[ActionRecord], Awaitable[int]]
NameOf = Callable[[str | None, AgentId | None], str | None]
"""Whom to name for a leg, from who was there then and which telephone it was."""


class HistoryCalls:
    """Calls as the web asks for them; `only` limits whose may be read.

    `domain.agent` decides which calls and which notes.
    """

    def __init__(
        self,
        calls: Calls,
        append: Append,
        clock: Clock,
        *,
        lines: tuple[str, ...],
        dispositions: Mapping[str, bool],
        name_of: NameOf,
        privacy: AgentPrivacy = GROUPS_ONLY,
        recent: RecentNotes | None = None,
        queue_labels: Mapping[str, str] | None = None,
        home_country: str | None = None,
    ):
        self._calls = calls
        self._append = append
        self._clock = clock
        self._lines = lines
        self._dispositions = dispositions
        self._name_of = name_of
        self._privacy = privacy
        self._recent = RecentNotes() if recent is None else recent
        self._queue_labels = queue_labels or {}
        self._home = home_country

    async def recent(self, only: Only, before: str | None, limit: int) -> Json:
        place = None if before is None else place_in(before)
        found = await self._calls.recent(only, place, limit)
        full = len(found) == limit
        return {
            "calls": [self._listed(call, only) for call in found],
            "before": cursor_of(found[-1].place) if full else None,
        }

    async def get(self, name: NamedCall, only: Only) -> Json:
        call = await self._one(name, only)
        whole = await self._calls.get(*call.key)
        if whole is None:
            raise _not_found(name.call_id)
        return self._whole(whole, only)

    async def add_note(
        self, name: NamedCall, only: Only, user: User, text: str
    ) -> Json:
        call = await self._one(name, only)
        return await self._act(call, user, "note", {"text": text})

    async def set_disposition(
        self, name: NamedCall, only: Only, user: User, code: str
    ) -> Json:
        if code not in self._dispositions:
            raise BadInput(
                f"the disposition {code!r} is not configured.",
                code="unknown_disposition",
                remedy=f"Use one of: {', '.join(self._dispositions) or 'none'}.",
            )
        call = await self._one(name, only)
        if self._dispositions[code] and not self._note_of(call, user).strip():
            raise BadInput(
                f"the disposition {code!r} needs a note, you wrote none to this call.",
                code="note_required",
                remedy="Write the note first.",
            )
        return await self._act(call, user, "disposition", {"code": code})

    def _note_of(self, call: PastCall, user: User) -> str:
        """The user's own note as it stands, archived or not yet."""
        text = self._recent.text(user.username, call.key)
        if text is not None:
            return text
        mine = [note.text for note in call.notes if note.username == user.username]
        return mine[-1] if mine else ""

    async def _act(
        self, call: PastCall, user: User, action: str, data: dict[str, str]
    ) -> Json:
        mine = [leg.agent for leg in call.legs if leg.username == user.username]
        at_us = self._clock.now_us()
        record = ActionRecord(
            action=action,
            action_id=uuid.uuid4().hex,
            at_us=at_us,
            user=user.username,
            agent=mine[0] if mine else None,
            line=call.line,
            call_id=call.call_id,
            occurrence=call.occurrence,
            data=data,
        )
        offset = await self._append(record)
        if action == "note":
            self._recent.take(offset, record)
        return {**_named(call), "at": iso_from_us(at_us), **data}

    async def _one(self, name: NamedCall, only: Only) -> PastCall:
        """The newest call of that name that may be seen."""
        found = await self._calls.find(name.call_id, self._lines)
        seen = [
            call
            for call in found
            if name.fits(call.key) and may_read_call(only, call.people)
        ]
        if not seen:
            raise _not_found(name.call_id)
        return max(seen, key=lambda call: (call.occurrence, call.arrived_us))

    def _listed(self, call: PastCall, only: Only) -> Json:
        notes = _readable(call.notes, call, only)
        codes = _readable(call.dispositions, call, only)
        return {
            **_named(call),
            "direction": call.direction,
            "arrived_at": iso_from_us(call.arrived_us),
            "answered_at": _iso(call.answered_us),
            "ended_at": _iso(call.ended_us),
            "caller": shown_caller(call, self._home),
            "name": call.customer_name or call.caller_name,
            "queue": call.queue,
            "queue_label": self._queue_labels.get(call.queue or ""),
            "dialled": call.dialled,
            "phase": call.phase,
            "outcome": call.outcome,
            "talk_s": talk_s(call.answered_us, call.ended_us),
            "agents": self._talked(call, only),
            "note": _own_or_last(notes, only).text if notes else "",
            "disposition": _own_or_last(codes, only).code if codes else None,
        }

    def _may_name(self, only: Only, username: str | None) -> bool:
        """Oneself always; others where the role of who asks may see them."""
        return only == username is not None or self._privacy.names_past(role_of(only))

    def _talked(self, call: PastCall, only: Only) -> list[str | None]:
        """Who really talked, each once, as far as they may be named."""
        talked = [
            leg
            for leg in call.legs
            if leg.answered_us and self._may_name(only, leg.username)
        ]
        names = (self._name_of(leg.username, leg.agent) for leg in talked)
        return list(dict.fromkeys(names))

    def _whole(self, whole: WholeCall, only: Only) -> Json:
        call = whole.call
        mine = {leg.agent for leg in call.legs if only in (None, leg.username)}
        named = only is not None or self._may_name(only, None)  # one's own otherwise
        return {
            **self._listed(call, only),
            "attributes": dict(call.attributes),
            "customer": None
            if call.customer is None
            else {"source": call.customer.source, "key": call.customer.key},
            "legs": [self._leg(leg, only) for leg in call.legs],
            "queues": [_visit(visit) for visit in whole.visits],
            "events": [_event(event) for event in whole.events],
            "shown": [
                _shown(x, named) for x in whole.shown if only is None or x.agent in mine
            ],
            "receipts": [
                _receipt(x, named) for x in whole.receipts if only in (None, x.username)
            ],
            "notes": self._notes(call.notes, call, only),
            "results": self._results(call, only),
            "handovers": self._notes(whole.handovers, call, only),
        }

    def _notes(
        self, notes: Iterable[NoteWritten], call: PastCall, only: Only
    ) -> list[Json]:
        return [
            {
                **self._author(x, only),
                "text": x.text,
                "at": _iso(x.at_us),
            }
            for x in _readable(notes, call, only)
        ]

    def _results(self, call: PastCall, only: Only) -> list[Json]:
        return [
            {**self._author(x, only), "code": x.code, "at": _iso(x.at_us)}
            for x in _readable(call.dispositions, call, only)
        ]

    def _author(self, written: NoteWritten | DispositionChosen, only: Only) -> Json:
        if not self._may_name(only, written.username):
            return {"user": None, "name": None}
        name = self._name_of(written.username, written.agent)
        return {"user": written.username, "name": name}

    def _leg(self, leg: PastLeg, only: Only) -> Json:
        named = self._may_name(only, leg.username)
        return {
            "agent": leg.agent if named else None,
            "user": leg.username if named else None,
            "name": self._name_of(leg.username, leg.agent) if named else None,
            "state": leg.state,
            "alerting_at": _iso(leg.alerting_us),
            "answered_at": _iso(leg.answered_us),
            "released_at": _iso(leg.released_us),
            "release": leg.release,
        }


def _named(call: PastCall) -> Json:
    return {
        "call_id": call.call_id,
        "line": call.line,
        "occurrence": call.occurrence,
    }


def _visit(visit: PastVisit) -> Json:
    return {
        "queue": visit.queue,
        "entered_at": _iso(visit.entered_us),
        "left_at": _iso(visit.left_us),
        "left": visit.left,
    }


def _event(event: EventOfCall) -> Json:
    return {
        "type": event.type,
        "at": _iso(event.at_us),
        "received_at": _iso(event.received_us),
    }


def _shown(answer: AnswerShown, named: bool) -> Json:
    return {
        "agent": answer.agent if named else None,
        "lookup": answer.lookup,
        "source": answer.source,
        "facet": answer.facet,
        "state": answer.state,
        "at": _iso(answer.at_us),
        "ms": answer.ms,
    }


def _receipt(receipt: ReceiptOfCall, named: bool) -> Json:
    return {
        "user": receipt.username if named else None,
        "agent": receipt.agent if named else None,
        "at": _iso(receipt.at_us),
        "ring_to_pop_ms": receipt.ring_to_pop_ms,
        "painted_ms": receipt.painted_ms,
    }


def earlier_row(call: EarlierCall, name_of: NameOf) -> Row:
    """One row of the `interactions` facet."""
    return {
        "at": iso_from_us(call.arrived_us),
        "direction": call.direction,
        "agent": name_of(call.username, call.agent),
        "queue": call.queue,
        "outcome": call.outcome,
        "disposition": call.disposition,
        "note": _joined_notes(call, name_of),
        "talk_s": talk_s(call.answered_us, call.ended_us),
    }


def _joined_notes(call: EarlierCall, name_of: NameOf) -> str | None:
    """The words of each who wrote, by name where it is not the one who talked first."""
    named = name_of(call.username, call.agent)
    told: list[str] = []
    for note in call.notes:
        author = name_of(note.username, note.agent)
        alone = len(call.notes) == 1 and author == named
        told.append(note.text if alone or not author else f"{author}: {note.text}")
    return " · ".join(told) or None


def talk_s(answered_us: int | None, ended_us: int | None) -> int | None:
    """Seconds from the first answer to the end; None without an answer."""
    if answered_us is None or ended_us is None:
        return None
    return max(0, ended_us - answered_us) // 1_000_000


def _readable(written: Iterable[W], call: PastCall, only: Only) -> list[W]:
    """The notes or results of a call that this person may read."""
    return [x for x in written if may_read_note(only, x.username, call.talked)]


def _own_or_last(written: list[W], only: Only) -> W:
    """In a list of one's own calls stands what one wrote oneself."""
    return next((x for x in written if x.username == only), written[-1])


def shown_caller(call: PastCall, home: str | None) -> Json:
    """The number as people write it in `home`, as on the card."""
    display = describe(call.number, home).text if call.number else call.caller or ""
    return {
        "number": call.number,
        "display": "" if call.withheld else display,
        "withheld": call.withheld,
    }


def _iso(at_us: int | None) -> str | None:
    return None if at_us is None else iso_from_us(at_us)


def _not_found(call_id: str) -> NotFound:
    return NotFound(
        f"no call {call_id[:80]!r} that you may see.",
        code="unknown_call",
        remedy="See GET /v1/calls for those there are.",
    )


def cursor_of(place: PagePlace) -> str:
    """Where a page ends, as clients send it back."""
    return base64.urlsafe_b64encode(msgspec.json.encode(asdict(place))).decode()


def place_in(cursor: str) -> PagePlace:
    """Raises `BadInput` for what `cursor_of` did not make."""
    try:
        place = msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=PagePlace)
        place.arrived_us.to_bytes(8, signed=True)  # as much as a database holds
        if b"\0" in f"{place.line}{place.call_id}".encode():  # nor half a surrogate
            raise ValueError("NUL")
        return place
    except (ValueError, OverflowError, msgspec.MsgspecError) as error:
        raise BadInput(
            "before: is not a valid cursor.",
            code="bad_cursor",
            remedy="Leave it out for the newest calls.",
        ) from error


NOTES_MAX = 5_000  # newest notes; older ones are in the store by then

NoteKey = tuple[str, CallKey | None]
"""(user, call)."""
SavedNote = tuple[NoteKey, tuple[int, str]]
"""Whose note about which call: at which offset, and the text."""


class RecentNotes:
    """The newest text by person and call; entries may be taken twice."""

    def __init__(self, notes_max: int = NOTES_MAX):
        self._notes_max = notes_max
        self._texts: OrderedDict[NoteKey, tuple[int, str]] = OrderedDict()

    def take(self, offset: int, record: ActionRecord) -> None:
        """Take a note in as it stands in the journal."""
        key = (record.user, record.call_key)
        before = self._texts.get(key)
        if before is not None and before[0] >= offset:
            return
        self._texts[key] = (offset, record.data.get("text", ""))
        self._texts.move_to_end(key)
        if len(self._texts) > self._notes_max:
            self._texts.popitem(last=False)

    def rejoin(self, offset: int) -> None:
        """No entry has a greater offset any more; see `Follower.rejoin`."""
        for key, (at, text) in self._texts.items():
            self._texts[key] = (min(at, offset), text)

    def saved(self) -> list[SavedNote]:
        return list(self._texts.items())

    def restore(self, notes: Iterable[SavedNote]) -> None:
        self._texts.update(notes)

    def text(self, user: str, call: CallKey) -> str | None:
        """None: nothing is remembered, the store may know."""
        found = self._texts.get((user, call))
        return None if found is None else found[1]
