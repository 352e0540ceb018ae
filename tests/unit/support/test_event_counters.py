from __future__ import annotations

import pytest
from prometheus_client import CollectorRegistry, Counter, generate_latest

from screenpop.support.metrics import LABEL_SETS_MAX, EventCounters


def shown(registry: CollectorRegistry) -> list[str]:
    """The exposition without the moments at which the counters were made."""
    lines = generate_latest(registry).decode().splitlines()
    return [line for line in lines if "_created{" not in line]


def test_they_read_as_counters_of_the_library() -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    counts = EventCounters("calls_total", "Calls.", ("line",), registry=ours)
    counter = Counter("calls_total", "Calls.", ("line",), registry=theirs)
    for line, times in (("a", 1), ("b", 3), ("a", 2)):
        counts.labels(line).inc(times)
        counter.labels(line).inc(times)
    assert shown(ours) == shown(theirs)


def test_one_without_labels_is_there_before_the_first_count() -> None:
    registry = CollectorRegistry()
    counts = EventCounters("pops_total", "Cards.", (), registry=registry)
    assert registry.get_sample_value("pops_total") == 0
    counts.labels().inc()
    assert registry.get_sample_value("pops_total") == 1


def test_label_values_have_a_limit() -> None:
    registry = CollectorRegistry()
    counts = EventCounters("calls_total", "Calls.", ("line",), registry=registry)
    for number in range(LABEL_SETS_MAX + 5):
        counts.labels(str(number)).inc()
    assert registry.get_sample_value("calls_total", {"line": ""}) == 5


def test_a_label_that_is_missing_is_a_mistake() -> None:
    counts = EventCounters(
        "calls_total", "Calls.", ("line",), registry=CollectorRegistry()
    )
    with pytest.raises(ValueError, match="has the labels"):
        counts.labels()
