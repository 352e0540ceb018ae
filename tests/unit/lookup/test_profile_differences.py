from __future__ import annotations

from screenpop.domain.profile import (
    Candidate,
    CandidateRef,
    Facet,
    Field,
    FieldState,
    Profile,
)
from screenpop.lookup.profile_differences import Differences, seen


def value(text: str) -> Field:
    return Field(
        value=text,
        source="crm",
        fetched_at="2026-11-29T09:00:00Z",
        state=FieldState.FRESH,
    )


def test_a_card_is_its_values_and_who_it_is() -> None:
    ref = CandidateRef(source="crm", key="7")
    ada = Candidate(ref=ref, name="Ada", confidence=1.0, why="by number")
    profile = Profile(
        candidates=(ada,),
        chosen=ref,
        facets={
            "balance": Facet(state=FieldState.FRESH, fields={"open": value("5")}),
            "orders": Facet(state=FieldState.FRESH, rows=({"id": 1}, {"id": 2})),
            "tickets": Facet(state=FieldState.FAILED),
            "notes": Facet(state=FieldState.EMPTY),
        },
    )
    assert seen(profile) == {
        "caller": "Ada (crm 7)",
        "balance.open": "5",
        "orders": "id 1; id 2",
        "tickets": "(failed)",
    }
    assert seen(Profile(candidates=(ada,)))["caller"] == "1 offered: Ada"
    assert seen(Profile()) == {"caller": "nobody"}


def test_differences_are_counted_by_field_with_the_first_examples() -> None:
    found = Differences(examples_max=1)
    found.add({"a": "1"}, {"a": "1"}, calls=3, number="1", call="c1")
    found.add({"a": "1"}, {"a": "2", "b": "x"}, calls=2, number="2", call="c2")
    found.add({"a": "1"}, {"b": "y"}, calls=1, number="3", call="c3")
    assert (found.compared, found.differing) == (6, 3)
    a, b = found.by_field()
    assert (a.name, a.calls) == ("a", {"changed": 2, "gone": 1})
    assert (b.name, b.calls) == ("b", {"new": 3})
    assert [x.number for x in a.examples] == ["2"]
    assert (a.examples[0].old, a.examples[0].new) == ("1", "2")
