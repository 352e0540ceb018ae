"""docs/dialects.md and the code say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from screenpop.intake.cases import run_vectors
from screenpop.intake.dialect import (
    DIALECTS_FOLDER,
    dialect_from_text,
    dialect_names,
    load_dialect,
)
from screenpop.intake.filters import FILTERS
from screenpop.intake.rules import FIELDS
from screenpop.intake.schemes import SCHEME_NAMES
from screenpop.intake.settings import COMMON_SETTINGS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "dialects.md").read_text()
CODE = set(re.findall(r"`([^`\n]+)`", PAGE))
WORDS = {word for span in CODE for word in re.findall(r"[\w-]+", span)}


def test_the_example_is_a_dialect_whose_tests_hold() -> None:
    (example,) = (
        block
        for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
        if block.startswith("dialect: acme")
    )
    results = run_vectors(dialect_from_text(example, "acme.yaml"))
    assert [each.problems for each in results] == [()]


@pytest.mark.parametrize("name", ["eight_x_eight", "vonage_business"])
def test_a_dialect_written_from_the_page_takes_under_sixty_lines(name: str) -> None:
    text = (DIALECTS_FOLDER / f"{name}.yaml").read_text()
    assert len(text.splitlines()) < 60


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("filters", set(FILTERS)),
        ("fields", set(FIELDS)),
        ("schemes", set(SCHEME_NAMES)),
        ("settings", {each.name for each in COMMON_SETTINGS}),
    ],
)
def test_the_page_names_every_word_of_the_language(what: str, names: set[str]) -> None:
    assert names - WORDS == set(), what


def test_the_table_lists_the_built_in_dialects_as_they_are() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (\w+) \|$", PAGE, re.MULTILINE)
    built_in = [load_dialect(name) for name in dialect_names()]
    assert rows == [(each.name, each.title, each.status) for each in built_in]
