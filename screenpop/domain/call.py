"""What did the telephone system say, and what is a call?

`CallEvent` is what a line reports; `Call` is what `call_fold` makes of all events of
one call. Times are whole microseconds since 1970-01-01 UTC, named `*_us`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Literal, NewType

import msgspec

CallId = NewType("CallId", str)
LegId = NewType("LegId", str)
LineId = NewType("LineId", str)
AgentId = NewType("AgentId", str)
"""An agent as the telephone system names them: extension, id, e-mail, SIP user."""
UserId = NewType("UserId", str)
"""A person who may log in, by user name."""


class EventType(StrEnum):
    ARRIVED = "arrived"
    QUEUED = "queued"
    ALERTING = "alerting"
    ANSWERED = "answered"
    HELD = "held"
    RESUMED = "resumed"
    PARKED = "parked"  # the caller waits, at no agent, for someone to retrieve them
    RETRIEVED = "retrieved"
    TRANSFERRED = "transferred"
    ENDED = "ended"
    AGENT_STATE = "agent_state"


class Scope(StrEnum):
    """Does an event speak of the whole call or of one party's connection to it?"""

    CALL = "call"
    LEG = "leg"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class Outcome(StrEnum):
    """How a call went, decided by the fold, never by a provider's word alone."""

    COMPLETED = "completed"  # an agent talked with the caller
    ABANDONED = "abandoned"  # the caller left a queue before an answer
    MISSED = "missed"  # rang, was not queued, not answered
    VOICEMAIL = "voicemail"
    CALLBACK = "callback"  # the caller asked to be called back instead of waiting
    REJECTED = "rejected"
    FAILED = "failed"


NO_ATTRIBUTES: Mapping[str, str] = {}

CONTENT_ID = "h-"
"""How the id of an event begins that was made of its content."""
NO_OPEN_LEG = "no_open_leg"
TIME_LIMIT = "time_limit"
CLEARED = "cleared"
LIMIT_CAUSES = frozenset({NO_OPEN_LEG, TIME_LIMIT, CLEARED})
"""Causes of ends that were made here because none was reported."""

EXTENSION_DIGITS_MAX = 6


def is_extension(text: str) -> bool:
    """Is this the number of a colleague or a queue rather than of a customer?"""
    return text.isdigit() and len(text) <= EXTENSION_DIGITS_MAX


CallName = tuple[LineId, CallId]
"""What a telephone system calls a call; it may use the name again."""
CallKey = tuple[LineId, CallId, int]
"""A call: its line, its id there, and the occurrence of that id."""


