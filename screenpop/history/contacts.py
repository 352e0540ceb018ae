"""Whom did agents name, and whom did they choose for a number?"""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy import select

from screenpop.domain.caller import CandidateRef
from screenpop.history import rows, tables
from screenpop.history.batch import Contact, NumberLink
from screenpop.history.engine import Database
from screenpop.history.statement import putting

ROWS_PER_STEP = 2000
PUT_CONTACTS = putting(tables.contacts, newest_by="at_us")
PUT_LINKS = putting(tables.number_links, newest_by="at_us")


class Contacts:
    """All methods raise `Unavailable`. A newer row of the same key wins."""

    def __init__(self, database: Database):
        self._database = database

    async def all(self) -> AsyncIterator[Contact]:
        """Every contact, for the number index; read step by step."""
        table = tables.contacts
        after = ""
        while True:
            query = (
                select(table)
                .where(table.c.key > after)
                .order_by(table.c.key)
                .limit(ROWS_PER_STEP)
            )
            async with self._database.read() as connection:
                found = (await connection.execute(query)).mappings().all()
            for row in found:
                yield Contact(**row)
            if len(found) < ROWS_PER_STEP:
                return
            after = found[-1]["key"]

    async def links(self, limit: int) -> AsyncIterator[NumberLink]:
        """The newest choices for numbers, oldest of them first, at most `limit`."""
        table = tables.number_links
        newest = select(table).order_by(table.c.at_us.desc()).limit(limit).subquery()
        async with self._database.read() as connection:
            stream = await connection.stream(select(newest).order_by(newest.c.at_us))
            async for row in stream.mappings():
                yield NumberLink(
                    number=row["number"],
                    ref=CandidateRef(source=row["source"], key=row["key"]),
                    name=row["name"],
                    chosen_by=row["chosen_by"],
                    at_us=row["at_us"],
                )

    async def save(self, contact: Contact) -> None:
        await self._database.put([(PUT_CONTACTS, [rows.contact_row(contact)])])

    async def link(self, link: NumberLink) -> None:
        await self._database.put([(PUT_LINKS, [rows.link_row(link)])])
