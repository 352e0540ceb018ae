"""What makes a YAML text unusable, and where does the error point?"""

from __future__ import annotations

import pytest

from screenpop.support.yaml_text import DEPTH_MAX, NotYaml, composed, plain


@pytest.mark.parametrize(
    ("text", "line", "column", "words", "remedy"),
    [
        ("a: 1\n\tb: 2", 2, 1, "not valid YAML", "Indent with spaces"),
        ("a: [1, 2", 1, 9, "not valid YAML", "Close the list"),
        ("a: *b", 1, 4, "not valid YAML", "anchor"),
        ("a: b: c", 1, 5, "not valid YAML", "in quotes"),
        ("a: 1\n---\nb: 2", 2, 1, "more than one document", "Remove the line"),
        ("a: x\0y", 1, 5, "character that YAML does not allow", "Remove it"),
        ("[" * (DEPTH_MAX + 1), 1, DEPTH_MAX + 1, "nested deeper", "brackets"),
        ("a: " + "x" * 100, 1, 1, "larger than 100 bytes", "Move texts"),
    ],
)
def test_a_fault_has_its_place_and_a_remedy(
    text: str, line: int, column: int, words: str, remedy: str
) -> None:
    with pytest.raises(NotYaml) as refused:
        composed(text, 100)
    fault = refused.value
    assert (fault.line, fault.column) == (line, column)
    assert words in fault.sentence
    assert remedy in fault.remedy


def test_an_empty_text_has_no_root() -> None:
    assert composed("# only words\n", 100) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("on", "on"), ("12:30", "12:30"), ("0441", "0441"),
        ("+44", "+44"), ("7", 7), ("-7.50", -7.5), ("1e3", 1000.0),
        ("true", True), ("~", None), ("", None), ("1_000", "1_000"),
    ],
)  # fmt: skip
def test_plain_scalars_stay_what_people_meant(text: str, value: object) -> None:
    assert plain(text) == value
    assert type(plain(text)) is type(value)
