from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from screenpop.config.schema import json_schema
from screenpop.connector.registry import Registry

ROOT = Path(__file__).parents[3]
REGISTRY = Registry()
SCHEMA = json_schema({name: REGISTRY.find(name) for name in ("csv_file", "sql")})


def complaints(text: str) -> list[str]:
    validator = Draft202012Validator(SCHEMA)
    return [error.message for error in validator.iter_errors(yaml.safe_load(text))]


def test_it_is_a_valid_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_smallest_configuration_fits() -> None:
    assert complaints((ROOT / "config" / "screenpop.minimal.yaml").read_text()) == []


@pytest.mark.parametrize(
    "text",
    [
        "server: {port: '${PORT}'}",
        "sources:\nlookups:\n",
        "sources: {crm: {connector: sql, url: 'sqlite:///x', timeout_ms: 5}}",
        "sources: {c: {connector: strange_plugin}}",
        "lookups: {a: {source: c, facet: balance, query: select 1}}",
    ],
)
def test_what_is_right_fits(text: str) -> None:
    assert complaints(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "server: {port: soon}",
        "server: {prot: 1}",
        "sources: {crm: {connector: sql}}",
        "sources: {crm: {connector: sql, url: x, path: y}}",
        "lookups: {a: {source: c, facet: balance, query: select 1, quary: x}}",
    ],
)
def test_what_is_wrong_does_not(text: str) -> None:
    assert complaints(text)


def test_references_point_into_the_schema() -> None:
    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [ref for value in node.values() for ref in references(value)]
        if isinstance(node, list):
            return [ref for value in node for ref in references(value)]
        return []

    known = {f"#/$defs/{name}" for name in SCHEMA["$defs"]}
    assert set(references(SCHEMA)) <= known
