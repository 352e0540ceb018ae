"""Whatever stands in the file: problems with places, never a traceback."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from screenpop.config.check import Checked
from screenpop.config.load import Examined, examine_text
from screenpop.node.asking import checked_whole

FOLDER = Path(__file__).parents[2] / "config"
FILE = FOLDER / "fuzzed.yaml"
VALID = (FOLDER / "screenpop.minimal.yaml").read_text()
WIDE = f"""{VALID}
facets:
  vans: {{label: Vans, columns: {{plate: {{label: Plate, type: text}}}}}}
queues: {{sales: {{label: Sales}}}}
dialled: {{"+442079460100": {{label: Shop}}}}
store: {{url: 'sqlite+aiosqlite:///x', history_days: 5}}
identify: {{confident: 0.7}}
limits: {{body_bytes_max: 1000}}
"""


def examined(text: str) -> tuple[Examined, Checked]:
    """As `check-config` does it, from a text instead of a file."""
    found = examine_text(text, FILE, environ={})
    return found, checked_whole(found)


def assert_told(text: str) -> None:
    found, checked = examined(text)
    problems = checked.problems
    assert found.loaded is not None or problems
    lines = text.count("\n") + 2
    for problem in problems:
        assert 1 <= problem.line <= max(lines, 2)
        assert problem.column >= 1
        assert problem.sentence
        assert "\n" not in str(problem)
        assert "pydantic" not in str(problem).lower()
        assert problem.file == str(FILE)


KEYS = st.sampled_from(
    [
        *("version", "server", "lines", "sources", "lookups", "facets", "port"),
        *("connector", "path", "source", "facet", "kind", "settings", "dialect"),
        *("country", "columns", "label", "type", "match", "fields", "customer"),
    ]
) | st.text(max_size=12)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.dates()
    | st.sampled_from(
        ["${X}", "${file:/}", "${", "no", "0o7", "-1", "identity", "csv_file", "\u0000"]
    )
)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5)
    ),
    max_leaves=20,
)


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_text_is_explained(text: str) -> None:
    assert_told(text)


@given(
    st.text(alphabet="abc:-[]{},&*#?|>!%@`'\"\n \t0~<$", max_size=80),
)
@settings(max_examples=150, deadline=None)
def test_any_yaml_punctuation_is_explained(text: str) -> None:
    assert_told(text)


@given(TREES)
@settings(max_examples=100, deadline=None)
def test_any_tree_of_values_is_explained(tree: Any) -> None:
    assert_told(yaml.safe_dump(tree, allow_unicode=True))


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_valid_file_with_one_value_replaced_is_explained(data: st.DataObject) -> None:
    tree = copy.deepcopy(yaml.safe_load(WIDE))
    paths = list(_paths(tree))
    *way, last = data.draw(st.sampled_from(paths))
    here = tree
    for part in way:
        here = here[part]
    if data.draw(st.booleans()) and isinstance(here, dict):
        here[data.draw(KEYS)] = here.pop(last)
    else:
        here[last] = data.draw(TREES)
    assert_told(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False))


@given(st.integers(0, len(WIDE)), st.integers(0, 40), st.text(max_size=10))
@settings(max_examples=100, deadline=None)
def test_a_valid_file_with_a_cut_is_explained(at: int, cut: int, put: str) -> None:
    assert_told(WIDE[:at] + put + WIDE[at + cut :])


def test_the_file_that_is_mutated_is_valid() -> None:
    found, checked = examined(WIDE)
    assert found.problems == ()
    assert checked.problems == ()


def _paths(tree: Any, path: tuple[Any, ...] = ()) -> Any:
    items: Any = ()
    if isinstance(tree, dict):
        items = tree.items()
    elif isinstance(tree, list):
        items = enumerate(tree)
    for key, value in items:
        yield (*path, key)
        yield from _paths(value, (*path, key))
