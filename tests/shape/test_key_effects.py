"""Does each key of the configuration have a test that shows its effect?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from screenpop.config.model import Configuration
from screenpop.config.schema import documented_keys
from screenpop.connector.registry import Registry

TESTS = Path(__file__).parents[1]
CONNECTORS = ("sql", "http_json", "csv_file", "carddav", "ldap", "python", "redis")
FORMS = ("graphql", "odata", "json_rpc", "xml")
"""Of http_json, whose tests show what they inherit: a lookup's own keys count here."""


def every_key() -> set[str]:
    """As docs/configuration.md writes them; connectors' keys begin with their name."""
    keys = set(documented_keys(Configuration))
    for name in CONNECTORS:
        kind = Registry().find(name)
        for model, prefix in (
            (kind.source_options, "sources.NAME."),
            (kind.lookup_options, "lookups.NAME."),
        ):
            keys |= {f"{name}: {key}" for key in documented_keys(model, prefix)}
    prefix = "lookups.NAME."
    base = {*documented_keys(Registry().find("http_json").lookup_options, prefix)}
    for name in FORMS:
        model = Registry().find(name).lookup_options
        keys |= {f"{name}: {key}" for key in {*documented_keys(model, prefix)} - base}
    return keys


def with_values(keys: set[str]) -> set[str]:
    """Keys that hold a value, not only other keys."""
    groups = {key for key in keys if any(_is_inside(each, key) for each in keys)}
    return keys - groups


def _is_inside(key: str, group: str) -> bool:
    return key.startswith((f"{group}.", f"{group}[]"))


def shown() -> Iterator[tuple[str, str, str]]:
    """Key, file and test of every `shows_effect_of`."""
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text()
        if "shows_effect_of" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for key in _keys_of(node):
                    yield key, path.name, node.name


def _keys_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "shows_effect_of":
            for argument in mark.args:
                assert isinstance(argument, ast.Constant), ast.unparse(mark)
                yield str(argument.value)


def test_every_key_has_a_test_that_shows_its_effect() -> None:
    missing = with_values(every_key()) - {key for key, _, _ in shown()}
    assert missing == set(), f"write a test with @shows_effect_of for {sorted(missing)}"


def test_tests_name_keys_that_there_are() -> None:
    known = every_key()
    wrong = [each for each in shown() if each[0] not in known]
    assert wrong == []


def test_what_shows_an_effect_is_a_test() -> None:
    wrong = [each for each in shown() if not each[2].startswith("test_")]
    assert wrong == []
