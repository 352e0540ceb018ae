"""Which lookups does an HTTP service answer, and how are all its contacts read?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import ClassVar

from yarl import URL

from screenpop.connector import (
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
from screenpop_connectors.http_json.answer import AnswerReading, Expression, compiled
from screenpop_connectors.http_json.client import HttpClient
from screenpop_connectors.http_json.exchange import HttpRequest
from screenpop_connectors.http_json.feed import (
    HttpContactFeed,
    HttpOrderFeed,
    item_batches,
    item_pages,
)
from screenpop_connectors.http_json.options import HttpLookup, HttpSource
from screenpop_connectors.http_json.remedy import Format
from screenpop_connectors.http_json.template import (
    Body,
    Unsuitable,
    body_names,
    filled_body,
    filled_header,
    filled_url,
    parse,
    parse_body,
    path_of,
)

NOTHING_SAID: tuple[object, ...] = (None, False, "", [], {})
REPORTS = "failed: it reports an error"
NAMED = "as `fields` names them, not asked"


class HttpJsonConnector(Connector[HttpSource, HttpLookup]):
    """Any HTTP service that answers JSON: one request per lookup, keep-alive."""

    name = "http_json"
    source_options = HttpSource
    lookup_options: ClassVar[type[HttpLookup]] = HttpLookup
    answers: ClassVar[Format] = "JSON"
    example = """\
sources:
  credit:
    connector: http_json
    base_url: https://credit.example.net/api
    auth: {bearer: "${CREDIT_TOKEN}"}
lookups:
  terms:
    source: credit
    facet: credit_terms
    path: /accounts/{customer.key}?as_of={today}
    select: account
    fields: {limit: credit.limit, used: credit.used, days: terms.net_days}
"""

    def __init__(self, options: HttpSource, context: ConnectorContext):
        super().__init__(options, context)
        self.base = options.base_url.rstrip("/")
        self.client = HttpClient(options, context, self.answers)
        self._error = compiled(options.error, key="error") if options.error else None
        self._busy = compiled(options.busy, key="busy") if options.busy else None
        feed = (self.client, self.base)
        contacts, orders, items = options.contacts, options.orders, options.items
        self._contacts = (
            HttpContactFeed(*feed, contacts, self.raise_told) if contacts else None
        )
        self._orders = HttpOrderFeed(*feed, orders, self.raise_told) if orders else None
        self._items = item_pages(*feed, items, self.raise_told) if items else None

    async def open(self) -> None:
        await self.client.open()

    async def close(self) -> None:
        await self.client.close()

    def lookup(self, name: str, options: HttpLookup) -> HttpJsonLookup:
        return HttpJsonLookup(self, name, options)

    @property
    def at_once_max(self) -> int:
        """One connection each is kept for reading contacts and for reading orders."""
        options = self.options
        feed = options.orders is not None or options.items is not None
        return max(1, options.connections_max - (options.contacts is not None) - feed)

    async def ping(self) -> None:
        every_status = tuple(range(200, 500))
        await self.client.json(
            HttpRequest(url=URL(self.base), label=self.base, empty_on=every_status)
        )

    def expiring(self) -> Sequence[Expiry]:
        return self.client.expiring()

    async def reached(self) -> str:
        status = await self.client.status(
            HttpRequest(url=URL(self.base), label=self.base)
        )
        return f"HTTP status {status} at base_url"

    async def described_reading(self, reading: Reading) -> QueryColumns | None:
        options = self.options
        listings = {
            "contacts": options.contacts,
            "orders": options.orders,
            "items": options.items,
        }
        listing = listings[reading]
        return QueryColumns.of_names(listing.fields, NAMED) if listing else None

    def contacts(self) -> AsyncIterator[ContactRecord] | None:
        return None if self._contacts is None else self._all_contacts(self._contacts)

    @property
    def first_contacts_since(self) -> Scalar:
        return self._contacts.first_since if self._contacts else None

    def contacts_from(self, since: Scalar) -> AsyncIterator[ContactsBatch] | None:
        feed = self._contacts
        return feed.batches(since, self.new_reading()) if feed else None

    @property
    def first_since(self) -> Scalar:
        return self._orders.first_since if self._orders else None

    def orders(
        self, since: Scalar, reading: FeedReading
    ) -> AsyncIterator[FeedBatch] | None:
        return self._orders.batches(since, reading) if self._orders else None

    def items(self, reading: FeedReading) -> AsyncIterator[FeedBatch] | None:
        return item_batches(self._items, reading) if self._items else None

    async def _all_contacts(
        self, feed: HttpContactFeed
    ) -> AsyncIterator[ContactRecord]:
        async for batch in feed.batches(feed.first_since, self.new_reading()):
            for contact in batch.contacts:
                yield contact

    def raise_told(
        self, request: HttpRequest, answer: object, error: Expression | None = None
    ) -> None:
        """Raise `Unavailable` when the answer holds the source's own error."""
        waits = self._found(request, answer, self._busy, "busy")
        if waits not in NOTHING_SAID:
            said = isinstance(waits, int | float) and not isinstance(waits, bool)
            raise self.client.failures.busy(request, float(str(waits)) if said else 1.0)
        reason = self._found(request, answer, error or self._error, "error")
        if reason not in NOTHING_SAID:
            raise self.client.failures.failed(request, reason, REPORTS)

    def _found(
        self,
        request: HttpRequest,
        answer: object,
        expression: Expression | None,
        key: str,
    ) -> object:
        try:
            return expression.search(answer) if expression else None
        except ValueError as error:
            raise self.client.failures.failed(
                request, f"{error} ({key} does not fit the answer)"
            ) from error


