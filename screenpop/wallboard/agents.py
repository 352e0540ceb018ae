"""What is each agent doing: their own word, and what their telephone does?

The state (available, break …) is the last one said: at a desk by the order of the
journal, by a telephone system by its own times. The telephone (idle, alerting,
talking, held) follows from the legs of live calls, in any order of events. State and
calls belong to the person, not to the extension: who moves takes them along.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
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
from screenpop.wallboard.metrics import AGENTS

Telephone = Literal["idle", "alerting", "talking", "held"]

AGENTS_MAX = 20_000
"""Agent ids without a log-in that telephone systems named; further ones are left out.

People with a log-in always have their row.
"""

_TELEPHONE: dict[LegState, Telephone] = {
    LegState.ALERTING: "alerting",
    LegState.HELD: "held",
    LegState.ANSWERED: "talking",
}
_ENGAGEMENT = {LegState.ALERTING: 0, LegState.HELD: 1, LegState.ANSWERED: 2}
_COUNTERS = tuple(each.name for each in AGENTS)
_STATE_ORDER = {state: place for place, state in enumerate(AgentState)}


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
    telephone. `desk` is False once the person's last desk was closed for longer than
    the grace time: then they cannot take calls, whatever state they named there.
    """

    agent: AgentId
    name: str
    user: UserId | None = None
    state: AgentState = AgentState.OFFLINE
    telephone: Telephone = "idle"
    since_us: int = 0
    queue: str | None = None
    desk: bool = True

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
    telephone_said: tuple[int, int] = (0, -1)  # its newest word by its own times
    desk_closed_us: int = 0  # 0 while a desk is open, or none was ever heard of
    released_us: int = 0
    legs: dict[CallKey, tuple[AgentLeg, str | None]] = field(default_factory=dict)

    @property
    def said(self) -> tuple[int, int]:
        return (self.said_us, _STATE_ORDER[self.state])


