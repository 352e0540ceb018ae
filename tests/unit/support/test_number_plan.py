"""Which number of which country do digits mean, and how sure is that?"""

from __future__ import annotations

import pytest

from screenpop.support.number_plan import e164, meant
from screenpop.support.number_text import Apart, apart


def read(
    text: str, country: str | None, plus_missing: bool = False
) -> tuple[str | None, str | None]:
    parts = apart(text)
    assert isinstance(parts, Apart)
    found = meant(parts, country, plus_missing=plus_missing)
    sure, possible = found
    return (
        None if sure is None else e164(sure),
        None if possible is None else e164(possible),
    )


@pytest.mark.parametrize(
    ("text", "country", "sure", "possible"),
    [
        ("+44 20 7946 0958", "DE", "+442079460958", None),
        ("0044 20 7946 0958", "DE", "+442079460958", None),
        ("020 7946 0958", "GB", "+442079460958", None),
        ("447700900142", "GB", "+447700900142", None),
        ("447700900142", "FR", None, "+447700900142"),
        ("447700900142", None, None, "+447700900142"),
        ("442079460958", "DE", "+49442079460958", "+442079460958"),
        ("2079460313", "GB", "+442079460313", None),
        ("12345", "GB", None, None),
    ],
)
def test_only_a_plus_or_the_told_country_makes_sure(
    text: str, country: str | None, sure: str | None, possible: str | None
) -> None:
    assert read(text, country) == (sure, possible)


def test_a_sender_that_leaves_the_plus_out_is_not_guessed_about() -> None:
    assert read("447700900142", None, plus_missing=True) == ("+447700900142", None)


def test_a_numbers_own_context_goes_before_the_told_country() -> None:
    assert read("tel:02079460391;phone-context=+44", "DE")[0] == "+442079460391"
    assert read("tel:004930231250;phone-context=+44", "US")[0] == "+4930231250"
    assert read("tel:101;phone-context=+44", "DE") == (None, None)
