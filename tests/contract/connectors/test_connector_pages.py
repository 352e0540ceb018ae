"""Does each page under docs/connectors/ say what its connector really understands?"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from screenpop.cli import application
from screenpop.config.sources import LookupSettings, Source
from screenpop.connector import ConnectorContext
from screenpop.connector.registry import Registry

DOCS = Path(__file__).parents[3] / "docs"
PAGES = {
    page.stem: page.read_text("utf-8")
    for page in sorted((DOCS / "connectors").glob("*.md"))
    if page.stem != "writing"
}
SERVICE_KEYS = {*Source.model_fields, *LookupSettings.model_fields}


@pytest.mark.parametrize("name", PAGES)
def test_the_keys_of_a_page_are_those_of_the_models(name: str) -> None:
    printed = CliRunner().invoke(
        application("connectors"), ["connectors", name, "--markdown"]
    )
    found = re.search(
        r"<!-- keys[^>]*-->\n(.*)<!-- end keys -->", PAGES[name], re.DOTALL
    )
    assert found is not None
    assert found[1].strip() == printed.output.strip(), "stale: run scripts/gen-docs"


@pytest.mark.parametrize("name", PAGES)
def test_the_examples_of_a_page_and_its_connector_are_accepted(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for code in re.findall(r"```python\n(.*?)```", PAGES[name], re.DOTALL):
        (tmp_path / "stock_book.py").write_text(code)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "stock_book", raising=False)
    texts = re.findall(r"```yaml\n(.*?)```", PAGES[name], re.DOTALL)
    assert texts
    for text in [*texts, Registry().find(name).example]:
        accept(yaml.safe_load(text))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_linked_from_the_page_of_all_connectors_and_the_readme(
    name: str,
) -> None:
    assert f"(connectors/{name}.md" in (DOCS / "connectors.md").read_text("utf-8")
    readme = (DOCS.parent / "README.md").read_text("utf-8")
    assert f"docs/connectors/{name}.md" in readme


def accept(example: dict[str, dict[str, dict[str, Any]]]) -> None:
    """As `check-config` does: models, then the connector and its lookups, no I/O."""
    made = {}
    for name, keys in example["sources"].items():
        kind = Registry().find(str(keys["connector"]))
        options = kind.source_options.model_validate(own(keys))
        made[name] = kind(options, ConnectorContext(source=name, folder=Path()))
    for name, keys in example.get("lookups", {}).items():
        connector = made[str(keys["source"])]
        asked = connector.lookup_options.model_validate(own(keys))
        assert connector.lookup(name, asked).needs


def own(keys: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in keys.items() if name not in SERVICE_KEYS}
