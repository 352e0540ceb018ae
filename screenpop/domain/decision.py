"""Whom did an agent take a call's caller for, and what is left after an undo?

An action `choose` or `contact` adds a decision to its call, `unchoose` takes one back.
The newest one counts. All nodes fold them from the journal, so that a run of lookups
begins with it, wherever and whenever it begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from screenpop.domain.profile import (
    CHOSEN_BEFORE,
    CHOSEN_BY_AN_AGENT,
    CONTACTS_SOURCE,
    Candidate,
    CandidateRef,
    Row,
)

CHOOSE, CONTACT, UNCHOOSE = "choose", "contact", "unchoose"
CHOICES = (CHOOSE, CONTACT, UNCHOOSE)
NAMED_BY_AGENT = 0.9
NAMED_BY_AN_AGENT = "named by an agent"
DECISIONS_MAX = 20  # of one call; older ones cannot be undone
FIELDS_MAX = 40
FIELD_CHARS_MAX = 300


class Decision(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Whom an agent chose or named, and when; `number` where it is remembered."""

    candidate: Candidate
    at_us: int
    number: str = ""


def decided(
    before: Sequence[Decision], action: str, data: Mapping[str, str], at_us: int
) -> list[Decision]:
    """The decisions of a call after one more action.

    `unchoose` names the decision that it takes back: a second one changes nothing.
    """
    if action == UNCHOOSE:
        taken = data.get("of_us"), data.get("source"), data.get("key")
        return [x for x in before if _name(x) != taken]
    remembered = data.get("number", "") if data.get("remember") == "yes" else ""
    decision = Decision(chosen_candidate(action, data), at_us, remembered)
    return [*before, decision][-DECISIONS_MAX:]


def taken_back(decision: Decision) -> dict[str, str]:
    """The data of the action that takes it back."""
    of_us, source, key = _name(decision)
    return {"of_us": of_us, "source": source, "key": key, "number": decision.number}


def _name(decision: Decision) -> tuple[str, str, str]:
    ref = decision.candidate.ref
    return str(decision.at_us), ref.source, ref.key


def attached(candidate: Candidate) -> dict[str, str]:
    """What an action keeps of a customer whom a search found, as flat text.

    Of the columns those that fit: lookups may ask with them.
    """
    fields = {
        name: value
        for name, value in list(candidate.fields.items())[:FIELDS_MAX]
        if not isinstance(value, str) or len(value) <= FIELD_CHARS_MAX
    }
    return {
        "company": candidate.company or "",
        "fields": msgspec.json.encode(fields).decode(),
    }


def chosen_candidate(action: str, data: Mapping[str, str]) -> Candidate:
    """The candidate that a `choose` or `contact` action names."""
    if action == CONTACT:
        fields: Row = {
            name: data[name]
            for name in ("name", "company", "account")
            if data.get(name)
        }
        return Candidate(
            ref=CandidateRef(source=CONTACTS_SOURCE, key=data["key"]),
            name=data["name"],
            company=data.get("company") or None,
            confidence=NAMED_BY_AGENT,
            why=NAMED_BY_AN_AGENT,
            fields=fields,
        )
    return Candidate(
        ref=CandidateRef(source=data["source"], key=data["key"]),
        name=data.get("name") or data["key"],
        company=data.get("company") or None,
        confidence=CHOSEN_BEFORE,
        why=CHOSEN_BY_AN_AGENT,
        fields=_FIELDS.decode(data.get("fields") or "{}"),
    )


_FIELDS: msgspec.json.Decoder[Row] = msgspec.json.Decoder(Row)
