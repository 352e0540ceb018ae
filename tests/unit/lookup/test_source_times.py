"""Percentiles and failures of a source by interval, from counts that exist anyway."""

from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry

from screenpop.domain.errors import NotFound
from screenpop.lookup.source_times import (
    INTERVAL_US,
    KEPT_US,
    SourceTimes,
    TimesOfInterval,
    quantile_ms,
)
from screenpop.support.clock import FakeClock
from screenpop.support.metrics import STAGE_BUCKETS_S, Timings

INTERVAL_S = INTERVAL_US // 1_000_000
BOUNDS_S = (0.01, 0.1, 1.0)


class Counted:
    """Lookups `who` and `owed` of the ERP; `gone` was taken out of the file."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.timings = Timings(
            "lookup_seconds",
            "",
            ("lookup", "outcome"),
            registry=CollectorRegistry(),
            bounds_s=STAGE_BUCKETS_S,
        )
        lookups = {"who": "erp", "owed": "erp", "news": "blog"}
        self.times = SourceTimes(self.timings, lookups.get, self.clock)

    def answer(self, lookup: str, outcome: str, seconds: float, times: int = 1) -> None:
        for _ in range(times):
            self.timings.labels(lookup, outcome).observe(seconds)

    def of(self, source: str = "erp") -> list[TimesOfInterval]:
        return self.times.of(source, ["erp", "blog"]).intervals

    def next_interval(self) -> None:
        self.clock.advance(INTERVAL_S)
        self.times.look()


def test_a_source_has_the_answers_of_all_its_lookups_by_interval() -> None:
    it = Counted()
    it.answer("who", "ok", 0.04, times=90)
    it.answer("owed", "failed", 0.8, times=6)
    it.answer("owed", "timed_out", 1.5, times=3)
    it.answer("owed", "stale", 0.0001)
    it.answer("news", "ok", 4.0)
    it.answer("gone", "ok", 9.0)
    it.next_interval()
    it.answer("who", "empty", 0.0001)
    before, now = it.of()
    assert (before.answers, before.failed, before.timed_out, before.stale) == (
        100,
        6,
        3,
        1,
    )
    assert 20 < before.p50_ms < 50
    assert 500 < before.p95_ms < 1000
    assert 1000 < before.p99_ms < 2500
    assert (now.answers, now.failed) == (1, 0)
    assert [each.answers for each in it.of("blog")] == [1]


def test_an_interval_is_counted_once_however_often_it_is_looked_at() -> None:
    it = Counted()
    for _ in range(3):
        it.answer("who", "ok", 0.001)
        assert it.of()
    (only,) = it.of()
    assert only.answers == 3
    it.next_interval()
    assert [each.answers for each in it.of()] == [3]


def test_a_quiet_interval_is_left_out_and_a_day_is_kept() -> None:
    it = Counted()
    for _ in range(2 * KEPT_US // INTERVAL_US):
        it.answer("who", "ok", 0.001)
        it.next_interval()
    assert len(it.of()) == KEPT_US // INTERVAL_US
    for _ in range(KEPT_US // INTERVAL_US + 1):
        it.next_interval()
    assert it.of() == []


def test_a_source_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match="there is no source crm"):
        Counted().times.of("crm", ["erp", "blog"])


@pytest.mark.parametrize(
    ("counts", "share", "expected_ms"),
    [
        ([10, 0, 0, 0], 0.5, 5.0),
        ([0, 10, 0, 0], 0.5, 55.0),
        ([5, 5, 0, 0], 0.95, 91.0),
        ([0, 0, 0, 3], 0.5, 1000.0),
        ([1, 0, 0, 1], 0.99, 1000.0),
    ],
)
def test_a_percentile_is_linear_within_its_bucket(
    counts: list[int], share: float, expected_ms: float
) -> None:
    assert quantile_ms(counts, BOUNDS_S, share) == pytest.approx(expected_ms)
