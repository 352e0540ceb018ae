"""Which keys may stand under a source or a lookup, and what are they for?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from pydantic import BaseModel

from screenpop.connector.records import INTEGER_MAX, as_scalar
from screenpop.domain.errors import Unavailable
from screenpop.domain.profile import Scalar

JsonSchema: TypeAlias = Mapping[str, Any]
"""Part of a JSON Schema, as pydantic makes it."""

_WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "mapping",
    "null": "nothing",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key as people write it: inner ones with a dot, `contacts.query`."""

    name: str
    type: str
    required: bool
    default: str  # as JSON; empty when there is none
    help: str


def keys_of(model: type[BaseModel]) -> tuple[Key, ...]:
    """All keys of an option model, inner models' keys after theirs.

    In the order of the model; those that it shares with other connectors, by a second
    base class (TLS), come last.
    """
    schema = model.model_json_schema()
    shared = _shared(model)
    properties = schema.get("properties", {})
    last = sorted(properties, key=lambda name: name in shared)
    ordered = {**schema, "properties": {name: properties[name] for name in last}}
    return tuple(_keys(ordered, schema.get("$defs", {}), ""))


def _shared(model: type[BaseModel]) -> set[str]:
    first, *others = model.__bases__
    names = _shared(first) if issubclass(first, BaseModel) else set()
    models = (base for base in others if issubclass(base, BaseModel))
    return names.union(*(base.model_fields for base in models))


def _keys(schema: JsonSchema, inner: JsonSchema, prefix: str) -> Iterator[Key]:
    required = schema.get("required", ())
    for name, shape in schema.get("properties", {}).items():
        yield Key(
            name=f"{prefix}{name}",
            type=_type(shape),
            required=name in required,
            default=_default(shape),
            help=str(shape.get("description", "")),
        )
        for reference in _references(shape):
            yield from _keys(inner[reference], inner, f"{prefix}{name}.")


def _type(shape: JsonSchema) -> str:
    if "enum" in shape:
        return " or ".join(str(value) for value in shape["enum"])
    if "anyOf" in shape:
        kinds = (_type(choice) for choice in shape["anyOf"])
        return " or ".join(dict.fromkeys(k for k in kinds if k != "nothing"))
    if shape.get("format") == "password":
        return "secret"
    if shape.get("format") == "path":
        return "path"
    return _WORDS.get(str(shape.get("type")), "mapping" if "$ref" in shape else "any")


def _default(shape: JsonSchema) -> str:
    default = shape.get("default")
    empty = default is None or default in ("", [], {})
    return "" if empty else json.dumps(default, ensure_ascii=False)


def _references(shape: JsonSchema) -> Iterator[str]:
    """Names of models that the key itself holds, not a list or mapping of them."""
    for choice in (shape, *shape.get("anyOf", ())):
        if "$ref" in choice:
            yield str(choice["$ref"]).rpartition("/")[2]


# -- Which values are the same key, though they are kept in other types?
# A number has one key however it is kept: 41, 41.0, a decimal `41.00`, the text
# `41`. A text is a key by its characters: as texts `41`, `041` and `41.00` are
# three keys. So texts equal a number only if one of the two sides is a number.

KEY_COLUMNS = frozenset({"key", "id"})
"""Columns that identify: a decimal there is a number, not an amount as written."""

SCALE_MAX = 4
"""So many digits behind the point may a number have that is kept as a text."""
DIGITS_MAX = 30
"""A longer decimal is not a key; written out it would fill the memory."""

_ZEROS = tuple("." + "0" * scale for scale in range(1, SCALE_MAX + 1))
_PLAIN = re.compile(r"-?(?:0|[1-9]\d{0,17})(?:\.\d{1,12})?", re.ASCII)
_UUID = re.compile(
    r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}",
    re.ASCII | re.IGNORECASE,
)


class Exact(str):
    """The text of a decimal, by a driver that gives decimals as text."""

    __slots__ = ()


def as_key(value: object) -> Scalar:
    """A value that identifies: a decimal becomes the number that it is.

    It becomes text only where no number holds it exactly.
    """
    number = value if isinstance(value, Decimal) else None
    if isinstance(value, Exact) and _PLAIN.fullmatch(value):
        number = Decimal(value)
    if number is None or not number.is_finite() or number.adjusted() > DIGITS_MAX:
        return as_scalar(value)
    if number == number.to_integral_value():
        whole = int(number)
        return whole if abs(whole) <= INTEGER_MAX else str(whole)
    near = float(number)
    return near if Decimal(repr(near)) == number else as_scalar(number)


def number_texts(number: int | float) -> tuple[str, ...]:
    """`41`, `41.0` … `41.0000`: how columns of text keep this number."""
    if isinstance(number, float):
        if not number.is_integer():
            return _fraction_texts(str(number))
        number = int(number)
    text = str(number)
    if len(text) > DIGITS_MAX:
        return (text,)
    return (text, *[text + zeros for zeros in _ZEROS])


def _fraction_texts(text: str) -> tuple[str, ...]:
    fraction = text.partition(".")[2]
    if not fraction.isdigit():
        return (text,)  # 1e-07
    return (
        text,
        *[text + "0" * more for more in range(1, SCALE_MAX + 1 - len(fraction))],
    )


def number_of(text: str) -> Decimal | None:
    """The number that this text writes without leading zeros; None for `041`, `1e3`."""
    return Decimal(text) if _PLAIN.fullmatch(text) else None


def as_numbers(
    params: Mapping[str, Scalar], compared: Iterable[str]
) -> Mapping[str, Scalar] | None:
    """The parameters, those that may have been decimals as numbers; None: no such.

    A text `41.00` and the decimal 41.00 look alike, but the text `41` is another key
    than the first and the same as the second. Asked after nothing was found: rows
    mean that the question cannot be answered (`uncertain`).
    """
    numbers = {
        name: number
        for name in compared
        if not is_typed_in(name)
        and isinstance(value := params[name], str)
        and (number := _of_decimal(value)) is not None
    }
    return {**params, **numbers} if numbers else None


def uncertain(label: str) -> Unavailable:
    """There are rows if the value is a number, and none if it is a text."""
    return Unavailable(
        f"{label} compares a number like 41.00 with a text, and there are rows where"
        " the number is written differently. Cast both to one type in the queries.",
        brief="keeps its customers under keys of another type",
        blames_source=False,
    )


def is_typed_in(parameter: str) -> bool:
    """Does its value come from the call, not from a source?"""
    return "." not in parameter or parameter.startswith("ivr.")


def _of_decimal(text: str) -> int | float | None:
    if not text.endswith("0") or "." not in text:
        return None
    number = number_of(text)
    key = None if number is None else as_key(number)
    return None if isinstance(key, str | bool) else key


def uuid_of(text: str) -> UUID | None:
    return UUID(text) if len(text) in (32, 36) and _UUID.fullmatch(text) else None


def uuid_texts(value: UUID) -> tuple[str, ...]:
    """With and without hyphens, in small and in capital letters."""
    dashed, plain = str(value), value.hex
    return dashed, dashed.upper(), plain, plain.upper()
