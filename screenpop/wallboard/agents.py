"""What is each agent doing: their own word, and what their telephone does?

The state (available, break …) is the last one said, by the time it was said; the
telephone (idle, alerting, talking, held) follows from the legs of live calls. Both
are folds that do not care about order or repetition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from screenpop.domain.agent import AgentState
from screenpop.domain.call import AgentId, AgentLeg, Call, CallId, LegState, LineId

Telephone = Literal["idle", "alerting", "talking", "held"]

AGENTS_MAX = 20_000  # agent ids that telephone systems named; further ones are left out

_TELEPHONE: dict[LegState, Telephone] = {
    LegState.ALERTING: "alerting",
    LegState.HELD: "held",
    LegState.ANSWERED: "talking",
}
_ENGAGEMENT = {LegState.ALERTING: 0, LegState.HELD: 1, LegState.ANSWERED: 2}
_STATE_ORDER = {state: place for place, state in enumerate(AgentState)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whose agent id it is. `agent` is the principal one of a person with several."""

    agent: AgentId
    name: str


class AgentStatus(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row of the wallboard. `since_us` is 0 while nothing was ever heard.

    `queue` is that of the call on the telephone.
    """

    agent: AgentId
    name: str
    state: AgentState = AgentState.OFFLINE
    telephone: Telephone = "idle"
    since_us: int = 0
    queue: str | None = None

    @property
    def counted_as(self) -> str | None:
        """The agent counter it belongs to; None for those who are not at work."""
        if self.telephone != "idle":
            return "agents_on_call"
        if self.state is AgentState.OFFLINE:
            return None
        return f"agents_{self.state.value}"


CallKey = tuple[LineId, CallId]


@dataclass(slots=True)
class _Facts:
    """What was heard of one agent id."""

    said_us: int = 0
    state: AgentState = AgentState.OFFLINE
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

    def __init__(self, people: Mapping[AgentId, Person] | None = None):
        self._counts: Counter[str] = Counter()
        self._changed: set[AgentId] = set()
        self._stale: set[AgentId] = set()  # their rows are to be made again
        self._facts: dict[AgentId, _Facts] = {}
        self._rows: dict[AgentId, AgentStatus] = {}
        self._people: Mapping[AgentId, Person] = {}
        self._ids: dict[AgentId, list[AgentId]] = {}
        self.know(people or {})

    def know(self, people: Mapping[AgentId, Person]) -> None:
        """These are all people with a log-in, by each of their agent ids."""
        shown = set(self._rows)
        self._people = dict(people)
        self._ids = {}
        for agent, person in self._people.items():
            self._ids.setdefault(person.agent, []).append(agent)
        self._stale |= shown | self._ids.keys() | self._facts.keys()

    def say(self, agent: AgentId, state: AgentState, at_us: int) -> None:
        """The agent, or the telephone system for them, named a state."""
        facts = self._of(agent)
        if facts is None or (at_us, _STATE_ORDER[state]) <= facts.said:
            return
        facts.said_us, facts.state = at_us, state
        self._stale.add(self._principal(agent))

    def replace(self, before: Call | None, after: Call) -> None:
        """A call that looked like `before` (None: unknown) looks like `after` now."""
        key = (after.line, after.call_id)
        known = {leg.agent: leg for leg in before.legs} if before else {}
        same_queue = before is not None and before.queue == after.queue
        for leg in after.legs:
            if known.pop(leg.agent, None) == leg and same_queue:
                continue
            self._take_leg(key, leg, after.queue)
        for agent in known:
            self._lose_leg(key, agent)

    def drop(self, call: Call) -> None:
        """A call that is followed no longer engages nobody."""
        for leg in call.legs:
            self._lose_leg((call.line, call.call_id), leg.agent)

    def row(self, agent: AgentId) -> AgentStatus | None:
        """The row of a principal agent id; None when it is not shown."""
        self._settle()
        return self._rows.get(agent)

    def rows(self) -> list[AgentStatus]:
        """All rows by name."""
        self._settle()
        return sorted(self._rows.values(), key=lambda row: (row.name, row.agent))

    def count(self, name: str) -> int:
        """How many agents one of the agent counters held when rows were last made."""
        return self._counts[name]

    def take_changed(
        self, at_most: int | None = None
    ) -> dict[AgentId, AgentStatus | None]:
        """Rows changed since this was last asked, None for one that is gone.

        At most so many are made now; the others come next time.
        """
        self._settle(at_most)
        changed, self._changed = self._changed, set()
        return {agent: self._rows.get(agent) for agent in sorted(changed)}

    def _take_leg(self, key: CallKey, leg: AgentLeg, queue: str | None) -> None:
        facts = self._of(leg.agent)
        if facts is None:
            return
        if leg.open:
            facts.legs[key] = (leg, queue)
        else:
            facts.legs.pop(key, None)
            facts.released_us = max(facts.released_us, leg.released_us or 0)
        self._stale.add(self._principal(leg.agent))

    def _lose_leg(self, key: CallKey, agent: AgentId) -> None:
        facts = self._facts.get(agent)
        if facts is not None and facts.legs.pop(key, None) is not None:
            self._stale.add(self._principal(agent))

    def _of(self, agent: AgentId) -> _Facts | None:
        facts = self._facts.get(agent)
        if facts is None and len(self._facts) < AGENTS_MAX:
            facts = self._facts[agent] = _Facts()
        return facts

    def _principal(self, agent: AgentId) -> AgentId:
        person = self._people.get(agent)
        return person.agent if person else agent

    def _settle(self, at_most: int | None = None) -> None:
        """Make the rows again of those of whom something was heard."""
        left = len(self._stale) if at_most is None else at_most
        while self._stale and left > 0:
            self._refresh(self._stale.pop())
            left -= 1

    def _refresh(self, principal: AgentId) -> None:
        old, new = self._rows.get(principal), self._status(principal)
        if old == new:
            return
        if old is not None and old.counted_as:
            self._counts[old.counted_as] -= 1
        if new is None:
            del self._rows[principal]
        else:
            self._rows[principal] = new
            if new.counted_as:
                self._counts[new.counted_as] += 1
        self._changed.add(principal)

    def _status(self, principal: AgentId) -> AgentStatus | None:
        ids = self._ids.get(principal)
        if ids is None and self._principal(principal) != principal:
            return None  # now one of somebody's ids: shown in that person's row
        facts = [f for id in ids or [principal] if (f := self._facts.get(id))]
        status = _status(principal, self._name(principal), facts)
        if ids is None and status.counted_as is None:
            return None
        return status

    def _name(self, principal: AgentId) -> str:
        ids = self._ids.get(principal)
        return self._people[ids[0]].name if ids else principal


def _status(agent: AgentId, name: str, facts: list[_Facts]) -> AgentStatus:
    """The row of a person from what was heard of all their agent ids."""
    if not facts:
        return AgentStatus(agent=agent, name=name)
    said = max(facts, key=lambda f: f.said)
    legs = [leg for f in facts for leg in f.legs.values()]
    if not legs:
        released_us = max((f.released_us for f in facts), default=0)
        since_us = max(said.said_us, released_us)
        return AgentStatus(agent=agent, name=name, state=said.state, since_us=since_us)
    leg, queue = max(legs, key=lambda pair: _engagement(pair[0]))
    return AgentStatus(
        agent=agent,
        name=name,
        state=said.state,
        telephone=_TELEPHONE[leg.state],
        since_us=_since_us(leg),
        queue=queue,
    )


def _engagement(leg: AgentLeg) -> tuple[int, int]:
    return (_ENGAGEMENT[leg.state], -_since_us(leg))


def _since_us(leg: AgentLeg) -> int:
    """When it began to ring, or was answered (a hold keeps the talk's beginning)."""
    moment = leg.alerting_us if leg.state is LegState.ALERTING else leg.answered_us
    return moment or 0
