"""Does docs/connectors.md say what the connectors really understand?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from screenpop.cli import application
from screenpop.connector import ConnectorContext
from screenpop.connector.base import FAMILIES, PARAMETERS
from screenpop.connector.registry import Registry

PAGE = (Path(__file__).parents[3] / "docs" / "connectors.md").read_text()
EXAMPLES = [yaml.safe_load(x) for x in re.findall(r"```yaml\n(.*?)```", PAGE, re.S)]
BUILT_IN = ("csv_file", "http_json", "sql")
SERVICE_KEYS = {"connector", "source", "facet", "customer_of"}


def between(name: str) -> str:
    found = re.search(rf"<!-- {name}[^>]*-->\n(.*)<!-- end {name} -->", PAGE, re.S)
    assert found is not None
    return found[1].strip()


def test_the_tables_of_keys_are_those_of_the_models() -> None:
    app = application("connectors")
    tables = [
        CliRunner().invoke(app, ["connectors", name, "--markdown"]).output.strip()
        for name in BUILT_IN
    ]
    assert between("keys") == "\n\n".join(tables), (
        "paste the output of `screenpop connectors --markdown` between the marks"
    )


def test_the_table_of_parameters_is_that_of_the_code() -> None:
    rows = [
        f"| `{name}` | {text} |" for name, text in {**PARAMETERS, **FAMILIES}.items()
    ]
    head = ["| parameter | value |", "| --- | --- |"]
    assert between("parameters") == "\n".join([*head, *rows])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: next(iter(e["sources"])))
def test_each_example_is_accepted(
    example: dict[str, dict[str, dict[str, object]]],
) -> None:
    check(example)


@pytest.mark.parametrize("name", BUILT_IN)
def test_the_examples_that_the_connectors_show_are_accepted(name: str) -> None:
    check(yaml.safe_load(Registry().find(name).example))


def check(example: dict[str, dict[str, dict[str, object]]]) -> None:
    """As `check-config` does: models, then the connector and its lookups, no I/O."""
    made = {}
    for name, keys in example["sources"].items():
        kind = Registry().find(str(keys["connector"]))
        options = kind.source_options.model_validate(own(keys))
        made[name] = kind(options, ConnectorContext(source=name, folder=Path()))
    for name, keys in example["lookups"].items():
        connector = made[str(keys["source"])]
        asked = connector.lookup_options.model_validate(own(keys))
        assert connector.lookup(name, asked).needs


def own(keys: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in keys.items() if name not in SERVICE_KEYS}
