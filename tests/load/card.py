"""Does the desk stay quick on a thin client, and its memory flat over a day of calls?

    PYTHONPATH=tests python -m load.card --calls 300 --throttle 4

A desk of the test house in a real Chromium whose processor is slowed down. Each call
rings, fills its card source by source, is answered, gets a note, ends and is finished.
A long task is one of 50 ms or more of the page's main thread, as the browser counts
them; layout shifts are what it counts for CLS. The heap is measured after a forced
collection, first when the page has seen `WARM` calls.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from browser.chromium import launched
from browser.company import ADA, FIRM, LONG
from browser.desk import Desk
from browser.house import House, open_house
from load.figures import percentile

WARM = 20
CALLERS = {ADA: "Ada Byron", LONG: "Wolfeschlegel", FIRM: "Jürgens"}
OBSERVE = """() => {
    window.tasks = []; window.shifts = 0;
    new PerformanceObserver(list => {
        for (const each of list.getEntries()) window.tasks.push(each.duration);
    }).observe({type: "longtask"});
    new PerformanceObserver(list => {
        for (const each of list.getEntries())
            if (!each.hadRecentInput) window.shifts += each.value;
    }).observe({type: "layout-shift"});
}"""


@dataclass
class Stage:
    """One part of every call."""

    tasks_ms: list[float] = field(default_factory=list)
    shifts: list[float] = field(default_factory=list)


@dataclass
class Seen:
    calls: int = 0
    stages: dict[str, Stage] = field(default_factory=dict)
    sizes: dict[int, dict[str, float]] = field(default_factory=dict)


@dataclass
class Watched:
    """A page under the browser's own instruments."""

    desk: Desk
    session: Any
    throttle: float

    @classmethod
    async def of(cls, desk: Desk, throttle: float) -> Watched:
        session = await desk.page.context.new_cdp_session(desk.page)
        await session.send("Performance.enable")
        await desk.page.evaluate(OBSERVE)
        watched = cls(desk, session, throttle)
        await watched.slow(throttle)
        return watched

    async def slow(self, rate: float) -> None:
        await self.session.send("Emulation.setCPUThrottlingRate", {"rate": rate})

    async def take(self) -> tuple[list[float], float]:
        """Long tasks in ms and layout shift since the last time."""
        taken = await self.desk.page.evaluate(
            """() => new Promise(done => setTimeout(() => {
                const all = [window.tasks, window.shifts];
                window.tasks = []; window.shifts = 0; done(all);
            }, 100))"""
        )
        return taken[0], taken[1]

    async def sizes(self) -> dict[str, float]:
        await self.slow(1)
        await self.session.send("HeapProfiler.collectGarbage")
        found = await self.session.send("Performance.getMetrics")
        await self.slow(self.throttle)
        of = {each["name"]: each["value"] for each in found["metrics"]}
        return {
            "heap MB": of["JSHeapUsedSize"] / 1e6,
            "nodes": of["Nodes"],
            "listeners": of["JSEventListeners"],
        }


async def one_call(house: House, desk: Desk, caller: str) -> AsyncIterator[str]:
    """The name of each stage when it is over."""
    call = await house.ring("ana", caller=caller, queue="sales")
    await desk.sees(CALLERS[caller], within=".card-top")
    await desk.facet_is("balance", "fresh")
    await desk.facet_is("recommendations", "fresh")
    yield "ring to filled"
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    yield "answered"
    await desk.writes("Wants a quote for forty cogs")
    await desk.note_is_saved()
    yield "note"
    await house.hang_up(call)
    await desk.call_is("After-call work")
    yield "ended"
    await desk.press("Control+Enter")
    await desk.has_no_card()
    yield "finished"


async def watch(house: House, calls: int, throttle: float) -> Seen:
    desk = await house.open_desk("ana")
    watched = await Watched.of(desk, throttle)
    seen = Seen()
    at = {WARM, calls, *range(100, calls, 100)}
    callers = list(CALLERS)
    for n in range(1, calls + 1):
        async for name in one_call(house, desk, callers[n % len(callers)]):
            tasks, shift = await watched.take()
            stage = seen.stages.setdefault(name, Stage())
            stage.tasks_ms += tasks
            stage.shifts.append(shift)
        seen.calls += 1
        if n in at:
            seen.sizes[n] = await watched.sizes()
            print(n, told_sizes(seen.sizes[n]), flush=True)
    return seen


def told_sizes(sizes: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:,.1f}" for name, value in sizes.items())


def told(seen: Seen) -> str:
    return "\n".join(
        f"{name}: {told_stage(stage, seen.calls)}"
        for name, stage in seen.stages.items()
    )


def told_stage(stage: Stage, calls: int) -> str:
    tasks, shifts = sorted(stage.tasks_ms), sorted(stage.shifts)
    worst = (
        f", p50 {percentile(tasks, 0.5):.0f}, worst {tasks[-1]:.0f} ms" if tasks else ""
    )
    return (
        f"{len(tasks)} tasks of 50 ms or more in {calls} calls{worst}; "
        f"layout shift p50 {percentile(shifts, 0.5):.5f}, worst {shifts[-1]:.5f}"
    )


@asynccontextmanager
async def a_house() -> AsyncIterator[House]:
    with tempfile.TemporaryDirectory() as folder:
        async with launched() as browser, open_house(Path(folder), browser) as house:
            yield house


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--throttle", type=float, default=4)
    options = parser.parse_args()
    async with a_house() as house:
        print(told(await watch(house, options.calls, options.throttle)))


if __name__ == "__main__":
    asyncio.run(main())
