"""Which number of which country do these digits mean, and how sure is that?

A number is sure where it is written with `+` or `00`, or is one of the country that
is known for it. Reading digits as if their `+` were missing is a guess: it gives a
number that is only possible, unless it stays in that country. A guess never makes a
national number one of another country.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, ValidationResult

from screenpop.support.number_text import Apart
from screenpop.support.spellings import CODES, respelled

SURE_EXTENSION_DIGITS = 5  # up to here digits alone are an extension everywhere
GUESS_DIGITS_MIN = 11  # a national number of the plan is not guessed about below
REGIONS_MAX = 1000

# Otherwise it relies on the cache of `re`, which holds 512 patterns: callers from
# many countries would compile all day.
phonenumbers.enable_pattern_cache()

_TRUNK_ZERO = re.compile(r"[(\[]\s*0\s*[)\]]")


class Meant(NamedTuple):
    """`sure` is the number; `possible` another one, if the `+` was left out."""

    sure: PhoneNumber | None = None
    possible: PhoneNumber | None = None


def meant(apart: Apart, country: str | None, *, plus_missing: bool = False) -> Meant:
    """The number; none where it is an extension, or none that could be.

    `country` (alpha-2) is the one given next to the number; one that stands in the
    number's own text (`;phone-context=`) goes before it. `plus_missing`: the sender
    writes E.164 without its `+`, so nothing is guessed.
    """
    if apart.context is not None and not apart.written.startswith("+"):
        return Meant(_in_context(apart))
    if apart.is_short and len(apart.digits) <= SURE_EXTENSION_DIGITS:
        return Meant()
    ways = _ways(apart.written, apart.digits, country, plus_missing)
    number = _best([parsed for way in ways if (parsed := _parsed(*way)) is not None])
    if number is not None and apart.is_short and not in_plan(number):
        number = None
    guess = _guess(apart, country, number)
    if not apart.certain:
        return Meant(None, number or guess)
    return Meant(number, guess)


def e164(number: PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def in_plan(number: PhoneNumber) -> bool:
    return bool(phonenumbers.is_valid_number(number))


def country_of(number: PhoneNumber) -> str | None:
    """By the whole number where its code is shared (+1, +44, +7 …)."""
    found = phonenumbers.region_code_for_number(number)
    if found is not None and found != "001":
        return str(found)
    return _region_of_code(number.country_code or 0)


def _ways(
    written: str, digits: str, country: str | None, plus_missing: bool
) -> Iterator[tuple[str, str | None]]:
    """How the text may be meant without a guess, likeliest first."""
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
        if digits.startswith(_code_of(country)):  # its + is missing, no border crossed
            yield f"+{digits}", None
    if digits.startswith("00"):
        yield f"+{digits[2:]}", None
        yield f"+{_TRUNK_ZERO.sub('', written).strip()[2:]}", None


def _guess(
    apart: Apart, country: str | None, number: PhoneNumber | None
) -> PhoneNumber | None:
    """The number if its `+` was left out, where the plan of some country has it.

    A national number that its own country has is not guessed about, unless it is as
    long as numbers with a country's code are.
    """
    if apart.written.startswith("+") or apart.digits.startswith("0") or apart.is_short:
        return None
    guess = _parsed(f"+{apart.digits}", None)
    if guess is None or guess == number:
        return None
    if number is None and len(apart.digits) >= GUESS_DIGITS_MIN:
        return guess
    if not in_plan(guess):
        return None
    if country is None or number is None or not in_plan(number):
        return guess
    if country == country_of(guess):
        return guess
    whole = phonenumbers.national_significant_number(number) == apart.digits
    return guess if whole and len(apart.digits) >= GUESS_DIGITS_MIN else None


def _in_context(apart: Apart) -> PhoneNumber | None:
    """RFC 3966: the number is one of the country, or of the area, that it names."""
    context = "".join(char for char in apart.context or "" if char.isdigit())
    region = _region_of_code(int(context)) if 0 < len(context) <= 3 else None
    if region is not None and len(apart.digits) <= SURE_EXTENSION_DIGITS:
        return None
    ways: list[tuple[str, str | None]] = (
        [(apart.written, region)] if region is not None else []
    )
    ways.append((f"+{context}{apart.digits}", None))
    return _best([parsed for way in ways if (parsed := _parsed(*way)) is not None])


def _best(numbers: list[PhoneNumber]) -> PhoneNumber | None:
    """The first number that its plan knows, else the first that could be one.

    Being known to the plan is a preference only: plans change faster than tables,
    and numbers reserved for fiction are in none.
    """
    if len(numbers) > 1:
        for number in numbers:
            if in_plan(number):
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
    is_possible = possible == ValidationResult.IS_POSSIBLE
    code = number.country_code or 0
    if code not in CODES or (is_possible and in_plan(number)):
        return number if is_possible else None
    renewed = respelled(code, phonenumbers.national_significant_number(number))
    if renewed is not None:
        return phonenumbers.parse(renewed, None)
    return number if is_possible else None


@lru_cache(maxsize=REGIONS_MAX)
def _code_of(country: str) -> str:
    """Its calling code; what no number begins with where there is none."""
    return str(phonenumbers.country_code_for_region(country) or "?")


@lru_cache(maxsize=REGIONS_MAX)
def _region_of_code(country_code: int) -> str | None:
    region = phonenumbers.region_code_for_country_code(country_code)
    return None if region in ("ZZ", "001") else region
