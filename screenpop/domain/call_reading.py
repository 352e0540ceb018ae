"""What does each event do to a call, when they are read in their order?

`read` takes the next event into a `Reading`, `view` makes the call of it. The order,
and the rules that hold next to it, are in `call_fold`.
"""

from __future__ import annotations

from msgspec.structs import replace

from screenpop.domain.call import (
    CLEARED,
    LIMIT_CAUSES,
    NO_OPEN_LEG,
    TIME_LIMIT,
    AgentId,
    Call,
    CallEvent,
    CallKey,
    Direction,
    EventType,
    Left,
    LegId,
    LegState,
    Outcome,
    Phase,
    QueueVisit,
    Release,
    Scope,
    is_extension,
)
from screenpop.domain.leg_reading import (
    Leg,
    Reading,
    leg_of_who_is_there,
    new_leg,
    reopen,
    talk_on,
    who_talks,
)

LATE_WINDOW_US = 2_000_000

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}


def read(
    r: Reading, event: CallEvent, owners: dict[LegId, tuple[AgentId, ...]]
) -> None:
    _read_facts(r, event)
    agents = event.agents
    if not agents and event.leg_id is not None:
        agents = owners.get(event.leg_id, ())
    if r.ended is None:
        late = event.type is EventType.ALERTING and _delayed(r, event)
        r.ringing.take(event, r.first_alerting_us, late=late)
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
    """What holds for the call, from any sender: the earliest word counts."""
    r.arrived_us = min(r.arrived_us, event.at_us) if r.arrived_us else event.at_us
    if event.cause not in LIMIT_CAUSES:
        r.last_us = max(r.last_us, event.at_us)
    r.withheld = r.withheld or event.withheld
    _read_parties(r, event)
    r.node = r.node or event.node
    if event.attributes:
        r.attributes.update(event.attributes)
    related = event.related_call_id
    if related is not None and related not in r.related:
        r.related = (*r.related, related)
    if event.outcome is not None:
        r.voicemail = r.voicemail or event.outcome == Outcome.VOICEMAIL
        r.callback = r.callback or event.outcome == Outcome.CALLBACK
        r.stated = _OUTCOMES.get(event.outcome, r.stated)
    alive = event.type not in (EventType.ENDED, EventType.AGENT_STATE)
    if alive and r.ended is not None and r.ended.cause in LIMIT_CAUSES:
        _take_back_end(r, r.ended.at_us)
        r.ended = None


def _read_parties(r: Reading, event: CallEvent) -> None:
    """The earliest word counts, but an outside number beats an extension."""
    caller = r.caller is not None and _beats(r.caller, event.caller)
    dialled = r.dialled is not None and _beats(r.dialled, event.dialled)
    if r.direction is None or (
        (caller or dialled)
        and r.direction is Direction.INTERNAL
        and event.direction is not None
    ):
        r.direction = event.direction
    if r.caller is None or caller:
        r.caller = event.caller
    if r.dialled is None or dialled:
        r.dialled = event.dialled
    r.caller_name = r.caller_name or event.caller_name


def _beats(before: str, now: str | None) -> bool:
    return now is not None and now.startswith("+") and is_extension(before)


def _take_back_end(r: Reading, ended_us: int) -> None:
    """An end that we made gives way: who talked talks, who waited waits."""
    reopen(r.visits, ended_us)
    r.ringing.stay(ended_us)
    talk_on(r.legs, r.talked_at_end, ended_us)
    r.talked_at_end = {}


def _leave_queue(r: Reading, at_us: int, left: Left) -> None:
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
    r.handed_on = True
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
        leg = leg_of_who_is_there(r.legs, r.former, event, agent)
        if leg is None:
            leg = new_leg(r.legs, event, agent)
            leg.alerting_us = event.at_us
            if event.late:
                leg.close(event.at_us, Release.UNANSWERED)
            elif late:
                leg.close(event.at_us, Release.ANSWERED_ELSEWHERE)
        elif leg.state is LegState.RELEASED:
            if late or event.late:
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
    if event.sequence is not None and before is not None:
        if event.sequence > before:
            return False
    elif r.handed_on:
        return False
    return event.at_us - r.last_answer_us <= LATE_WINDOW_US


def _read_answered(r: Reading, event: CallEvent, agents: tuple[AgentId, ...]) -> None:
    if event.queue and r.queue is None:
        r.queue = event.queue
    if event.outcome == Outcome.VOICEMAIL:
        _read_mailbox(r, event)
        return
    r.guessed = not agents and r.answered_us is None
    if not agents:
        alerting = [x for x in r.legs.values() if x.state is LegState.ALERTING]
        agents = (alerting[0].agent,) if len(alerting) == 1 else ()
    if r.answered_us is None:
        r.answered_us = event.at_us
    r.last_answer_us, r.last_answer_sequence = event.at_us, event.sequence
    r.handed_on = False
    r.parked_us = None
    _leave_queue(r, event.at_us, "answered")
    for agent in agents:
        _connect(r, event, agent)
    for leg in r.legs.values():
        if leg.agent in agents:
            continue
        if leg.state is LegState.ALERTING:
            leg.close(event.at_us, Release.ANSWERED_ELSEWHERE)
        elif any(_stopped_for(leg, r.legs[agent], event.at_us) for agent in agents):
            leg.release = Release.ANSWERED_ELSEWHERE


