"""Which keys may stand under a source or a lookup, and what are they for?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from pydantic import BaseModel

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
    """All keys of an option model in their order, inner models' keys after theirs."""
    schema = model.model_json_schema()
    return tuple(_keys(schema, schema.get("$defs", {}), ""))


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
