"""How does a change on the switchboard become an event with a stable name?

The event's id is made of what happened, not of when we heard of it: after a gap,
a restart or on a second node the same thing has the same id, and the journal keeps
it once. Only what may happen again and again has its moment in the id.
"""

from __future__ import annotations

import re

from screenpop.domain.call import AgentId, CallEvent, EventType, Scope
from screenpop.intake.normal import Draft, LineContext
from screenpop.intake.streams.live import LiveCall, LiveLeg, Stamp

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
