"""Which lookups does a file answer from memory?"""

from __future__ import annotations

import asyncio
import codecs
import re
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Mapping, Sequence
from contextlib import suppress

from pydantic import BaseModel

from screenpop.connector import (
    ConfigError,
    Connector,
    ConnectorContext,
    ContactRecord,
    FeedBatch,
    FeedReading,
    ItemsOptions,
    Lookup,
    OrdersOptions,
    QueryColumns,
    Reading,
    Row,
    Scalar,
    checked,
    contact_from_row,
)
from screenpop.connector.keys import as_numbers, uncertain
from screenpop.connector.reading import UNREADABLE
from screenpop.support.countries import names_a_country
from screenpop_connectors.csv_file.options import (
    CsvContacts,
    CsvItems,
    CsvLookup,
    CsvOrders,
    CsvSource,
)
from screenpop_connectors.csv_file.reader import read_file
from screenpop_connectors.csv_file.streaming import feed_batches
from screenpop_connectors.csv_file.table import NumberColumns, Table, table_of
from screenpop_connectors.csv_file.watch import WatchedTable, mark_of

ROWS_BETWEEN_PAUSES = 100
HEADER = "the file's header"
_BRACES = re.compile(r"\{([^{}]+)\}")


class CsvFileConnector(Connector[CsvSource, CsvLookup]):
    """A CSV or XLSX file, read again when it changes, answered from memory."""

    name = "csv_file"
    source_options = CsvSource
    lookup_options = CsvLookup
    example = """\
sources:
  index_cards:
    connector: csv_file
    path: contacts.csv
    country: GB
    contacts: {key: account, name: name, company: firm}
lookups:
  index_card:
    source: index_cards
    facet: notes
    match: {account: customer.key}
    fields: {remark: Remark, since: "Customer since"}
"""

    def __init__(self, options: CsvSource, context: ConnectorContext):
        super().__init__(options, context)
        if options.encoding is not None:
            _check_encoding(options.encoding)
        self.file = WatchedTable(
            context.folder / options.path,
            self._load,
            context,
            poll_s=options.poll_s,
            reload_wait_s=options.reload_wait_ms / 1000,
        )

    async def close(self) -> None:
        await self.file.close()

    def lookup(self, name: str, options: CsvLookup) -> CsvLookupByValue:
        return CsvLookupByValue(self, options)

    async def ping(self) -> None:
        await self.file.ping()

    async def described_reading(self, reading: Reading) -> QueryColumns | None:
        """Orders and items are known by their first rows; None: there are none."""
        if reading == "contacts":
            return await self._described_contacts()
        counts = FeedReading()
        is_of_orders = reading == "orders"
        feed = self.orders(None, counts) if is_of_orders else self.items(counts)
        if feed is None:
            return None
        first = await anext(feed, None)
        if isinstance(feed, AsyncGenerator):
            await feed.aclose()
        return QueryColumns.of_names(first.rows[0], HEADER) if first else None

    async def _described_contacts(self) -> QueryColumns | None:
        options = self.options.contacts
        if options is None:
            return None
        table = await self.file.current()
        table.need_numbers()
        contact = ContactRoles(table, options).contact(
            dict.fromkeys(table.columns), None
        )
        return QueryColumns.of_names(contact, HEADER)

    def contacts(self) -> AsyncIterator[ContactRecord] | None:
        options = self.options.contacts
        return self._all_contacts(options) if options is not None else None

    async def contacts_version(self) -> str | None:
        await self.file.current()
        return str(self.file.mark)

    def orders(
        self, since: Scalar, reading: FeedReading
    ) -> AsyncIterator[FeedBatch] | None:
        return self._feed(self.options.orders, OrdersOptions, reading)

    def items(self, reading: FeedReading) -> AsyncIterator[FeedBatch] | None:
        return self._feed(self.options.items, ItemsOptions, reading)

    async def orders_version(self) -> str | None:
        path = self.context.folder / self.options.path
        return str(await asyncio.to_thread(mark_of, path))

    def _feed(
        self,
        options: CsvOrders | CsvItems | None,
        shared: type[BaseModel],
        reading: FeedReading,
    ) -> AsyncIterator[FeedBatch] | None:
        if options is None:
            return None
        wanted = options.model_dump(exclude=set(shared.model_fields))
        path = self.context.folder / self.options.path
        return _threaded(feed_batches(path, self.options, wanted, reading))

    async def _all_contacts(self, options: CsvContacts) -> AsyncIterator[ContactRecord]:
        table = await self.file.current()
        roles = ContactRoles(table, options)
        table.need_numbers()
        reading = self.new_reading()
        reading.odd.take(table.odd)
        reading.rows = reading.left_out[UNREADABLE] = table.left_out
        country = self.options.country or self.context.country
        keys: set[str] = set()
        lines = zip(table.places, table.rows, strict=True)
        for at, (place, row) in enumerate(lines):
            if at % ROWS_BETWEEN_PAUSES == 0:
                await asyncio.sleep(0)  # all of it is in memory: nothing else waits
            record = contact_from_row(
                roles.contact(row, country),
                number_columns=table.number_columns,
                reading=reading,
                place=f"row {place}",
            )
            if record is not None:
                reading.repeated_keys += record.key in keys
                keys.add(record.key)
                yield record
        reading.left_out += Counter()  # without those that are none

    def _load(self) -> Table:
        options, context = self.options, self.context
        path = context.folder / options.path
        content = read_file(path, options)
        named_later = options.contacts is not None  # with the contacts, once
        table = table_of(
            content,
            NumberColumns(
                listed=options.numbers,
                country=options.country or context.country,
                country_column=options.country_column,
            ),
            odd=None if named_later else content.odd,
        )
        said = content.said if named_later else (*content.said, *content.odd.said())
        for remark in said:
            context.log.warning("source %s: %s %s.", context.source, path, remark)
        return table