def _stopped_for(leg: Leg, winner: Leg, answered_us: int) -> bool:
    """Some systems end the other phones' ringing before they report the answer."""
    return (
        leg.release is Release.UNANSWERED
        and leg.released_us is not None
        and winner.alerting_us is not None
        and winner.alerting_us <= leg.released_us
        and answered_us - leg.released_us <= LATE_WINDOW_US
    )


def _read_mailbox(r: Reading, event: CallEvent) -> None:
    """A recording took the call: no agent talks."""
    for leg in r.legs.values():
        leg.close(event.at_us, Release.UNANSWERED)
    _leave_queue(r, event.at_us, "diverted")


def _connect(r: Reading, event: CallEvent, agent: AgentId) -> None:
    leg = leg_of_who_is_there(r.legs, r.former, event, agent)
    leg = leg or new_leg(r.legs, event, agent)
    if leg.answered_us is None:
        leg.answered_us = event.at_us
    if r.ended is not None:
        leg.close(r.ended.at_us, Release.ENDED)
        return
    if event.leg_id is not None or not leg.devices:
        leg.devices = {event.leg_id}
    leg.resume(event.at_us)
    leg.released_us = leg.release = None


def _read_hold(r: Reading, event: CallEvent, agents: tuple[AgentId, ...]) -> None:
    begins = event.type is EventType.HELD
    before = LegState.ANSWERED if begins else LegState.HELD
    for leg in r.legs.values():
        if leg.state is not before or (agents and leg.agent not in agents):
            continue
        if begins:
            leg.hold(event.at_us)
        else:
            leg.resume(event.at_us)


def _read_parked(r: Reading, event: CallEvent, agents: tuple[AgentId, ...]) -> None:
    """The caller waits at no agent: who parked the call has left it."""
    if r.ended is not None:
        return
    r.parked_us = event.at_us
    for agent in agents:
        if agent in r.legs:
            r.legs[agent].close(event.at_us, Release.LEFT)


def _read_retrieved(r: Reading, event: CallEvent, agents: tuple[AgentId, ...]) -> None:
    """Someone talks with the caller again; without a name no one is known to."""
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
    r.handed_on = True
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
    if event.outcome == Outcome.VOICEMAIL and r.guessed:
        _take_back_guess(r)
    r.ended, r.parked_us = event, None
    why = _RELEASES.get(event.cause or "", Release.ENDED)
    if event.cause in LIMIT_CAUSES:
        r.talked_at_end = who_talks(r.legs)
    for leg in r.legs.values():
        leg.close(event.at_us, why)
    left: Left = "diverted" if r.voicemail else "abandoned"
    left = "callback" if r.callback else left
    _leave_queue(r, event.at_us, left)
    r.ringing.leave(event.at_us, left)


def _take_back_guess(r: Reading) -> None:
    """It was the mailbox that answered, not the phone that rang."""
    for leg in r.legs.values():
        if leg.answered_us is not None:
            leg.answered_us = None
            leg.state, leg.release = LegState.RELEASED, Release.UNANSWERED
            leg.released_us = r.answered_us
            leg.devices.clear()
    if r.visits and r.visits[-1].left == "answered":
        r.visits[-1] = replace(r.visits[-1], left="diverted")
    r.answered_us = r.last_answer_us = None


_RELEASES = {
    NO_OPEN_LEG: Release.TIME_LIMIT,
    TIME_LIMIT: Release.TIME_LIMIT,
    CLEARED: Release.CLEARED,
}


def _outcome(r: Reading) -> Outcome | None:
    if r.ended is None:
        return None
    if r.answered_us is not None and not r.voicemail:
        return Outcome.COMPLETED
    for leg in (*r.former, *r.legs.values()):
        if leg.answered_us is not None:
            return Outcome.COMPLETED
    if r.callback:
        return Outcome.CALLBACK
    if r.voicemail:
        return Outcome.VOICEMAIL
    if r.stated in (Outcome.REJECTED, Outcome.FAILED):
        return r.stated
    outbound = r.direction not in (None, Direction.INBOUND)
    return Outcome.ABANDONED if _visits(r) and not outbound else Outcome.MISSED


def _visits(r: Reading) -> tuple[QueueVisit, ...]:
    """Those that `queued` reports; else those that the ringing names."""
    if r.visits:
        return tuple(r.visits)
    if r.direction not in (None, Direction.INBOUND):
        return ()
    return r.ringing.told(answered=r.answered_us is not None)


def _phase(r: Reading) -> Phase:
    if r.ended is not None:
        return Phase.ENDED
    states = [leg.state for leg in r.legs.values()]
    if LegState.ANSWERED in states or LegState.HELD in states:
        return Phase.ANSWERED
    if LegState.ALERTING in states:
        return Phase.ALERTING
    if r.visits and r.visits[-1].left is None:
        return Phase.QUEUED
    return Phase.ARRIVED if r.answered_us is None else Phase.ANSWERED


def view(key: CallKey, r: Reading) -> Call:
    line, call_id, occurrence = key
    return Call(
        occurrence=occurrence,
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
        legs=tuple([leg.view() for leg in (*r.former, *r.legs.values())]),
        visits=_visits(r),
        related_call_ids=r.related,
        attributes=dict(r.attributes),
        node=r.node,
    )
