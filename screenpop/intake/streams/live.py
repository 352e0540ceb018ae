"""What does a switch hold at this moment, and how does a change become an event?

Plain records of the fold in `switchboard`; nothing here decides anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from screenpop.domain.call import AgentId, CallEvent, EventType, Scope
from screenpop.intake.normal import Draft, LineContext


@dataclass(frozen=True, slots=True)
class Stamp:
    """When something happened: by the switch's clock if it says so, and by ours."""

    received_us: int
    at_us: int | None = None

    @property
    def us(self) -> int:
        return self.received_us if self.at_us is None else self.at_us


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A channel as one event shows it. Empty texts stand for what is not told."""

    uid: str
    name: str
    linked: str = ""  # the uid of the channel that began the call, where it is told
    number: str = ""
    caller_name: str = ""
    dialled: str = ""  # the extension it is at
    up: bool = False
    being_called: bool = False  # made by the switch, towards a device
    presentation: str = ""  # of the number, as Asterisk spells it
    app: str = ""
    app_data: str = ""
    bridge: str = ""
    began_us: int | None = None

    @property
    def hidden(self) -> bool:
        return self.presentation.startswith(("prohib", "unavailable"))


@dataclass(slots=True)
class LiveLeg:
    """One agent's connection to one call, over one or more channels of theirs."""

    agent: AgentId
    id: str  # the uid of its first channel
    channels: set[str] = field(default_factory=set)
    talking: bool = False
    over: bool = False  # its end is told, or told by something greater


@dataclass(slots=True)
class Channel:
    """One party's or device's connection to the switch."""

    shown: Snapshot
    call: LiveCall | None = None
    leg: LiveLeg | None = None
    bridge: str = ""
    queue: str = ""  # waiting in
    since: int = 0  # the number of the event that brought it
    moved: int = 0  # the number of the last event that told of its bridge

    @property
    def uid(self) -> str:
        return self.shown.uid


@dataclass(slots=True)
class LiveCall:
    """One conversation while it goes on."""

    id: str
    began: Stamp
    root: str  # uid of the channel that began it
    direction: str = ""  # empty while an agent has not yet reached anybody
    customer: str = ""  # uid; empty in calls within the house
    originator: AgentId | None = None
    originated: bool = False  # the switch rang the originator's telephone first
    caller: str = ""
    caller_name: str = ""
    dialled: str = ""
    withheld: bool = False
    announced: bool = False
    leaving: bool = False  # the customer is hanging up
    answered: bool = False
    ended: bool = False
    parked: bool = False
    voicemail: bool = False
    queue: str = ""
    joins: dict[str, int] = field(default_factory=dict)
    legs: dict[AgentId, LiveLeg] = field(default_factory=dict)
    channels: set[str] = field(default_factory=set)
    related: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    last_us: int = 0


# -- How does a change on the switchboard become an event with a stable name?
# The event's id is made of what happened, not of when we heard of it: after a gap,
# a restart or on a second node the same thing has the same id, and the journal
# keeps it once. Only what may happen again and again has its moment in the id.

NO_NUMBERS = frozenset({"", "<unknown>", "s", "h", "i", "t"})


_NUMBER = re.compile(r"(?:^|[/:])(\+?\d{3,20})(?=$|[@/;,&])")
DIGITS_ALIKE = 7  # at the end of two spellings of one number


def number_in(dial_string: str) -> str:
    """`+442079460963@trunk` and `trunk/sip:+44…@host` name a number; else empty."""
    found = _NUMBER.search(dial_string[:256])
    return found[1] if found is not None else ""


def same_number(one: str, other: str) -> bool:
    """`02079460963` and `+442079460963`, or the same extension."""
    left, right = ("".join(filter(str.isdigit, text)) for text in (one, other))
    if not left or not right:
        return False
    alike = min(len(left), len(right)) >= DIGITS_ALIKE
    return left == right or (alike and left[-DIGITS_ALIKE:] == right[-DIGITS_ALIKE:])


class Teller:
    """Collects the events of one line, in an order that can be relied upon."""

    def __init__(self, line: LineContext):
        self.line = line
        self._out: list[CallEvent] = []
        self._sequence = 0

    def take(self) -> list[CallEvent]:
        out, self._out = self._out, []
        return out

    def tell(self, call: LiveCall, what: str, draft: Draft, stamp: Stamp) -> None:
        """`what` names the happening within its call."""
        draft.call_id = call.id
        draft.event_id = f"{call.id}/{what}"
        draft.related_call_id = draft.related_call_id or call.related or None
        draft.direction = call.direction or None
        draft.withheld = call.withheld
        draft.caller = _number(call.caller)
        draft.caller_name = _number(call.caller_name)
        draft.dialled = _number(call.dialled)
        draft.queue = draft.queue or call.queue or None
        draft.attributes = dict(call.attributes)
        self._add(draft, stamp, after_us=call.last_us)
        call.last_us = self._out[-1].at_us

    def tell_leg(
        self, call: LiveCall, leg: LiveLeg, what: str, draft: Draft, stamp: Stamp
    ) -> None:
        draft.leg_id = leg.id
        draft.agents = (leg.agent,)
        self.tell(call, f"{leg.id}/{what}", draft, stamp)

    def tell_agent(
        self, agent: AgentId, state: str, reason: str | None, stamp: Stamp
    ) -> None:
        draft = Draft(
            type=EventType.AGENT_STATE,
            agents=(agent,),
            agent_state=state,
            cause=reason,
            event_id=f"agent/{agent}/{state}/{stamp.us}",
        )
        self._add(draft, stamp)

    def tell_lost_leg(self, call: LiveCall, agent: AgentId, stamp: Stamp) -> None:
        """A leg that only the journal still knows is over."""
        draft = Draft(type=EventType.ENDED, scope=Scope.LEG, cause="vanished")
        draft.agents = (agent,)
        self.tell(call, f"{agent}/vanished", draft, stamp)

    def tell_vanished(self, call_id: str, stamp: Stamp) -> None:
        """A call that only the journal still knows is over."""
        draft = Draft(
            type=EventType.ENDED,
            scope=Scope.CALL,
            call_id=call_id,
            event_id=f"{call_id}/ended",
            cause="vanished",
        )
        self._add(draft, stamp)

    def _add(self, draft: Draft, stamp: Stamp, after_us: int = 0) -> None:
        """Within a call time never goes back: the switch told it in this order."""
        self._sequence = max(self._sequence + 1, stamp.received_us)
        draft.sequence = self._sequence
        received_us = stamp.received_us
        if stamp.at_us is None:
            received_us = max(received_us, after_us)
        else:
            draft.at_us = max(stamp.at_us, after_us)
        self._out.append(self.line.event(draft, received_us))


def _number(text: str) -> str | None:
    return None if text in NO_NUMBERS else text
