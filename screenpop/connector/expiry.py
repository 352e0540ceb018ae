"""What ends one day and must be renewed by people: a key, a token, a certificate?

Only what the service cannot renew by itself is listed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple

DAY_US = 86_400_000_000
SAID_BEFORE_DAYS, SAID_SHARE = 14, 1 / 4
URGENT_DAYS, URGENT_SHARE = 4, 1 / 12
"""Of the life of a certificate: one that is renewed by a program, at a third of it as a
rule, or at half, is not due all the time, however short its life is."""

ExpiryState = Literal["good", "warning", "critical"]
ExpiryKind = Literal["key", "token", "client_certificate", "server_certificate"]


class Expiry(NamedTuple):
    """`what` in words, with its key in the configuration; `at_us` is when it ends.

    `life_us` is how long it is valid in all; None: not known.
    """

    what: str
    at_us: int
    kind: ExpiryKind = "key"
    life_us: int | None = None

    def days_left(self, now_us: int) -> int:
        """Whole days; negative when it has ended."""
        return (self.at_us - now_us) // DAY_US

    def state(self, now_us: int) -> ExpiryState:
        """By the days that are left, and by the share of its life."""
        if self._ends_within(now_us, URGENT_DAYS, URGENT_SHARE):
            return "critical"
        ends_soon = self._ends_within(now_us, SAID_BEFORE_DAYS, SAID_SHARE)
        return "warning" if ends_soon else "good"

    def _ends_within(self, now_us: int, days: int, share: float) -> bool:
        is_short = self.life_us is None or self.at_us - now_us < share * self.life_us
        return is_short and self.days_left(now_us) < days

    def warning(self, now_us: int) -> str | None:
        """What is said of it once it is to be renewed."""
        if self.state(now_us) == "good":
            return None
        days = self.days_left(now_us)
        if days < 0:
            return f"{self.what} has expired"
        left = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
        return f"{self.what} expires {left}"


def expiries(last_day: date | None, known: Iterable[Expiry]) -> list[Expiry]:
    """`known` by the connector, and the key that the configuration dates.

    A key is valid to the end of its last day, UTC.
    """
    if last_day is None:
        return [*known]
    after = datetime.combine(last_day, time(), UTC) + timedelta(days=1)
    return [Expiry("its key (`expires`)", round(after.timestamp() * 1e6)), *known]


def key_days_left(expiries: Iterable[Expiry], now_us: int) -> int | None:
    """Whole days until the first one ends; None where none does."""
    return min((each.days_left(now_us) for each in expiries), default=None)
