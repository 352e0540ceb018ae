"""Which test shows that a key of the configuration has its effect?

    @shows_effect_of("limits.events_per_request_max")
    async def test_...

The key is written as docs/configuration.md writes it. `tests/shape/test_key_effects.py`
demands a test for each key and refuses names that are not keys.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from call_centre import CallCentre, Frame, write_config

from screenpop.config.load import Loaded
from screenpop.lookup.explain import Explanation
from screenpop.lookup.sources import FindConnector
from screenpop.node.asking import load_checked
from screenpop.node.build import build
from screenpop.node.node import Service
from screenpop.support.clock import Clock, SystemClock

F = TypeVar("F", bound=Callable[..., Any])

NUMBER = "+442079460958"


def shows_effect_of(*keys: str) -> Callable[[F], F]:
    """Names the keys whose effect the test shows; read by a test of the tests."""

    def mark(test: F) -> F:
        return test

    return mark


def loaded(folder: Path, **config: Any) -> Loaded:
    """What is written in YAML, read as the service reads it."""
    return load_checked(write_config(folder, **config))


@asynccontextmanager
async def built(
    folder: Path,
    *,
    clock: Clock | None = None,
    find: FindConnector | None = None,
    **config: Any,
) -> AsyncIterator[Service]:
    """The parts of a node that the configuration asks for, without a start.

    `find` gives connectors of the test's own.
    """
    found = load_checked(write_config(folder, **config), find)
    service = await build(found, clock or SystemClock(), find)
    try:
        yield service
    finally:
        await service.end()


async def hello_of(centre: CallCentre, name: str = "ana") -> Frame:
    seat = await centre.sign_in(name)
    return seat.named("hello")[0]


async def ringing(centre: CallCentre, **event: object) -> Frame:
    """The frame that opens the card of a call that rings at Ana."""
    ana = await centre.sign_in("ana")
    await centre.ring("ana", **event)  # type: ignore[arg-type]
    return (await ana.next_pop()).frame


def customers(folder: Path, *rows: str, name: str = "crm.csv") -> dict[str, Any]:
    """A source with these customers: `key,name,phone,city` each."""
    text = "\n".join(["key,name,phone,city", *rows]) + "\n"
    (folder / name).write_text(text)
    return {
        "connector": "csv_file",
        "path": name,
        "numbers": ["phone"],
        "contacts": {"key": "key", "name": "name"},
    }


async def explained(service: Service, number: str = NUMBER, **more: str) -> Explanation:
    """What a number brings, once all sources' customers were read."""
    await service.lookups.sources.open()
    for source in service.lookups.sources.connectors:
        await service.lookups.sources.read_contacts(source)
    return await service.explain(number, **more)


async def turns(count: int = 10) -> None:
    """Let everything that is ready run: no time passes."""
    for _ in range(count):
        await asyncio.sleep(0)
