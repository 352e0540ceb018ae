"""Numbers as people typed them, found by the number that calls."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from screenpop.connector import ContactRecord
from screenpop.connector.reading import ODD_KEPT_MAX, UNKNOWN_COUNTRY
from screenpop.lookup.number_index import NumberIndex, may_belong
from screenpop.support.number_fields import read_field


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
        calls += event == "call" and frame.f_code is read_field.__code__

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
    ("030 12345-10/11", "DE"),
    ("4.93012345011E+11", "DE"),
    ("020 7946 0958 & 0959", "GB"),
    ("4930123450.0", "DE"),
]


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+442079460958", "GB"), ("+497112842222", "DE"), ("+493023125789", "DE"),
        ("+491713920099", "DE"), ("+4969900099", "DE"), ("+12025550115", "US"),
        ("+33388601531", "FR"), ("+442075557788", "GB"), ("+493023125", "DE"),
        ("+49301234511", "DE"), ("+442079460959", "GB"), ("+49301234510", "DE"),
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


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("2079460313.0", "GB", "+442079460313"),
        ("+44 20 7946 0324 ::: +44 7700 900324", "GB", "+447700900324"),
        ("'020 7946 0343", "GB", "+442079460343"),
        ("030 12345-10/11", "DE", "+49301234511"),
        ("01 42 68 53 00", "FRA", "+33142685300"),
        ("0142685300", "Frankreich", "+33142685300"),
        ("+54 9 11 2345-6789", "AR", "+541123456789"),
        ("+54 11 2345-6788", "AR", "+5491123456788"),
        ("011 15-2345-6787", "Argentina", "+541123456787"),
        ("044 55 1234 5678", "MX", "+5215512345678"),
        ("(11) 8765-4321", "BRA", "+5511987654321"),
        ("06 69812345", "IT", "+39669812345"),
        ("07 12 34 56", "CI", "+2250707123456"),
    ],
)
def test_a_field_is_found_by_each_number_in_it_in_each_spelling(
    typed: str, country: str, number: str
) -> None:
    assert found(index(("7", typed, country)), number, country) == [("7", 0.95)]


def test_a_number_of_an_unknown_country_is_not_one_of_the_house() -> None:
    made = index(("7", "020 7946 0958", "Narnia"), ("8", "+442079460959", "Narnia"))
    assert found(made, "+442079460958", "GB") == []
    assert found(made, "+442079460959", "GB") == [("8", 0.95)]


def test_what_cannot_be_read_is_named_once_by_its_customer() -> None:
    records = [
        ContactRecord(key="1", numbers=("4.42079E+11",), name="n", country="GB"),
        ContactRecord(key="2", numbers=("020 7946 0958",), name="n", country="Narnia"),
        ContactRecord(key="3", numbers=("020 7946 0959",), name="n", country="GB"),
    ]
    made = NumberIndex("GB")
    for _ in range(2):  # what is known from before is named again
        loading = made.begin("erp", 0)
        loading.add(records)
        loading.finish()
        assert {(odd.place, odd.reason) for odd in loading.odd.first} == {
            ("customer 1", "digits were lost (scientific notation)"),
            ("customer 2", UNKNOWN_COUNTRY),
        }


def test_odd_numbers_beyond_those_that_are_named_are_counted() -> None:
    made = NumberIndex("GB")
    loading = made.begin("erp", 0)
    loading.add(
        ContactRecord(key=str(n), numbers=("see notes",), name="n", country="GB")
        for n in range(ODD_KEPT_MAX + 30)
    )
    loading.finish()
    assert loading.odd.counts == {"holds no number": ODD_KEPT_MAX + 30}
    assert len(loading.odd.first) == ODD_KEPT_MAX
