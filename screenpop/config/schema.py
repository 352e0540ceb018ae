"""What may stand in a configuration, as JSON Schema for editors?

Made from the models and the option models of the connectors given. Every number
and flag may also be a text with `${…}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, TypeAlias

from pydantic import BaseModel

from screenpop.config.model import Configuration, LookupSettings, Source
from screenpop.config.prepare import AnyConnector

Schema: TypeAlias = dict[str, Any]
"""A JSON Schema: JSON of any shape."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE = r"\$\{"


def json_schema(connectors: Mapping[str, type[AnyConnector]]) -> Schema:
    """The whole schema. A source's further keys follow from its `connector`."""
    schema = Configuration.model_json_schema()
    definitions = schema["$defs"]
    source, lookup = definitions[Source.__name__], definitions[LookupSettings.__name__]
    for definition in (source, lookup):
        definition.pop("additionalProperties", None)
        definition["unevaluatedProperties"] = False
    source["allOf"] = [
        _when(name, _own(kind.source_options, f"{name}_source", definitions))
        for name, kind in connectors.items()
    ]
    lookup["anyOf"] = [
        _own(kind.lookup_options, f"{name}_lookup", definitions)
        for name, kind in connectors.items()
    ]
    if not connectors:
        del source["allOf"], lookup["anyOf"]
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
