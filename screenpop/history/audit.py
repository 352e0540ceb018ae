"""Who changed what, and when?"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.history.engine import Database
from screenpop.history.rows import fit
from screenpop.history.tables import LABEL_CHARS, audit
from screenpop.support.clock import Clock

DETAIL_CHARS_MAX = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    id: int
    at_us: int
    username: str
    action: str
    object: str
    detail: str


class Audit:
    def __init__(self, database: Database, clock: Clock):
        self._database = database
        self._clock = clock

    async def write(
        self,
        username: str,
        action: str,
        object: str,
        detail: str = "",
        within: AsyncConnection | None = None,
    ) -> None:
        """Note it down; `within` a transaction when it must stand or fall with it."""
        row = {
            "at_us": self._clock.now_us(),
            "username": fit(username, LABEL_CHARS),
            "action": fit(action, LABEL_CHARS),
            "object": fit(object),
            "detail": fit(detail, DETAIL_CHARS_MAX),
        }
        if within is not None:
            await within.execute(insert(audit).values(row))
            return
        async with self._database.write() as connection:
            await connection.execute(insert(audit).values(row))

    async def recent(
        self, limit: int = 100, before_id: int | None = None
    ) -> list[AuditEntry]:
        """Newest first; the next page is before the last entry's `id`."""
        query = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if before_id is not None:
            query = query.where(audit.c.id < before_id)
        async with self._database.read() as connection:
            found = await connection.execute(query)
        return [AuditEntry(**row) for row in found.mappings()]

    async def forget(self, before_us: int) -> int:
        async with self._database.write() as connection:
            found = await connection.execute(
                delete(audit).where(audit.c.at_us < before_us)
            )
        return found.rowcount
