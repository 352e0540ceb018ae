"""Reading telephone numbers as systems and people write them."""

from __future__ import annotations

import pytest

from screenpop.domain.phone import Presentation
from screenpop.support import numbering
from screenpop.support.number_fields import read_field
from screenpop.support.numbering import describe, read_number, territory_name

LONDON = "+442079460958"


@pytest.mark.parametrize(
    ("text", "country", "e164"),
    [
        ("+44 7700 900142", None, "+447700900142"),
        (LONDON, "DE", LONDON),
        ("0044 20 7946 0958", None, LONDON),
        ("0044 20 7946 0958", "US", LONDON),
        ("+44 (0)20 7946 0958", None, LONDON),
        ("+0044 20 7946 0958", None, LONDON),
        ("020 7946 0958", "GB", LONDON),
        ("447700900142", "GB", "+447700900142"),
        ("(202) 555-0101", "US", "+12025550101"),
        ("+39 (0)6 69812345", None, "+390669812345"),
        ("+34 (0)912 345 678", None, "+34912345678"),
        ("022147110815", "DE", "+4922147110815"),
        ("tel:+12025550101", None, "+12025550101"),
        ("sip:+12025550101@host;transport=tls", None, "+12025550101"),
        ("sip:%2B12025550101@host", None, "+12025550101"),
        ('"Mara" <sip:+442079460958@pbx.example>', None, LONDON),
        ("4:+12025550101", None, "+12025550101"),
        ("+1 202 555 0101,,123#", None, "+12025550101"),
        ("\u202a+44 20 7946 0958\u202c", None, LONDON),
        ("＋44２０７９４６０９５８", None, LONDON),
        ("٠٢٠٧٩٤٦٠٩٥٨", "GB", LONDON),
    ],
)
def test_a_number_is_read_in_every_usual_form(
    text: str, country: str | None, e164: str
) -> None:
    assert read_number(text, country=country).e164 == e164


@pytest.mark.parametrize(
    "text", ["022147110815", "447700900142", "555-0101", "client:mara", "+4930", "+"]
)
def test_what_needs_a_country_or_is_no_number_stays_raw(text: str) -> None:
    reading = read_number(text, country=None)
    assert (reading.e164, reading.extension, reading.text) == (None, None, text)


def test_a_local_number_without_its_area_never_becomes_a_wrong_e164() -> None:
    assert read_number("555-0101", country="US").e164 is None


def test_an_international_number_without_its_plus_needs_the_dialect_to_say_so() -> None:
    assert read_number("447700900142", country=None).e164 is None
    read = read_number("447700900142", country=None, plus_missing=True)
    assert (read.e164, read.country) == ("+447700900142", "GB")


def test_a_national_number_stays_national_where_the_plus_is_missing() -> None:
    read = read_number("022147110815", country="DE", plus_missing=True)
    assert read.e164 == "+4922147110815"


@pytest.mark.parametrize("text", ["101", "sip:101@pbx.example", "tel:101"])
def test_a_short_number_is_an_extension(text: str) -> None:
    reading = read_number(text, country="DE")
    assert (reading.e164, reading.extension, reading.text) == (None, "101", "101")


def test_six_digits_are_a_number_only_where_the_plan_knows_them() -> None:
    assert read_number("123456", country="DE").extension == "123456"
    assert read_number("321000", country="GL").e164 == "+299321000"


@pytest.mark.parametrize("text", ["+12025550101;ext=12", "+1 202 555 0101 x12"])
def test_an_extension_behind_a_number_is_kept_apart(text: str) -> None:
    reading = read_number(text, country=None)
    assert (reading.e164, reading.extension) == ("+12025550101", "12")


@pytest.mark.parametrize(
    "text",
    [
        "anonymous", "Anonymous", "RESTRICTED", "Private", "withheld", "Blocked",
        "+266696687", "+7378742833", "+2562533", "sip:anonymous@anonymous.invalid",
        "sip:anonymous@192.0.2.1", "4:anonymous", "sip:+12025550101@anonymous.invalid",
    ],
)  # fmt: skip
def test_a_withheld_number_is_neither_shown_nor_kept(text: str) -> None:
    reading = read_number(text, country="DE")
    assert reading.presentation is Presentation.WITHHELD
    assert (reading.raw, reading.text) == ("", None)


