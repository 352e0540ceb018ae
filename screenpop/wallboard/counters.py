"""How many calls wait, ring and talk now, and what became of today's?

`contribution` says what one call, as the fold sees it at this moment, adds to the
counters. `Counters.replace` takes back what the call added before and adds what
it adds now. Since a `Call` is itself a fold of a set of events, the counters
depend on the set of calls alone: neither order nor repetition matters, and they
equal a recount from scratch at any time (the tests hold them to it).

A visit belongs to the business day on which the caller entered the queue, a
direct call to the day of its arrival; whatever becomes of it later, also after
midnight, is counted there. So numerators stay within their denominators.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from screenpop.domain.call import Call, CallKey
from screenpop.domain.call_counts import (
    UNNAMED,
    CountingRules,
    add_the_same,
    counts_of,
)
from screenpop.domain.service_level import US_PER_S, Comparison, ServiceLevelRules
from screenpop.wallboard.metrics import alerts, holds, talks, waits

TOTAL = UNNAMED
"""The queue name of the total; calls without a queue name count in it alone."""

QUEUES_MAX = 1_000  # queue names of one day; calls of further ones: total only
DAYS_MAX = 8  # days held at once: yesterday, today, and clocks that run ahead

REPORTED, INFERRED = "reported/", "inferred/"
"""Next to the numbers: how many calls of each line entered a queue by a `queued`
event, and how many rang without one."""

Entry = tuple[date, str, str, int]
"""(business day, queue, name, amount)."""


class BusinessDays:
    """On which business day of one zone did a moment fall? Remembers the last day."""

    def __init__(self, time_zone: str):
        self.zone = ZoneInfo(time_zone)
        self._day = date.min
        self._start_us = self._end_us = 0

    def day_of(self, at_us: int) -> date:
        if not self._start_us <= at_us < self._end_us:
            self._day = datetime.fromtimestamp(at_us // US_PER_S, self.zone).date()
            self._start_us = self._midnight_us(self._day)
            self._end_us = self._midnight_us(self._day + timedelta(days=1))
        return self._day

    def bounds_us(self, day: date) -> tuple[int, int]:
        """The first moment of a day, and that of the next."""
        return self._midnight_us(day), self._midnight_us(day + timedelta(days=1))

    def _midnight_us(self, day: date) -> int:
        """The first moment of a day, also where clocks change at midnight."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        return int(midnight.astimezone(UTC).timestamp()) * US_PER_S


class LiveState(NamedTuple):
    """What a call is doing now. `queue` is the queue it entered last."""

    queue: str
    waiting_since_us: int | None
    alerting: bool
    talking: bool
    held: bool = False
    target_us: int = 0  # of the queue's service level

    @property
    def idle(self) -> bool:
        return self.waiting_since_us is None and not self.alerting and not self.talking


class Contribution(NamedTuple):
    """What one call adds: to now, and to the sums of days and queues."""

    live: LiveState
    entries: tuple[Entry, ...]


def contribution(
    call: Call, *, days: BusinessDays, rules: CountingRules
) -> Contribution:
    """What this call adds to the counters, in whatever state it is."""
    return Contribution(_live(call, rules.service_level), _entries(call, days, rules))


def _live(call: Call, level: ServiceLevelRules) -> LiveState:
    visit = call.visits[-1] if waits(call) else None
    queue = (visit.queue if visit else call.queue) or TOTAL
    talking = talks(call)
    return LiveState(
        queue=queue,
        waiting_since_us=visit.entered_us if visit else None,
        target_us=level.target_us(queue),
        alerting=alerts(call),
        talking=talking,
        held=talking and holds(call),
    )


def _entries(call: Call, days: BusinessDays, rules: CountingRules) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    last_us, day = -1, date.min
    for at_us, queue, name, amount in counts_of(call, rules):
        if at_us != last_us:
            last_us, day = at_us, days.day_of(at_us)
        entries.append((day, queue, name, amount))
    if entries:
        at_us = call.visits[0].entered_us if call.visits else call.arrived_us
        reported = call.visits and not call.visits[0].inferred
        how = REPORTED if reported else INFERRED
        if at_us != last_us:
            day = days.day_of(at_us)
        entries.append((day, TOTAL, f"{how}{call.line}", 1))
    return tuple(entries)


