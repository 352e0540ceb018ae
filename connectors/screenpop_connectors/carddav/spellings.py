"""How may an address book have written this number?"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from screenpop.connector import Row, read_field, subscriber
from screenpop.connector.records import holds_numbers

END_DIGITS = 4
FORMATS = (
    PhoneNumberFormat.E164,
    PhoneNumberFormat.INTERNATIONAL,
    PhoneNumberFormat.NATIONAL,
    PhoneNumberFormat.RFC3966,
)


def spellings(e164: str) -> tuple[str, ...]:
    """Texts one of which most cards with this number contain; empty: not a number.

    The last digits find what is grouped in other ways, and cards of others too:
    `has_number` separates them.
    """
    digits = e164.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(digits) > END_DIGITS):
        return ()
    found = [digits[-END_DIGITS:]]
    with suppress(NumberParseException):
        number = phonenumbers.parse(f"+{digits}", None)
        written = [phonenumbers.format_number(number, each) for each in FORMATS]
        found += [each.removeprefix("tel:") for each in written]
    return tuple(each for each in dict.fromkeys(found) if not _is_covered(each, found))


def _is_covered(text: str, others: Iterable[str]) -> bool:
    """Does a shorter text find the same cards?"""
    return any(other != text and other in text for other in others)


def has_number(row: Row, e164: str, country: str | None) -> bool:
    wanted = subscriber(e164)
    own = row.get("country")
    read_as = own if isinstance(own, str) and len(own) == 2 else country
    return any(
        subscriber(sure) == wanted
        for column, text in row.items()
        if holds_numbers(column) and text is not None
        for sure in read_field(str(text), country=read_as).sure
    )
