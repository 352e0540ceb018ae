"""What is usual at this time of the week?

A band over the same weekdays before a day, and the mean of each hour of the week.
Shares and averages are made of summed amounts, never of averages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from screenpop.domain.errors import BadInput
from screenpop.domain.local_time import local
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.wallboard.metrics import Amounts
from screenpop.wallboard.past import of_the_past, past_values

DAYS_LEAST = 4  # with a value; of fewer a band says nothing


class UsualBand(NamedTuple):
    """80 % of the days were between `low` and `high`."""

    low: float  # 10 %
    median: float
    high: float  # 90 %


@dataclass(frozen=True, slots=True, kw_only=True)
class HourOfWeek:
    """One number at one hour of one weekday; `value` None: there is none."""

    weekday: int  # Monday is 0
    hour: int
    value: float | None
    intervals: tuple[tuple[int, float | None], ...]
    """The hours it is made of: (start in microseconds, value)."""


def usual_bands(
    days: Sequence[Amounts], rules: ServiceLevelRules
) -> dict[str, UsualBand | None]:
    """Of each number of the past; `days` are sums of the same time of each day."""
    by_day = [past_values(amounts, rules) for amounts in days]
    return {
        name: _band([values[name] for values in by_day])
        for name in past_values({}, rules)
    }


def hours_of_week(
    number: str,
    hours: Iterable[tuple[int, Amounts]],
    zone: ZoneInfo,
    rules: ServiceLevelRules,
) -> list[HourOfWeek]:
    """Of one number; `hours` are (start, sums), also those without calls.

    A count is the mean of its hours, a share or an average is made of their sums.
    Raises `BadInput` for a number that there is not.
    """
    is_count = _unit(number, rules) == "calls"
    cells: dict[tuple[int, int], list[tuple[int, Amounts]]] = {}
    for start_us, amounts in hours:
        at = local(start_us, zone)
        cells.setdefault((at.weekday(), at.hour), []).append((start_us, amounts))
    found = []
    for (weekday, hour), parts in sorted(cells.items()):
        whole = past_values(_summed([amounts for _, amounts in parts]), rules)[number]
        if is_count and whole is not None:
            whole /= len(parts)
        values = tuple((at, past_values(part, rules)[number]) for at, part in parts)
        found.append(
            HourOfWeek(weekday=weekday, hour=hour, value=whole, intervals=values)
        )
    return found


def quantile(values: Sequence[float], share: float) -> float:
    """Of sorted values, interpolated (type 7 of Hyndman and Fan 1996)."""
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])


def _band(values: Sequence[float | None]) -> UsualBand | None:
    known = sorted(value for value in values if value is not None)
    if len(known) < DAYS_LEAST:
        return None
    return UsualBand(*(quantile(known, share) for share in (0.1, 0.5, 0.9)))


def _summed(parts: Sequence[Amounts]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for part in parts:
        for name, amount in part.items():
            sums[name] = sums.get(name, 0) + amount
    return sums


def _unit(number: str, rules: ServiceLevelRules) -> str:
    units = {each.name: each.unit for each in of_the_past(rules)}
    if number not in units:
        raise BadInput(
            f"number: {number[:100]!r} is not a number of the past.",
            code="bad_query",
            remedy=f"Use one of: {', '.join(units)}.",
        )
    return units[number]
