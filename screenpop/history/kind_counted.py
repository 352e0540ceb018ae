"""How do calls become sums by day, and by how they ended?

`kind_counts` and `kind_people` are what `kinds_of` reads of the stored calls, added up
by day and month of the centre's zone. The transaction that writes a call takes back
what is stored of it before, and adds what is stored of it after: so the sums are a
function of the stored calls, also after repeated, late and reordered events. Calls that
retention removed stay in `kind_counts`; `kind_people` names people and goes with them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import ClauseElement

from screenpop.domain.call import Direction
from screenpop.domain.local_time import (
    day_start_us,
    month_start_us,
    next_day_us,
    next_month_us,
)
from screenpop.history import tables
from screenpop.history.count_tables import kind_counts, kind_people
from screenpop.history.engine import Database, Put
from screenpop.history.statement import (
    StoredStatement,
    Values,
    each_key,
    listed,
    of_calls,
    of_wanted,
    wanted,
)

KEYS_PER_STEP = 200
DAYS_PER_STEP = 3  # of 40,000 calls: seconds, far from the limit of a statement
CALLS_PER_QUERY = 500
SUMS = (kind_counts, kind_people)

StoredKey = tuple[str, str, int]
KindLevel = Literal["day", "month"]
LEVELS: dict[KindLevel, Any] = {"day": day_start_us, "month": month_start_us}

_calls, _legs, _results = tables.calls.c, tables.call_legs.c, tables.dispositions.c
_INBOUND = Direction.INBOUND.value
COUNTED_OF = of_wanted(
    tables.calls, (_calls.arrived_us, _calls.ended_us, _calls.direction)
)


def last_result() -> ColumnElement[Any]:
    """The code that was chosen last; "" where none is."""
    chosen = (
        select(_results.code)
        .where(
            _results.line == _calls.line,
            _results.call_id == _calls.call_id,
            _results.occurrence == _calls.occurrence,
        )
        .order_by(_results.at_us.desc(), _results.username)
        .limit(1)
        .correlate(tables.calls)
        .scalar_subquery()
    )
    return func.coalesce(chosen, "")


def kind_of_call() -> dict[str, ColumnElement[Any]]:
    """Where a stored call counts; the one definition, of sums and of single calls."""
    return {
        "queue": func.coalesce(_calls.queue, ""),
        "line": _calls.line,
        "dialled": func.coalesce(_calls.dialled, ""),
        "outcome": func.coalesce(_calls.outcome, ""),
        "customer": case(
            (_calls.customer_key.is_not(None), "known"),
            (_calls.number.is_not(None), "unknown"),
            else_="withheld",
        ),
        "result": last_result(),
    }


def counts() -> tuple[ColumnElement[bool], ...]:
    """Of calls from outside that are over."""
    return _calls.direction == _INBOUND, _calls.ended_us.is_not(None)


def kinds_of(
    table: Table, source: FromClause, *where: ColumnElement[bool], **more: Any
) -> Select[Any]:
    """A row for each call, or for each person who took it, not added up yet.

    `source` has the table `calls` in it; `more` are columns before the others.
    """
    columns = {**more, **kind_of_call()}
    amounts: dict[str, ColumnElement[Any]] = {"calls": literal_column("1")}
    if table is kind_counts:
        amounts["answered"] = case((_calls.answered_us.is_not(None), 1), else_=0)
    else:
        columns["username"] = _legs.username
        theirs = [
            _legs[name] == _calls[name] for name in ("line", "call_id", "occurrence")
        ]
        source = source.join(tables.call_legs, and_(*theirs))
        where = (*where, _legs.answered_us.is_not(None), _legs.username != "")
    each = {**columns, **amounts, "call_id": _calls.call_id}
    each["occurrence"] = _calls.occurrence
    query = select(*(column.label(name) for name, column in each.items()))
    if table is kind_people:
        query = query.distinct()  # a person may have taken a call at two telephones
    return query.select_from(source).where(*counts(), *where)


def _adding(table: Table, level: KindLevel, sign: int, dialect: str) -> ClauseElement:
    """Add, or take back, what is stored now of the calls of one parameter."""
    each, (line, call_id, occurrence, start_us) = each_key(
        bindparam("keys", type_=Text), dialect, numbers=1
    )
    same = and_(
        _calls.line == line, _calls.call_id == call_id, _calls.occurrence == occurrence
    )
    found = kinds_of(
        table, each.join(tables.calls, same), interval_us=start_us
    ).subquery()
    insert: ClauseElement = _inserted(table, level, found, sign, dialect)
    return insert


def _inserted(
    table: Table, level: KindLevel, found: Any, sign: int, dialect: str
) -> Any:
    """Rows with `interval_us`, added up, into the table."""
    keys = [c.name for c in table.primary_key if c.name != "level"]
    amounts = [column.name for column in table.columns if not column.primary_key]
    names = [column.name for column in table.columns]
    sums = select(
        literal_column(f"'{level}'"),
        *(found.c[name] for name in keys),
        *(literal_column(str(sign)) * func.sum(found.c[name]) for name in amounts),
    ).group_by(*(found.c[name] for name in keys))
    into = postgresql.insert if dialect == "postgresql" else sqlite.insert
    insert: Any = into(table).from_select(names, sums)
    return insert.on_conflict_do_update(
        index_elements=["level", *keys],
        set_={name: table.c[name] + insert.excluded[name] for name in amounts},
    )


def _statements(sign: int) -> dict[KindLevel, list[StoredStatement]]:
    return {
        level: [
            StoredStatement(partial(_adding, table, level, sign), ("keys",))
            for table in SUMS
        ]
        for level in LEVELS
    }


TAKE_BACK, ADD = _statements(-1), _statements(1)


class KindCounted:
    """What calls add to the sums, before and after. Raises `Unavailable`."""

    def __init__(self, database: Database, zone: ZoneInfo):
        """`zone` is where days begin."""
        self._database = database
        self._zone = zone

    async def puts(
        self, calls: Mapping[StoredKey, int | None], others: Iterable[StoredKey]
    ) -> tuple[list[Put], list[Put]]:
        """What to write before and after the rows of these calls.

        `calls` have their arrival, None where they do not count; of `others` something
        else is written, e.g. their result.
        """
        before = await self._stored([*calls, *(x for x in others if x not in calls)])
        after = {**before, **calls}
        zone = self._zone
        return changing(TAKE_BACK, before, zone), changing(ADD, after, zone)

    async def _stored(self, keys: Sequence[StoredKey]) -> dict[StoredKey, int | None]:
        found: dict[StoredKey, int | None] = {}
        for start in range(0, len(keys), CALLS_PER_QUERY):
            some = keys[start : start + CALLS_PER_QUERY]
            for row in await self._database.fetch(COUNTED_OF, wanted(some)):
                line, call_id, occurrence, arrived_us, ended_us, direction = row
                if ended_us is not None and direction == _INBOUND:
                    found[line, call_id, occurrence] = arrived_us
        return found


def changing(
    statements: Mapping[KindLevel, Sequence[StoredStatement]],
    arrivals: Mapping[StoredKey, int | None],
    zone: ZoneInfo,
) -> list[Put]:
    """The statements with the calls that count, in the days of their arrivals."""
    counted = [(key, at) for key, at in sorted(arrivals.items()) if at is not None]
    found: list[Put] = []
    for level, start_of in LEVELS.items() if counted else ():
        keys = [(*key, start_of(at_us, zone)) for key, at_us in counted]
        steps = range(0, len(keys), KEYS_PER_STEP)
        rows: list[Values] = [
            (msgspec.json.encode(keys[n : n + KEYS_PER_STEP]).decode(),) for n in steps
        ]
        found += [(statement, rows) for statement in statements[level]]
    return found


async def forget_before(
    connection: AsyncConnection, table: Table, before_us: int, zone: ZoneInfo
) -> None:
    """Remove the days and months that ended before."""
    earlier = [
        (table.c.level == level) & (table.c.interval_us < start_of(before_us, zone))
        for level, start_of in LEVELS.items()
    ]
    await connection.execute(delete(table).where(or_(*earlier)))


@asynccontextmanager
async def counted_again(
    connection: AsyncConnection, keys: Sequence[StoredKey], zone: ZoneInfo
) -> AsyncIterator[None]:
    """Around a change of stored calls that is not the archiver's."""
    query = select(
        _calls.line, _calls.call_id, _calls.occurrence, _calls.arrived_us
    ).where(of_calls(tables.calls, keys, connection.dialect.name), *counts())
    rows = (await connection.execute(query)).all()
    arrivals = {(row.line, row.call_id, row.occurrence): row.arrived_us for row in rows}
    await _execute(connection, changing(TAKE_BACK, arrivals, zone))
    yield
    await _execute(connection, changing(ADD, arrivals, zone))