class WaitingLine:
    """Who has waited longest? A heap that forgets lazily: O(log n) an event."""

    def __init__(self) -> None:
        self._since: dict[CallKey, tuple[int, int]] = {}  # and the target
        self._heap: list[tuple[int, CallKey]] = []

    def __len__(self) -> int:
        return len(self._since)

    def enter(self, key: CallKey, since_us: int, target_us: int = 0) -> None:
        self._since[key] = since_us, target_us
        heapq.heappush(self._heap, (since_us, key))
        if len(self._heap) > 2 * len(self._since) + 64:
            self._heap = [(since, k) for k, (since, _) in self._since.items()]
            heapq.heapify(self._heap)

    def leave(self, key: CallKey) -> None:
        self._since.pop(key, None)

    def longer(self, now_us: int, comparison: Comparison) -> int:
        """How many have waited longer than their queue's target by now?"""
        late_us = now_us + 1 if comparison == "<" else now_us
        over = [1 for since, target in self._since.values() if since + target < late_us]
        return len(over)

    def oldest_us(self) -> int | None:
        """When the caller waiting longest entered; None when no caller waits."""
        while self._heap:
            since_us, key = self._heap[0]
            if key in self._since and self._since[key][0] == since_us:
                return since_us
            heapq.heappop(self._heap)
        return None


class QueueNow:
    """The live gauges of one queue, or of the total."""

    __slots__ = ("alerting", "held", "line", "talking")

    def __init__(self) -> None:
        self.line = WaitingLine()
        self.alerting = 0
        self.talking = 0
        self.held = 0

    @property
    def waiting(self) -> int:
        return len(self.line)

    def add(self, key: CallKey, live: LiveState) -> None:
        self.alerting += live.alerting
        self.talking += live.talking
        self.held += live.held
        if live.waiting_since_us is not None:
            self.line.enter(key, live.waiting_since_us, live.target_us)

    def take_back(self, key: CallKey, live: LiveState) -> None:
        self.alerting -= live.alerting
        self.talking -= live.talking
        self.held -= live.held
        self.line.leave(key)

    @property
    def empty(self) -> bool:
        return not (self.waiting or self.alerting or self.talking)


class DaySums:
    """The sums of one business day by queue; the total is under `TOTAL`."""

    def __init__(self, by_queue: dict[str, dict[str, int]] | None = None) -> None:
        self.by_queue: dict[str, dict[str, int]] = {TOTAL: {}, **(by_queue or {})}

    def add(self, entries: Iterable[Entry], sign: int) -> None:
        """Into the total, and into the queue's own row while there is room for it."""
        total = self.by_queue[TOTAL]
        for _, queue, name, amount in entries:
            total[name] = total.get(name, 0) + sign * amount
            if queue == TOTAL:
                continue
            sums = self.by_queue.get(queue)
            if sums is None:
                if len(self.by_queue) > QUEUES_MAX:
                    continue
                sums = self.by_queue[queue] = {}
            sums[name] = sums.get(name, 0) + sign * amount


class SavedSums(msgspec.Struct, frozen=True, array_like=True):
    """What a snapshot keeps of the counters; live gauges follow from the calls.

    `older` are calls that were counted by rules of before.
    """

    first_day: date
    too_far: date | None
    days: dict[date, dict[str, dict[str, int]]]
    older: list[tuple[CountingRules, list[CallKey]]] = []


