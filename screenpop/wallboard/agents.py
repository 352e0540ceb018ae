"""What do all agents do, how many do what, and how did their day go so far?

What is heard is kept at once; rows (`agent_rows`) and sums (`workday`) are made when
somebody looks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec.structs import replace

from screenpop.domain.agent import AgentState, SaidBy, UserId
from screenpop.domain.call import AgentId, AgentLeg, Call, CallKey, Direction
from screenpop.domain.workday import STATE_ORDER, Talk, Workday, Worked, WorkSums
from screenpop.wallboard.agent_metrics import AGENTS
from screenpop.wallboard.agent_rows import (
    AgentFacts,
    AgentStatus,
    Person,
    Subject,
    legs_by_subject,
    person,
    status_of,
    telephone,
)
from screenpop.wallboard.teams import TeamRow, Teams

AGENTS_MAX = 20_000
"""Agent ids without a log-in that telephone systems named; further ones are left out.

People with a log-in always have their row.
"""

_COUNTERS = tuple(each.name for each in AGENTS)


class AgentBoard:
    """All agents who have a log-in, and others while their telephone is in use.

    What is heard is kept at once; rows are made when somebody looks, however much
    was heard in between.
    """

    def __init__(
        self,
        people: Iterable[Person] = (),
        *,
        strangers_max: int = AGENTS_MAX,
        teams: Teams | None = None,
    ):
        self.teams = Teams() if teams is None else teams
        self._strangers_max = strangers_max
        self._counts: Counter[str] = Counter()
        self._changed: set[Subject] = set()
        self._stale: set[Subject] = set()  # their rows are to be made again
        self._facts: dict[Subject, AgentFacts] = {}
        self._strangers = 0  # facts of telephones and users without a log-in
        self._rows: dict[Subject, AgentStatus] = {}
        self._day_us = 0
        self._worked: dict[Subject, Worked] = {}
        self._unworked: set[Subject] = set()  # their sums are to be made again
        self._work = WorkSums()
        self.queues_changed: set[str] = set()  # the feed's to clear
        self._wrapping_up: Counter[str] = Counter()  # by the queue of the last call
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
        self.teams.know(self._people)
        for who in self._worked.keys() ^ (known & self._facts.keys()):
            self._unworked.add(who)  # they came, or are gone

    def regroup(self, teams: Teams) -> None:
        """These are the teams now: their people's day so far goes along with them."""
        for row in self._rows.values():
            self._count(row, -1)
        self.teams = teams
        teams.know(self._people)
        self._rows = {
            who: replace(row, team=self._team_of(row.user))
            for who, row in self._rows.items()
        }
        for row in self._rows.values():
            self._count(row, 1)
        for who, worked in self._worked.items():
            if who.user is not None:
                teams.add(who.user, worked, 1)
        self._changed |= self._rows.keys()

    @property
    def people(self) -> int:
        """How many have a log-in and a telephone."""
        return len(self._people)

    def at(self, agent: AgentId) -> list[Subject]:
        """Whose telephone it is now: people, or itself."""
        users = self._at.get(agent)
        return [person(user) for user in users] if users else [telephone(agent)]

    def say(
        self,
        who: Subject,
        state: AgentState,
        at_us: int,
        by: SaidBy = "desk",
        reason: str = "",
    ) -> None:
        """The agent, or the telephone system for them, named a state."""
        facts = self._of(who)
        if facts is None:
            return
        if facts.work is not None:
            facts.work.say(state, at_us, by)
            self._unworked.add(who)
        if by == "telephone":
            if (at_us, STATE_ORDER[state]) <= facts.telephone_said:
                return
            facts.telephone_said = (at_us, STATE_ORDER[state])
        else:  # only a desk can name one
            facts.desk_closed_us = 0
        facts.said_us, facts.state, facts.said_by = at_us, state, by
        facts.reason = reason
        self._outdated(who)

    def desk(self, user: UserId, *, is_open: bool, at_us: int) -> None:
        """A person opened a desk, or closed the last one and did not come back."""
        who = person(user)
        facts = self._of(who)
        if facts is not None:
            facts.desk_closed_us = 0 if is_open else at_us
            if facts.work is not None:
                facts.work.open_desk(at_us, is_open=is_open)
                self._unworked.add(who)
            self._outdated(who)

    def replace(self, before: Call | None, after: Call) -> None:
        """A call that looked like `before` (None: unknown) looks like `after` now."""
        key = after.key
        known = legs_by_subject(before) if before is not None else {}
        same = (
            before is not None
            and before.queue == after.queue
            and before.direction is after.direction
        )
        for who, leg in legs_by_subject(after).items():
            if known.pop(who, None) == leg and same:
                continue
            self._take_leg(who, leg, after)
        for who in known:
            self._lose_leg(key, who)

    def drop(self, call: Call) -> None:
        """A call that is followed no longer engages nobody; its talks are counted."""
        for who, leg in legs_by_subject(call).items():
            if leg.open:
                self._lose_leg(call.key, who)

    def withdraw(self, call: Call) -> None:
        """The call never was."""
        for who in legs_by_subject(call):
            self._lose_leg(call.key, who)

    def begin_day(self, day_us: int) -> None:
        """A business day began at that moment."""
        if day_us != self._day_us:
            self._day_us = day_us
            self._unworked, self._worked, self._work = {*self._facts}, {}, WorkSums()
            self.teams.begin_day()

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

    def wrapping_up(self, queue: str) -> int:
        """How many agents are in wrap-up after a call of a queue."""
        return self._wrapping_up[queue]

    def team_rows(self, now_us: int) -> tuple[TeamRow, ...]:
        """Of the rows and sums as they were last made."""
        return self.teams.rows(now_us)

    @property
    def work(self) -> tuple[int, ...]:
        """What `occupancy` is made of but the time that passes."""
        return self._work.sums

    def occupancy(self, now_us: int) -> float | None:
        """Of all people with a log-in, today; of the sums as they were last made."""
        return self._work.occupancy(now_us)

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
        for who, facts in heard:
            self._facts[who] = facts
            if facts.work is not None:
                facts.work.begin(self._day_us)
        self.know(list(self._people.values()))

    def _take_leg(self, who: Subject, leg: AgentLeg, call: Call) -> None:
        self.touched.add(who)
        facts = self._facts.get(who) or self._of(who)
        if facts is None:
            return
        key, queue = call.key, call.queue
        if facts.work is not None:
            if leg.answered_us is not None:
                inbound = call.direction is Direction.INBOUND
                talk = Talk(leg.answered_us, leg.released_us, queue or "", inbound)
                facts.work.talk(key, talk)
                self._unworked.add(who)
            elif facts.work.talks.pop(key, None):
                self._unworked.add(who)
        if leg.open:
            facts.legs[key] = (leg, queue)
        else:
            facts.legs.pop(key, None)
            facts.released_us = max(facts.released_us, leg.released_us or 0)
        if who.agent is None:
            self._stale.add(who)
        else:
            self._outdated(who)

    def _lose_leg(self, key: CallKey, who: Subject) -> None:
        facts = self._facts.get(who)
        if facts is None:
            return
        leg = facts.legs.pop(key, None)
        talk = facts.work.talks.pop(key, None) if facts.work is not None else None
        if leg is not None or talk is not None:
            self.touched.add(who)
            self._unworked.add(who)
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
        if who.user is not None:
            facts.work = Workday(self._day_us, self._day_us)
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
        if old is not None:
            self._count(old, -1)
        if new is None:
            del self._rows[who]
        else:
            self._rows[who] = new
            self._count(new, 1)
        self._changed.add(who)

    def _count(self, row: AgentStatus, sign: int) -> None:
        counted_as = row.counted_as
        if counted_as is None:
            return
        self._counts[counted_as] += sign
        if row.team is not None:
            self.teams.count(row, row.team, counted_as, sign)
        if row.last_queue and counted_as == "agents_wrap_up":
            self._wrapping_up[row.last_queue] += sign
            self.queues_changed.add(row.last_queue)

    def work_up(self, at_most: int | None = None) -> bool:
        """Make the sums again of those of whom something was heard; True if any."""
        left = len(self._unworked) if at_most is None else at_most
        has_worked = bool(self._unworked)
        while self._unworked and left > 0:
            self._work_out(self._unworked.pop())
            left -= 1
        return has_worked

    def _work_out(self, who: Subject) -> None:
        facts, user = self._facts.get(who), who.user
        if user is None or facts is None or facts.work is None:
            return
        if (before := self._worked.pop(who, None)) is not None:
            self._work.add(before, -1)
            self.teams.add(user, before, -1)
        if user in self._people:
            if facts.work.begin(self._day_us):
                self.touched.add(who)
            self._worked[who] = worked = facts.work.worked()
            self._work.add(worked)
            self.teams.add(user, worked, 1)

    def _status(self, who: Subject) -> AgentStatus | None:
        if who.agent is not None:
            return self._telephone_status(who, who.agent)
        known = self._people.get(who.user) if who.user is not None else None
        if known is None:
            return None  # the log-in or its last telephone is gone
        subjects = [who, *map(telephone, sorted(known.agents))]
        facts = [f for each in subjects if (f := self._facts.get(each))]
        nothing = AgentStatus(
            agent=known.agent,
            name=known.name,
            user=known.user,
            team=self._team_of(known.user),
        )
        return status_of(nothing, facts)

    def _team_of(self, user: UserId | None) -> str | None:
        return None if user is None else self.teams.of(user)

    def _telephone_status(self, who: Subject, agent: AgentId) -> AgentStatus | None:
        """A telephone without a person is shown while it is in use."""
        if agent in self._at:
            return None  # shown in its people's rows
        facts = [f] if (f := self._facts.get(who)) else []
        status = status_of(AgentStatus(agent=agent, name=str(agent)), facts)
        return status if status.counted_as is not None else None
