"""Which cards of an address book does a CardDAV source give?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from urllib.parse import quote

from screenpop.connector import (
    Connector,
    ConnectorContext,
    ContactRecord,
    ContactsBatch,
    Expiry,
    Lookup,
    NoRows,
    Row,
    Scalar,
    Unavailable,
    checked,
)
from screenpop.connector.base import NAME_PATTERN
from screenpop.connector.records import batch_of_changes
from screenpop_connectors.carddav.cards import rows_of
from screenpop_connectors.carddav.client import CarddavClient
from screenpop_connectors.carddav.multistatus import (
    C,
    D,
    DavResource,
    Multistatus,
    asks_by_number,
    asks_for_cards,
    asks_for_changes,
    asks_for_marks,
    asks_for_names,
    is_invalid_token,
)
from screenpop_connectors.carddav.options import CarddavLookup, CarddavSource
from screenpop_connectors.carddav.spellings import has_number, spellings

_PARAMETER = re.compile(r"\{(" + NAME_PATTERN + r")\}")
CANDIDATES_MAX = 500
"""Cards that the server returns for one number, of which most have another."""
ANSWERS_MAX = 1000
"""Answers of one reading of changes: a server gives them in parts (RFC 6578, 3.6)."""
KEY_CHARS_MAX = 500
SYNC, QUERY = f"{D}sync-collection", f"{C}addressbook-query"
UNREADABLE = "not a vCard that can be read"
GONE, MORE = 404, 507


class CarddavConnector(Connector[CarddavSource, CarddavLookup]):
    """An address book on a CardDAV server, read and never written to."""

    name = "carddav"
    source_options = CarddavSource
    lookup_options = CarddavLookup
    example = """\
sources:
  book:
    connector: carddav
    url: https://cloud.example.net/remote.php/dav/addressbooks/users/reader/crm/
    user: reader
    password: ${CARDDAV_PASSWORD}
lookups:
  card:
    source: book
    facet: notes
    key: "{customer.key}"
    fields: {text: note}
