"""Which queries does a SQL source answer?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa

from screenpop.connector import (
    CertificateWatch,
    ConfigError,
    Connector,
    ConnectorContext,
    ContactRecord,
    ContactsBatch,
    Expiry,
    FeedBatch,
    FeedReading,
    Lookup,
    QueryColumns,
    Reading,
    Row,
    Scalar,
)
from screenpop.connector.searching import LIKE_SIGNS, LIKE_SIGNS_OF_SQL_SERVER
from screenpop.support.postgres_url import parsed
from screenpop_connectors.sql.contacts import SqlContactFeed
from screenpop_connectors.sql.database import Query, SqlDatabase
from screenpop_connectors.sql.feed import SqlOrderFeed, item_batches
from screenpop_connectors.sql.options import SqlLookup, SqlSource
from screenpop_connectors.sql.sqlite import SqliteDatabase
from screenpop_connectors.sql.statement import parse


class SqlConnector(Connector[SqlSource, SqlLookup]):
    """Any SQL database: one SELECT per lookup, bound parameters, read-only."""

    name = "sql"
    source_options = SqlSource
    lookup_options = SqlLookup
    example = """\
sources:
  erp:
    connector: sql
    url: postgresql://reader:${ERP_PASSWORD}@db.example.net/erp
    contacts:
      query: select id as key, name, phone, phone_mobile, country from customer
lookups:
  balance:
    source: erp
    facet: balance
    query: select balance, overdue_since from account where customer = :customer.key
