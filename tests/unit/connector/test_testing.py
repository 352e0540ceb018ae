"""Does the contract catch a connector that breaks it?"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, cast

import pytest

from screenpop.connector import (
    Connector,
    ConnectorContext,
    ContactRecord,
    Lookup,
    LookupOptions,
    Row,
    Scalar,
    SourceOptions,
    Unavailable,
)
from screenpop.connector.testing import ConnectorContract

PARAMS: Row = {"number": "+442079460958"}


class Faulty(Lookup):
    """Answers as it is told to, however wrong that is."""

    def __init__(self, answer: Callable[[Mapping[str, Scalar]], Sequence[Row]]):
        self.needs = frozenset({"number", "digits"})
        self._answer = answer

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        return self._answer(params)


class Careless(Connector[SourceOptions, LookupOptions]):
    """Does not notice that its source is down."""

    name = "careless"
    source_options = SourceOptions
    lookup_options = LookupOptions

    def lookup(self, name: str, options: LookupOptions) -> Lookup:
        return Faulty(lambda _: [])


class Contract(ConnectorContract):
    connector = Careless


Contract.__test__ = False  # type: ignore[attr-defined]  # it is meant to fail


def always(row: Mapping[str, object]) -> Faulty:
    return Faulty(lambda _: [cast(Row, row)])


async def fails(check: Awaitable[None]) -> None:
    with pytest.raises(AssertionError):
        await check


async def test_a_lookup_that_finds_nothing_is_caught() -> None:
    await fails(Contract().test_it_finds_what_is_there(Faulty(lambda _: []), PARAMS))


@pytest.mark.parametrize("value", [Decimal(1), [1], {"a": 1}, b"x"])
async def test_a_value_that_is_not_plain_is_caught(value: object) -> None:
    check = Contract().test_rows_are_flat_and_of_plain_values
    await fails(check(always({"a": value}), PARAMS))


def test_needs_that_are_not_what_is_asked_for_are_caught() -> None:
    with pytest.raises(AssertionError):
        Contract().test_needs_are_what_the_lookup_asks_for(always({}), PARAMS)


async def test_a_value_that_changes_the_question_is_caught() -> None:
    check = Contract().test_a_hostile_value_is_only_a_value_and_finds_nothing
    await fails(check(always({"a": 1}), PARAMS, "' OR '1'='1"))


async def test_not_noticing_that_the_source_is_down_is_caught(tmp_path: Path) -> None:
    check = Contract().test_it_opens_while_the_source_is_down_and_says_so_when_asked
    context = ConnectorContext(source="s", folder=tmp_path)
    with pytest.raises(pytest.fail.Exception, match=Unavailable.__name__):
        await check({}, context, {}, PARAMS)


async def test_a_contact_without_a_number_is_caught() -> None:
    class Numberless(Careless):
        async def contacts(self) -> AsyncIterator[ContactRecord]:
            yield ContactRecord(key="1", numbers=(), name="Ada")

    made = Numberless(SourceOptions(), ConnectorContext(source="s", folder=Path()))
    await fails(Contract().test_contacts_are_well_formed(made))


def test_a_key_without_a_word_on_what_it_is_for_is_caught() -> None:
    class Mute(SourceOptions):
        url: str

    class Muted(Careless):
        source_options: ClassVar[type[SourceOptions]] = Mute

    class Undocumented(Contract):
        connector = Muted

    with pytest.raises(AssertionError, match=r"Mute\.url has no description"):
        Undocumented().test_every_key_says_what_it_is_for()