"""

    def __init__(self, options: CarddavSource, context: ConnectorContext):
        super().__init__(options, context)
        self._client = CarddavClient(options, context)
        self._reports: frozenset[str] | None = None
        self.country = options.country or context.country

    async def open(self) -> None:
        await self._client.open()

    async def close(self) -> None:
        await self._client.close()

    def lookup(self, name: str, options: CarddavLookup) -> Lookup:
        if options.key is None:
            return CardsByNumber(self, options.fields)
        return CardByKey(self, options.key, options.fields)

    @property
    def at_once_max(self) -> int:
        """One connection is kept for reading contacts."""
        return max(1, self.options.connections_max - self.options.contacts)

    def expiring(self) -> Sequence[Expiry]:
        return self._client.tls.expiring()

    async def ping(self) -> None:
        await self._marks()

    async def contacts_version(self) -> str | None:
        return (await self._marks()).mark

    def contacts(self) -> AsyncIterator[ContactRecord] | None:
        return self._all() if self.options.contacts else None

    @property
    def first_contacts_since(self) -> Scalar:
        """The sync token of RFC 6578; empty for everything."""
        return "" if self.options.contacts else None

    def contacts_from(self, since: Scalar) -> AsyncIterator[ContactsBatch] | None:
        return self._batches(str(since or "")) if self.options.contacts else None

    async def cards(self, hrefs: Sequence[str]) -> list[Row]:
        found = await self._client.multistatus("REPORT", asks_for_cards(hrefs), depth=1)
        return await asyncio.to_thread(rows_of, found.resources)

    async def card(self, key: str) -> list[Row]:
        """Of this name in the address book; none where there is no such card."""
        if key in ("", ".", "..") or len(key) > KEY_CHARS_MAX or not key.isprintable():
            return []
        return await self.cards([f"{self._client.url.raw_path}{quote(key, safe='')}"])

    async def cards_with(self, number: str) -> list[Row] | None:
        """Whose number this is; None: the server cannot be searched."""
        asked = spellings(number)
        if not asked:
            return []
        reports = await self._supported()
        if reports and QUERY not in reports:
            return None
        question = asks_by_number(asked, CANDIDATES_MAX)
        found = await self._client.multistatus("REPORT", question, depth=1)
        rows = await asyncio.to_thread(rows_of, found.resources[:CANDIDATES_MAX])
        return [row for row in rows if has_number(row, number, self.country)]

    async def _marks(self) -> Multistatus:
        found = await self._client.multistatus("PROPFIND", asks_for_marks())
        if not found.of_book:
            raise Unavailable(
                f"{self._client.url} is not an address book. Name in url one of the"
                " address books that the server lists for this user.",
                brief="failed: it is not an address book",
            )
        self._reports = found.reports
        return found

    async def _supported(self) -> frozenset[str]:
        if self._reports is None:
            await self._marks()
        return self._reports or frozenset()

    async def _all(self) -> AsyncIterator[ContactRecord]:
        async for batch in self._batches(""):
            for contact in batch.contacts:
                yield contact

    async def _batches(self, token: str) -> AsyncIterator[ContactsBatch]:
        """A part of the changes is known in full when its last card was read."""
        reading, seen = self.new_reading(), 0
        for _ in range(ANSWERS_MAX):
            part = await self._changes(token)
            seen += len(part.resources)
            if seen > self.options.contacts_max:
                raise Unavailable(
                    f"{self._client.url} has more than {self.options.contacts_max}"
                    " cards. Raise contacts_max.",
                    brief="failed: it has too many cards",
                )
            names = [each for each in part.resources if each.name]
            gone = [each.name for each in names if each.status == GONE]
            there = [each for each in names if each.status != GONE]
            yield ContactsBatch(contacts=[], gone=gone)
            for at in range(0, len(there), self.options.page_size):
                yield await self._batch(there[at : at + self.options.page_size])
            yield ContactsBatch(contacts=[], since=part.token)
            more = any(e.status == MORE and not e.name for e in part.resources)
            if not more or part.token in (None, token):
                return
            token = part.token or ""
        self.context.log.warning(
            "%s did not end within %d answers; %d rows were read", self._client.url,
            ANSWERS_MAX, reading.rows,
        )  # fmt: skip

    async def _batch(self, listed: Sequence[DavResource]) -> ContactsBatch:
        rows = await self.cards([each.href for each in listed])
        reading = self.reading or self.new_reading()
        read = {str(row["key"]) for row in rows}
        lost = [each.name for each in listed if each.name not in read]
        for name in lost:
            reading.rows += 1
            reading.leave_out(UNREADABLE, f"card {name}")
        nation = self.options.country
        given = [{**row, "country": row.get("country") or nation} for row in rows]
        batch = batch_of_changes(given, number_columns=(), reading=reading)
        return ContactsBatch(contacts=batch.contacts, gone=[*batch.gone, *lost])

    async def _changes(self, token: str) -> Multistatus:
        """Names of what changed, or of all where the server cannot say what did."""
        if SYNC not in await self._supported():
            return await self._client.multistatus("PROPFIND", asks_for_names(), depth=1)
        reply = await self._client.reply("REPORT", asks_for_changes(token), depth=0)
        if token and reply.status in (403, 409) and is_invalid_token(reply.body):
            self.context.log.info("the sync token is too old: all cards are read")
            return await self._changes("")
        return await self._client.understood("REPORT", reply)


class CardsByNumber(Lookup):
    needs = frozenset({"number"})

    def __init__(self, source: CarddavConnector, fields: Mapping[str, str]):
        self._source = source
        self._fields = fields

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        rows = await self._source.cards_with(str(params["number"]))
        if rows is None:
            return NoRows("This address book cannot be searched by number.")
        rows = rows[: self._source.context.rows_max]
        return [columns(row, self._fields) for row in rows]


class CardByKey(Lookup):
    def __init__(self, source: CarddavConnector, key: str, fields: Mapping[str, str]):
        self._source = source
        self._key = key
        self._fields = fields
        self.needs = frozenset(map(checked, _PARAMETER.findall(key)))

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        key = _PARAMETER.sub(lambda found: str(params[found[1]]), self._key)
        return [columns(row, self._fields) for row in await self._source.card(key)]


def columns(row: Row, fields: Mapping[str, str]) -> Row:
    if not fields:
        return row
    return {column: row.get(name) for column, name in fields.items()}
