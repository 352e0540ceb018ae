"""How long did agents handle calls in an interval, and how long did they wait for one?

A row for each quarter and team: a year of ten teams is some hundred thousand. Nothing
here names an agent. A quarter of an hour in which fewer people were on duty than
`people_min` is left out of every sum, so that no difference of two sums is theirs; of
teams, a quarter of few is left out with that of the next larger team.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    select,
)

from screenpop.history.count_tables import occupancy_counts
from screenpop.history.counts_asked import CountsAsked, IntervalSums
from screenpop.history.engine import Database
from screenpop.history.statement import listed

TIMES = ("handle_us", "available_us")
LEFT_OUT = "quarters_left_out"
"""How many quarters of an hour had too few people."""

_table = occupancy_counts.c
_TIME = _table.handle_us + _table.available_us


async def occupancy_sums(
    database: Database,
    asked: CountsAsked,
    starts: Sequence[int],
    people_min: int,
    *,
    by_team: bool = False,
    shown: Collection[str] | None = None,
) -> list[IntervalSums]:
    """By interval (and team: of those `shown`, None for all), without empty ones.

    `starts` are the beginnings of the intervals within the range, in order. Raises
    `Unavailable`.
    """
    pieces = list(zip(starts, [*starts[1:], asked.to_us], strict=True))
    of = listed(pieces, ("start_us", "until_us"), sqlite=database.is_sqlite)
    quarters = _of_teams(of, people_min, shown) if by_team else _of_all(of, people_min)
    place = (quarters.c.start_us, quarters.c.team)
    names = (*TIMES, LEFT_OUT)
    sums = (cast(func.sum(quarters.c[name]), BigInteger) for name in names)
    query = select(*place, *sums).group_by(*place).order_by(*place)
    if by_team:
        query = query.where(quarters.c.is_shown == 1)
    async with database.read() as connection:
        found = (await connection.execute(query)).all()
    return [
        IntervalSums(
            interval_us=start_us,
            group=team,
            amounts={n: x for n, x in zip(names, amounts, strict=True) if x},
        )
        for start_us, team, *amounts in found
        if any(amounts)
    ]


def _within(of: Subquery) -> ColumnElement[bool]:
    return and_(_table.interval_us >= of.c.start_us, _table.interval_us < of.c.until_us)


def _of_all(of: Subquery, people_min: int) -> Subquery:
    """Each quarter of an hour, of all agents."""
    enough = func.sum(_table.people) >= people_min
    left_out = and_(~enough, func.sum(_TIME) > 0)
    return (
        select(
            of.c.start_us,
            literal("").label("team"),
            *(
                case((enough, func.sum(_table[name])), else_=0).label(name)
                for name in TIMES
            ),
            case((left_out, 1), else_=0).label(LEFT_OUT),
        )
        .select_from(of.join(occupancy_counts, _within(of)))
        .group_by(of.c.start_us, _table.interval_us)
        .subquery()
    )


def _of_teams(of: Subquery, people_min: int, shown: Collection[str] | None) -> Subquery:
    """Each quarter of an hour and team, as `merged_queues` merges queues.

    Smaller teams come first, and before them those that are not shown at all: who is
    not seen with them is too few without them.
    """
    of_these = _table.team != "" if shown is None else _table.team.in_(shown)
    is_shown = case((of_these, 1), else_=0)
    before = func.coalesce(
        func.sum(_table.people).over(
            partition_by=(of.c.start_us, _table.interval_us),
            order_by=(is_shown, _table.people, _table.team),
            rows=(None, -1),
        ),
        0,
    )
    of_quarters = (
        select(
            of.c.start_us,
            _table.team,
            *(_table[name] for name in (*TIMES, "people")),
            _TIME.label("time_us"),
            before.label("before"),
            is_shown.label("is_shown"),
        )
        .select_from(of.join(occupancy_counts, _within(of)))
        .subquery()
    )
    each = of_quarters.c
    alone = and_(each.before > 0, each.before < people_min)
    enough = and_(each.people >= people_min, ~alone)
    left_out = and_(~enough, each.time_us > 0)
    return select(
        each.start_us,
        each.team,
        *(case((enough, each[name]), else_=0).label(name) for name in TIMES),
        case((left_out, 1), else_=0).label(LEFT_OUT),
        each.is_shown,
    ).subquery()


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