class HttpJsonLookup(Lookup):
    def __init__(self, connector: HttpJsonConnector, name: str, options: HttpLookup):
        self._connector = connector
        self._name = name
        self._options = options
        known = connector.client.known
        self._path = path_of(options.path, known, connector.options.quotes)
        self._headers = {n: parse(text, known) for n, text in options.headers.items()}
        self._body: Body = parse_body(options.body, known)
        self._form = {n: parse(t, known) for n, t in (options.form or {}).items()}
        self._reading = AnswerReading(options.select, options.fields)
        self._error = compiled(options.error, key="error") if options.error else None
        self._said = False
        templates = [self._path, *self._headers.values(), *self._form.values()]
        names = body_names(self._body).union(*(t.names for t in templates))
        self.needs = names.difference(connector.client.constants)

    async def described(self) -> QueryColumns | None:
        """A service is not asked without a caller: what `fields` names."""
        fields = self._options.fields
        return QueryColumns.of_names(fields, NAMED) if fields else None

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        log = self._connector.context.log
        try:
            request = self._request(params)
        except Unsuitable as reason:
            log.info("lookup %s was not asked: %s.", self._name, reason)
            return ()
        answer = await self._connector.client.json(request)
        self._connector.raise_told(request, answer, self._error)
        try:
            return self._limited(self._reading.rows(answer))
        except ValueError as error:
            raise self._connector.client.failures.failed(
                request, f"{error} (select or fields do not fit the answer)"
            ) from error

    def _request(self, params: Mapping[str, Scalar]) -> HttpRequest:
        base, asked = self._connector.base, params
        params = {**params, **self._connector.client.constants}
        form = {name: text.filled(params) for name, text in self._form.items()}
        return HttpRequest(
            url=URL(base + filled_url(self._path, params), encoded=True),
            label=base + self._options.path.partition("?")[0],
            method=self._options.method,
            headers={n: filled_header(t, params) for n, t in self._headers.items()},
            body=filled_body(self._body, params),
            form=form or None,
            empty_on=self._options.empty_on,
            params={name: asked[name] for name in self.needs},
            safe=self._options.safe or self._options.method == "GET",
        )

    def _limited(self, rows: Sequence[Row]) -> Sequence[Row]:
        context = self._connector.context
        if len(rows) > context.rows_max and not self._said:
            self._said = True
            context.log.warning(
                "lookup %s found %d rows; those after the first %d are left out."
                " Ask the service for fewer.",
                self._name,
                len(rows),
                context.rows_max,
            )
        return rows[: context.rows_max]
