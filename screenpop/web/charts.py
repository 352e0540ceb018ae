"""What do charts of the past show next to the numbers of `GET /v1/stats`?

`/v1/stats/usual` is the band of the same weekdays, `/v1/stats/hours` the week by the
hour, `/v1/stats/places` the queues, lines or dialled numbers of a range. For
supervisors, never by agent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo

from aiohttp import web

from screenpop.domain.errors import BadInput
from screenpop.domain.local_time import QUARTER_US, local, midnight_us
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.history.past_counts import CountsAsked, Group, IntervalSums
from screenpop.history.past_occupancy import together
from screenpop.support.table import TableColumn, columns
from screenpop.wallboard.groups import OF_AGENTS
from screenpop.wallboard.intervals import MINUTES, interval_starts
from screenpop.wallboard.metrics import Amounts
from screenpop.wallboard.past import WITHOUT_CALLS, amounts_of, of_the_past
from screenpop.wallboard.usual import hours_of_week, usual_bands
from screenpop.web import team_stats
from screenpop.web.asked import (
    choice,
    counts_asked,
    day_asked,
    heading,
    numbers_asked,
    numbers_seen,
    places_asked,
    shows_pace,
    zone_of,
)
from screenpop.web.body import whole_number
from screenpop.web.site import Site, Visit, answered
from screenpop.web.table_answer import answered_table, table_format, value_columns

WEEKS_DEFAULT = 8
WEEKS_MAX = 26
HOURS_DAYS_MAX = 120

OfDay = Mapping[str, Amounts]
"""Sums of one day by the wall clock, `09:30`."""


async def usual(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/stats/usual`: median and 10 to 90 % of the same weekdays before."""
    query, zone = visit.request.query, zone_of(site)
    now_us, rules = site.services.clock.now_us(), site.services.counting.service_level
    day = day_asked(query, "day", local(now_us, zone).date())
    by = choice(query, "by", tuple(MINUTES), "30m")
    weeks = whole_number(query, "weeks", WEEKS_DEFAULT, 1, WEEKS_MAX)
    begin_us, end_us = _bounds(day, zone)
    until_us = min(max(now_us - now_us % QUARTER_US, begin_us), end_us)
    until = _clock(until_us, zone) if until_us < end_us else ""
    days: dict[date, OfDay] = {}
    for back in range(1, weeks + 1):
        earlier = _days_before(day, 7 * back)
        if earlier is not None:
            days[earlier] = await _by_clock(site, earlier, zone, places_asked(query))
    where = CountsAsked(from_us=begin_us, to_us=end_us, **places_asked(query))
    pace = shows_pace(site.services.groups(), where, None, None)
    known = [of_day for of_day in days.values() if of_day]
    starts = interval_starts(begin_us, end_us, by, zone)
    ends = [*starts[1:], end_us]
    return answered(
        {
            "day": day.isoformat(),
            "time_zone": zone.key,
            "by": by,
            "days": [each.isoformat() for each, of_day in days.items() if of_day],
            "left_out": [each.isoformat() for each, o in days.items() if not o],
            "until": local(until_us, zone).isoformat(),
            "so_far": _seen(
                usual_bands([_until(x, "", until) for x in known], rules), pace
            ),
            "rows": [
                {
                    "start": local(start, zone).isoformat(),
                    "end": local(end, zone).isoformat(),
                    "values": _seen(
                        _interval_bands(known, _clock(start, zone), MINUTES[by], rules),
                        pace,
                    ),
                }
                for start, end in zip(starts, ends, strict=True)
            ],
        }
    )


