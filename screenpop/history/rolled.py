"""Which sums answer a chart: by quarter, by hour or by day? And are they in step?

`rolled_counts` holds the sums of `interval_counts` by hour and day of the centre's
zone, `kind_counts` those of calls by how they ended, written in the same transaction.
A node of an older version does not write them. So each consumer's row has a companion,
`mark`, whose offset moves along only when both are equal: unequal offsets say that
somebody wrote quarters alone, or days of another zone. Quarters and calls are then read
in their place until the sums are made again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.domain.call_counts import NAMES
from screenpop.domain.local_time import (
    QUARTER_US,
    day_start_us,
    hour_start_us,
    next_day_us,
    next_hour_us,
)
from screenpop.history import kind_counted, tables
from screenpop.history.engine import Database, RowChanged
from screenpop.history.statement import listed

Level = Literal["quarter", "hour", "day"]
Piece = tuple[int, int, int]
"""(beginning of the chart's interval, from, to): what of it is read at once."""

UTC = ZoneInfo("UTC")
DAYS_PER_STEP = 31
MARK = "rolled/"

_sums = tables.interval_counts
_rolled = tables.rolled_counts


def pieces(
    starts: Sequence[int], to_us: int, zone: ZoneInfo | None
) -> dict[Level, list[Piece]]:
    """What to read for intervals that begin at `starts`, the last ends at `to_us`.

    Whole days from the days, whole hours next to them from the hours, the rest from
    the quarters. Without a zone all from the quarters.
    """
    found: dict[Level, list[Piece]] = {"quarter": [], "hour": [], "day": []}
    for start, end in zip(starts, [*starts[1:], to_us], strict=True):
        for level, from_us, until_us in _cut(start, end, zone):
            found[level].append((start, from_us, until_us))
    return found


def _cut(
    start: int, end: int, zone: ZoneInfo | None
) -> Iterator[tuple[Level, int, int]]:
    if zone is None:
        yield "quarter", start, end
        return
    first = start if day_start_us(start, zone) == start else next_day_us(start, zone)
    last = day_start_us(end, zone)
    if first >= last:
        yield from _cut_hours(start, end, zone)
        return
    yield from _cut_hours(start, first, zone)
    yield "day", first, last
    yield from _cut_hours(last, end, zone)


def _cut_hours(
    start: int, end: int, zone: ZoneInfo
) -> Iterator[tuple[Level, int, int]]:
    if start == end:
        return
    first = start if hour_start_us(start, zone) == start else next_hour_us(start, zone)
    last = hour_start_us(end, zone)
    if first >= last:
        yield "quarter", start, end
        return
    if start < first:
        yield "quarter", start, first
    yield "hour", first, last
    if last < end:
        yield "quarter", last, end


RolledPlace = tuple[str, int, str, str, str]
"""A row's key: level, beginning, queue, line, dialled number."""


def rolled(
    sums: Mapping[tuple[int, str, str, str], Sequence[int]], zone: ZoneInfo
) -> dict[RolledPlace, list[int]]:
    """Changes of quarters as changes of their hours and days."""
    found: dict[RolledPlace, list[int]] = {}
    for (quarter_us, *where), amounts in sums.items():
        hour, day = hour_start_us(quarter_us, zone), day_start_us(quarter_us, zone)
        for level, start in (("hour", hour), ("day", day)):
            into = found.setdefault((level, start, *where), [0] * len(NAMES))  # type: ignore[arg-type]
            for place, amount in enumerate(amounts):
                into[place] += amount
    return found


# -- Are they in step?


def mark(zone: ZoneInfo, consumer: str) -> str:
    """The name of a consumer's companion in the table `consumers`.

    One without `kinds` is of a version that did not write `kind_counts`.
    """
    return f"{MARK}kinds/{zone.key}/{consumer}"


async def in_step(connection: AsyncConnection, zone: ZoneInfo) -> bool:
    """Do hours and days of this zone have all that the quarters have?"""
    columns = tables.consumers.c
    rows = await connection.execute(select(columns.name, columns.offset))
    offsets = {str(name): offset for name, offset in rows}
    consumers = [name for name in offsets if not name.startswith(MARK)]
    return bool(consumers) and all(
        offsets.get(mark(zone, name)) == offsets[name] for name in consumers
    )


async def build(database: Database, zone: ZoneInfo) -> None:
    """Make hours and days of the quarters, and `kind_counts`. Raises `Unavailable`.

    A month in a transaction, so that others write meanwhile; when somebody wrote
    calls, `RowChanged`: they are not in step then.
    """
    columns = tables.consumers.c
    marked = delete(tables.consumers).where(columns.name.startswith(MARK))
    async with database.write() as connection:
        before = await _offsets(connection)
        await connection.execute(marked)
        first, last = func.min(_sums.c.interval_us), func.max(_sums.c.interval_us)
        first_us, last_us = (await connection.execute(select(first, last))).one()
    bounds = [0, 0] if first_us is None else _bounds(first_us, last_us, zone)
    at = _rolled.c.interval_us
    async with database.write() as connection:
        outside = or_(at < bounds[0], at >= bounds[-1])
        await connection.execute(delete(_rolled).where(outside))
    for start, end in pairwise(bounds):
        async with database.write_alone(_rolled) as connection:
            await connection.execute(delete(_rolled).where(at >= start, at < end))
            await _build_step(connection, start, end, zone, sqlite=database.is_sqlite)
    await kind_counted.build(database, zone)
    async with database.write_alone(tables.consumers) as connection:
        if await _offsets(connection) != before:
            raise RowChanged(
                "another process wrote to the history while sums by hour and day were"
                " made. They are made again."
            )
        marks = [
            {"name": mark(zone, name), "offset": offset, "at_us": at_us}
            for name, (offset, at_us) in before.items()
        ]
        await connection.execute(marked)  # also of another that makes them now
        if marks:
            await connection.execute(insert(tables.consumers), marks)
        if not database.is_sqlite:  # else it plans for the tables as they were
            for table in (_sums, _rolled, *kind_counted.SUMS):
                await connection.execute(text(f"ANALYZE {table.name}"))


async def _offsets(connection: AsyncConnection) -> dict[str, tuple[int, int]]:
    found = await connection.execute(select(tables.consumers))
    return {
        row.name: (row.offset, row.at_us)
        for row in found
        if not row.name.startswith(MARK)
    }


def _bounds(first_us: int, last_us: int, zone: ZoneInfo) -> list[int]:
    """Beginnings of days, `DAYS_PER_STEP` apart, around these quarters."""
    bounds = [day_start_us(first_us, zone)]
    while bounds[-1] <= last_us:
        end = bounds[-1]
        for _ in range(DAYS_PER_STEP):
            end = next_day_us(end, zone)
        bounds.append(end)
    return bounds


async def _build_step(
    connection: AsyncConnection, start: int, end: int, zone: ZoneInfo, *, sqlite: bool
) -> None:
    quarters = range(start, end, QUARTER_US)
    hours = [(quarter, hour_start_us(quarter, zone)) for quarter in quarters]
    days = [(hour, day_start_us(hour, zone)) for hour in {start for _, start in hours}]
    where = ("queue", "line", "dialled")
    for level, source, pairs in (("hour", _sums, hours), ("day", _rolled, days)):
        of = listed(sorted(pairs), ("at_us", "start_us"), sqlite=sqlite)
        keys = [of.c.start_us, *(source.c[name] for name in where)]
        query = (
            select(literal(level), *keys, *(func.sum(source.c[n]) for n in NAMES))
            .select_from(of.join(source, source.c.interval_us == of.c.at_us))
            .group_by(*keys)
        )
        if source is _rolled:
            query = query.where(source.c.level == "hour")
        names = [column.name for column in _rolled.columns]
        await connection.execute(insert(_rolled).from_select(names, query))
