"""Which calls count in a range, folded again from their stored events?

To count them by other rules than those in force. Steps are small, so that a live
service goes on between them; the whole is bounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import select

from screenpop.domain.call import Call, CallEvent, CallId, CallKey, LineId
from screenpop.domain.call_fold import CallFold
from screenpop.domain.errors import BadInput
from screenpop.history.archive import EVENTS_OF
from screenpop.history.engine import Database
from screenpop.history.statement import wanted
from screenpop.history.tables import call_counts, team_call_counts
from screenpop.journal.records import EventRecord, decode

CALLS_PER_STEP = 100
CALLS_MAX = 20_000


class RefoldedCalls(NamedTuple):
    """`without_events` are calls that count too and cannot be folded again."""

    calls: list[Call]
    without_events: int


async def counted_calls(
    database: Database,
    from_us: int,
    to_us: int,
    queue: str | None = None,
    *,
    team: str | None = None,
) -> RefoldedCalls:
    """All calls that add to a quarter that begins in the range (of queue or team).

    Raises `Unavailable`, and `BadInput` beyond `CALLS_MAX` calls.
    """
    counts = (call_counts if team is None else team_call_counts).c
    query = (
        select(counts.line, counts.call_id, counts.occurrence)
        .distinct()
        .where(counts.interval_us >= from_us, counts.interval_us < to_us)
        .order_by(counts.line, counts.call_id, counts.occurrence)
        .limit(CALLS_MAX + 1)
    )
    if team is not None:
        query = query.where(counts.team == team)
    elif queue is not None:
        query = query.where(counts.queue == queue)
    async with database.read() as connection:
        keys = [(row[0], row[1], row[2]) for row in await connection.execute(query)]
    if len(keys) > CALLS_MAX:
        raise BadInput(
            f"more than {CALLS_MAX} calls would be counted again.",
            code="bad_query",
            remedy="Choose a shorter range or one queue.",
        )
    found: list[Call] = []
    for start in range(0, len(keys), CALLS_PER_STEP):
        found += await folded(database, keys[start : start + CALLS_PER_STEP])
    return RefoldedCalls(found, len(keys) - len(found))


async def folded(
    database: Database, keys: Sequence[tuple[str, str, int]]
) -> list[Call]:
    """These calls as their stored events describe them; without events none."""
    folds: dict[tuple[str, str, int], CallFold] = {}
    for *name, body in await database.fetch(EVENTS_OF, wanted(keys)):
        line, call_id, occurrence = name
        key: CallKey = (LineId(line), CallId(call_id), occurrence)
        fold = folds.setdefault(key, CallFold(*key))
        event = _event(body)
        if event is not None:
            fold.add(event)
    return [fold.call() for fold in folds.values() if len(fold)]


def _event(body: str) -> CallEvent | None:
    try:
        record = decode(EventRecord.kind, body.encode())
    except msgspec.MsgspecError:
        return None
    return record.event if isinstance(record, EventRecord) else None
