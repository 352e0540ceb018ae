"""How is a long list of a service read, page by page?

The end is what services make of it: an empty page, no link or cursor to a next one,
or a page behind the first that is not there (404, 400 and their kin). A service that
asks to wait (`Retry-After`) is waited for, and the reading goes on at that page.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from pydantic import JsonValue
from yarl import URL

from screenpop.connector import (
    OddItems,
    Row,
    Scalar,
    TimedOut,
    Unavailable,
    checked,
)
from screenpop.support.text import sound
from screenpop_connectors.http_json.answer import (
    AnswerReading,
    compiled,
    members_of,
    nothing_there,
)
from screenpop_connectors.http_json.body_place import IN_BODY, with_value
from screenpop_connectors.http_json.client import OF_SECRETS, HttpClient
from screenpop_connectors.http_json.exchange import HttpReply, HttpRequest
from screenpop_connectors.http_json.failures import Passing
from screenpop_connectors.http_json.options import HttpListing
from screenpop_connectors.http_json.same_host import followed
from screenpop_connectors.http_json.template import (
    Body,
    body_names,
    filled_body,
    filled_header,
    filled_url,
    parse,
    parse_body,
    path_of,
)

PAGE = "page"
"""`{page}` in a path or body is counted as `page_start` and `page_step` say."""
CURSOR = "cursor"
"""`{cursor}` is what `next` found on the page before; empty for the first page."""

NO_SUCH_PAGE = (400, 404, 410, 416)
"""What services answer to a page behind their last one."""

REPEATED = (
    "is the same as the page before; page_param or next_param may be a name that the"
    " service does not know"
)
CIRCLE = "names itself, or a page before it, as the next one; later pages are not read"

FIRST_RETRY_S = 1.0  # after a passing failure; doubled each time
RETRY_MAX_S = 60.0

NOTHING: Mapping[str, Scalar] = MappingProxyType({})
RaiseTold = Callable[[HttpRequest, object], None]


class _PageAddress(NamedTuple):
    """Where a page is asked for."""

    url: URL
    body: JsonValue = None

    @property
    def mark(self) -> str:
        return f"{self.url} {json.dumps(self.body)}"


class Page(NamedTuple):
    number: int  # from 1
    rows: Sequence[Row]


class ListingPages:
    """All customers, orders or items of a service as rows."""

    def __init__(
        self,
        client: HttpClient,
        base: str,
        options: HttpListing,
        fields: Mapping[str, str],
        raise_told: RaiseTold,
        key: str = "contacts",
        known: Callable[[str], str] = checked,
    ):
        """`raise_told` raises the error that an answer itself holds.

        `key` is that of the options in the configuration; `known` raises `ConfigError`
        for a parameter of the path that cannot exist.
        """
        self.options = options
        self._key = key
        self._client = client
        self._base = base
        self._raise_told = raise_told
        self._reading = AnswerReading(options.select, fields, key=f"{key}.")
        self._next = compiled(options.next, key=f"{key}.next") if options.next else None

        def known_here(name: str) -> str:
            if name in (PAGE, CURSOR):
                return name
            return client.known(name) if name.startswith(OF_SECRETS) else known(name)

        self._path = path_of(options.path, known_here, client.quotes)
        self._headers = {n: parse(t, known_here) for n, t in options.headers.items()}
        self._body: Body = parse_body(options.body, known_here)
        in_headers = (text.names for text in self._headers.values())
        names = (self._path.names | body_names(self._body)).union(*in_headers)
        self._counts = options.page_param is not None or PAGE in names
        self._takes_cursor = CURSOR in names
        self.names = names.difference({PAGE, CURSOR}, client.constants)
        filled_url(self._path, dict.fromkeys(names))

    async def pages(
        self, odd: OddItems, params: Mapping[str, Scalar] = NOTHING
    ) -> AsyncIterator[Page]:
        """The pages that hold rows; raises `Unavailable`."""
        start = self._place(params, 0)
        place, before, asked = start, list[Row](), set[str]()
        for number in range(self.options.pages_max):
            if self._counts:
                place = self._place(params, number)
            asked.add(place.mark)
            request = self._request(place, params, number)
            answer = await self._page(request, number)
            if not number and self._lacks_select(answer.value):
                raise self._without_select(request, answer)
            rows = list(self._rows(request, answer, odd, number + 1))
            if not rows:
                return
            if rows == before:  # some services repeat their last page
                if number == 1:
                    odd.add("page 2", None, REPEATED)
                return
            yield Page(number + 1, rows)
            before = rows
            if self._counts:
                continue
            target = self._following(request, start, answer, params)
            if target is None:
                return
            if target.mark in asked:
                odd.add(f"page {number + 1}", None, CIRCLE)
                return
            place = target
        self.cut_off("pages_max", self.options.pages_max)

    def _lacks_select(self, answer: object) -> bool:
        of_xml = self._client.answers == "XML"
        return self._reading.lacks_select(answer, of_xml=of_xml)

    def _place(
        self, params: Mapping[str, Scalar], number: int, cursor: str | int = ""
    ) -> _PageAddress:
        """The page of this number, from 0; the first one where pages are linked."""
        options = self.options
        page = options.page_start + number * options.page_step
        values = {**self._client.constants, **params, PAGE: page, CURSOR: cursor}
        url = URL(self._base + filled_url(self._path, values), encoded=True)
        place = _PageAddress(url, filled_body(self._body, values))
        if options.page_param is None:
            return place
        return _set(place, options.page_param, page)

    def _request(
        self, place: _PageAddress, params: Mapping[str, Scalar], number: int
    ) -> HttpRequest:
        values = {**self._client.constants, **params}
        return HttpRequest(
            url=place.url,
            label=self._base + self.options.path.partition("?")[0],
            method=self.options.method,
            headers={n: filled_header(t, values) for n, t in self._headers.items()},
            body=place.body,
            empty_on=NO_SUCH_PAGE if number else (),
            reading=True,
        )

    def _without_select(self, request: HttpRequest, answer: HttpReply) -> Unavailable:
        return self._client.failures.failed(
            request,
            f"{members_of(answer.value)}, without what {self._key}.select"
            f" ({self.options.select}) names. Correct {self._key}.select",
        )

    async def _page(self, request: HttpRequest, number: int) -> HttpReply:
        """One page; asked again as long as the failure may pass."""
        if number and self.options.pace_ms:
            await asyncio.sleep(self.options.pace_ms / 1000)
        for tried in range(self.options.retries_max + 1):
            try:
                answer = await self._client.answer(request)
                self._raise_told(request, answer.value)
                return answer
            except (Passing, TimedOut) as error:
                wait_s = self._wait_s(error, number, tried)
                if wait_s is None:
                    raise
                self._client.log.info(
                    "source %s: its %s go on at page %d in %.0f s: %s",
                    self._client.source,
                    self._key,
                    number + 1,
                    wait_s,
                    error,
                )
                await asyncio.sleep(wait_s)
        raise AssertionError("the last try raises or returns")

    def _wait_s(self, error: Unavailable, number: int, tried: int) -> float | None:
        """How long to wait before the page is asked for again; None: give up."""
        if tried == self.options.retries_max:
            return None
        asked_s = error.retry_after_s
        if asked_s is not None:
            within = asked_s <= self.options.retry_after_max_s
            return max(asked_s, FIRST_RETRY_S / 10) if within else None
        if not number:  # nothing was read that would be lost
            return None
        return min(FIRST_RETRY_S * float(2**tried), RETRY_MAX_S)

    def _rows(
        self, request: HttpRequest, answer: HttpReply, odd: OddItems, page: int
    ) -> Sequence[Row]:
        try:
            return self._reading.rows(
                answer.value,
                lambda row, name, why: odd.add(f"page {page}, row {row}", name, why),
            )
        except ValueError as error:
            raise self._client.failures.failed(
                request, f"{error} ({self._key}.select or fields do not fit the answer)"
            ) from error

    def _following(
        self,
        request: HttpRequest,
        start: _PageAddress,
        answer: HttpReply,
        params: Mapping[str, Scalar],
    ) -> _PageAddress | None:
        """Where the next page is; None: there is none."""
        if self._next is None:
            return self._linked(request, answer.link) if answer.link else None
        try:
            found = self._next.search(answer.value)
        except ValueError as error:
            if nothing_there(error):
                return None  # the last page: there is nothing to join
            raise self._client.failures.failed(
                request, f"{error} ({self._key}.next does not fit the answer)"
            ) from error
        if found in (None, False, "", [], {}):
            return None
        if self._takes_cursor:
            return self._place(params, 0, self._cursor(found))
        if self.options.next_param is not None:
            return _set(start, self.options.next_param, self._cursor(found))
        if not isinstance(found, str) or not _is_link(found):
            raise self._client.failures.failed(
                request,
                f"a cursor, not a link, under {self._key}.next. Name the query"
                f" parameter that takes it under {self._key}.next_param",
            )
        return self._linked(request, found)

    def _cursor(self, found: object) -> str | int:
        if isinstance(found, bool) or not isinstance(found, str | int | float):
            raise Unavailable(
                f"{self._key}.next finds no cursor but a list, an object or true. Let"
                " it name the cursor itself."
            )
        return found if isinstance(found, int) else sound(str(found))

    def _linked(self, request: HttpRequest, link: str) -> _PageAddress:
        try:
            target = request.url.join(URL(link))
        except ValueError as error:
            what = f"a next page that is not an address: {error}"
            raise self._client.failures.failed(request, what) from error
        place = followed(request.url, target)
        if place is None:
            raise self._client.failures.failed(
                request, f"a next page on another host, {target.host}"
            )
        return _PageAddress(place, request.body)

    def cut_off(self, key: str, limit: int) -> None:
        self._client.log.warning(
            "source %s: %s end at %s = %d; the rest is left out. Raise it.",
            self._client.source,
            self._key,
            f"{self._key}.{key}",
            limit,
        )


def _set(place: _PageAddress, name: str, value: str | int) -> _PageAddress:
    """A value in the query, or in the body where the name says so."""
    if name.startswith(IN_BODY):
        in_body = name.removeprefix(IN_BODY)
        return place._replace(body=with_value(place.body, in_body, value))
    return place._replace(url=place.url.update_query({name: value}))


def _is_link(text: str) -> bool:
    """`https://…`, `/people?after=7`, `?page=2`, `People?$skiptoken=7`."""
    return "/" in text or "?" in text
