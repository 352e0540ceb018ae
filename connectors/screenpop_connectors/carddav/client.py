"""How is a CardDAV server asked, and what if it refuses?"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from typing import NamedTuple

import aiohttp
from yarl import URL

from screenpop.connector import ConnectorContext, SourceTls, TimedOut, Unavailable, told
from screenpop_connectors.carddav.multistatus import Multistatus, multistatus
from screenpop_connectors.carddav.options import CarddavSource

MULTISTATUS = 207
REMEDIES = {
    401: "Check user and password; many servers want an app password.",
    403: "Let the user read this address book.",
    404: "Correct url: it names the address book itself.",
    405: "Correct url: it names the address book itself.",
}


class DavReply(NamedTuple):
    status: int
    body: bytes
    headers: dict[str, str]


class CarddavClient:
    def __init__(self, options: CarddavSource, context: ConnectorContext):
        self._options = options
        self.tls = SourceTls(
            options,
            context.folder,
            source=context.source,
            url=options.url,
        )
        self.url = URL(options.url.rstrip("/") + "/", encoded=True)
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        options = self._options
        self.tls.watch()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=options.connections_max, ssl=self.tls.context or True
            ),
            timeout=aiohttp.ClientTimeout(total=options.timeout_ms / 1000),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._credentials(),
        )

    async def close(self) -> None:
        await self.tls.close()
        if self._session is not None:
            await self._session.close()

    async def multistatus(
        self, method: str, question: bytes, *, depth: int = 0
    ) -> Multistatus:
        """Raises `Unavailable`, `TimedOut`."""
        return await self.understood(
            method, await self.reply(method, question, depth=depth)
        )

    async def understood(self, method: str, reply: DavReply) -> Multistatus:
        """What an answer says, read in a thread. Raises `Unavailable`."""
        if reply.status != MULTISTATUS:
            raise self._refused(method, reply)
        try:
            return await asyncio.to_thread(multistatus, reply.body)
        except ValueError as error:
            raise Unavailable(
                f"{method} {self.url}: the answer cannot be read: {told(error)}. Does"
                " url name an address book of a CardDAV server?",
                brief="failed: its answer cannot be read",
            ) from error

    async def reply(self, method: str, question: bytes, *, depth: int) -> DavReply:
        """Whatever is answered, redirects too: a password follows none."""
        if self._session is None:
            raise RuntimeError("the connector was not opened")
        try:
            async with self._session.request(
                method,
                self.url,
                data=question,
                headers={
                    "Depth": str(depth),
                    "Content-Type": "application/xml; charset=utf-8",
                },
                allow_redirects=False,
            ) as response:
                body = await self._body(method, response)
                place = response.headers.get("Location", "")
                return DavReply(response.status, body, {"Location": place})
        except TimeoutError as error:
            raise TimedOut(
                f"{method} {self.url} did not answer within"
                f" {self._options.timeout_ms} ms. Is the server slow? Then raise"
                " timeout_ms, or lower page_size.",
                brief="did not answer in time",
            ) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unavailable(
                f"{method} {self.url} failed: {self._told(error)}. Is the server"
                " running, is its certificate signed by the authority in ca_file, and"
                " does it ask for a client certificate (client_cert_file)?",
                brief="cannot be reached",
            ) from error

    async def _body(self, method: str, response: aiohttp.ClientResponse) -> bytes:
        body, limit = bytearray(), self._options.response_bytes_max
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > limit:
                raise Unavailable(
                    f"{method} {self.url} answers more than {limit} bytes. Lower"
                    " page_size, or raise response_bytes_max.",
                    brief="failed: its answer is too large",
                )
        return bytes(body)

    def _refused(self, method: str, reply: DavReply) -> Unavailable:
        remedy = REMEDIES.get(reply.status, "Look into the log of the server.")
        if 300 <= reply.status < 400:
            place = told(reply.headers["Location"] or "nowhere")
            remedy = f"It redirects to {place}: write the final address in url."
        return Unavailable(
            f"{method} {self.url} answered {reply.status}. {remedy}",
            brief=f"failed: it answered {reply.status}",
        )

    def _told(self, error: Exception) -> str:
        return told(error, secrets=[self._options.password.get_secret_value()])

    def _credentials(self) -> dict[str, str]:
        if not self._options.user:
            return {}
        pair = f"{self._options.user}:{self._options.password.get_secret_value()}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
