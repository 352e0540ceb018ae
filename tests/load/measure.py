"""What is done to one server in one round?"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

from load.agents import Browsers, Seen, reasons
from load.figures import Spread, Step, TargetFigures, spread
from load.generator import Generator, Probe
from load.process import ServerProcess, cores, free_port
from load.targets import Prepare, Setting, Target

P99_LIMIT_MS = 50.0
SEARCH_FROM = 50.0  # calls/s; one that cannot do that has no highest rate
SETTLE_S = 1.0
POSTERS = 32

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a profile asks for."""

    agents: int = 1000
    rates: tuple[float, ...] = (50, 200, 1000)
    seconds: float = 10
    warm_s: float = 2
    search: bool = True
    search_s: float = 3
    search_rate: float = 400  # where the search begins
    p99_limit_ms: float = P99_LIMIT_MS
    storm: bool = False
    supervisors: int = 0
    hanging_source: bool = False


class Bench:
    """One server, running, with browsers connected."""

    def __init__(self, target: Target, plan: Plan, say: Say):
        server_core, _ = cores()
        self.plan = plan
        self.say = say
        self.target = target
        port = free_port()
        self.server = target.server(port, server_core)
        self.generator = Generator(self.server, ends=target.ends)
        self.browsers = Browsers(
            target.agents(port), plan.agents, self.generator.on_frame
        )
        self.figures = TargetFigures(target=target.name, agents=plan.agents)

    async def open(self) -> None:
        self.server.start()
        self.figures.start_s = self.server.start_s
        await self.generator.posters.open(POSTERS)
        await asyncio.sleep(SETTLE_S)
        before_kb = self.server.rss_kb()
        self.figures.connect_s = await self.browsers.connect()
        if self.browsers.lost:
            raise RuntimeError(
                f"{len(self.browsers.lost)} of {self.plan.agents} browsers could not"
                f" connect: {reasons(self.browsers.lost)}\n{self.server.last_words()}"
            )
        await asyncio.sleep(SETTLE_S)
        grown_kb = self.server.rss_kb() - before_kb
        self.figures.idle_kb_per_agent = grown_kb / self.plan.agents

    def close(self) -> None:
        self.browsers.close()
        self.generator.posters.close()
        self.server.stop()

    async def step(self, rate: float, seconds: float) -> Step:
        return await self.generator.run(self.browsers, rate, seconds)


@contextlib.asynccontextmanager
async def running(
    prepare: Prepare, setting: Setting, plan: Plan, say: Say
) -> AsyncIterator[Bench]:
    setting.folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(prepare(setting), plan, say)
    try:
        await bench.open()
        yield bench
    finally:
        bench.close()


async def measure(
    prepare: Prepare, folder: Path, plan: Plan, say: Say
) -> TargetFigures:
    """Everything the plan asks of one target, on a server started for it."""
    setting = Setting(folder=folder, agents=plan.agents, supervisors=plan.supervisors)
    async with running(prepare, setting, plan, say) as bench:
        figures = bench.figures
        await bench.step(plan.rates[0] if plan.rates else 50, plan.warm_s)
        for rate in plan.rates:
            step = await bench.step(rate, plan.seconds)
            figures.steps.append(step)
            say(told(figures.target, step))
        if plan.supervisors:
            await _fan_out(bench)
        if plan.search:
            figures.best = await _search(bench)
        if plan.storm:
            await _storm(bench)
    if plan.hanging_source:
        hanging = replace(setting, folder=folder / "hanging", hanging_source=True)
        await _hanging(prepare, hanging, plan, say, figures)
    return figures


def sustained(step: Step, limit_ms: float = P99_LIMIT_MS) -> bool:
    """Did the server keep up: nothing wrong, p99 under the limit, no backlog?"""
    late = max(step.opened.p99, step.lag.p99)
    return step.clean and late < limit_ms and step.sent_per_s > 0.95 * step.rate


async def _search(bench: Bench) -> Step | None:
    """The highest rate it sustains: up by half until it fails, then between."""
    best: Step | None = None
    limit_ms = bench.plan.p99_limit_ms
    known = [x.rate for x in bench.figures.steps if sustained(x, limit_ms)]
    rate, failed = max([bench.plan.search_rate, *known]), 0.0
    while rate >= SEARCH_FROM:
        step = await bench.step(rate, bench.plan.search_s)
        good = sustained(step, limit_ms)
        bench.say(told(bench.target.name, step) + ("" if good else "  - too fast"))
        if good:
            best = step
        else:
            failed = rate
            await asyncio.sleep(SETTLE_S)
        low = best.rate if best else rate / 2
        if failed and best and failed / low < 1.08:
            break
        rate = (
            (low + failed) / 2
            if failed and best
            else (rate * 1.5 if good else rate / 2)
        )
    return best


