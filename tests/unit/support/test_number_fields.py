"""Which numbers does a field of somebody's records hold, and what is odd in it?"""

from __future__ import annotations

import pytest

from screenpop.support import number_fields
from screenpop.support.number_fields import read_field

LONDON, MOBILE = "+442079460958", "+447700900123"


def sure(text: str, country: str | None = "GB") -> list[str]:
    return [str(number) for number in read_field(text, country=country).sure]


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("442079460311.0", "GB", "+442079460311"),
        ("442079460311,00", "GB", "+442079460311"),
        ("2079460313.0", "GB", "+442079460313"),
        ("4.42079460314E+11", "GB", "+442079460314"),
        ("4,42079460314e+11", "GB", "+442079460314"),
        ("4.42079460314E11", "GB", "+442079460314"),
        ("442079460314E0", "GB", "+442079460314"),
        ("442,079,460,311", "GB", "+442079460311"),
        ("669812345.0", "IT", "+390669812345"),
        ("'+442079460341", "GB", "+442079460341"),
        ("'020 7946 0343", "GB", "+442079460343"),
        ("’020 7946 0343", "GB", "+442079460343"),
        ('="0044 20 7946 0343"', "GB", "+442079460343"),
        ("=+442079460343", None, "+442079460343"),
        ('"020 7946 0343"', "GB", "+442079460343"),
        ("+44 (0)20 7946 0958", "DE", LONDON),
        ("tel:02079460958;phone-context=+44", "DE", LONDON),
        ("tel:2079460958;phone-context=+44", "US", LONDON),
        ("sip:02079460958;phone-context=+44@ims.example;user=phone", "DE", LONDON),
        ("<sip:020-7946-0958;phone-context=+44@ims.example>;tag=1", "DE", LONDON),
        ("tel:9460958;phone-context=+4420", "DE", "+44209460958"),
        ("Tel.: 020 7946 0958 (mobile)", "GB", LONDON),
        ("020 7946 0958 after 6 pm", "GB", LONDON),
        ("Ms Hahn 020 7946 0958", "GB", LONDON),
        ("030-0074321 / Fr. Hahn", "DE", "+49300074321"),
        ("0171 3920099 (seit 01.02.2019)", "DE", "+491713920099"),
        ("036452/123456", "DE", "+4936452123456"),
        ("Büro: 030/123456", "DE", "+4930123456"),
        ("22/123 45 67", "PL", "+48221234567"),
        ("Haus 12, 0171 3920099", "DE", "+491713920099"),
        ("ab 18:00 Uhr 0171 3920099", "DE", "+491713920099"),
        ("(+44) 20 7946 0958", "US", LONDON),
        ("Mobile (0044) 20 7946 0958", "US", LONDON),
        ("030/23125-0", "DE", "+4930231250"),
        ("٠٢٠٧٩٤٦٠٩٥٨", "GB", LONDON),
        ("＋44 ２０ ７９４６ ０９５８", None, LONDON),
        ("\u202a+44\u00a020\u00a07946\u2011\u00a00958\u202c\x00", None, LONDON),
    ],
)  # fmt: skip
def test_one_number_is_read_however_it_stands_there(
    text: str, country: str | None, number: str
) -> None:
    assert sure(text, country) == [number]


@pytest.mark.parametrize(
    "between",
    [" ::: ", ":::", " / ", "/", " & ", ";", "; ", ",", ", ", "\n", "\r\n", " | ",
     " or ", " oder ", " ou ", " y ", " and ", "  ", "\u2028", "\\n"],
)  # fmt: skip
def test_several_numbers_of_one_field_are_all_found(between: str) -> None:
    assert sure(f"020 7946 0958{between}07700 900123") == [LONDON, MOBILE]
    assert sure(f"+44 20 7946 0958{between}+44 7700 900123", None) == [LONDON, MOBILE]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("tel:+44-121-234-5678 (Fr. Hahn)", ["+441212345678"]),
        ("tel:+44-121-234-5678; 07400 123456", ["+441212345678", "+447400123456"]),
        (
            "tel:+44-121-234-5678 ::: 07400 123456 (Fr. Hahn)",
            ["+441212345678", "+447400123456"],
        ),
        ("0121 234 5678; 'tel:+44-7400-123456", ["+447400123456", "+441212345678"]),
        ("tel:+44 121 234 5678", ["+441212345678"]),
        ("sip:+441212345678@pbx.example;tag=1234567", ["+441212345678"]),
    ],
)
def test_a_uri_is_read_apart_from_what_stands_next_to_it(
    text: str, numbers: list[str]
) -> None:
    assert list(read_field(text, country="GB").sure) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "Office 020 7946 0958, home 07700 900123",
        "Office: 020 7946 0958 home: 07700 900123",
        "tel:+442079460958, tel:+447700900123",
        '"A" <sip:+442079460958@a.example>; "B" <sip:+447700900123@b.example>',
        "020 7946 0958 (work) / 07700 900123 (mobile) / ask for Tim",
    ],
)
def test_words_and_uris_around_several_numbers_lose_none(text: str) -> None:
    assert sure(text) == [LONDON, MOBILE]


