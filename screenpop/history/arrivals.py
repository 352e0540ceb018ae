"""How many calls came in each five minutes, and how long did serving them take?

Counted in the store along the index by time; no call and no agent leaves it. A call
counts when it entered: with a queue at each entry into that queue, without one once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from screenpop.history import tables
from screenpop.history.engine import Database

STEP_US = 300_000_000

_calls = tables.calls.c
_visits = tables.call_visits.c


class Arrivals(NamedTuple):
    """Inbound calls of five minutes."""

    start_us: int
    calls: int
    handled: int  # of these, answered and over
    handle_us: int  # from answer to end, over all of these


async def arrivals(
    database: Database, since_us: int, until_us: int, queue: str | None = None
) -> list[Arrivals]:
    """Oldest first, without empty ones. Raises `Unavailable`."""
    statement = (
        _of_all(since_us, until_us)
        if queue is None
        else _of_queue(since_us, until_us, queue)
    )
    async with database.read() as connection:
        rows = await connection.execute(statement)
        return [Arrivals(*(int(value) for value in row)) for row in rows]


def _of_all(since_us: int, until_us: int) -> Select[Any, Any, Any, Any]:
    at = _calls.arrived_us
    return _counted(at).where(
        _calls.direction == "inbound", at >= since_us, at < until_us
    )


def _of_queue(since_us: int, until_us: int, queue: str) -> Select[Any, Any, Any, Any]:
    at = _visits.entered_us
    same_call = and_(
        _calls.line == _visits.line,
        _calls.call_id == _visits.call_id,
        _calls.occurrence == _visits.occurrence,
    )
    return (
        _counted(at)
        .select_from(tables.call_visits.join(tables.calls, same_call))
        .where(
            _calls.direction == "inbound",
            _visits.queue == queue,
            at >= since_us,
            at < until_us,
        )
    )


def _counted(at: ColumnElement[int]) -> Select[Any, Any, Any, Any]:
    start = (at - at % STEP_US).label("start_us")
    is_handled = and_(_calls.answered_us.is_not(None), _calls.ended_us.is_not(None))
    handled = case((is_handled, 1), else_=0)
    took = case((is_handled, _calls.ended_us - _calls.answered_us), else_=0)
    return (
        select(start, func.count(), func.sum(handled), func.sum(took))
        .group_by(start)
        .order_by(start)
    )