async def hours(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/stats/hours`: one number by hour and weekday."""
    query, zone = visit.request.query, zone_of(site)
    asked = counts_asked(site, query, days_max=HOURS_DAYS_MAX)
    rules, groups = site.services.counting.service_level, site.services.groups()
    (number, *_) = numbers_asked(query)
    starts = interval_starts(asked.from_us, asked.to_us, "60m", zone)
    names, counts = amounts_of(number, rules), site.services.counts
    if number in WITHOUT_CALLS:
        found = await counts.agent_times(asked, starts, groups.people_min)
    else:
        found = await counts.sums(asked, starts, names=names)
    sums = {each.interval_us: each.amounts for each in found}
    if number in OF_AGENTS and not shows_pace(groups, asked, None, None):
        sums = {}
    parts = [(start, sums.get(start, {})) for start in starts]
    cells = [
        {
            "weekday": cell.weekday,
            "hour": cell.hour,
            "value": cell.value,
            "intervals": [
                {"start": local(at, zone).isoformat(), "value": value}
                for at, value in cell.intervals
            ],
        }
        for cell in hours_of_week(number, parts, zone, rules)
    ]
    if form := table_format(visit.request):
        label = next((x.label for x in of_the_past(rules) if x.name == number), "")
        value = TableColumn(name="value", kind="number", label=label)
        shape = [*columns("count", "weekday", "hour"), value]
        return await answered_table(form, shape, cells, "hours")
    head = {**heading(asked, zone), "number": number}
    return answered({**head, "cells": cells})


async def places(site: Site, visit: Visit) -> web.StreamResponse:
    """`GET /v1/stats/places`: a row for each queue, line or dialled number."""
    query, zone = visit.request.query, zone_of(site)
    if query.get("group") == team_stats.TEAM:
        return await team_stats.places(site, visit)
    asked, rules = counts_asked(site, query), site.services.counting.service_level
    group = choice(query, "group", get_args(Group), "queue")
    found = await site.services.counts.sums(asked, [asked.from_us], group)
    labels = site.services.labels.get(group, {})
    pace = site.services.groups()
    rows: list[dict[str, Any]] = [
        {
            "name": each.group,
            "label": labels.get(each.group, each.group),
            **_without_amounts(
                numbers_seen(
                    each.amounts, rules, shows_pace(pace, asked, group, each.group)
                )
            ),
        }
        for each in _largest_first(found)
    ]
    if form := table_format(visit.request):
        shape = [*columns("text", "name", "label"), *value_columns(of_the_past(rules))]
        flat = ({**row, **row["values"]} for row in rows)
        return await answered_table(form, shape, flat, f"by-{group}")
    return answered({**heading(asked, zone), "group": group, "rows": rows})


def _without_amounts(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "amounts"}


def _largest_first(found: Iterable[IntervalSums]) -> list[IntervalSums]:
    def size(each: IntervalSums) -> tuple[int, str]:
        amounts = each.amounts
        return (-amounts.get("offered", 0) - amounts.get("direct", 0), each.group)

    return sorted(found, key=size)


async def _by_clock(
    site: Site, day: date, zone: ZoneInfo, where: Mapping[str, tuple[str, ...]]
) -> OfDay:
    """A day's sums by quarter; an hour that comes twice counts with the first."""
    begin_us, end_us = _bounds(day, zone)
    asked = CountsAsked(from_us=begin_us, to_us=end_us, **where)
    starts = list(range(begin_us, end_us, QUARTER_US))
    found: dict[str, Amounts] = {}
    counts = site.services.counts
    calls = await counts.sums(asked, starts)
    people_min = site.services.groups().people_min
    times = await counts.agent_times(asked, starts, people_min) if calls else []
    for each in together(calls, times):
        found.setdefault(_clock(each.interval_us, zone), each.amounts)
    return found


def _seen(bands: Mapping[str, Any], pace: bool) -> dict[str, Any]:
    return {name: band for name, band in bands.items() if pace or name not in OF_AGENTS}


def _interval_bands(
    days: Sequence[OfDay], since: str, minutes: int, rules: ServiceLevelRules
) -> dict[str, Any]:
    until = _later(since, minutes)
    bands = usual_bands([_until(of_day, since, until) for of_day in days], rules)
    return {name: band for name, band in bands.items() if band is not None}


def _later(clock: str, minutes: int) -> str:
    """By the wall clock, also where the clocks change; "" is the end of the day."""
    whole = 60 * int(clock[:2]) + int(clock[3:]) + minutes
    return f"{whole // 60:02}:{whole % 60:02}" if whole < 24 * 60 else ""


def _until(of_day: OfDay, since: str, until: str) -> dict[str, int]:
    """The sums from `since` on, before `until`; "" is the end of the day."""
    sums: dict[str, int] = {}
    for clock, amounts in of_day.items():
        if clock >= since and (not until or clock < until):
            for name, amount in amounts.items():
                sums[name] = sums.get(name, 0) + amount
    return sums


def _bounds(day: date, zone: ZoneInfo) -> tuple[int, int]:
    try:
        return midnight_us(day, zone), midnight_us(day + timedelta(days=1), zone)
    except (OverflowError, ValueError):
        raise BadInput(
            f"day: {day} is out of range.", code="bad_query", remedy="Use another day."
        ) from None


def _days_before(day: date, days: int) -> date | None:
    try:
        return day - timedelta(days=days)
    except OverflowError:
        return None


def _clock(at_us: int, zone: ZoneInfo) -> str:
    return f"{local(at_us, zone):%H:%M}"