@pytest.mark.parametrize(
    "text",
    ["", " ", "Unknown", "Unavailable", "<unknown>", "null", "0000000000",
     "+86282452253", "+8656696"],
)  # fmt: skip
def test_a_number_that_the_network_does_not_know_is_unavailable(text: str) -> None:
    assert read_number(text, country="US").presentation is Presentation.UNAVAILABLE


def test_only_the_exact_keypad_spelling_means_withheld() -> None:
    assert read_number("+17378742833", country=None).e164 == "+17378742833"


def test_a_number_that_is_possible_but_in_no_plan_is_accepted() -> None:
    assert read_number("+442079460958", country=None).e164 == LONDON
    assert read_number("+12025550101", country=None).e164 == "+12025550101"


def test_a_country_nobody_has_is_no_country() -> None:
    assert read_number("02079460958", country="ZZ").text == "02079460958"


def test_as_many_readings_are_kept_as_wished() -> None:
    numbering.keep_readings(2)
    try:
        for n in range(5):
            read_number(f"020 7946 000{n}", country="GB")
        assert numbering._read.cache_info().currsize == 2
    finally:
        numbering.keep_readings(numbering.NUMBER_CACHE_ENTRIES)


def test_what_a_list_holds_is_not_kept() -> None:
    before = numbering._read.cache_info()
    (stored,) = read_field("4420 7946 0123", country="DE").numbers
    assert stored.possible == ("+442079460123",)
    assert numbering._read.cache_info() == before


def test_text_without_end_is_cut() -> None:
    assert len(read_number("9" * 100_000, country="DE").raw) == 128


def test_a_number_is_written_for_people_of_the_house() -> None:
    assert describe(LONDON, "GB") == ("020 7946 0958", "GB", "United Kingdom")
    assert describe(LONDON, "DE") == ("+44 20 7946 0958", "GB", "United Kingdom")
    assert describe("nonsense", "DE") == ("nonsense", None, None)


def test_a_shared_code_is_told_apart_by_the_number() -> None:
    assert describe("+12425550101", None).territory == "Bahamas"
    assert territory_name(None) is None


@pytest.mark.parametrize(
    ("text", "country", "e164", "extension"),
    [
        ("Tel. 020 7946 0958", "GB", LONDON, None),
        ("Tel.: 030 / 23125124", "DE", "+493023125124", None),
        ("Mobile: +44 (0)20 7946 0958", None, LONDON, None),
        ("Handy 0171 3920099", "DE", "+491713920099", None),
        ("030/23125-124 App. 12", "DE", "+493023125124", "12"),
        ("01 99 00 12 34 poste 22", "FR", "+33199001234", "22"),
        ("08-465 004 12 ankn 22", "SE", "+46846500412", "22"),
    ],
)
def test_labels_and_extensions_are_read_as_people_type_them(
    text: str, country: str | None, e164: str, extension: str | None
) -> None:
    reading = read_number(text, country=country)
    assert (reading.e164, reading.extension) == (e164, extension)


def test_a_word_with_digits_is_no_label() -> None:
    assert read_number("telly020 7946 0958", country="GB").e164 is None
    assert read_number("client:02079460958", country="GB").e164 is None
    assert read_number("fonduehaus12", country="DE").e164 is None


def test_the_one_number_between_words_is_read() -> None:
    assert read_number("Ms Hahn 020 7946 0958", country="GB").e164 == LONDON
    both = read_number("020 7946 0958 or 07700 900123", country="GB")
    assert (both.e164, both.text) == (None, "020 7946 0958 or 07700 900123")


def test_a_number_of_another_country_without_its_plus_is_only_possible() -> None:
    read = read_number("442079460958", country="US")
    assert (read.e164, read.text, read.possible) == (None, "442079460958", LONDON)


@pytest.mark.parametrize(
    "text",
    ["tel:02079460958;phone-context=+44", "442079460958.0", "'+44 20 7946 0958",
     "sip:02079460958;phone-context=+44@ims.example;user=phone"],
)  # fmt: skip
def test_a_number_is_read_as_the_fields_of_sources_are(text: str) -> None:
    assert read_number(text, country="GB").e164 == LONDON
