"""Numbers as people typed them, found by the number that calls."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from screenpop.connector import ContactRecord
from screenpop.pipeline.number_index import NumberIndex, may_belong, split_numbers
from screenpop.support.numbering import read_stored
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


def test_numbers_read_before_are_not_read_again() -> None:
    made = index(("7", "020 7946 0958", "GB"))
    records = [
        ContactRecord(key=key, numbers=("020 7946 0958",), name="n", country="GB")
        for key in ("8", "9")
    ]
    before = read_stored_times(lambda: made.load("erp", 0, records))
    assert before == 0
    assert {key for key, _ in found(made, "+442079460958", "GB")} == {"8", "9"}


def read_stored_times(work: Callable[[], object]) -> int:
    """How often a number is parsed while `work` runs."""
    calls = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code is read_stored.__code__

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def test_the_counter_of_readings_counts() -> None:
    assert read_stored_times(lambda: index(("7", "020 7946 0958", "GB"))) == 1


WRITINGS = [
    ("020 7946 0958", "GB"),
    ("+49 (0)711 2842222", ""),
    ("0711/28 42 222", "DE"),
    ("030/23125-0", "DE"),
    ("030 / 23125 - 0 / 0171 3920099", "DE"),
    ("069 90009-901 / 0171 3920099", "DE"),
    ("(202) 555-0115 x11", "US"),
    ("2025550115", "US"),
    ("442079460958", "US"),
    ("88.60.15.31", "FR"),
    ("(171) 555-7788", "GB"),
    ("٠٢٠ ٧٩٤٦ ٠٩٥٨", "GB"),
]


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+442079460958", "GB"), ("+497112842222", "DE"), ("+493023125789", "DE"),
        ("+491713920099", "DE"), ("+4969900099", "DE"), ("+12025550115", "US"),
        ("+33388601531", "FR"), ("+442075557788", "GB"), ("+493023125", "DE"),
    ],
)  # fmt: skip
def test_who_cannot_be_found_is_all_that_is_passed_over(
    number: str, country: str
) -> None:
    records = [
        ContactRecord(key=str(n), numbers=(text,), name="n", country=land)
        for n, (text, land) in enumerate(WRITINGS)
    ]
    whole, part = NumberIndex("GB"), NumberIndex("GB")
    whole.load("erp", 0, records)
    kept = [record for record in records if may_belong(record, number)]
    part.load("erp", 0, kept)
    assert found(part, number, country) == found(whole, number, country)
    assert len(kept) < len(records)
