"""Which telephone number does this text mean, if any?

`read_number` reads what telephone systems and people write: E.164, national,
`00…`, `tel:` and `sip:` URIs, extensions, and the words and keypad spellings for
a number that the caller withheld or the network does not know. It never raises
and never guesses a country: a national number without one stays raw text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

import phonenumbers
from phonenumbers import (
    PhoneNumber,
    PhoneNumberFormat,
    ValidationResult,
)

from screenpop.domain.phone import E164, Presentation
from screenpop.support.territories import TERRITORIES

NUMBER_CACHE_ENTRIES = 50_000
READ_MAX = 4096
_READ: dict[str, tuple[PhoneNumber, str | None]] = {}
"""Numbers and countries read a moment ago, to be described now."""
TEXT_CHARS_MAX = 128  # longer text is no number; what is kept of it is cut to this
EXTENSION_DIGITS_MAX = 6
SURE_EXTENSION_DIGITS = 5  # up to here digits alone are an extension everywhere

# Otherwise it relies on the cache of `re`, which holds 512 patterns: callers from
# many countries would compile all day.
phonenumbers.enable_pattern_cache()


def _words(text: str) -> frozenset[str]:
    words = (word.strip() for word in text.replace("\n", ",").split(","))
    return frozenset(word for word in words if word)


WITHHELD_WORDS = _words(
    """anonymous, anonymous caller, restricted, private, private number,
    private caller, withheld, number withheld, withheld number, blocked,
    caller id blocked, no caller id, hidden, suppressed, clir, privat, anonym,
    unterdrückt, unterdrueckt, anonyme, privé, masqué, oculto, privado"""
)
UNKNOWN_WORDS = _words(
    """unknown, <unknown>, unknown caller, unavailable, number unavailable,
    not available, out of area, no number, asserted, null, <null>, none, nil,
    undefined, nan, n/a, na, -, --, ?, unbekannt, inconnu, desconocido"""
) | {""}
# Words spelled on a keypad, as carriers send them. Exact text only: with another
# prefix the same digits can be somebody's number.
WITHHELD_DIGITS = frozenset({"+266696687", "+7378742833", "+2562533"})
UNKNOWN_DIGITS = frozenset({"+86282452253", "+8656696"})

_E164 = re.compile(r"\+[1-9][0-9]{7,14}\Z")
_ANGLE = re.compile(r"<([^<>]+)>\s*(?:;.*)?$")
_URI = re.compile(r"^(tel|sips?|callto|4)\s*:\s*(?://)?", re.IGNORECASE)
_EXTENSION = re.compile(
    r"(?:;\s*ext\s*=|[\s,;.\-]*\b(?:extension|ext|extn|durchwahl|dw|apparat|app|"
    r"poste|anknytning|ankn|toestel|interno|int)\b[\s.:=]*|"
    r"(?<=[\d)\s])\s*[xX#]\s*)(\d{1,7})#?\s*$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:tel(?:efon|efono|éfono|ephone|éphone)?|phone|ph|fon|mob(?:ile?)?|handy|cell|"
    r"fax|office|work|home)\s*[.:]*\s*(?=[\d+(])",
    re.IGNORECASE,
)
_POST_DIAL = re.compile(r"[,;].*$|(?<=\d)[pPwW][\dpPwW,*#]*$")
_WRITTEN = re.compile(r"^\+*[\d\s().\-/\[\]·•–—‐‑‒⁄~_]+$")
_TRUNK_ZERO = re.compile(r"[(\[]\s*0\s*[)\]]")
_ZEROS = re.compile(r"^\+?0+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberReading:
    """What a text says about a number.

    Exactly one of these holds: the number is withheld or unavailable (`raw` is
    empty); `e164` is set (`extension` may be set beside it); only `extension` is
    set; neither is set and `raw` is all there is.
    """

    raw: str
    presentation: Presentation = Presentation.ALLOWED
    e164: E164 | None = None
    extension: str | None = None
    country: str | None = None  # ISO 3166-1 alpha-2 of `e164`

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


WITHHELD = NumberReading(raw="", presentation=Presentation.WITHHELD)
UNAVAILABLE = NumberReading(raw="", presentation=Presentation.UNAVAILABLE)


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


class StoredNumber(NamedTuple):
    """What a text in somebody's records may mean."""

    e164: str | None = None
    other: str | None = None  # if the `+` was left out, where that gives another
    in_plan: bool = False


