"""Which alerts does the store know, when the journal does not reach back so far?"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select, tuple_

from screenpop.domain.alert import ALERT
from screenpop.history.engine import Database
from screenpop.history.rows import fit_id
from screenpop.history.tables import alert_changes
from screenpop.journal.records import ActionRecord

CHANGES_MAX = 5_000  # the newest
CLOSING = '"do": "close"'  # as `rows.alert_row` writes it; quotes of a text are escaped


async def past_alerts(database: Database) -> list[ActionRecord]:
    """Their changes in the order of their times. Raises `Unavailable`."""
    table = alert_changes.c
    query = select(alert_changes).order_by(table.at_us.desc()).limit(CHANGES_MAX)
    async with database.read() as connection:
        rows = (await connection.execute(query)).all()
    return [_record(row) for row in reversed(rows)]


async def closed_alerts(
    database: Database, before: tuple[int, str], limit: int
) -> list[ActionRecord]:
    """All changes of the newest alerts that closed before, in the order of their times.

    `before` is when an alert closed, and the id of that change. At most `limit` alerts.
    Raises `Unavailable`.
    """
    table = alert_changes.c
    place = (table.at_us, table.change_id)
    closings = (
        select(alert_changes)
        .where(tuple_(*place) < before, table.data.contains(CLOSING))
        .order_by(*(column.desc() for column in place))
        .limit(limit)
    )
    async with database.read() as connection:
        closed = [_record(row) for row in await connection.execute(closings)]
        ids = [fit_id(_id_of(x, do)) for x in closed for do in ("open", "raise")]
        earlier = select(alert_changes).where(table.change_id.in_(ids))
        found = [_record(row) for row in await connection.execute(earlier)]
        since_us = min((record.at_us for record in found), default=0)
        seen = (
            select(alert_changes)
            .where(table.at_us >= since_us, table.username != "")
            .order_by(table.at_us)
            .limit(CHANGES_MAX)
        )
        if found:
            found += [_record(row) for row in await connection.execute(seen)]
    order = {"open": 0, "raise": 1}
    every = {record.action_id: record for record in (*closed, *found)}.values()
    return sorted(every, key=lambda x: (x.at_us, order.get(x.data["do"], 2)))


def _id_of(closing: ActionRecord, do: str) -> str:
    """Of another change of the same alert."""
    data = closing.data
    return f"alert/{data['name']}/{data['count']}/{do}/{data['subject']}"


def _record(row: Any) -> ActionRecord:
    return ActionRecord(
        action=ALERT,
        action_id=row.change_id,
        at_us=row.at_us,
        user=row.username,
        data=json.loads(row.data),
    )
