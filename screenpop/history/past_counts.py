"""What was counted in an interval, and which calls are behind a number?

Sums come from `interval_counts` and `rolled_counts`, calls from `call_counts`; all are
read along an index, within a range of time that the caller bounds. Nothing here names
an agent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import add
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Select,
    and_,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from screenpop.domain.call_counts import NAMES
from screenpop.domain.errors import BadInput
from screenpop.history import tables
from screenpop.history.calls import PastVisit
from screenpop.history.counts_asked import CountedCall as CountedCall
from screenpop.history.counts_asked import CountedPlace as CountedPlace
from screenpop.history.counts_asked import CountsAsked as CountsAsked
from screenpop.history.counts_asked import IntervalSums as IntervalSums
from screenpop.history.counts_asked import visits_of as visits_of
from screenpop.history.engine import Database
from screenpop.history.past_occupancy import occupancy_sums
from screenpop.history.past_teams import PastTeams
from screenpop.history.rolled import UTC, Level, Piece, in_step, pieces
from screenpop.history.rows import fit_id
from screenpop.history.statement import listed

SUMS_MAX = 20_000
"""Rows of one answer of `sums`: intervals times groups."""

RULES_MAX = 100

Group = Literal["queue", "line", "dialled"]
_counts = tables.call_counts.c


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesSince:
    """What changed from `since_us` on was counted by these rules, in words."""

    since_us: int
    rules: str


class PastCounts:
    """All methods raise `Unavailable`."""

    def __init__(self, database: Database, zone: ZoneInfo = UTC):
        """`zone` is where days begin."""
        self._database = database
        self._zone = zone
        self.teams = PastTeams(database)

    async def sums(
        self,
        asked: CountsAsked,
        starts: Sequence[int],
        group: Group | None = None,
        names: Sequence[str] = NAMES,
    ) -> list[IntervalSums]:
        """By interval (and group), in their order; those without calls are left out.

        `starts` are the beginnings of the intervals within the range, in order; the
        database adds up, so that a year costs the event loop no more than a day. Fewer
        `names` of amounts cost it less: a year by the hour of 4 a third of all 30.
        Raises `BadInput` beyond `SUMS_MAX` rows.
        """
        sqlite = self._database.is_sqlite
        async with self._database.read() as connection:
            zone = self._zone if await in_step(connection, self._zone) else None
            read = pieces(starts, asked.to_us, zone)
            query = sums_query(asked, read, group, names, sqlite=sqlite)
            found = (await connection.execute(query)).all()
        sums = list(_added(found, names))
        if len(sums) > SUMS_MAX:
            raise BadInput(
                f"more than {SUMS_MAX} sums would be read.",
                code="bad_query",
                remedy="Choose a shorter range, a larger `by` or one queue.",
            )
        return sums

    async def agent_times(
        self, asked: CountsAsked, starts: Sequence[int], people_min: int
    ) -> list[IntervalSums]:
        """`handle_us` and `available_us` of all agents together.

        Without quarters of an hour of fewer people: `quarters_left_out` are so many.
        None for queues, lines or numbers: who waits waits for the calls of all.
        """
        if asked.queues or asked.lines or asked.dialled:
            return []
        return await occupancy_sums(self._database, asked, starts, people_min)

    async def rules(self, asked: CountsAsked) -> list[RulesSince]:
        """By which rules the range was counted: those at its beginning, then changes.

        At most `RULES_MAX`, the latest.
        """
        columns = tables.rules_of_counts.c
        query = (
            select(columns.since_us, columns.rules)
            .where(columns.since_us < asked.to_us)
            .order_by(columns.since_us.desc())
            .limit(RULES_MAX)
        )
        async with self._database.read() as connection:
            found = (await connection.execute(query)).all()
        rules = [RulesSince(since_us=row[0], rules=row[1]) for row in reversed(found)]
        before = [each for each in rules if each.since_us <= asked.from_us]
        return [*before[-1:], *rules[len(before) :]]

    async def calls(
        self,
        asked: CountsAsked,
        names: Sequence[str],
        before: CountedPlace | None,
        limit: int,
    ) -> list[CountedCall]:
        """Calls for which one of these amounts is not 0, latest interval first."""
        query = _calls_query(asked, names, before).limit(limit)
        async with self._database.read() as connection:
            found = (await connection.execute(query)).mappings().all()
            keys = [(row["line"], row["call_id"], row["occurrence"]) for row in found]
            visits = await visits_of(connection, keys)
        return [
            _counted(row, visits.get(key, ()))
            for row, key in zip(found, keys, strict=True)
        ]


def sums_query(
    asked: CountsAsked,
    read: Mapping[Level, Sequence[Piece]],
    group: Group | None,
    names: Sequence[str] = NAMES,
    *,
    sqlite: bool,
) -> Select[Any]:
    """(start, group, JSON list of the sums), a row a piece, ungrouped; else added up.

    Each piece is a search along a primary key. Ungrouped it is a subquery of its own:
    a GROUP BY of both sorts all rows that it reads, which takes SQLite twice as long.
    """
    parts = [
        _of_level(asked, level, some, group, names, sqlite=sqlite)
        for level, some in read.items()
        if some
    ]
    query = select(union_all(*parts).subquery())
    return query if group is None else query.limit(SUMS_MAX + 1)


def _of_level(
    asked: CountsAsked,
    level: Level,
    some: Sequence[Piece],
    group: Group | None,
    names: Sequence[str],
    *,
    sqlite: bool,
) -> Select[Any]:
    of = listed(some, ("start_us", "from_us", "until_us"), sqlite=sqlite)
    table = tables.interval_counts if level == "quarter" else tables.rolled_counts
    within = [
        table.c.interval_us >= of.c.from_us,
        table.c.interval_us < of.c.until_us,
        *asked.places(table.c),
        *([] if level == "quarter" else [table.c.level == level]),
    ]
    as_list = func.json_array if sqlite else func.json_build_array
    sums = as_list(*(func.sum(table.c[name]) for name in names))
    if group is None:
        each = select(sums).where(*within).correlate(of).scalar_subquery()
        return select(of.c.start_us, literal("").label("name"), each.label("sums"))
    named = table.c[group].label("name")
    if not sqlite:  # PostgreSQL would rather compare each row with each piece
        of_piece = select(named, sums.label("sums")).where(*within).group_by(named)
        found = of_piece.correlate(of).lateral()
        columns = (of.c.start_us, found.c.name, found.c.sums)
        return select(*columns).select_from(of.join(found, true()))
    return (
        select(of.c.start_us, named, sums.label("sums"))
        .select_from(of.join(table, and_(*within)))
        .group_by(of.c.start_us, named)
    )


def _added(
    found: Sequence[Sequence[Any]], names: Sequence[str]
) -> Iterator[IntervalSums]:
    """Pieces of one interval as one; those without calls are left out."""
    added: dict[tuple[int, str], list[int]] = {}
    for start_us, group, sums in found:
        amounts = json.loads(sums) if isinstance(sums, str) else sums
        if amounts[0] is None:
            continue
        before = added.get((start_us, group))
        if before is not None:
            amounts = list(map(add, before, amounts))
        added[start_us, group] = amounts
    for (start_us, group), amounts in sorted(added.items()):
        named = zip(names, amounts, strict=True)
        sums_of = {name: n for name, n in named if n}
        yield IntervalSums(interval_us=start_us, group=group, amounts=sums_of)


def _calls_query(
    asked: CountsAsked, names: Sequence[str], before: CountedPlace | None
) -> Select[Any]:
    calls = tables.calls.c
    place = (
        _counts.interval_us, _counts.line, _counts.call_id, _counts.occurrence,
        _counts.queue,
    )  # fmt: skip
    same = and_(
        *(calls[name] == _counts[name] for name in ("line", "call_id", "occurrence"))
    )
    times = (calls.arrived_us, calls.answered_us, calls.ended_us, calls.outcome)
    query = (
        select(tables.call_counts, *times)
        .join(tables.calls, same)
        .where(*asked.conditions(_counts), or_(*(_counts[name] != 0 for name in names)))
        .order_by(*(column.desc() for column in place))
    )
    if before is not None:
        at = (before.interval_us, before.line, fit_id(before.call_id))
        query = query.where(
            _counts.interval_us <= before.interval_us,
            tuple_(*place) < (*at, before.occurrence, before.queue),
        )
    return query


def _counted(row: Mapping[str, Any], visits: tuple[PastVisit, ...]) -> CountedCall:
    return CountedCall(
        place=CountedPlace(
            interval_us=row["interval_us"],
            line=row["line"],
            call_id=row["call_id"],
            occurrence=row["occurrence"],
            queue=row["queue"],
        ),
        dialled=row["dialled"],
        arrived_us=row["arrived_us"],
        answered_us=row["answered_us"],
        ended_us=row["ended_us"],
        outcome=row["outcome"],
        amounts={name: row[name] for name in NAMES if row[name]},
        visits=visits,
    )
