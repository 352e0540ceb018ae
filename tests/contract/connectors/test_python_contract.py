"""Does the `python` connector keep the contract, for functions of both kinds?"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from key_effects import shows_effect_of

from screenpop.connector import (
    Busy,
    ConfigError,
    ConnectorContext,
    Scalar,
    TimedOut,
    Unavailable,
    Unloadable,
)
from screenpop.connector.testing import ConnectorContract, Keys
from screenpop_connectors.python import PythonConnector

MODULE = """
import asyncio, threading
from decimal import Decimal

go_on = threading.Event()
BOOK = {"+442079460958": {"key": 41, "name": "Ada", "open": Decimal("12.50")}}

def balance(number):
    return BOOK.get(number)

async def balance_later(number):
    await asyncio.sleep(0)
    return [BOOK[number]] if number in BOOK else []

def customers():
    return ({"phone": number, **row} for number, row in BOOK.items())

def stuck(number):
    go_on.wait(30)

async def never(number):
    await asyncio.Event().wait()

def fails(number):
    raise KeyError(f"no {number} here")

def text(number):
    return "Ada"

def many(number):
    return [{"at": at} for at in range(300)]

async def no_end():
    await asyncio.Event().wait()
"""


class PythonContract(ConnectorContract):
    connector = PythonConnector
    function = "stock_book:balance"

    @pytest.fixture
    def context(self, tmp_path: Path) -> ConnectorContext:
        return context(tmp_path)

    @pytest.fixture
    def source(self) -> Keys:
        return {"contacts": "stock_book:customers", "threads": 60}

    @pytest.fixture
    def lookup(self) -> Keys:
        return {"function": self.function, "arguments": {"number": "number"}}

    @pytest.fixture
    def lookup_with_unknown_parameter(self) -> Keys:
        return {"function": self.function, "arguments": {"number": "numbr"}}

    @pytest.fixture
    def params(self) -> Mapping[str, Scalar]:
        return {"number": "+442079460958"}


class TestFunction(PythonContract):
    """In threads."""


class TestAsyncFunction(PythonContract):
    function = "stock_book:balance_later"


def context(folder: Path) -> ConnectorContext:
    (folder / "stock_book.py").write_text(MODULE)
    return ConnectorContext(source="book", folder=folder)


@pytest.fixture(autouse=True)
def _a_module_of_each_test(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "stock_book", raising=False)


def connector(folder: Path, **keys: object) -> PythonConnector:
    options = PythonConnector.source_options.model_validate(keys)
    return PythonConnector(options, context(folder))


async def ask(made: PythonConnector, function: str) -> Any:
    keys = {"function": f"stock_book:{function}", "arguments": {"number": "number"}}
    options = PythonConnector.lookup_options.model_validate(keys)
    return await made.lookup("asked", options).fetch({"number": "+442079460958"})


@shows_effect_of(
    "python: lookups.NAME.function",
    "python: lookups.NAME.arguments",
)
async def test_a_row_has_plain_values(tmp_path: Path) -> None:
    made = connector(tmp_path)
    assert await ask(made, "balance") == [{"key": 41, "name": "Ada", "open": "12.50"}]
    await made.close()


@shows_effect_of(
    "python: sources.NAME.timeout_ms",
    "python: sources.NAME.threads",
)
@pytest.mark.parametrize("function", ["stuck", "never"])
async def test_a_function_that_does_not_return_is_given_up(
    tmp_path: Path, function: str
) -> None:
    import sys

    made = connector(tmp_path, timeout_ms=20, threads=1)
    with pytest.raises(TimedOut, match=f"stock_book:{function} took longer than 20 ms"):
        await ask(made, function)
    if function == "stuck":  # its thread is still away
        with pytest.raises(Busy, match="all 1 threads"):
            await ask(made, "balance")
    released: threading.Event = sys.modules["stock_book"].go_on
    released.set()
    await made.close()


async def test_an_exception_is_reported_without_the_callers_number(
    tmp_path: Path,
) -> None:
    made = connector(tmp_path)
    with pytest.raises(Unavailable) as caught:
        await ask(made, "fails")
    assert str(caught.value) == (
        "stock_book:fails raised KeyError: 'no :number here'."
        " Correct the function, or what it asks."
    )
    with pytest.raises(Unavailable, match="returned a str, not rows"):
        await ask(made, "text")
    await made.close()


async def test_what_cannot_work_is_an_error_of_the_configuration(
    tmp_path: Path,
) -> None:
    made = connector(tmp_path)
    with pytest.raises(ConfigError, match="has no function blance"):
        await ask(made, "blance")
    with pytest.raises(ConfigError, match="arguments do not fit"):
        await ask(made, "customers")
    with pytest.raises(Unloadable, match="cannot be imported"):
        connector(tmp_path, contacts="missing_book:customers")
    await made.close()


@shows_effect_of("python: sources.NAME.path")
async def test_the_module_is_found_in_the_folder_named(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "stock_book.py").write_text(MODULE)
    options = PythonConnector.source_options(path=Path("scripts"))
    context = ConnectorContext(source="book", folder=tmp_path)
    made = PythonConnector(options, context)
    assert await ask(made, "balance") == [{"key": 41, "name": "Ada", "open": "12.50"}]
    await made.close()


@shows_effect_of("python: sources.NAME.contacts")
async def test_the_customers_are_those_of_the_function_named(tmp_path: Path) -> None:
    made = connector(tmp_path, contacts="stock_book:customers")
    found = made.contacts()
    assert found is not None
    assert [(each.key, each.numbers) async for each in found] == [
        ("41", ("+442079460958",))
    ]
    await made.close()
    without = connector(tmp_path)
    assert without.contacts() is None
    await without.close()


@shows_effect_of("python: sources.NAME.contacts_timeout_ms")
async def test_customers_that_take_too_long_are_given_up(tmp_path: Path) -> None:
    made = connector(tmp_path, contacts="stock_book:no_end", contacts_timeout_ms=20)
    found = made.contacts()
    assert found is not None
    with pytest.raises(TimedOut, match="stock_book:no_end took longer than 20 ms"):
        await anext(found)
    await made.close()


@shows_effect_of("python: lookups.NAME.rows_max")
@pytest.mark.parametrize(("rows_max", "rows"), [(None, 200), (3, 3), (500, 200)])
async def test_of_many_rows_the_first_are_taken(
    tmp_path: Path, rows_max: int | None, rows: int
) -> None:
    made = connector(tmp_path)
    options = PythonConnector.lookup_options(
        function="stock_book:many", arguments={"number": "number"}, rows_max=rows_max
    )
    found = await made.lookup("asked", options).fetch({"number": "+442079460958"})
    assert [row["at"] for row in found] == list(range(rows))
    await made.close()
