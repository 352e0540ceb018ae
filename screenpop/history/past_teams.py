"""What did the agents of each team do in an interval, and in which calls?

Sums come from `team_counts`, a row for each quarter and team: a year of ten teams is
some hundred thousand. Nothing here names an agent.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import and_, func, select, tuple_

from screenpop.history.count_tables import team_call_counts, team_counts
from screenpop.history.counts_asked import (
    CountedCall,
    CountedPlace,
    CountsAsked,
    IntervalSums,
    visits_of,
)
from screenpop.history.engine import Database
from screenpop.history.past_occupancy import occupancy_sums, together
from screenpop.history.rows import fit_id
from screenpop.history.statement import listed
from screenpop.history.tables import calls

AMOUNTS = ("answered", "handled", "talk_us")

_counts = team_call_counts.c


class PastTeams:
    """All methods raise `Unavailable`."""

    def __init__(self, database: Database):
        self._database = database

    async def sums(
        self,
        asked: CountsAsked,
        starts: Sequence[int],
        people_min: int,
        shown: Collection[str] | None = None,
    ) -> list[IntervalSums]:
        """By interval and team, in their order.

        With the time of the agents of the teams `shown` (None: of all) where it is
        that of `people_min` people.
        `starts` are the beginnings of the intervals within the range, in order.
        """
        ends = [*starts[1:], asked.to_us]
        pieces = list(zip(starts, ends, strict=True))
        of = listed(pieces, ("start_us", "until_us"), sqlite=self._database.is_sqlite)
        table = team_counts.c
        within = and_(
            table.interval_us >= of.c.start_us, table.interval_us < of.c.until_us
        )
        query = (
            select(
                of.c.start_us,
                table.team,
                *(func.sum(table[name]) for name in AMOUNTS),
            )
            .select_from(of.join(team_counts, within))
            .group_by(of.c.start_us, table.team)
            .order_by(of.c.start_us, table.team)
        )
        async with self._database.read() as connection:
            found = (await connection.execute(query)).all()
        sums_of_calls = [
            IntervalSums(
                interval_us=start_us,
                group=team,
                amounts={n: int(x) for n, x in zip(AMOUNTS, sums, strict=True) if x},
            )
            for start_us, team, *sums in found
            if any(sums)
        ]
        times = await occupancy_sums(
            self._database, asked, starts, people_min, by_team=True, shown=shown
        )
        return together(sums_of_calls, times)

    async def calls(
        self, asked: CountsAsked, team: str, before: CountedPlace | None, limit: int
    ) -> list[CountedCall]:
        """Calls that agents of the team answered, latest interval first."""
        place = (
            _counts.interval_us, _counts.line, _counts.call_id, _counts.occurrence,
        )  # fmt: skip
        names = ("line", "call_id", "occurrence")
        same = and_(*(calls.c[name] == _counts[name] for name in names))
        query = (
            select(
                *place, *(_counts[name] for name in AMOUNTS),
                calls.c.queue, calls.c.dialled, calls.c.arrived_us,
                calls.c.answered_us, calls.c.ended_us, calls.c.outcome,
            )
            .join(calls, same)
            .where(
                _counts.team == team,
                _counts.interval_us >= asked.from_us,
                _counts.interval_us < asked.to_us,
                _counts.answered > 0,
            )
            .order_by(*(column.desc() for column in place))
            .limit(limit)
        )  # fmt: skip
        if before is not None:
            after = (before.interval_us, before.line, fit_id(before.call_id))
            query = query.where(tuple_(*place) < (*after, before.occurrence))
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
            keys = [(row.line, row.call_id, row.occurrence) for row in rows]
            visits = await visits_of(connection, keys)
        return [
            _counted(row, visits.get(key, ()))
            for row, key in zip(rows, keys, strict=True)
        ]


def _counted(row: Any, visits: Any) -> CountedCall:
    return CountedCall(
        place=CountedPlace(
            interval_us=row.interval_us,
            line=row.line,
            call_id=row.call_id,
            occurrence=row.occurrence,
            queue=row.queue or "",
        ),
        dialled=row.dialled or "",
        arrived_us=row.arrived_us,
        answered_us=row.answered_us,
        ended_us=row.ended_us,
        outcome=row.outcome,
        amounts={"answered": row.answered, "handled": row.handled},
        visits=visits,
    )