class NamedCall(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A call as a person names it; without a line or occurrence the newest is meant."""

    call_id: str
    line: str | None = None
    occurrence: int | None = None

    def fits(self, key: CallKey) -> bool:
        line, call_id, occurrence = key
        return (
            call_id == self.call_id
            and self.line in (None, line)
            and self.occurrence in (None, occurrence)
        )


class CallEvent(
    msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True
):
    """One thing a line reported, in our words.

    `people` says who was at each of `agents` when the event was taken in. The node
    that took it writes it, so that a replay gives the same people whoever moved to
    another extension since; None in entries from before it was written.

    `(line, event_id)` names the event: a repeated delivery has the same pair.
    `at_us` is the provider's time where it gives one (`at_given`), else the time
    of receipt. `caller` is E.164, an extension, or the text as sent; None when
    the payload does not say. `withheld` means that the caller hid the number
    though the payload may hold it: then `caller` is None.
    """

    type: EventType
    line: LineId
    call_id: CallId
    event_id: str
    at_us: int
    received_us: int
    at_given: bool = True
    scope: Scope = Scope.CALL
    leg_id: LegId | None = None
    related_call_id: CallId | None = None
    direction: Direction | None = None
    caller: str | None = None
    withheld: bool = False
    caller_name: str | None = None
    dialled: str | None = None
    agents: tuple[AgentId, ...] = ()
    from_agent: AgentId | None = None
    target: str | None = None
    queue: str | None = None
    outcome: str | None = (
        None  # "unanswered", "voicemail", "callback" as the provider says it
    )
    cause: str | None = None  # the provider's own word
    sequence: int | None = None
    agent_state: str | None = None  # for AGENT_STATE: an AgentState value
    attributes: Mapping[str, str] = {}
    people: Mapping[AgentId, tuple[UserId, ...]] | None = None
    occurrence: int = 0  # of the call id; `occurrences` decides, the journal keeps it
    clock_us: int = 0  # what was added to the line's own time
    late: bool = False  # too old to ring
    reported_as: CallName | None = None
    """Line and call id as reported, where another line reports the same call."""
    node: str | None = None  # that took it, where several nodes share a journal
    seen: int | None = None  # the newest journal offset that this node had read then


class LegState(StrEnum):
    """One agent's connection to the call."""

    ALERTING = "alerting"
    ANSWERED = "answered"
    HELD = "held"
    RELEASED = "released"


class Release(StrEnum):
    """Why an agent's leg is over; the card's farewell depends on it."""

    ENDED = "ended"  # the call is over
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    UNANSWERED = "unanswered"  # stopped ringing at this agent
    TRANSFERRED = "transferred"
    LEFT = "left"  # this agent hung up, the call went on
    TIME_LIMIT = "time_limit"  # no end ever came
    CLEARED = "cleared"  # a person said that the call is over


class AgentLeg(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`people` were at the agent's telephone then; None when no event says who."""

    agent: AgentId
    state: LegState
    alerting_us: int | None = None  # first ring at this agent (latest attempt)
    answered_us: int | None = None
    released_us: int | None = None
    release: Release | None = None
    attempt: int = 1  # how many times the call rang at this agent
    held_us: int | None = None  # since when the caller is on hold
    people: tuple[UserId, ...] | None = None
    hold_us: int = 0  # on hold in all, as far as it is over

    @property
    def open(self) -> bool:
        return self.state is not LegState.RELEASED

    @property
    def talked(self) -> bool:
        return self.answered_us is not None


class Phase(StrEnum):
    ARRIVED = "arrived"
    QUEUED = "queued"
    ALERTING = "alerting"
    ANSWERED = "answered"
    ENDED = "ended"


Left = Literal["answered", "abandoned", "moved", "diverted", "callback"]


class QueueVisit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One stay in one queue: each counts as offered once, and leaves once.

    `left` is None while the caller waits; a visit that ends by an agent's answer
    is `answered`, by the caller's leaving `abandoned`, by another queue or a
    transfer `moved`, by an announcement or mailbox `diverted`, by the caller's wish
    to be called back `callback`. `inferred`: no `queued` said it, the call rang there.
    """

    queue: str
    entered_us: int
    left_us: int | None = None
    left: Left | None = None
    inferred: bool = False


class Call(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One conversation from first event to last, as all its events describe it."""

    line: LineId
    call_id: CallId
    occurrence: int = 0
    phase: Phase
    direction: Direction
    caller: str | None  # raw, as the events gave it
    withheld: bool
    caller_name: str | None
    dialled: str | None
    queue: str | None
    arrived_us: int
    last_event_us: int = 0
    queued_us: int | None = None
    first_alerting_us: int | None = None
    answered_us: int | None = None  # first answer by an agent
    parked_us: int | None = None  # since when it waits to be retrieved
    ended_us: int | None = None
    outcome: Outcome | None = None
    cause: str | None = None
    legs: tuple[AgentLeg, ...] = ()
    visits: tuple[QueueVisit, ...] = ()
    related_call_ids: tuple[CallId, ...] = ()
    attributes: Mapping[str, str] = {}
    node: str | None = None  # that asks the sources; None: the only one

    if TYPE_CHECKING:

        @property
        def key(self) -> CallKey: ...

    else:  # read some 25 times a call: without a function of Python
        key = property(attrgetter("line", "call_id", "occurrence"))

    @property
    def customer_text(self) -> str | None:
        """The outside party's number as sent: who is called counts when we call."""
        return self.dialled if self.direction is Direction.OUTBOUND else self.caller


_RANK = {
    LegState.RELEASED: 0,
    LegState.ALERTING: 1,
    LegState.HELD: 2,
    LegState.ANSWERED: 3,
}


def most_engaged(legs: Iterable[AgentLeg]) -> AgentLeg:
    """The leg that shows what a person with several does; there must be one."""
    return max(legs, key=_engagement)


def _engagement(leg: AgentLeg) -> tuple[int, bool, int]:
    return (_RANK[leg.state], leg.talked, leg.alerting_us or leg.answered_us or 0)
