"""How does a node come up from a checked file, and go down?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from screenpop.config.load import Loaded
from screenpop.journal.base import Journal
from screenpop.lookup.sources import FindConnector
from screenpop.node.build import build
from screenpop.node.node import Service
from screenpop.support.clock import Clock, SystemClock


@asynccontextmanager
async def running(
    loaded: Loaded,
    *,
    clock: Clock | None = None,
    find: FindConnector | None = None,
    journal: Journal | None = None,
) -> AsyncIterator[Service]:
    """One node, from listening to gone.

    `journal` is used in place of the configured one.
    Raises `ConfigError` or `Unavailable` for what cannot work; nothing is left
    running then.
    """
    service = await build(loaded, clock or SystemClock(), find, journal)
    try:
        await service.begin()
        yield service
    finally:
        await service.end()
