"""What does a request to our own webhook say, where every key is as documented?

Nearly every request is. One typed decoding then stands for a check of each key;
`generic` reads the others, and has the words for what is wrong with them.
"""

from __future__ import annotations

import re
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta

from screenpop.domain.call import Direction, EventType, Outcome, Scope
from screenpop.intake import times
from screenpop.intake.facts import Facts
from screenpop.intake.normal import (
    AGENTS_MAX,
    ATTRIBUTES_MAX,
    TEXT_CHARS_MAX,
    Draft,
)
from screenpop.intake.request import HowTold
from screenpop.intake.rules import OUTCOMES
from screenpop.intake.times import Moment

AT_CHARS_MAX = 64
SEQUENCE_END = 2**62
OUTCOMES_HERE = OUTCOMES | frozenset(str(each) for each in Outcome)
UTC = ZoneInfo("UTC")

_Text = Annotated[str, Meta(max_length=TEXT_CHARS_MAX)]
_Agent = Annotated[str, Meta(min_length=1, max_length=TEXT_CHARS_MAX)]
_Agents = Annotated[tuple[_Agent, ...], Meta(max_length=AGENTS_MAX)]
_Attributes = Annotated[dict[_Text, _Text], Meta(max_length=ATTRIBUTES_MAX)]


class _Sent(
    msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True,
    rename={"caller": "from", "dialled": "to"},
):  # fmt: skip
    """An event of a call. Those of an agent's state are read by `generic`."""

    type: EventType
    call_id: _Text
    scope: Scope | None = None
    leg_id: _Text | None = None
    related_call_id: _Text | None = None
    direction: Direction | None = None
    caller: _Text | None = None
    dialled: _Text | None = None
    withheld: bool | None = None
    caller_name: _Text | None = None
    agents: _Agents | None = None
    from_agent: _Text | None = None
    target: _Text | None = None
    queue: _Text | None = None
    at: Annotated[str, Meta(max_length=AT_CHARS_MAX)] | None = None
    outcome: _Text | None = None
    cause: _Text | None = None
    sequence: Annotated[int, Meta(ge=0, lt=SEQUENCE_END)] | None = None
    attributes: _Attributes | None = None
    event_id: _Text | None = None


_SENT: msgspec.json.Decoder[_Sent | list[_Sent]] = msgspec.json.Decoder(
    _Sent | list[_Sent]
)


def sound_events(facts: Facts) -> list[tuple[Draft, HowTold]] | None:
    """All events of the body, or None when anything about one of them is to be said."""
    if (facts.charset or "utf-8").lower() != "utf-8":
        return None
    try:
        sent = _SENT.decode(facts.request.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    items = sent if isinstance(sent, list) else [sent]
    if not 0 < len(items) <= facts.events_max:
        return None
    found: list[tuple[Draft, HowTold]] = []
    for index, item in enumerate(items):
        moment = None
        if item.at is not None:
            moment = times.rfc3339(item.at) or moment_of(item.at)
        if (
            item.type is EventType.AGENT_STATE
            or not item.call_id.strip()
            or (moment is None and item.at is not None)
            or (item.outcome is not None and item.outcome not in OUTCOMES_HERE)
        ):
            return None
        told = HowTold(item=index, at_digits=0 if moment is None else moment.digits)
        found.append((_draft(item, moment), told))
    return found


def _draft(sent: _Sent, moment: Moment | None) -> Draft:
    return Draft(
        type=sent.type,
        scope=sent.scope or Scope.CALL,
        call_id=sent.call_id,
        leg_id=sent.leg_id or None,
        related_call_id=sent.related_call_id or None,
        direction=None if sent.direction is None else str(sent.direction),
        caller=sent.caller,
        dialled=sent.dialled,
        withheld=sent.withheld or False,
        caller_name=sent.caller_name or None,
        agents=sent.agents or (),
        from_agent=sent.from_agent or None,
        target=sent.target or None,
        queue=sent.queue or None,
        at_us=None if moment is None else moment.us,
        outcome=sent.outcome,
        cause=sent.cause or None,
        sequence=sent.sequence,
        attributes=sent.attributes or {},
        event_id=sent.event_id or None,
    )


def moment_of(text: str) -> Moment | None:
    """A time that names its offset."""
    if len(text) > AT_CHARS_MAX:
        return None
    has_offset = text[-1:] in ("Z", "z") or re.search("[+-]", text[19:])
    return times.iso(text, UTC) if has_offset else None
