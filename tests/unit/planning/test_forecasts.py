"""One forecast at a time, kept for a while, with its age."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from screenpop.config.forecast import ForecastSettings
from screenpop.domain.errors import Overloaded, Unavailable
from screenpop.planning.asked import ForecastAsked
from screenpop.planning.forecasts import Forecasts
from screenpop.support.clock import FakeClock


@dataclass
class Maker:
    """Makes a forecast when it is let."""

    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    begun: list[str | None] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    fails: bool = False

    async def __call__(self, asked: ForecastAsked) -> dict[str, Any]:
        self.begun.append(asked.queue)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.may_end.wait()
        finally:
            self.at_once -= 1
        if self.fails:
            raise Unavailable("the forecast failed.")
        return {"state": "made", "queue": asked.queue}


def asked(queue: str) -> ForecastAsked:
    return ForecastAsked(
        queue=queue,
        service_level=0.8,
        within_s=20,
        occupancy_max=0.85,
        abandon_max=0.05,
        shrinkage=0.3,
    )


async def _turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_equal_questions_are_answered_by_one_forecast() -> None:
    make = Maker()
    forecasts = Forecasts(make, ForecastSettings(), FakeClock())
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(forecasts.get(asked("sales"))) for _ in range(3)]
        await _turns()
        make.may_end.set()
    assert make.begun == ["sales"]
    assert {task.result()["queue"] for task in tasks} == {"sales"}


async def test_one_is_made_at_a_time() -> None:
    make = Maker()
    forecasts = Forecasts(make, ForecastSettings(), FakeClock())
    async with asyncio.TaskGroup() as group:
        for queue in ("a", "b", "c"):
            group.create_task(forecasts.get(asked(queue)))
        await _turns()
        assert make.begun == ["a"]
        make.may_end.set()
    assert (make.begun, make.most_at_once) == (["a", "b", "c"], 1)


async def test_a_kept_one_says_its_age_until_it_is_too_old() -> None:
    clock, make = FakeClock(), Maker()
    make.may_end.set()
    forecasts = Forecasts(make, ForecastSettings(keep_s=300), clock)
    assert (await forecasts.get(asked("a")))["age_s"] == 0
    clock.advance(299)
    assert (await forecasts.get(asked("a")))["age_s"] == 299
    clock.advance(1)
    assert (await forecasts.get(asked("a")))["age_s"] == 0
    assert make.begun == ["a", "a"]


async def test_the_oldest_is_forgotten_when_too_many_are_kept() -> None:
    make = Maker()
    make.may_end.set()
    forecasts = Forecasts(make, ForecastSettings(kept_max=2), FakeClock())
    for queue in ("a", "b", "c", "c", "a"):
        await forecasts.get(asked(queue))
    assert make.begun == ["a", "b", "c", "a"]


async def test_too_many_that_wait_are_refused() -> None:
    make = Maker()
    forecasts = Forecasts(make, ForecastSettings(waiting_max=2), FakeClock())
    async with asyncio.TaskGroup() as group:
        for queue in ("a", "b"):
            group.create_task(forecasts.get(asked(queue)))
        await _turns()
        with pytest.raises(Overloaded, match=r"forecast\.waiting_max"):
            await forecasts.get(asked("c"))
        make.may_end.set()
    assert (await forecasts.get(asked("c")))["queue"] == "c"


async def test_a_failure_is_not_kept_and_the_next_one_has_its_turn() -> None:
    make = Maker(fails=True)
    make.may_end.set()
    forecasts = Forecasts(make, ForecastSettings(), FakeClock())
    with pytest.raises(Unavailable):
        await forecasts.get(asked("a"))
    make.fails = False
    assert (await forecasts.get(asked("a")))["state"] == "made"
