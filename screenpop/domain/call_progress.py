"""Where has the reading of one call's events got to?"""

from __future__ import annotations

import msgspec

from screenpop.domain.call import (
    LIMIT_CAUSES,
    AgentId,
    CallEvent,
    CallId,
    Direction,
    LegState,
    Outcome,
    QueueVisit,
)
from screenpop.domain.leg_reading import Leg
from screenpop.domain.ringing_visits import RingingVisits


class Reading(msgspec.Struct, gc=False):
    """Where the reading of the events in order has got to."""

    legs: dict[AgentId, Leg] = {}
    former: list[Leg] = []  # of people who were at an agent's telephone before
    visits: list[QueueVisit] = []
    ringing: RingingVisits = msgspec.field(default_factory=RingingVisits)
    talked_at_end: dict[AgentId, LegState] = {}  # when an end was made by a limit
    arrived_us: int = 0
    last_us: int = 0
    queued_us: int | None = None
    first_alerting_us: int | None = None
    answered_us: int | None = None
    last_answer_us: int | None = None
    last_answer_sequence: int | None = None
    handed_on: bool = False  # since the last answer: another phone may ring at once
    guessed: bool = False  # the only answer named no agent: the one that rang has it
    parked_us: int | None = None
    ended: CallEvent | None = None
    direction: Direction | None = None
    caller: str | None = None
    withheld: bool = False
    caller_name: str | None = None
    dialled: str | None = None
    queue: str | None = None
    voicemail: bool = False
    callback: bool = False
    stated: Outcome | None = None
    related: tuple[CallId, ...] = ()
    attributes: dict[str, str] = {}

    @property
    def ended_for_good(self) -> bool:
        return self.ended is not None and self.ended.cause not in LIMIT_CAUSES
