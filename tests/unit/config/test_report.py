from __future__ import annotations

from screenpop.config.problems import Place, Problem, as_json, counted, plain, rich

PROBLEMS = [
    Problem.at(
        Place(file="s.yaml", line=3, column=5), ("a", 0, "b"), "is [bold]", "Do."
    ),
    Problem.at(Place(file="s.yaml"), "", "is empty", "Write."),
]


def test_problems_are_lines_that_editors_understand() -> None:
    assert plain(PROBLEMS) == (
        "s.yaml:3:5: a[0].b: is [bold]. Do.\ns.yaml:1:1: is empty. Write."
    )


def test_colours_change_nothing_of_the_text() -> None:
    assert rich(PROBLEMS).plain.rstrip("\n") == plain(PROBLEMS)


def test_json_has_the_parts() -> None:
    assert as_json(PROBLEMS)[0] == {
        "file": "s.yaml",
        "line": 3,
        "column": 5,
        "key": "a[0].b",
        "sentence": "is [bold]",
        "remedy": "Do.",
    }


def test_problems_are_counted_in_words() -> None:
    assert counted(PROBLEMS) == "2 problems"
    assert counted(PROBLEMS[:1]) == "1 problem"
