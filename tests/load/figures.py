"""Which figures does one run give, and how are many runs put together?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median


def percentile(ordered: Sequence[float], share: float) -> float:
    """Nearest rank of ascending values: the smallest that `share` do not exceed.

    0 for no values at all.
    """
    if not ordered:
        return 0.0
    rank = max(1, -(-len(ordered) * share // 1))
    return ordered[int(rank) - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Latencies in milliseconds."""

    count: int
    p50: float
    p99: float
    p999: float
    max: float


def spread(values_ns: Sequence[int]) -> Spread:
    ordered = sorted(value / 1e6 for value in values_ns)
    return Spread(
        count=len(ordered),
        p50=percentile(ordered, 0.5),
        p99=percentile(ordered, 0.99),
        p999=percentile(ordered, 0.999),
        max=ordered[-1] if ordered else 0.0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stretch of calls at one rate.

    `opened` runs from the POST's first byte to `pop.opened` at the agent's client,
    `complete` to the frame that fills the last of the four facets, `ack` to the
    webhook's answer. `lag` is how late the generator itself sent: where it is not
    small beside the latencies, the generator is what was measured.
    """

    rate: float
    sent: int
    sent_per_s: float
    ack: Spread
    opened: Spread
    complete: Spread
    lag: Spread
    frames_per_call: float  # at the agents
    refused: int  # answered, not with 2xx
    unanswered: int
    lost: int  # no pop.opened at the agent it rang at
    incomplete: int  # opened, and a facet stayed pending
    doubled: int
    misrouted: int
    disconnected: int
    server_cpu_us: float  # per call
    server_busy: float  # of one core, all threads; of several nodes the sum
    server_waited: float  # share of the time it could run and others had the core
    generator_busy: float
    generator_waited: float
    stall_ms: float  # the longest answer of GET /livez, asked every 5 ms
    generator_stall_ms: float  # how late the generator's own timer ran meanwhile
    parts_cpu_us: Mapping[str, float] = field(default_factory=dict)
    """Of several nodes and what they share: processor time a call, by name."""

    @property
    def wrong(self) -> int:
        """Whatever went wrong besides lost and doubled pops."""
        answers = self.refused + self.unanswered
        return answers + self.incomplete + self.misrouted + self.disconnected

    @property
    def clean(self) -> bool:
        return self.lost + self.doubled + self.wrong == 0


@dataclass(slots=True, kw_only=True)
class TargetFigures:
    """All that one server showed in one round."""

    target: str
    agents: int
    start_s: float = 0.0
    connect_s: float = 0.0
    idle_kb_per_agent: float = 0.0
    steps: list[Step] = field(default_factory=list)
    best: Step | None = None  # the highest rate that kept p99 under the limit
    storm_s: float | None = None
    storm_stall_ms: float | None = None
    fanout_us_per_frame: float | None = None
    fanout_last_ms: float | None = None
    slow: list[Step] = field(default_factory=list)  # with one source that hangs
    watched: list[Step] = field(default_factory=list)  # with supervisors connected

    def at(self, rate: float) -> Step | None:
        return next((step for step in self.steps if step.rate == rate), None)


def middle(values: Sequence[float | None]) -> float | None:
    """The median of what was measured; None when nothing was."""
    known = [value for value in values if value is not None]
    return median(known) if known else None


def ratio(ours: float | None, theirs: float | None) -> float | None:
    return ours / theirs if ours is not None and theirs else None