"""

    def __init__(self, options: SqlSource, context: ConnectorContext):
        super().__init__(options, context)
        url = parsed(options.url.get_secret_value())
        self._dialect = url.get_backend_name()
        self.database = _database(url, options, context)
        self._certificate = CertificateWatch(self.database.certificate, context.source)
        self._ping = self._bare("select 1", "ping")
        contacts = options.contacts
        self._contacts = (
            SqlContactFeed(contacts, self.database, self._dialect, context)
            if contacts
            else None
        )
        self._version: Query | None = None
        if contacts and contacts.version:
            self._version = self._bare(contacts.version, "contacts.version")
        orders, items = options.orders, options.items
        self._orders = (
            SqlOrderFeed(orders, self.database, self._dialect) if orders else None
        )
        self._items = self._bare(items.query, "items.query") if items else None
        self._orders_version: Query | None = None
        if orders and orders.version:
            self._orders_version = self._bare(orders.version, "orders.version")

    async def open(self) -> None:
        self._certificate.begin()

    async def close(self) -> None:
        await self._certificate.close()
        await self.database.close()

    def expiring(self) -> Sequence[Expiry]:
        return self._certificate.expiring()

    def lookup(self, name: str, options: SqlLookup) -> SqlQueryLookup:
        rows_max = min(options.rows_max or self.context.rows_max, self.context.rows_max)
        statement = parse(options.query, dialect=self._dialect)
        query = self.database.query(
            statement, label=f"the query of lookup {name}", rows_max=rows_max + 1
        )
        return SqlQueryLookup(name, query, statement.parameters, rows_max, self.context)

    @property
    def at_once_max(self) -> int:
        """One connection each is kept for reading contacts and for reading orders."""
        options, connections = self.options, self.options.connections_max
        if self._dialect == "sqlite":  # these readings have their own
            return connections
        feed = options.orders is not None or options.items is not None
        return max(1, connections - (options.contacts is not None) - feed)

    @property
    def like_signs(self) -> str:
        return LIKE_SIGNS_OF_SQL_SERVER if self._dialect == "mssql" else LIKE_SIGNS

    async def ping(self) -> None:
        await self._ping.rows({}, 1)

    async def described_reading(self, reading: Reading) -> QueryColumns | None:
        """The query of its version is prepared, too."""
        contacts, orders = self._contacts, self._orders
        queries: Mapping[Reading, tuple[Query | None, Query | None]] = {
            "contacts": (contacts.query if contacts else None, self._version),
            "orders": (orders.query if orders else None, self._orders_version),
            "items": (self._items, None),
        }
        query, version = queries[reading]
        if version is not None:
            await version.described()
        return await query.described() if query is not None else None

    def contacts(self) -> AsyncIterator[ContactRecord] | None:
        return None if self._contacts is None else self._all_contacts(self._contacts)

    @property
    def first_contacts_since(self) -> Scalar:
        return self._contacts.first_since if self._contacts else None

    def contacts_from(self, since: Scalar) -> AsyncIterator[ContactsBatch] | None:
        feed = self._contacts
        return feed.batches(since, self.new_reading()) if feed else None

    async def contacts_version(self) -> str | None:
        return await self._version_of(self._version)

    @property
    def first_since(self) -> Scalar:
        return self._orders.first_since if self._orders else None

    def orders(
        self, since: Scalar, reading: FeedReading
    ) -> AsyncIterator[FeedBatch] | None:
        return self._orders.batches(since) if self._orders else None

    def items(self, reading: FeedReading) -> AsyncIterator[FeedBatch] | None:
        options = self.options.items
        if options is None or self._items is None:
            return None
        return item_batches(self._items)

    async def orders_version(self) -> str | None:
        return await self._version_of(self._orders_version)

    async def _version_of(self, query: Query | None) -> str | None:
        if query is None:
            return await self.database.version()
        rows = await query.rows({}, 1)
        return "|".join(str(value) for row in rows for value in row.values())

    async def _all_contacts(self, feed: SqlContactFeed) -> AsyncIterator[ContactRecord]:
        async for batch in feed.batches(feed.first_since, self.new_reading()):
            for contact in batch.contacts:
                yield contact

    def _bare(self, query: str, key: str) -> Query:
        """A query that needs no call to be asked."""
        parsed = parse(query, dialect=self._dialect)
        if parsed.parameters:
            raise ConfigError(
                f"{key} asks for {', '.join(sorted(parsed.parameters))}: it is read"
                " without a call and takes no parameters. Remove them."
            )
        return self.database.query(parsed, label=key, rows_max=1)


class SqlQueryLookup(Lookup):
    def __init__(
        self,
        name: str,
        query: Query,
        needs: frozenset[str],
        rows_max: int,
        context: ConnectorContext,
    ):
        self.needs = needs
        self._name = name
        self._query = query
        self._rows_max = rows_max
        self._context = context
        self._said = False

    async def described(self) -> QueryColumns | None:
        return await self._query.described()

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        asked = {name: params[name] for name in self.needs}
        rows = await self._query.rows(asked, self._rows_max + 1)
        if len(rows) <= self._rows_max:
            return rows
        if not self._said:
            self._said = True
            self._context.log.warning(
                "lookup %s found more than %d rows; the rest is left out."
                " Add a limit to its query.",
                self._name,
                self._rows_max,
            )
        return rows[: self._rows_max]


def _database(
    url: sa.URL, options: SqlSource, context: ConnectorContext
) -> SqlDatabase:
    if url.get_backend_name() != "sqlite":
        # not needed for SQLite; 0.2 s, 10 MB
        from screenpop_connectors.sql.server import ServerDatabase

        return ServerDatabase(url, options, context.folder)
    if url.database in (None, "", ":memory:"):
        raise ConfigError(
            "url: names no file. Write sqlite:///crm.sqlite, or sqlite:////data/crm.sqlite"
            " for an absolute path."
        )
    if str(url.database).startswith("file:") or url.query:
        raise ConfigError(
            "url: must be a plain path for SQLite, without file: or ?options: it is"
            " opened for reading only in any case. Write sqlite:///crm.sqlite."
        )
    return SqliteDatabase(
        context.folder / Path(str(url.database)),
        source=context.source,
        connections_max=options.connections_max,
        timeout_s=options.statement_timeout_ms / 1000,
    )
