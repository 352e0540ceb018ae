"""Whose leg does an event speak of, while the events of a call are read?

An agent id has one leg at a time. When another person is at that telephone the leg
goes to the former ones, and the person who came gets a leg of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from screenpop.domain.call import (
    LIMIT_CAUSES,
    AgentId,
    AgentLeg,
    CallEvent,
    CallId,
    Direction,
    EventType,
    LegId,
    LegState,
    Outcome,
    QueueVisit,
    Release,
    UserId,
)
from screenpop.domain.ringing_visits import RingingVisits

_TALKS = (LegState.ANSWERED, LegState.HELD)


class Leg(msgspec.Struct, gc=False):
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
    held_us: int | None = None

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
            held_us=self.held_us if self.state is LegState.HELD else None,
            people=self.people,
        )


def leg_of_who_is_there(
    legs: dict[AgentId, Leg], former: list[Leg], event: CallEvent, agent: AgentId
) -> Leg | None:
    """The agent's leg; None when the people there now have none in this call yet.

    A leg belongs to those who were there when it began to ring, or who answered
    it (the former, while no one else is known there). Somebody who comes to that
    telephone later gets a leg of their own: what was before stays with the former.
    """
    leg = legs.get(agent)
    people = None if event.people is None else event.people.get(agent)
    if leg is None or people is None or leg.people == people:
        return leg
    if leg.people is None:
        leg.people = people
        return leg
    rings = leg.state is LegState.ALERTING
    stays = rings and (event.type is EventType.ALERTING or not people)
    if stays or leg.state in _TALKS:
        return leg
    leg.close(event.at_us, Release.ANSWERED_ELSEWHERE)
    former.append(legs.pop(agent))
    return _back_at(legs, former, agent, people)


def _back_at(
    legs: dict[AgentId, Leg],
    former: list[Leg],
    agent: AgentId,
    people: tuple[UserId, ...],
) -> Leg | None:
    """The earlier leg of people who are at that telephone again."""
    for place, leg in enumerate(former):
        if leg.agent == agent and leg.people == people:
            legs[agent] = former.pop(place)
            return leg
    return None


def new_leg(legs: dict[AgentId, Leg], event: CallEvent, agent: AgentId) -> Leg:
    people = None if event.people is None else event.people.get(agent)
    leg = legs[agent] = Leg(agent=agent, state=LegState.ALERTING, people=people)
    return leg


def who_talks(legs: Mapping[AgentId, Leg]) -> dict[AgentId, LegState]:
    return {agent: leg.state for agent, leg in legs.items() if leg.state in _TALKS}


def talk_on(
    legs: Mapping[AgentId, Leg], talked: Mapping[AgentId, LegState], ended_us: int
) -> None:
    """Who talked when an end was made at that time talks on: it was none."""
    for agent, state in talked.items():
        leg = legs.get(agent)
        if leg is not None and leg.released_us == ended_us:
            leg.state, leg.released_us, leg.release = state, None, None


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