async def _execute(connection: AsyncConnection, puts: Iterable[Put]) -> None:
    for statement, rows in puts:
        sql = statement.written(connection.dialect)
        await connection.exec_driver_sql(sql.text, [*statement.rows(sql, rows)])


# -- Made again of all stored calls


async def build(database: Database, zone: ZoneInfo) -> None:
    """Make the sums of the stored calls, some days in a transaction.

    Where retention removed calls, only from the day after the oldest call on.
    """
    async with database.write() as connection:
        first, last = func.min(_calls.arrived_us), func.max(_calls.arrived_us)
        oldest_us, newest_us = (await connection.execute(select(first, last))).one()
        if oldest_us is None:
            return
        start_us = day_start_us(oldest_us, zone)
        at = kind_counts.c.interval_us
        query = select(func.min(at)).where(kind_counts.c.level == "day")
        counted_us = await connection.scalar(query)
        if counted_us is not None and counted_us < start_us:
            start_us = next_day_us(oldest_us, zone)
        for table in SUMS:
            for level, start_of in LEVELS.items():
                later = table.c.interval_us >= start_of(start_us, zone)
                await connection.execute(
                    delete(table).where(table.c.level == level, later)
                )
    while start_us <= newest_us:
        end_us = next_month_us(start_us, zone)
        days = list(_days(start_us, end_us, zone))
        for n in range(0, len(days), DAYS_PER_STEP):
            async with database.write_alone(*SUMS) as connection:
                await _build_days(connection, days[n : n + DAYS_PER_STEP])
        async with database.write_alone(*SUMS) as connection:
            await _build_month(connection, month_start_us(start_us, zone), end_us)
        start_us = end_us


