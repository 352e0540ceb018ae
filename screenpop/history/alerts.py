"""Which alerts does the store know, when the journal does not reach back so far?"""

from __future__ import annotations

import json

from sqlalchemy import select

from screenpop.domain.alert import ALERT
from screenpop.history.engine import Database
from screenpop.history.tables import alert_changes
from screenpop.journal.records import ActionRecord

CHANGES_MAX = 5_000  # the newest


async def past_alerts(database: Database) -> list[ActionRecord]:
    """Their changes in the order of their times. Raises `Unavailable`."""
    table = alert_changes.c
    query = select(alert_changes).order_by(table.at_us.desc()).limit(CHANGES_MAX)
    async with database.read() as connection:
        rows = (await connection.execute(query)).all()
    return [
        ActionRecord(
            action=ALERT,
            action_id=row.change_id,
            at_us=row.at_us,
            user=row.username,
            data=json.loads(row.data),
        )
        for row in reversed(rows)
    ]