def read_stored(text: str, *, country: str | None) -> StoredNumber:
    """Read a number of a list of customers; nothing of it is kept here.

    Lists are longer than any cache: they would push out those who call.
    """
    apart = _apart(text)
    if isinstance(apart, NumberReading):
        return StoredNumber()
    number = _meant(apart, country, plus_missing=False)
    if number is None:
        return StoredNumber()
    other = None
    if not apart.written.startswith("+") and not apart.digits.startswith("0"):
        other = _meant(apart, country, plus_missing=True)
    return StoredNumber(
        e164=_e164(number),
        other=_e164(other) if other is not None and other != number else None,
        in_plan=bool(phonenumbers.is_valid_number(number)),
    )


@lru_cache(maxsize=NUMBER_CACHE_ENTRIES)
def _read(text: str, country: str | None, plus_missing: bool) -> NumberReading:
    apart = _apart(text)
    if isinstance(apart, NumberReading):
        return apart
    number = _meant(apart, country, plus_missing=plus_missing)
    if number is None:
        extension = apart.digits if apart.is_short else None
        return NumberReading(raw=apart.raw, extension=extension)
    e164, country = _e164(number), _country_of(number)
    if len(_READ) >= READ_MAX:
        _READ.clear()
    _READ[e164] = number, country
    return NumberReading(
        raw=apart.raw, e164=E164(e164), extension=apart.extension, country=country
    )


@lru_cache(maxsize=NUMBER_CACHE_ENTRIES)
def describe(e164: str, home_country: str | None) -> Described:
    """A number as people in `home_country` write it, and where it belongs."""
    known = _READ.get(e164)
    if known is not None:
        number, country = known
    else:
        try:
            number = phonenumbers.parse(e164, None)
        except phonenumbers.NumberParseException:
            return Described(e164, None, None)
        country = _country_of(number)
    at_home = country is not None and country == home_country
    style = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    written = phonenumbers.format_number(number, style)
    return Described(written, country, territory_name(country))


@lru_cache(maxsize=READ_MAX)
def is_in_plan(e164: str) -> bool:
    """Does its country's plan, as we know it, have this number?

    Old writings and numbers reserved for fiction are not in it: prefer with it,
    never refuse by it.
    """
    known = _READ.get(e164)
    number = phonenumbers.parse(e164, None) if known is None else known[0]
    return bool(phonenumbers.is_valid_number(number))


def territory_name(country: str | None) -> str | None:
    return TERRITORIES.get(country) if country else None


def _plain(text: str) -> str:
    """Compatibility forms folded, invisible marks and controls taken out."""
    if text.isascii() and text.isprintable():
        return text.strip()
    folded = unicodedata.normalize("NFKC", text)
    return "".join(_kept(char) for char in folded).strip()


def _kept(char: str) -> str:
    if char.isascii():
        return char if char.isprintable() else " "
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category[0] == "Z":
        return " "
    return "" if category[0] == "C" else char


def _not_shown(text: str) -> NumberReading | None:
    word = text.strip("\"' ").casefold()
    if word in WITHHELD_WORDS or text in WITHHELD_DIGITS:
        return WITHHELD
    if word in UNKNOWN_WORDS or text in UNKNOWN_DIGITS:
        return UNAVAILABLE
    return UNAVAILABLE if len(text) > 1 and _ZEROS.match(text) else None


def _subscriber(text: str) -> str:
    """What stands for the number in a URI; other text as it is."""
    if (angle := _ANGLE.search(text)) is not None:
        text = angle[1].strip()
    prefix = _URI.match(text)
    if prefix is None:
        return text
    rest = text[prefix.end() :]
    if prefix[1].lower() not in ("sip", "sips"):
        return unquote(rest).strip()
    user, _, host = rest.rpartition("@")
    if host.casefold().split(";")[0].rstrip(".").endswith("anonymous.invalid"):
        return "anonymous"
    user = unquote(user or rest.split(";")[0].split(":")[0])
    return user.split(":")[0].strip()


