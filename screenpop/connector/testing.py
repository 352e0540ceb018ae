"""Does a connector keep what the service relies on? Tests for its author to inherit.

Subclass `ConnectorContract` in a test module, set `connector` and override the
fixtures that say what to write in YAML:

    class TestMine(ConnectorContract):
        connector = MyConnector

        @pytest.fixture
        def source(self) -> Keys:
            return {"url": "…"}

Needs pytest and pytest-asyncio with `asyncio_mode = "auto"`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import pytest

from screenpop.connector.base import (
    PARAMETERS,
    Connector,
    ConnectorContext,
    ContactRecord,
    ContactsBatch,
    Lookup,
)
from screenpop.connector.order_rows import ItemRows, OrderRows
from screenpop.connector.orders import (
    FEED_ROWS_MAX,
    FeedBatch,
    FeedReading,
    OrdersOptions,
    lacking_for_items,
    lacking_for_orders,
)
from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.domain.profile import Row, Scalar
from screenpop.support.tasks import spawn
from screenpop.support.text import is_sound

Keys: TypeAlias = Mapping[str, object]
"""What stands under a source or a lookup, as read from YAML."""

INJECTIONS = (
    "' OR '1'='1",
    '" OR ""="',
    "1; DROP TABLE customer --",
    "'; SELECT pg_sleep(1) --",
    "../../secret",
    "..",
    "%2e%2e/",
    "a\r\nX-Injected: 1",
    "{number}",
    ":number",
    "*",
    "%",
    "nul\x00byte",
    "half a pair \ud83d",
    "ünï\u2028côde 🙂",
)
CANCELLATIONS = 40  # more than any pool has places


class ConnectorContract:
    """Override `source`, `lookup`, `params`; the other fixtures where they apply."""

    connector: ClassVar[type[Connector[Any, Any]]]

    @pytest.fixture
    def source(self) -> Keys:
        """A source that answers."""
        raise NotImplementedError("override the fixture `source`")

    @pytest.fixture
    def lookup(self) -> Keys:
        """A lookup of it that asks by parameters."""
        raise NotImplementedError("override the fixture `lookup`")

    @pytest.fixture
    def params(self) -> Mapping[str, Scalar]:
        """Values for exactly what that lookup needs; at least one row has them."""
        raise NotImplementedError("override the fixture `params`")

    @pytest.fixture
    def source_when_down(self) -> Keys | None:
        """A source that cannot be reached; None: the connector has no such state."""
        return None

    @pytest.fixture
    def lookup_with_unknown_parameter(self) -> Keys | None:
        """A lookup that asks for `numbr`; None: parameters are not written in YAML."""
        return None

    @pytest.fixture
    def context(self, tmp_path: Path) -> ConnectorContext:
        return ConnectorContext(
            source="tested", folder=tmp_path, log=logging.getLogger("tested")
        )

    @pytest.fixture
    async def opened(
        self, source: Keys, context: ConnectorContext
    ) -> AsyncIterator[Connector[Any, Any]]:
        connector = self._made(source, context)
        await connector.open()
        yield connector
        await connector.close()

    @pytest.fixture
    def prepared(self, opened: Connector[Any, Any], lookup: Keys) -> Lookup:
        return self._prepared(opened, lookup)

    async def test_it_finds_what_is_there(
        self, prepared: Lookup, params: Mapping[str, Scalar]
    ) -> None:
        assert await prepared.fetch(params)

    async def test_it_can_be_reached(self, opened: Connector[Any, Any]) -> None:
        await opened.ping()

    async def test_rows_are_flat_and_of_plain_values(
        self, prepared: Lookup, params: Mapping[str, Scalar]
    ) -> None:
        for row in await prepared.fetch(params):
            _assert_flat(row)

    def test_needs_are_what_the_lookup_asks_for(
        self, prepared: Lookup, params: Mapping[str, Scalar]
    ) -> None:
        assert isinstance(prepared.needs, frozenset)
        assert prepared.needs == set(params)
        assert all("." in name or name in PARAMETERS for name in prepared.needs)

    async def test_parameters_it_did_not_ask_for_do_not_disturb_it(
        self, prepared: Lookup, params: Mapping[str, Scalar]
    ) -> None:
        expected = await prepared.fetch(params)
        assert await prepared.fetch({"queue": "sales", **params}) == expected

    @pytest.mark.parametrize("text", INJECTIONS)
    async def test_a_hostile_value_is_only_a_value_and_finds_nothing(
        self, prepared: Lookup, params: Mapping[str, Scalar], text: str
    ) -> None:
        expected = await prepared.fetch(params)
        for name in params:
            assert list(await prepared.fetch({**params, name: text})) == []
        assert await prepared.fetch(params) == expected

    def test_an_unknown_parameter_is_an_error_of_the_configuration(
        self,
        source: Keys,
        context: ConnectorContext,
        lookup_with_unknown_parameter: Keys | None,
    ) -> None:
        if lookup_with_unknown_parameter is None:
            pytest.skip("its parameters are not written in YAML")
        connector = self._made(source, context)
        with pytest.raises(ConfigError, match="numbr"):
            self._prepared(connector, lookup_with_unknown_parameter)

    async def test_it_opens_while_the_source_is_down_and_says_so_when_asked(
        self,
        source_when_down: Keys | None,
        context: ConnectorContext,
        lookup: Keys,
        params: Mapping[str, Scalar],
    ) -> None:
        if source_when_down is None:
            pytest.skip("it has no source that can be down")
        connector = self._made(source_when_down, context)
        try:
            await connector.open()
            with pytest.raises(Unavailable, match=r"[.?]$"):
                await self._prepared(connector, lookup).fetch(params)
            with pytest.raises(Unavailable):
                await connector.ping()
        finally:
            await connector.close()

    async def test_a_cancelled_lookup_gives_back_what_it_held(
        self, prepared: Lookup, params: Mapping[str, Scalar]
    ) -> None:
        for turns in range(CANCELLATIONS):
            await _cancelled_after(turns % 8, prepared, params)
        assert await prepared.fetch(params)

    async def test_many_lookups_at_once_get_the_same_answer(
        self, prepared: Lookup, params: Mapping[str, Scalar]
    ) -> None:
        answers = await asyncio.gather(*(prepared.fetch(params) for _ in range(30)))
        assert all(answer == answers[0] for answer in answers)

    async def test_it_may_be_closed_twice_and_without_being_opened(
        self, source: Keys, context: ConnectorContext
    ) -> None:
        never_opened = self._made(source, context)
        await never_opened.close()
        connector = self._made(source, context)
        await connector.open()
        await connector.close()
        await connector.close()

    async def test_contacts_are_well_formed(self, opened: Connector[Any, Any]) -> None:
        contacts = opened.contacts()
        if contacts is None:
            pytest.skip("it gives no contacts")
        found = [contact async for contact in contacts]
        assert found
        for contact in found:
            assert contact.key.strip()
            assert contact.name.strip()
            assert all(map(is_sound, (contact.key, contact.name, *contact.numbers)))
            assert contact.numbers
            assert all(isinstance(n, str) and n.strip() for n in contact.numbers)
            _assert_flat(contact.fields)

    async def test_contacts_can_be_read_on_from_each_place_that_was_given(
        self, opened: Connector[Any, Any]
    ) -> None:
        first = opened.first_contacts_since
        if first is None:
            pytest.skip("it cannot say which contacts changed")
        whole = await _changes(opened, first)
        before, everything = (
            list[ContactRecord](),
            [contact for batch in whole for contact in batch.contacts],
        )
        assert everything
        for batch in whole:
            before += batch.contacts
            if batch.since is None:
                continue
            later = await _changes(opened, batch.since)
            after = [contact for each in later for contact in each.contacts]
            assert all(one in before or one in after for one in everything)
        assert any(batch.since is not None for batch in whole), "no place was given"

    async def test_the_contacts_version_stays_while_nothing_changes(
        self, opened: Connector[Any, Any]
    ) -> None:
        assert await opened.contacts_version() == await opened.contacts_version()

    async def test_orders_are_well_formed(self, opened: Connector[Any, Any]) -> None:
        reading = FeedReading()
        batches = await _batches(opened.orders(opened.first_since, reading))
        _assert_feed(batches, lacking_for_orders)
        rows = OrderRows(FeedReading(), OrdersOptions())
        assert [line for batch in batches for line in rows.lines(batch)]

    async def test_items_are_well_formed(self, opened: Connector[Any, Any]) -> None:
        batches = await _batches(opened.items(FeedReading()))
        _assert_feed(batches, lacking_for_items)
        rows = ItemRows(FeedReading())
        assert [item for batch in batches for item in rows.items(batch)]

    async def test_orders_can_be_read_on_from_each_place_that_was_given(
        self, opened: Connector[Any, Any]
    ) -> None:
        if opened.first_since is None:
            pytest.skip("it cannot say which orders changed")
        whole = await _batches(opened.orders(opened.first_since, FeedReading()))
        before, everything = list[Row](), [r for batch in whole for r in batch.rows]
        for batch in whole:
            before += batch.rows
            if batch.since is None:
                continue
            later = await _batches(opened.orders(batch.since, FeedReading()))
            after = [row for batch in later for row in batch.rows]
            assert all(row in before or row in after for row in everything)
        assert any(batch.since is not None for batch in whole), "no place was given"

    async def test_a_reading_of_orders_that_is_given_up_lets_others_go_on(
        self, opened: Connector[Any, Any]
    ) -> None:
        for _ in range(CANCELLATIONS):
            batches = opened.orders(opened.first_since, FeedReading())
            if batches is None:
                pytest.skip("it gives no orders")
            async for _batch in batches:
                break
            await batches.aclose()  # type: ignore[attr-defined]
        await opened.ping()

    async def test_the_version_of_the_orders_stays_while_nothing_changes(
        self, opened: Connector[Any, Any]
    ) -> None:
        assert await opened.orders_version() == await opened.orders_version()

    def test_every_key_says_what_it_is_for(self) -> None:
        for model in (self.connector.source_options, self.connector.lookup_options):
            for name, info in model.model_fields.items():
                assert info.description, f"{model.__name__}.{name} has no description"

    def _made(self, source: Keys, context: ConnectorContext) -> Connector[Any, Any]:
        options = self.connector.source_options.model_validate(dict(source))
        return self.connector(options, context)

    def _prepared(self, connector: Connector[Any, Any], keys: Keys) -> Lookup:
        options = self.connector.lookup_options.model_validate(dict(keys))
        prepared: Lookup = connector.lookup("asked", options)
        return prepared


async def _changes(
    connector: Connector[Any, Any], since: Scalar
) -> list[ContactsBatch]:
    batches = connector.contacts_from(since)
    assert batches is not None
    return [batch async for batch in batches]


async def _batches(batches: AsyncIterator[FeedBatch] | None) -> list[FeedBatch]:
    if batches is None:
        pytest.skip("it gives none")
    return [batch async for batch in batches]


def _assert_feed(
    batches: Sequence[FeedBatch], lacking: Callable[[Sequence[str]], str | None]
) -> None:
    for batch in batches:
        assert len(batch.rows) <= FEED_ROWS_MAX
        assert not batch.places or len(batch.places) == len(batch.rows)
        for row in batch.rows:
            _assert_flat(row)
            assert lacking(list(row)) is None


def _assert_flat(row: Row) -> None:
    for name, value in row.items():
        assert isinstance(name, str)
        assert is_sound(name), f"{name!r} holds half a surrogate pair: see as_row"
        if isinstance(value, str):
            assert is_sound(value), f"{name} holds half a surrogate pair: see as_row"
        assert value is None or type(value) in (str, int, float, bool), (name, value)


async def _cancelled_after(
    turns: int, prepared: Lookup, params: Mapping[str, Scalar]
) -> None:
    """Cancel a lookup after so many turns of the event loop."""

    async def ask() -> Sequence[Row]:
        return await prepared.fetch(params)

    task = spawn(ask(), name="to be cancelled")
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
