"""How are bytes of a TCP connection read with patience, and no more than that?

`Wire` opens a connection, reads pieces, and finds out when the other side has gone
without saying so: after a silence it is asked something, and must answer.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from screenpop.intake.streams.base import StreamLimits, StreamLost

PIECE_BYTES = 16_384
SECOND_LOOK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a switch listens."""

    host: str
    port: int
    tls: bool = False
    check_certificate: bool = True

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def ssl(self) -> ssl.SSLContext | None:
        if not self.tls:
            return None
        context = ssl.create_default_context()
        if not self.check_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


class Wire:
    """One open connection."""

    def __init__(
        self,
        address: Address,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        limits: StreamLimits,
    ):
        self.address = address
        self.limits = limits
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, address: Address, limits: StreamLimits) -> Wire:
        """Raises `StreamLost`."""
        try:
            async with asyncio.timeout(limits.connect_s):
                reader, writer = await asyncio.open_connection(
                    address.host, address.port, ssl=address.ssl
                )
        except (OSError, TimeoutError) as error:
            why = str(error) or f"no answer in {limits.connect_s:g} s"
            raise StreamLost(f"cannot connect to {address}: {why}") from error
        return cls(address, reader, writer, limits)

    async def read(self, ask: Callable[[], bytes] | None = None) -> bytes:
        """The next bytes. After a silence `ask()` is sent, which must be answered.

        Raises `StreamLost` at the end of the connection, and when nothing comes.
        """
        limits = self.limits
        data = await self._within(limits.answer_s if ask is None else limits.silence_s)
        if data is None and ask is not None:
            await self.write(ask())
            data = await self._within(limits.answer_s)
        if data is None:
            raise StreamLost(f"{self.address} is silent and does not answer")
        if not data:
            raise StreamLost(f"{self.address} closed the connection")
        await asyncio.sleep(0)  # a full buffer must not keep others waiting
        return data

    async def read_to_end(self) -> bytes:
        """The next bytes, none at the end of the connection."""
        data = await self._within(self.limits.answer_s)
        if data is None:
            raise StreamLost(f"{self.address} does not answer")
        return data

    async def _within(self, seconds: float) -> bytes | None:
        """None when nothing came: looked at twice, for we may have slept ourselves."""
        for patience_s in (seconds, SECOND_LOOK_S):
            try:
                async with asyncio.timeout(patience_s):
                    return await self._reader.read(PIECE_BYTES)
            except TimeoutError:
                continue
            except OSError as error:
                raise StreamLost(f"{self.address}: {error}") from error
        return None

    async def write(self, data: bytes) -> None:
        """A failure shows at the next read: what came before it is still read."""
        with suppress(OSError, TimeoutError):
            self._writer.write(data)
            async with asyncio.timeout(self.limits.answer_s):
                await self._writer.drain()

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                await self._writer.wait_closed()