class Counters:
    """The counters of all queues, kept up to date change by change.

    `changed` names the queues touched since it was last cleared (`TOTAL` among
    them); it is the feed's to clear.
    """

    def __init__(
        self, days: BusinessDays, *, today: date, rules: CountingRules | None = None
    ):
        self.days = days
        self.today = today
        self.rules = rules or CountingRules()
        self.changed: set[str] = set()
        self._live: dict[CallKey, LiveState] = {}
        self._older: dict[CallKey, CountingRules] = {}
        self._now: dict[str, QueueNow] = {TOTAL: QueueNow()}
        self._sums: dict[date, DaySums] = {today: DaySums()}
        self._first_day = today - timedelta(days=1)
        self._too_far: date | None = None

    def replace(self, before: Call | None, after: Call) -> None:
        """A call that looked like `before` (None: unknown) looks like `after` now."""
        self._replace_live(after.key, _live(after, self.rules.service_level))
        rules = self._older.pop(after.key, self.rules) if self._older else self.rules
        if before is None:
            self._book(_entries(after, self.days, self.rules), 1)
        elif rules is not self.rules or not add_the_same(before, after, rules):
            self._book(_entries(before, self.days, rules), -1)
            self._book(_entries(after, self.days, self.rules), 1)

    def count_by(self, rules: CountingRules, calls: Iterable[Call]) -> None:
        """Other rules from now on, for a call that is followed with its next event.

        Those who wait now are late by the new target.
        """
        if rules == self.rules:
            return
        for call in calls:
            self._older.setdefault(call.key, self.rules)
            if call.key in self._live:
                self._replace_live(call.key, _live(call, rules.service_level))
        self.rules = rules

    def drop(self, call: Call) -> None:
        """A call that is followed no longer leaves the live gauges, not the sums."""
        self._older.pop(call.key, None)
        gone = LiveState(TOTAL, None, alerting=False, talking=False)
        self._replace_live(call.key, gone)

    def withdraw(self, call: Call) -> None:
        """The call never was: neither live nor in the sums."""
        rules = self._older.get(call.key, self.rules)
        self.drop(call)
        self._book(_entries(call, self.days, rules), -1)

    def saved(self) -> SavedSums:
        days = {
            day: {queue: dict(named) for queue, named in sums.by_queue.items()}
            for day, sums in self._sums.items()
        }
        older: dict[int, tuple[CountingRules, list[CallKey]]] = {}
        for key, rules in self._older.items():
            older.setdefault(id(rules), (rules, []))[1].append(key)
        return SavedSums(self._first_day, self._too_far, days, [*older.values()])

    def restore(self, saved: SavedSums, calls: Iterable[Call]) -> None:
        """Take up the sums, and what these calls are doing now."""
        self._first_day = max(self._first_day, saved.first_day)
        self._too_far = saved.too_far
        if self._too_far is not None and self.today >= self._too_far:
            self._too_far = None
        for day, queues in saved.days.items():
            if day >= self._first_day:
                self._sums[day] = DaySums(queues)
        self._older = {key: rules for rules, keys in saved.older for key in keys}
        for call in calls:
            self._replace_live(call.key, _live(call, self.rules.service_level))

    def roll(self, today: date) -> bool:
        """Turn to another business day; True when it is one: then all is new."""
        if today == self.today:
            return False
        self.today = today
        self._first_day = max(self._first_day, today - timedelta(days=1))
        self._sums = {d: s for d, s in self._sums.items() if d >= self._first_day}
        self._sums.setdefault(today, DaySums())
        if self._too_far is not None and today >= self._too_far:
            self._too_far = None
        self.changed.clear()
        return True

    def queues(self) -> list[str]:
        """The total, then every queue seen today or in use now, by name."""
        today = self._sums[self.today].by_queue
        seen = {queue for queue, sums in today.items() if any(sums.values())}
        return [TOTAL, *sorted((seen | self._now.keys()) - {TOTAL})]

    def now(self, queue: str) -> QueueNow:
        return self._now.get(queue) or QueueNow()

    def sums(self, queue: str) -> dict[str, int]:
        """Today's sums of a queue by name; those never counted are left out."""
        sums = self._sums[self.today].by_queue.get(queue, {})
        return {name: amount for name, amount in sums.items() if amount}

    def lines_without_queues(self) -> tuple[str, ...]:
        """Lines with calls today, none of which reported that it entered a queue."""
        sums = self.sums(TOTAL)
        lines = {n.removeprefix(INFERRED) for n in sums if n.startswith(INFERRED)}
        return tuple(sorted(x for x in lines if f"{REPORTED}{x}" not in sums))

    def _replace_live(self, key: CallKey, new: LiveState) -> None:
        old = self._live.pop(key, None)
        is_idle = new.idle
        if not is_idle:
            self._live[key] = new
        elif old is None:
            return
        if old == new:
            return
        if old is not None:
            for gauges in self._gauges(old.queue):
                gauges.take_back(key, old)
        if not is_idle:
            for gauges in self._gauges(new.queue):
                gauges.add(key, new)
        if old is not None and old.queue and self._now[old.queue].empty:
            del self._now[old.queue]

    def _gauges(self, queue: str) -> tuple[QueueNow, ...]:
        """The gauges that a call in this queue moves."""
        total = self._now[TOTAL]
        self.changed.add(TOTAL)
        if queue == TOTAL:
            return (total,)
        own = self._now.get(queue)
        if own is None:
            own = self._now[queue] = QueueNow()
        self.changed.add(queue)
        return (total, own)

    def _book(self, entries: tuple[Entry, ...], sign: int) -> None:
        for day, of_day in groupby(entries, key=itemgetter(0)):
            sums = self._sums[day] if day == self.today else self._sums_of(day)
            if sums is None:
                continue
            some = list(of_day)
            sums.add(some, sign)
            if day == self.today:
                self.changed.add(TOTAL)
                for entry in some:
                    self.changed.add(entry[1])

    def _sums_of(self, day: date) -> DaySums | None:
        """The sums of a day; None for days past or too far ahead to be held."""
        if day < self._first_day or (self._too_far and day >= self._too_far):
            return None
        sums = self._sums.get(day)
        if sums is None:
            sums = self._sums[day] = DaySums()
            self._forget_furthest()
        return self._sums.get(day)

    def _forget_furthest(self) -> None:
        """A clock gone wild may name any day: hold `DAYS_MAX`, never lose today."""
        if len(self._sums) <= DAYS_MAX:
            return
        self._too_far = max(day for day in self._sums)
        del self._sums[self._too_far]
