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
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from screenpop.config.facets import ColumnShape
from screenpop.connector import OddItems
from screenpop.connector.reading import shortened_text
from screenpop.domain.profile import Row, Scalar

log = logging.getLogger(__name__)

NUMBERS = frozenset({"money", "number", "integer", "percent"})
TRUE = frozenset(
    {"true", "t", "yes", "y", "1", "-1", "on", "x", "ja", "j", "wahr", "oui", "o",
     "vrai", "si", "sí", "s", "sim", "tak", "ano", "igen"}
)  # fmt: skip
FALSE = frozenset(
    {"false", "f", "no", "n", "0", "off", "nein", "falsch", "non", "faux", "não",
     "nie", "ne", "nem"}
)  # fmt: skip
SYMBOLS = {"€": "EUR", "£": "GBP", "zł": "PLN", "₹": "INR", "₽": "RUB", "₺": "TRY"}
DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP"})
NO_DATE = ("0000-00-00", "0001-01-01", "00000000")
"""How databases and services write that there is no date."""
AMOUNT_CHARS_MAX = 60

_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?\Z", re.ASCII)
_UNSIGNED = re.compile(r"\d+(\.\d+)?\Z", re.ASCII)
_SCIENTIFIC = re.compile(r"\d+(\.\d*)?[eE][+-]?\d{1,3}\Z", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?P<mark>[.,'’ ])\d{3}(?:(?P=mark)\d{3})*\Z")
_CURRENCY = re.compile(
    r"^\s*([A-Z]{3}|[€£$₹₽₺]|zł)?\s*(.*?)\s*([A-Z]{3}|[€£$₹₽₺]|zł)?\s*$", re.DOTALL
)
_BLANKS = re.compile("[\u00a0\u2007\u2009\u202f]")
_DOTTED = re.compile(
    r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T]+(\d{1,2}:\d\d(?::\d\d)?))?\Z"
)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\Z")
_ODATA = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/\Z")
_COMPACT = re.compile(r"\d{8}\Z")
_SHORT_OFFSET = re.compile(r"([+-]\d\d)\Z")

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


def flag(value: Scalar) -> Scalar:
    """True or false; raises ValueError for what is neither."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    word = str(value).strip().lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    if not word:
        return None
    raise ValueError("neither yes nor no")


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
    if number != number.to_integral_value():
        raise ValueError("not whole")
    return int(number) if abs(number) < 2**53 else str(int(number))


def _amount(text: str, kind: Type, row: Row, more: dict[str, Scalar]) -> str:
    before, middle, after = _CURRENCY.fullmatch(text).groups()  # type: ignore[union-attr]
    if before and after:
        raise ValueError("two currencies")
    negative, digits = _sign(middle)
    named = before or after
    if negative is None:
        raise ValueError("not a number")
    plain = _plain(digits)
    if named:
        _check_currency(named, kind, row, more)
    return f"-{plain}" if negative else plain


def _sign(text: str) -> tuple[bool | None, str]:
    """`-5`, `5-`, `(5)`, `−5`; None: more than one of them."""
    text = text.replace("\u2212", "-").strip()
    if text.startswith("(") and text.endswith(")"):
        inner = text[1:-1].strip()
        return (None if inner[:1] in "+-" else True), inner
    if text.endswith("-"):
        inner = text[:-1].strip()
        return (None if inner[:1] in "+-" else True), inner
    if text[:1] in ("-", "+"):
        return text[0] == "-", text[1:].strip()
    return False, text


def _plain(text: str) -> str:
    """`1.234,50`, `1,234.50`, `1 234,5`, `1'234`; `1,234` alone may be either."""
    if _UNSIGNED.match(text):
        return text
    if _SCIENTIFIC.match(text):
        return _scientific(text)
    comma, dot = text.rfind(","), text.rfind(".")
    if comma >= 0 and dot >= 0:
        whole, fraction = text[: max(comma, dot)], text[max(comma, dot) + 1 :]
        return _joined(whole, fraction)
    if comma >= 0:
        whole, fraction = text[:comma], text[comma + 1 :]
        if "," in whole:
            return _joined(text, "")
        if len(fraction) == 3 and whole.isdigit() and whole.lstrip("0"):
            raise ValueError("thousands or a fraction?")
        return _joined(whole, fraction)
    if dot >= 0 and text.count(".") == 1:
        return _joined(text[:dot], text[dot + 1 :])
    return _joined(text, "")


def _joined(whole: str, fraction: str) -> str:
    if fraction and not (fraction.isascii() and fraction.isdigit()):
        raise ValueError("not a number")
    if not (whole.isascii() and whole.isdigit()):
        if not _GROUPED.match(whole):
            raise ValueError("not a number")
        whole = re.sub(r"\D", "", whole)
    return f"{whole}.{fraction}" if fraction else whole


def _scientific(text: str) -> str:
    number = Decimal(text)
    if abs(number.adjusted()) > AMOUNT_CHARS_MAX:
        raise ValueError("not a number")
    return format(number, "f")


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


def day(value: Scalar) -> Scalar:
    """`2026-11-21`, or a moment that begins so; raises ValueError."""
    text = str(value).strip()
    if not text or _is_no_date(text):
        return None
    if _COMPACT.match(text):
        return datetime.strptime(text, "%Y%m%d").date().isoformat()  # noqa: DTZ007
    if (found := _SLASHED.match(text)) is not None:
        return _slashed(*map(int, found.groups()))
    return moment(value)


def _slashed(first: int, second: int, year: int) -> str:
    """Day and month change places by country: only what can be one date is one."""
    if first > 12 or first == second:
        return date(year, second, first).isoformat()
    if second > 12:
        return date(year, first, second).isoformat()
    raise ValueError("day or month first?")


def moment(value: Scalar) -> Scalar:
    """ISO 8601; raises ValueError. A zone that is not given is not made up."""
    if not isinstance(value, str):
        raise ValueError("not a moment")
    text = value.strip()
    if not text or _is_no_date(text):
        return None
    if (found := _ODATA.match(text)) is not None:
        return _from_epoch_ms(int(found.group(1)))
    if (found := _DOTTED.match(text)) is not None:
        at_day, month, year, time = found.groups()
        made = date(int(year), int(month), int(at_day)).isoformat()
        return f"{made}T{time.zfill(5)}" if time else made
    if len(text) < 10 or text[4] != "-":
        raise ValueError("not a date")
    date.fromisoformat(text[:10])
    if len(text) == 10:
        return value if text == value else text
    whole = _SHORT_OFFSET.sub(r"\1:00", text) if len(text) > 13 else text
    if text[10] not in "T " or not _is_moment(whole):
        raise ValueError("not a moment")
    return value if whole == value else whole


def _is_moment(iso: str) -> bool:
    return datetime.fromisoformat(iso).year > 0


def _is_no_date(text: str) -> bool:
    if not text.startswith(NO_DATE):
        return False
    rest = re.sub(r"[T :.0Z+-]", "", text[10:] if "-" in text else "")
    return not rest


def _from_epoch_ms(at_ms: int) -> str:
    try:
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError("not a moment") from error
    if at.year == 1:
        return ""
    return at.isoformat(timespec="milliseconds" if at_ms % 1000 else "seconds")
