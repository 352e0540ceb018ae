"""What may a browser ask for, and which record does it become?

Pure checks: a client frame and the sender's pop in, a journal record out. What
cannot be done raises `BadInput`; the browser hears it as an `error` frame.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from screenpop.desk import frames
from screenpop.desk.case import Case, Pop
from screenpop.domain.agent import User
from screenpop.domain.call import AgentId
from screenpop.domain.decision import (
    CHOOSE,
    CONTACT,
    UNCHOOSE,
    attached,
    taken_back,
)
from screenpop.domain.directory import principal
from screenpop.domain.errors import BadInput, Forbidden
from screenpop.domain.offer import MARK, encode_offers, offered_by, offers_of
from screenpop.domain.popped import SEEN, SEEN_HOW
from screenpop.domain.profile import Candidate
from screenpop.domain.recall import PROMISE_DAYS_MAX, RECALL, Doing
from screenpop.journal.records import ActionRecord

CONTACT_CHARS_MAX = 200
_ID = re.compile(r"^[A-Za-z0-9_.:\-]{1,80}$")

Command = (
    frames.Choose
    | frames.Note
    | frames.NoteForNext
    | frames.CallBackAt
    | frames.Disposition
    | frames.MarkOffers
    | frames.FacetsSeen
    | frames.SetAgentState
)
DAY_US = 86_400_000_000
OFFERS_MAX = 20  # in one frame; a card has six


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRules:
    dispositions: Collection[str] = ()
    note_required: Collection[str] = ()
    break_reasons: Collection[str] = ()
    note_chars_max: int = 4000


def record_of(
    command: Command,
    user: User,
    pop: Pop | None,
    case: Case | None,
    rules: CommandRules,
    now_us: int,
    found: Candidate | None = None,
) -> ActionRecord:
    """The record that carries the command out. Raises `BadInput`.

    `found` is the customer whom a search found, for `choose`.
    """
    if isinstance(command, frames.SetAgentState):
        return state_record(command, user, now_us, rules.break_reasons)
    if pop is None or case is None:
        raise Forbidden(
            f"call {command.call_id!r} is not on your desk",
            code="not_your_call",
            remedy="Only calls that rang at you can be changed; reload the page.",
        )
    match command:
        case frames.Choose():
            action, data = _choice(command, case, found)
        case frames.Note():
            action, data = "note", {"text": _text(command, rules)}
        case frames.NoteForNext():
            action, data = "handover", {"text": _for_next(command, pop, case, rules)}
        case frames.CallBackAt():
            action, data = RECALL, _promise(command, pop, case, now_us)
        case frames.Disposition():
            action, data = "disposition", {"code": _code(command, pop, rules)}
        case frames.MarkOffers():
            action, data = MARK, _marks(command, case)
        case frames.FacetsSeen():
            action, data = SEEN, _seen(command, pop, case)
    once = f"{SEEN}/{user.username}/{pop.key[0]}/{pop.key[1]}/{pop.opened}"
    return ActionRecord(
        action=action,
        action_id=once if action == SEEN else action_id(user, command.id),
        at_us=now_us,
        user=user.username,
        agent=pop.leg.agent,
        line=pop.key[0],
        call_id=pop.key[1],
        occurrence=pop.key[2],
        data=data,
    )


def receipt_of(
    ack: frames.Ack, user: User, pop: Pop, ring_to_pop_ms: float, now_us: int
) -> ActionRecord:
    """The delivery receipt of an opened card; one for each person and opening."""
    return ActionRecord(
        action="receipt",
        action_id=f"receipt/{user.username}/{pop.key[0]}/{pop.key[1]}/{pop.opened}",
        at_us=now_us,
        user=user.username,
        agent=pop.leg.agent,
        line=pop.key[0],
        call_id=pop.key[1],
        occurrence=pop.key[2],
        data={
            "ring_to_pop_ms": f"{ring_to_pop_ms:.3f}",
            "painted_ms": "" if ack.painted_ms is None else f"{ack.painted_ms:.1f}",
            "offset": str(ack.offset),
        },
    )


def action_id(user: User, frame_id: str | None) -> str:
    """A frame sent again after a lost connection carries the same id: no effect."""
    if frame_id is None:
        return uuid.uuid4().hex
    if not _ID.match(frame_id):
        raise BadInput(
            "id: must be 1 to 80 of A-Z a-z 0-9 _ . : -",
            code="bad_id",
            remedy="Use a UUID.",
        )
    return f"{user.username}/{frame_id}"


def state_record(
    command: frames.SetAgentState,
    user: User,
    now_us: int,
    break_reasons: Collection[str] = (),
) -> ActionRecord:
    agent = principal(user)
    if agent is None:
        raise Forbidden(
            "you have no telephone: no agent id belongs to your log-in",
            code="no_agent",
            remedy="An admin sets it: screenpop users set NAME --agent ID.",
        )
    data: dict[str, str] = {"state": command.state}
    if command.reason is not None:
        data["reason"] = _break_reason(command, command.reason, break_reasons)
    return ActionRecord(
        action="agent_state",
        action_id=action_id(user, command.id),
        at_us=now_us,
        user=user.username,
        agent=AgentId(agent),
        data=data,
    )


def _break_reason(
    command: frames.SetAgentState, reason: str, known: Collection[str]
) -> str:
    if command.state != "break":
        raise BadInput(
            f"reason: only a break has one, not the state {command.state!r}",
            code="bad_reason",
            remedy="Send it with the state `break`.",
        )
    if reason not in known:
        raise BadInput(
            f"reason: {reason[:40]!r} is not configured",
            code="bad_reason",
            remedy=f"Use one of {', '.join(known) or '(none)'}.",
        )
    return reason


def _choice(
    command: frames.Choose, case: Case, found: Candidate | None
) -> tuple[str, dict[str, str]]:
    if command.undo:
        if not case.decisions:
            raise BadInput(
                "choose: no agent said who it is, there is nothing to undo",
                code="nothing_to_undo",
                remedy="Choose a candidate, or search for the customer.",
            )
        return UNCHOOSE, taken_back(case.decisions[-1])
    number = case.parties.ani.number or ""
    remember = "yes" if command.remember and number else "no"
    if command.contact is not None:
        return CONTACT, _contact(command.contact) | {
            "number": number,
            "remember": remember,
        }
    refs = {(c.ref.source, c.ref.key): c for c in case.candidates}
    chosen = refs.get((command.source or "", command.key or ""))
    if chosen is None and found is None:
        raise BadInput(
            "choose: not one of the candidates of this call, and not found any more",
            code="unknown_candidate",
            remedy="Send source and key as a candidate of the card or of `found` has"
            " them, with `found_by`.",
        )
    more = {} if chosen is not None or found is None else attached(found)
    customer = chosen or found
    assert customer is not None
    return CHOOSE, {
        "source": customer.ref.source,
        "key": customer.ref.key,
        "name": customer.name,
        "number": number,
        "remember": remember,
        **more,
    }


def _contact(contact: frames.NewContact) -> dict[str, str]:
    name = contact.name.strip()
    if not name:
        raise BadInput(
            "contact.name: must not be empty",
            code="bad_contact",
            remedy="Type the caller's name.",
        )
    for part in (name, contact.company, contact.account):
        if len(part) > CONTACT_CHARS_MAX:
            raise BadInput(
                f"contact: {len(part)} characters are too many,"
                f" at most {CONTACT_CHARS_MAX}",
                code="bad_contact",
                remedy="Shorten it.",
            )
    return {
        "key": uuid.uuid4().hex,
        "name": name,
        "company": contact.company.strip(),
        "account": contact.account.strip(),
    }


def _marks(command: frames.MarkOffers, case: Case) -> dict[str, str]:
    """The mark, and the offers that get it, each with the kind of its reason."""
    if not 0 < len(command.offers) <= OFFERS_MAX:
        raise BadInput(
            f"offers: one to {OFFERS_MAX} can be marked at once,"
            f" not {len(command.offers)}",
            code="bad_offers",
            remedy="Send the offers of one card.",
        )
    on_card = [*offers_of(case.answers), *offered_by(case.profile)]
    known = {(offer.facet, offer.item): offer for offer in on_card}
    marked = [
        offer
        for named in command.offers
        if (offer := known.get((named.facet, named.item))) is not None
    ]
    if len(marked) < len(command.offers):
        raise BadInput(
            "offers: not all of them are on the card of this call",
            code="unknown_offer",
            remedy="Send a row's facet and `sku` as `item`, or `policy` and a rule.",
        )
    return {"mark": command.mark, "offers": encode_offers(marked)}


def _seen(command: frames.FacetsSeen, pop: Pop, case: Case) -> dict[str, str]:
    """Names of facets, separated by spaces."""
    if not pop.leg.talked:
        raise BadInput(
            "seen: you have not talked in this call",
            code="not_answered",
            remedy="Send it of cards whose call you answered.",
        )
    on_card = set() if case.profile is None else set(case.profile.facets)
    data: dict[str, str] = {}
    for name in SEEN_HOW:
        facets = set(getattr(command, name))
        if not facets <= on_card:
            raise BadInput(
                f"seen: {min(facets - on_card)[:40]!r} is not a facet of this card",
                code="bad_facets",
                remedy="Send names of facets as the card has them.",
            )
        data[name] = " ".join(sorted(facets))
    return data


def _for_next(
    command: frames.NoteForNext, pop: Pop, case: Case, rules: CommandRules
) -> str:
    """Refused where no next agent would see it."""
    if not pop.leg.talked:
        raise BadInput(
            "handover: you have not talked in this call",
            code="not_answered",
            remedy="Answer the call first.",
        )
    if case.call.ended_us is not None:
        raise BadInput(
            "handover: the call is over, no agent gets it next",
            code="call_is_over",
            remedy="Write it into the note of the call.",
        )
    return _text(command, rules)


def _promise(
    command: frames.CallBackAt, pop: Pop, case: Case, now_us: int
) -> dict[str, str]:
    """For when a call back is promised; 0 takes it back."""
    ani = case.parties.ani
    if not pop.leg.talked:
        raise BadInput(
            "call_back: you have not talked in this call",
            code="not_answered",
            remedy="Answer the call first.",
        )
    if case.about is not None or not ani.number or not ani.may_look_up:
        raise BadInput(
            "call_back: this call has no number of a customer to call back",
            code="no_number",
            remedy="Write number and time into the note.",
        )
    if not command.at:
        return {"do": Doing.PROMISE.value, "until_us": "0"}
    due_us = _time_us(command.at)
    if due_us is None or not now_us < due_us <= now_us + PROMISE_DAYS_MAX * DAY_US:
        raise BadInput(
            f"call_back: {command.at[:40]!r} is not a time in the next"
            f" {PROMISE_DAYS_MAX} days",
            code="bad_time",
            remedy="Send an RFC 3339 time, e.g. 2026-12-01T10:00:00Z.",
        )
    return {"do": Doing.PROMISE.value, "until_us": str(due_us)}


def _time_us(text: str) -> int | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if at.tzinfo is None else round(at.timestamp() * 1_000_000)


def _text(command: frames.Note | frames.NoteForNext, rules: CommandRules) -> str:
    if len(command.text) > rules.note_chars_max:
        raise BadInput(
            f"note: {len(command.text)} characters are too many,"
            f" at most {rules.note_chars_max}",
            code="note_too_long",
            remedy="Shorten it; what was saved before is kept.",
        )
    return command.text


def _code(command: frames.Disposition, pop: Pop, rules: CommandRules) -> str:
    """The code that is recorded; the empty one clears what was chosen before."""
    if not command.code:
        return ""
    if command.code not in rules.dispositions:
        raise BadInput(
            f"disposition: {command.code[:40]!r} is not configured",
            code="unknown_disposition",
            remedy=f"Use one of {', '.join(rules.dispositions) or '(none)'}.",
        )
    if command.code in rules.note_required and not pop.note.text.strip():
        raise BadInput(
            f"disposition {command.code!r} needs a note",
            code="note_required",
            remedy="Write the note first.",
        )
    return command.code