@pytest.mark.parametrize(
    ("text", "country", "numbers"),
    [
        ("030/23125019, 0172/3456780", "DE", ["+493023125019", "+491723456780"]),
        ("01/5891234, 01/5891235", "AT", ["+4315891234", "+4315891235"]),
        ("01/42685300 ou 06/12345678", "FR", ["+33142685300", "+33612345678"]),
        ("0172 3456780, 030/23125019", "DE", ["+491723456780", "+493023125019"]),
        ("06452/12345; 06452/2345", "DE", ["+49645212345", "+4964522345"]),
        ("036452/123456, 030/1234567", "DE", ["+4936452123456", "+49301234567"]),
        ("22/1234567; 22/1234568", "PL", ["+48221234567", "+48221234568"]),
        ("212/555-0100, 212/555-0101", "US", ["+12125550100", "+12125550101"]),
        ("+49/30/23125019 / +49/172/3456780", "DE",
         ["+493023125019", "+491723456780"]),
        ("030/23125019, +49 (0)172/3456780", "DE",
         ["+493023125019", "+491723456780"]),
        ("0049 30/23125019; 0049 172/3456780", "DE",
         ["+493023125019", "+491723456780"]),
        ("030/23125019 (privat) 0172/3456780", "DE",
         ["+493023125019", "+491723456780"]),
        ("030/12345-10/11, 0711/6789-20/21", "DE",
         ["+49301234510", "+49301234511", "+49711678920", "+49711678921"]),
        ("030,23125019, 0172,3456780", "DE", ["+493023125019", "+491723456780"]),
        ("12, 0171/3920099", "DE", ["+491713920099"]),
    ],
)  # fmt: skip
def test_every_area_code_before_a_slash_stays_with_its_number(
    text: str, country: str, numbers: list[str]
) -> None:
    assert sure(text, country) == numbers


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("0711/28 42 222/12", ("+49711284222212", "+497112842212")),
        ("030/23125019/20", ("+49302312501920", "+493023125020")),
    ],
)
def test_a_short_end_behind_an_area_code_with_a_slash_is_only_possible(
    text: str, possible: tuple[str, ...]
) -> None:
    (number,) = read_field(text, country="DE").numbers
    assert number.possible == possible


@pytest.mark.parametrize(
    "text",
    ["030 12345-10/11", "030 12345-10 / -11", "030/12345-10/11", "+49 30 12345-10/11"],
)  # fmt: skip
def test_a_range_of_extensions_is_every_number_of_it(text: str) -> None:
    assert sure(text, "DE") == ["+49301234510", "+49301234511"]


@pytest.mark.parametrize(
    "text",
    ["020 7946 0958 ext 12", "020 7946 0958 x12", "020 7946 0958, ext. 12",
     "020 7946 0958 (ext 12)", "tel:+442079460958;ext=12", "020 7946 0958 #12"],
)  # fmt: skip
def test_an_extension_stays_with_its_number(text: str) -> None:
    (number,) = read_field(text, country="GB").numbers
    assert (number.e164, number.extension) == (LONDON, "12")


def test_a_short_end_behind_a_slash_is_only_possible() -> None:
    (number,) = read_field("020 7946 0958/59", country="GB").numbers
    assert (number.e164, number.possible) == (LONDON, ("+442079460959",))


@pytest.mark.parametrize(
    ("text", "country", "odd"),
    [
        ("4.42079E+11", "GB", "digits were lost (scientific notation)"),
        ("1e5", "GB", "digits were lost (scientific notation)"),
        ("4.420794603E300", "GB", "is not a number"),
        ("see notes", "GB", "holds no number"),
        ("12", "GB", "is too short for a number"),
        ("079 123 4567", None, "is a national number of an unknown country"),
        ("9" * 40, "GB", "is not a number of any country's length"),
        ("020 7946 0958 / 12345678901234567890", "GB",
         "is not a number of any country's length"),
        ("1-800-FLOWERS", "US", "is not a number"),
        ("020 7946 0958" + " " * 1000 + "1", "GB", "is longer than 1000 characters"),
        ("02079460958," * 30, "GB", "holds more than 20 numbers"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(text: str, country: str | None, odd: str) -> None:
    assert read_field(text, country=country).odd == odd


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "n/a", "n.a.", "None", "anonymous", "unbekannt", "0", "Work",
     "* Home"],
)  # fmt: skip
def test_a_field_that_means_nothing_is_nothing_odd(text: str) -> None:
    assert read_field(text, country="GB") == number_fields.FieldReading()


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("442079460958", "US", LONDON),
        ("442079460958", None, LONDON),
        ("77012345678", "GB", "+77012345678"),
        ("492214710253", "DE", "+492214710253"),
        ("4.4207946031E11", "GB", "+442079460310"),  # or its last digit was rounded
    ],
)
def test_a_guess_is_possible_and_never_sure(
    text: str, country: str | None, number: str
) -> None:
    (found,) = read_field(text, country=country).numbers
    assert number in found.possible
    assert found.e164 != number


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("2031234567", "GB"), ("2079460313", "GB"), ("020 3123 4567", "GB"),
        ("2031234567.0", "GB"), ("7012345678", "US"), ("20 3123 4567", "GB"),
        ("84951234567", "RU"),
        ("142685300", "FR"), ("0142685300", "FR"), ("3123456789", "IT"),
    ],
)  # fmt: skip
def test_a_national_number_is_never_guessed_into_another_country(
    text: str, country: str
) -> None:
    (found,) = read_field(text, country=country).numbers
    assert found.e164 is not None
    assert found.possible == ()


def test_an_address_or_a_word_with_digits_is_no_number() -> None:
    assert sure("fonduehaus0207946095") == []
    assert sure("mail02079460958@post.example") == []
    assert sure("K4420794609581") == []
