from __future__ import annotations

from screenpop.config.problems import (
    ConfigProblems,
    Place,
    Problem,
    did_you_mean,
    dotted,
    listed,
    split_text,
)


def test_a_path_reads_like_an_address() -> None:
    assert dotted(("dispositions", 0, "code")) == "dispositions[0].code"


def test_problems_stand_in_the_order_of_the_file_and_once_each() -> None:
    second = Problem.at(Place(file="f", line=2), "b", "is wrong")
    tenth = Problem.at(Place(file="f", line=10), "a", "is wrong")
    error = ConfigProblems([tenth, second, tenth])
    assert error.problems == (second, tenth)
    assert str(error) == "f:2:1: b: is wrong.\nf:10:1: a: is wrong."


def test_the_nearest_word_is_offered_else_all_of_them() -> None:
    assert did_you_mean("timout", ["timeout", "label"]) == "Did you mean `timeout`?"
    assert did_you_mean("xyz", ["b", "a"]) == "Known keys: a, b."
    assert did_you_mean("xyz", []) == "There are no keys here."
    many = did_you_mean("xyz", [f"name{n}" for n in range(100)])
    assert many.endswith(" ….")


def test_words_are_listed_as_people_do() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"], "or") == "a, b or c"


def test_an_errors_text_is_a_sentence_and_a_remedy() -> None:
    assert split_text("it is, e.g. wrong. Do this. Then that.") == (
        "it is, e.g. wrong",
        "Do this. Then that.",
    )
    assert split_text("only this.") == ("only this", "")
