"""What is asked of the counts, and what is one answer made of?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, select

from screenpop.history import tables
from screenpop.history.calls import PastVisit
from screenpop.history.statement import of_calls


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsAsked:
    """Intervals from `from_us` on, before `to_us`; empty tuples mean all."""

    from_us: int
    to_us: int
    queues: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    dialled: tuple[str, ...] = ()

    def conditions(self, columns: Any) -> list[ColumnElement[bool]]:
        """Of these intervals, queues, lines and numbers."""
        return [
            columns.interval_us >= self.from_us,
            columns.interval_us < self.to_us,
            *self.places(columns),
        ]

    def places(self, columns: Any) -> list[ColumnElement[bool]]:
        """Of these queues, lines and numbers."""
        found = []
        for column, wanted in (
            (columns.queue, self.queues),
            (columns.line, self.lines),
            (columns.dialled, self.dialled),
        ):
            if wanted:
                found.append(column.in_(wanted))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalSums:
    """The amounts of the interval that begins then; `group` is "" without one."""

    interval_us: int
    group: str
    amounts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedPlace:
    """Where a page of calls ends: the next one is before it."""

    interval_us: int
    line: str
    call_id: str
    occurrence: int
    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedCall:
    """What a call adds in one quarter and queue; only amounts that are not 0."""

    place: CountedPlace
    dialled: str
    arrived_us: int
    answered_us: int | None
    ended_us: int | None
    outcome: str | None
    amounts: Mapping[str, int]
    visits: tuple[PastVisit, ...] = field(default=())


async def visits_of(
    connection: Any, keys: list[tuple[str, str, int]]
) -> dict[tuple[str, str, int], tuple[PastVisit, ...]]:
    visits = tables.call_visits.c
    query = (
        select(tables.call_visits)
        .where(of_calls(tables.call_visits, keys, connection.dialect.name))
        .order_by(visits.place)
    )
    found: dict[tuple[str, str, int], tuple[PastVisit, ...]] = {}
    for row in (await connection.execute(query)).mappings() if keys else ():
        key = (row["line"], row["call_id"], row["occurrence"])
        visit = PastVisit(
            queue=row["queue"],
            entered_us=row["entered_us"],
            left_us=row["left_us"],
            left=row["left"],
        )
        found[key] = (*found.get(key, ()), visit)
    return found
