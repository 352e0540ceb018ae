"""Was the centre open at that moment?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

Span = tuple[int, int]
"""(first minute of the day, first minute after it): 08:00 to 18:00 is (480, 1080)."""
US_PER_S = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """The spans of each weekday, Monday first, as clocks in `zone` show them."""

    zone: ZoneInfo
    week: tuple[Sequence[Span], ...]

    def covers(self, at_us: int) -> bool:
        at = datetime.fromtimestamp(at_us / US_PER_S, self.zone)
        minute = at.hour * 60 + at.minute
        return any(start <= minute < end for start, end in self.week[at.weekday()])


def span_of(text: str) -> Span:
    """`08:00-18:00`; the end may be `24:00`. Raises `ValueError` for anything else."""
    start, end = (_minute(part) for part in text.split("-", 1))
    if not 0 <= start < end <= 24 * 60:
        raise ValueError(f"{text!r} must end after it begins, on the same day")
    return start, end


def _minute(text: str) -> int:
    hours, minutes = text.strip().split(":")
    if not (len(hours) == len(minutes) == 2 and 0 <= int(minutes) < 60):
        raise ValueError(f"{text!r} is not a time of day like 08:00")
    return int(hours) * 60 + int(minutes)
