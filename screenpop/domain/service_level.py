"""Which share of the callers was served in time, in which of seven ways?

Telephone systems and reports divide the same day differently; each variant here is
one pure function over counts (`call_counts`) of one queue and interval. The names:
`q` offered, `a` answered, `b` abandoned (`s` of these short), `f` left otherwise
(moved, diverted, to be called back); `a_X`, `b_X`, `c_X` answered, abandoned, to be
called back within the target of X seconds. A share of nothing is None, never 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

US_PER_S = 1_000_000
TARGET_S = 20.0

VariantName = Literal[
    "amazon", "genesys", "vonage", "late_abandons", "answered_only", "asterisk2",
    "in_queue_now",
]  # fmt: skip
Comparison = Literal["<", "<="]
Amounts = Mapping[str, int]
"""Sums of one queue and interval by name."""

OFFERED, ANSWERED = "sl_offered", "sl_answered"
ABANDONED, SHORT = "sl_abandoned", "sl_short_abandoned"
FLOW_OUTS = "sl_flow_outs"
ANSWERED_WITHIN, ABANDONED_WITHIN = "sl_answered_within", "sl_abandoned_within"
CALLBACKS_WITHIN = "sl_callbacks_within"
WAITING, WAITING_LONGER = "waiting", "waiting_longer"

COUNTED = (
    OFFERED, ANSWERED, ABANDONED, SHORT, FLOW_OUTS, ANSWERED_WITHIN,
    ABANDONED_WITHIN, CALLBACKS_WITHIN,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevelRules:
    """How a centre counts. The switches act on past intervals too, the others do not.

    `target_by_queue` is for queues with a target of their own. `interval` says where
    a visit counts: when it entered, or when it left. With `transfers` `once` a call
    counts under its first queue alone, until an agent answers or it is lost.
    """

    variant: VariantName = "late_abandons"
    target_s: float = TARGET_S
    target_by_queue: Mapping[str, float] = field(default_factory=dict)
    comparison: Comparison = "<="
    measured_from: Literal["entry", "ring"] = "entry"
    interval: Literal["entry", "answer"] = "entry"
    transfers: Literal["again", "once"] = "again"
    count_flow_outs: bool = False
    count_short_abandons: bool = True
    count_abandons: bool = True

    def target_us(self, queue: str) -> int:
        return round(self.target_by_queue.get(queue, self.target_s) * US_PER_S)

    def is_within(self, waited_us: int, queue: str) -> bool:
        """Was the wait within the queue's target, the target itself by `comparison`?"""
        target_us = self.target_us(queue)
        return waited_us < target_us or (
            self.comparison == "<=" and waited_us == target_us
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel:
    """One variant: its formula in words, its inputs, and who counts like that."""

    name: VariantName
    label: str
    formula: str
    inputs: tuple[str, ...]
    source: str
    of: Callable[[Amounts, ServiceLevelRules], float | None]


def amazon(counts: Amounts, rules: ServiceLevelRules) -> float | None:
    """(a_X + b_X + c_X) / q."""
    answered, abandoned = (
        counts.get(ANSWERED_WITHIN, 0),
        counts.get(ABANDONED_WITHIN, 0),
    )
    of = counts.get(OFFERED, 0)
    within = answered + abandoned + counts.get(CALLBACKS_WITHIN, 0)
    return within / of if of > 0 else None


def genesys(counts: Amounts, rules: ServiceLevelRules) -> float | None:
    """a_X / (a + b [+ f] [- s] [- b]), by the three switches.

    Short abandons are a part of the abandons: without these they are left out too.
    """
    of = counts.get(ANSWERED, 0)
    if rules.count_abandons:
        of += counts.get(ABANDONED, 0)
        if not rules.count_short_abandons:
            of -= counts.get(SHORT, 0)
    if rules.count_flow_outs:
        of += counts.get(FLOW_OUTS, 0)
    return counts.get(ANSWERED_WITHIN, 0) / of if of > 0 else None


def vonage(counts: Amounts, rules: ServiceLevelRules) -> float | None:
    """a_X / (a + b [+ f])."""
    of = counts.get(ANSWERED, 0) + counts.get(ABANDONED, 0)
    if rules.count_flow_outs:
        of += counts.get(FLOW_OUTS, 0)
    return counts.get(ANSWERED_WITHIN, 0) / of if of > 0 else None


def late_abandons(counts: Amounts, rules: ServiceLevelRules) -> float | None:
    """a_X / (a + b - b_X)."""
    late = counts.get(ABANDONED, 0) - counts.get(ABANDONED_WITHIN, 0)
    of = counts.get(ANSWERED, 0) + late
    return counts.get(ANSWERED_WITHIN, 0) / of if of > 0 else None


def answered_only(counts: Amounts, rules: ServiceLevelRules) -> float | None:
    """a_X / a."""
    of = counts.get(ANSWERED, 0)
    return counts.get(ANSWERED_WITHIN, 0) / of if of > 0 else None


def asterisk2(counts: Amounts, rules: ServiceLevelRules) -> float | None:
    """(a_X + b_X) / (a + b)."""
    within = counts.get(ANSWERED_WITHIN, 0) + counts.get(ABANDONED_WITHIN, 0)
    of = counts.get(ANSWERED, 0) + counts.get(ABANDONED, 0)
    return within / of if of > 0 else None


def in_queue_now(counts: Amounts, rules: ServiceLevelRules) -> float | None:
    """(waiting - waiting longer than X) / waiting; of this moment alone."""
    of = counts.get(WAITING, 0)
    return (of - counts.get(WAITING_LONGER, 0)) / of if of > 0 else None


_BY_ENTRY_OR_ANSWER = (ANSWERED_WITHIN, ANSWERED, ABANDONED)
VARIANTS: tuple[ServiceLevel, ...] = (
    ServiceLevel(
        name="amazon",
        label="Service level, Amazon Connect",
        formula="(Answered + abandoned + callbacks within the target) ÷ offered.",
        inputs=(ANSWERED_WITHIN, ABANDONED_WITHIN, CALLBACKS_WITHIN, OFFERED),
        source="docs.aws.amazon.com/connect/latest/adminguide/metrics-definitions.html",
        of=amazon,
    ),
    ServiceLevel(
        name="genesys",
        label="Service level, Genesys Cloud",
        formula="Answered within the target ÷ (answered + abandoned + flow-outs −"
        " short abandons); the switches count_flow_outs, count_short_abandons and"
        " count_abandons say which of these are in.",
        inputs=(*_BY_ENTRY_OR_ANSWER, SHORT, FLOW_OUTS),
        source="help.mypurecloud.com/articles/configure-the-service-level-calculation",
        of=genesys,
    ),
    ServiceLevel(
        name="vonage",
        label="Service level, Vonage",
        formula="Answered within the target ÷ (answered + abandoned, + flow-outs with"
        " count_flow_outs).",
        inputs=(*_BY_ENTRY_OR_ANSWER, FLOW_OUTS),
        source="newvoicemedia.atlassian.net pageId 3919904802",
        of=vonage,
    ),
    ServiceLevel(
        name="late_abandons",
        label="Service level, late abandons",
        formula="Answered within the target ÷ (answered + abandoned − abandoned within"
        " the target).",
        inputs=(*_BY_ENTRY_OR_ANSWER, ABANDONED_WITHIN),
        source="blog.brightpattern.com/blog/service-level-ns-infographic",
        of=late_abandons,
    ),
    ServiceLevel(
        name="answered_only",
        label="Service level, answered only",
        formula="Answered within the target ÷ answered.",
        inputs=(ANSWERED_WITHIN, ANSWERED),
        source="Asterisk app_queue ServiceLevelPerf; Twilio Flex",
        of=answered_only,
    ),
    ServiceLevel(
        name="asterisk2",
        label="Service level, Asterisk 2",
        formula="(Answered + abandoned within the target) ÷ (answered + abandoned).",
        inputs=(ANSWERED_WITHIN, ABANDONED_WITHIN, ANSWERED, ABANDONED),
        source="Asterisk app_queue ServiceLevelPerf2",
        of=asterisk2,
    ),
    ServiceLevel(
        name="in_queue_now",
        label="Service level, in queue now",
        formula="(Waiting − waiting longer than the target) ÷ waiting, at this moment.",
        inputs=(WAITING, WAITING_LONGER),
        source="AltiGen manual, live value",
        of=in_queue_now,
    ),
)
"""All variants, in the order in which they stand side by side."""

BY_NAME: Mapping[str, ServiceLevel] = {each.name: each for each in VARIANTS}


def counting_rules(rules: ServiceLevelRules) -> str:
    """Target, comparison, start, interval and transfers, in words."""
    start = "queue entry" if rules.measured_from == "entry" else "first ring"
    where = "entered" if rules.interval == "entry" else "left the queue"
    again = "counts again" if rules.transfers == "again" else "does not count again"
    own = sorted(rules.target_by_queue.items())
    queues = "".join(f", {queue} {target:g} s" for queue, target in own)
    return (
        f"Target {rules.comparison} {rules.target_s:g} s from {start}{queues}; a call"
        f" counts when it {where}; a transferred call {again}."
    )
