"""Do our histograms tell what prometheus_client's own would?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from screenpop.support import metrics
from screenpop.support.metrics import Bound, Timings

BOUNDS_S = (0.001, 0.01, 0.5)


def ours(registry: CollectorRegistry, *labels: str) -> Timings:
    return Timings("t", "A time.", labels, registry=registry, bounds_s=BOUNDS_S)


def lines(registry: CollectorRegistry) -> list[str]:
    text = generate_latest(registry).decode()
    return sorted(x for x in text.splitlines() if "_created" not in x)


@given(st.lists(st.sampled_from([0.0, 0.0005, 0.001, 0.002, 0.01, 0.4, 0.5, 7.0])))
def test_the_exposition_equals_the_librarys(durations_s: list[float]) -> None:
    mine, theirs = CollectorRegistry(), CollectorRegistry()
    timing = ours(mine, "line").labels("main")
    other = Histogram("t", "A time.", ["line"], registry=theirs, buckets=BOUNDS_S)
    for duration_s in durations_s:
        timing.observe(duration_s)
        other.labels("main").observe(duration_s)
    if durations_s:
        assert lines(mine) == lines(theirs)
    assert timing.count == len(durations_s)


def test_one_without_labels_is_there_before_anything_was_observed() -> None:
    registry = CollectorRegistry()
    ours(registry)
    assert "t_count 0.0" in lines(registry)


def test_label_values_beyond_the_limit_are_counted_as_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metrics, "LABEL_SETS_MAX", 2)
    family = ours(CollectorRegistry(), "line")
    one, *others = [family.labels(x) for x in ("a", "b", "c", "d")]
    assert family.labels("a") is one
    assert others[1] is others[2]


def test_a_wrong_number_of_labels_is_refused() -> None:
    with pytest.raises(ValueError, match="labels"):
        ours(CollectorRegistry(), "line").labels()


def test_bound_timings_are_those_of_the_labels() -> None:
    mine = ours(CollectorRegistry(), "lookup", "outcome")
    bound = Bound(mine)
    for _ in range(2):
        bound["crm", "ok"].observe(0.5)
    assert mine.labels("crm", "ok").count == 2
