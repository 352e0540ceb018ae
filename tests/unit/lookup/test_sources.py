"""Is a source's part of the number index known to be whole? `lookup/sources.py`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import ConfigDict

from screenpop.config.model import Configuration
from screenpop.connector import (
    ConfigError,
    Connector,
    ConnectorContext,
    ContactRecord,
    Lookup,
    LookupOptions,
    SourceOptions,
    Unavailable,
)
from screenpop.domain.profile import LookupOutcome
from screenpop.lookup.counting import TooSlow
from screenpop.lookup.guarded_source import Result
from screenpop.lookup.planned_lookups import NeverAsked
from screenpop.lookup.sources import (
    WARMING,
    Sources,
    make_sources,
)
from screenpop.support.clock import Clock, SystemClock
from screenpop.support.log import RETRY_AFTER_MAX_S, RETRY_MAX_S, RETRY_S, Backoff


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


class Broken(Book):
    """A connector whose library is not there."""

    def __init__(self, options: Options, context: ConnectorContext):
        raise ImportError("libodbc.so.2: cannot open shared object file")


class Unready(Book):
    """What it needs is not there when it is opened."""

    async def open(self) -> None:
        raise ConfigError("ca_file: cannot use ca.pem: no such file.")


class OddOnes(Book):
    """One contact in three is not what the SDK says."""

    async def _contacts(self) -> AsyncIterator[ContactRecord]:
        yield ContactRecord(key="7", numbers=("+442079460958",), name="Ada")
        yield ContactRecord(key=8, numbers=(7,), name="Ben")  # type: ignore[arg-type]
        yield "Cleo"  # type: ignore[misc]
        yield ContactRecord(key="9", numbers=("+442079460959",), name="Dora")


class Endless(Book):
    async def _contacts(self) -> AsyncIterator[ContactRecord]:
        for number in range(1000):
            yield ContactRecord(key=str(number), numbers=("+442079460958",), name="A")
        await asyncio.sleep(3600)


def made_of(*kinds: type[Book], clock: Clock | None = None) -> Sources:
    """One source for each connector, called as its class is."""
    names = {kind.__name__.lower(): kind for kind in kinds}
    config = Configuration.model_validate(
        {"sources": {name: {"connector": name} for name in names}}
    )
    return make_sources(config, Path(), names.__getitem__, clock or SystemClock())


async def test_a_source_that_cannot_be_loaded_costs_only_itself() -> None:
    made = made_of(Broken, OddOnes)
    await made.open()
    made.keep_index()
    try:
        while "oddones" not in made.readings:
            await asyncio.sleep(0)
        assert made.index.sizes() == {"oddones": 2}
        assert "libodbc.so.2" in made.unread["broken"]
        assert "being read" not in made.unread["broken"]
        heard: list[Result] = []
        made.guards["broken"].ask("who", NeverAsked(), {}, heard.append)
        assert heard[0].outcome is LookupOutcome.FAILED
        assert "libodbc.so.2" in (heard[0].detail or "")
    finally:
        await made.close()


async def test_a_source_that_cannot_be_opened_costs_only_itself() -> None:
    made = made_of(Unready, OddOnes)
    await made.open()
    try:
        assert list(made.unusable) == ["unready"]
        assert "ca.pem" in made.unread["unready"]
    finally:
        await made.close()


async def test_odd_contacts_are_counted_and_cost_none_of_the_others() -> None:
    made = made_of(OddOnes)
    await made.open()
    try:
        assert await made.read_contacts("oddones") == 2
        reading = made.readings["oddones"]
        assert (reading.rows, reading.contacts, len(reading.odd)) == (4, 2, 2)
        assert "contact 2" in " ".join(reading.odd.said())
        assert "contact 3" in " ".join(reading.odd.said())
    finally:
        await made.close()


async def test_when_the_time_is_over_what_was_read_is_known_and_said() -> None:
    made = made_of(Endless)
    await made.open()
    try:
        with pytest.raises(TooSlow, match=r"only the first \d+ of its customers"):
            await made.read_contacts("endless", within_s=0.3)
        assert made.index.find("+442079460958", "GB")
    finally:
        await made.close()


def test_a_source_that_asks_for_rest_is_not_asked_before() -> None:
    backoff = Backoff()
    assert backoff.next_s(Unavailable("down")) == RETRY_S
    assert backoff.next_s(Unavailable("down")) == 2 * RETRY_S
    assert backoff.next_s(Unavailable("429", retry_after_s=120)) == 120
    assert backoff.next_s(Unavailable("", retry_after_s=86_400)) == RETRY_AFTER_MAX_S
    assert backoff.next_s(Unavailable("down")) == RETRY_MAX_S
    backoff.reset()
    assert backoff.next_s(Unavailable("down")) == RETRY_S
