"""How are events counted on the hot path, at a tenth of a library's price?

prometheus_client takes a lock and four functions for each count; here the event loop
alone counts, so counting is one addition (see also `timings`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from screenpop.support.timings import LABEL_SETS_MAX


class EventCounter:
    """One counter of one set of label values; it only grows."""

    __slots__ = ("created_s", "total")

    def __init__(self) -> None:
        self.total = 0
        self.created_s = time.time()

    def inc(self, times: int = 1) -> None:
        self.total += times


class EventCounters(Collector):
    """Counters of one name, one for each set of label values that occurs.

    Counted from one thread. Label values come from the configuration or closed lists;
    beyond `LABEL_SETS_MAX` sets all further ones are counted as one, whose label
    values are empty.
    """

    def __init__(
        self,
        name: str,
        text: str,
        labels: Sequence[str],
        *,
        registry: CollectorRegistry,
    ):
        self._name = name
        self._text = text
        self._labels = tuple(labels)
        self._children: dict[tuple[str, ...], EventCounter] = {}
        if not labels:
            self.labels()
        registry.register(self)

    def labels(self, *values: str) -> EventCounter:
        """The counter of these label values; bind it once on a hot path."""
        child = self._children.get(values)
        if child is None:
            if len(values) != len(self._labels):
                raise ValueError(f"{self._name} has the labels {self._labels}")
            if len(self._children) >= LABEL_SETS_MAX:
                values = ("",) * len(values)
            child = self._children.setdefault(values, EventCounter())
        return child

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily(self._name, self._text, labels=self._labels)
        for values, child in list(self._children.items()):
            family.add_metric(values, child.total, created=child.created_s)
        yield family
