"""How does a node come up from a file, on which event loop, and go down?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from screenpop.app.build import build
from screenpop.app.intake import check_line
from screenpop.app.service import Service
from screenpop.config.check import verdict
from screenpop.config.load import Loaded, examine
from screenpop.config.model import Line
from screenpop.config.problems import ConfigProblems
from screenpop.pipeline.sources import FindConnector
from screenpop.support import log as logs
from screenpop.support.clock import Clock, SystemClock


def load_checked(path: Path, find: FindConnector | None = None) -> Loaded:
    """Read and check a file; raises `ConfigProblems` with everything that is wrong.

    What must never be logged is known to the log from here on.
    """
    examined = examine(path)
    public_url = None
    if examined.loaded is not None:
        logs.protect(examined.loaded.secrets)
        public_url = examined.loaded.config.server.public_url

    def check(name: str, line: Line) -> None:
        check_line(name, line, public_url)

    checked = verdict(examined, find=find, check_line=check)
    logs.protect(checked.secrets)
    if checked.problems or examined.loaded is None:
        raise ConfigProblems(checked.problems)
    return examined.loaded


@asynccontextmanager
async def running(
    loaded: Loaded,
    *,
    clock: Clock | None = None,
    find: FindConnector | None = None,
) -> AsyncIterator[Service]:
    """One node, from listening to gone.

    Raises `ConfigError` or `Unavailable` for what cannot work; nothing is left
    running then.
    """
    service = await build(loaded, clock or SystemClock(), find)
    try:
        await service.begin()
        yield service
    finally:
        await service.end()


def quick_loop() -> asyncio.Runner:
    """uvloop where it is installed: less CPU for each socket, nothing else."""
    try:
        import uvloop
    except ImportError:
        return asyncio.Runner()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)