async def _threaded(
    batches: Generator[FeedBatch, None, None],
) -> AsyncIterator[FeedBatch]:
    """Each batch is made in a thread, when it is asked for."""
    try:
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            yield batch
    finally:
        with suppress(ValueError):  # cancelled while a thread is in it
            batches.close()


class CsvLookupByValue(Lookup):
    def __init__(self, connector: CsvFileConnector, options: CsvLookup):
        if options.match is not None and not options.match:
            raise ConfigError("match is empty. Name a column, or leave match out.")
        self._connector = connector
        self._match = options.match
        self._contains = options.contains
        self._fields = options.fields
        if options.contains and options.match:
            raise ConfigError("has match and contains. Give one of them.")
        parameters = options.match.values() if options.match else ("number",)
        if options.contains:
            parameters = ("search.text",)
        self.needs = frozenset(checked(name) for name in parameters)

    async def described(self) -> QueryColumns | None:
        table = await self._connector.file.current()
        if self._match is None and not self._contains:
            table.need_numbers()
        columns = (*(self._match or ()), *self._contains)
        for column in (*columns, *(self._fields or {}).values()):
            table.column(column)
        return QueryColumns.of_names(self._fields or table.columns, HEADER)

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        table = await self._connector.file.current()
        if self._contains:
            text = str(params["search.text"])
            columns = self._contains  # all rows are looked at: in a thread
            found = await asyncio.to_thread(table.containing, columns, text)
        else:
            found = self._found(table, params)
        found = found[: self._connector.context.rows_max]
        return [self._chosen(table, row) for row in found]

    def _found(self, table: Table, params: Mapping[str, Scalar]) -> Sequence[Row]:
        if self._match is None:
            table.need_numbers()
            return table.with_number(str(params["number"]))
        found = self._matching(table, self._match, params)
        if not found:
            numbers = as_numbers(params, self._match.values())
            if numbers is not None and self._matching(table, self._match, numbers):
                raise uncertain(f"{', '.join(self._match)} of the file")
        return found

    @staticmethod
    def _matching(
        table: Table, match: Mapping[str, str], params: Mapping[str, Scalar]
    ) -> Sequence[Row]:
        return table.matching({column: params[name] for column, name in match.items()})

    def _chosen(self, table: Table, row: Row) -> Row:
        if self._fields is None:
            return row
        return {
            name: row[table.column(column)] for name, column in self._fields.items()
        }


class ContactRoles:
    """Which of the file's columns is the contact's key, name, company, country."""

    def __init__(self, table: Table, options: CsvContacts):
        """Raises `Unavailable` for a column that the file does not have."""
        self._table = table
        columns = {
            "key": options.key,
            "company": options.company,
            "country": table.country_column,
        }
        self._roles = {role: table.column(c) for role, c in columns.items() if c}
        parts = _BRACES.findall(options.name) or [options.name]
        self._names = {part: table.column(part) for part in parts}
        self._template = options.name if _BRACES.search(options.name) else None
        self._taken = {*self._roles.values(), *self._names.values()}

    def contact(self, row: Row, country: str | None) -> Row:
        """The columns that `contact_from_row` wants; the others are its fields."""
        contact = {n: v for n, v in row.items() if n not in self._taken}
        contact |= {name: row[name] for name in self._table.number_columns}
        contact |= {role: row[column] for role, column in self._roles.items()}
        contact["name"] = self._name(row) or contact.get("company")
        contact["country"] = _told(contact.get("country")) or country
        return contact

    def _name(self, row: Row) -> Scalar:
        if self._template is None:
            return next(row[column] for column in self._names.values())
        text = _BRACES.sub(
            lambda part: str(row[self._names[part[1]]] or ""), self._template
        )
        return " ".join(text.split()).strip(" ,;-") or None


def _told(value: Scalar) -> str | None:
    """A cell's text, unless it says that there is none."""
    text = None if value is None else str(value)
    return text if names_a_country(text) else None


def _check_encoding(name: str) -> None:
    try:
        codecs.lookup(name)
    except LookupError as error:
        raise ConfigError(
            f"encoding {name} is unknown. Write e.g. utf-8, utf-16, cp1252, latin-1."
        ) from error
