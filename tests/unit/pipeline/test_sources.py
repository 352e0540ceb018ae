"""Is a source's part of the number index known to be whole? `pipeline/sources.py`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from pydantic import ConfigDict

from screenpop.config.model import Configuration
from screenpop.connector import (
    Connector,
    ContactRecord,
    Lookup,
    LookupOptions,
    SourceOptions,
    Unavailable,
)
from screenpop.pipeline.sources import WARMING, Sources, make_sources
from screenpop.support.clock import SystemClock


class Options(SourceOptions):
    model_config = ConfigDict(extra="ignore")


class Book(Connector[Options, LookupOptions]):
    """Its customers come when the test lets them, or the reason why not."""

    name = "book"
    source_options = Options
    lookup_options = LookupOptions
    answer: asyncio.Future[None]

    def lookup(self, name: str, options: LookupOptions) -> Lookup:
        raise NotImplementedError

    def contacts(self) -> AsyncIterator[ContactRecord]:
        return self._contacts()

    async def _contacts(self) -> AsyncIterator[ContactRecord]:
        await type(self).answer
        yield ContactRecord(key="7", numbers=("+442079460958",), name="Ada")


def sources(index_folder: Path | None = None) -> Sources:
    Book.answer = asyncio.get_running_loop().create_future()
    config = Configuration.model_validate({"sources": {"erp": {"connector": "book"}}})
    return make_sources(
        config,
        Path(),
        lambda name: Book,
        SystemClock(),
        index_folder=index_folder,
    )


async def told_otherwise(made: Sources, than: str) -> str | None:
    """What is told of the source when it is no longer this."""
    while made.unread.get("erp") == than:
        await asyncio.sleep(0)
    return made.unread.get("erp")


async def test_a_source_is_said_to_be_read_until_it_is() -> None:
    made = sources()
    made.keep_index()
    try:
        await asyncio.sleep(0)
        assert made.unread == {"erp": WARMING}
        Book.answer.set_result(None)
        assert await told_otherwise(made, WARMING) is None
        assert made.index.sizes() == {"erp": 1}
    finally:
        await made.close()


async def test_why_a_source_cannot_be_read_is_said() -> None:
    made = sources()
    made.keep_index()
    try:
        Book.answer.set_exception(Unavailable("no table customer. Name another."))
        told = await told_otherwise(made, WARMING)
        assert told == "its customers cannot be read: no table customer. Name another."
    finally:
        await made.close()


async def test_customers_read_before_are_known_while_the_source_is_away(
    tmp_path: Path,
) -> None:
    before = sources(tmp_path)
    await before.open()
    Book.answer.set_result(None)
    await before.read_contacts("erp")
    await before.close()
    again = sources(tmp_path)
    await again.open()
    again.keep_index()
    try:
        await asyncio.sleep(0)
        assert again.unread == {}
        [found] = again.index.find("+442079460958", "GB")
        assert found.candidate.name == "Ada"
    finally:
        await again.close()


async def test_stopping_in_the_middle_of_a_reading_keeps_the_file_whole(
    tmp_path: Path,
) -> None:
    made = sources(tmp_path)
    await made.open()
    made.keep_index()
    Book.answer.set_result(None)
    await asyncio.sleep(0)
    await made.close()  # wherever the thread is just now
    again = sources(tmp_path)
    await again.open()
    Book.answer.set_result(None)
    assert await again.read_contacts("erp") == 1
    await again.close()


async def test_a_defect_of_a_connector_does_not_end_the_reading_of_customers() -> None:
    made = sources()
    made.keep_index()
    try:
        Book.answer.set_exception(KeyError("+442079460958"))
        told = await told_otherwise(made, WARMING)
        Book.answer = asyncio.get_running_loop().create_future()
        assert told is not None
        assert told.startswith("its customers cannot be read: KeyError in the conn")
        assert "7946" not in told
        [down] = made.tasks.watch.down()
        assert down.task == "contacts erp"
        Book.answer.set_result(None)
        async with asyncio.timeout(5):
            while made.unread:
                await asyncio.sleep(0.01)
        assert made.index.sizes() == {"erp": 1}
        assert made.tasks.watch.down() == []
    finally:
        await made.close()
