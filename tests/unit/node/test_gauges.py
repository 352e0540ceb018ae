"""Garbage is looked for when it is quiet, and at last in any case."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest

from screenpop.node.gauges import (
    AT_LATEST_S,
    COLLECTED_EVERY_S,
    QUIET_S,
    SWITCH_S,
    THRESHOLDS,
    collect_when_quiet,
    show_recalls,
    spare_the_loop,
)
from screenpop.support.clock import FakeClock
from screenpop.support.metrics import Metrics


class Over(Exception):
    """The test has seen enough."""


async def collections(offsets: list[int], *, step_s: float = QUIET_S) -> list[float]:
    """When it collected, in seconds; `offsets` is the newest at each look."""
    clock = FakeClock()
    began_s = clock.monotonic_s()
    moments: list[float] = []
    coming = iter(offsets)
    now = [0]

    async def pause(seconds: float) -> None:
        clock.advance(step_s)
        try:
            now[0] = next(coming)
        except StopIteration:
            raise Over from None

    def collect() -> int:
        moments.append(clock.monotonic_s() - began_s)
        return 0

    with pytest.raises(Over):
        await collect_when_quiet(lambda: now[0], clock, collect=collect, pause=pause)
    return moments


async def test_a_quiet_moment_is_used_but_not_each() -> None:
    looks = round(COLLECTED_EVERY_S / QUIET_S)
    assert await collections([0] * (2 * looks + 5)) == [
        COLLECTED_EVERY_S,
        2 * COLLECTED_EVERY_S,
    ]


async def test_while_calls_come_it_waits() -> None:
    looks = round(COLLECTED_EVERY_S / QUIET_S)
    offsets = [*range(1, looks + 11), looks + 10]
    assert await collections(offsets) == [COLLECTED_EVERY_S + 11 * QUIET_S]


async def test_where_it_is_never_quiet_it_collects_at_last() -> None:
    step_s = 60.0
    offsets = list(range(1, round(AT_LATEST_S / step_s) + 5))
    assert await collections(offsets, step_s=step_s) == [AT_LATEST_S]


@pytest.fixture
def thresholds() -> Iterator[None]:
    before, switch_s = gc.get_threshold(), sys.getswitchinterval()
    yield
    gc.set_threshold(*before)
    sys.setswitchinterval(switch_s)
    gc.unfreeze()


def test_what_is_there_at_the_start_is_spared(thresholds: None) -> None:
    spare_the_loop()
    assert gc.get_threshold() == THRESHOLDS
    assert gc.get_freeze_count() > 0
    assert sys.getswitchinterval() == pytest.approx(SWITCH_S)


def test_callers_to_call_back_are_counted_under_few_labels() -> None:
    """Names of queues that a telephone system makes up do not become labels."""
    metrics = Metrics()
    made_up = {f"q-{n}": 1 for n in range(1_000)}
    show_recalls(metrics, {"sales": 2, "": 3, **made_up}, ["sales", "support"])
    assert shown(metrics) == {"sales": 2, "support": 0, "other": 1_003}
    show_recalls(metrics, {}, ["sales", "support"])
    assert shown(metrics) == {"sales": 0, "support": 0, "other": 0}
    show_recalls(metrics, {"other": 1, "": 2}, ["other"])
    assert shown(metrics)["other"] == 3


def shown(metrics: Metrics) -> dict[str, float]:
    (family,) = metrics.recalls_waiting.collect()
    return {sample.labels["queue"]: sample.value for sample in family.samples}
