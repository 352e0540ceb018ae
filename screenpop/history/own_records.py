"""What does the store hold about one person who works with it?

`own_sections` lists the tables. Those without an index by user are looked through in
the newest `SEARCHED_MAX` calls or audit entries of the range, so that an answer does
not cost more as the history grows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.domain.agent import Role
from screenpop.domain.profile import Json
from screenpop.history import tables
from screenpop.history.engine import Database
from screenpop.history.own_sections import CALL, SECTIONS, RecordsAsked, Section

SEARCHED_MAX = 200_000
SECOND_US = 1_000_000
CHANGES = next(section for section in SECTIONS if section.name == "changes")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsFound:
    """`next_us` is the end of the range that has the older rows; None: there are none.

    It is a whole second: rows of the second before it are found again.
    """

    section: Section
    rows: Sequence[Json]
    next_us: int | None = None


class OwnRecords:
    """All methods raise `Unavailable`."""

    def __init__(
        self,
        database: Database,
        *,
        history_days: int = 0,
        journal_h: float = 0,
        searched_max: int = SEARCHED_MAX,
    ):
        """`history_days` and `journal_h` say how long rows and entries are kept."""
        self.history_days = history_days
        self.journal_h = journal_h
        self._database = database
        self._searched_max = searched_max

    async def about(self, asked: RecordsAsked) -> list[RecordsFound]:
        """Everything that is stored about this person, newest first by section."""
        role = asked.user.role
        anywhere = role.includes(Role.SUPERVISOR) or await self._had_other_role(asked)
        sections = map(_anywhere, SECTIONS) if anywhere else SECTIONS
        return [await self._found(section, asked) for section in sections]

    async def _had_other_role(self, asked: RecordsAsked) -> bool:
        """Then notes may be on calls that rang at no telephone of this person."""
        always = replace(asked, from_us=None, to_us=None)
        changes = (await self._found(CHANGES, always)).rows
        return any(
            row["action"] == "user.change" and '"role"' in str(row["detail"])
            for row in changes
        )

    async def _found(self, section: Section, asked: RecordsAsked) -> RecordsFound:
        async with self._database.read() as connection:
            since_us = await self._searched_from(connection, section, asked)
            within = asked if since_us is None else replace(asked, from_us=since_us)
            query = _query(section, within).limit(asked.limit + 1)
            found = [dict(row) for row in (await connection.execute(query)).mappings()]
        places_us = [row.pop("place_us") for row in found[: asked.limit]]
        if len(found) > asked.limit:
            since_us = places_us[-1]
        return RecordsFound(
            section=section,
            rows=[
                each
                for row in found[: asked.limit]
                for each in section.shape(asked, row)
            ],
            next_us=None if since_us is None else _second_after(since_us),
        )

    async def _searched_from(
        self, connection: AsyncConnection, section: Section, asked: RecordsAsked
    ) -> int | None:
        """Where looking through begins; None: at the beginning of the range."""
        at = _SEARCHED.get(section.found_by)
        if at is None:
            return None
        query = select(at).where(*asked.within(at)).order_by(at.desc())
        last = query.offset(self._searched_max).limit(1)
        found: int | None = await connection.scalar(last)
        return found


_SEARCHED: dict[str, ColumnElement[Any]] = {
    "calls": tables.calls.c.arrived_us,
    "entries": tables.audit.c.at_us,
}


def _anywhere(section: Section) -> Section:
    """Look through all calls where the person's own may not be all."""
    return replace(section, found_by="calls") if section.on_any_call else section


def _query(section: Section, asked: RecordsAsked) -> Select[Any]:
    """The newest rows first; `place_us` is the time that chooses and orders them."""
    table = section.table
    query = select(*(table.c[name] for name in section.columns))
    at: ColumnElement[Any] = table.c[section.at]
    if section.found_by == "calls":
        query = query.join(tables.calls, _of_call(table, tables.calls))
        at = tables.calls.c.arrived_us
    elif section.found_by in ("legs", "telephones"):
        legs = _own_calls(asked, by_telephone=section.found_by == "telephones")
        query = query.join(legs, _of_call(table, legs))
        at = legs.c.arrived_us
        if section.found_by == "telephones":
            query = query.add_columns(legs.c.telephone)
    query = query.add_columns(at.label("place_us"))
    if section.kept != "account":
        query = query.where(*asked.within(at))
    if section.found_by != "telephones":
        query = query.where(section.mine(asked))
    return query.order_by(at.desc(), *table.primary_key.columns)


def _own_calls(asked: RecordsAsked, *, by_telephone: bool) -> Any:
    """The calls at this person's telephones, each once, or once for each of these."""
    legs = tables.call_legs.c
    names: list[ColumnElement[Any]] = [legs[name] for name in (*CALL, "arrived_us")]
    if by_telephone:
        names.append(legs.agent.label("telephone"))
    of_mine = asked.is_me(legs.username), *asked.within(legs.arrived_us)
    return select(*names).where(*of_mine).distinct().subquery()


def _of_call(table: Any, other: Any) -> ColumnElement[bool]:
    return and_(*(table.c[name] == other.c[name] for name in CALL))


def _second_after(at_us: int) -> int:
    return (at_us // SECOND_US + 1) * SECOND_US
