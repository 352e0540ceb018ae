"""Whose leg does an event speak of, while the events of a call are read?

An agent id has one leg at a time. When another person is at that telephone the leg
goes to the former ones, and the person who came gets a leg of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from screenpop.domain.call import (
    LIMIT_CAUSES,
    AgentId,
    AgentLeg,
    CallEvent,
    CallId,
    Direction,
    EventType,
    Left,
    LegId,
    LegState,
    Outcome,
    QueueVisit,
    Release,
    UserId,
)

_TALKS = (LegState.ANSWERED, LegState.HELD)


# -- Which queues did a call visit, when its line reports no `queued`?
# Many telephone systems say in which queue a call rings, and never that it entered
# one. Such a call visited the queue that its ringing or its answer names, from its
# first ring on. One `queued` event of the call is enough to count by `queued`
# alone: so a late one never makes a call count twice. For the same reason a queue
# is inferred once in a call.


class RingingVisits(msgspec.Struct, gc=False):
    """Read with the events of a call in their order."""

    visits: list[QueueVisit] = []

    def take(
        self, event: CallEvent, first_alerting_us: int | None, *, late: bool = False
    ) -> None:
        """Every event before the end; a `late` ringing was before the answer."""
        rings = event.type is EventType.ALERTING
        answers = event.type is EventType.ANSWERED
        if (rings or answers) and event.queue and not self._visited(event.queue):
            self._enter(event.queue, event.at_us, first_alerting_us)
        if late:
            self.leave(event.at_us, "answered")
        if answers:
            mailbox = event.outcome == Outcome.VOICEMAIL
            self.leave(event.at_us, "diverted" if mailbox else "answered")
        elif event.type is EventType.TRANSFERRED:
            self.leave(event.at_us, "moved")

    def leave(self, at_us: int, left: Left) -> None:
        """The caller leaves the queue, if they are in one."""
        if self.visits and self.visits[-1].left is None:
            self.visits[-1] = replace(self.visits[-1], left_us=at_us, left=left)

    def stay(self, since_us: int) -> None:
        """The end at that time was none: the caller is in the queue still."""
        reopen(self.visits, since_us)

    def told(self, *, answered: bool) -> tuple[QueueVisit, ...]:
        """The visits; an answer that was taken back was a mailbox."""
        if answered or not self.visits or self.visits[-1].left != "answered":
            return tuple(self.visits)
        return (*self.visits[:-1], replace(self.visits[-1], left="diverted"))

    def _visited(self, queue: str) -> bool:
        return any(visit.queue == queue for visit in self.visits)

    def _enter(self, queue: str, at_us: int, first_alerting_us: int | None) -> None:
        entered_us = at_us
        if not self.visits and first_alerting_us is not None:
            entered_us = min(at_us, first_alerting_us)
        self.leave(at_us, "moved")
        self.visits.append(
            QueueVisit(queue=queue, entered_us=entered_us, inferred=True)
        )


def reopen(visits: list[QueueVisit], ended_us: int) -> None:
    """Take back that an end at that time closed the last visit."""
    if visits and visits[-1].left_us == ended_us and visits[-1].left in _BY_AN_END:
        visits[-1] = replace(visits[-1], left_us=None, left=None)


_BY_AN_END = ("abandoned", "diverted", "callback")


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
    hold_us: int = 0

    def hold(self, at_us: int) -> None:
        self.state, self.held_us = LegState.HELD, at_us

    def resume(self, at_us: int) -> None:
        self._end_hold(at_us)
        self.state = LegState.ANSWERED

    def close(self, at_us: int, why: Release) -> None:
        if self.state is not LegState.RELEASED:
            self._end_hold(at_us)
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
            hold_us=self.hold_us,
        )

    def _end_hold(self, at_us: int) -> None:
        if self.state is LegState.HELD and self.held_us is not None:
            self.hold_us += max(0, at_us - self.held_us)


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
            if state is LegState.HELD and leg.held_us is not None:
                leg.hold_us -= max(0, ended_us - leg.held_us)


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
    node: str | None = None

    @property
    def ended_for_good(self) -> bool:
        return self.ended is not None and self.ended.cause not in LIMIT_CAUSES
