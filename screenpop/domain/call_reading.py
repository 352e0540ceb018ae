"""What does each event do to a call, when they are read in their order?

`Reading` is where the reading of one call's events has got to: `read` takes the next
event, `view` makes the call of it. The order, and the rules that hold beside it, are
told in `call_fold`.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec.structs import replace

from screenpop.domain.call import (
    AgentId,
    AgentLeg,
    Call,
    CallEvent,
    CallId,
    Direction,
    EventType,
    LegId,
    LegState,
    LineId,
    Outcome,
    Phase,
    QueueVisit,
    Release,
    Scope,
    UserId,
)

NO_OPEN_LEG = "no_open_leg"
TIME_LIMIT = "time_limit"
LIMIT_CAUSES = frozenset({NO_OPEN_LEG, TIME_LIMIT})
LATE_WINDOW_US = 2_000_000

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}


class _Leg(msgspec.Struct, gc=False):
    """One agent while the events are read: which of their devices are engaged?"""

    agent: AgentId
    state: LegState
    devices: set[LegId | None] = set()
    alerting_us: int | None = None
    answered_us: int | None = None
    released_us: int | None = None
    release: Release | None = None
    attempt: int = 1
    people: tuple[UserId, ...] | None = None

    def close(self, at_us: int, why: Release) -> None:
        if self.state is not LegState.RELEASED:
            self.state, self.released_us, self.release = LegState.RELEASED, at_us, why
            self.devices.clear()

    def lose(self, device: LegId | None, at_us: int, why: Release) -> None:
        """A device hung up: the agent is released when it was their last one."""
        if device is None or self.devices <= {None}:
            self.close(at_us, why)
        elif device in self.devices:
            self.devices.discard(device)
            if not self.devices:
                self.close(at_us, why)

    def view(self) -> AgentLeg:
        return AgentLeg(
            agent=self.agent,
            state=self.state,
            alerting_us=self.alerting_us,
            answered_us=self.answered_us,
            released_us=self.released_us,
            release=self.release,
            attempt=self.attempt,
            people=self.people,
        )


class Reading(msgspec.Struct, gc=False):
    """Where the reading of the events in order has got to."""

    legs: dict[AgentId, _Leg] = {}
    former: list[_Leg] = []  # of people who were at an agent's telephone before
    visits: list[QueueVisit] = []
    arrived_us: int = 0
    last_us: int = 0
    queued_us: int | None = None
    first_alerting_us: int | None = None
    answered_us: int | None = None
    last_answer_us: int | None = None
    last_answer_sequence: int | None = None
    parked_us: int | None = None
    ended: CallEvent | None = None
    direction: Direction | None = None
    caller: str | None = None
    withheld: bool = False
    caller_name: str | None = None
    dialled: str | None = None
    queue: str | None = None
    voicemail: bool = False
    stated: Outcome | None = None
    related: tuple[CallId, ...] = ()
    attributes: dict[str, str] = {}

    @property
    def ended_for_good(self) -> bool:
        return self.ended is not None and self.ended.cause not in LIMIT_CAUSES


def read(
    r: Reading, event: CallEvent, owners: dict[LegId, tuple[AgentId, ...]]
) -> None:
    _read_facts(r, event)
    agents = event.agents
    if not agents and event.leg_id is not None:
        agents = owners.get(event.leg_id, ())
    match event.type:
        case EventType.QUEUED:
            _read_queued(r, event)
        case EventType.ALERTING:
            _read_alerting(r, event, agents)
        case EventType.ANSWERED:
            _read_answered(r, event, agents)
        case EventType.HELD | EventType.RESUMED:
            _read_hold(r, event, agents)
        case EventType.PARKED:
            _read_parked(r, event, agents)
        case EventType.RETRIEVED:
            _read_retrieved(r, event, agents)
        case EventType.TRANSFERRED:
            _read_transferred(r, event, agents)
        case EventType.ENDED:
            _read_ended(r, event, agents)
        case EventType.ARRIVED | EventType.AGENT_STATE:
            pass


def _read_facts(r: Reading, event: CallEvent) -> None:
    """What holds for the call whoever says it: the earliest word counts."""
    r.arrived_us = min(r.arrived_us, event.at_us) if r.arrived_us else event.at_us
    if event.cause not in LIMIT_CAUSES:
        r.last_us = max(r.last_us, event.at_us)
    r.withheld = r.withheld or event.withheld
    r.direction = r.direction or event.direction
    r.caller = r.caller or event.caller
    r.caller_name = r.caller_name or event.caller_name
    r.dialled = r.dialled or event.dialled
    if event.attributes:
        r.attributes.update(event.attributes)
    related = event.related_call_id
    if related is not None and related not in r.related:
        r.related = (*r.related, related)
    if event.outcome is not None:
        r.voicemail = r.voicemail or event.outcome == Outcome.VOICEMAIL
        r.stated = _OUTCOMES.get(event.outcome, r.stated)
    alive = event.type not in (EventType.ENDED, EventType.AGENT_STATE)
    if alive and r.ended is not None and r.ended.cause in LIMIT_CAUSES:
        r.ended = None


def _leave_queue(
    r: Reading, at_us: int, left: Literal["answered", "abandoned", "moved", "diverted"]
) -> None:
    if r.visits and r.visits[-1].left is None:
        r.visits[-1] = replace(r.visits[-1], left_us=at_us, left=left)


def _read_queued(r: Reading, event: CallEvent) -> None:
    if r.ended is not None:
        return
    queue = event.queue or r.queue or ""
    waiting = r.visits[-1] if r.visits and r.visits[-1].left is None else None
    if waiting is not None and waiting.queue == queue:
        return
    _leave_queue(r, event.at_us, "moved")
    r.visits.append(QueueVisit(queue=queue, entered_us=event.at_us))
    r.queue = queue or None
    if r.queued_us is None:
        r.queued_us = event.at_us


def _read_alerting(r: Reading, event: CallEvent, agents: tuple[AgentId, ...]) -> None:
    if event.queue and r.queue is None:
        r.queue = event.queue
    if r.ended is not None:
        return
    if r.first_alerting_us is None:
        r.first_alerting_us = event.at_us
    late = _delayed(r, event)
    for agent in agents:
        leg = _leg_of_who_is_there(r, event, agent)
        if leg is None:
            leg = _new_leg(r, event, agent)
            leg.alerting_us = event.at_us
            if late:
                leg.close(event.at_us, Release.ANSWERED_ELSEWHERE)
        elif leg.state is LegState.RELEASED:
            if late:
                continue
            leg.attempt += 1
            leg.state, leg.alerting_us = LegState.ALERTING, event.at_us
            leg.released_us = leg.release = None
        if leg.state is LegState.ALERTING:
            leg.devices.add(event.leg_id)


def _delayed(r: Reading, event: CallEvent) -> bool:
    """Was this ringing before the answer, though it came after it?"""
    if event.at_given or r.last_answer_us is None:
        return False
    before = r.last_answer_sequence
    if event.sequence is not None and before is not None and event.sequence > before:
        return False
    return event.at_us - r.last_answer_us <= LATE_WINDOW_US


def _read_answered(r: Reading, event: CallEvent, agents: tuple[AgentId, ...]) -> None:
    if event.queue and r.queue is None:
        r.queue = event.queue
    if not agents:
        alerting = [x for x in r.legs.values() if x.state is LegState.ALERTING]
        agents = (alerting[0].agent,) if len(alerting) == 1 else ()
    if r.answered_us is None:
        r.answered_us = event.at_us
    r.last_answer_us, r.last_answer_sequence = event.at_us, event.sequence
    r.parked_us = None
    _leave_queue(r, event.at_us, "answered")
    for agent in agents:
        _connect(r, event, agent)
    for leg in r.legs.values():
        if leg.state is LegState.ALERTING and leg.agent not in agents:
            leg.close(event.at_us, Release.ANSWERED_ELSEWHERE)


def _connect(r: Reading, event: CallEvent, agent: AgentId) -> None:
    leg = _leg_of_who_is_there(r, event, agent) or _new_leg(r, event, agent)
    if leg.answered_us is None:
        leg.answered_us = event.at_us
    if r.ended is not None:
        leg.close(r.ended.at_us, Release.ENDED)
        return
    if event.leg_id is not None or not leg.devices:
        leg.devices = {event.leg_id}
    leg.state = LegState.ANSWERED
    leg.released_us = leg.release = None


def _leg_of_who_is_there(r: Reading, event: CallEvent, agent: AgentId) -> _Leg | None:
    """The agent's leg; None when the people there now have none in this call yet.

    A leg belongs to those who were there when it began to ring, or who answered
    it. Somebody who comes to that telephone later gets a leg of their own: what
    was before stays with those who were there.
    """
    leg = r.legs.get(agent)
    people = None if event.people is None else event.people.get(agent)
    if leg is None or people is None or leg.people == people:
        return leg
    if leg.people is None:
        leg.people = people
        return leg
    rings_on = leg.state is LegState.ALERTING and event.type is EventType.ALERTING
    if rings_on or leg.state in (LegState.ANSWERED, LegState.HELD):
        return leg
    leg.close(event.at_us, Release.ANSWERED_ELSEWHERE)
    r.former.append(r.legs.pop(agent))
    return _back_at(r, agent, people)


def _back_at(r: Reading, agent: AgentId, people: tuple[UserId, ...]) -> _Leg | None:
    """The earlier leg of people who are at that telephone again."""
    for place, leg in enumerate(r.former):
        if leg.agent == agent and leg.people == people:
            r.legs[agent] = r.former.pop(place)
            return leg
    return None


def _new_leg(r: Reading, event: CallEvent, agent: AgentId) -> _Leg:
    people = None if event.people is None else event.people.get(agent)
    leg = _Leg(agent=agent, state=LegState.ALERTING, people=people)
    r.legs[agent] = leg
    return leg


def _read_hold(r: Reading, event: CallEvent, agents: tuple[AgentId, ...]) -> None:
    before, after = (
        (LegState.ANSWERED, LegState.HELD)
        if event.type is EventType.HELD
        else (LegState.HELD, LegState.ANSWERED)
    )
    for leg in r.legs.values():
        if leg.state is before and (not agents or leg.agent in agents):
            leg.state = after


def _read_parked(r: Reading, event: CallEvent, agents: tuple[AgentId, ...]) -> None:
    """The caller waits at no agent: who parked the call has left it."""
    if r.ended is not None:
        return
    r.parked_us = event.at_us
    for agent in agents:
        if agent in r.legs:
            r.legs[agent].close(event.at_us, Release.LEFT)


def _read_retrieved(r: Reading, event: CallEvent, agents: tuple[AgentId, ...]) -> None:
    """Someone talks with the caller again; without a name nobody is known to."""
    r.parked_us = None
    for agent in agents:
        _connect(r, event, agent)


def _read_transferred(
    r: Reading, event: CallEvent, agents: tuple[AgentId, ...]
) -> None:
    """The transferring agent leaves; `agents` are the targets unless they talk."""
    engaged = {
        leg.agent
        for leg in r.legs.values()
        if leg.state in (LegState.ANSWERED, LegState.HELD)
    }
    if event.from_agent is not None:
        leaving = {event.from_agent}
    elif agents and engaged.issuperset(agents) and engaged == set(agents):
        leaving = set(agents)
    else:
        leaving = engaged - set(agents)
    for agent in leaving:
        if agent in r.legs:
            r.legs[agent].close(event.at_us, Release.TRANSFERRED)
    _leave_queue(r, event.at_us, "moved")


def _read_ended(r: Reading, event: CallEvent, agents: tuple[AgentId, ...]) -> None:
    if event.scope is Scope.LEG:
        for agent in agents:
            if agent in r.legs:
                leg = r.legs[agent]
                why = (
                    Release.LEFT if leg.answered_us is not None else Release.UNANSWERED
                )
                leg.lose(event.leg_id, event.at_us, why)
        return
    if r.ended_for_good:
        return
    r.ended, r.parked_us = event, None
    why = Release.TIME_LIMIT if event.cause in LIMIT_CAUSES else Release.ENDED
    for leg in r.legs.values():
        leg.close(event.at_us, why)
    _leave_queue(r, event.at_us, "diverted" if r.voicemail else "abandoned")


def _outcome(r: Reading) -> Outcome | None:
    if r.ended is None:
        return None
    if any(leg.answered_us is not None for leg in (*r.former, *r.legs.values())) or (
        r.answered_us is not None and not r.voicemail
    ):
        return Outcome.COMPLETED
    if r.voicemail:
        return Outcome.VOICEMAIL
    if r.stated in (Outcome.REJECTED, Outcome.FAILED):
        return r.stated
    return Outcome.ABANDONED if r.queued_us is not None else Outcome.MISSED


def _phase(r: Reading) -> Phase:
    if r.ended is not None:
        return Phase.ENDED
    states = {leg.state for leg in r.legs.values()}
    if LegState.ANSWERED in states or LegState.HELD in states:
        return Phase.ANSWERED
    if LegState.ALERTING in states:
        return Phase.ALERTING
    if r.visits and r.visits[-1].left is None:
        return Phase.QUEUED
    return Phase.ARRIVED if r.answered_us is None else Phase.ANSWERED


def view(line: LineId, call_id: CallId, r: Reading) -> Call:
    return Call(
        line=line,
        call_id=call_id,
        phase=_phase(r),
        direction=r.direction or Direction.INBOUND,
        caller=None if r.withheld else r.caller,
        withheld=r.withheld,
        caller_name=None if r.withheld else r.caller_name,
        dialled=r.dialled,
        queue=r.queue,
        arrived_us=r.arrived_us,
        last_event_us=r.last_us,
        queued_us=r.queued_us,
        first_alerting_us=r.first_alerting_us,
        answered_us=r.answered_us,
        parked_us=r.parked_us,
        ended_us=r.ended.at_us if r.ended is not None else None,
        outcome=_outcome(r),
        cause=r.ended.cause if r.ended is not None else None,
        legs=tuple(leg.view() for leg in (*r.former, *r.legs.values())),
        visits=tuple(r.visits),
        related_call_ids=r.related,
        attributes=dict(r.attributes),
    )
