"""Keys under `service_level` and `queues`: each changes what the wallboard shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from key_effects import built, shows_effect_of

from screenpop.domain.call import CallEvent, CallId, EventType, LineId
from screenpop.domain.call_state import CallBook
from screenpop.support.clock import FakeClock

S = 1_000_000

# queue, seconds after the start, type, outcome
ANSWERED_AT_20 = [("queued", 0.0), ("answered", 20.0)]
RUNG_AT_15 = [("queued", 0.0), ("alerting", 15.0), ("answered", 30.0)]
SHORT = [("queued", 0.0), ("ended", 3.0)]
LATE = [("queued", 0.0), ("ended", 90.0)]
CALLBACK = [("queued", 0.0), ("callback", 90.0)]
OVERFLOW = [("queued", 0.0), ("queued night", 15.0), ("answered", 30.0)]
IN_TIME = [("queued", 0.0), ("answered", 5.0)]


async def shown(
    folder: Path, *stories: list[tuple[str, float]], **config: Any
) -> dict[str, float | None]:
    """The total's numbers after these calls, a minute apart."""
    clock = FakeClock()
    async with built(folder, clock=clock, **config) as made:
        book, start_us = CallBook(), clock.now_us()
        for number, story in enumerate(stories):
            for kind, at_s in story:
                change = book.apply(_event(kind, number, start_us + round(at_s * S)))
                assert change is not None
                made.feed.replace(change.before, change.after, 1)
        return dict(made.feed.snapshot().queues[0].values)


def _event(kind: str, number: int, at_us: int) -> CallEvent:
    name, _, queue = kind.partition(" ")
    back = name == "callback"
    return CallEvent(
        type=EventType.ENDED if back else EventType(name),
        line=LineId("main"),
        call_id=CallId(f"c-{number}"),
        event_id=f"{number}/{kind}",
        at_us=at_us,
        received_us=at_us,
        queue=queue or "sales",
        outcome="callback" if back else None,
    )


@shows_effect_of("service_level.variant")
@pytest.mark.parametrize(
    ("variant", "share"), [("answered_only", 1), ("asterisk2", 0.5)]
)
async def test_the_own_variant_is_the_service_level(
    tmp_path: Path, variant: str, share: float
) -> None:
    found = await shown(tmp_path, IN_TIME, LATE, service_level={"variant": variant})
    assert found["service_level"] == found[f"service_level_{variant}"] == share


@shows_effect_of("service_level.target_s")
@pytest.mark.parametrize(("target_s", "share"), [(20, 1), (19, 0)])
async def test_the_target_says_what_is_in_time(
    tmp_path: Path, target_s: float, share: float
) -> None:
    found = await shown(tmp_path, ANSWERED_AT_20, service_level={"target_s": target_s})
    assert found["service_level"] == share


@shows_effect_of("queues.NAME.target_s")
@pytest.mark.parametrize(("queue", "share"), [("sales", 0), ("night", 1)])
async def test_a_queue_has_its_own_target(
    tmp_path: Path, queue: str, share: float
) -> None:
    queues = {queue: {"label": "Some", "target_s": 10}}
    found = await shown(tmp_path, ANSWERED_AT_20, queues=queues)
    assert found["service_level"] == share


@shows_effect_of("service_level.comparison")
@pytest.mark.parametrize(("comparison", "share"), [("<=", 1), ("<", 0)])
async def test_the_target_itself_is_in_time_by_configuration(
    tmp_path: Path, comparison: str, share: float
) -> None:
    level = {"comparison": comparison}
    found = await shown(tmp_path, ANSWERED_AT_20, service_level=level)
    assert found["service_level"] == share


@shows_effect_of("service_level.measured_from")
@pytest.mark.parametrize(("start", "share"), [("entry", 0), ("ring", 1)])
async def test_the_wait_may_begin_at_the_first_ring(
    tmp_path: Path, start: str, share: float
) -> None:
    level = {"measured_from": start}
    found = await shown(tmp_path, RUNG_AT_15, service_level=level)
    assert found["service_level"] == share


@shows_effect_of("service_level.interval")
@pytest.mark.parametrize(("interval", "share"), [("entry", 0), ("answer", None)])
async def test_by_answer_a_call_that_waits_counts_nowhere_yet(
    tmp_path: Path, interval: str, share: float | None
) -> None:
    waits = [("queued", 0.0)]
    found = await shown(tmp_path, waits, service_level={"interval": interval})
    assert found["service_level_amazon"] == share


@shows_effect_of("service_level.transfers")
@pytest.mark.parametrize(("transfers", "share"), [("again", 1), ("once", 0)])
async def test_an_overflow_counts_again_or_since_its_first_queue(
    tmp_path: Path, transfers: str, share: float
) -> None:
    found = await shown(tmp_path, OVERFLOW, service_level={"transfers": transfers})
    assert found["service_level"] == share


@shows_effect_of("service_level.count_flow_outs")
@pytest.mark.parametrize(("count", "share"), [(False, 1), (True, 0.5)])
async def test_callbacks_are_in_the_denominator_or_not(
    tmp_path: Path, count: bool, share: float
) -> None:
    level = {"count_flow_outs": count}
    found = await shown(tmp_path, IN_TIME, CALLBACK, service_level=level)
    assert found["service_level_genesys"] == found["service_level_vonage"] == share


@shows_effect_of("service_level.count_short_abandons")
@pytest.mark.parametrize(("count", "share"), [(False, 1), (True, 0.5)])
async def test_short_abandons_are_in_the_denominator_or_not(
    tmp_path: Path, count: bool, share: float
) -> None:
    level = {"count_short_abandons": count}
    found = await shown(tmp_path, IN_TIME, SHORT, service_level=level)
    assert found["service_level_genesys"] == share


@shows_effect_of("service_level.count_abandons")
@pytest.mark.parametrize(("count", "share"), [(False, 1), (True, 0.5)])
async def test_abandons_are_in_the_denominator_or_not(
    tmp_path: Path, count: bool, share: float
) -> None:
    level = {"count_abandons": count}
    found = await shown(tmp_path, IN_TIME, LATE, service_level=level)
    assert found["service_level_genesys"] == share
