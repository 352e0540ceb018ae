"""The newest decision counts, and an undo takes back the one that it names."""

from __future__ import annotations

from screenpop.domain.decision import (
    CHOOSE,
    DECISIONS_MAX,
    FIELDS_MAX,
    UNCHOOSE,
    Decision,
    attached,
    chosen_candidate,
    decided,
    taken_back,
)
from screenpop.domain.profile import Candidate, CandidateRef


def chosen(key: str, **more: str) -> dict[str, str]:
    return {"source": "erp", "key": key, "name": key, **more}


def keys(decisions: list[Decision]) -> list[str]:
    return [each.candidate.ref.key for each in decisions]


def test_an_undo_brings_back_who_was_chosen_before() -> None:
    first = decided([], CHOOSE, chosen("1"), 10)
    second = decided(first, CHOOSE, chosen("2"), 20)
    assert keys(second) == ["1", "2"]
    undo = taken_back(second[-1])
    back = decided(second, UNCHOOSE, undo, 30)
    assert keys(back) == ["1"]
    assert decided(back, UNCHOOSE, undo, 31) == back
    assert decided(back, UNCHOOSE, taken_back(back[-1]), 32) == []


def test_a_number_is_kept_only_where_it_is_remembered() -> None:
    data = chosen("1", number="+442079460958", remember="no")
    [decision] = decided([], CHOOSE, data, 10)
    assert decision.number == ""
    [decision] = decided([], CHOOSE, {**data, "remember": "yes"}, 10)
    assert taken_back(decision)["number"] == "+442079460958"


def test_a_customer_who_was_found_keeps_the_columns_that_lookups_ask_with() -> None:
    found = Candidate(
        ref=CandidateRef(source="erp", key="7"),
        name="Ada",
        company="Engines",
        confidence=0.9,
        why="found by a search",
        fields={"id": 7, "_key": 7, "text": "x" * 1000},
    )
    again = chosen_candidate(CHOOSE, chosen("7") | attached(found))
    assert again.fields == {"id": 7, "_key": 7}
    assert again.company == "Engines"


def test_what_is_kept_of_a_call_is_bounded() -> None:
    decisions: list[Decision] = []
    for n in range(DECISIONS_MAX + 5):
        decisions = decided(decisions, CHOOSE, chosen(str(n)), n)
    assert len(decisions) == DECISIONS_MAX
    many = Candidate(
        ref=CandidateRef(source="erp", key="7"),
        name="Ada",
        confidence=0.9,
        why="",
        fields={f"c{n}": n for n in range(1000)},
    )
    assert len(chosen_candidate(CHOOSE, chosen("7") | attached(many)).fields) == (
        FIELDS_MAX
    )
