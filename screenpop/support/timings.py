"""How are durations counted on the hot path, at a tenth of a library's price?

A call passes a dozen histograms. prometheus_client takes a lock for every bucket
and sum; here the event loop alone observes, so counting is one search and two
additions, and the exposition is made when somebody asks (docs/decisions).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

LABEL_SETS_MAX = 2_000


class Timing:
    """One histogram: durations in seconds, of one set of label values."""

    __slots__ = ("_bounds", "_counts", "total_s")

    def __init__(self, bounds_s: Sequence[float]):
        self._bounds = bounds_s
        self._counts = [0] * (len(bounds_s) + 1)
        self.total_s = 0.0

    @property
    def count(self) -> int:
        return sum(self._counts)

    def observe(self, seconds: float) -> None:
        """A duration belongs to the first bucket whose bound it does not exceed."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        self.total_s += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """(upper bound, how many up to it), the last one without a bound."""
        names = [*map(floatToGoString, self._bounds), "+Inf"]
        return list(zip(names, map(float, accumulate(self._counts)), strict=True))


class Timings(Collector):
    """Histograms of one name, one for each set of label values that occurs.

    Observed from one thread. Label values come from the configuration or closed
    lists; beyond `LABEL_SETS_MAX` sets all further ones are counted as one, whose
    label values are empty.
    """

    def __init__(
        self,
        name: str,
        text: str,
        labels: Sequence[str],
        *,
        registry: CollectorRegistry,
        bounds_s: Sequence[float],
    ):
        self._name = name
        self._text = text
        self._labels = tuple(labels)
        self._bounds = tuple(bounds_s)
        self._children: dict[tuple[str, ...], Timing] = {}
        if not labels:
            self.labels()
        registry.register(self)

    def labels(self, *values: str) -> Timing:
        """The histogram of these label values; bind it once on a hot path."""
        if len(values) != len(self._labels):
            raise ValueError(f"{self._name} has the labels {self._labels}")
        child = self._children.get(values)
        if child is None:
            if len(self._children) >= LABEL_SETS_MAX:
                values = ("",) * len(values)
            child = self._children.setdefault(values, Timing(self._bounds))
        return child

    def collect(self) -> Iterator[HistogramMetricFamily]:
        family = HistogramMetricFamily(self._name, self._text, labels=self._labels)
        for values, child in list(self._children.items()):
            family.add_metric(values, child.buckets(), child.total_s)
        yield family


class Bound(dict[tuple[str, ...], Timing]):
    """The histogram of each tuple of label values: found once, then at hand."""

    def __init__(self, timings: Timings):
        super().__init__()
        self._timings = timings

    def __missing__(self, values: tuple[str, ...]) -> Timing:
        timing = self[values] = self._timings.labels(*values)
        return timing
