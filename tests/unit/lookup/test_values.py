"""A value is shown by its declared type, or as it came: never as another value."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.connector import OddItems
from screenpop.domain.profile import Row, Scalar
from screenpop.lookup.values import Type, ValueReader, read_row


def read(value: Scalar, kind: str, **more: Scalar) -> Scalar:
    """What is shown; raises AssertionError when it was not understood."""
    row, misread = read_row({"x": value, **more}, {"x": Type(kind)})
    assert not misread
    return row["x"]


def left(value: Scalar, kind: str, **more: Scalar) -> Scalar:
    """What is shown of a value that was not understood."""
    row, misread = read_row({"x": value, **more}, {"x": Type(kind)})
    assert [one.column for one in misread] == ["x"]
    return row["x"]


YES = [
    True,
    1,
    1.0,
    -1,
    "1",
    "t",
    "T",
    "true",
    "TRUE",
    "Y",
    "yes",
    "J",
    "ja",
    "X",
    "-1",
]
NO = [False, 0, 0.0, "0", "f", "F", "false", "N", "no", "nein", "off"]


@pytest.mark.parametrize(
    ("value", "expected"), [*((v, True) for v in YES), *((v, False) for v in NO)]
)
def test_yes_and_no_as_databases_write_them(value: Scalar, expected: bool) -> None:
    assert read(value, "flag") is expected


@pytest.mark.parametrize(
    "value", ["maybe", "unknown", 2, 0.5, "gesperrt", "2026-01-01"]
)
def test_what_is_neither_yes_nor_no_is_shown_as_it_came(value: Scalar) -> None:
    assert left(value, "flag") == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (12, 12),
        (12.5, 12.5),
        ("1250.00", "1250.00"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234.567", "1234567"),
        ("1,234,567.8", "1234567.8"),
        ("1 234,50", "1234.50"),
        ("1\u202f234,50", "1234.50"),
        ("1'234.50", "1234.50"),
        ("12,5", "12.5"),
        ("0,125", "0.125"),
        ("-1.234,50", "-1234.50"),
        ("1.234,50-", "-1234.50"),
        ("(1,234.50)", "-1234.50"),
        ("\u2212 7", "-7"),
        ("+7.5", "7.5"),
        ("1.5E+3", "1500"),
        (" 12.30 ", "12.30"),
        ("$1,234.50", "1234.50"),
        ("-$5.00", None),
        ("1.234,50 €", "1234.50"),
        ("EUR 1.234,50", "1234.50"),
        ("NaN", None),
        ("", ""),
        (" ", None),
        (False, None),
    ],
)
def test_amounts_as_people_and_systems_write_them(
    value: Scalar, expected: Scalar
) -> None:
    if value == "-$5.00":
        assert left(value, "money") == value
    else:
        assert read(value, "money") == expected


@pytest.mark.parametrize(
    "value",
    ["1,234", "n/a", "#N/A", "12.34.56", "1.23,45", "1,23,456", "--5", "5 or 6",
     "Infinity", "1e999999999", "0x10", "٣", "1" * 100, "12 %", True, "EUR 5 USD"],
)  # fmt: skip
def test_what_may_be_another_amount_is_shown_as_it_came(value: Scalar) -> None:
    assert left(value, "money") == value


def test_an_amount_brings_its_currency_and_never_changes_it() -> None:
    row, _ = read_row({"open": "5,00 €"}, {"open": Type("money")})
    assert row == {"open": "5.00", "currency": "EUR"}
    assert read("$5", "money", currency="AUD") == "5"
    assert left("$5", "money", currency="EUR") == "$5"
    assert left("5 CHF", "money", currency="EUR") == "5 CHF"
    fixed = {"open": Type("money", "EUR")}
    assert read_row({"open": "5 GBP"}, fixed)[0] == {"open": "5 GBP"}
    two = {"open": Type("money"), "due": Type("money")}
    row, misread = read_row({"open": "5 €", "due": "6 £"}, two)
    assert row == {"open": "5", "due": "6 £", "currency": "EUR"}
    assert [one.column for one in misread] == ["due"]


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("3", "integer", 3),
        (3.0, "integer", 3),
        ("3.00", "integer", 3),
        ("1.234.567", "integer", 1234567),
        ("18446744073709551615", "integer", "18446744073709551615"),
        ("12 %", "percent", "12"),
        ("2,5%", "percent", "2.5"),
        (442079460958.0, "phone", "442079460958"),
        ("020 7946 0958", "phone", "020 7946 0958"),
    ],
)
def test_other_numbers(value: Scalar, kind: str, expected: Scalar) -> None:
    assert read(value, kind) == expected


@pytest.mark.parametrize("kind", ["text", "email", "url", "phone", "date", "money"])
def test_false_is_how_some_services_write_that_nothing_is_there(kind: str) -> None:
    assert read(False, kind) is None


def test_a_fraction_is_not_a_whole_number() -> None:
    assert left(3.7, "integer") == 3.7
    assert left("3,7", "integer") == "3,7"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-21", "2026-11-21"),
        ("2026-11-21 00:00:00", "2026-11-21 00:00:00"),
        ("2026-11-21T09:00:00Z", "2026-11-21T09:00:00Z"),
        ("21.11.2026", "2026-11-21"),
        ("21/11/2026", "2026-11-21"),
        ("11/21/2026", "2026-11-21"),
        ("05/05/2026", "2026-05-05"),
        ("20261121", "2026-11-21"),
        ("/Date(1763596800000)/", "2025-11-20T00:00:00+00:00"),
        ("0000-00-00", None),
        ("0000-00-00 00:00:00", None),
        ("0001-01-01", None),
        ("0001-01-01T00:00:00Z", None),
        ("00000000", None),
    ],
)
def test_days_as_databases_and_services_write_them(
    value: Scalar, expected: Scalar
) -> None:
    assert read(value, "date") == expected


@pytest.mark.parametrize(
    "value",
    ["2026-13-45", "2026-02-30", "2026-00-00", "05/06/2026", "99999999", "soon",
     "infinity", 1763596800000, "21.13.2026", "2026-11-21 25:00"],
)  # fmt: skip
def test_what_may_be_another_day_is_shown_as_it_came(value: Scalar) -> None:
    assert left(value, "date") == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-21 09:00:00.12+00", "2026-11-21 09:00:00.12+00:00"),
        ("2026-11-21T09:00:00", "2026-11-21T09:00:00"),
        ("2026-11-21T09:00:00-05:00", "2026-11-21T09:00:00-05:00"),
        ("2026-11-21", "2026-11-21"),
        ("21.11.2026 09:30", "2026-11-21T09:30"),
        ("0000-00-00 00:00:00", None),
    ],
)
def test_moments(value: Scalar, expected: Scalar) -> None:
    assert read(value, "datetime") == expected


def test_columns_without_a_type_stay_as_they_are() -> None:
    row: Row = {"code": "0041", "open": "1"}
    assert read_row(row, {"open": Type("money")})[0] is row


@given(
    value=st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none()),
    kind=st.sampled_from(
        ["money", "number", "integer", "percent", "date", "datetime", "flag", "phone"]
    ),
)
def test_no_value_breaks_the_reading(value: Scalar, kind: str) -> None:
    row, misread = read_row({"x": value}, {"x": Type(kind)})
    if misread:
        assert row["x"] is value


def test_what_is_not_understood_is_logged_once_a_column_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, "screenpop.lookup.values")
    odd = OddItems()
    reader = ValueReader("balance", {"open": Type("money")}, odd)
    for text in ("n/a", "n/a", "call 020 7946 0958"):
        assert reader.rows(({"open": text},)) == ({"open": text},)
    assert len(caplog.messages) == len(odd) == 1
    assert "a value of open is not of the type money (n/a)" in caplog.messages[0]


digits = st.integers(0, 99).map("{:02d}".format)
days = st.builds("{}{}-{}-{}".format, digits, digits, digits, digits)


@given(
    text=st.one_of(
        days,
        st.builds("{}{}{}:{}:{}{}".format, days, st.sampled_from("T "), digits, digits,
                  digits, st.sampled_from(["", "Z", ".5", ".250", "+01:00", "+99:00"])),
        st.from_regex(r"[-+]?\d{1,3}(\.\d{1,3})?", fullmatch=True),
    ),
    kind=st.sampled_from(["money", "number", "percent", "date", "datetime"]),
)  # fmt: skip
def test_a_text_that_is_taken_as_it_is_reads_the_same_with_blanks_around_it(
    text: str, kind: str
) -> None:
    row, misread = read_row({"x": text}, {"x": Type(kind)})
    padded, padded_misread = read_row({"x": f" {text} "}, {"x": Type(kind)})
    assert bool(misread) == bool(padded_misread)
    if not misread:
        assert row == padded
