"""A night of callers with what is to be counted of each, noted while it is made up.

An independent and slow model: it knows nothing of calls, folds, counters or lists. The
night has a midnight and the end of summer time of London.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from screenpop.domain.call import (
    AgentId,
    CallEvent,
    CallId,
    Direction,
    EventType,
    LineId,
)

S = 1_000_000
START_US = round(datetime(2026, 10, 24, 21, 30, tzinfo=UTC).timestamp()) * S
NIGHT_S = 6 * 3600
TARGET_S, SHORT_S = 20, 5
QUEUES = ("sales", "support", "night")
NUMBERS = ("+442079460100", "+442079460101")
CALLER = "+442079460{:03d}"

Place = tuple[int, str, str, str]
"""(begin of the quarter, queue, line, dialled number)."""


Said = tuple[int, bool, str, str, str, str]
"""What a number heard: when, of a talk True, line, call id, queue, dialled number."""


@dataclass
class SimulatedDay:
    rng: random.Random
    lines: tuple[str, ...] = ("main", "second")
    late_s: tuple[int, ...] = (0, 0, 0, 90, 4_000)
    start_us: int = START_US
    length_s: int = NIGHT_S
    telephones: int = 3  # of the queues, from 1001; another rings directly
    numbers: int = 1  # from which callers call
    called_back: float = 0  # share of calls after which we call the number
    events: list[CallEvent] = field(default_factory=list)
    wanted: dict[Place, Counter[str]] = field(default_factory=dict)
    lost: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    talked: dict[str, list[int]] = field(default_factory=dict)
    of_numbers: dict[str, list[Said]] = field(default_factory=dict)

    def callers(self, count: int) -> SimulatedDay:
        for number in range(count):
            _Caller(self, number, self.rng.randrange(self.length_s)).live()
        self._count_called_back()
        return self

    def _count_called_back(self) -> None:
        """Our talks with those who reached no one since an agent last talked."""
        for said in self.of_numbers.values():
            newest = None
            for at_s, is_talk, line, call_id, queue, dialled in sorted(said):
                if is_talk and newest is not None and call_id.endswith("-back"):
                    quarter_us = self.start_us + at_s // 900 * 900 * S
                    place = (quarter_us, newest[0], line, newest[1])
                    self.wanted.setdefault(place, Counter())["called_back"] += 1
                newest = None if is_talk else (queue, dialled)

    def to_call_back(self) -> dict[str, set[str]]:
        """The calls of each number that reached no one since an agent last talked."""
        waits: dict[str, set[str]] = {}
        for number, lost in self.lost.items():
            last_s = max(self.talked.get(number, ()), default=-1)
            open_calls = {call_id for at_s, call_id in lost if at_s > last_s}
            if open_calls:
                waits[number] = open_calls
        return waits

    def told(self) -> list[CallEvent]:
        """In the order in which they come: some late, some twice, some both."""
        return [event for _, event in self.timed()]

    def timed(self) -> list[tuple[int, CallEvent]]:
        """With the time at which each comes."""
        late = [
            (event.at_us + self.rng.choice(self.late_s) * S, event)
            for event in self.events
        ]
        late += self.rng.sample(late, len(late) // 10)
        return sorted(late, key=lambda pair: pair[0])

    def totals(self) -> Counter[str]:
        return sum(self.wanted.values(), Counter())


class _Caller:
    """One caller; `now_s` runs on. `wait` is when the wait of overflow began."""

    def __init__(self, day: SimulatedDay, number: int, now_s: int):
        self.day, self.rng, self.now_s = day, day.rng, now_s
        self.call_id, self.line = f"c-{number}", self.rng.choice(day.lines)
        self.dialled = self.rng.choice(NUMBERS)
        self.arrived_s = now_s
        self.number = CALLER.format(self.rng.randrange(day.numbers))
        self.direction = Direction.INBOUND

    def live(self) -> None:
        if self.rng.random() < 0.1:
            self._rings_directly()
        else:
            first_s, first = self.now_s, self.rng.choice(QUEUES)
            self._count(first_s, first, "calls")
            self._waits(first, first_s, first_s, first)
        if self.rng.random() < self.day.called_back:
            self._is_called_back()

    def _waits(
        self, queue: str, wait_s: int, first_s: int, first: str, again: bool = False
    ) -> None:
        """In one queue; then answered, moved on, or lost. `again`: was answered."""
        entered_s = self.now_s
        self._tell(EventType.QUEUED, queue=queue)
        self._count(entered_s, queue, "offered", "sl_offered")
        self._later(1, 3)
        known = [str(1001 + place) for place in range(self.day.telephones)]
        ringing = self.rng.sample(known, 3)
        self._tell(EventType.ALERTING, *ringing)
        self._later(*self.rng.choice([(0, 2), (3, 15), (16, 18), (25, 60)]))
        waited_s = self.now_s - entered_s
        within = waited_s <= TARGET_S
        way = self.rng.choice(
            ["answered"] * 6 + ["abandoned"] * 3 + ["moved", "callback", "voicemail"]
        )
        if way == "moved":
            self._count(entered_s, queue, "moved", "sl_flow_outs")
            other = self.rng.choice([name for name in QUEUES if name != queue])
            self._waits(other, wait_s, first_s, first, again)
        elif way == "answered":
            self._count(entered_s, queue, "answered", "sl_answered", "handled")
            self._count(entered_s, queue, *["sl_answered_within"] * within)
            self._add(entered_s, queue, "answered_wait_us", waited_s)
            if not again:
                self._count(first_s, first, "calls_answered")
                waited_in_all_s = self.now_s - first_s
                self._add(first_s, first, "calls_answered_wait_us", waited_in_all_s)
            self._talks(queue, entered_s, ringing[0], first_s, first)
        elif way == "abandoned":
            short = "short_" if self.now_s - wait_s < SHORT_S else ""
            self._count(entered_s, queue, f"{short}abandoned", "sl_abandoned")
            self._count(entered_s, queue, *["sl_short_abandoned"] * bool(short))
            self._count(entered_s, queue, *["sl_abandoned_within"] * within)
            self._add(entered_s, queue, "abandoned_wait_us", waited_s)
            if not again:
                soon = "short_" if self.now_s - first_s < SHORT_S else ""
                self._count(first_s, first, f"calls_{soon}abandoned")
                if not short:
                    self._reaches_no_one(queue)
            self._tell(EventType.ENDED)
        else:
            self._count(entered_s, queue, "sl_flow_outs")
            back = way == "callback"
            self._count(entered_s, queue, "callbacks" if back else "diverted")
            self._count(entered_s, queue, *["sl_callbacks_within"] * (back and within))
            self._reaches_no_one(queue)
            self._tell(EventType.ENDED, outcome=way)

    def _talks(
        self, queue: str, entered_s: int, agent: str, first_s: int, first: str
    ) -> None:
        began_s, hold_s = self.now_s, 0
        self._talks_with_an_agent()
        self._tell(EventType.ANSWERED, agent)
        self._later(5, 200)
        if self.rng.random() < 0.3:
            self._tell(EventType.HELD, agent)
            hold_s = self._later(5, 60)
            self._tell(EventType.RESUMED, agent)
            self._later(5, 60)
        self._add(entered_s, queue, "talk_us", self.now_s - began_s - hold_s)
        self._add(entered_s, queue, "hold_us", hold_s)
        if self.rng.random() < 0.2:
            self._tell(EventType.TRANSFERRED, from_agent=agent)
            self._count(entered_s, queue, "transferred")
            self._later(1, 2)
            other = self.rng.choice([name for name in QUEUES if name != queue])

            self._transferred(other, first_s, first)
            return
        self._tell(EventType.ENDED)

    def _transferred(self, queue: str, first_s: int, first: str) -> None:
        """Waits again; lost, as agents of a later answer would have legs already."""
        entered_s = self.now_s
        self._tell(EventType.QUEUED, queue=queue)
        self._count(entered_s, queue, "offered", "sl_offered")
        waited_s = self._later(1, 40)
        short, within = waited_s < SHORT_S, waited_s <= TARGET_S
        name = "short_abandoned" if short else "abandoned"
        self._count(entered_s, queue, name, "sl_abandoned")
        self._count(entered_s, queue, *["sl_short_abandoned"] * short)
        self._count(entered_s, queue, *["sl_abandoned_within"] * within)
        self._add(entered_s, queue, "abandoned_wait_us", waited_s)
        self._tell(EventType.ENDED)

    def _rings_directly(self) -> None:
        arrived_s = self.now_s
        agent = str(1001 + self.day.telephones)
        self._tell(EventType.ALERTING, agent)
        self._count(arrived_s, "", "direct")
        waited_s = self._later(1, 30)
        if self.rng.random() < 0.5:
            self._talks_with_an_agent()
            self._tell(EventType.ANSWERED, agent)
            self._count(arrived_s, "", "direct_answered", "handled")
            self._add(arrived_s, "", "direct_answered_wait_us", waited_s)
            self._add(arrived_s, "", "talk_us", self._later(5, 200))
        else:
            short = waited_s < SHORT_S
            self._count(arrived_s, "", "direct_short_abandoned" if short else "missed")
            if not short:
                self._reaches_no_one()
        self._tell(EventType.ENDED)

    def _is_called_back(self) -> None:
        """A call of ours: counted is only that it closes a row of the recall list."""
        self._later(60, 3_600)
        self.call_id, self.direction = f"{self.call_id}-back", Direction.OUTBOUND
        agent = self.rng.choice(["1001", "1002", "1003"])
        self._tell(EventType.ALERTING, agent)
        self._later(3, 30)
        if self.rng.random() < 0.5:
            self._talks_with_an_agent()
            self._tell(EventType.ANSWERED, agent)
            self._later(5, 200)
        self._tell(EventType.ENDED)

    def _reaches_no_one(self, queue: str = "") -> None:
        self._said(self.arrived_s, False, queue)
        self.day.lost.setdefault(self.number, []).append((self.arrived_s, self.call_id))

    def _talks_with_an_agent(self) -> None:
        self._said(self.now_s, True)
        self.day.talked.setdefault(self.number, []).append(self.now_s)

    def _said(self, at_s: int, is_talk: bool, queue: str = "") -> None:
        said = (at_s, is_talk, self.line, self.call_id, queue, self.dialled)
        self.day.of_numbers.setdefault(self.number, []).append(said)

    def _later(self, least: int, most: int) -> int:
        passed_s = self.rng.randint(max(1, least), most)
        self.now_s += passed_s
        return passed_s

    def _tell(self, kind: EventType, *agents: str, **more: str | None) -> None:
        at_us = self.day.start_us + self.now_s * S
        ours = self.direction is Direction.OUTBOUND
        self.day.events.append(
            CallEvent(
                type=kind,
                line=LineId(self.line),
                call_id=CallId(self.call_id),
                event_id=f"{self.call_id}/{len(self.day.events)}",
                at_us=at_us,
                received_us=at_us,
                direction=self.direction,
                caller=self.dialled if ours else self.number,
                dialled=self.number if ours else self.dialled,
                agents=tuple(AgentId(agent) for agent in agents),
                from_agent=AgentId(x) if (x := more.get("from_agent")) else None,
                queue=more.get("queue"),
                outcome=more.get("outcome"),
            )
        )

    def _count(self, at_s: int, queue: str, *names: str) -> None:
        for name in names:
            self._add(at_s, queue, name, 1, unit=1)

    def _add(
        self, at_s: int, queue: str, name: str, amount: int, *, unit: int = S
    ) -> None:
        quarter_us = self.day.start_us + at_s // 900 * 900 * S
        place = (quarter_us, queue, self.line, self.dialled)
        self.day.wanted.setdefault(place, Counter())[name] += amount * unit
