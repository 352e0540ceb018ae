"""Keys under `forecast`: each changes a forecast, or when one is made."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from call_centre import open_call_centre
from key_effects import loaded, shows_effect_of, turns

from screenpop.domain.errors import Overloaded
from screenpop.planning.asked import ForecastAsked
from screenpop.planning.forecasts import Forecasts
from screenpop.support.clock import FakeClock

OTHER = {
    "service_level": 0.9,
    "occupancy_max": 0.7,
    "abandon_max": 0.02,
    "shrinkage": 0.2,
    "wrap_up_s": 45.0,
    "patience_s": 80.0,
}


@shows_effect_of(
    "forecast.service_level",
    "forecast.occupancy_max",
    "forecast.abandon_max",
    "forecast.shrinkage",
    "forecast.wrap_up_s",
    "forecast.patience_s",
    "forecast.country",
    "forecast.closed_days",
    "forecast.keep_s",
)
async def test_a_forecast_is_planned_for_the_goals_of_the_configuration(
    tmp_path: Path,
) -> None:
    keys = {**OTHER, "country": "DE-BY", "closed_days": ["2026-12-24"], "keep_s": 60}
    async with open_call_centre(tmp_path, forecast=keys) as centre:
        found = await centre.get("sue", "/v1/forecast")
    assert found["goals"] == {**OTHER, "within_s": 20.0}
    assert (found["country"], found["closed_days"]) == ("DE-BY", ["2026-12-24"])
    assert found["fresh_for_s"] == 60


def asked(day: int) -> ForecastAsked:
    return ForecastAsked(
        as_of=date(2026, 11, day),
        service_level=0.8,
        within_s=20,
        occupancy_max=0.85,
        abandon_max=0.05,
        shrinkage=0.3,
    )


@shows_effect_of("forecast.kept_max")
@pytest.mark.parametrize(("kept_max", "made"), [(1, 3), (2, 2)])
async def test_so_many_forecasts_are_kept(
    tmp_path: Path, kept_max: int, made: int
) -> None:
    begun = []

    async def make(asked: ForecastAsked) -> dict[str, Any]:
        begun.append(asked)
        return {}

    settings = loaded(tmp_path, forecast={"kept_max": kept_max}).config.forecast
    forecasts = Forecasts(make, settings, FakeClock())
    for day in (1, 2, 1):
        await forecasts.get(asked(day))
    assert len(begun) == made


@shows_effect_of("forecast.waiting_max")
@pytest.mark.parametrize("waiting_max", [1, 3])
async def test_so_many_requests_wait_for_a_forecast(
    tmp_path: Path, waiting_max: int
) -> None:
    may_end = asyncio.Event()

    async def make(asked: ForecastAsked) -> dict[str, Any]:
        await may_end.wait()
        return {}

    settings = loaded(tmp_path, forecast={"waiting_max": waiting_max}).config.forecast
    forecasts = Forecasts(make, settings, FakeClock())
    async with asyncio.TaskGroup() as group:
        for day in range(1, waiting_max + 1):
            group.create_task(forecasts.get(asked(day)))
        await turns()
        with pytest.raises(Overloaded):
            await forecasts.get(asked(30))
        may_end.set()
