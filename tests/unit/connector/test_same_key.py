from __future__ import annotations

from decimal import Decimal

import pytest

from screenpop.connector import Scalar
from screenpop.connector.keys import (
    Exact,
    as_key,
    as_numbers,
    number_of,
    number_texts,
    uuid_of,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("41.00"), 41),
        (Decimal("41.50"), 41.5),
        (Decimal("-3.0"), -3),
        (Decimal("4E1"), 40),
        (Decimal("9007199254740993.00"), "9007199254740993"),
        (Decimal("0.10000000000000000001"), "0.10000000000000000001"),
        (Decimal("1E+500"), "1E+500"),
        (Decimal("NaN"), None),
        (Exact("41.00"), 41),
        (Exact("NaN"), "NaN"),
        ("41.00", "41.00"),
        (41, 41),
        (True, True),
    ],
)
def test_a_decimal_that_identifies_is_a_number(value: object, expected: object) -> None:
    found = as_key(value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (41, ["41", "41.0", "41.00", "41.000", "41.0000"]),
        (41.0, ["41", "41.0", "41.00", "41.000", "41.0000"]),
        (-0.125, ["-0.125", "-0.1250"]),
        (1e-7, ["1e-07"]),
    ],
)
def test_how_texts_keep_a_number(number: float, expected: list[str]) -> None:
    assert list(number_texts(number)) == expected


@pytest.mark.parametrize("text", ["041", "1e3", "+4", " 4", "4.", ".5", "", "٤", "-"])
def test_a_text_that_is_no_plain_number(text: str) -> None:
    assert number_of(text) is None


def test_only_what_a_source_gave_with_an_empty_fraction_may_have_been_a_decimal() -> (
    None
):
    params: dict[str, Scalar] = {
        "a.b": "41.00",
        "a.c": "41",
        "a.d": "1.5",
        "ivr.e": "41.00",
        "a.f": 2,
    }
    assert as_numbers(params, params) == {**params, "a.b": 41}
    assert as_numbers(params, ["a.c", "a.d", "ivr.e", "a.f"]) is None


def test_a_uuid_is_the_same_in_each_way_to_write_it() -> None:
    text = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
    assert uuid_of(text) == uuid_of(text.upper()) == uuid_of(text.replace("-", ""))
    assert uuid_of(text[:-1]) is None
    assert uuid_of(f"{{{text[1:-1]}}}") is None
