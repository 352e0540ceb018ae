"""How are all customers read from a database, or those who changed?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from screenpop.connector import (
    ConfigError,
    ConnectorContext,
    ContactsBatch,
    ContactsReading,
    Row,
    Scalar,
    Unavailable,
    lacking_for_contacts,
)
from screenpop.connector.reading import OVER_LIMIT
from screenpop.connector.records import batch_of_changes
from screenpop_connectors.sql.database import SqlDatabase
from screenpop_connectors.sql.feed import ChangeFeed
from screenpop_connectors.sql.options import SqlContacts


class SqlContactFeed:
    """Reads `contacts.query`; raises `ConfigError` for one that cannot work."""

    def __init__(
        self,
        options: SqlContacts,
        database: SqlDatabase,
        dialect: str,
        context: ConnectorContext,
    ):
        self._feed = ChangeFeed("contacts", options.query, options.since, dialect)
        self.first_since = self._feed.first_since
        if options.since is not None and self.first_since is None:
            raise ConfigError(
                "contacts: since is given, but query has no :since. Add `where changed"
                " >= :since order by changed`, or remove since."
            )
        self._options = options
        self._context = context
        self.query = database.query(
            self._feed.statement, label="contacts.query", rows_max=1
        )

    async def batches(
        self, since: Scalar, reading: ContactsReading
    ) -> AsyncIterator[ContactsBatch]:
        given = self._feed.batches(self._rows(since))
        async for rows, reached in given:
            left = self._options.contacts_max - reading.rows
            yield await asyncio.to_thread(self._batch, rows[:left], reached, reading)
            if len(rows) > left:
                self._cut_off(reading)
                return

    async def _rows(self, since: Scalar) -> AsyncIterator[Sequence[Row]]:
        is_first = True
        async for rows in self.query.batches(self._feed.params(since)):
            if is_first and rows:
                lacking = lacking_for_contacts(rows[0], self._options.numbers)
                if lacking is not None:
                    raise Unavailable(f"contacts.query {lacking}")
                is_first = False
            if rows:
                yield rows

    def _batch(
        self, rows: Sequence[Row], reached: Scalar, reading: ContactsReading
    ) -> ContactsBatch:
        return batch_of_changes(
            rows,
            number_columns=self._options.numbers,
            reading=reading,
            since=reached,
            of_changes=self.first_since is not None,
        )

    def _cut_off(self, reading: ContactsReading) -> None:
        reading.leave_out(OVER_LIMIT)
        self._context.log.warning(
            "source %s: more than %d contacts; the rest is left out."
            " Raise contacts.contacts_max.",
            self._context.source,
            self._options.contacts_max,
        )
