"""What may stand in a configuration, as JSON Schema for editors?

Made from the models and the option models of the connectors given. Every number
and flag may also be a text with `${…}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, TypeAlias

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from screenpop.config.facets import BUILT_IN, ColumnShape
from screenpop.config.model import Configuration
from screenpop.config.policy import ItemLookup
from screenpop.config.prepare import AnyConnector
from screenpop.config.sources import LookupSettings, SearchSettings, Source
from screenpop.config.translate import keys_at, model_in

Schema: TypeAlias = dict[str, Any]
"""A JSON Schema: JSON of any shape."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = r"\$\{"


def json_schema(connectors: Mapping[str, type[AnyConnector]]) -> Schema:
    """The whole schema. A source's further keys follow from its `connector`."""
    schema = Configuration.model_json_schema()
    definitions = schema["$defs"]
    source, lookup = definitions[Source.__name__], definitions[LookupSettings.__name__]
    of_items = definitions[ItemLookup.__name__]
    of_search = definitions[SearchSettings.__name__]
    for definition in (source, lookup, of_items, of_search):
        definition.pop("additionalProperties", None)
        definition["unevaluatedProperties"] = False
    source["allOf"] = [
        _when(name, _own(kind.source_options, f"{name}_source", definitions))
        for name, kind in connectors.items()
    ]
    lookup["anyOf"] = of_items["anyOf"] = of_search["anyOf"] = [
        _own(kind.lookup_options, f"{name}_lookup", definitions)
        for name, kind in connectors.items()
    ]
    if not connectors:
        del source["allOf"], lookup["anyOf"], of_items["anyOf"], of_search["anyOf"]
    schema["properties"] = {
        name: _or_empty(value) for name, value in schema["properties"].items()
    }
    whole: Schema = _with_references(
        {"$schema": DIALECT, "title": "Screenpop configuration", **schema}
    )
    return whole


def _when(connector: str, options: Schema) -> Schema:
    named = {"properties": {"connector": {"const": connector}}}
    return {"if": {**named, "required": ["connector"]}, "then": options}


def _own(model: type[BaseModel], name: str, definitions: Schema) -> Schema:
    """A reference to the connector's options; their definitions get its name."""
    schema = model.model_json_schema(ref_template=f"#/$defs/{name}_{{model}}")
    for inner, definition in schema.pop("$defs", {}).items():
        definitions[f"{name}_{inner}"] = definition
    schema.pop("additionalProperties", None)
    definitions[name] = schema
    return {"$ref": f"#/$defs/{name}"}


def _or_empty(schema: Schema) -> Schema:
    """A section may be left empty."""
    if schema.get("type") in ("object", "array"):
        return {**schema, "type": [schema["type"], "null"]}
    if "$ref" in schema:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return {**rest, "anyOf": [{"$ref": schema["$ref"]}, {"type": "null"}]}
    return schema


def _with_references(schema: Any) -> Any:
    """Numbers and flags may come from outside: `${PORT}`."""
    if isinstance(schema, list):
        return [_with_references(item) for item in schema]
    if not isinstance(schema, dict):
        return deepcopy(schema)
    changed = {key: _with_references(value) for key, value in schema.items()}
    if changed.get("type") in ("integer", "number", "boolean"):
        changed["type"] = [changed["type"], "string"]
        changed["pattern"] = _REFERENCE
    return changed


# -- How does the reference of all configuration keys read?
# `docs/configuration.md` holds it between two marks; `scripts/gen-docs` writes it
# again, and a test compares.

_REPEATED = {"dict": ".NAME", "tuple": "[]", "list": "[]"}


def reference(connectors: Mapping[str, type[AnyConnector]]) -> str:
    """Markdown: one table for each section, each connector and the facets."""
    parts = [*_sections(Configuration, "")]
    for name, kind in connectors.items():
        parts += [
            f"### Connector `{name}`\n",
            f"{_first_line(kind)}\n",
            *_sections(kind.source_options, "sources.NAME."),
            *_sections(kind.lookup_options, "lookups.NAME."),
        ]
    return "\n".join([*parts, *_facets()])


def _sections(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """A model's own keys as a table, then each model inside of it."""
    heading = prefix.rstrip(".") or "The whole file"
    yield f"#### `{heading}`\n" if prefix else f"### {heading}\n"
    if model.__doc__ and model.__module__.startswith("screenpop.config"):
        yield f"{model.__doc__.strip().splitlines()[0]}\n"
    rows = list(_rows(model, prefix))
    if rows:
        yield "| key | type | default | meaning |\n|---|---|---|---|"
        yield from rows
        yield ""
    for name, info in model.model_fields.items():
        inner = model_in(info.annotation)
        if inner is not None:
            yield from _sections(inner, f"{prefix}{name}{_many(info)}.")


def _rows(model: type[BaseModel], prefix: str) -> Iterator[str]:
    properties = model.model_json_schema().get("properties", {})
    for name, info in model.model_fields.items():
        key = info.alias or name
        schema = properties.get(key, {})
        meaning = " ".join((info.description or _of_inner(info)).split())
        cells = (f"`{prefix}{key}`", _type(schema), _default(info, schema), meaning)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _of_inner(info: FieldInfo) -> str:
    """A key that holds a model means what the model says of itself."""
    inner = model_in(info.annotation)
    return (inner.__doc__ or "").strip().partition("\n")[0] if inner else ""


def _many(info: FieldInfo) -> str:
    written = str(info.annotation).partition("[")[0].rpartition(".")[2]
    return _REPEATED.get(written, "")


def _type(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        kinds = [_type(s) for s in schema["anyOf"] if s.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("format") == "password":
        return "secret text"
    names = {"string": "text", "integer": "whole number", "array": "list"}
    names |= {"boolean": "flag", "object": "keys", "number": "number"}
    return names.get(str(schema.get("type")), "keys") + _range(schema)


def _range(schema: Mapping[str, Any]) -> str:
    marks = {
        "exclusiveMinimum": "> {}",
        "minimum": "≥ {}",
        "exclusiveMaximum": "< {}",
        "maximum": "≤ {}",
    }
    said = [mark.format(schema[key]) for key, mark in marks.items() if key in schema]
    return f", {', '.join(said)}" if said else ""


def _default(info: FieldInfo, schema: Mapping[str, Any]) -> str:
    if info.is_required():
        return "required"
    default = schema.get("default")
    if default is None or default in ({}, [], ""):
        return ""
    if isinstance(default, dict | list):
        return ""
    return f"`{json.dumps(default, ensure_ascii=False)}`".replace('"', "")


def _facets() -> Iterator[str]:
    yield "### Built-in facets\n"
    yield "| facet | label | a lookup fills | fields | columns of its rows |"
    yield "|---|---|---|---|---|"
    for shape in BUILT_IN:
        cells = (
            f"`{shape.name}`",
            shape.label,
            f"`{shape.kind}`",
            _columns(shape.fields),
            _columns(shape.columns),
        )
        yield f"| {' | '.join(cells)} |"


def _columns(columns: tuple[ColumnShape, ...]) -> str:
    return ", ".join(
        f"`{column.name}`" + ("" if column.type == "text" else f" ({column.type})")
        for column in columns
    )


def _first_line(kind: type[object]) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]


def documented_keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every key as the tables write it, e.g. `sources.NAME.timeout_ms`."""
    for key in keys_at(model, ()):
        yield f"{prefix}{key}"
    for name, info in model.model_fields.items():
        inner = model_in(info.annotation)
        if inner is not None:
            yield from documented_keys(inner, f"{prefix}{name}{_many(info)}.")
