"""Which slashes stand between an area code and the rest of its number?

`030/23125019, 0172/3456780` holds two numbers, not four pieces. A slash separates
numbers, joins an area code to its number, or precedes another last part (`-10/11`);
here only those that join are found. All work is linear in the length of a field.
"""

from __future__ import annotations

import re

from screenpop.support.number_plan import in_plan, meant
from screenpop.support.number_text import Apart, apart

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
