"""How does what a payload says become a `CallEvent`?

A dialect fills a `Draft` with texts as sent; `Line.event` reads the numbers,
decides what may be shown, and gives the event its stable identity.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import phonenumbers

from screenpop.domain.call import (
    AgentId,
    CallEvent,
    CallId,
    Direction,
    EventType,
    LegId,
    LineId,
    Scope,
)
from screenpop.domain.phone import Presentation
from screenpop.support.numbering import NumberReading, read_number

TEXT_CHARS_MAX = 512  # of one value: a longer id is refused, a longer name is cut
AGENTS_MAX = 200  # named by one event
ATTRIBUTES_MAX = 64  # of one event
SYNTHETIC_PREFIX = "~"  # of a call id that we had to make up

NO_ATTRIBUTES: Mapping[str, str] = {}

DIRECTIONS = {
    "inbound": Direction.INBOUND,
    "in": Direction.INBOUND,
    "incoming": Direction.INBOUND,
    "terminating": Direction.INBOUND,
    "outbound": Direction.OUTBOUND,
    "out": Direction.OUTBOUND,
    "outgoing": Direction.OUTBOUND,
    "outbound-api": Direction.OUTBOUND,
    "outbound-dial": Direction.OUTBOUND,
    "originating": Direction.OUTBOUND,
    "internal": Direction.INTERNAL,
    "local": Direction.INTERNAL,
}


class Draft(msgspec.Struct, kw_only=True, gc=False):
    """An event as the payload says it: texts, not yet read."""

    type: EventType
    scope: Scope = Scope.CALL
    call_id: str | None = None
    leg_id: str | None = None
    related_call_id: str | None = None
    direction: str | None = None
    caller: str | None = None
    dialled: str | None = None
    withheld: bool = False
    caller_name: str | None = None
    agents: tuple[str, ...] = ()
    from_agent: str | None = None
    target: str | None = None
    queue: str | None = None
    at_us: int | None = None
    outcome: str | None = None
    cause: str | None = None
    sequence: int | None = None
    agent_state: str | None = None
    attributes: Mapping[str, str] = {}
    event_id: str | None = None
    identity: tuple[str, ...] = ()  # further texts that tell this event from others
    start_us: int | None = None  # of the call: its name where it has no id


@dataclass(frozen=True, slots=True, kw_only=True)
class LineContext:
    """What a line's events are read with."""

    line: LineId
    country: str | None
    zone: ZoneInfo
    plus_missing: bool = False

    def event(self, draft: Draft, received_us: int) -> CallEvent:
        caller, dialled = self._numbers(draft)
        withheld = draft.withheld or (
            caller is not None and caller.presentation is Presentation.WITHHELD
        )
        at_us = received_us if draft.at_us is None else draft.at_us
        caller_text = None if withheld or caller is None else caller.text
        dialled_text = None if dialled is None else dialled.text
        call_id = draft.call_id or _made_up_call_id(
            draft, caller_text or dialled_text, at_us
        )
        return CallEvent(
            type=draft.type,
            line=self.line,
            call_id=CallId(call_id),
            event_id=draft.event_id
            or self._identity(draft, call_id, caller_text, dialled_text),
            at_us=at_us,
            received_us=received_us,
            at_given=draft.at_us is not None,
            scope=draft.scope,
            leg_id=LegId(draft.leg_id) if draft.leg_id else None,
            related_call_id=CallId(draft.related_call_id)
            if draft.related_call_id
            else None,
            direction=DIRECTIONS.get(draft.direction.lower())
            if draft.direction
            else None,
            caller=caller_text,
            withheld=withheld,
            caller_name=None if withheld else draft.caller_name,
            dialled=dialled_text,
            agents=tuple(map(AgentId, draft.agents)),
            from_agent=AgentId(draft.from_agent) if draft.from_agent else None,
            target=draft.target,
            queue=draft.queue,
            outcome=draft.outcome,
            cause=draft.cause,
            sequence=draft.sequence,
            agent_state=draft.agent_state,
            attributes=draft.attributes,
        )

    def number(self, text: str, country: str | None = None) -> NumberReading:
        """Read a number as this line's system writes it."""
        return read_number(
            text, country=country or self.country, plus_missing=self.plus_missing
        )

    def _numbers(
        self, draft: Draft
    ) -> tuple[NumberReading | None, NumberReading | None]:
        """The outside party is read by the numbering plan of our own number."""
        caller_text, dialled_text = draft.caller, draft.dialled
        dialled = None if dialled_text is None else self.number(dialled_text)
        home = dialled.country if dialled is not None else None
        caller = None if caller_text is None else self.number(caller_text, home)
        ours = caller.country if caller is not None else None
        if ours and dialled_text and home is None and _outbound(draft):
            dialled = self.number(dialled_text, ours)
        return caller, dialled

    def _identity(
        self, draft: Draft, call_id: str, caller: str | None, dialled: str | None
    ) -> str:
        """The same content of the same line is the same event.

        Not the time of receipt: a delivery that is repeated must not count twice.
        """
        parts = (
            self.line, draft.type, draft.scope, call_id, draft.leg_id,
            draft.related_call_id, draft.direction, caller, dialled, draft.agents,
            draft.from_agent, draft.target, draft.queue, draft.at_us, draft.outcome,
            draft.cause, draft.sequence, draft.agent_state,
            sorted(draft.attributes.items()), draft.identity,
        )  # fmt: skip
        return f"h-{_digest(repr(parts))}"


def unread_caller(event: CallEvent) -> str | None:
    """What is to be said of a caller's text that is no number and no word for none.

    Such a text is shown and never looked up: it may say in a new way that the number
    is withheld.
    """
    text = event.caller
    if text is None or any(map(str.isdigit, text)) or text in event.agents:
        return None
    if event.direction is Direction.INTERNAL:
        return None
    return (
        f"the caller `{text[:40]}` is not a number, nor a known word for a withheld"
        " one; it is shown and not looked up"
    )


def _digest(text: str) -> str:
    return hashlib.blake2b(
        text.encode("utf-8", "surrogatepass"), digest_size=12
    ).hexdigest()


def _outbound(draft: Draft) -> bool:
    direction = DIRECTIONS.get((draft.direction or "").lower())
    return direction is Direction.OUTBOUND


CALL_WINDOW_US = 60_000_000


def _made_up_call_id(draft: Draft, caller: str | None, at_us: int) -> str:
    """A call id for a system that gives none: the number and the start's minute.

    Two callers without a number must never become one call: theirs is the exact time.
    """
    start_us = at_us if draft.start_us is None else draft.start_us
    if caller is not None:
        start_us = (start_us + CALL_WINDOW_US // 2) // CALL_WINDOW_US
    return f"{SYNTHETIC_PREFIX}{_digest(repr((caller, start_us)))}"


# -- Are a line's country and time zone ones that exist?


def check_country(code: str | None, problems: list[str]) -> None:
    if code is not None and code not in phonenumbers.SUPPORTED_REGIONS:
        problems.append(
            f"country: `{code}` is not a valid country code (ISO 3166, e.g. DE)."
        )


def zone_of(name: str, problems: list[str]) -> ZoneInfo:
    """UTC where there is no such zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(
            f"time_zone: `{name}` is not a valid time zone, e.g. Europe/Berlin."
        )
        return ZoneInfo("UTC")
