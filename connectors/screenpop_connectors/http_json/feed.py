"""How are all orders and items of an HTTP service read, and what changed in them?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from screenpop.connector import ConfigError, FeedBatch, FeedReading, Row, Scalar
from screenpop.connector.keys import number_of
from screenpop.connector.orders import CHANGED, FEED_ROWS_MAX
from screenpop_connectors.http_json.client import HttpClient
from screenpop_connectors.http_json.options import HttpItems, HttpOrders
from screenpop_connectors.http_json.paging import ListingPages, RaiseTold

SINCE = "since"


class HttpOrderFeed:
    """Reads `orders`; raises `ConfigError` for options that cannot work.

    A service may give its lines in any order, so a reading goes on only from the
    newest `changed` of a whole one.
    """

    def __init__(
        self, client: HttpClient, base: str, options: HttpOrders, raise_told: RaiseTold
    ):
        self._pages = ListingPages(
            client, base, options, options.fields, raise_told, "orders", _since_only
        )
        self.first_since: Scalar = options.since
        asks = SINCE in self._pages.names
        if asks and options.since is None:
            raise ConfigError(
                "orders: path asks for {since}, and `since` is not given: its value"
                " when all orders are read. Write e.g. `since: 2020-01-01`."
            )
        if options.since is not None and not asks:
            raise ConfigError(
                "orders: since is given, but path has no {since}. Add it to the path,"
                " or remove since."
            )

    async def batches(
        self, since: Scalar, reading: FeedReading
    ) -> AsyncIterator[FeedBatch]:
        params = {} if self.first_since is None else {SINCE: since}
        newest: Scalar = None
        async for page in self._pages.pages(reading.odd, params):
            for row in page.rows:
                newest = _newer(newest, row.get(CHANGED))
            for batch in _parts(page.number, page.rows):
                yield batch
        if self.first_since is not None and newest is not None:
            yield FeedBatch(rows=(), since=newest)


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


def _since_only(name: str) -> str:
    if name != SINCE:
        raise ConfigError(
            f"orders: path asks for {{{name}}}: it is read without a call, and its only"
            " parameter is {since}. Remove the other."
        )
    return name


def _newer(one: Scalar, other: Scalar) -> Scalar:
    """The later one of two moments or numbers; a number may be written as text."""
    if one is None or other is None:
        return other if one is None else one
    numbers = number_of(str(one)), number_of(str(other))
    if numbers[0] is not None and numbers[1] is not None:
        return other if numbers[1] > numbers[0] else one
    return other if str(other) > str(one) else one
