"""Who tries the canary callers of the sources, and when?"""

from __future__ import annotations

import asyncio

from screenpop.lookup.canary_tries import due, tried
from screenpop.node.lookups import Lookups

LOOK_EVERY_S = 5.0


async def try_canaries(lookups: Lookups) -> None:
    """For ever; one source after the other, each caller alone."""
    while True:
        await try_due(lookups)
        await asyncio.sleep(LOOK_EVERY_S)


async def try_due(lookups: Lookups) -> None:
    """What was tried with settings that changed meanwhile is tried again."""
    sources = lookups.sources
    sources.canaries.forget_others(sources.settings)
    for name, written in [*due(sources)]:
        done = await tried(name, written, sources, lookups.calls, lookups.tools)
        if lookups.sources is not sources:
            return
        sources.canaries.take(name, done)
