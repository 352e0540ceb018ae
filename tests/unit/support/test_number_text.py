"""Which part of a text is a number?"""

from __future__ import annotations

import pytest

from screenpop.domain.phone import Presentation
from screenpop.support.number_text import DIGITS_LOST, Apart, NotANumber, apart


@pytest.mark.parametrize(
    ("text", "digits", "extension", "context"),
    [
        ("442079460311.0", "442079460311", None, None),
        ("12.0", "12", None, None),
        ("4.42079460314E+11", "442079460314", None, None),
        ("'020 7946 0343", "02079460343", None, None),
        ("tel:020-7946-0391;phone-context=+44", "02079460391", None, "+44"),
        ("tel:020;ext=12;phone-context=+44;isub=1", "020", "12", "+44"),
        ("tel:02079460391;phone-context=example.com", "02079460391", None, None),
        ("sip:020;phone-context=+44@a.example;user=phone", "020", None, "+44"),
        ("sip:+44%2020@a.example", "4420", None, None),
        ("+1 202 555 0101,,123#", "12025550101", None, None),
    ],
)
def test_a_text_is_taken_apart(
    text: str, digits: str, extension: str | None, context: str | None
) -> None:
    found = apart(text)
    assert isinstance(found, Apart)
    assert (found.digits, found.extension, found.context) == (
        digits,
        extension,
        context,
    )


def test_an_anonymous_display_name_withholds_the_number_behind_it() -> None:
    found = apart('"Anonymous" <sip:+442079460958@pbx.example>')
    assert found == NotANumber("", Presentation.WITHHELD)


def test_a_float_says_when_its_digits_were_lost() -> None:
    assert apart("4.42079E+11") == NotANumber("4.42079E+11", reason=DIGITS_LOST)
    rounded = apart("4.4207946031E11")
    assert isinstance(rounded, Apart)
    assert not rounded.certain
