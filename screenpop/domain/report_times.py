"""When is a scheduled report due, and of which days?

A report is due once for each due day, at a time of the centre's clock. Where clocks
skip that time it is due as much later as they skip; where it comes twice, at the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from screenpop.domain.local_time import local, midnight_us
from screenpop.domain.service_level import US_PER_S

ReportRange = Literal["yesterday", "last_week", "last_month"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTimes:
    """`minute` of the day; `weekdays` on which it may be sent, 0 is Monday."""

    zone: ZoneInfo
    range: ReportRange
    minute: int
    weekdays: frozenset[int]

    def is_due_on(self, day: date) -> bool:
        """Each allowed day; of a week or a month its first allowed day."""
        if day.weekday() not in self.weekdays:
            return False
        if self.range == "yesterday":
            return True
        before = day.weekday() if self.range == "last_week" else day.day - 1
        earlier = ((day - n * _DAY).weekday() for n in range(1, before + 1))
        return self.weekdays.isdisjoint(earlier)

    def due_us(self, day: date) -> int:
        hour, minute = divmod(self.minute, 60)
        at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone)
        return int(at.timestamp()) * US_PER_S

    def due_days(self, after_us: int, until_us: int) -> Iterator[date]:
        """Those due after one moment, up to the other, in their order."""
        day, last = local(after_us, self.zone).date(), local(until_us, self.zone).date()
        while day <= last:
            if after_us < self.due_us(day) <= until_us and self.is_due_on(day):
                yield day
            day += _DAY

    def days_of(self, day: date) -> tuple[date, date]:
        """The first day of the report that is due on `day`, and the day after it."""
        if self.range == "yesterday":
            return day - _DAY, day
        if self.range == "last_week":
            after = day - day.weekday() * _DAY
            return after - 7 * _DAY, after
        after = day.replace(day=1)
        return (after - _DAY).replace(day=1), after

    def bounds_us(self, day: date) -> tuple[int, int]:
        """`days_of` as moments."""
        first, after = self.days_of(day)
        return midnight_us(first, self.zone), midnight_us(after, self.zone)
