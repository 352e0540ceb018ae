"""How is an HTTP service asked: with which credentials, at which pace, how often?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import aiohttp
from pydantic import JsonValue
from yarl import URL

from screenpop.connector import (
    ConfigError,
    ConnectorContext,
    Expiry,
    Scalar,
    SourceTls,
    Unavailable,
    checked,
)
from screenpop.connector.deadline import time_left_s
from screenpop_connectors.http_json.answer import parsed, unpacked
from screenpop_connectors.http_json.credentials import Proof, SourceCredentials
from screenpop_connectors.http_json.exchange import HttpReply, HttpRequest
from screenpop_connectors.http_json.failures import HttpFailures, Passing
from screenpop_connectors.http_json.granting import Posted
from screenpop_connectors.http_json.options import HttpSource
from screenpop_connectors.http_json.pace import Pace
from screenpop_connectors.http_json.remedy import Format, what_it_is
from screenpop_connectors.http_json.same_host import followed
from screenpop_connectors.http_json.template import Quotes
from screenpop_connectors.http_json.xml_answer import parsed_apart
from screenpop_connectors.http_json.xml_body import content_type, is_xml, written_xml

REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEEPING_METHOD = frozenset({307, 308})
NOTHING_THERE = frozenset({204, 205})
AGAIN_AFTER_S = 0.1
TOKEN_BYTES_MAX = 65_536
OF_SECRETS = "secret."
"""`{secret.NAME}` stands for a value of `secrets`, in paths, headers and bodies."""
NO_PROOF = Proof({})
ACCEPTED: Mapping[Format, str] = {
    "JSON": "application/json",
    "XML": "application/xml, text/xml, application/soap+xml",
}


class HttpClient:
    def __init__(
        self, options: HttpSource, context: ConnectorContext, answers: Format = "JSON"
    ):
        self.answers = answers
        self._options = options
        self._context = context
        self.credentials = SourceCredentials(options, context, self.post)
        self.tls = SourceTls(
            options,
            context.folder,
            source=context.source,
            url=options.base_url,
        )
        self._pace = Pace(options.pace, context.clock) if options.pace else None
        self.constants: Mapping[str, Scalar] = {
            f"{OF_SECRETS}{name}": value.get_secret_value()
            for name, value in options.secrets.items()
        }
        self.failures = HttpFailures(
            options, context.clock, answers, lambda: self._secrets
        )
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        options = self._options
        self.tls.watch()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=options.connections_max, ssl=self.tls.context or True
            ),
            timeout=aiohttp.ClientTimeout(
                total=options.total_timeout_ms / 1000,
                sock_connect=options.connect_timeout_ms / 1000,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept": ACCEPTED[self.answers]},
        )

    async def close(self) -> None:
        await self.tls.close()
        await self.credentials.close()
        if self._session is not None:
            await self._session.close()

    def expiring(self) -> Sequence[Expiry]:
        return [*self.credentials.expiring(), *self.tls.expiring()]

    @property
    def quotes(self) -> Quotes:
        return self._options.quotes

    def known(self, name: str) -> str:
        """A parameter that can have a value; raises `ConfigError` for another."""
        if not name.startswith(OF_SECRETS):
            return checked(name)
        if name not in self.constants:
            raise ConfigError(
                f"there is no secret `{name.removeprefix(OF_SECRETS)}`. Name it under"
                " the source's `secrets`."
            )
        return name

    @property
    def _secrets(self) -> tuple[str, ...]:
        return (*map(str, self.constants.values()), *self.credentials.secrets)

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
        """Raises `Unavailable`; `Passing` or `TimedOut` for what may pass soon.

        A lookup is tried again after what passes at once, if that fits its deadline.
        """
        tries_left = 0 if request.reading else self._options.retries_max
        while True:
            began_s = asyncio.get_running_loop().time()
            try:
                return await self._authorised(request)
            except Passing as error:
                took_s = asyncio.get_running_loop().time() - began_s
                again = error.at_once and (request.safe or error.unsent)
                if not tries_left or not again:
                    raise
                if time_left_s() < 2 * took_s + AGAIN_AFTER_S:
                    raise
            tries_left -= 1
            await asyncio.sleep(AGAIN_AFTER_S)

    async def _authorised(self, request: HttpRequest) -> HttpReply:
        """With a token that is refused renewed once."""
        credentials = self.credentials
        proof = await credentials.proof()
        with self.failures.explained(request):
            reply = await self._followed(request, proof)
        if reply is None:
            credentials.refused(proof)
            proof = await credentials.proof()
            with self.failures.explained(request):
                reply = await self._followed(request, proof, last=True)
        assert reply is not None
        return reply

    async def status(self, request: HttpRequest) -> int:
        """The status of the answer, whatever it is; raises as `answer`."""
        proof = await self.credentials.proof()
        with self.failures.explained(request):
            async with self._sent(request, proof) as response:
                return response.status

    async def post(
        self,
        url: URL,
        *,
        label: str,
        body: JsonValue = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Posted:
        """Ask for a token: without credentials, without redirects.

        Nothing of the answer gets into an error text. Raises `Unavailable`.
        """
        request = HttpRequest(
            url=url,
            label=label,
            method="POST",
            body=body,
            form=form,
            headers=headers or {},
        )
        with self.failures.explained(request):
            async with self._sent(request, NO_PROOF) as response:
                answer = await self._body(request, response, TOKEN_BYTES_MAX)
                refused = None
                if response.status >= 300:
                    what = what_it_is(response.status, answer)
                    refused = Unavailable(
                        f"{self._where(request)} answered {response.status}{what}, no"
                        " token. Look at the service, or correct the address.",
                        brief="gives no token",
                        retry_after_s=self.failures.retry_after_s(response),
                    )
                return Posted(response.status, answer, refused)

    async def _followed(
        self, request: HttpRequest, proof: Proof, *, last: bool = False
    ) -> HttpReply | None:
        """None: the token is refused, and may be renewed (not with `last`)."""
        for _ in range(self._options.redirects_max + 1):
            if self._pace is not None:
                await self._pace.turn(reading=request.reading)
            async with self._sent(request, proof) as response:
                if response.status == 401 and self.credentials.renews and not last:
                    return None
                if response.status not in REDIRECTS:
                    return await self._answer(request, response)
                request = self._redirected(request, response)
        raise Unavailable(
            f"{self._where(request)} redirects more than"
            f" {self._options.redirects_max} times. Correct base_url or path."
        )

    def _sent(
        self, request: HttpRequest, proof: Proof
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        if self._session is None:
            raise RuntimeError("the connector was not opened")
        document = written_xml(request.body) if is_xml(request.body) else None
        kind = {"Content-Type": content_type(request.body)} if document else {}
        return self._session.request(
            request.method,
            proof.url(request.url),
            headers={**kind, **proof.headers, **request.headers},
            json=None if document else request.body,
            data=document or request.form,
            allow_redirects=False,
        )

    async def _answer(
        self, request: HttpRequest, response: aiohttp.ClientResponse
    ) -> HttpReply:
        if response.status in request.empty_on or response.status in NOTHING_THERE:
            return HttpReply(None, None)
        limit = self._options.response_bytes_max
        body = await self._body(request, response, limit)
        if response.status >= 400:
            raise self.failures.refused(request, response, body)
        if not body.strip(b" \t\r\n\xef\xbb\xbf"):
            return HttpReply(None, None)
        try:
            plain = unpacked(body, limit)
            if self.answers == "XML":
                answer = await parsed_apart(plain, response.charset)
            else:
                answer = parsed(plain, response.charset)
            return HttpReply(answer, _next_link(response))
        except ValueError as error:
            raise Unavailable(
                self.failures.strange(request, response, body),
                brief="failed: its answer cannot be read",
            ) from error

    async def _body(
        self, request: HttpRequest, response: aiohttp.ClientResponse, limit: int
    ) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > limit:
                raise Unavailable(
                    f"{self._where(request)} answers more than {limit} bytes."
                    " Ask for fewer, or raise response_bytes_max.",
                    brief="failed: its answer is too large",
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

    def _where(self, request: HttpRequest) -> str:
        return self.failures.where(request)


def _next_link(response: aiohttp.ClientResponse) -> str | None:
    """`Link: <…>; rel="next"` (RFC 8288)."""
    try:
        link = response.links.get("next")
    except ValueError:
        return None
    return str(link["url"]) if link else None
