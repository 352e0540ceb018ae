"""Laws of reading numbers, whatever the text."""

from __future__ import annotations

import re

import phonenumbers
from hypothesis import given
from hypothesis import strategies as st

from screenpop.domain.phone import Presentation
from screenpop.support.number_fields import read_field
from screenpop.support.numbering import describe, read_number

AREAS = {
    "DE": ("+49", {"030": 8, "0172": 7, "0711": 6, "06452": 5, "036452": 6}),
    "AT": ("+43", {"01": 7, "0662": 6, "0664": 7}),
    "CH": ("+41", {"044": 7, "079": 7}),
    "FR": ("+33", {"01": 8, "06": 8}),
    "GB": ("+44", {"020": 8, "0161": 7, "07700": 6}),
    "NL": ("+31", {"020": 7, "0318": 6}),
    "BE": ("+32", {"02": 7, "0470": 6}),
    "IT": ("+39", {"02": 8, "06": 8}),
    "JP": ("+81", {"03": 8, "090": 8}),
    "AU": ("+61", {"02": 8, "03": 8}),
}
"""Per country its code, and area codes with the length of the numbers behind them."""
SEPARATORS = [
    ", ", ",", "; ", ";", " / ", "/", " ::: ", ":::", "\n", "\r\n", " | ", " & ",
    "  ", " oder ", " und ", " or ", " ou ", " bzw. ", " - ", " Handy: ", " (mobil) ",
    ", Fax: ",
]  # fmt: skip
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


@st.composite
def _numbers_with_areas(draw: st.DrawFn) -> tuple[str, str, list[str]]:
    """A country, its people's way of writing several numbers, and those numbers."""
    country = draw(st.sampled_from(sorted(AREAS)))
    code, areas = AREAS[country]
    text, numbers = draw(st.sampled_from(["", "Tel.: ", "Büro: "])), []
    for at in range(draw(st.integers(1, 4))):
        area = draw(st.sampled_from(sorted(areas)))
        rest = draw(st.integers(2 * 10 ** (areas[area] - 1), 10 ** areas[area] - 1))
        slash = draw(st.sampled_from(["/", " / ", "/ "]))
        written = draw(st.sampled_from([area, f"({area})"]))
        text += draw(st.sampled_from(SEPARATORS)) if at else ""
        text += f"{written}{slash}{rest}"
        kept = area if country == "IT" else area[1:]
        numbers.append(f"{code}{kept}{rest}")
    return country, text, numbers


@given(_numbers_with_areas())
def test_an_area_code_before_a_slash_stays_with_its_number(
    field: tuple[str, str, list[str]],
) -> None:
    country, text, numbers = field
    reading = read_field(text, country=country)
    assert list(reading.sure) == list(dict.fromkeys(numbers))
    assert {x for number in reading.numbers for x in number.possible} <= set(numbers)
