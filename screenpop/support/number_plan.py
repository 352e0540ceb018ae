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
from importlib import resources
from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, ValidationResult

from screenpop.support.number_text import Apart, apart
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


# -- Which slashes stand between an area code and the rest of its number?
# `030/23125019, 0172/3456780` holds two numbers, not four pieces. A slash separates
# numbers, joins an area code to its number, or precedes another last part
# (`-10/11`); here only those that join are found. All work is linear in the length
# of a field.

SIDE_DIGITS_MIN = 6  # 'a / b' are two numbers only when each side has as many
GAP_DIGITS_MIN = 8  # of each of two numbers with nothing but a blank between them
YEAR_DIGITS_MAX = 6  # `02/2019`
JOINING = ("/", ",")

_PAIR = re.compile(
    r"(?<![\d+(])(?P<area>"
    r"(?:\(?\+|00)\d{1,3}\)?[ ./\-]{0,3}(?:\(0\)[ ./\-]{0,3})?\(?[1-9]\d{0,4}\)?"
    r"|\(?0[1-9]\d{0,4}\)?"
    r"|\(?[1-9]\d{1,4}\)?"
    r") {0,3}(?P<by>[/,]) {0,3}"
    r"(?P<number>[1-9](?:[ ().\-]{0,3}\d){2,16})"
)
_OTHER_NUMBER = re.compile(r"\s+(?=[0(+])")
_LOOSE = " \t.*-–—"
"""What may stand between two numbers of a line, though it separates nothing."""
_YEAR = re.compile(r"(?:19|20)\d\d\Z")
_REST = re.compile(r"[\d ().*\-–—]*\Z")
_RUN_BEFORE = re.compile(r"[+(\d][\d ().\-]{0,40}\Z")


def with_areas_joined(text: str, country: str | None) -> str:
    """The text with a blank in place of every slash behind an area code.

    A number that follows another without a separator is moved to a line of its own.
    """
    if "/" not in text and "," not in text:
        return text
    kept: list[str] = []
    at, in_pair = 0, False
    while (pair := _PAIR.search(text, at)) is not None:
        in_pair = in_pair and _REST.match(text[at : pair.start()]) is not None
        kept.append(text[at : pair.start()])
        before = "".join(kept).rstrip(_LOOSE)
        at = pair.start("number")
        if not _is_one_number(pair, before, in_pair, country):
            kept.append(text[pair.start() : at])
            in_pair = False
            continue
        if before[-1:].isdigit() or before.endswith(")"):
            kept.append("\n")
        kept.append(f"{pair['area'].replace('/', ' ')} ")
        in_pair = True
    kept.append(text[at:])
    return "".join(kept)


def area_joins(first: str, second: str, country: str | None) -> bool:
    """`036452/123456`: an area code of six digits, not a number of its own."""
    return _is_in_plan(f"{first}/{second}", country) and not _is_in_plan(first, country)


def _is_one_number(
    pair: re.Match[str], before: str, in_pair: bool, country: str | None
) -> bool:
    """`in_pair`: what is before it is such a pair too, with nothing in between."""
    area = pair["area"]
    number = _OTHER_NUMBER.split(pair["number"])[0]
    digits = _digits(number)
    has_prefix = area.lstrip("(")[0] in "+0"
    whole = _digits(area) + digits
    is_long = digits >= SIDE_DIGITS_MIN or (has_prefix and whole > GAP_DIGITS_MIN)
    if not (has_prefix or is_long):
        return False
    if whole <= YEAR_DIGITS_MAX and _YEAR.match(number):
        return False
    if pair["by"] == "," and not (has_prefix and is_long):
        return False
    if area.startswith("0") and len(area) == SIDE_DIGITS_MIN:
        return area_joins(area, number, country)
    if before.endswith("/"):
        return has_prefix and is_long and _is_possible(f"{area} {number}", country)
    if before[-1:].isdigit() or before.endswith(")"):
        return has_prefix and is_long and _ends_with_a_number(before, in_pair, country)
    if has_prefix and is_long:
        return True
    return _is_in_plan(f"{area} {number}", country)


def _ends_with_a_number(before: str, in_pair: bool, country: str | None) -> bool:
    """A whole number: what follows behind a blank is not its last group."""
    run = _RUN_BEFORE.search(before)
    if run is None:  # a remark in brackets
        return True
    is_number = _is_possible if in_pair else _is_in_plan
    return _digits(run[0]) >= GAP_DIGITS_MIN and is_number(run[0], country)


def _is_possible(text: str, country: str | None) -> bool:
    parts = apart(text)
    return isinstance(parts, Apart) and meant(parts, country).sure is not None


def _is_in_plan(text: str, country: str | None) -> bool:
    parts = apart(text)
    number = meant(parts, country).sure if isinstance(parts, Apart) else None
    return number is not None and in_plan(number)


def _digits(text: str) -> int:
    return sum(char.isdigit() for char in text)


# -- What is the territory with this region code called in English?


def _read() -> dict[str, str]:
    file = resources.files("screenpop.support") / "territories.tsv"
    lines = file.read_text("utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if not line.startswith("#"))


TERRITORIES = _read()
