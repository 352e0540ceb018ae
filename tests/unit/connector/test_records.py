"""How does what a source answers become a row or a contact?"""

import math
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.connector.records import as_row, as_scalar, contact_from_row, sound_rows
from screenpop.domain.profile import Row, Scalar


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (1.5, 1.5),
        ("x", "x"),
        (2**53, "9007199254740992"),
        (-(2**53), "-9007199254740992"),
        (math.nan, None),
        (math.inf, None),
        (Decimal("1250.00"), "1250.00"),
        (Decimal("1E+3"), "1000"),
        (Decimal("NaN"), None),
        (Decimal("1E+999999"), "1E+999999"),
        (date(2026, 11, 21), "2026-11-21"),
        (datetime(2026, 11, 21, 9, tzinfo=UTC), "2026-11-21T09:00:00+00:00"),
        (time(9, 30), "09:30:00"),
        (timedelta(hours=1), "01:00:00"),
        (b"5000", "5000"),
        (memoryview(b"12.30"), "12.30"),
        (b"\xff\xd8\xff", "(binary, 3 bytes)"),
        (b"a\x00b", "(binary, 3 bytes)"),
        ([1, "zwölf"], '[1, "zwölf"]'),
        ({"a": Decimal("1.5")}, '{"a": "1.5"}'),
        (uuid.UUID(int=0), "00000000-0000-0000-0000-000000000000"),
    ],
)
def test_each_kind_of_value_becomes_plain(value: object, expected: Scalar) -> None:
    found = as_scalar(value)
    assert found == expected
    assert type(found) is type(expected)


def test_a_row_keeps_its_order_and_has_text_for_names() -> None:
    assert list(as_row({"b": Decimal(1), "a": None}).items()) == [
        ("b", "1"),
        ("a", None),
    ]


def test_a_contacts_columns_are_found_whatever_their_case() -> None:
    row: Row = {
        "KEY": 7,
        "Name": " Ada ",
        "PHONE": "020 7946 0958",
        "Phone2": "",
        "vip": 1,
    }
    contact = contact_from_row(row)
    assert contact is not None
    assert (contact.key, contact.name) == ("7", "Ada")
    assert contact.numbers == ("020 7946 0958",)
    assert contact.fields == {"vip": 1}


def test_listed_number_columns_are_the_only_ones() -> None:
    row = {"key": "1", "name": "A", "mobile": "07700 900123", "phone": "ask Ben"}
    contact = contact_from_row(row, number_columns=("Mobile",))
    assert contact is not None
    assert contact.numbers == ("07700 900123",)
    assert contact.fields == {"phone": "ask Ben"}


@pytest.mark.parametrize(
    "row",
    [
        {"key": None, "name": "A", "phone": "1"},
        {"key": " ", "name": "A", "phone": "1"},
        {"name": "A", "phone": "1"},
        {"key": "1", "name": "A", "phone": " "},
        {"key": "1", "name": "A"},
    ],
)
def test_what_can_never_be_found_is_no_contact(row: dict[str, Scalar]) -> None:
    assert contact_from_row(row) is None


def test_a_contact_without_a_name_is_called_by_its_key() -> None:
    contact = contact_from_row({"key": "4711", "number": "1234567"})
    assert contact is not None
    assert contact.name == "4711"


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(exclude_categories=())),
    st.decimals(),
    st.dates(),
    st.lists(st.integers(), max_size=2),
)
names = st.one_of(st.text(st.characters(exclude_categories=()), max_size=3))


@given(st.lists(st.dictionaries(names, scalars, max_size=3), max_size=3))
def test_one_value_that_is_not_plain_never_loses_another(
    rows: list[dict[str, object]],
) -> None:
    read = sound_rows(rows)  # type: ignore[arg-type]
    assert [list(row.items()) for row in read] == [
        list(as_row(row).items()) for row in rows
    ]


@pytest.mark.parametrize(
    "value", [1, "Müller", 2.5, True, None, 2**53 - 1, 1.7e308, "\U0001f600"]
)
def test_plain_rows_are_taken_as_they_are(value: object) -> None:
    row = {"value": value}
    assert sound_rows([row])[0] is row  # type: ignore[list-item]


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    "value", [2**53, -(2**80), math.nan, math.inf, "\ud83d", Text("x"), Decimal(1)]
)
def test_what_is_not_plain_is_made_so(value: object) -> None:
    (row,) = sound_rows([{"value": value}])  # type: ignore[dict-item]
    assert row == {"value": as_scalar(value)}
    assert type(row["value"]) in (str, type(None))


def test_columns_of_another_kind_of_mapping_are_a_row() -> None:
    assert sound_rows([MappingProxyType({"a": 1})]) == ({"a": 1},)
    with pytest.raises(TypeError, match="a row is a list, not columns"):
        sound_rows([{"a": 1}, ["a", 1]])  # type: ignore[list-item]
