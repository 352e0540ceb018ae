"""When does a number call for attention, and when is that over?

A rule watches one number of one subject (a queue, a source, a line). The alert opens
when the number has been beyond its limit for the rule's time without a break, becomes
critical once it has been beyond that limit for as long, and closes when the number has
been on the good side for as long, by `back` at least: so a number that trembles at its
limit opens one alert, not twenty. An alert that became critical stays so until it
closes. A number that is not known (no call yet) is beyond nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import msgspec

AlertLevel = Literal["warning", "critical"]

ALERT = "alert"
"""The name of the action in the journal; its `do` is an `AlertDoing`."""
NUMBERS_OF_QUEUES = (
    "waiting", "longest_wait_s", "alerting", "talking", "abandoned", "missed",
    "service_level", "abandon_rate", "direct_abandon_rate",
    "average_speed_of_answer_s", "agents_available",
)  # fmt: skip
RATES = ("service_level", "abandon_rate", "direct_abandon_rate", "match_rate")
LOW_IS_BAD = ("service_level", "agents_available", "match_rate")
OF_THE_CENTRE = ("agents_available", "match_rate", "ring_to_pop_s")
"""Numbers that no single queue has."""
SOURCE_FAILING, LINE_SILENCE = "source_failing", "line_silence"
NUMBERS = (*NUMBERS_OF_QUEUES, "match_rate", "ring_to_pop_s", SOURCE_FAILING,
           LINE_SILENCE)  # fmt: skip


class AlertDoing(StrEnum):
    OPEN = "open"
    RAISE = "raise"
    CLOSE = "close"
    ACKNOWLEDGE = "acknowledge"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """`subjects` empty: the whole centre, or each source or line."""

    name: str
    number: str
    subjects: tuple[str, ...] = ()
    warning: float | None = None
    critical: float | None = None
    for_us: int = 0
    back: float = 0
    calls_min: int = 0
    label: str = ""

    @property
    def low_is_bad(self) -> bool:
        return self.number in LOW_IS_BAD

    def is_beyond(self, value: float | None, limit: float | None) -> bool:
        """Exactly at the limit is beyond it."""
        if value is None or limit is None:
            return False
        return value <= limit if self.low_is_bad else value >= limit

    def is_well(self, value: float | None) -> bool:
        limit = self.critical if self.warning is None else self.warning
        if value is None or limit is None:
            return True
        if self.low_is_bad:
            return value > limit and value >= limit + self.back
        return value < limit and value <= limit - self.back


class Watched(msgspec.Struct, frozen=True, gc=False):
    """Since when a number has been beyond each limit, and since when well."""

    warning_us: int | None = None
    critical_us: int | None = None
    well_us: int | None = None


class AlertSeen(msgspec.Struct, frozen=True, kw_only=True):
    """An open alert on the wallboard.

    `subject` is a queue, a source or a line, of one node with `@node`; "" is the
    whole centre. `subject_label` is how the configuration calls it.
    """

    id: str
    label: str
    subject: str
    number: str
    level: Literal["warning", "critical"]
    value: float | None
    opened_at: str
    acknowledged_by: str | None = None
    subject_label: str = ""


def look(
    rule: AlertRule,
    before: Watched,
    level: AlertLevel | None,
    value: float | None,
    now_us: int,
) -> tuple[Watched, AlertDoing | None, AlertLevel | None]:
    """One look at a number whose alert is open at `level`, or not at all.

    Gives what is known then, what is due, and at which level.
    """
    critical = rule.is_beyond(value, rule.critical)
    warning = critical or rule.is_beyond(value, rule.warning)
    seen = Watched(
        warning_us=_since(before.warning_us, now_us, holds=warning),
        critical_us=_since(before.critical_us, now_us, holds=critical),
        well_us=_since(before.well_us, now_us, holds=rule.is_well(value)),
    )
    if level == "critical" or (level and not _lasts(seen.critical_us, rule, now_us)):
        closes = _lasts(seen.well_us, rule, now_us)
        return seen, AlertDoing.CLOSE if closes else None, level
    if _lasts(seen.critical_us, rule, now_us):
        return seen, AlertDoing.RAISE if level else AlertDoing.OPEN, "critical"
    if _lasts(seen.warning_us, rule, now_us):
        return seen, AlertDoing.OPEN, "warning"
    return seen, None, None


def _since(before_us: int | None, now_us: int, *, holds: bool) -> int | None:
    if not holds:
        return None
    return now_us if before_us is None else before_us


def _lasts(since_us: int | None, rule: AlertRule, now_us: int) -> bool:
    return since_us is not None and now_us - since_us >= rule.for_us
