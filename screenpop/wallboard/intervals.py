"""Where do the intervals of a report begin, in the centre's zone?

Counts are kept by quarter of an hour of UTC. A day may have 92 or 100 of them where
clocks change; an hour that comes twice is two intervals.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from screenpop.domain.errors import BadInput
from screenpop.domain.local_time import QUARTER_US, local, midnight_us
from screenpop.domain.service_level import US_PER_S

INTERVALS_MAX = 3_000

By = Literal["15m", "30m", "60m", "day", "week", "month"]
MINUTES: dict[str, int] = {"15m": 15, "30m": 30, "60m": 60}


def interval_starts(from_us: int, to_us: int, by: By, zone: ZoneInfo) -> list[int]:
    """The beginnings in [from_us, to_us), the first one `from_us` itself.

    Both must be whole quarters. Raises `BadInput` beyond `INTERVALS_MAX`.
    """
    shortest_us = MINUTES.get(by, 23 * 60) * 60 * US_PER_S
    if to_us - from_us > INTERVALS_MAX * shortest_us:
        raise BadInput(
            f"from … to would give more than {INTERVALS_MAX} intervals of {by}.",
            code="bad_query",
            remedy="Choose a shorter range or a larger `by`.",
        )
    if by in MINUTES:
        return [from_us, *_clock_starts(from_us, to_us, MINUTES[by], zone)]
    return [from_us, *_day_starts(from_us, to_us, by, zone)]


def place_in(starts: Sequence[int], at_us: int) -> int:
    """In which interval a moment falls; it must not be before the first."""
    return bisect_right(starts, at_us) - 1


def _clock_starts(
    from_us: int, to_us: int, minutes: int, zone: ZoneInfo
) -> Iterator[int]:
    for at_us in range(from_us + QUARTER_US, to_us, QUARTER_US):
        if local(at_us, zone).minute % minutes == 0:
            yield at_us


def _day_starts(from_us: int, to_us: int, by: By, zone: ZoneInfo) -> Iterator[int]:
    day = local(from_us, zone).date()
    while True:
        day = _next(day, by)
        at_us = midnight_us(day, zone)
        if at_us >= to_us:
            return
        if at_us > from_us:
            yield at_us


def _next(day: date, by: By) -> date:
    """The day after, the next Monday, or the first of the next month."""
    if by == "week":
        return day + timedelta(days=7 - day.weekday())
    if by == "month":
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=1)