def _cut_extension(text: str) -> tuple[str, str | None]:
    found = _EXTENSION.search(text)
    if found is not None and any(char.isdigit() for char in text[: found.start()]):
        return _POST_DIAL.sub("", text[: found.start()]).strip(), found[1]
    return _POST_DIAL.sub("", text).strip(), None


class _Apart(NamedTuple):
    """A text that is written like a number."""

    raw: str
    written: str
    digits: str
    extension: str | None

    @property
    def is_short(self) -> bool:
        """It may be an extension."""
        plus = self.written.startswith("+")
        return not plus and 0 < len(self.digits) <= EXTENSION_DIGITS_MAX


def _apart(text: str) -> _Apart | NumberReading:
    """The parts of a text, or all that there is to say of it."""
    if _E164.match(text) and _not_shown(text) is None:  # mostly
        return _Apart(text, text, text[1:], None)
    if len(text) > TEXT_CHARS_MAX * 4:
        return NumberReading(raw=text[:TEXT_CHARS_MAX])
    plain = _plain(text)
    if (reading := _not_shown(plain)) is not None:
        return reading
    subscriber = _subscriber(plain)
    if (reading := _not_shown(subscriber)) is not None:
        return reading
    raw = plain[:TEXT_CHARS_MAX]
    label = _LABEL.match(subscriber)
    written, extension = _cut_extension(
        subscriber[label.end() :] if label else subscriber
    )
    if not _WRITTEN.match(written):
        return NumberReading(raw=raw)
    digits = "".join(char for char in written if char.isdigit())
    return _Apart(raw, written, digits, extension)


def _meant(
    apart: _Apart, country: str | None, *, plus_missing: bool
) -> PhoneNumber | None:
    """The number; None where it is an extension, or none that could be."""
    if apart.is_short and len(apart.digits) <= SURE_EXTENSION_DIGITS:
        return None
    ways = _ways(apart.written, apart.digits, country, plus_missing)
    number = _best([parsed for way in ways if (parsed := _parsed(*way)) is not None])
    if number is None or not apart.is_short or phonenumbers.is_valid_number(number):
        return number
    return None


def _e164(number: PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def _ways(
    written: str, digits: str, country: str | None, plus_missing: bool
) -> Iterator[tuple[str, str | None]]:
    """How the text may be meant, likeliest first."""
    if written.startswith("+"):
        yield f"+{written.lstrip('+ ')}", None
        if (bare := _TRUNK_ZERO.sub("", written)) != written:
            yield bare, None
        if digits.startswith("00"):
            yield f"+{digits[2:]}", None
        return
    if plus_missing and not digits.startswith("0"):
        yield f"+{digits}", None
    if country is not None:
        yield written, country
    if digits.startswith("00"):
        yield f"+{digits[2:]}", None
        yield f"+{_TRUNK_ZERO.sub('', written).strip()[2:]}", None
    elif country is not None and not digits.startswith("0"):
        yield f"+{digits}", None


def _best(numbers: list[PhoneNumber]) -> PhoneNumber | None:
    """The first number that its plan knows, else the first that could be one.

    Being known to the plan is a preference only: plans change faster than tables,
    and numbers reserved for fiction are in none.
    """
    if len(numbers) > 1:
        for number in numbers:
            if phonenumbers.is_valid_number(number):
                return number
    return numbers[0] if numbers else None


def _parsed(text: str, country: str | None) -> PhoneNumber | None:
    if country is not None and country not in phonenumbers.SUPPORTED_REGIONS:
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    possible = phonenumbers.is_possible_number_with_reason(number)
    return number if possible == ValidationResult.IS_POSSIBLE else None


@lru_cache(maxsize=NUMBER_CACHE_ENTRIES)
def _region_of_code(country_code: int) -> str | None:
    region = phonenumbers.region_code_for_country_code(country_code)
    return None if region in ("ZZ", "001") else region


def _country_of(number: PhoneNumber) -> str | None:
    """By the whole number where its code is shared (+1, +44, +7 …)."""
    found = phonenumbers.region_code_for_number(number)
    if found is not None and found != "001":
        return str(found)
    return _region_of_code(number.country_code or 0)
