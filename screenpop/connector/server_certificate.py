"""When does the certificate end that a service itself shows?

Read once a day by a connection that asks for nothing: lookups never wait for it. A
certificate that is not trusted, or has ended, fails each lookup with its own sentence;
here only the end of a valid one is read.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from screenpop.connector.base import told
from screenpop.connector.expiry import Expiry
from screenpop.support.tasks import TaskOwner

log = logging.getLogger(__name__)

FIRST_AFTER_S = 30.0  # the start has other work
AGAIN_AFTER_S = 86_400.0
FAILED_AGAIN_AFTER_S = 3_600.0
CONNECT_WITHIN_S = 10.0
HTTPS_PORT = 443

StartTls = Callable[[StreamReader, StreamWriter], Awaitable[None]]
"""Agrees with the service that TLS begins now. Raises `OSError` or `EOFError`."""


class ServerCertificate:
    """Of the service at one address; with `start_tls` TLS begins within a connection.

    `context` says whom to trust, or `ca_file` does, else the system.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        context: ssl.SSLContext | None = None,
        ca_file: Path | None = None,
        check_hostname: bool = True,
        start_tls: StartTls | None = None,
    ):
        self._host, self._port = host, port
        self._context, self._ca_file = context, ca_file
        self._check_hostname = check_hostname
        self._start_tls = start_tls
        self.expiry: Expiry | None = None

    async def watched(self, source: str) -> None:
        """For ever; what was read last stays known while the service is away."""
        after_s = FIRST_AFTER_S
        while True:
            await asyncio.sleep(after_s)
            try:
                await self.look()
            except (OSError, EOFError, TimeoutError) as error:
                after_s = FAILED_AGAIN_AFTER_S
                log.info(
                    "source %s: the certificate of %s cannot be read: %s",
                    source,
                    self._host,
                    told(error),
                )
            else:
                after_s = AGAIN_AFTER_S if self._lasts() else FAILED_AGAIN_AFTER_S

    def _lasts(self) -> bool:
        """For two days and more: later, a renewed one is seen within the hour."""
        if self.expiry is None:
            return False
        return self.expiry.at_us > (time.time() + 2 * AGAIN_AFTER_S) * 1_000_000

    async def look(self) -> None:
        """Raises `OSError`, `EOFError` or `TimeoutError` without a connection."""
        trusting = self._context
        if trusting is None:
            trusting = await asyncio.to_thread(self._trusting)
        async with asyncio.timeout(CONNECT_WITHIN_S):
            begun = None if self._start_tls is not None else trusting
            reader, writer = await asyncio.open_connection(
                self._host, self._port, ssl=begun
            )
            try:
                if self._start_tls is not None:
                    await self._start_tls(reader, writer)
                    await writer.start_tls(trusting, server_hostname=self._host)
                shown = writer.get_extra_info("peercert")
            finally:
                writer.transport.abort()  # some never answer a close
        since_us, ends_us = (
            ssl.cert_time_to_seconds(shown[each]) * 1_000_000
            for each in ("notBefore", "notAfter")
        )
        what = f"the certificate of the service at {self._host}"
        life_us = ends_us - since_us
        self.expiry = Expiry(what, ends_us, "server_certificate", life_us)

    def _trusting(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._ca_file)
        context.check_hostname = self._check_hostname
        return context


def of_https(url: str, context: ssl.SSLContext | None) -> ServerCertificate:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or HTTPS_PORT
    return ServerCertificate(host, port, context=context)


class CertificateWatch:
    """Looks at a service's certificate as long as its source is open; None: at none."""

    def __init__(self, certificate: ServerCertificate | None, source: str):
        self.certificate = certificate
        self._source = source
        self._tasks = TaskOwner(f"server certificate of {source}")

    def begin(self) -> None:
        if self.certificate is not None:
            self._tasks.keep_running(
                partial(self.certificate.watched, self._source),
                name=f"server certificate of {self._source}",
            )

    async def close(self) -> None:
        await self._tasks.close()

    def expiring(self) -> list[Expiry]:
        expiry = self.certificate.expiry if self.certificate is not None else None
        return [] if expiry is None else [expiry]
