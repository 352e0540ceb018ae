"""How many, how long, how full: what does the service report to Prometheus?

One `Metrics` per service, with its own registry. docs/metrics.md has an entry for
each. On a hot path bind the labels once (`timer = metrics.intake_s.labels("x")`).
Label values come from the configuration or from closed lists, never from a request.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

STAGE_BUCKETS_S = (
    0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
    0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
)  # fmt: skip
"""From a fifth of a millisecond, the intake of one event, to a hanging source."""


class Metrics:
    """The stages of a call in order, then what surrounds them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.label_names: dict[str, tuple[str, ...]] = {}  # by metric
        self._stages()
        self._calls()
        self._sources()
        self._browsers()
        self._service()

    def exposition(self) -> bytes:
        """The text that `/metrics` answers with."""
        return generate_latest(self.registry)

    def names(self) -> tuple[str, ...]:
        """Every metric's name as Prometheus shows it, for the docs test."""
        return tuple(
            f"{family.name}_total" if family.type == "counter" else family.name
            for family in self.registry.collect()
        )

    def _stages(self) -> None:
        self.webhook_s = self._timings(
            "webhook_seconds",
            "From a webhook's last byte to its answer, authentication, decoding and"
            " the durable append included.",
            "line",
        )
        self.intake_s = self._timings(
            "intake_seconds", "Authenticating and decoding one webhook.", "line"
        )
        self.append_s = self._timing(
            "append_seconds", "From the journal's append to durable."
        )
        self.first_push_s = self._timing(
            "first_push_seconds",
            "From receipt of the event to the first frame at an agent's socket.",
        )
        self.lookup_s = self._timings(
            "lookup_seconds", "One lookup at its source.", "lookup", "outcome"
        )
        self.profile_s = self._timing(
            "profile_seconds", "From a call's first lookup to the last answer."
        )
        self.ring_to_pop_s = self._timing(
            "ring_to_pop_seconds",
            "From receipt of the event to the browser's ack: the card is on screen.",
        )

    def _calls(self) -> None:
        self.events = self._counts(
            "events_total", "Call events taken and durable.", "line", "type"
        )
        self.events_repeated = self._counts(
            "events_repeated_total", "Events delivered again and dropped.", "line"
        )
        self.events_ignored = self._counts(
            "events_ignored_total", "Events a dialect has no use for.", "line"
        )
        self.pops = self._count("pops_total", "Cards opened at agents.")
        self.live_calls = self._gauge("live_calls", "Calls followed now.")
        self.journal_spooled = self._gauge(
            "journal_spooled_records",
            "Records that only this node has while the shared journal is away.",
        )
        self.journal_behind = self._gauge(
            "journal_behind_entries",
            "Entries of the shared journal that this node had not read at the last"
            " look (each second).",
        )
        self.journal_pending = self._gauge(
            "journal_pending_records", "Records waiting to be durable."
        )
        self.contacts = self._gauge("contacts", "Customers known by number.", "source")
        self.order_lines = self._gauge(
            "order_lines", "Order lines that recommendations are made from."
        )
        self.order_rows = self._counts(
            "order_rows_total", "Rows of orders and items read.", "source"
        )
        self.config_reloads = self._counts(
            "config_reloads_total",
            "Reloads of the configuration: switched, unchanged or refused.",
            "outcome",
        )
        self.config_refused = self._gauge(
            "config_refused", "1 while the file differs from what runs: it was refused."
        )
        self.config_loaded_at = self._gauge(
            "config_loaded_timestamp_seconds",
            "When the configuration that runs was taken.",
        )

    def _sources(self) -> None:
        self.breaker_open = self._gauge(
            "source_breaker_open",
            "1 while a source's circuit breaker is open.",
            "source",
        )
        self.key_days_left = self._gauge(
            "source_key_days_left",
            "Days until the first key, token or certificate of a source, or of its"
            " service, ends; negative after; only where it is known.",
            "source",
        )
        self.canaries = self._gauge(
            "source_canaries",
            "Canary callers of a source by what became of them at the last try.",
            "source",
            "outcome",
        )
        self.canaries_tried_at = self._gauge(
            "source_canaries_tried_timestamp_seconds",
            "When a source's canary callers were last tried.",
            "source",
        )
        self.values_lost = self._gauge(
            "source_values_lost",
            "Columns whose values a source's answers lack, all or more than before.",
            "source",
        )

    def _browsers(self) -> None:
        self.sessions = self._gauge("sessions", "WebSockets open now.", "kind")
        self.handshakes_refused = self._counts(
            "handshakes_refused_total", "WebSockets refused before upgrade.", "status"
        )
        self.sockets_cut = self._counts(
            "sockets_cut_total",
            "WebSockets ended by the service: silent, expired, flood, shutdown.",
            "reason",
        )
        self.frames_sent = self._count("frames_sent_total", "Frames to browsers.")
        self.outbox_overflows = self._count(
            "outbox_overflows_total", "Browsers cut off because they read too slowly."
        )
        self.logins = self._counts("logins_total", "Log-ins by outcome.", "outcome")

    def _service(self) -> None:
        self.requests = self._counts(
            "http_requests_total", "Answers by route.", "route", "method", "status"
        )
        self.request_s = self._timings(
            "http_request_seconds", "Time to answer, webhooks apart.", "route"
        )
        self.loop_lag_s = self._timing(
            "loop_lag_seconds", "How late the event loop runs what is due."
        )
        self.history_left_out = self._count(
            "history_left_out_total",
            "Journal entries that the history could not take: the log names them.",
        )
        self.history_writer = self._gauge(
            "history_writer", "1 on the node that writes the history, 0 on the others."
        )
        self.fold_failures = self._counts(
            "fold_failures_total",
            "Journal entries that a fold (calls, lookups, desk, wallboard, recalls)"
            " failed on.",
            "fold",
        )
        self.task_restarts = self._counts(
            "task_restarts_total",
            "Background tasks that ended and were started again.",
            "task",
        )
        self.recalls_waiting = self._gauge(
            "recalls_waiting",
            "Callers to call back whom no one has claimed or put off, by configured"
            " queue; `other`: another queue, or none.",
            "queue",
        )
        self.alerts_open = self._gauge("alerts_open", "Alerts that are open.", "level")
        self.notices = self._counts(
            "alert_notices_total",
            "Alerts sent by webhook or e-mail, and those given up.",
            "way",
            "outcome",
        )
        self.reports = self._counts(
            "reports_total",
            "Scheduled reports sent into a folder or by e-mail, retried, and given up.",
            "way",
            "outcome",
        )
        self.build = self._gauge("build_info", "Always 1; says the version.", "version")

    def _timings(self, name: str, text: str, *labels: str) -> Timings:
        return Timings(
            self._named(name, labels), text, labels,
            registry=self.registry, bounds_s=STAGE_BUCKETS_S,
        )  # fmt: skip

    def _timing(self, name: str, text: str) -> Timing:
        return self._timings(name, text).labels()

    def _counts(self, name: str, text: str, *labels: str) -> EventCounters:
        return EventCounters(
            self._named(name, labels), text, labels, registry=self.registry
        )

    def _count(self, name: str, text: str) -> EventCounter:
        return self._counts(name, text).labels()

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        full = self._named(name, labels)
        return Gauge(full, text, labels, registry=self.registry)

    def _named(self, name: str, labels: tuple[str, ...]) -> str:
        full = f"screenpop_{name}"
        self.label_names[full] = labels
        return full


# -- How are events counted on the hot path, at a tenth of a library's price?
# prometheus_client takes a lock and four functions for each count, and a lock for
# each bucket and sum of a histogram. A call passes a dozen of both. Here the event loop
# alone counts: a count is one addition, a duration one search and two additions. The
# exposition is made when somebody asks (docs/decisions/hot-path.md).


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


# -- How are durations counted?

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

    def counts(self) -> list[int]:
        """How many in each bucket; the last one has no bound."""
        return self._counts.copy()

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
        self.bounds_s = tuple(bounds_s)
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
            child = self._children.setdefault(values, Timing(self.bounds_s))
        return child

    def children(self) -> list[tuple[tuple[str, ...], Timing]]:
        """Each set of label values with its histogram."""
        return list(self._children.items())

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
