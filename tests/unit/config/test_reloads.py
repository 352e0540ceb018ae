from __future__ import annotations

from screenpop.config.problems import Place, Problem
from screenpop.config.reloads import seen


def test_a_problem_is_shown_with_its_place() -> None:
    place = Place(file="a.yaml", line=3, column=5)
    shown = seen(Problem.at(place, ("sources", "crm"), "is wrong", "Correct it."))
    assert (shown.file, shown.line, shown.column) == ("a.yaml", 3, 5)
    assert (shown.key, shown.sentence) == ("sources.crm", "is wrong")
    assert shown.remedy == "Correct it."
