"""How are orders, items and contacts of an HTTP service read, or what changed?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from screenpop.connector import (
    ConfigError,
    ContactsBatch,
    ContactsReading,
    FeedBatch,
    FeedReading,
    OddItems,
    Row,
    Scalar,
)
from screenpop.connector.keys import number_of
from screenpop.connector.orders import CHANGED, FEED_ROWS_MAX
from screenpop.connector.reading import OVER_LIMIT
from screenpop.connector.records import batch_of_changes
from screenpop_connectors.http_json.client import HttpClient
from screenpop_connectors.http_json.options import (
    HttpContacts,
    HttpItems,
    HttpOrders,
)
from screenpop_connectors.http_json.paging import ListingPages, Page, RaiseTold

SINCE = "since"


class ChangePages:
    """Pages of which only what changed may be asked for; `what` is its key in YAML.

    A service may give its rows in any order, so a reading goes on only from the newest
    `changed` of a whole one. Raises `ConfigError` for options that cannot work.
    """

    def __init__(
        self,
        client: HttpClient,
        base: str,
        options: HttpOrders | HttpContacts,
        raise_told: RaiseTold,
        what: str,
    ):
        self._what = what
        self.listing = ListingPages(
            client, base, options, options.fields, raise_told, what, self._since_only
        )
        self.first_since: Scalar = options.since
        self.newest: Scalar = None
        asks = SINCE in self.listing.names
        if asks and options.since is None:
            raise ConfigError(
                f"{what}: path asks for {{since}}, and `since` is not given: its value"
                f" when all {what} are read. Write e.g. `since: 2020-01-01`."
            )
        if options.since is not None and not asks:
            raise ConfigError(
                f"{what}: since is given, but path has no {{since}}. Add it to the"
                " path, or remove since."
            )

    async def pages(self, since: Scalar, odd: OddItems) -> AsyncIterator[Page]:
        """After the last one `newest` is the value from which a reading can go on."""
        params = {} if self.first_since is None else {SINCE: since}
        self.newest = None
        async for page in self.listing.pages(odd, params):
            if self.first_since is not None:
                for row in page.rows:
                    self.newest = _newer(self.newest, row.get(CHANGED))
            yield page

    def _since_only(self, name: str) -> str:
        if name != SINCE:
            raise ConfigError(
                f"{self._what}: path asks for {{{name}}}: it is read without a call,"
                " and its only parameter is {since}. Remove the other."
            )
        return name


class HttpOrderFeed:
    """Reads `orders`; raises `ConfigError` for options that cannot work."""

    def __init__(
        self, client: HttpClient, base: str, options: HttpOrders, raise_told: RaiseTold
    ):
        self._pages = ChangePages(client, base, options, raise_told, "orders")
        self.first_since = self._pages.first_since

    async def batches(
        self, since: Scalar, reading: FeedReading
    ) -> AsyncIterator[FeedBatch]:
        async for page in self._pages.pages(since, reading.odd):
            for batch in _parts(page.number, page.rows):
                yield batch
        if self._pages.newest is not None:
            yield FeedBatch(rows=(), since=self._pages.newest)


class HttpContactFeed:
    """Reads `contacts`; raises `ConfigError` for options that cannot work."""

    def __init__(
        self,
        client: HttpClient,
        base: str,
        options: HttpContacts,
        raise_told: RaiseTold,
    ):
        self._options = options
        self._pages = ChangePages(client, base, options, raise_told, "contacts")
        self.first_since = self._pages.first_since

    async def batches(
        self, since: Scalar, reading: ContactsReading
    ) -> AsyncIterator[ContactsBatch]:
        async for page in self._pages.pages(since, reading.odd):
            left = self._options.contacts_max - reading.rows
            yield await asyncio.to_thread(self._batch, page.rows[:left], reading)
            if len(page.rows) > left:
                reading.leave_out(OVER_LIMIT)
                self._pages.listing.cut_off("contacts_max", self._options.contacts_max)
                return
        if self._pages.newest is not None:
            yield ContactsBatch(contacts=(), since=self._pages.newest)

    def _batch(self, rows: Sequence[Row], reading: ContactsReading) -> ContactsBatch:
        return batch_of_changes(
            rows,
            number_columns=self._options.numbers,
            reading=reading,
            of_changes=self.first_since is not None,
        )


def item_pages(
    client: HttpClient, base: str, options: HttpItems, raise_told: RaiseTold
) -> ListingPages:
    return ListingPages(client, base, options, options.fields, raise_told, "items")


async def item_batches(
    pages: ListingPages, reading: FeedReading
) -> AsyncIterator[FeedBatch]:
    async for page in pages.pages(reading.odd):
        for batch in _parts(page.number, page.rows):
            yield batch


def _parts(number: int, rows: Sequence[Row]) -> list[FeedBatch]:
    return [
        FeedBatch(
            rows=rows[at : at + FEED_ROWS_MAX],
            places=range(at + 1, min(at + FEED_ROWS_MAX, len(rows)) + 1),
            page=number,
        )
        for at in range(0, len(rows), FEED_ROWS_MAX)
    ]


def _newer(one: Scalar, other: Scalar) -> Scalar:
    """The later one of two moments or numbers; a number may be written as text."""
    if one is None or other is None:
        return other if one is None else one
    numbers = number_of(str(one)), number_of(str(other))
    if numbers[0] is not None and numbers[1] is not None:
        return other if numbers[1] > numbers[0] else one
    return other if str(other) > str(one) else one
