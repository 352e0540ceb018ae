"""Which goals does one node have to reach, and does it?

A goal has a bar ("must") and an ambition ("aim"). Where it is a ratio, it is taken
round by round against a bare server of the same round and the median counts: the
host drifts, so figures of different minutes are never divided by each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from load.figures import Step, TargetFigures, middle, ratio

Rounds = Mapping[str, Sequence[TargetFigures]]
"""Per target the figures of each round, in the same order."""

Value = Callable[[TargetFigures], float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    name: str
    unit: str  # "" for a ratio
    must: float
    aim: float
    measured: float | None
    at_least: bool = False  # else: at most

    @property
    def verdict(self) -> str:
        if self.measured is None:
            return "not measured"
        if self._reaches(self.aim):
            return "aim reached"
        return "must reached" if self._reaches(self.must) else "MISSED"

    def _reaches(self, bar: float) -> bool:
        assert self.measured is not None
        if self.at_least:
            return self.measured >= bar
        return self.measured <= bar


def against(rounds: Rounds, ours: str, theirs: str, value: Value) -> float | None:
    """The median over the rounds of our value divided by theirs."""
    pairs = zip(rounds.get(ours, ()), rounds.get(theirs, ()), strict=False)
    return middle([ratio(value(mine), value(bare)) for mine, bare in pairs])


def alone(rounds: Rounds, target: str, value: Value) -> float | None:
    return middle([value(figures) for figures in rounds.get(target, ())])


def goals(rounds: Rounds, ours: str = "service") -> list[Goal]:
    """Every goal that these rounds can speak of."""
    found = [
        *_throughput(rounds, ours),
        *_latency(rounds, ours),
        *_browsers(rounds, ours),
        *_faults(rounds, ours),
        *_nodes(rounds, ours),
    ]
    return [goal for goal in found if goal.measured is not None]


def _nodes(rounds: Rounds, ours: str) -> list[Goal]:
    """The pop at another node than the event's, beside that at one node."""
    found = []
    for theirs, on in (("redis-1", "the same Redis"), (ours, "SQLite")):
        for name, value in (("p50", _pop_p50), ("p99", _pop_p99)):
            found.append(
                Goal(
                    name=f"{name} of a pop at another node, against one node on {on}",
                    unit="", must=3.0, aim=2.0,
                    measured=against(rounds, "redis-2", theirs, value),
                )
            )  # fmt: skip
    return found


def _pop_p50(figures: TargetFigures) -> float | None:
    """At the lowest rate: there it is not the queue that is measured."""
    return figures.steps[0].opened.p50 if figures.steps else None


def _pop_p99(figures: TargetFigures) -> float | None:
    return figures.steps[0].opened.p99 if figures.steps else None


def _throughput(rounds: Rounds, ours: str) -> list[Goal]:
    return [
        Goal(
            name="CPU a call at the highest rate, against raw-full",
            unit="", must=2.0, aim=1.5,
            measured=against(rounds, ours, "raw-full", _best_cpu),
        ),
        Goal(
            name="calls/s with p99 < 50 ms, against raw-full",
            unit="", must=0.5, aim=0.6, at_least=True,
            measured=against(rounds, ours, "raw-full", _best_rate),
        ),
        Goal(
            name="calls/s with p99 < 50 ms, against aiohttp-full",
            unit="", must=0.0, aim=1.0, at_least=True,
            measured=against(rounds, ours, "aiohttp-full", _best_rate),
        ),
    ]  # fmt: skip


