"""One fault under load: what was lost, shown twice, left open, or late?

Each trial prints one row of the table in docs/operations.md.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import aiohttp
import pytest

from .fleet import Fleet, Node

RATE = 10.0
SECONDS = 14.0
BEFORE_S = 4.0
AWAY_S = 5.0
WHOLE_WITHIN_S = 30.0


class Window(NamedTuple):
    """Events that were acknowledged between these moments may be lost."""

    begin_s: float
    end_s: float


Fault = Callable[[Fleet], Awaitable[Window | None]]


async def run_trial(
    fleet: Fleet,
    fault: Fault,
    capsys: pytest.CaptureFixture[str],
    *,
    rate: float = RATE,
    seconds: float = SECONDS,
) -> None:
    """Fails where something was lost outside of the window that the fault returns."""
    calls = fleet.tasks.spawn(fleet.calls(rate, seconds), name="calls")
    await asyncio.sleep(BEFORE_S)
    window = await fault(fleet)
    await calls
    await whole_again(fleet)
    stored = await fleet.stored()
    lost = sorted(fleet.acknowledged_s.keys() - stored.keys())
    with capsys.disabled():
        print("\n" + row(fault, fleet, stored, lost))
    assert [event for event in lost if not within(window, fleet, event)] == []
    assert [event for event, times in stored.items() if times > 1] == []
    doubled = [each.told[call] for each in fleet.browsers for call in each.doubled]
    assert doubled == [], doubled
    assert [call for each in fleet.browsers for call in each.open] == []
    assert len(fleet.rung) == round(rate * seconds)
    assert [call for call in fleet.unseen() if f"{call}/alerting" in stored] == []
    expected = counters_of(stored)
    for node in fleet.nodes:
        assert await fleet.counted(node) == expected


def within(window: Window | None, fleet: Fleet, event: str) -> bool:
    at_s = fleet.acknowledged_s[event]
    return window is not None and window.begin_s <= at_s <= window.end_s


def counters_of(stored: Counter[str]) -> dict[str, int]:
    """What a supervisor must see, from the journal as it stands."""
    calls = {event.partition("/")[0] for event in stored}
    answered = sum(f"{call}/answered" in stored for call in calls)
    return {"offered": len(calls), "answered": answered}


def row(fault: Fault, fleet: Fleet, stored: Counter[str], lost: list[str]) -> str:
    doubled = sum(len(browser.doubled) for browser in fleet.browsers)
    left_open = sum(len(browser.open) for browser in fleet.browsers)
    cells = [
        getattr(fault, "__name__", "").replace("_", " "),
        len(fleet.acknowledged_s),
        len(lost),
        sum(times > 1 for times in stored.values()),
        doubled,
        left_open,
        f"{fleet.worst_gap_s(fleet.sent_s):.1f} s",
        f"{fleet.worst_gap_s(fleet.acknowledged_s):.1f} s",
        f"{max(browser.longest_away_s for browser in fleet.browsers):.1f} s",
        f"{fleet.slowest_s:.1f} s",
    ]
    return f"| {' | '.join(map(str, cells))} |"


async def whole_again(fleet: Fleet) -> None:
    """All nodes have read all, and every browser is connected and up to date."""
    until_s = time.monotonic() + WHOLE_WITHIN_S
    while True:
        counts: list[object] = [await shown_by(fleet, node) for node in fleet.nodes]
        left_open = {browser.name: sorted(browser.open) for browser in fleet.browsers}
        if len({str(x) for x in counts}) == 1 and not any(left_open.values()):
            break
        if time.monotonic() > until_s:
            said = "\n".join(f"{node.name}: {node.log()}" for node in fleet.nodes)
            pytest.fail(f"not whole again: {counts}, open {left_open}\n{said}")
        await asyncio.sleep(0.2)
    await asyncio.sleep(1)  # what would come too late or twice


async def shown_by(fleet: Fleet, node: Node) -> object:
    """Its counters, or why it has none: it may be reading the journal again."""
    try:
        return await fleet.counted(node)
    except (aiohttp.ClientError, KeyError) as error:
        return f"{node.name}: {error}"
