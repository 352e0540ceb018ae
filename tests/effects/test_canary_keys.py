"""`sources.NAME.canaries`: when they are tried, which, and what must come."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from key_effects import NUMBER, built, customers, shows_effect_of

from screenpop.lookup.canaries import CanaryResult
from screenpop.node.canary_watch import try_due
from screenpop.node.node import Service
from screenpop.support.clock import FakeClock

EXPECTED = ("identity.name", "identity.company")


@asynccontextmanager
async def knowing_ada(
    folder: Path, clock: FakeClock | None = None, city: str = "Leeds", **canaries: Any
) -> AsyncIterator[Service]:
    crm = customers(folder, f"7,Ada,020 7946 0958,{city}")
    crm |= {"canaries": {"numbers": [NUMBER], **canaries}}
    crm["contacts"] |= {"company": "city"}
    async with built(
        folder, clock=clock or FakeClock(), sources={"crm": crm}
    ) as service:
        await service.lookups.sources.open()
        await service.lookups.sources.read_contacts("crm")
        yield service


async def results(service: Service) -> list[CanaryResult]:
    await try_due(service.lookups)
    return [*service.lookups.sources.canaries.tried["crm"].results]


@shows_effect_of("sources.NAME.canaries.numbers")
async def test_each_number_is_looked_up_and_shown_shortened(tmp_path: Path) -> None:
    numbers = [NUMBER, "+442079460111"]
    async with knowing_ada(tmp_path, numbers=numbers) as service:
        known, unknown = await results(service)
        assert (known.number, known.outcome) == ("+4420…58", "found")
        assert (unknown.number, unknown.outcome) == ("+4420…11", "not_found")


@shows_effect_of("sources.NAME.canaries.expect")
@pytest.mark.parametrize(
    ("city", "expect", "missing"),
    [
        ("Leeds", EXPECTED, ()),
        ("", EXPECTED, ("identity.company",)),
        ("", ("identity.name",), ()),
    ],
)
async def test_a_value_that_must_come_is_missed(
    tmp_path: Path, city: str, expect: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    async with knowing_ada(tmp_path, city=city, expect=[*expect]) as service:
        (ada,) = await results(service)
        assert ada.missing == missing
        assert ada.outcome == ("incomplete" if missing else "found")


@shows_effect_of("sources.NAME.canaries.at")
async def test_they_are_tried_after_the_start_and_daily_at_their_time(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    async with knowing_ada(tmp_path, clock, at="06:30") as service:
        canaries = service.lookups.sources.canaries

        async def tried_us() -> int:
            await try_due(service.lookups)
            return canaries.tried["crm"].at_us

        first_us = await tried_us()
        today = datetime.fromtimestamp(first_us / 1e6, UTC)
        at = today.replace(hour=6, minute=30, second=0, microsecond=0)
        wait_s = (at - today).total_seconds() % 86_400
        clock.advance(wait_s - 60)
        assert await tried_us() == first_us
        clock.advance(120)
        second_us = await tried_us()
        assert second_us > first_us
        clock.advance(3600)
        assert await tried_us() == second_us
