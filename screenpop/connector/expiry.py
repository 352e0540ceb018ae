"""What ends one day and must be renewed by people: a key, a token, a certificate?

Only what the service cannot renew by itself is listed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple

DAY_US = 86_400_000_000
SAID_BEFORE_DAYS = 14


ExpiryKind = Literal["key", "token", "client_certificate", "server_certificate"]


class Expiry(NamedTuple):
    """`what` in words, with its key in the configuration; `at_us` is when it ends."""

    what: str
    at_us: int
    kind: ExpiryKind = "key"

    def days_left(self, now_us: int) -> int:
        """Whole days; negative when it has ended."""
        return (self.at_us - now_us) // DAY_US

    def warning(self, now_us: int) -> str | None:
        """What is said of it, from `SAID_BEFORE_DAYS` before its end on."""
        days = self.days_left(now_us)
        if days >= SAID_BEFORE_DAYS:
            return None
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
