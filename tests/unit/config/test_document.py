from __future__ import annotations

import pytest

from screenpop.config.document import BYTES_MAX, Value, read_document
from screenpop.config.problems import ConfigProblems
from screenpop.support.yaml_text import DEPTH_MAX, plain


def root(text: str) -> Value:
    document = read_document(text, "a.yaml")
    assert document.problems == []
    return document.root


def problem(text: str) -> str:
    try:
        return str(read_document(text, "a.yaml").problems[0])
    except ConfigProblems as error:
        return str(error)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("no", "no"),
        ("Off", "Off"),
        ("true", True),
        ("~", None),
        ("", None),
        ("12", 12),
        ("-5", -5),
        ("0", 0),
        ("0049", "0049"),
        ("+442079460958", "+442079460958"),
        ("0o17", "0o17"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2026-11-21", "2026-11-21"),
        ("1.5", 1.5),
        ("2e3", 2000.0),
        (".inf", ".inf"),
        ("9" * 30, "9" * 30),
    ],
)
def test_a_word_without_quotes_means_what_it_looks_like(
    text: str, meaning: object
) -> None:
    value = plain(text)
    assert value == meaning
    assert type(value) is type(meaning)


def test_keys_are_always_text() -> None:
    assert root("1: a\nno: b\n+44: c\n") == {"1": "a", "no": "b", "+44": "c"}


def test_quotes_and_blocks_are_text() -> None:
    assert root("a: '1'\nb: |\n  2\n") == {"a": "1", "b": "2\n"}


def test_a_key_that_stands_twice_is_a_problem_with_both_lines() -> None:
    assert problem("a: 1\nb: 2\na: 3\n") == (
        "a.yaml:3:1: a: stands here a second time, first in line 1."
        " Keep one of the two."
    )


def test_an_anchor_can_be_used_again_and_merged() -> None:
    text = "a: &base {x: 1, y: 2}\nb:\n  <<: *base\n  y: 3\nc: *base\n"
    assert root(text) == {
        "a": {"x": 1, "y": 2},
        "b": {"x": 1, "y": 3},
        "c": {"x": 1, "y": 2},
    }


def test_a_merged_key_that_is_written_anew_has_its_own_place() -> None:
    text = "a: &base {y: 2}\nb:\n  <<: *base\n  y: 3\n"
    assert read_document(text, "a.yaml").places["b", "y"].line == 4


def test_only_a_mapping_can_be_merged() -> None:
    assert "must name a mapping" in problem("a: &x 1\nb: {<<: *x}\n")


@pytest.mark.slow
def test_a_billion_laughs_end_after_a_hundred_thousand_values() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 10):
        inner = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} [{inner}]")
    assert "more than 100000 values" in problem("\n".join(lines))


def test_an_alias_to_itself_is_a_problem() -> None:
    assert "alias to something that contains it" in problem("a: &a [1, *a]\n")


def test_deep_nesting_is_refused_before_it_costs_anything() -> None:
    assert f"deeper than {DEPTH_MAX}" in problem("[" * 50_000)


def test_aliases_cannot_nest_deeper_than_brackets() -> None:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, DEPTH_MAX + 5)]
    assert f"deeper than {DEPTH_MAX}" in problem("\n".join(lines))


def test_a_huge_file_is_refused() -> None:
    assert "is larger than" in problem("#" * (BYTES_MAX + 1))


def test_tags_are_refused_and_secret_files_explained() -> None:
    said = problem("a: !!python/object/apply:os.system [x]\n")
    assert "has the tag `tag:yaml.org,2002:python" in said
    assert "`${file:PATH}`" in problem("a: !secret_file x\n")


@pytest.mark.parametrize(
    ("text", "place", "remedy"),
    [
        ("a:\n\tb: 1\n", "a.yaml:2:1", "Indent with spaces, not with tabs."),
        ("a: b: c\n", "a.yaml:1:5", "Put a text that holds `: ` in quotes."),
        ("a: *none\n", "a.yaml:1:4", "Write the anchor `&name` before"),
        ("a: 'x\n", "a.yaml:2:1", "Close the quotes or brackets."),
        ("a: {t: ${X}}\n", "a.yaml:1:9", "Put `${NAME}` in quotes inside of `{ }`."),
        ("a: 1\n---\nb: 1\n", "a.yaml:2:1", "Remove the line `---`"),
        ("a: \x07\n", "a.yaml:1:4", "Remove it; save as UTF-8."),
    ],
)
def test_what_is_not_yaml_is_explained(text: str, place: str, remedy: str) -> None:
    said = problem(text)
    assert said.startswith(f"{place}: ")
    assert remedy in said
