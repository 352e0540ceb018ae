"""What does the store know of callers who are to be called back?

For a start that reads the whole journal: what was trimmed from it is here alone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy import and_, func, or_, select

from screenpop.domain.agent import UserId
from screenpop.domain.call import (
    Call,
    CallId,
    Direction,
    LineId,
    Outcome,
)
from screenpop.domain.recall import Doing, RecallAction
from screenpop.history.engine import Database
from screenpop.history.refolded import folded
from screenpop.history.tables import calls, recall_actions

CALLS_PER_STEP = 100
PROMISED_MAX = 10_000
CALLS_MAX = 100_000  # the newest of those with numbers that reached no one


class PastRecalls:
    """Everything raises `Unavailable`."""

    def __init__(self, database: Database):
        self._database = database

    async def calls(self, since_us: int) -> AsyncIterator[list[tuple[Call, str]]]:
        """All calls since then with numbers that reached no one, and the numbers.

        A step at a time, as the events of each call describe it.
        """
        promised = await self._promised(since_us)
        numbers_promised = {number for number, _ in promised}
        reached_no_one = and_(
            calls.c.arrived_us >= since_us,
            calls.c.direction == Direction.INBOUND.value,
            calls.c.outcome != Outcome.COMPLETED.value,
            calls.c.number.is_not(None),
        )
        numbers = select(calls.c.number).where(reached_no_one)
        oldest_us = min([since_us, *(at_us for _, at_us in promised)])
        wanted = and_(calls.c.arrived_us >= since_us, calls.c.number.in_(numbers))
        if promised:
            wanted = or_(wanted, calls.c.number.in_(numbers_promised))
        newest = (
            select(calls.c.line, calls.c.call_id, calls.c.occurrence, calls.c.number)
            .where(calls.c.arrived_us >= oldest_us, wanted)
            .order_by(calls.c.arrived_us.desc())
            .limit(CALLS_MAX)
        )
        async with self._database.read() as connection:
            found = [tuple(row) for row in await connection.execute(newest)]
        found.reverse()
        for start in range(0, len(found), CALLS_PER_STEP):
            some = found[start : start + CALLS_PER_STEP]
            by_key = {(line, call_id, n): number for line, call_id, n, number in some}
            yield [
                (call, by_key[call.key])
                for call in await folded(self._database, [*by_key])
            ]

    async def _promised(self, since_us: int) -> list[tuple[str, int]]:
        """Numbers that were promised a call back due then or later; since when."""
        made = recall_actions.c
        query = (
            select(calls.c.number, func.min(calls.c.arrived_us))
            .join(
                recall_actions,
                and_(
                    made.line == calls.c.line,
                    made.call_id == calls.c.call_id,
                    made.occurrence == calls.c.occurrence,
                ),
            )
            .where(
                made.do == Doing.PROMISE.value,
                made.until_us >= since_us,
                calls.c.number.is_not(None),
            )
            .group_by(calls.c.number)
            .limit(PROMISED_MAX)
        )
        async with self._database.read() as connection:
            rows = await connection.execute(query)
            return [(number, at_us) for number, at_us in rows]

    async def actions(self, since_us: int) -> list[RecallAction]:
        """In the order of their times."""
        table = recall_actions.c
        query = select(recall_actions).where(
            or_(table.at_us >= since_us, table.until_us >= since_us)
        )
        async with self._database.read() as connection:
            rows = await connection.execute(query.order_by(table.at_us))
            return [
                RecallAction(
                    key=(LineId(row.line), CallId(row.call_id), row.occurrence),
                    action_id=row.action_id,
                    do=Doing(row.do),
                    user=UserId(row.username),
                    at_us=row.at_us,
                    until_us=row.until_us,
                    reason=row.reason,
                    forced=row.forced,
                )
                for row in rows
            ]
