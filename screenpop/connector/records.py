"""How does what a source answers become a row or a contact?"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from itertools import chain
from operator import methodcaller
from sys import float_info
from typing import Annotated

import msgspec
from msgspec import Meta

from screenpop.connector.base import ContactRecord, ContactsBatch
from screenpop.connector.orders import CHANGED
from screenpop.connector.reading import NO_KEY, NO_NUMBER, ContactsReading
from screenpop.domain.profile import Row, Scalar
from screenpop.support.spare_time import Breath
from screenpop.support.text import WRONG_BYTE, Mended, sound

INTEGER_MAX = 2**53 - 1
"""Larger integers become text: a browser would round them."""

EXPONENT_MAX = 40
"""A decimal with a larger exponent keeps it: written out it would fill the memory."""

BITS = (b"\x00", b"\x01")
"""How MySQL's BIT(1) arrives: one byte."""

COLUMNS_TOLD = 30
NUMBER_COLUMNS = ("phone", "number")
KINDS_OF_NUMBER = ("label", "type", "kind")
"""`Phone 1 - Label` says which kind of number stands in the next column."""

CONTACT_COLUMNS = frozenset({"key", "name", "company", "country"})
_DICT, _TEXT = frozenset({dict}), frozenset({str})
_PLAIN = frozenset({str, int, float, bool, type(None)})
_VALUES = methodcaller("values")


class _InRange(msgspec.Struct):
    """A struct, because msgspec keeps how to check one."""

    rows: tuple[
        dict[
            str,
            str
            | Annotated[int, Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)]
            | Annotated[float, Meta(ge=-float_info.max, le=float_info.max)]
            | bool
            | None,
        ],
        ...,
    ]


