"""Which telephone number does this text mean, if any?

`read_number` reads what telephone systems and people write: E.164, national,
`00…`, `tel:` and `sip:` URIs, extensions, and the words and keypad spellings for
a number that the caller withheld or the network does not know. It never raises
and never guesses a country: a national number without one stays raw text. Fields
that may hold several numbers and other words are read by `number_fields`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat

from screenpop.domain.phone import E164, Presentation
from screenpop.support.number_fields import read_field
from screenpop.support.number_plan import TERRITORIES, country_of, e164, meant
from screenpop.support.number_text import Apart, NotANumber, apart

NUMBER_CACHE_ENTRIES = 50_000
READ_MAX = 4096
_READ: dict[str, tuple[PhoneNumber, str | None]] = {}
"""Numbers and countries read a moment ago, to be described now."""


_OTHER_URI = re.compile(r"[A-Za-z][\w+.\-]*:\S")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberReading:
    """What a text says about a number.

    Exactly one of these holds: the number is withheld or unavailable (`raw` is
    empty); `e164` is set (`extension` may be set next to it); only `extension` is
    set; neither is set and `raw` is all there is. Then `possible` may hold the number
    that it would be if its `+` was left out: to be offered, never to be taken for sure.
    """

    raw: str
    presentation: Presentation = Presentation.ALLOWED
    e164: E164 | None = None
    extension: str | None = None
    country: str | None = None  # ISO 3166-1 alpha-2 of `e164`
    possible: E164 | None = None

    @property
    def text(self) -> str | None:
        """E.164, else the extension, else the text as sent; None when not shown."""
        if self.presentation is not Presentation.ALLOWED:
            return None
        return self.e164 or self.extension or self.raw


class Described(NamedTuple):
    """A number fit for people."""

    text: str
    country: str | None
    territory: str | None


def read_number(
    text: str, *, country: str | None, plus_missing: bool = False
) -> NumberReading:
    """Read `text` as people and systems of `country` (alpha-2) write numbers.

    `plus_missing`: the sender writes E.164 without its `+`, so `4477…` is tried
    as `+4477…` before it is tried as a national number. What begins with `+` means
    the same everywhere, so it is read, and remembered, once.
    """
    if text[:1] == "+":
        return _read(text, None, False)
    return _read(text, country, plus_missing)


def keep_readings(entries: int) -> None:
    """Keep so many readings from now on (`limits.number_cache_entries`)."""
    global _read
    if _read.cache_parameters()["maxsize"] != entries:
        _read = lru_cache(maxsize=entries)(_read.__wrapped__)


@lru_cache(maxsize=NUMBER_CACHE_ENTRIES)
def _read(text: str, country: str | None, plus_missing: bool) -> NumberReading:
    parts = apart(text)
    if not isinstance(parts, Apart):
        return _among_words(parts, country)
    number, possible = meant(parts, country, plus_missing=plus_missing)
    if number is None:
        return NumberReading(
            raw=parts.raw,
            extension=parts.digits if parts.is_short else None,
            possible=None if possible is None else E164(e164(possible)),
        )
    read, country = E164(e164(number)), country_of(number)
    if len(_READ) >= READ_MAX:
        _READ.clear()
    _READ[read] = number, country
    return NumberReading(
        raw=parts.raw, e164=read, extension=parts.extension, country=country
    )


def _among_words(found: NotANumber, country: str | None) -> NumberReading:
    """`Ms Hahn 020 7946 0958`: the one number between words; several are none."""
    shown = found.presentation is Presentation.ALLOWED
    if shown and not _OTHER_URI.match(found.raw) and any(map(str.isdigit, found.raw)):
        numbers = read_field(found.raw, country=country).numbers
        if len(numbers) == 1 and (number := numbers[0]).e164 is not None:
            return NumberReading(
                raw=found.raw,
                e164=number.e164,
                extension=number.extension,
                country=country_of(phonenumbers.parse(number.e164, None)),
            )
    return NumberReading(raw=found.raw, presentation=found.presentation)


@lru_cache(maxsize=NUMBER_CACHE_ENTRIES)
def describe(text: str, home_country: str | None) -> Described:
    """A number as people in `home_country` write it, and where it belongs."""
    known = _READ.get(text)
    if known is not None:
        number, country = known
    else:
        try:
            number = phonenumbers.parse(text, None)
        except phonenumbers.NumberParseException:
            return Described(text, None, None)
        country = country_of(number)
    at_home = country is not None and country == home_country
    style = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    written = phonenumbers.format_number(number, style)
    return Described(written, country, territory_name(country))


def territory_name(country: str | None) -> str | None:
    return TERRITORIES.get(country) if country else None
