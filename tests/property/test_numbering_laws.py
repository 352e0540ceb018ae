"""Laws of reading numbers, whatever the text."""

from __future__ import annotations

import re

import phonenumbers
from hypothesis import given
from hypothesis import strategies as st

from screenpop.domain.phone import Presentation
from screenpop.support.numbering import describe, read_number

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
countries = st.one_of(st.none(), st.sampled_from(REGIONS), st.text(max_size=3))
telephonic = st.text(alphabet="0123456789+ ()-./;:@x#<>ext=sipl", max_size=40)
texts = st.one_of(st.text(max_size=200), telephonic)


@given(texts, countries, st.booleans())
def test_reading_never_raises_and_says_one_thing(
    text: str, country: str | None, plus_missing: bool
) -> None:
    reading = read_number(text, country=country, plus_missing=plus_missing)
    if reading.e164 is not None:
        assert re.fullmatch(r"\+[1-9]\d{1,16}", reading.e164)
    if reading.presentation is not Presentation.ALLOWED:
        assert (reading.raw, reading.e164, reading.extension) == ("", None, None)
    else:
        assert reading.text


@given(st.sampled_from(REGIONS), st.sampled_from(REGIONS))
def test_every_way_of_writing_a_number_reads_the_same(
    region: str, elsewhere: str
) -> None:
    number = phonenumbers.example_number(region)
    assert number is not None
    formats = phonenumbers.PhoneNumberFormat
    e164 = phonenumbers.format_number(number, formats.E164)
    international = phonenumbers.format_number(number, formats.INTERNATIONAL)
    national = phonenumbers.format_number(number, formats.NATIONAL)
    uri = phonenumbers.format_number(number, formats.RFC3966)
    assert read_number(international, country=elsewhere).e164 == e164
    assert read_number(uri, country=elsewhere).e164 == e164
    home = read_number(national, country=region)
    assert home.e164 == e164 or home.extension is not None
    assert read_number(e164[1:], country=None, plus_missing=True).e164 in (e164, None)


@given(texts, countries)
def test_reading_what_was_read_changes_nothing(text: str, country: str | None) -> None:
    reading = read_number(text, country=country)
    if reading.e164 is not None:
        assert read_number(reading.e164, country=None).e164 == reading.e164


@given(texts, countries)
def test_describing_never_raises(text: str, country: str | None) -> None:
    assert describe(text, country).text or not text
