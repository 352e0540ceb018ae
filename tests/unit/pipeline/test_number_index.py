"""Numbers as people typed them, found by the number that calls."""

from __future__ import annotations

import pytest

from screenpop.connector import ContactRecord
from screenpop.pipeline.number_index import NumberIndex, split_numbers
from screenpop.support.territories import country_code


def index(*contacts: tuple[str, str, str]) -> NumberIndex:
    """(key, numbers as typed, country)"""
    made = NumberIndex("GB")
    records = [
        ContactRecord(key=key, numbers=(text,), name=f"Customer {key}", country=country)
        for key, text, country in contacts
    ]
    made.load("erp", 0, records)
    return made


def found(made: NumberIndex, number: str, country: str) -> list[tuple[str, float]]:
    evidence = made.find(number, country)
    return [(e.candidate.ref.key, e.candidate.confidence) for e in evidence]


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("020 7946 0958", "GB", "+442079460958"),
        ("(020) 7946-0958", "UK", "+442079460958"),
        ("+49 0711 2842222", "Germany", "+497112842222"),
        ("0711/28 42 222", "DE", "+497112842222"),
        ("+39 06 39733434", "Italy", "+390639733434"),
        ("0039 06 39733434", "", "+390639733434"),
        ("+44\u00a020\u00a07946\u00a00958", "", "+442079460958"),
        ("020 7946 0958 ext. 223", "GB", "+442079460958"),
        ("069 90009-901 / 0171 3920099", "DE", "+491713920099"),
        ("tel: 020 7946 0958", "GB", "+442079460958"),
        ("030/23125 124 / 0171 3920099", "DE", "+491713920099"),
        ("030/23125 124 / 0171 3920099", "DE", "+493023125124"),
    ],
)
def test_a_number_is_found_however_it_was_typed(
    typed: str, country: str, number: str
) -> None:
    assert [key for key, _ in found(index(("7", typed, country)), number, "")] == ["7"]


def test_everybody_on_one_number_is_found() -> None:
    made = index(("7", "020 7946 0958", "GB"), ("8", "+44 20 7946 0958", "GB"))
    assert {key for key, _ in found(made, "+442079460958", "GB")} == {"7", "8"}


def test_a_company_is_found_by_its_head_number_with_an_extension() -> None:
    made = index(("7", "030/23125-0", "DE"))
    assert found(made, "+493023125789", "DE") == [("7", 0.55)]


def test_old_plans_are_found_by_their_last_digits_in_their_country_only() -> None:
    made = index(("7", "88.60.15.31", "FR"))
    assert found(made, "+33388601531", "FR") == [("7", 0.5)]
    assert found(made, "+4988601531", "DE") == []


def test_a_number_of_an_old_plan_that_could_still_be_one_is_found_too() -> None:
    made = index(("7", "(171) 555-7788", "UK"))
    assert found(made, "+442075557788", "GB") == [("7", 0.5)]


def test_a_number_of_today_is_not_found_by_its_last_digits() -> None:
    made = index(("7", "030 23125789", "DE"))
    assert found(made, "+498923125789", "DE") == []


def test_two_with_the_same_last_digits_are_nobody() -> None:
    made = index(("7", "88.60.15.31", "FR"), ("8", "88 60 15 31", "FR"))
    assert found(made, "+33388601531", "FR") == []


def test_loading_again_replaces_what_a_source_said() -> None:
    made = index(("7", "020 7946 0958", "GB"))
    made.load("erp", 0, [])
    assert found(made, "+442079460958", "GB") == []
    assert len(made) == 0


def test_one_number_with_a_slash_is_one() -> None:
    assert list(split_numbers("030/23125-0")) == ["030/23125-0"]
    assert list(split_numbers("0711/28 42 222/12")) == ["0711/28 42 222/12"]
    assert len(list(split_numbers("069 90009-901 / 0171 3920099"))) == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [("Germany", "DE"), ("UK", "GB"), (" Norway  ", "NO"), ("de", "DE"), ("?", None)],
)
def test_countries_by_name_and_code(text: str, code: str | None) -> None:
    assert country_code(text) == code
