"""How is a JSON service asked, and what if it answers something else?"""

from __future__ import annotations

import logging
import math
import ssl
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import aiohttp
from pydantic import JsonValue
from yarl import URL

from screenpop.connector import (
    ConfigError,
    ConnectorContext,
    Scalar,
    TimedOut,
    Unavailable,
    told,
)
from screenpop_connectors.http_json.answer import parsed
from screenpop_connectors.http_json.options import HttpSource

EXCERPT_CHARS = 80
REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEEPING_METHOD = frozenset({307, 308})
NOTHING_THERE = frozenset({204, 205})
PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""


class Passing(Unavailable):
    """A failure that may pass soon: the same request may be sent again."""


class HttpReply(NamedTuple):
    """`value` is None where nothing is there; `link` names the next page."""

    value: object
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """`label` stands for the URL in error texts: it holds no caller's number."""

    url: URL
    label: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: JsonValue = None
    form: Mapping[str, str] | None = None
    empty_on: tuple[int, ...] = ()
    params: Mapping[str, Scalar] = field(default_factory=dict)  # hidden in errors


class HttpClient:
    def __init__(self, options: HttpSource, context: ConnectorContext):
        self._options = options
        self._context = context
        self._headers, self._secrets = _credentials(options)
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Raises `ConfigError` when the certificates cannot be read."""
        options = self._options
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=options.connections_max, ssl=self._tls() or True
            ),
            timeout=aiohttp.ClientTimeout(
                total=options.total_timeout_ms / 1000,
                sock_connect=options.connect_timeout_ms / 1000,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept": "application/json", **self._headers},
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    @property
    def log(self) -> logging.Logger:
        return self._context.log

    @property
    def source(self) -> str:
        return self._context.source

    async def json(self, request: HttpRequest) -> object:
        """What the answer holds; None where it means: nothing there.

        Raises `Unavailable`, `TimedOut`.
        """
        return (await self.answer(request)).value

    async def answer(self, request: HttpRequest) -> HttpReply:
        """Raises `Unavailable`; `Passing` or `TimedOut` for what may pass soon."""
        with self._explained(request):
            return await self._followed(request)

    async def status(self, request: HttpRequest) -> int:
        """The status of the answer, whatever it is; raises as `answer`."""
        with self._explained(request):
            async with self._sent(request) as response:
                return response.status

    @contextmanager
    def _explained(self, request: HttpRequest) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise TimedOut(
                f"{self._where(request)} did not answer in time"
                f" (connect {self._options.connect_timeout_ms} ms, total"
                f" {self._options.total_timeout_ms} ms). Is the service slow or down?",
                brief="did not answer in time",
            ) from error
        except (aiohttp.ClientError, ValueError) as error:
            raise Passing(
                f"{self._where(request)} failed: {self._cause(error, request)}."
                f" {_remedy(error, request.url)}",
                brief="cannot be reached",
            ) from error

    async def _followed(self, request: HttpRequest) -> HttpReply:
        for _ in range(self._options.redirects_max + 1):
            async with self._sent(request) as response:
                if response.status not in REDIRECTS:
                    return await self._answer(request, response)
                request = self._redirected(request, response)
        raise Unavailable(
            f"{self._where(request)} redirects more than"
            f" {self._options.redirects_max} times. Correct base_url or path."
        )

    def _sent(
        self, request: HttpRequest
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        if self._session is None:
            raise RuntimeError("the connector was not opened")
        return self._session.request(
            request.method,
            request.url,
            headers=request.headers,
            json=request.body,
            data=request.form,
            allow_redirects=False,
        )

    async def _answer(
        self, request: HttpRequest, response: aiohttp.ClientResponse
    ) -> HttpReply:
        if response.status in request.empty_on or response.status in NOTHING_THERE:
            return HttpReply(None, None)
        body = await self._body(request, response)
        if response.status >= 400:
            raise self._refused(request, response, body)
        if not body.strip(b" \t\r\n\xef\xbb\xbf"):
            return HttpReply(None, None)
        try:
            return HttpReply(parsed(body), _next_link(response))
        except ValueError as error:
            raise Unavailable(
                self._strange(request, response, body),
                brief="failed: its answer cannot be read",
            ) from error

    async def _body(
        self, request: HttpRequest, response: aiohttp.ClientResponse
    ) -> bytes:
        limit = self._options.response_bytes_max
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > limit:
                raise Unavailable(
                    f"{self._where(request)} answers more than {limit} bytes."
                    " Ask for fewer, or raise response_bytes_max."
                )
        return bytes(body)

    def _redirected(
        self, request: HttpRequest, response: aiohttp.ClientResponse
    ) -> HttpRequest:
        """The request once more, if the new place is on the same host."""
        location = URL(response.headers.get("Location", ""))
        target = request.url.join(location)
        place = followed(request.url, target)
        if place is None:
            raise Unavailable(
                f"{self._where(request)} redirects to {target.scheme}://{target.host}:"
                " another host is never followed. Set base_url to it if it is right."
            )
        if request.method == "GET" or response.status in KEEPING_METHOD:
            return replace(request, url=place)
        raise Unavailable(
            f"{self._where(request)} redirects a POST with status {response.status}."
            " Set base_url and path to the final address."
        )

    def _refused(
        self, request: HttpRequest, response: aiohttp.ClientResponse, body: bytes
    ) -> Unavailable:
        text = self._strange(request, response, body)
        brief = f"failed: it answered {response.status}"
        if response.status not in PASSING:
            return Unavailable(text, brief=brief)
        after_s = _retry_after_s(response, self._context.clock.now_us() / 1e6)
        if after_s is not None:
            brief = "asked to be asked less"
        return Passing(text, brief=brief, retry_after_s=after_s)

    def _strange(
        self, request: HttpRequest, response: aiohttp.ClientResponse, body: bytes
    ) -> str:
        excerpt = " ".join(body[:1000].decode(errors="replace").split())
        shown = self._told(excerpt[:EXCERPT_CHARS], request) if excerpt else "nothing"
        kind = (
            response.content_type if "Content-Type" in response.headers else "no type"
        )
        remedy = {
            401: "Check the credentials under auth.",
            403: "Check the credentials under auth and the rights of their user.",
            404: "Check base_url and path.",
            429: "It asks to be asked less: lower concurrency, raise cache_s; set"
            " contacts.pace_ms where its customers are read.",
        }.get(response.status, "Look at the service, or try the address by hand.")
        what = ", no JSON" if response.status < 300 else ""
        return (
            f"{self._where(request)} answered {response.status} ({kind}){what}:"
            f" {shown}. {remedy}"
        )

    def failed(self, request: HttpRequest, reason: object) -> Unavailable:
        """The service answered, but says or holds something that cannot be used."""
        return Unavailable(
            f"{self._where(request)} answered: {self._told(str(reason), request)}."
        )

    def _cause(self, error: Exception, request: HttpRequest) -> str:
        reason = self._told(error, request)
        if not _is_of_tls(error, request.url):
            return reason
        return f"no TLS connection can be made ({reason})"

    def _told(self, error: Exception | str, request: HttpRequest) -> str:
        return told(error, params=request.params, secrets=self._secrets)

    def _where(self, request: HttpRequest) -> str:
        return f"{request.method} {request.label}"

    def _tls(self) -> ssl.SSLContext | None:
        if self._options.ca_file is None:
            return None
        path = self._context.folder / self._options.ca_file
        try:
            return ssl.create_default_context(cafile=path)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                f"ca_file: cannot use {path}:"
                f" {told(error)}. Give a PEM file with the certificates to trust."
            ) from error


def _is_of_tls(error: Exception, url: URL) -> bool:
    """Did the handshake fail, behind a connection that could be made?

    A server without TLS answers it with a text, or closes the connection: then the
    error has no number of the system, or says that the connection was reset.
    """
    if url.scheme != "https" or not isinstance(error, aiohttp.ClientConnectorError):
        return False
    cause = error.os_error
    reset = isinstance(cause, ConnectionResetError | ConnectionAbortedError)
    return isinstance(cause, ssl.SSLError) or reset or cause.errno is None


def _remedy(error: Exception, url: URL) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "Name the certificate to trust under ca_file, or correct base_url."
    if _is_of_tls(error, url):
        return (
            "Does this port speak TLS? Write http:// in base_url for a service that"
            " speaks plain HTTP, or correct the port."
        )
    cut_off = (aiohttp.ServerDisconnectedError, aiohttp.ClientResponseError)
    if url.scheme == "http" and isinstance(error, cut_off):
        return "Does this port expect TLS? Write https:// in base_url if it does."
    return "Is the service running, and may this machine reach it?"


def followed(old: URL, new: URL) -> URL | None:
    """Where to go on, if the new address is on the same host; None: another place.

    From http to https is the same host. From https to http, as services behind a
    proxy write their own address, goes on over https: nothing is sent in clear.
    """
    if _host(old) != _host(new) or new.scheme not in ("http", "https"):
        return None
    plain = new.with_user(None).with_fragment(None)
    if old.scheme == new.scheme:
        return plain if old.port == new.port else None
    if new.scheme == "https":
        return plain if new.port in (443, old.port) or old.port != 80 else None
    if new.port in (80, old.port):
        return plain.with_scheme("https").with_port(old.port)
    return None


def _host(url: URL) -> str:
    return (url.host or "").lower().rstrip(".")


def _next_link(response: aiohttp.ClientResponse) -> str | None:
    """`Link: <…>; rel="next"` (RFC 8288)."""
    try:
        link = response.links.get("next")
    except ValueError:
        return None
    return str(link["url"]) if link else None


def _retry_after_s(response: aiohttp.ClientResponse, now_s: float) -> float | None:
    """`Retry-After` in seconds or as a date, by the clock of who sent it."""
    text = response.headers.get("Retry-After", "").strip()
    if not text:
        return None
    try:
        return max(0.0, float(text)) if math.isfinite(float(text)) else None
    except ValueError:
        until_s = _moment_s(text)
    if until_s is None:
        return None
    sent_s = _moment_s(response.headers.get("Date", ""))
    return max(0.0, until_s - (now_s if sent_s is None else sent_s))


def _moment_s(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None


def _credentials(options: HttpSource) -> tuple[dict[str, str], tuple[str, ...]]:
    """Headers for every request, and what must not appear in an error text."""
    headers = {
        name: value.get_secret_value() for name, value in options.headers.items()
    }
    secrets: list[str] = list(headers.values())
    auth = options.auth
    if auth and auth.bearer:
        headers["Authorization"] = f"Bearer {auth.bearer.get_secret_value()}"
        secrets.append(auth.bearer.get_secret_value())
    if auth and auth.username and auth.password:
        password = auth.password.get_secret_value()
        basic = b64encode(f"{auth.username}:{password}".encode()).decode()
        headers["Authorization"] = f"Basic {basic}"
        secrets += [password, basic]
    if auth and auth.header and auth.value:
        headers[auth.header] = auth.value.get_secret_value()
        secrets.append(auth.value.get_secret_value())
    return headers, _checked(headers, secrets)


def _checked(headers: Mapping[str, str], secrets: Iterable[str]) -> tuple[str, ...]:
    for name, value in headers.items():
        if not name.isascii() or any(c in "\r\n\0" for c in name + value):
            raise ConfigError(
                f"header {name!r} holds a line end. Is there one at the end of the"
                " secret's file? Remove it."
            )
    return tuple(secrets)
