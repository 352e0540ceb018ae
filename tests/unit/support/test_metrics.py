from __future__ import annotations

from screenpop.support.metrics import Metrics


def test_two_services_in_one_process_do_not_share_their_figures() -> None:
    first, second = Metrics(), Metrics()
    first.pops.inc()
    assert b"screenpop_pops_total 1.0" in first.exposition()
    assert b"screenpop_pops_total 0.0" in second.exposition()


def test_every_name_is_ours_and_stands_once() -> None:
    names = Metrics().names()
    assert len(names) == len(set(names)) > 10
    assert all(name.startswith("screenpop_") for name in names)


def test_durations_are_seconds_and_counts_are_totals() -> None:
    for name in Metrics().names():
        assert not name.endswith(("_ms", "_us")), name
