"""What happens on the telephones, second by second?

A model without I/O or clock: from a centre, callers and a seed follows a schedule
of events, in order of time. Callers arrive at random with a day's ups and downs,
wait in queues, ring at groups of agents, are answered by one, held, transferred,
or give up and call back. Every call ends; no agent talks in two calls at once.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial

from screenpop.demo.callers import DemoCaller, Planned
from screenpop.demo.centre import DEMAND_PEAK, Centre, Habits, demand

Json = str | float | None | list[str] | dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of the generic webhook; `body` lacks only `at`."""

    at_s: float  # after the start
    body: Mapping[str, Json]


class DemoDesk(Enum):
    """What an agent is doing."""

    FREE = "free"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    BREAK = "break"


@dataclass(slots=True, eq=False)
class _Live:
    """A call that has not ended. `turn` grows with each step: old timers miss."""

    call_id: str
    caller: DemoCaller
    queue: str
    dialled: str
    turn: int = 0
    ringing: list[str] = field(default_factory=list)
    talking: str | None = None
    give_up_turn: int = 0
    transferred: bool = False
    ended: bool = False


class Exchange:
    """The simulated telephone system."""

    def __init__(
        self,
        centre: Centre,
        callers: Iterable[DemoCaller],
        rng: random.Random,
        *,
        habits: Habits | None = None,
        opening: tuple[Planned, ...] = (),
        resting: frozenset[str] = frozenset(),
        prefix: str = "demo",
    ):
        """`resting` agents set their state themselves: none is reported for them."""
        self._centre = centre
        self._callers = iter(callers)
        self._rng = rng
        self._habits = habits or Habits()
        self._resting = resting
        self._prefix = prefix
        self._now_s = 0.0
        self._until_s = math.inf
        self._steps: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._numbers = itertools.count(1)
        self._out: list[Event] = []
        self.desks = {agent.agent: DemoDesk.FREE for agent in centre.agents}
        self._waiting: dict[str, list[_Live]] = {q.name: [] for q in centre.queues}
        self._live: set[_Live] = set()
        self._opening = opening

    @property
    def live_calls(self) -> int:
        return len(self._live)

    def events(self, until_s: float = math.inf) -> Iterator[Event]:
        """Callers arrive until that time; then the calls under way run to their end."""
        self._until_s = until_s
        self._start()
        while self._steps:
            self._now_s, _, step = heapq.heappop(self._steps)
            step()
            yield from self._out
            self._out.clear()

    def _start(self) -> None:
        for agent in self._centre.agents:
            self._state(agent.agent, "available")
            first_s = self._rng.expovariate(1 / self._habits.break_every_s)
            self._later(first_s, partial(self._break, agent.agent))
        for planned in self._opening:
            self._at(planned.at_s, partial(self._arrive, planned.caller))
        self._next_arrival()

    # --- time

    def _at(self, at_s: float, step: Callable[[], None]) -> None:
        heapq.heappush(self._steps, (at_s, next(self._order), step))

    def _later(self, in_s: float, step: Callable[[], None]) -> None:
        self._at(self._now_s + in_s, step)

    def _on_turn(self, call: _Live, in_s: float, step: Callable[[], None]) -> None:
        """Do it then, unless something else happened to the call before."""
        turn = call.turn

        def if_still() -> None:
            if call.turn == turn and not call.ended:
                step()

        self._later(in_s, if_still)

    # --- arrivals

    def _next_arrival(self) -> None:
        """A Poisson process thinned by the day's curve (Lewis and Shedler)."""
        peak = self._habits.calls_per_minute / 60 * DEMAND_PEAK
        in_s = self._rng.expovariate(peak)
        while self._rng.random() * DEMAND_PEAK > demand(
            (self._now_s + in_s) / self._habits.day_s
        ):
            in_s += self._rng.expovariate(peak)
        if self._now_s + in_s < self._until_s:
            self._later(in_s, self._arrive_and_next)

    def _arrive_and_next(self) -> None:
        self._arrive(next(self._callers))
        self._next_arrival()

    def _arrive(self, caller: DemoCaller) -> None:
        if len(self._live) >= self._habits.live_max:
            return
        queue = self._centre.queue(caller.queue)
        call = _Live(
            call_id=f"{self._prefix}-{next(self._numbers):05d}",
            caller=caller,
            queue=queue.name,
            dialled=queue.dialled,
        )
        self._live.add(call)
        self._tell(call, "arrived")
        menu_s = self._rng.uniform(3, 6) if caller.account else 0.4
        self._on_turn(call, menu_s, lambda: self._enqueue(call))

    # --- queue and ringing

    def _enqueue(self, call: _Live) -> None:
        call.turn += 1
        attributes = {"account": call.caller.account} if call.caller.account else {}
        self._tell(call, "queued", queue=call.queue, attributes=attributes)
        self._waiting[call.queue].append(call)
        if not call.caller.wants:
            patience_s = self._rng.expovariate(1 / self._habits.patience_s) + 4
            call.give_up_turn += 1
            mark = call.give_up_turn
            self._later(patience_s, lambda: self._give_up(call, mark))
        self._distribute()

    def _distribute(self) -> None:
        """Ring the idle agents of each queue for its longest waiting callers."""
        for queue, waiting in self._waiting.items():
            for call in sorted(waiting, key=lambda call: not call.caller.wants):
                idle = self._idle(queue, call.caller.wants)
                if idle:
                    waiting.remove(call)
                    self._ring(call, idle)

    def _idle(self, queue: str, wants: str | None) -> list[str]:
        free = [
            agent.agent
            for agent in self._centre.group(queue)
            if self.desks[agent.agent] is DemoDesk.FREE
        ]
        if wants is not None:
            return free if wants in free else []
        size = min(len(free), self._centre.ring_group_max)
        return sorted(self._rng.sample(free, size))

    def _ring(self, call: _Live, agents: list[str]) -> None:
        call.turn += 1
        call.ringing = agents
        for agent in agents:
            self.desks[agent] = DemoDesk.RINGING
        self._tell(call, "alerting", agents=agents, queue=call.queue)
        timeout_s = self._habits.ring_timeout_s
        if (
            not call.caller.wants
            and self._rng.random() < self._habits.slow_pickup_share
        ):
            self._on_turn(call, timeout_s, lambda: self._nobody(call))
            return
        taker = call.caller.wants or self._rng.choice(agents)
        habits = self._habits
        usual = habits.visitor_pickup_s if call.caller.wants else habits.pickup_s
        pickup_s = min(timeout_s, self._rng.uniform(*usual))
        self._on_turn(call, pickup_s, lambda: self._answer(call, taker))

    def _nobody(self, call: _Live) -> None:
        """The time-out: each telephone stops, the caller waits again."""
        for agent in call.ringing:
            self._tell(
                call, "ended", scope="leg", agents=[agent], outcome="unanswered",
                cause="no answer",
            )  # fmt: skip
        self._stop_ringing(call)
        call.turn += 1
        self._tell(call, "queued", queue=call.queue)
        self._waiting[call.queue].insert(0, call)
        self._later(1.5, self._distribute)

    def _stop_ringing(self, call: _Live) -> None:
        for agent in call.ringing:
            self.desks[agent] = DemoDesk.FREE
        call.ringing = []

    def _give_up(self, call: _Live, mark: int) -> None:
        if call.ended or call.talking or call.give_up_turn != mark:
            return
        if call in self._waiting[call.queue]:
            self._waiting[call.queue].remove(call)
        self._stop_ringing(call)
        self._end(call, "caller hung up while waiting")
        in_s = self._rng.uniform(*self._habits.call_back_s)
        again = self._rng.random() < self._habits.call_back_share
        if again and self._now_s + in_s < self._until_s:
            self._later(in_s, lambda: self._arrive(call.caller))

    # --- conversation

    def _answer(self, call: _Live, agent: str) -> None:
        call.turn += 1
        call.ringing = [other for other in call.ringing if other != agent]
        self._stop_ringing(call)
        self._talk(call, agent)
        self._tell(call, "answered", agents=[agent], queue=call.queue)
        self._distribute()
        self._converse(call)

    def _talk(self, call: _Live, agent: str) -> None:
        call.talking = agent
        self.desks[agent] = DemoDesk.TALKING

    def _converse(self, call: _Live) -> None:
        """Choose what this conversation brings, and when."""
        habits = self._habits
        usual = habits.visitor_talk_s if call.caller.wants else habits.talk_s
        talk_s = self._rng.uniform(*usual)
        dice = self._rng.random()
        blind = self._habits.blind_share
        attended = blind + self._habits.attended_share
        middle_s = talk_s * self._rng.uniform(0.3, 0.6)
        if not call.transferred and dice < blind and len(self._waiting) > 1:
            self._on_turn(call, middle_s, lambda: self._transfer_blind(call))
        elif not call.transferred and dice < attended:
            self._on_turn(call, middle_s, lambda: self._consult(call))
        elif dice < attended + self._habits.hold_share:
            self._on_turn(call, middle_s, lambda: self._hold(call, talk_s - middle_s))
        else:
            self._on_turn(call, talk_s, lambda: self._hang_up(call))

    def _hold(self, call: _Live, rest_s: float) -> None:
        self._tell(call, "held", agents=[call.talking or ""])
        self._on_turn(
            call, self._rng.uniform(5, 20), lambda: self._resume(call, rest_s)
        )

    def _resume(self, call: _Live, rest_s: float) -> None:
        self._tell(call, "resumed", agents=[call.talking or ""])
        self._on_turn(call, rest_s, lambda: self._hang_up(call))

    def _transfer_blind(self, call: _Live) -> None:
        """Into another queue, without asking there."""
        others = [q for q in self._waiting if q != call.queue]
        target, agent = self._rng.choice(others), call.talking or ""
        self._tell(call, "transferred", agents=[agent], from_agent=agent, target=target)
        call.queue, call.talking, call.transferred = target, None, True
        call.caller = replace(call.caller, wants=None)
        self._wrap_up(agent)
        self._enqueue(call)

    def _consult(self, call: _Live) -> None:
        """Hold the caller and ring one colleague; without one, go on talking."""
        free = [a for a, desk in self.desks.items() if desk is DemoDesk.FREE]
        if not free:
            self._on_turn(call, 15, lambda: self._hang_up(call))
            return
        colleague = self._rng.choice(free)
        self._tell(call, "held", agents=[call.talking or ""])
        call.ringing = [colleague]
        self.desks[colleague] = DemoDesk.RINGING
        self._tell(call, "alerting", agents=[colleague])
        in_s = self._rng.uniform(3, 8)
        self._on_turn(call, in_s, lambda: self._hand_over(call, colleague))

    def _hand_over(self, call: _Live, colleague: str) -> None:
        call.turn += 1
        before = call.talking or ""
        call.ringing, call.transferred = [], True
        self._talk(call, colleague)
        self._tell(call, "answered", agents=[colleague])
        self._tell(
            call, "transferred", agents=[colleague], from_agent=before, target=colleague
        )
        self._wrap_up(before)
        self._converse(call)

    def _hang_up(self, call: _Live) -> None:
        agent, call.talking = call.talking or "", None
        self._end(call, "normal clearing")
        self._wrap_up(agent)

    def _end(self, call: _Live, cause: str) -> None:
        call.turn += 1
        call.ended = True
        self._live.discard(call)
        self._tell(call, "ended", cause=cause)
        self._later(0.1, self._distribute)

    # --- agents

    def _wrap_up(self, agent: str) -> None:
        self.desks[agent] = DemoDesk.WRAP_UP
        self._state(agent, "wrap_up")
        self._later(
            self._rng.uniform(*self._habits.wrap_up_s), lambda: self._ready(agent)
        )

    def _ready(self, agent: str) -> None:
        self.desks[agent] = DemoDesk.FREE
        self._state(agent, "available")
        self._distribute()

    def _break(self, agent: str) -> None:
        if self._now_s > self._until_s:
            return
        if self.desks[agent] is DemoDesk.FREE and agent not in self._resting:
            self.desks[agent] = DemoDesk.BREAK
            self._state(agent, "break")
            back_s = self._rng.uniform(*self._habits.break_s)
            self._later(back_s, lambda: self._ready(agent))
        pause_s = self._rng.expovariate(1 / self._habits.break_every_s)
        self._later(60 + pause_s, lambda: self._break(agent))

    # --- telling

    def _tell(self, call: _Live, kind: str, **more: Json) -> None:
        body: dict[str, Json] = {
            "type": kind,
            "call_id": call.call_id,
            "event_id": self._event_id(),
            "from": call.caller.shown,
            "to": call.dialled,
            "direction": "inbound",
        }
        body.update((key, value) for key, value in more.items() if value)
        self._out.append(Event(at_s=self._now_s, body=body))

    def _state(self, agent: str, state: str) -> None:
        if agent in self._resting and self._now_s > 0:
            return
        body: dict[str, Json] = {
            "type": "agent_state",
            "event_id": self._event_id(),
            "agents": [agent],
            "state": state,
        }
        self._out.append(Event(at_s=self._now_s, body=body))

    def _event_id(self) -> str:
        return f"{self._prefix}-e{next(self._order):06d}"
