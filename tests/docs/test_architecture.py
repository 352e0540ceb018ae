"""Do docs/architecture.md and CONTRIBUTING.md name files and functions that exist?"""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
PATH = re.compile(
    r"`((?:screenpop|connectors|agent_ui|tests|docs|scripts|config)/[\w./-]+)`"
)
ROW = re.compile(r"^\|[^|]*\| `(screenpop/\S+\.py)` \| ([^|]+) \|", re.MULTILINE)


def functions_in(file: Path) -> set[str]:
    """`Class.method` and `function`, as the page names them."""
    found = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {
                f"{node.name}.{each.name}"
                for each in node.body
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
            }
    return found


def test_each_step_of_a_call_names_functions_of_its_file() -> None:
    rows = ROW.findall(ARCHITECTURE)
    assert len(rows) >= 17
    for file, names in rows:
        named = set(re.findall(r"`([\w.]+)`", names))
        assert named
        assert named <= functions_in(ROOT / file), file


def test_the_steps_are_numbered_in_the_diagram_as_in_the_table() -> None:
    diagram = ARCHITECTURE.partition("```mermaid")[2].partition("```")[0]
    steps = dict(re.findall(r"^\| (\d+) (\w+) \|", ARCHITECTURE, re.MULTILINE))
    assert list(map(int, steps)) == list(range(1, 14))
    for number, name in steps.items():
        assert re.search(rf"\b{number} (?:\w+ )*?{name}\w*", diagram), name


@pytest.mark.parametrize("text", [ARCHITECTURE, CONTRIBUTING], ids=["a", "c"])
def test_every_file_that_is_named_exists(text: str) -> None:
    named = PATH.findall(text)
    assert len(named) >= 5
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_rooms_are_those_of_the_import_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    block = ARCHITECTURE.partition("```text\n")[2].partition("```")[0]
    rooms = [re.split(r"  +", line)[0] for line in block.splitlines()]
    assert rooms == layers
