"""How long did agents handle calls in an interval, and how long did they wait for one?

A row for each quarter and team: a year of ten teams is some hundred thousand. Nothing
here names an agent.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, and_, cast, func, literal, select

from screenpop.history.count_tables import occupancy_counts
from screenpop.history.counts_asked import CountsAsked, IntervalSums
from screenpop.history.engine import Database
from screenpop.history.statement import listed

TIMES = ("handle_us", "available_us")


async def occupancy_sums(
    database: Database,
    asked: CountsAsked,
    starts: Sequence[int],
    *,
    by_team: bool = False,
) -> list[IntervalSums]:
    """By interval (and team; "" are those without one), without empty ones.

    `starts` are the beginnings of the intervals within the range, in order. Raises
    `Unavailable`.
    """
    pieces = list(zip(starts, [*starts[1:], asked.to_us], strict=True))
    of = listed(pieces, ("start_us", "until_us"), sqlite=database.is_sqlite)
    table = occupancy_counts.c
    within = and_(table.interval_us >= of.c.start_us, table.interval_us < of.c.until_us)
    team = table.team if by_team else literal("").label("team")
    place = (of.c.start_us, team) if by_team else (of.c.start_us,)
    sums = (cast(func.sum(table[name]), BigInteger) for name in TIMES)
    query = (
        select(of.c.start_us, team, *sums)
        .select_from(of.join(occupancy_counts, within))
        .group_by(*place)
        .order_by(*place)
    )
    async with database.read() as connection:
        found = (await connection.execute(query)).all()
    return [
        IntervalSums(
            interval_us=start_us,
            group=name,
            amounts={n: x for n, x in zip(TIMES, times, strict=True) if x},
        )
        for start_us, name, *times in found
        if any(times)
    ]


def together(
    sums: Sequence[IntervalSums], more: Sequence[IntervalSums]
) -> list[IntervalSums]:
    """Both amounts of each interval and group, in their order."""
    found = {(x.interval_us, x.group): x for x in sums}
    for each in more:
        place = each.interval_us, each.group
        known = found[place].amounts if place in found else {}
        found[place] = IntervalSums(
            interval_us=each.interval_us,
            group=each.group,
            amounts={**known, **each.amounts},
        )
    return [found[place] for place in sorted(found)]
