"""One data source as its YAML makes it, for tests of connectors' keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from key_effects import NUMBER, loaded

from screenpop.connector import ContactRecord, Row, Scalar
from screenpop.connector.registry import Registry
from screenpop.lookup.sources import AnyConnector, make_sources
from screenpop.support.clock import FakeClock

Keys = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Source:
    """One source as its YAML makes it."""

    def __init__(self, connector: AnyConnector, lookup: Any, clock: FakeClock):
        self.connector = connector
        self.clock = clock
        self._lookup = lookup

    async def ask(self, **params: Scalar) -> list[Row]:
        given = {name.replace("__", "."): value for name, value in params.items()}
        return list(await self._lookup.fetch(given or {"number": NUMBER}))

    async def people(self) -> list[ContactRecord]:
        found = self.connector.contacts()
        assert found is not None
        return [each async for each in found]


@asynccontextmanager
async def opened(
    folder: Path, source: Keys, lookup: Keys | None = None
) -> AsyncIterator[Source]:
    asked = {"source": "crm", "facet": "balance", "kind": "rows", **(lookup or {})}
    config: Keys = {"sources": {"crm": source}}
    if lookup is not None:
        config["lookups"] = {"who": asked}
    clock = FakeClock()
    found = loaded(folder, **config)
    sources = make_sources(found.config, folder, Registry().find, clock)
    await sources.open()
    one = sources.plan.lookups["who"].lookup if lookup is not None else None
    try:
        yield Source(sources.connectors["crm"], one, clock)
    finally:
        await sources.close()


@asynccontextmanager
async def silent() -> AsyncIterator[int]:
    """A port at which nothing ever answers."""
    kept: list[asyncio.StreamWriter] = []

    async def keep(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept.append(writer)
        await asyncio.Event().wait()

    server = await asyncio.start_server(keep, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        for writer in kept:
            writer.close()
        server.close()


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
