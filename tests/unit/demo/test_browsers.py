"""Does the meter tell lost, doubled and stray cards apart?"""

from __future__ import annotations

import pytest

from screenpop.demo.browsers import Meter, percentiles


def test_a_ring_that_is_shown_once_is_flawless() -> None:
    meter = Meter()
    meter.called("c1")
    meter.rang("c1", "1001", 10.0)
    meter.popped("c1", "1001", 10.004)
    report = meter.report()
    assert report.flawless
    assert (report.calls, report.rings, report.popped) == (1, 1, 1)
    assert report.ring_to_pop_ms["p50"] == 4.0


def test_a_ring_that_is_never_shown_is_lost() -> None:
    meter = Meter()
    meter.rang("c1", "1001", 10.0)
    assert meter.missing == 1
    report = meter.report()
    assert report.lost == 1
    assert not report.flawless


def test_a_card_shown_twice_for_one_ring_is_duplicated() -> None:
    meter = Meter()
    meter.rang("c1", "1001", 10.0)
    meter.popped("c1", "1001", 10.1)
    meter.popped("c1", "1001", 10.2)
    assert meter.report().duplicated == 1


def test_a_call_that_rings_again_may_be_shown_again() -> None:
    meter = Meter()
    for at_s in (10.0, 20.0):
        meter.rang("c1", "1001", at_s)
        meter.popped("c1", "1001", at_s + 0.1)
    report = meter.report()
    assert report.flawless
    assert report.rings == 1


def test_a_card_of_a_colleagues_call_is_stray() -> None:
    meter = Meter()
    meter.rang("c1", "1001", 10.0)
    meter.popped("c1", "1001", 10.1)
    meter.popped("c1", "1002", 10.1)
    report = meter.report()
    assert report.stray == 1
    assert not report.flawless


def test_a_refused_event_is_a_flaw_and_a_retry_is_none() -> None:
    assert not Meter().report(refused=1).flawless
    assert not Meter().report(given_up=1).flawless
    assert Meter().report(retried=9).flawless


def test_percentiles_are_by_nearest_rank() -> None:
    assert percentiles([]) == {}
    assert percentiles([7.0]) == {
        "p50": 7.0, "p90": 7.0, "p99": 7.0, "p99.9": 7.0, "max": 7.0,
    }  # fmt: skip
    hundred = [float(at) for at in range(1, 101)]
    found = percentiles(hundred)
    assert (found["p50"], found["p90"], found["p99"]) == (50.0, 90.0, 99.0)
    assert found["p99.9"] == found["max"] == 100.0


@pytest.mark.parametrize("missing", [0, 3])
def test_missing_counts_agents_not_rings(missing: int) -> None:
    meter = Meter()
    for agent in range(missing):
        meter.rang("c1", str(agent), 1.0)
        meter.rang("c1", str(agent), 2.0)
    assert meter.missing == missing