def _days(start_us: int, end_us: int, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    while start_us < end_us:
        until_us = next_day_us(start_us, zone)
        yield start_us, until_us
        start_us = until_us


async def _build_days(
    connection: AsyncConnection, days: Sequence[tuple[int, int]]
) -> None:
    dialect = connection.dialect.name
    of = listed(days, ("start_us", "until_us"), sqlite=dialect == "sqlite")
    within = and_(_calls.arrived_us >= of.c.start_us, _calls.arrived_us < of.c.until_us)
    first_us, until_us = days[0][0], days[-1][1]
    for table in SUMS:
        await _empty(connection, table, "day", first_us, until_us)
        found = kinds_of(
            table, of.join(tables.calls, within), interval_us=of.c.start_us
        ).subquery()
        await connection.execute(_inserted(table, "day", found, 1, dialect))


async def _empty(
    connection: AsyncConnection, table: Table, level: str, from_us: int, until_us: int
) -> None:
    """What was added meanwhile, or by another node, is in the calls already."""
    at_us = table.c.interval_us
    within = and_(at_us >= from_us, at_us < until_us)
    await connection.execute(delete(table).where(table.c.level == level, within))


async def _build_month(connection: AsyncConnection, month_us: int, end_us: int) -> None:
    for table in SUMS:
        await _empty(connection, table, "month", month_us, end_us)
        of_days = (
            select(
                literal_column(str(month_us)).label("interval_us"),
                *(c for c in table.columns if c.name not in ("level", "interval_us")),
            )
            .where(table.c.level == "day", table.c.interval_us >= month_us)
            .where(table.c.interval_us < end_us)
            .subquery()
        )
        sums = _inserted(table, "month", of_days, 1, connection.dialect.name)
        await connection.execute(sums)
