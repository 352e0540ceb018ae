"""What does a source's value mean, by the type that its column is declared with?

Pure. Sources write the same thing in many ways: `t`, `J`, -1 for yes; `1.234,50 €` for
an amount; `0000-00-00` for no date. What is understood becomes plain: true or false, a
decimal, ISO 8601. What is not stays as it came and is reported: shown as another value
it would mislead.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from screenpop.config.facets import ColumnShape
from screenpop.connector import OddItems
from screenpop.connector.reading import shortened_text
from screenpop.domain.profile import Row, Scalar
from screenpop.support.written import (
    AMOUNT_CHARS_MAX,
    day,
    flag,
    moment,
    plain_number,
    sign_and_digits,
)

log = logging.getLogger(__name__)

NUMBERS = frozenset({"money", "number", "integer", "percent"})
SYMBOLS = {"€": "EUR", "£": "GBP", "zł": "PLN", "₹": "INR", "₽": "RUB", "₺": "TRY"}
DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP"})

_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?\Z", re.ASCII)
_CURRENCY = re.compile(
    r"^\s*([A-Z]{3}|[€£$₹₽₺]|zł)?\s*(.*?)\s*([A-Z]{3}|[€£$₹₽₺]|zł)?\s*$", re.DOTALL
)
_BLANKS = re.compile("[\u00a0\u2007\u2009\u202f]")

_DAY = r"(?!0000|0001-01-01)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{3}(?:\d{3})?)?)?"
_AMOUNT = re.compile(r"-?\d{1,30}(?:\.\d{1,20})?", re.ASCII)
_NEVER = re.compile("(?!)")
_IS_PLAIN: Mapping[str, Callable[[str], object]] = {
    "money": _AMOUNT.fullmatch,
    "number": _AMOUNT.fullmatch,
    "percent": _AMOUNT.fullmatch,
    "integer": _NEVER.fullmatch,
    "flag": _NEVER.fullmatch,
    "date": re.compile(_DAY, re.ASCII).fullmatch,
    "datetime": re.compile(
        rf"{_DAY}[T ]{_TIME}(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?", re.ASCII
    ).fullmatch,
}
"""Most texts are written as we show them, and need no reading: those that match here,
and all of the types that are not named."""


class Type(NamedTuple):
    """A declared column: `money` with its fixed currency, if any."""

    name: str
    currency: str | None = None


def types_of(columns: Iterable[ColumnShape]) -> dict[str, Type]:
    return {column.name: Type(column.type, column.currency) for column in columns}


class Misread(NamedTuple):
    """A value that is not what its column declares; it is shown as it came."""

    column: str
    type: str
    value: Scalar


class ValueReader:
    """Reads one lookup's rows; what is not understood is logged once a column."""

    def __init__(self, lookup: str, types: Mapping[str, Type], odd: OddItems):
        """`odd` collects what was not understood, for those who mend it."""
        self._lookup = lookup
        self._types = types
        self._odd = odd
        self._said: set[str] = set()

    def rows(self, rows: tuple[Row, ...]) -> tuple[Row, ...]:
        if not self._types:
            return rows
        read, misread = read_rows(rows, self._types)
        for one in misread:
            if one.column not in self._said:
                self._say(one)
        return read

    def _say(self, one: Misread) -> None:
        self._said.add(one.column)
        place, why = f"lookup {self._lookup}", f"not of type {one.type}"
        self._odd.add(place, one.column, why, str(one.value))
        log.warning(
            "lookup %s: a value of %s is not of the type %s (%s); it is shown"
            " as it came. Correct the query, or the column's type.",
            self._lookup,
            one.column,
            one.type,
            shortened_text(str(one.value)),
        )


def read_row(row: Row, types: Mapping[str, Type]) -> tuple[Row, list[Misread]]:
    """One row by its columns' types, and what of it was not understood."""
    (read,), misread = read_rows((row,), types)
    return read, misread


def read_rows(
    rows: tuple[Row, ...], types: Mapping[str, Type]
) -> tuple[tuple[Row, ...], list[Misread]]:
    """The rows by their columns' types, and what of them was not understood."""
    read: list[Row] = []
    misread: list[Misread] = []
    for row in rows:
        changed: dict[str, Scalar] = {}
        for name, kind in types.items():
            value = row.get(name)
            if value is None or value == "":
                continue
            if type(value) is str:
                is_plain = _IS_PLAIN.get(kind.name)
                if is_plain is None or is_plain(value):
                    continue
            try:
                plain = _read(value, kind, row, changed)
            except ValueError:
                misread.append(Misread(name, kind.name, value))
                continue
            if plain is not value:
                changed[name] = plain
        read.append({**row, **changed} if changed else row)
    return tuple(read), misread


def _read(value: Scalar, kind: Type, row: Row, more: dict[str, Scalar]) -> Scalar:
    if kind.name == "flag":
        return flag(value)
    if value is False:  # how some services write that a field is empty
        return None
    if kind.name in NUMBERS:
        return _number(value, kind, row, more)
    if kind.name == "date":
        return day(value)
    if kind.name == "datetime":
        return moment(value)
    if kind.name == "phone" and isinstance(value, float) and value.is_integer():
        return str(int(value))  # a telephone number that was read as a float
    return value


def _number(value: Scalar, kind: Type, row: Row, more: dict[str, Scalar]) -> Scalar:
    if isinstance(value, bool):
        raise ValueError("not a number")
    if isinstance(value, int | float):
        return _whole(value) if kind.name == "integer" else value
    text = _BLANKS.sub(" ", str(value)).strip()
    if not text or text.lower() == "nan":
        return None
    if len(text) > AMOUNT_CHARS_MAX:
        raise ValueError("not a number")
    if kind.name == "percent":
        text = text.removesuffix("%").strip()
    if not _PLAIN.match(text):
        text = _amount(text, kind, row, more)
    return _whole(text) if kind.name == "integer" else text.lstrip("+")


def _whole(value: float | str) -> Scalar:
    number = Decimal(str(value))
    if not number.is_finite() or number != number.to_integral_value():
        raise ValueError("not whole")
    return int(number) if abs(number) < 2**53 else str(int(number))


def _amount(text: str, kind: Type, row: Row, more: dict[str, Scalar]) -> str:
    before, middle, after = _CURRENCY.fullmatch(text).groups()  # type: ignore[union-attr]
    if before and after:
        raise ValueError("two currencies")
    negative, digits = sign_and_digits(middle)
    named = before or after
    if negative is None:
        raise ValueError("not a number")
    plain = plain_number(digits)
    if named:
        _check_currency(named, kind, row, more)
    return f"-{plain}" if negative else plain


def _check_currency(named: str, kind: Type, row: Row, more: dict[str, Scalar]) -> None:
    """The currency in the text is the one that will stand beside the amount."""
    if kind.name != "money":
        raise ValueError("an amount of money")
    known = kind.currency or row.get("currency")
    code = SYMBOLS.get(named, named)
    if known:
        expected = str(known).strip().upper()
        if code != expected and not (named == "$" and expected in DOLLARS):
            raise ValueError("another currency")
        return
    is_code = code.isalpha() and len(code) == 3
    if is_code and more.setdefault("currency", code) != code:
        raise ValueError("another currency")
