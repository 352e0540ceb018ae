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
from urllib.parse import urlsplit

from screenpop.connector.base import told
from screenpop.connector.expiry import Expiry

log = logging.getLogger(__name__)

FIRST_AFTER_S = 30.0  # the start has other work
AGAIN_AFTER_S = 86_400.0
FAILED_AGAIN_AFTER_S = 3_600.0
CONNECT_WITHIN_S = 10.0
HTTPS_PORT = 443


class ServerCertificate:
    """Of the service at one https address."""

    def __init__(self, url: str):
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or HTTPS_PORT
        self.expiry: Expiry | None = None

    async def watched(self, context: ssl.SSLContext | None, source: str) -> None:
        """For ever; what was read last stays known while the service is away."""
        after_s = FIRST_AFTER_S
        while True:
            await asyncio.sleep(after_s)
            try:
                await self.look(context)
            except (OSError, TimeoutError) as error:
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

    async def look(self, context: ssl.SSLContext | None) -> None:
        """Raises `OSError` or `TimeoutError` when no connection can be made."""
        trusting = context or await asyncio.to_thread(ssl.create_default_context)
        async with asyncio.timeout(CONNECT_WITHIN_S):
            _, writer = await asyncio.open_connection(
                self._host, self._port, ssl=trusting
            )
            shown = writer.get_extra_info("peercert")
            writer.transport.abort()  # some never answer a close
        since_us, ends_us = (
            ssl.cert_time_to_seconds(shown[each]) * 1_000_000
            for each in ("notBefore", "notAfter")
        )
        what = f"the certificate of the service at {self._host}"
        life_us = ends_us - since_us
        self.expiry = Expiry(what, ends_us, "server_certificate", life_us)
