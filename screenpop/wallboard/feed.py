"""What do all wallboards show, and what changed since a moment ago?

Every event is counted at once; what is sent is sent a few times a second, the same
to everybody, and nothing while nothing changed. The data here is neutral: who
wires the house turns it into `wallboard.snapshot` and `wallboard.delta` frames.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from screenpop.domain.agent import AgentState, SaidBy, UserId
from screenpop.domain.call import AgentId, Call
from screenpop.domain.call_counts import CALLED_BACK, CountingRules
from screenpop.domain.service_level import BY_NAME, WAITING, WAITING_LONGER
from screenpop.support.clock import Clock
from screenpop.wallboard.agent_metrics import WRAP_UP, MetricDefinition
from screenpop.wallboard.agent_rows import AgentFacts, AgentStatus, Subject
from screenpop.wallboard.agents import AgentBoard
from screenpop.wallboard.alerts import Alert, AlertBoard
from screenpop.wallboard.counters import TOTAL, BusinessDays, Counters, SavedSums
from screenpop.wallboard.meters import CentreMeters
from screenpop.wallboard.metrics import (
    OCCUPANCY,
    OWN,
    definitions,
    service_level_values,
    today_values,
    variant_name,
    wait_s,
)
from screenpop.wallboard.recalls import RecallList
from screenpop.wallboard.teams import TeamRow

INTERVAL_S = 0.25  # at most four deltas a second
WORKDAYS_PER_TICK_MAX = 100  # an agent's day takes some 50 µs to add up
AGENTS_PER_DELTA_MAX = 500  # the others follow in the next: a tick blocks the loop


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """The numbers of one queue by counter name; queue `""` is the total.

    `longest_wait_s` among them is that of the moment of sending: a page counts up
    from `oldest_waiting_us` by itself.
    """

    queue: str
    label: str
    values: Mapping[str, float | None]  # None: an average of nothing
    oldest_waiting_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotData:
    """Everything; sent first, and again when a business day begins."""

    offset: int
    at_us: int
    day: str  # ISO date
    time_zone: str
    counters: tuple[MetricDefinition, ...]
    queues: tuple[QueueRow, ...]  # total first
    agents: tuple[AgentStatus, ...]
    lines_without_queues: tuple[str, ...] = ()
    alerts: tuple[Alert, ...] = ()
    teams: tuple[TeamRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaData:
    """Queues and agents that changed, each whole."""

    offset: int
    at_us: int
    queues: tuple[QueueRow, ...] = ()
    agents: tuple[AgentStatus, ...] = ()
    gone_agents: tuple[AgentId, ...] = ()  # telephones without a person
    gone_users: tuple[UserId, ...] = ()
    lines_without_queues: tuple[str, ...] | None = None  # None: as before
    alerts: tuple[Alert, ...] | None = None  # None: as before
    teams: tuple[TeamRow, ...] | None = None  # None: as before


FeedData = SnapshotData | DeltaData
_Shown = tuple[int | None, dict[str, float | None], tuple[int, ...] | None]


class WallboardFeed:
    """Counts every change, and says every now and then what to send.

    A subscriber gets `snapshot()` and from then on all that `run` sends. Rows are
    whole, so a delta that holds more than the subscriber missed does no harm.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        time_zone: str = "UTC",
        rules: CountingRules | None = None,
        queue_labels: Mapping[str, str] | None = None,
        total_label: str = "All queues",
        agents: AgentBoard | None = None,
        recalls: RecallList | None = None,
        alerts: AlertBoard | None = None,
    ):
        """`queue_labels` are the configured queues: shown even while empty."""
        days = BusinessDays(time_zone)
        today = days.day_of(clock.now_us())
        self.counters = Counters(days, today=today, rules=rules)
        self.agents = agents or AgentBoard()
        self.recalls = RecallList() if recalls is None else recalls
        self.alerts = AlertBoard() if alerts is None else alerts
        self.meters = CentreMeters()
        self.offset = 0
        self._clock = clock
        self._time_zone = time_zone
        self._total_label = total_label
        self._labels = {TOTAL: total_label, **(queue_labels or {})}
        self._shown: dict[str, _Shown] = {}
        self._unsent = False  # something that changed was not sent to anybody
        self._lines: tuple[str, ...] = ()  # without queues, as shown
        self._shown_agents: dict[Subject, AgentStatus] = {}
        self._called_back: Counter[str] = Counter()  # today, by queue
        self._remember_all()

    def relabel(self, queue_labels: Mapping[str, str]) -> None:
        """These are the configured queues now: everybody gets the whole board."""
        self._labels = {TOTAL: self._total_label, **queue_labels}
        self._unsent = True

    def replace(self, before: Call | None, after: Call, offset: int) -> None:
        """Count a changed call; `before` is None for one not known so far."""
        self.offset = max(self.offset, offset)
        self.counters.replace(before, after)
        self.agents.replace(before, after)

    def say(
        self,
        who: Subject,
        state: AgentState,
        at_us: int,
        offset: int,
        by: SaidBy = "desk",
        reason: str = "",
    ) -> None:
        """Take in the state that an agent, or the telephone system, named."""
        self.offset = max(self.offset, offset)
        self.agents.say(who, state, at_us, by, reason)

    def desk(self, user: UserId, *, is_open: bool, at_us: int, offset: int) -> None:
        """A person opened a desk, or closed the last one for good."""
        self.offset = max(self.offset, offset)
        self.agents.desk(user, is_open=is_open, at_us=at_us)

    def restore(
        self,
        sums: SavedSums,
        heard: Iterable[tuple[Subject, AgentFacts]],
        calls: Iterable[Call],
        offset: int,
    ) -> None:
        """Take up what a snapshot keeps: it is what everybody sees first."""
        self.counters.restore(sums, calls)
        self.agents.restore(heard)
        self.offset = offset
        self._remember_all()

    def rejoin(self, offset: int) -> None:
        """Offsets are those of the journal again: the whole board is due."""
        self.offset = offset
        self._unsent = True

    def drop(self, call: Call) -> None:
        """Take a call that is followed no longer out of the live gauges."""
        self.counters.drop(call)
        self.agents.drop(call)

    def withdraw(self, call: Call) -> None:
        """Take back what was counted of a call that never was."""
        self.counters.withdraw(call)
        self.agents.withdraw(call)

    def snapshot(self) -> SnapshotData:
        """Everything as it stands now, for one who begins to watch."""
        now_us = self._clock.now_us()
        self._count_called_back()
        agents = tuple(self.agents.rows())  # first: the total counts them
        self.agents.work_up(WORKDAYS_PER_TICK_MAX)
        return SnapshotData(
            offset=self.offset,
            at_us=now_us,
            day=self.counters.today.isoformat(),
            time_zone=self._time_zone,
            counters=definitions(self.counters.rules.service_level),
            queues=tuple(self._row(queue, now_us) for queue in self._queues()),
            agents=agents,
            lines_without_queues=self.counters.lines_without_queues(),
            alerts=tuple(self.alerts.open()),
            teams=self.agents.team_rows(now_us),
        )

    def tick(self) -> FeedData | None:
        """What everybody must be sent now; None when nothing changed.

        A new business day makes everything new: then it is a snapshot.
        """
        now_us = self._clock.now_us()
        if self.counters.roll(self.counters.days.day_of(now_us)) or self._unsent:
            self._remember_all()
            return self.snapshot()
        self._count_called_back()
        agents, gone = self._changed_agents()
        is_any = self.agents.work_up(WORKDAYS_PER_TICK_MAX) or bool(agents or gone)
        queues = self._changed_queues(now_us, totals=is_any)
        lines = self.counters.lines_without_queues() if queues else self._lines
        alerts = tuple(self.alerts.open()) if self.alerts.changed else None
        self.alerts.changed = False
        if not (queues or agents or gone or alerts is not None):
            return None
        return DeltaData(
            offset=self.offset,
            at_us=now_us,
            queues=queues,
            agents=agents,
            gone_agents=tuple(who.agent for who in gone if who.agent is not None),
            gone_users=tuple(who.user for who in gone if who.user is not None),
            lines_without_queues=self._new_lines(lines),
            alerts=alerts,
            teams=self._changed_teams(queues, now_us),
        )

    def _changed_teams(
        self, queues: tuple[QueueRow, ...], now_us: int
    ) -> tuple[TeamRow, ...] | None:
        """All of them with the total, where the configuration has any."""
        if not self.agents.teams.labels or not queues or queues[0].queue != TOTAL:
            return None
        return self.agents.teams.rows(now_us)

    def _new_lines(self, lines: tuple[str, ...]) -> tuple[str, ...] | None:
        if lines == self._lines:
            return None
        self._lines = lines
        return lines

    async def run(
        self,
        send: Callable[[FeedData], Awaitable[None]],
        *,
        interval_s: float = INTERVAL_S,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Hand everything that changes to `send`, at most once in `interval_s`."""
        while True:
            try:
                data = self.tick()
                if data is not None:
                    await send(data)
            except BaseException:
                self._unsent = True  # changes were taken: the next is a snapshot
                raise
            self._unsent = False
            await pause(interval_s)

    def _queues(self) -> list[str]:
        known = self.counters.queues()
        return known + sorted(self._labels.keys() - set(known))

    def _changed_queues(self, now_us: int, *, totals: bool) -> tuple[QueueRow, ...]:
        touched = self.counters.changed | self.agents.queues_changed
        touched |= {TOTAL} if totals else set()
        self.counters.changed.clear()
        self.agents.queues_changed.clear()
        listed = set(self._queues()) if touched else set()
        changed = [q for q in sorted(touched) if self._is_new(q, listed=q in listed)]
        return tuple(self._row(queue, now_us) for queue in changed)

    def _is_new(self, queue: str, *, listed: bool) -> bool:
        """Does the queue look different from what was sent last? Then remember it.

        One that is no longer listed is shown a last time, all zeros.
        """
        if not listed:
            return self._shown.pop(queue, None) is not None
        looks = self._looks(queue)
        shown = (*looks, self.agents.work if queue == TOTAL else None)
        if self._shown.get(queue) == shown:
            return False
        self._shown[queue] = shown
        return True

    def _changed_agents(self) -> tuple[tuple[AgentStatus, ...], tuple[Subject, ...]]:
        rows: list[AgentStatus] = []
        gone: list[Subject] = []
        changed = self.agents.take_changed(AGENTS_PER_DELTA_MAX)
        for who, row in changed.items():
            if row == self._shown_agents.get(who):
                continue
            if row is None:
                del self._shown_agents[who]
                gone.append(who)
            else:
                self._shown_agents[who] = row
                rows.append(row)
        return tuple(rows), tuple(gone)

    def _count_called_back(self) -> None:
        before, today = self._called_back, self.counters.today
        now = self.recalls.called_back(*self.counters.days.bounds_us(today))
        if now is not before:
            self._called_back = now
            changed = [queue for queue in before | now if before[queue] != now[queue]]
            self.counters.changed.update([TOTAL, *changed] if changed else [])

    def _remember_all(self) -> None:
        self._count_called_back()
        self.agents.begin_day(self.counters.days.bounds_us(self.counters.today)[0])
        self._shown_agents = {row.subject: row for row in self.agents.rows()}
        self._shown = {queue: (*self._looks(queue), None) for queue in self._queues()}
        self._shown[TOTAL] = (*self._looks(TOTAL), self.agents.work)
        self._lines = self.counters.lines_without_queues()
        self.counters.changed.clear()
        self.agents.queues_changed.clear()
        self.agents.take_changed()
        self.alerts.changed = False

    def _looks(self, queue: str) -> tuple[int | None, dict[str, float | None]]:
        """All of a row that does not change by mere waiting."""
        now, sums = self.counters.now(queue), self.counters.sums(queue)
        values: dict[str, float | None] = {
            "waiting": now.waiting,
            "alerting": now.alerting,
            "talking": now.talking,
            "held": now.held,
            **today_values(sums),
            CALLED_BACK: self._called_back[queue],
            **service_level_values(sums, self.counters.rules.service_level),
        }
        if queue == TOTAL:
            values[CALLED_BACK] = self._called_back.total()
            values |= self.agents.counts()
        else:
            values[WRAP_UP] = self.agents.wrapping_up(queue)
        return now.line.oldest_us(), values

    def values(self, queue: str) -> Mapping[str, float | None]:
        """All numbers of one queue as they are now; `TOTAL` is the whole centre."""
        return self._row(queue, self._clock.now_us()).values

    def _row(self, queue: str, now_us: int) -> QueueRow:
        oldest_us, values = self._looks(queue)
        longest_s = wait_s(oldest_us, now_us) if oldest_us is not None else 0.0
        return QueueRow(
            queue=queue,
            label=self._labels.get(queue, queue),
            values={
                **values,
                **self._in_time(queue, now_us),
                **({} if queue else {OCCUPANCY: self.agents.occupancy(now_us)}),
                "longest_wait_s": longest_s,
            },
            oldest_waiting_us=oldest_us,
        )

    def _in_time(self, queue: str, now_us: int) -> dict[str, float | None]:
        """The service level of those who wait now: it changes by mere waiting."""
        rules, line = self.counters.rules.service_level, self.counters.now(queue).line
        longer = line.longer(now_us, rules.comparison)
        waiting = {WAITING: len(line), WAITING_LONGER: longer}
        share = BY_NAME["in_queue_now"].of(waiting, rules)
        return {variant_name("in_queue_now"): share} | (
            {OWN: share} if rules.variant == "in_queue_now" else {}
        )
