"""In which types may a database keep this key?

A key that was read in one place is compared in another, where it may be of another
type: SQLite compares without conversion where a column has no type (views,
expressions), CHAR(n) is padded with blanks, a blob holds the bytes of a text. So a
parameter that is compared (`customer_id = :customer.key`) is compared with each
spelling that is the same key. A spelling never makes another key of it: `0041` is not
41, and `2.0` is not `2`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from uuid import UUID

from screenpop.connector import Scalar, as_scalar
from screenpop.connector.keys import (
    Exact,
    as_key,
    as_numbers,
    number_texts,
    uuid_of,
    uuid_texts,
)
from screenpop_connectors.sql.statement import Statement, bind_name

BINARY_BYTES_MAX = 64
"""Longer binary values are not keys; they are shown by their size alone."""

INT64 = range(-(2**63), 2**63)
_BINARY = re.compile(r"x'((?:[0-9a-f]{2})+)'")
_MYSQL_BIT = 16  # its type code in a cursor's description

CONVERTING = frozenset({"postgresql", "mysql", "mariadb"})
"""They compare `41.0` with an integer. Others refuse, or depend on their language."""
UUID_BYTES = 16

Bound = Scalar | bytes


class Flag(str):
    """How a text column may keep true or false; a number column keeps 1 or 0."""

    __slots__ = ()

    @property
    def digit(self) -> str:
        return "1" if self in ("true", "t", "1") else "0"


def shown(value: object) -> Scalar:
    """A column's value; short binary data as a literal that `spellings` reads again."""
    if not isinstance(value, bytes | bytearray | memoryview):
        return as_scalar(value)
    plain = as_scalar(value)
    data = bytes(value)
    if isinstance(plain, str) and plain.startswith("(binary, "):
        return f"x'{data.hex()}'" if len(data) <= BINARY_BYTES_MAX else plain
    return plain


def key_shown(value: object) -> Scalar:
    """The same for a column that identifies: a decimal is a number there."""
    return as_key(value) if isinstance(value, Decimal | Exact) else shown(value)


def bits(value: object, length: int) -> object:
    """MySQL's BIT(n) is bytes: one bit is true or false, more are a number."""
    if not isinstance(value, bytes | bytearray):
        return value
    number = int.from_bytes(value)
    return bool(number) if length == 1 else number


def is_bit(type_code: object) -> bool:
    return type_code == _MYSQL_BIT


def spellings(value: Scalar, backend: str) -> tuple[Bound, ...]:
    """The value as read first, then the same key as other types; no two are equal."""
    if isinstance(value, bool):
        return _of_flag(value, backend)
    if isinstance(value, int | float):
        return _of_number(value, backend)
    if value is None:
        return (None,)
    return tuple(_distinct(_of_text(value) if backend == "sqlite" else _server(value)))


def _of_flag(value: bool, backend: str) -> tuple[Bound, ...]:
    texts = ("true", "t", "1") if value else ("false", "f", "0")
    if backend == "sqlite":
        return (value, *texts, bytes((value,)))
    return tuple(map(Flag, texts)) if backend == "postgresql" else (value,)


def _of_number(value: int | float, backend: str) -> tuple[Bound, ...]:
    texts = number_texts(value)
    if backend != "sqlite":
        return texts if backend in CONVERTING else texts[:1]
    if isinstance(value, float) and value.is_integer() and int(value) in INT64:
        return (value, int(value), *texts, texts[0].encode())
    return (value, *texts, texts[0].encode())


def _of_text(text: str) -> Iterator[Bound]:
    if (data := binary(text)) is not None:
        yield data
        yield from _of_uuid_bytes(data)
    yield text
    bare = text.strip()
    yield bare
    number = _number(bare)
    if number is not None:
        yield number
    yield text.encode()
    if (uuid := uuid_of(bare)) is not None:
        yield from uuid_texts(uuid)
        yield uuid.bytes


def _server(text: str) -> Iterator[Bound]:
    """Servers convert text to the column's type; padding is theirs, but for Oracle."""
    if (data := binary(text)) is not None:
        yield data
        yield from _of_uuid_bytes(data)
        return
    yield text
    bare = text.strip()
    yield bare
    if (uuid := uuid_of(bare)) is not None:
        yield from uuid_texts(uuid)


def _of_uuid_bytes(data: bytes) -> Iterator[str]:
    if len(data) == UUID_BYTES:
        yield from uuid_texts(UUID(bytes=data))


class SpelledQuery:
    """A statement and its values, for one set of parameters."""

    def __init__(self, statement: Statement, backend: str, other: Callable[[str], str]):
        """`other` writes what is not a parameter, as the driver wants it."""
        self._statement = statement
        self._backend = backend
        self._other = other
        self._texts: dict[tuple[int, ...], str] = {}

    def asked(self, params: Mapping[str, Scalar]) -> tuple[str, dict[str, Bound]]:
        """The text with `:name` for each value, and the values."""
        compared = {
            name: spellings(value, self._backend)
            for name, value in params.items()
            if name in self._statement.compared
        }
        bound: dict[str, Bound] = {bind_name(n): v for n, v in params.items()}
        for name, values in compared.items():
            for place, value in enumerate(values):
                bound[_place(name, place)] = value
        counts = {name: len(values) for name, values in compared.items()}
        return self._text(counts), bound

    def as_numbers(self, params: Mapping[str, Scalar]) -> Mapping[str, Scalar] | None:
        return as_numbers(params, self._statement.compared)

    def _text(self, counts: Mapping[str, int]) -> str:
        key = tuple(counts.values())
        text = self._texts.get(key)
        if text is None:
            text = self._texts[key] = self._statement.written(
                parameter=lambda name: f" :{bind_name(name)} ",
                other=self._other,
                compared=lambda name: ", ".join(
                    f" :{_place(name, place)} " for place in range(counts[name])
                ),
            )
        return text


def _place(name: str, place: int) -> str:
    return f"{bind_name(name)}__{place}"


def binary(text: str) -> bytes | None:
    """The bytes of what `shown` made of a binary value."""
    found = _BINARY.fullmatch(text)
    return bytes.fromhex(found.group(1)) if found else None


def whole(value: Scalar) -> Scalar:
    """`41.00` as `41`: a decimal that is whole, for a column of integers."""
    text = str(value)
    head, dot, tail = text.partition(".")
    return head if dot and head.lstrip("-").isdigit() and not tail.strip("0") else value


def _number(text: str) -> int | float | None:
    """The number that is written just like this; None for `0041`, `2.00`, `1e3`."""
    try:
        number = int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return None
    if isinstance(number, int) and number not in INT64:
        return None
    return number if str(number) == text else None


def _distinct(values: Iterable[Bound]) -> Iterator[Bound]:
    seen = set()
    for value in values:
        empty = isinstance(value, str | bytes) and not value
        if not empty and (type(value), value) not in seen:
            seen.add((type(value), value))
            yield value
    if not seen:
        yield ""
