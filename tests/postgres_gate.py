"""Stands between the service and a real PostgreSQL, and answers in its place.

While it is shut every new connection gets one error with an SQLSTATE, as the server
sends it before it lets anybody in; those that are open get the error and are cut.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from screenpop.support.tasks import TaskOwner

SSL_REQUEST = 80877103
TEXTS = {
    "57P03": "the database system is starting up",
    "53300": "sorry, too many clients already",
    "57P01": "terminating connection due to administrator command",
    "28P01": 'password authentication failed for user "screenpop"',
    "28000": "no pg_hba.conf entry",
    "3D000": 'database "screenpop" does not exist',
    "08006": "connection failure",
    "58030": "could not read block",
    "XX000": "something that nobody has heard of",
}


def error_response(sqlstate: str) -> bytes:
    """`ErrorResponse` of the protocol, version 3."""
    text = TEXTS.get(sqlstate, "an error")
    fields = b"".join(
        code + value.encode() + b"\0"
        for code, value in (
            (b"S", "FATAL"),
            (b"V", "FATAL"),
            (b"C", sqlstate),
            (b"M", text),
        )
    )
    return b"E" + struct.pack("!i", len(fields) + 5) + fields + b"\0"


class Gate:
    """A proxy; `shut` and `open` change how it treats connections."""

    def __init__(self, port: int):
        self._to = port
        self._error: bytes | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._owner = TaskOwner("gate")
        self.port = 0
        self.refused = 0

    @property
    def url(self) -> str:
        return f"postgresql+asyncpg://screenpop@127.0.0.1:{self.port}/postgres"

    def shut(self, sqlstate: str) -> None:
        self._error = error_response(sqlstate)
        for writer in self._open:
            writer.write(self._error)
            writer.close()

    def open(self) -> None:
        self._error = None

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        startup = await _startup(reader)
        if struct.unpack("!i", startup[4:8])[0] == SSL_REQUEST:
            writer.write(b"N")
            startup = await _startup(reader)
        if self._error is not None:
            self.refused += 1
            writer.write(self._error)
            await writer.drain()
            return
        behind, server = await asyncio.open_connection("127.0.0.1", self._to)
        server.write(startup)
        self._open.add(writer)
        back = self._owner.spawn(_copy(behind, writer), name="from the server")
        try:
            await _copy(reader, server)
        finally:
            self._open.discard(writer)
            server.close()
            await asyncio.gather(back, return_exceptions=True)

    async def close(self) -> None:
        for writer in list(self._open):
            writer.close()
        await self._owner.close()


@asynccontextmanager
async def gate_before(port: int) -> AsyncIterator[Gate]:
    gate = Gate(port)
    server = await asyncio.start_server(gate.serve, "127.0.0.1", 0)
    gate.port = server.sockets[0].getsockname()[1]
    try:
        yield gate
    finally:
        server.close()
        await gate.close()


async def _startup(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(4)
    return head + await reader.readexactly(struct.unpack("!i", head)[0] - 4)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
