"""Is a subscriber one number, however a country lets it be dialled?"""

from __future__ import annotations

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.support.numbering import read_number
from screenpop.support.spellings import RULES, also, subscriber


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+5491123456789", "+541123456789"),
        ("+5493435551212", "+543435551212"),
        ("+5215512345678", "+525512345678"),
        ("+551187654321", "+5511987654321"),
        ("+39669812345", "+390669812345"),
        ("+39301234567", "+390301234567"),
        ("+22507123456", "+2250707123456"),
        ("+22520212223", "+2252720212223"),
        ("+22520081234", "+2252520081234"),
        ("+22997123456", "+2290197123456"),
        ("+24107123456", "+24177123456"),
        ("+2417123456", "+24177123456"),
        ("+23777123456", "+237677123456"),
        ("+5712345678", "+576012345678"),
        ("+841621234567", "+84321234567"),
        ("+84438251234", "+842438251234"),
        ("+5622345678", "+56222345678"),
        ("+59381234567", "+593981234567"),
        ("+2307123456", "+23057123456"),
        ("+5062212345", "+50622212345"),
    ],
)
def test_two_spellings_are_one_subscriber(one: str, other: str) -> None:
    assert subscriber(one) == subscriber(other)
    known = subscriber(one)
    assert also(one if one != known else other) == known
    assert subscriber(also(known) or "") == known


@pytest.mark.parametrize(
    "number",
    ["+442079460958", "+12025550101", "+393331234567", "+5511987654321",
     "+551177654321", "+2302081234", "+541123456789", "nonsense", "+", ""],
)  # fmt: skip
def test_other_numbers_stay_as_they_are(number: str) -> None:
    assert subscriber(number) == number


@pytest.mark.parametrize(
    "number",
    ["+442079460958", "+12025550101", "+393331234567", "+551177654321", "nonsense", ""],
)
def test_most_numbers_have_one_spelling(number: str) -> None:
    assert also(number) is None


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+52 1 55 1234 5678", None, "+525512345678"),
        ("044 55 1234 5678", "MX", "+525512345678"),
        ("07 12 34 56", "CI", "+2250707123456"),
        ("97 12 34 56", "BJ", "+2290197123456"),
    ],
)
def test_a_number_too_long_or_short_for_today_is_read_as_it_became(
    text: str, country: str | None, number: str
) -> None:
    assert subscriber(read_number(text, country=country).e164 or "") == number


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_a_subscriber_stays_in_its_country_and_is_one_for_good(number: str) -> None:
    found = subscriber(number)
    assert subscriber(found) == found
    code = phonenumbers.parse(number, None).country_code if found != number else None
    assert found == number or found.startswith(f"+{code}")


@given(st.sampled_from(RULES), st.data())
def test_whatever_a_rule_makes_is_made_once(rule: object, data: st.DataObject) -> None:
    assert isinstance(rule, tuple)
    old = re.compile(f"(?:{rule[1]})", re.ASCII)
    national = data.draw(st.from_regex(old, fullmatch=True))
    once = subscriber(f"+{rule[0]}{national}")
    assert subscriber(once) == once
