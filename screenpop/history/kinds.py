"""How did the calls of a range end, whose were they, and what was their result?

One row for each outcome, result, kind of customer, queue, line or dialled number, which
is a campaign's. Read from the calls themselves, along their index by time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, case, func, select, tuple_

from screenpop.domain.call import Direction
from screenpop.domain.orders_after import KnownCaller
from screenpop.history import tables
from screenpop.history.engine import Database
from screenpop.history.past_counts import (
    CountedCall,
    CountedPlace,
    CountsAsked,
    visits_of,
)

KindGroup = Literal["outcome", "result", "customer", "queue", "line", "dialled"]
ROWS_MAX = 1_000
CALLERS_MAX = 20_000

_calls, _legs, _results = tables.calls.c, tables.call_legs.c, tables.dispositions.c


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

    def __init__(self, database: Database):
        self._database = database

    async def rows(self, asked: CountsAsked, group: KindGroup) -> list[CallKind]:
        """Most calls first, `ROWS_MAX` at most; results are the last of each call."""
        calls = _inbound(asked, group).subquery()
        c, count = calls.c, func.count()
        known, answered = func.count(c.customer_key), func.count(c.answered_us)
        rows = (
            select(c.kind, count, answered, known)
            .group_by(c.kind)
            .order_by(count.desc(), c.kind)
            .limit(ROWS_MAX)
        )
        results = (
            select(c.kind, c.result, count).where(c.result != "").group_by(
                c.kind, c.result
            )
        )  # fmt: skip
        people = (
            select(c.kind, _legs.username)
            .distinct()
            .join_from(calls, tables.call_legs, _of(calls, tables.call_legs))
            .where(_legs.answered_us.is_not(None), _legs.username != "")
        )
        async with self._database.read() as connection:
            found = [CallKind(*row) for row in await connection.execute(rows)]
            by_name = {each.name: each for each in found}
            for name, code, calls_of in await connection.execute(results):
                if name in by_name:
                    by_name[name].results[code] = calls_of
            for name, username in await connection.execute(people):
                if name in by_name:
                    by_name[name].people.add(username)
        return found

    async def calls(
        self,
        asked: CountsAsked,
        group: KindGroup,
        name: str,
        before: CountedPlace | None,
        limit: int,
    ) -> list[CountedCall]:
        """The calls of one row, the newest first; `interval_us` is their arrival."""
        kinds = _inbound(asked, group).subquery()
        place = (_calls.arrived_us, _calls.line, _calls.call_id, _calls.occurrence)
        query = (
            select(
                *place, _calls.queue, _calls.dialled, _calls.answered_us,
                _calls.ended_us, _calls.outcome,
            )
            .join_from(kinds, tables.calls, _of(kinds, tables.calls))
            .where(kinds.c.kind == name)
            .order_by(*(column.desc() for column in place))
            .limit(limit)
        )  # fmt: skip
        if before is not None:
            after = (
                before.interval_us,
                before.line,
                before.call_id,
                before.occurrence,
            )
            query = query.where(tuple_(*place) < tuple_(*after))
        async with self._database.read() as connection:
            found = (await connection.execute(query)).all()
            keys = [(row.line, row.call_id, row.occurrence) for row in found]
            visits = await visits_of(connection, keys)
        return [
            CountedCall(
                place=CountedPlace(
                    interval_us=row.arrived_us,
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
                amounts={},
                visits=visits.get(key, ()),
            )
            for row, key in zip(found, keys, strict=True)
        ]

    async def callers(
        self, asked: CountsAsked, group: KindGroup
    ) -> tuple[list[KnownCaller], bool]:
        """The newest calls of known customers. True: there were more than these."""
        calls = _inbound(asked, group).subquery()
        query = (
            select(calls.c.kind, calls.c.customer_key, calls.c.arrived_us)
            .where(calls.c.customer_key.is_not(None))
            .order_by(calls.c.arrived_us.desc())
            .limit(CALLERS_MAX + 1)
        )
        async with self._database.read() as connection:
            found = [KnownCaller(*row) for row in await connection.execute(query)]
        return found[:CALLERS_MAX], len(found) > CALLERS_MAX


def _inbound(asked: CountsAsked, group: KindGroup) -> Select[Any]:
    """Calls from outside that are over, each with its kind."""
    kinds: dict[KindGroup, ColumnElement[Any]] = {
        "outcome": func.coalesce(_calls.outcome, ""),
        "result": func.coalesce(_last_result(), ""),
        "customer": case(
            (_calls.customer_key.is_not(None), "known"),
            (_calls.number.is_not(None), "unknown"),
            else_="withheld",
        ),
        "queue": func.coalesce(_calls.queue, ""),
        "line": _calls.line,
        "dialled": func.coalesce(_calls.dialled, ""),
    }
    return select(
        kinds[group].label("kind"), _last_result().label("result"), _calls.line,
        _calls.call_id, _calls.occurrence, _calls.arrived_us, _calls.answered_us,
        _calls.customer_key,
    ).where(
        _calls.arrived_us >= asked.from_us,
        _calls.arrived_us < asked.to_us,
        _calls.direction == Direction.INBOUND.value,
        _calls.ended_us.is_not(None),
        *asked.places(_calls),
    )  # fmt: skip


def _last_result() -> ColumnElement[Any]:
    """The code that was chosen last; "" or NULL where none is."""
    return (
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


def _of(calls: Any, table: Any) -> ColumnElement[bool]:
    return and_(
        *(calls.c[key] == table.c[key] for key in ("line", "call_id", "occurrence"))
    )