def _latency(rounds: Rounds, ours: str) -> list[Goal]:
    many = any(f.agents >= 10_000 for f in rounds.get(ours, ()))
    p99_ms, p99_aim_ms = (10.0, 3.0) if many else (5.0, 2.0)
    found = [
        Goal(
            name="ring to pop at 200/s, p50, against raw-full",
            unit="", must=1.5, aim=1.0,
            measured=against(rounds, ours, "raw-full", _at(200, _p50)),
        ),
        Goal(
            name="ring to pop at 200/s, p99, against raw-full",
            unit="", must=2.0, aim=1.3,
            measured=against(rounds, ours, "raw-full", _at(200, _p99)),
        ),
        Goal(
            name="ring to pop at 200/s, p99",
            unit="ms", must=p99_ms, aim=p99_aim_ms,
            measured=alone(rounds, ours, _at(200, _p99)),
        ),
        Goal(
            name="webhook answered at 200/s, event durable, p99",
            unit="ms", must=5.0, aim=5.0,
            measured=alone(rounds, ours, _at(200, lambda s: s.ack.p99)),
        ),
    ]  # fmt: skip
    if many:
        for rate in (33, 200, 1000):
            measured = alone(rounds, ours, _at(rate, lambda s: s.opened.max))
            found.append(
                Goal(
                    name=f"ring to pop at {rate}/s, the slowest of all",
                    unit="ms", must=50, aim=10, measured=measured,
                )
            )  # fmt: skip
    return found


def _browsers(rounds: Rounds, ours: str) -> list[Goal]:
    return [
        Goal(
            name="all agents reconnect, against aiohttp-full",
            unit="", must=1.0, aim=0.75,
            measured=against(rounds, ours, "aiohttp-full", lambda f: f.storm_s),
        ),
        Goal(
            name="longest stall of the event loop in load and storm",
            unit="ms", must=100, aim=30,
            measured=alone(rounds, ours, _stall),
        ),
        Goal(
            name="memory per idle agent",
            unit="KB", must=24, aim=18,
            measured=alone(rounds, ours, lambda f: f.idle_kb_per_agent),
        ),
        Goal(
            name="CPU of a wallboard frame, against raw-full",
            unit="", must=1.6, aim=1.3,
            measured=against(rounds, ours, "raw-full", lambda f: f.fanout_us_per_frame),
        ),
    ]  # fmt: skip


def _faults(rounds: Rounds, ours: str) -> list[Goal]:
    return [
        Goal(
            name="p99 to pop with a source that hangs, against without",
            unit="", must=1.2, aim=1.2,
            measured=alone(rounds, ours, _slowed(_p99)),
        ),
        Goal(
            name="p99 to the other four facets with it, against without",
            unit="", must=1.2, aim=1.2,
            measured=alone(rounds, ours, _slowed(lambda s: s.complete.p99)),
        ),
        Goal(
            name="p99 to pop with wallboards, against without, the worst rate",
            unit="", must=1.2, aim=1.2,
            measured=alone(rounds, ours, _watched),
        ),
        Goal(
            name="calls lost, doubled, incomplete, misrouted or refused in all runs",
            unit="calls", must=0, aim=0,
            measured=alone(rounds, ours, _wrong),
        ),
    ]  # fmt: skip


def _best_cpu(figures: TargetFigures) -> float | None:
    return figures.best.server_cpu_us if figures.best else None


def _best_rate(figures: TargetFigures) -> float | None:
    return figures.best.sent_per_s if figures.best else None


def _at(rate: float, value: Callable[[Step], float]) -> Value:
    def pick(figures: TargetFigures) -> float | None:
        step = figures.at(rate)
        return value(step) if step else None

    return pick


def _stall(figures: TargetFigures) -> float | None:
    """Under load as asked for, not while the highest rate is searched."""
    stalls = [step.stall_ms for step in figures.steps]
    if figures.storm_stall_ms is not None:
        stalls.append(figures.storm_stall_ms)
    return max(stalls, default=None)


def _p50(step: Step) -> float:
    return step.opened.p50


def _p99(step: Step) -> float:
    return step.opened.p99


def _slowed(value: Callable[[Step], float]) -> Value:
    def pick(figures: TargetFigures) -> float | None:
        if len(figures.slow) != 2:
            return None
        calm, hanging = figures.slow
        return ratio(value(hanging), value(calm))

    return pick


def _watched(figures: TargetFigures) -> float | None:
    pairs = [(figures.at(step.rate), step) for step in figures.watched]
    ratios = [ratio(_p99(step), _p99(calm)) for calm, step in pairs if calm]
    return max((x for x in ratios if x is not None), default=None)


def _wrong(figures: TargetFigures) -> float | None:
    steps = [*figures.steps, *figures.slow, *figures.watched]
    if figures.best:
        steps.append(figures.best)
    if not steps:
        return None
    return sum(step.lost + step.doubled + step.wrong for step in steps)
