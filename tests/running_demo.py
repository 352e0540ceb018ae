"""The demo on the real service, as long as a test needs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from screenpop.demo.run import DemoOptions, Ready, run_demo, run_service


@asynccontextmanager
async def running_demo(
    options: DemoOptions, offers_within_s: float
) -> AsyncIterator[Ready]:
    stop, started = asyncio.Event(), asyncio.Future[Ready]()
    serve = partial(run_service, offers_within_s=offers_within_s)
    async with asyncio.TaskGroup() as group:
        group.create_task(
            run_demo(options, serve, tell=started.set_result, stop=stop),
            name="demo",
        )
        try:
            yield await started
        finally:
            stop.set()
