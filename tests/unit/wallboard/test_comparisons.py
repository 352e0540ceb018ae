"""Comparisons are made one at a time, and few wait."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest

from screenpop.domain.errors import Overloaded
from screenpop.wallboard import comparisons as module
from screenpop.wallboard.comparison_asked import ComparisonAsked
from screenpop.wallboard.comparisons import Comparisons

DAY = datetime.fromisoformat("2026-11-02")
ASKED = ComparisonAsked(begin=DAY, end=datetime.fromisoformat("2026-11-03"))


async def test_one_is_made_at_a_time_and_too_many_that_wait_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "WAITING_MAX", 2)
    begun, may_end, at_once = asyncio.Event(), asyncio.Event(), [0, 0]

    async def compare(asked: ComparisonAsked) -> dict[str, Any]:
        at_once[0] += 1
        at_once[1] = max(at_once)
        begun.set()
        await may_end.wait()
        at_once[0] -= 1
        return {"done": True}

    comparisons = Comparisons(compare)
    async with asyncio.TaskGroup() as group:
        made = [group.create_task(comparisons.get(ASKED)) for _ in range(2)]
        await begun.wait()
        with pytest.raises(Overloaded, match="2 requests wait"):
            await comparisons.get(ASKED)
        may_end.set()
    assert [each.result() for each in made] == [{"done": True}] * 2
    assert at_once == [0, 1]
    assert await comparisons.get(ASKED) == {"done": True}
