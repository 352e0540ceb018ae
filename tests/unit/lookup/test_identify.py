"""Who is likeliest, how sure, and when may one be shown without asking?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pipeline_doubles import by_number, candidate

from screenpop.lookup.identify import Certainty, Evidence, rank, sure_choice


def test_one_customer_on_the_number_is_sure() -> None:
    ranked = rank([by_number("7")])
    assert sure_choice(ranked, Certainty()) == ranked[0].ref


def test_two_on_one_number_share_what_it_tells() -> None:
    ranked = rank([by_number("7"), by_number("8")])
    assert [c.confidence for c in ranked] == [0.475, 0.475]
    assert ranked[0].why == "the number is theirs; one of 2 with this number"
    assert sure_choice(ranked, Certainty()) is None


def living(key: str, **fields: str) -> Evidence:
    found = by_number(key)
    return replace(found, candidate=replace(found.candidate, fields=fields))


def test_what_tells_customers_on_one_number_apart_is_said_first() -> None:
    ranked = rank([living("7", Town="Leeds"), living("8", Town="York")])
    assert [c.why.split(";")[0] for c in ranked] == ["Leeds", "York"]


def test_what_all_have_in_common_tells_nobody_apart() -> None:
    ranked = rank(
        [
            living("7", city="Leeds", postcode="LS1", account="7", remark="kind"),
            living("8", city="Leeds", postcode="LS2", account="8", remark="not"),
            living("9", city="Leeds"),
        ]
    )
    whys = ["LS1; the number", "LS2; the number", "the number is"]
    assert [c.why[: len(why)] for c, why in zip(ranked, whys, strict=True)] == whys


def test_one_customer_needs_not_be_told_apart() -> None:
    assert rank([living("7", city="Leeds")])[0].why == "the number is theirs"


def chosen_before(key: str, source: str = "erp") -> Evidence:
    found = candidate(key, 0.97)
    ref = replace(found.ref, source=source)
    return Evidence(kind="earlier_choice", candidate=replace(found, ref=ref))


@pytest.mark.parametrize("owners", [2, 3, 9])
def test_an_earlier_choice_between_several_is_offered_first_and_never_sure(
    owners: int,
) -> None:
    found = [by_number(str(n)) for n in range(owners)]
    ranked = rank([*found, chosen_before("1")])
    assert ranked[0].ref.key == "1"
    assert len(ranked) == owners
    assert ranked[0].confidence < 0.75
    assert sure_choice(ranked, Certainty()) is None


def test_an_earlier_choice_alone_is_shown_as_likely_and_never_more() -> None:
    ranked = rank([chosen_before("8")])
    assert 0.5 <= ranked[0].confidence < 0.75
    assert sure_choice(ranked, Certainty(), remembered=True) == ranked[0].ref
    assert sure_choice(ranked, Certainty()) is None


def test_an_earlier_choice_adds_nothing_to_what_the_number_says() -> None:
    alone = rank([by_number("8")])
    ranked = rank([by_number("8"), chosen_before("8")])
    assert ranked[0].confidence == alone[0].confidence
    assert sure_choice(ranked, Certainty()) == ranked[0].ref


def test_a_named_caller_shares_the_number_with_the_customer_who_has_it() -> None:
    ranked = rank([by_number("7"), chosen_before("n", "contacts")])
    assert [c.ref.key for c in ranked] == ["n", "7"]
    assert ranked[0].confidence < 0.75
    assert ranked[1].confidence == 0.475
    assert sure_choice(ranked, Certainty()) is None


def test_the_same_customer_in_a_second_source_does_not_unsettle_a_choice() -> None:
    card = by_number("x")
    ref = replace(card.candidate.ref, source="cards")
    second = replace(card, candidate=replace(card.candidate, ref=ref), rank=1)
    ranked = rank([by_number("7"), second, chosen_before("7")])
    assert sure_choice(ranked, Certainty()) == ranked[0].ref
    assert ranked[0].ref.key == "7"


def test_an_account_number_outweighs_a_shared_telephone() -> None:
    account = Evidence(kind="account", candidate=candidate("8", 0.95))
    ranked = rank([by_number("7"), by_number("8"), account])
    assert ranked[0].ref.key == "8"
    assert ranked[0].confidence > 0.95
    assert sure_choice(ranked, Certainty()) == ranked[0].ref


def test_a_second_source_is_offered_but_does_not_unsettle_the_first() -> None:
    card = by_number("x")
    ref = replace(card.candidate.ref, source="cards")
    second = replace(card, candidate=replace(card.candidate, ref=ref), rank=1)
    ranked = rank([second, by_number("7")])
    assert [c.ref.source for c in ranked] == ["erp", "cards"]
    assert sure_choice(ranked, Certainty()) == ranked[0].ref


def test_a_mere_resemblance_is_never_sure() -> None:
    assert sure_choice(rank([by_number("7", 0.5)]), Certainty()) is None


def test_nobody_is_nobody() -> None:
    assert rank([]) == ()
    assert sure_choice((), Certainty()) is None


def test_no_more_are_offered_than_fit() -> None:
    assert len(rank([by_number(str(i)) for i in range(30)], 10)) == 10


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0.01, 1.0)), max_size=12))
def test_confidence_stays_a_probability_below_certainty(
    pairs: list[tuple[int, float]],
) -> None:
    for found in rank([by_number(str(key), sure) for key, sure in pairs]):
        assert 0 < found.confidence <= 1


@given(st.permutations([by_number("7"), by_number("8", 0.6), by_number("9", 0.7)]))
def test_the_order_of_evidence_does_not_matter(pieces: list[Evidence]) -> None:
    expected = rank([by_number("7"), by_number("8", 0.6), by_number("9", 0.7)])
    assert rank(pieces) == expected


@pytest.mark.parametrize("limit", [1, 2])
def test_the_best_survive_the_limit(limit: int) -> None:
    ranked = rank([by_number("8", 0.5), by_number("7", 0.9)], limit)
    assert ranked[0].ref.key == "7"
