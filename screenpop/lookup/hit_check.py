"""Does a customer that a source found by number have this number?

Sources compare texts: `like '%5554729'` and full-text searches find other people, too.
What they give in columns of numbers is read as the number index reads it, in the
country of the row, then of the service. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from screenpop.connector import Row, Scalar, contact_from_row
from screenpop.lookup.number_index import may_belong
from screenpop.lookup.number_loading import keys_of_contact
from screenpop.lookup.number_shelf import EXACTLY, ODD, SUFFIX, weaker_ways
from screenpop.support.spellings import subscriber

WHOLE_FORMS = frozenset({"number", "number_also", "digits", "national"})
PARTS = frozenset({"suffix8", "suffix7"})
FORMS = WHOLE_FORMS | PARTS
"""Parameters that hold the caller's number, in part or as a whole."""
COUNTRY = "country"
CHECKED_MAX = 50  # rows: reading their numbers takes the event loop some 5 ms
OTHER_NUMBERS = "it has other numbers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A row, how sure its customer can be at most, and why not surer.

    `is_theirs`: the number was read in it.
    """

    row: Row
    at_most: float = 1.0
    is_theirs: bool = False
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HitCheck:
    """What a lookup by number found, checked. `by_part`: it was asked with a part."""

    by_part: bool
    home: str | None = None

    def hits(self, rows: Sequence[Row], params: Mapping[str, Scalar]) -> list[Hit]:
        """Those who have the number; one without columns of numbers is believed.

        Others, whose numbers only end alike, are kept where no customer has all of it.

        Where no customer has it, a lookup by the whole number is believed a little: it
        may know numbers that it does not give.
        """
        number = params.get("number")
        if not isinstance(number, str):
            return [Hit(row=row) for row in rows]
        country = params.get(COUNTRY)
        found = [
            self._checked(row, number, None if country is None else str(country))
            for row in rows[:CHECKED_MAX]
        ]
        least = 1.0 if any(hit.is_theirs for hit in found) else SUFFIX
        those = [hit for hit in found if hit.at_most >= least]
        if those or self.by_part:
            return those
        return [Hit(row=x.row, at_most=SUFFIX, why=OTHER_NUMBERS) for x in found]

    def _checked(self, row: Row, number: str, country: str | None) -> Hit:
        contact = contact_from_row(row)
        if contact is None:
            return Hit(row=row)
        if not may_belong(contact, number):
            return Hit(row=row, at_most=0.0)
        keys = frozenset(keys_of_contact(contact.numbers, contact.country, self.home))
        if keys and all(key.startswith(ODD) for key in keys):
            return Hit(row=row)  # not readable here: the source may know better
        for key, confidence, why in _ways(subscriber(number), country):
            if key in keys:
                theirs = why is None
                return Hit(row=row, at_most=confidence, is_theirs=theirs, why=why)
        return Hit(row=row, at_most=0.0)


def _ways(number: str, country: str | None) -> Iterator[tuple[str, float, str | None]]:
    yield EXACTLY + number, 1.0, None
    yield from weaker_ways(number, country)


def is_by_number(needs: frozenset[str]) -> bool:
    """Does a lookup with these parameters ask for the caller's number alone?"""
    return bool(needs & FORMS) and needs <= FORMS | {COUNTRY}