async def _storm(bench: Bench) -> None:
    """The server dies; all browsers come back at once when it listens again."""
    bench.generator.posters.close()
    bench.server.kill()
    bench.browsers.forget()
    bench.server.launch()
    await _listening(bench.server)
    async with Probe(bench.server.port) as probe:
        bench.figures.storm_s = await bench.browsers.connect(at_once=bench.plan.agents)
    bench.figures.storm_stall_ms = probe.longest_ms
    if bench.browsers.lost:
        bench.say(f"storm: refused or lost: {reasons(bench.browsers.lost)}")
    bench.say(
        f"{bench.target.name}: {bench.plan.agents} agents back in"
        f" {bench.figures.storm_s:.2f} s, longest stall {probe.longest_ms:.0f} ms"
    )


async def _listening(server: ServerProcess, within_s: float = 60) -> None:
    until_s = perf_counter() + within_s
    while not server.listens():
        if perf_counter() > until_s:
            raise RuntimeError(f"does not listen again: {server.last_words()}")
        await asyncio.sleep(0.01)


class _Deltas:
    """When did each delta reach the first and the last wallboard?"""

    def __init__(self) -> None:
        self.frames = 0
        self._first_ns: dict[int, int] = {}
        self._last_ns: dict[int, int] = {}

    def on_frame(self, browser: int, seen: Seen, now_ns: int) -> None:
        if seen.frame == "wallboard.delta":
            self.frames += 1
            self._first_ns.setdefault(seen.offset, now_ns)
            self._last_ns[seen.offset] = now_ns

    def took(self) -> Spread:
        ends = self._last_ns.items()
        return spread([last - self._first_ns[offset] for offset, last in ends])


async def _fan_out(bench: Bench, seconds: float = 6) -> None:
    """Agents name states without, with and without wallboards: a frame's share.

    And the calls once more while the wallboards look on.
    """
    door = bench.target.wallboards(bench.server.port)
    if door is None:
        return
    deltas = _Deltas()
    before = await bench.generator.name_states(seconds)
    boards = Browsers(door, bench.plan.supervisors, deltas.on_frame, acks=False)
    await boards.connect()
    await asyncio.sleep(SETTLE_S)
    deltas.frames = 0
    watched = await bench.generator.name_states(seconds)
    frames = deltas.frames
    for rate in bench.plan.rates:
        step = await bench.step(rate, bench.plan.seconds)
        bench.figures.watched.append(step)
        bench.say(told(f"{bench.target.name}, {boards.count} wallboards", step))
    boards.close()
    await asyncio.sleep(SETTLE_S)
    after = await bench.generator.name_states(seconds)
    more_us = (watched.ran_ns - (before.ran_ns + after.ran_ns) / 2) / 1e3
    if not frames or more_us <= 0:
        bench.say(
            f"{bench.target.name}: {frames} wallboard frames cost no measurable time"
        )
        return
    bench.figures.fanout_us_per_frame = more_us / frames
    bench.figures.fanout_last_ms = deltas.took().p50
    bench.say(
        f"{bench.target.name}: {frames} frames to {boards.count} wallboards,"
        f" {more_us / frames:.1f} us each"
    )


async def _hanging(
    prepare: Prepare, setting: Setting, plan: Plan, say: Say, figures: TargetFigures
) -> None:
    """The same rate with a fifth source that never answers."""
    rate = 200.0
    calm = figures.at(rate)
    async with running(prepare, setting, plan, say) as bench:
        await bench.step(rate, plan.warm_s)
        hanging = await bench.step(rate, plan.seconds)
    say(told(f"{figures.target} with a hanging source", hanging))
    figures.slow = [calm, hanging] if calm else [hanging]


def told(name: str, step: Step) -> str:
    """One line while the bench runs."""
    wrong = (
        ""
        if step.clean
        else (
            f"  LOST {step.lost} INCOMPLETE {step.incomplete} DOUBLED {step.doubled}"
            f" MISROUTED {step.misrouted} REFUSED {step.refused}"
            f" UNANSWERED"
            f" {step.unanswered} DISCONNECTED {step.disconnected}"
        )
    )
    return (
        f"{name}: {step.rate:.0f}/s  pop p50 {step.opened.p50:.2f} p99"
        f" {step.opened.p99:.2f} max {step.opened.max:.1f} ms  card p99"
        f" {step.complete.p99:.2f}  {step.server_cpu_us:.0f} us/call"
        f"  server {step.server_busy:.0%} (waited {step.server_waited:.0%})"
        f" load {step.generator_busy:.0%}{wrong}"
    )
