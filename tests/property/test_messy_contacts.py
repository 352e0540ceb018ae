"""Customers are found, however their numbers stand in the fields of real databases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.connector import ContactRecord
from screenpop.lookup.number_index import NumberIndex, may_belong
from screenpop.lookup.number_loading import keys_of_contact
from screenpop.support.numbering import describe
from screenpop.support.spellings import subscriber

NUMBERS = Path(__file__).parents[1] / "golden" / "numbers"
DATABASES = {path.stem: json.loads(path.read_text()) for path in NUMBERS.glob("*.json")}
CALLERS = [
    (name, number, keys, match)
    for name, database in sorted(DATABASES.items())
    for number, keys, match in database["callers"]
]
CONFIDENCE = {"e164": 0.95, "suffix": 0.5, "none": None}


def index_of(database: Any) -> NumberIndex:
    index = NumberIndex(None)
    index.load(
        "crm",
        0,
        [
            ContactRecord(key=key, numbers=tuple(numbers), name=key, country=country)
            for key, country, numbers in database["contacts"]
            if numbers
        ],
    )
    return index


INDEXES = {name: index_of(database) for name, database in DATABASES.items()}


@pytest.mark.parametrize(("database", "number", "keys", "match"), CALLERS)
def test_the_callers_of_real_databases_are_found(
    database: str, number: str, keys: list[str], match: str
) -> None:
    found = INDEXES[database].find(number, describe(number, None).country)
    assert [x.candidate.ref.key for x in found] == keys
    if keys:
        assert {x.candidate.confidence for x in found} == {CONFIDENCE[match]}


# -- any number, in any of the ways people type it, among other things in the field

REGIONS = ("GB", "DE", "US", "FR", "ES", "MX", "IT", "JP", "BR", "AU")
STYLES = (
    phonenumbers.PhoneNumberFormat.NATIONAL,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.RFC3966,
)
AROUND = (
    "{}",
    " {} ",
    "Tel. {}",
    "{} (Fr. Hahn)",
    "{} / Fr. Hahn",
    "mobile: {}",
    "'{}",
    "{}\u00a0",
    "{} ext. 12",
    "fax {}",
)
BETWEEN = (" / ", "; ", ", ", " ::: ", "\n", " or ", " | ")


def example(region: str, kind: int) -> phonenumbers.PhoneNumber:
    number = phonenumbers.example_number_for_type(region, kind)
    assert number is not None
    return number


def e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@st.composite
def fields(draw: st.DrawFn) -> tuple[str, str, list[str]]:
    """Country, field, and the numbers that are in it."""
    region = draw(st.sampled_from(REGIONS))
    kinds = draw(st.lists(st.sampled_from([0, 1]), min_size=1, max_size=2, unique=True))
    numbers = [example(region, kind) for kind in kinds]
    texts = [
        draw(st.sampled_from(AROUND)).format(
            phonenumbers.format_number(number, draw(st.sampled_from(STYLES)))
        )
        for number in numbers
    ]
    between = draw(st.sampled_from(BETWEEN))
    return region, between.join(texts), [e164(number) for number in numbers]


@given(field=fields())
def test_each_number_of_a_messy_field_finds_its_customer(
    field: tuple[str, str, list[str]],
) -> None:
    region, text, numbers = field
    keys = keys_of_contact((text,), region, None)
    assert {f"={subscriber(number)}" for number in numbers} <= set(keys)
    contact = ContactRecord(key="7", numbers=(text,), name="Ada", country=region)
    assert all(may_belong(contact, number) for number in numbers)


@given(
    text=st.text(
        alphabet=st.sampled_from("0123456789+()-/ .;,xeE:|\n'\"#*ext okPhone\u00a0٣"),
        max_size=80,
    ),
    region=st.sampled_from([*REGIONS, None, "Narnia"]),
)
def test_any_field_is_read_or_reported(text: str, region: str | None) -> None:
    """Nothing raises; digits that give no number are reported with a reason."""
    keys = keys_of_contact((text,), region, "GB")
    assert all(key[0] in "=~-/x!" for key in keys)
    numbers = [key for key in keys if key[0] == "="]
    assert all(key[1] == "+" and key[2:].isdecimal() for key in numbers)
    if not keys:
        assert sum(char.isdigit() for char in text) < 17 or not text.strip()
    for key in keys:
        if key[0] == "!":
            value = key.partition("\t")[2]
            assert sum(char.isdigit() for char in value) <= 6, "a whole number"