class AgentBoard:
    """All agents who have a log-in, and others while their telephone is in use.

    What is heard is kept at once; rows are made when somebody looks, however much
    was heard in between.
    """

    def __init__(
        self, people: Iterable[Person] = (), *, strangers_max: int = AGENTS_MAX
    ):
        self._strangers_max = strangers_max
        self._counts: Counter[str] = Counter()
        self._changed: set[Subject] = set()
        self._stale: set[Subject] = set()  # their rows are to be made again
        self._facts: dict[Subject, AgentFacts] = {}
        self._strangers = 0  # facts of telephones and users without a log-in
        self._rows: dict[Subject, AgentStatus] = {}
        self._people: dict[UserId, Person] = {}
        self._at: dict[AgentId, list[UserId]] = {}
        self.touched: set[Subject] = set()  # what changed, for a snapshot
        self.know(people)

    def know(self, people: Iterable[Person]) -> None:
        """These are all people with a log-in and a telephone."""
        self._people = {each.user: each for each in people}
        self._at = {}
        for each in self._people.values():
            for agent in each.agents:
                self._at.setdefault(agent, []).append(each.user)
        known = {person(user) for user in self._people}
        self._strangers = sum(1 for s in self._facts if not self._is_known(s))
        self._stale |= self._rows.keys() | known | self._facts.keys()

    @property
    def people(self) -> int:
        """How many have a log-in and a telephone."""
        return len(self._people)

    def at(self, agent: AgentId) -> list[Subject]:
        """Whose telephone it is now: people, or itself."""
        users = self._at.get(agent)
        return [person(user) for user in users] if users else [telephone(agent)]

    def say(
        self, who: Subject, state: AgentState, at_us: int, by: SaidBy = "desk"
    ) -> None:
        """The agent, or the telephone system for them, named a state."""
        facts = self._of(who)
        if facts is None:
            return
        if by == "telephone":
            if (at_us, _STATE_ORDER[state]) <= facts.telephone_said:
                return
            facts.telephone_said = (at_us, _STATE_ORDER[state])
        else:  # only a desk can name one
            facts.desk_closed_us = 0
        facts.said_us, facts.state, facts.said_by = at_us, state, by
        self._outdated(who)

    def desk(self, user: UserId, *, is_open: bool, at_us: int) -> None:
        """A person opened a desk, or closed the last one and did not come back."""
        who = person(user)
        facts = self._of(who)
        if facts is not None:
            facts.desk_closed_us = 0 if is_open else at_us
            self._outdated(who)

    def replace(self, before: Call | None, after: Call) -> None:
        """A call that looked like `before` (None: unknown) looks like `after` now."""
        key = after.key
        known = _legs_by_subject(before) if before is not None else {}
        same_queue = before is not None and before.queue == after.queue
        for who, leg in _legs_by_subject(after).items():
            if known.pop(who, None) == leg and same_queue:
                continue
            self._take_leg(who, key, leg, after.queue)
        for who in known:
            self._lose_leg(key, who)

    def drop(self, call: Call) -> None:
        """A call that is followed no longer engages nobody."""
        for who in _legs_by_subject(call):
            self._lose_leg(call.key, who)

    def row(self, who: Subject) -> AgentStatus | None:
        """None when it is not shown."""
        self._settle()
        return self._rows.get(who)

    def rows(self) -> list[AgentStatus]:
        """All rows by name."""
        self._settle()
        return sorted(
            self._rows.values(), key=lambda row: (row.name, row.agent, row.user or "")
        )

    def counts(self) -> dict[str, int]:
        """How many agents each agent counter held when rows were last made."""
        return {name: self._counts[name] for name in _COUNTERS}

    def take_changed(
        self, at_most: int | None = None
    ) -> dict[Subject, AgentStatus | None]:
        """Rows changed since this was last asked, None for one that is gone.

        At most so many are made now; the others come next time.
        """
        self._settle(at_most)
        changed, self._changed = self._changed, set()
        ordered = sorted(changed, key=lambda who: who.sorted_by)
        return {who: self._rows.get(who) for who in ordered}

    def order(self) -> list[Subject]:
        """All of whom something was heard."""
        return list(self._facts)

    def saved(self, who: Subject) -> tuple[Subject, AgentFacts] | None:
        facts = self._facts.get(who)
        return None if facts is None else (who, facts)

    def restore(self, heard: Iterable[tuple[Subject, AgentFacts]]) -> None:
        """Take up what was saved of another board."""
        self._facts.update(heard)
        self.know(list(self._people.values()))

    def _take_leg(
        self, who: Subject, key: CallKey, leg: AgentLeg, queue: str | None
    ) -> None:
        facts = self._of(who)
        if facts is None:
            return
        if leg.open:
            facts.legs[key] = (leg, queue)
        else:
            facts.legs.pop(key, None)
            facts.released_us = max(facts.released_us, leg.released_us or 0)
        self._outdated(who)

    def _lose_leg(self, key: CallKey, who: Subject) -> None:
        facts = self._facts.get(who)
        if facts is not None and facts.legs.pop(key, None) is not None:
            self.touched.add(who)
            self._outdated(who)

    def _of(self, who: Subject) -> AgentFacts | None:
        self.touched.add(who)
        facts = self._facts.get(who)
        if facts is not None:
            return facts
        if not self._is_known(who):
            if self._strangers >= self._strangers_max:
                return None
            self._strangers += 1
        facts = self._facts[who] = AgentFacts()
        return facts

    def _is_known(self, who: Subject) -> bool:
        return who.user in self._people or who.agent in self._at

    def _outdated(self, who: Subject) -> None:
        """The rows that show what was heard of `who` are to be made again."""
        if who.agent is None:
            self._stale.add(who)
        else:
            self._stale.update(self.at(who.agent))

    def _settle(self, at_most: int | None = None) -> None:
        """Make the rows again of those of whom something was heard."""
        left = len(self._stale) if at_most is None else at_most
        while self._stale and left > 0:
            self._refresh(self._stale.pop())
            left -= 1

    def _refresh(self, who: Subject) -> None:
        old, new = self._rows.get(who), self._status(who)
        if old == new:
            return
        if old is not None and old.counted_as:
            self._counts[old.counted_as] -= 1
        if new is None:
            del self._rows[who]
        else:
            self._rows[who] = new
            if new.counted_as:
                self._counts[new.counted_as] += 1
        self._changed.add(who)

    def _status(self, who: Subject) -> AgentStatus | None:
        if who.agent is not None:
            return self._telephone_status(who, who.agent)
        known = self._people.get(who.user) if who.user is not None else None
        if known is None:
            return None  # the log-in or its last telephone is gone
        subjects = [who, *map(telephone, sorted(known.agents))]
        facts = [f for each in subjects if (f := self._facts.get(each))]
        nothing = AgentStatus(agent=known.agent, name=known.name, user=known.user)
        return _status(nothing, facts)

    def _telephone_status(self, who: Subject, agent: AgentId) -> AgentStatus | None:
        """A telephone without a person is shown while it is in use."""
        if agent in self._at:
            return None  # shown in its people's rows
        facts = [f] if (f := self._facts.get(who)) else []
        status = _status(AgentStatus(agent=agent, name=str(agent)), facts)
        return status if status.counted_as is not None else None


def _legs_by_subject(call: Call) -> dict[Subject, AgentLeg]:
    """The leg that engages each person or telephone most in one call."""
    legs: dict[Subject, AgentLeg] = {}
    for leg in call.legs:
        for user in leg.people or (None,):
            who = Subject(user, None if user is not None else leg.agent)
            before = legs.get(who)
            legs[who] = leg if before is None else most_engaged((before, leg))
    return legs


def _status(nothing: AgentStatus, facts: list[AgentFacts]) -> AgentStatus:
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
        desk=has_desk,
        since_us=max(said.said_us, released_us, 0 if has_desk else closed_us),
    )
    if not legs:
        return status
    leg, queue = legs[0]
    if len(legs) > 1:
        leg, queue = max(legs, key=lambda pair: _engagement(pair[0]))
    return msgspec.structs.replace(
        status, telephone=_TELEPHONE[leg.state], since_us=_since_us(leg), queue=queue
    )


def _engagement(leg: AgentLeg) -> tuple[int, int]:
    return (_ENGAGEMENT[leg.state], -_since_us(leg))


def _since_us(leg: AgentLeg) -> int:
    """When it began to ring, or was answered (a hold keeps the talk's beginning)."""
    moment = leg.alerting_us if leg.state is LegState.ALERTING else leg.answered_us
    return moment or 0
