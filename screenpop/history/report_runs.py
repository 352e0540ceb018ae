"""Which scheduled reports were sent, and who tries to send one now?

A try is claimed before it begins, by a statement that one node can win: two nodes that
both think that it is their turn do not send the same report.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sqlalchemy import delete, func, or_, select, text, update

from screenpop.history.engine import Database
from screenpop.history.tables import report_runs

ReportWay = Literal["folder", "email"]
ReportOutcome = Literal["sent", "failed", "skipped"]
_ADD = text(
    "INSERT INTO report_runs (name, due, mail_id, tries, tried_us, outcome)"
    " VALUES (:name, :due, :mail_id, :tries, :tried_us, :outcome)"
    " ON CONFLICT DO NOTHING"
)
_of = report_runs.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRun:
    """`due` is the day; `outcome` None: it is not over."""

    name: str
    due: date
    mail_id: str
    tries: int = 0
    tried_us: int = 0
    filed_us: int | None = None
    mailed_us: int | None = None
    outcome: ReportOutcome | None = None

    def is_done(self, way: ReportWay) -> bool:
        return (self.filed_us if way == "folder" else self.mailed_us) is not None


def new_run(name: str, due: date) -> ReportRun:
    """One that was not tried yet."""
    return ReportRun(name=name, due=due, mail_id=secrets.token_hex(16))


class ReportRuns:
    """All methods raise `Unavailable`."""

    def __init__(self, database: Database):
        self._database = database

    async def known(self, name: str, since: date) -> Mapping[date, ReportRun]:
        """Those due since then, and those that are not over."""
        query = select(report_runs).where(
            _of.name == name, or_(_of.due >= since.isoformat(), _of.outcome.is_(None))
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        runs = [
            ReportRun(**{**row, "due": date.fromisoformat(row["due"])}) for row in rows
        ]
        return {run.due: run for run in runs}

    async def newest(self, name: str) -> date | None:
        """When it was due last, as far as is known; None: never."""
        query = select(func.max(_of.due)).where(_of.name == name)
        async with self._database.read() as connection:
            found = (await connection.execute(query)).scalar()
        return None if found is None else date.fromisoformat(found)

    async def skip(self, name: str, due: date, at_us: int) -> None:
        """Whatever was due up to that day is not made up for."""
        await self._add(replace(new_run(name, due), tried_us=at_us), "skipped")

    async def claim(self, run: ReportRun, at_us: int) -> ReportRun | None:
        """One more try; None: another node was first, or it is over."""
        tried = replace(run, tries=run.tries + 1, tried_us=at_us)
        if run.tries == 0:
            return tried if await self._add(tried, None) else None
        statement = (
            update(report_runs)
            .where(
                _of.name == run.name,
                _of.due == run.due.isoformat(),
                _of.tries == run.tries,
                _of.outcome.is_(None),
            )
            .values(tries=tried.tries, tried_us=at_us)
        )
        async with self._database.write() as connection:
            found = await connection.execute(statement)
        return tried if found.rowcount else None

    async def settle(self, run: ReportRun) -> None:
        """What became of the try."""
        statement = (
            update(report_runs)
            .where(_of.name == run.name, _of.due == run.due.isoformat())
            .values(filed_us=run.filed_us, mailed_us=run.mailed_us, outcome=run.outcome)
        )
        async with self._database.write() as connection:
            await connection.execute(statement)

    async def forget(self, before: date) -> None:
        """Those that were due before that day."""
        async with self._database.write() as connection:
            await connection.execute(
                delete(report_runs).where(_of.due < before.isoformat())
            )

    async def _add(self, run: ReportRun, outcome: ReportOutcome | None) -> bool:
        """False: it is there already."""
        row = {
            "name": run.name,
            "due": run.due.isoformat(),
            "mail_id": run.mail_id,
            "tries": run.tries,
            "tried_us": run.tried_us,
            "outcome": outcome,
        }
        async with self._database.write() as connection:
            found = await connection.execute(_ADD, row)
        return bool(found.rowcount)
