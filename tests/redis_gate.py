"""Stands between a node and Redis: eats answers, cuts, delays, falls silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from screenpop.support.tasks import TaskOwner


class Gate:
    """A proxy of RESP; `eat_answer_to` loses one answer, as a cut cable does."""

    def __init__(self, port: int):
        self._to = port
        self._open: set[asyncio.StreamWriter] = set()
        self._owner = TaskOwner("gate")
        self._eat: bytes | None = None
        self._loses: asyncio.StreamWriter | None = None
        self._shut = False
        self.delay_s = 0.0  # of each piece of an answer
        self.silent = False  # takes connections and commands, and gives no answer
        self.deaf_to: bytes | None = None  # whoever sends that gets no answer
        self.eaten = asyncio.Event()
        self.port = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def eat_answer_to(self, command: bytes) -> None:
        """The next command that holds these bytes reaches Redis, its answer nobody."""
        self._eat = command
        self.eaten.clear()

    def shut(self) -> None:
        """Cut what is open; nothing comes through until `open`."""
        self._shut = True
        for writer in list(self._open):
            writer.close()

    def open(self) -> None:
        self._shut = False

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self._shut:
            writer.close()
            return
        behind, server = await asyncio.open_connection("127.0.0.1", self._to)
        self._open.add(writer)
        back = self._owner.spawn(self._back(behind, writer), name="from Redis")
        deaf = False
        try:
            while data := await reader.read(1 << 20):
                if self._eat is not None and self._eat in data:
                    self._eat, self._loses = None, writer
                if self.deaf_to is not None and self.deaf_to in data:
                    deaf = True
                if deaf:
                    continue
                server.write(data)
                await server.drain()
        except OSError:
            pass
        finally:
            self._open.discard(writer)
            writer.close()
            server.close()
            await asyncio.gather(back, return_exceptions=True)

    async def _back(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while data := await reader.read(1 << 20):
                if self._loses is writer:  # Redis did it, and this is its answer
                    self._loses = None
                    self.eaten.set()
                    return
                await asyncio.sleep(self.delay_s)
                if self.silent:
                    continue
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def close(self) -> None:
        self.shut()
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
