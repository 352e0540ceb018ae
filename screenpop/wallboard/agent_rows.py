"""Whose row is it on the wallboard, and what does it show of what was heard?

The state (available, break …) is the last one said: at a desk by the order of the
journal, by a telephone system by its own times. The telephone (idle, alerting,
talking, held) follows from the legs of live calls, in any order of events. State and
calls belong to the person, not to the extension: who moves takes them along.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import msgspec

from screenpop.domain.agent import AgentState, SaidBy, UserId
from screenpop.domain.call import (
    AgentId,
    AgentLeg,
    Call,
    CallKey,
    LegState,
    most_engaged,
)
from screenpop.domain.workday import STATE_ORDER, Workday

Telephone = Literal["idle", "alerting", "talking", "held"]

_TELEPHONE: dict[LegState, Telephone] = {
    LegState.ALERTING: "alerting",
    LegState.HELD: "held",
    LegState.ANSWERED: "talking",
}
_ENGAGEMENT = {LegState.ALERTING: 0, LegState.HELD: 1, LegState.ANSWERED: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a log-in and a telephone."""

    user: UserId
    name: str
    agents: frozenset[AgentId]

    @property
    def agent(self) -> AgentId:
        """The agent id that stands for a person with several."""
        return min(self.agents)


class Subject(NamedTuple):
    """Whose row it is: a person's, or that of a telephone without one."""

    user: UserId | None
    agent: AgentId | None

    @property
    def sorted_by(self) -> tuple[str, str]:
        return (self.user or "", self.agent or "")


def person(user: UserId) -> Subject:
    return Subject(user, None)


def telephone(agent: AgentId) -> Subject:
    return Subject(None, agent)


class AgentStatus(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row of the wallboard. `since_us` is 0 while nothing was ever heard.

    `user` is None for a telephone without a person, `queue` that of the call on the
    telephone, `last_queue` in wrap-up that of the last one. `desk` is False once the
    person's last desk was closed for longer than the grace time: then they cannot take
    calls, whatever state they named there.
    """

    agent: AgentId
    name: str
    user: UserId | None = None
    state: AgentState = AgentState.OFFLINE
    telephone: Telephone = "idle"
    since_us: int = 0
    queue: str | None = None
    desk: bool = True
    last_queue: str = ""
    team: str | None = None
    reason: str = ""  # of a break

    @property
    def subject(self) -> Subject:
        return Subject(self.user, None if self.user is not None else self.agent)

    @property
    def counted_as(self) -> str | None:
        """The agent counter it belongs to; None for those who are not at work."""
        if self.telephone != "idle":
            return "agents_on_call"
        if self.state is AgentState.OFFLINE:
            return None
        return f"agents_{self.state.value}" if self.desk else "agents_no_desk"


@dataclass(slots=True)
class AgentFacts:
    """What was heard of one person, or of one telephone."""

    said_us: int = 0
    state: AgentState = AgentState.OFFLINE
    said_by: SaidBy = "desk"
    reason: str = ""  # of a break
    telephone_said: tuple[int, int] = (0, -1)  # its newest word by its own times
    desk_closed_us: int = 0  # 0 while a desk is open, or none was ever heard of
    released_us: int = 0
    legs: dict[CallKey, tuple[AgentLeg, str | None]] = field(default_factory=dict)
    work: Workday | None = None  # of a person

    @property
    def said(self) -> tuple[int, int]:
        return (self.said_us, STATE_ORDER[self.state])


def legs_by_subject(call: Call) -> dict[Subject, AgentLeg]:
    """The leg that engages each person or telephone most in one call."""
    legs: dict[Subject, AgentLeg] = {}
    for leg in call.legs:
        for user in leg.people or (None,):
            who = Subject(user, None if user is not None else leg.agent)
            before = legs.get(who)
            legs[who] = leg if before is None else most_engaged((before, leg))
    return legs


def status_of(nothing: AgentStatus, facts: list[AgentFacts]) -> AgentStatus:
    """A row from what was heard of a person and of all their telephones."""
    if not facts:
        return nothing
    said = facts[0] if len(facts) == 1 else max(facts, key=lambda f: f.said)
    closed_us = released_us = 0
    legs: list[tuple[AgentLeg, str | None]] = []
    for f in facts:
        closed_us = max(closed_us, f.desk_closed_us)
        released_us = max(released_us, f.released_us)
        legs += f.legs.values()
    has_desk = not closed_us or said.said_by == "telephone"
    status = msgspec.structs.replace(
        nothing,
        state=said.state,
        reason=said.reason,
        desk=has_desk,
        since_us=max(said.said_us, released_us, 0 if has_desk else closed_us),
    )
    if not legs:
        if status.state is AgentState.WRAP_UP and (work := facts[0].work) is not None:
            status = msgspec.structs.replace(status, last_queue=work.last_queue())
        return status
    leg, queue = legs[0]
    if len(legs) > 1:
        leg, queue = max(legs, key=_engagement)
    return msgspec.structs.replace(
        status, telephone=_TELEPHONE[leg.state], since_us=_since_us(leg), queue=queue
    )


def _engagement(of_a_call: tuple[AgentLeg, str | None]) -> tuple[int, int]:
    """The most engaged last, of equal ones the older; asked for each call."""
    leg, _ = of_a_call
    since_us = leg.alerting_us if leg.state is LegState.ALERTING else leg.answered_us
    return (_ENGAGEMENT[leg.state], -(since_us or 0))


def _since_us(leg: AgentLeg) -> int:
    """When it began to ring, or was answered (a hold keeps the talk's beginning)."""
    moment = leg.alerting_us if leg.state is LegState.ALERTING else leg.answered_us
    return moment or 0
