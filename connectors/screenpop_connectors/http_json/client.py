"""How is a JSON service asked, and what if it answers something else?"""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
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

    async def json(self, request: Request) -> object:
        """The answer; None for a status that means: nothing there.

        Raises `Unavailable`, `TimedOut`.
        """
        try:
            return await self._json(request)
        except TimeoutError as error:
            raise TimedOut(
                f"{self._where(request)} did not answer in time"
                f" (connect {self._options.connect_timeout_ms} ms, total"
                f" {self._options.total_timeout_ms} ms). Is the service slow or down?",
                brief="did not answer in time",
            ) from error
        except (aiohttp.ClientError, ValueError) as error:
            raise Unavailable(
                f"{self._where(request)} failed: {self._told(error, request)}."
                " Is the service running, and may this machine reach it?",
                brief="cannot be reached",
            ) from error

    async def _json(self, request: Request) -> object:
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
        self, request: Request
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
        self, request: Request, response: aiohttp.ClientResponse
    ) -> object:
        if response.status in request.empty_on:
            return None
        body = await self._body(request, response)
        if response.status >= 400 or not body.strip():
            raise Unavailable(
                self._strange(request, response, body),
                brief=f"failed: it answered {response.status}",
            )
        try:
            return parsed(body)
        except ValueError as error:
            raise Unavailable(
                self._strange(request, response, body),
                brief="failed: its answer cannot be read",
            ) from error

    async def _body(self, request: Request, response: aiohttp.ClientResponse) -> bytes:
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
        self, request: Request, response: aiohttp.ClientResponse
    ) -> Request:
        """The request once more, if the new place is on the same host."""
        target = request.url.join(URL(response.headers.get("Location", "")))
        if not same_place(request.url, target):
            raise Unavailable(
                f"{self._where(request)} redirects to {target.scheme}://{target.host}:"
                " another host is never followed. Set base_url to it if it is right."
            )
        if request.method == "GET" or response.status in KEEPING_METHOD:
            return replace(request, url=target)
        raise Unavailable(
            f"{self._where(request)} redirects a POST with status {response.status}."
            " Set base_url and path to the final address."
        )

    def _strange(
        self, request: Request, response: aiohttp.ClientResponse, body: bytes
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
            429: "It asks to be asked less: lower concurrency, raise cache_s.",
        }.get(response.status, "Look at the service, or try the address by hand.")
        what = ", no JSON" if response.status < 300 else ""
        return (
            f"{self._where(request)} answered {response.status} ({kind}){what}:"
            f" {shown}. {remedy}"
        )

    def failed(self, request: Request, reason: object) -> Unavailable:
        """The service answered, but says or holds something that cannot be used."""
        return Unavailable(
            f"{self._where(request)} answered: {self._told(str(reason), request)}."
        )

    def _told(self, error: Exception | str, request: Request) -> str:
        return told(error, params=request.params, secrets=self._secrets)

    def _where(self, request: Request) -> str:
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


def same_place(old: URL, new: URL) -> bool:
    """The same host and port; from http to https on its usual port is the same too."""
    if (old.scheme, old.host, old.port) == (new.scheme, new.host, new.port):
        return True
    upgraded = (old.scheme, new.scheme) == ("http", "https")
    return upgraded and old.host == new.host and new.port == 443


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
