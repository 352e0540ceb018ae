"""When do the hour, the day and the month of a moment begin in the centre's zone?

Moments are microseconds since 1970-01-01 UTC. Every zone of today lies whole quarters
of an hour from UTC, so hours and days of any zone are made of whole quarters. A day on
which clocks change has 92 or 100 of them; an hour that comes twice is two hours.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from screenpop.domain.service_level import US_PER_S

QUARTER_US = 15 * 60 * US_PER_S


def local(at_us: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_us // US_PER_S, zone)


def midnight_us(day: date, zone: ZoneInfo) -> int:
    """The first moment of a day, also where clocks change at midnight."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    return int(midnight.astimezone(UTC).timestamp()) * US_PER_S


def day_start_us(at_us: int, zone: ZoneInfo) -> int:
    return _day_of_quarter_us(at_us - at_us % QUARTER_US, zone)


@lru_cache(4_096)
def _day_of_quarter_us(quarter_us: int, zone: ZoneInfo) -> int:
    return midnight_us(local(quarter_us, zone).date(), zone)


def next_day_us(at_us: int, zone: ZoneInfo) -> int:
    """When the day after that of a moment begins."""
    return midnight_us(local(at_us, zone).date() + timedelta(days=1), zone)


def month_start_us(at_us: int, zone: ZoneInfo) -> int:
    return _month_of_quarter_us(at_us - at_us % QUARTER_US, zone)


@lru_cache(4_096)
def _month_of_quarter_us(quarter_us: int, zone: ZoneInfo) -> int:
    return midnight_us(local(quarter_us, zone).date().replace(day=1), zone)


def next_month_us(at_us: int, zone: ZoneInfo) -> int:
    """When the month after that of a moment begins."""
    first = local(at_us, zone).date().replace(day=1)
    return midnight_us((first + timedelta(days=32)).replace(day=1), zone)


def hour_start_us(at_us: int, zone: ZoneInfo) -> int:
    """The latest quarter, up to a moment, at which the clock shows a whole hour."""
    quarter_us = at_us - at_us % QUARTER_US
    while local(quarter_us, zone).minute:
        quarter_us -= QUARTER_US
    return quarter_us


def next_hour_us(at_us: int, zone: ZoneInfo) -> int:
    """The first quarter after a moment at which the clock shows a whole hour."""
    quarter_us = at_us - at_us % QUARTER_US + QUARTER_US
    while local(quarter_us, zone).minute:
        quarter_us += QUARTER_US
    return quarter_us
