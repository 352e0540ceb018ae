"""How did the calls of a range end, whose were they, and what was their result?

One row for each outcome, result, kind of customer, queue, line or dialled number, which
is a campaign's. Whole months and days are read from the sums of `kind_counted`; the
parts of days at the ends of a range, and a list of calls, from the calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from types import SimpleNamespace
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    case,
    func,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.domain.local_time import (
    day_start_us,
    month_start_us,
    next_day_us,
    next_month_us,
)
from screenpop.domain.orders_after import KnownCaller
from screenpop.history import tables
from screenpop.history.engine import Database
from screenpop.history.kind_counted import (
    KindLevel,
    counts,
    kind_of_call,
    kinds_of,
)
from screenpop.history.past_counts import (
    CountedCall,
    CountedPlace,
    CountsAsked,
    visits_of,
)
from screenpop.history.rolled import UTC, in_step
from screenpop.history.rows import fit_id

KindGroup = Literal["outcome", "result", "customer", "queue", "line", "dialled"]
KindFigure = Literal["calls", "answered", "known", "orders"]
KindPiece = tuple[KindLevel | None, int, int]
"""Which sums (None: the calls themselves), from, to."""
ROWS_MAX = 1_000
CALLERS_MAX = 20_000

_calls = tables.calls.c
_sums = tables.kind_counts.c


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCalls:
    """Which calls of a row: of one figure, with this result, of these callers.

    `callers` are (customer, arrival) of calls that orders came after.
    """

    group: KindGroup
    name: str
    figure: KindFigure = "calls"
    result: str | None = None
    callers: frozenset[tuple[str, int]] = frozenset()

    def conditions(self, columns: Any) -> list[ColumnElement[bool]]:
        """Of stored calls as `kind_of_call` names them, or of their sums."""
        found = [columns[self.group] == self.name]
        if self.figure in ("known", "orders"):
            found.append(columns["customer"] == "known")
        if self.result is not None:
            found.append(columns["result"] == self.result)
        return found


@dataclass(slots=True)
class CallKind:
    """Calls of one group. `known`: with a customer. `people` took them."""

    name: str
    calls: int
    answered: int
    known: int
    results: dict[str, int] = field(default_factory=dict)
    people: set[str] = field(default_factory=set)


class CallKinds:
    """All raise `Unavailable`."""

    def __init__(self, database: Database, zone: ZoneInfo = UTC):
        """`zone` is where days begin."""
        self._database = database
        self._zone = zone

    async def rows(self, asked: CountsAsked, group: KindGroup) -> list[CallKind]:
        """Most calls first, `ROWS_MAX` at most; results are the last of each call."""
        found: dict[str, CallKind] = {}
        async with self._database.read() as connection:
            read = await self._pieces(connection, asked)
            for row in await connection.execute(_added(asked, read, group)):
                name, result = row.kind, row.of_result
                kind = found.setdefault(name, CallKind(name, 0, 0, 0))
                kind.calls += int(row.calls)
                kind.answered += int(row.answered)
                kind.known += int(row.known)
                if result and row.calls:
                    kind.results[result] = int(row.calls)
            for name, user in await connection.execute(_people(asked, read, group)):
                if name in found:
                    found[name].people.add(user)
        most = sorted(found.values(), key=lambda kind: (-kind.calls, kind.name))
        return [kind for kind in most if kind.calls][:ROWS_MAX]

    async def calls(
        self,
        asked: CountsAsked,
        wanted: KindCalls,
        before: CountedPlace | None,
        limit: int,
    ) -> list[CountedCall]:
        """The calls of one row, the newest first; `interval_us` is their arrival."""
        place = (_calls.arrived_us, _calls.line, _calls.call_id, _calls.occurrence)
        query = (
            select(
                *place, _calls.queue, _calls.dialled, _calls.answered_us,
                _calls.ended_us, _calls.outcome,
            )
            .where(*_within(asked), *wanted.conditions(kind_of_call()))
            .order_by(*(column.desc() for column in place))
            .limit(limit)
        )  # fmt: skip
        if wanted.figure == "answered":
            query = query.where(_calls.answered_us.is_not(None))
        if before is not None:
            at = (before.interval_us, before.line, fit_id(before.call_id))
            query = query.where(
                _calls.arrived_us <= before.interval_us,
                tuple_(*place) < (*at, before.occurrence),
            )
        if wanted.figure == "orders":
            newest = _newest(wanted.callers, before, limit)
            caller = tuple_(_calls.customer_key, _calls.arrived_us)
            query = query.where(caller.in_(newest))
        async with self._database.read() as connection:
            since_us = await self._since(connection, asked, wanted, before, limit)
            query = query.where(_calls.arrived_us >= since_us)
            found = (await connection.execute(query)).all()
            keys = [(row.line, row.call_id, row.occurrence) for row in found]
            visits = await visits_of(connection, keys)
        return [
            _counted(row, visits.get(key, ()))
            for row, key in zip(found, keys, strict=True)
        ]

    async def callers(
        self, asked: CountsAsked, group: KindGroup
    ) -> tuple[list[KnownCaller], bool]:
        """The newest calls of known customers. True: there were more than these."""
        query = (
            select(
                kind_of_call()[group].label("kind"),
                _calls.customer_key,
                _calls.arrived_us,
            )
            .where(*_within(asked), _calls.customer_key.is_not(None))
            .order_by(_calls.arrived_us.desc())
            .limit(CALLERS_MAX + 1)
        )
        async with self._database.read() as connection:
            found = [KnownCaller(*row) for row in await connection.execute(query)]
        return found[:CALLERS_MAX], len(found) > CALLERS_MAX

    async def _pieces(
        self, connection: AsyncConnection, asked: CountsAsked
    ) -> list[KindPiece]:
        zone = self._zone if await in_step(connection, self._zone) else None
        return kind_pieces(asked.from_us, asked.to_us, zone)

    async def _since(
        self,
        connection: AsyncConnection,
        asked: CountsAsked,
        wanted: KindCalls,
        before: CountedPlace | None,
        limit: int,
    ) -> int:
        """From which day on there are enough calls: the list does not look further."""
        is_counted = wanted.figure != "orders"
        if not is_counted or not await in_step(connection, self._zone):
            return asked.from_us
        amount = _sums.answered if wanted.figure == "answered" else _sums.calls
        until_us = asked.to_us if before is None else before.interval_us
        days = (
            select(_sums.interval_us, func.sum(amount))
            .where(
                _sums.level == "day",
                _sums.interval_us >= asked.from_us,
                # The newest day may be a part of one.
                _sums.interval_us < day_start_us(until_us, self._zone),
                *wanted.conditions(_sums),
                *asked.places(_sums),
            )
            .group_by(_sums.interval_us)
            .order_by(_sums.interval_us.desc())
        )
        left = limit
        for day_us, calls in await connection.execute(days):
            left -= int(calls)
            if left <= 0:
                return int(day_us)
        return asked.from_us


def _newest(
    callers: Iterable[tuple[str, int]], before: CountedPlace | None, limit: int
) -> list[tuple[str, int]]:
    """So many as a page may have; of a moment all, since the page may end in it."""
    until_us = None if before is None else before.interval_us
    left = sorted(
        (x for x in callers if until_us is None or x[1] <= until_us),
        key=lambda x: x[1],
        reverse=True,
    )
    last_us = left[:limit][-1][1] if left else 0
    return [*takewhile(lambda x: x[1] >= last_us, left)]


def kind_pieces(from_us: int, to_us: int, zone: ZoneInfo | None) -> list[KindPiece]:
    """Whole months, whole days next to them, and calls next to these.

    Without a zone calls alone.
    """
    days = _whole(from_us, to_us, zone, day_start_us, next_day_us)
    if zone is None or days is None:
        return [(None, from_us, to_us)]
    first, last = days
    months = _whole(first, last, zone, month_start_us, next_month_us)
    middle: list[KindPiece] = [("day", first, last)]
    if months is not None:
        middle = [("day", first, months[0]), ("month", *months)]
        middle.append(("day", months[1], last))
    pieces: list[KindPiece] = [(None, from_us, first), *middle, (None, last, to_us)]
    return [piece for piece in pieces if piece[1] < piece[2]]


def _whole(
    from_us: int,
    to_us: int,
    zone: ZoneInfo | None,
    start_of: Callable[[int, ZoneInfo], int],
    next_of: Callable[[int, ZoneInfo], int],
) -> tuple[int, int] | None:
    """The whole days or months within, None where there is none."""
    if zone is None:
        return None
    first = from_us if start_of(from_us, zone) == from_us else next_of(from_us, zone)
    last = start_of(to_us, zone)
    return (first, last) if first < last else None


def _added(
    asked: CountsAsked, read: Sequence[KindPiece], group: KindGroup
) -> Select[Any]:
    """Sums by kind and result."""
    parts = _parts(tables.kind_counts, asked, read, (group, "result", "customer"))
    each = union_all(*parts).subquery().c
    is_known = case((each.customer == "known", each.calls), else_=0)
    amounts = {"calls": each.calls, "answered": each.answered, "known": is_known}
    return select(
        each.kind,
        each.result.label("of_result"),
        *(func.sum(amount).label(name) for name, amount in amounts.items()),
    ).group_by(each.kind, each.result)


def _people(
    asked: CountsAsked, read: Sequence[KindPiece], group: KindGroup
) -> Select[Any]:
    """Who took calls of each kind."""
    parts = _parts(tables.kind_people, asked, read, (group, "username"))
    each = union_all(*parts).subquery().c
    return select(each.kind, each.username).where(each.calls > 0).distinct()


def _parts(
    table: Table, asked: CountsAsked, read: Sequence[KindPiece], names: tuple[str, ...]
) -> Iterator[Select[Any]]:
    """`names` of the sums of each piece, the first one as `kind`, and the amounts."""
    amounts = [column.name for column in table.columns if not column.primary_key]
    for level in (*get_args(KindLevel), None):
        some = [(from_us, to_us) for of, from_us, to_us in read if of == level]
        if not some:
            continue
        if level is None:
            ranges = or_(*(_between(_calls.arrived_us, *each) for each in some))
            places = asked.places(SimpleNamespace(**kind_of_call()))
            rows: Any = kinds_of(table, tables.calls, ranges, *places).subquery().c
            query = select(rows[names[0]].label("kind"))
        else:
            rows = table.c
            ranges = or_(*(_between(rows.interval_us, *each) for each in some))
            query = select(rows[names[0]].label("kind")).where(
                rows.level == level, ranges, *asked.places(rows)
            )
        yield query.add_columns(
            *(rows[name].label(name) for name in (*names[1:], *amounts))
        )


def _between(column: ColumnElement[Any], from_us: int, to_us: int) -> Any:
    return and_(column >= from_us, column < to_us)


def _within(asked: CountsAsked) -> list[ColumnElement[bool]]:
    """Calls from outside that are over, of this time and these places."""
    return [
        *counts(),
        _calls.arrived_us >= asked.from_us,
        _calls.arrived_us < asked.to_us,
        *asked.places(SimpleNamespace(**kind_of_call())),
    ]


def _counted(row: Any, visits: Any) -> CountedCall:
    place = CountedPlace(
        interval_us=row.arrived_us,
        line=row.line,
        call_id=row.call_id,
        occurrence=row.occurrence,
        queue=row.queue or "",
    )
    return CountedCall(
        place=place,
        dialled=row.dialled or "",
        arrived_us=row.arrived_us,
        answered_us=row.answered_us,
        ended_us=row.ended_us,
        outcome=row.outcome,
        amounts={},
        visits=visits,
    )