_BINARY = "(binary, "
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def as_scalar(value: object) -> Scalar:
    """A value fit for a `Row`, whatever the driver made of it.

    Decimals become exact text, dates ISO 8601, bytes the text they hold (some
    systems keep decimals so) or, for a single bit, true or false, lists and objects
    JSON text. Not a number is None. Half a surrogate pair becomes U+FFFD.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return as_scalar(value.value)
    if isinstance(value, str):
        return sound(value)
    if isinstance(value, int):
        return int(value) if -INTEGER_MAX <= value <= INTEGER_MAX else _digits(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return _exact(value) if value.is_finite() else None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return _of_bytes(bytes(value))
    return _as_text(value)


def as_row(values: Mapping[str, object]) -> Row:
    return {sound(str(name)): as_scalar(value) for name, value in values.items()}


def sound_rows(rows: Iterable[Row]) -> tuple[Row, ...]:
    """A connector's rows, each fit for the journal whatever the connector made.

    Raises `TypeError` for what is not a mapping of columns to values.
    """
    given = tuple(rows)
    return given if _are_plain(given) else tuple(map(_sound_row, given))


def _are_plain(rows: tuple[Row, ...]) -> bool:
    """Is nothing to be done? All values at once: almost all answers are plain."""
    if not _DICT.issuperset(map(type, rows)):
        return False
    if not _TEXT.issuperset(map(type, chain.from_iterable(rows))):
        return False
    values = chain.from_iterable(map(_VALUES, rows))
    if not _PLAIN.issuperset(map(type, values)):
        return False
    try:
        msgspec.convert({"rows": rows}, _InRange)
        msgspec.json.encode(rows)  # half a surrogate pair cannot be encoded
    except (msgspec.ValidationError, UnicodeEncodeError):
        return False
    return True


def _sound_row(row: object) -> Row:
    if not isinstance(row, Mapping):
        raise TypeError(f"a row is a {type(row).__name__}, not columns with values")
    return as_row(row)


def contact_from_row(
    row: Row,
    *,
    number_columns: Sequence[str] = (),
    reading: ContactsReading | None = None,
    place: str | None = None,
) -> ContactRecord | None:
    """A contact from columns `key`, `name`, numbers, and maybe `company`, `country`.

    Numbers are the columns named in `number_columns`, else all whose name starts
    with `phone` or `number`. All other columns become the candidate's fields. None
    when there is no key or no number: such a row can never be found; `reading`
    counts it, with its `place` (`row 17`) where the key is what it lacks.
    """
    known = {name.lower(): name for name in row}
    if reading is not None:
        of_key = place or f"customer {row.get(known.get('key', ''))}"
        row = _without_mended(row, reading, of_key)
    columns = _number_columns(row, number_columns)
    numbers = tuple(text for name in columns if (text := _text(row.get(name))))
    as_read = row.get(known.get("key", ""))
    key = key_text(as_read)
    if reading is not None:
        reading.rows += 1
        _count(reading, key, numbers, place)
        if place is not None:
            reading.odd.same(place, f"customer {key}")
    if key is None or not numbers:
        return None
    return ContactRecord(
        key=key,
        key_as_read=None if as_read == key else as_read,
        numbers=numbers,
        name=_text(row.get(known.get("name", ""))) or key,
        company=_text(row.get(known.get("company", ""))),
        country=_text(row.get(known.get("country", ""))),
        fields={
            name: value
            for name, value in row.items()
            if name not in columns and name.lower() not in CONTACT_COLUMNS
        },
    )


def batch_of_changes(
    rows: Iterable[Row],
    *,
    number_columns: Sequence[str],
    reading: ContactsReading,
    since: Scalar = None,
    of_changes: bool = True,
) -> ContactsBatch:
    """Contacts of rows with a column `changed`, and who of them has no number now.

    `changed` does not describe the customer: it is left out of the fields. With
    `of_changes` False the source cannot say what changed, and it is kept. For a
    thread: a thousand rows take some 8 ms.
    """
    contacts, gone, breath = list[ContactRecord](), list[str](), Breath()
    for row in rows:
        breath.take()
        if of_changes:
            row = {name: row[name] for name in row if name.lower() != CHANGED}
        record = contact_from_row(row, number_columns=number_columns, reading=reading)
        if record is not None:
            contacts.append(record)
        elif of_changes:
            keys = (row[name] for name in row if name.lower() == "key")
            gone += filter(None, map(key_text, keys))
    return ContactsBatch(contacts=contacts, gone=gone, since=since)


def _without_mended(row: Row, reading: ContactsReading, place: str) -> Row:
    """Texts with wrong bytes are named, and then like any other."""
    mended = [name for name, value in row.items() if type(value) is Mended]
    for name in mended:
        reading.odd.add(place, name, WRONG_BYTE)
    return {**row, **{name: str(row[name]) for name in mended}} if mended else row


def _count(
    reading: ContactsReading,
    key: str | None,
    numbers: Sequence[str],
    place: str | None,
) -> None:
    if key is None:
        reading.leave_out(NO_KEY, place or f"row {reading.rows}")
    elif not numbers:
        reading.leave_out(NO_NUMBER)
    else:
        reading.contacts += 1


def lacking_for_contacts(
    columns: Iterable[str], number_columns: Sequence[str] = ()
) -> str | None:
    """What these columns lack to be contacts, and what to do; None: nothing.

    Says it once where `contact_from_row` would pass over each row in silence.
    """
    given = {name.lower(): name for name in columns}
    listed = ", ".join(list(given.values())[:COLUMNS_TOLD])
    if "key" not in given:
        return f"gives no `key`, only {listed}. Name what identifies a customer `key`."
    lacking = [name for name in number_columns if name.lower() not in given]
    if lacking:
        return f"gives no `{lacking[0]}`, only {listed}. Correct `numbers`."
    if not number_columns and not any(map(holds_numbers, given)):
        return (
            f"gives no number, only {listed}. Let the name of a column with numbers"
            " begin with `phone` or `number`, or list it under `numbers`."
        )
    return None


@lru_cache(maxsize=1024)  # asked for each row; columns are few
def holds_numbers(column: str) -> bool:
    """Does a column of this name hold numbers, where nothing else says it?"""
    name = column.lower().strip()
    return name.startswith(NUMBER_COLUMNS) and not name.endswith(KINDS_OF_NUMBER)


def _number_columns(row: Row, listed: Sequence[str]) -> tuple[str, ...]:
    if listed:
        wanted = {name.lower() for name in listed}
        return tuple(name for name in row if name.lower() in wanted)
    return tuple(name for name in row if holds_numbers(name))


def key_text(value: Scalar) -> str | None:
    """A key's text, the same whether a number came as 41 or as 41.0."""
    if isinstance(value, str) and value.startswith(_BINARY):
        return None  # it would be the key of all others of this size, too
    whole = isinstance(value, float) and value.is_integer()
    return _text(int(value) if whole else value)  # type: ignore[arg-type]


def _text(value: Scalar) -> str | None:
    return None if value is None else str(value).strip() or None


def _as_text(value: object) -> str:
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, Mapping):
        return sound(_json({str(name): inner for name, inner in value.items()}))
    if isinstance(value, list | tuple | set | frozenset):
        return sound(_json(list(value)))
    return sound(str(value))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=as_scalar)


def _digits(value: int) -> str:
    try:
        return str(int(value))
    except ValueError:  # Python refuses to write more than 4300 digits
        return f"({value.bit_length()} bits)"


def _duration(value: timedelta) -> str:
    """`26:03:04`: MySQL's TIME may be negative and longer than a day."""
    whole, rest = divmod(abs(value) // timedelta(microseconds=1), 1_000_000)
    hours, seconds = divmod(whole, 3600)
    sign, fraction = "-" * (value.days < 0), f".{rest:06}" * bool(rest)
    return f"{sign}{hours:02}:{seconds // 60:02}:{seconds % 60:02}{fraction}"


def _exact(value: Decimal) -> str:
    return format(value, "f" if abs(value.adjusted()) <= EXPONENT_MAX else "")


def _of_bytes(value: bytes) -> Scalar:
    if value in BITS:
        return value == b"\x01"
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return f"{_BINARY}{len(value)} bytes)"
    if _CONTROL.search(text):
        return f"{_BINARY}{len(value)} bytes)"
    return text
