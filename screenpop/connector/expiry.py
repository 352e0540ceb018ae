"""What ends one day and must be renewed by people: a key, a refresh token?

Only what the service cannot renew by itself is listed.
"""

from __future__ import annotations

from typing import NamedTuple

DAY_US = 86_400_000_000
SAID_BEFORE_DAYS = 14


class Expiry(NamedTuple):
    """`what` in words, with its key in the configuration; `at_us` is when it ends."""

    what: str
    at_us: int

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
