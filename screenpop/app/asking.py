"""What would a number bring, without a running service?

For `explain`: sources are opened, the number index is read once, the lookups run,
and everything is closed again. Choices that agents made are known if the store is
there; nothing is written.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from screenpop.app.parts import Lookups, data_dir_of, make_lookups
from screenpop.app.past import Past, open_past
from screenpop.config.load import Loaded
from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.pipeline.explain import Explanation, explain
from screenpop.pipeline.own_source import own_lookups
from screenpop.support.clock import SystemClock
from screenpop.support.metrics import Metrics
from screenpop.support.tasks import TaskOwner

CONTACTS_WITHIN_S = 20.0


async def explained(
    loaded: Loaded,
    number: str,
    *,
    candidate: str | None = None,
    line: str = "",
    dialled: str | None = None,
    attributes: dict[str, str] | None = None,
) -> Explanation:
    """Raises `ConfigError`, and `NotFound` for a candidate that there is not."""
    clock = SystemClock()
    tasks = TaskOwner("explain")
    past = await _past(loaded, clock)
    own = own_lookups(past.earlier, clock, tasks) if past is not None else None
    lookups = make_lookups(loaded, clock, lambda record: None, Metrics(), own)
    try:
        await lookups.sources.open()
        await _read_index(lookups)
        if past is not None:
            for known in await past.remembered():
                lookups.calls.remember(*known)
        return await explain(
            number,
            lookups=lookups.calls,
            tools=lookups.tools,
            line=line or next(iter(loaded.config.lines), ""),
            dialled=dialled,
            attributes=attributes,
            candidate=candidate,
        )
    finally:
        await lookups.sources.close()
        await tasks.close()
        if past is not None:
            await past.close()


async def _past(loaded: Loaded, clock: SystemClock) -> Past | None:
    """The store if there is one; asking makes none."""
    folder = data_dir_of(loaded)
    if loaded.config.store.url is None and not _is_file(folder):
        return None
    try:
        return await open_past(loaded, folder, clock)
    except (ConfigError, Unavailable):
        return None


def _is_file(folder: Path) -> bool:
    return (folder / "store.sqlite").is_file()


async def _read_index(lookups: Lookups) -> None:
    """Read all sources' contacts once; one that is down costs only itself."""
    sources = lookups.sources

    async def read(name: str) -> None:
        try:
            async with asyncio.timeout(CONTACTS_WITHIN_S):
                await sources.read_contacts(name)
        except (Unavailable, TimeoutError):
            return

    await asyncio.gather(*map(read, sources.connectors))
