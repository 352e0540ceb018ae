"""Which customers does this number belong to, as far as the sources told us?

Built from each source's `contacts`, so that the answer costs no I/O and is there
when the source is down. Numbers are read as people of the customer's country
write them; what only looks alike (an old plan's last digits) is `probable`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from screenpop.connector import ContactRecord
from screenpop.domain.caller import Candidate, CandidateRef
from screenpop.pipeline.identify import Evidence
from screenpop.support.numbering import is_in_plan, read_number
from screenpop.support.territories import country_code

EXACT = 0.95
OTHER_READING = 0.6
HEAD_NUMBER = 0.55
SUFFIX = 0.5
SUFFIX_DIGITS = (8, 7)
EXTENSION_DIGITS_MAX = 5
SIDE_DIGITS_MIN = 6  # 'a / b' are two numbers only when each side has as many

_SPLIT = re.compile(r"[/;,|\n]|\boder\b|\bor\b|\bou\b", re.IGNORECASE)
_HEAD = re.compile(r"-\s*0\s*$")


@dataclass(slots=True)
class _Shelf:
    """One source's contacts, found by number."""

    rank: int
    contacts: list[ContactRecord] = field(default_factory=list)
    exact: dict[str, list[int]] = field(default_factory=dict)
    other: dict[str, list[int]] = field(default_factory=dict)
    heads: dict[str, list[int]] = field(default_factory=dict)
    suffixes: dict[tuple[str | None, str], list[int]] = field(default_factory=dict)


class NumberIndex:
    """All sources' numbers; `load` replaces one source's part at once."""

    def __init__(self, home_country: str | None = None):
        self._home = home_country
        self._shelves: dict[str, _Shelf] = {}

    def __len__(self) -> int:
        return sum(len(shelf.contacts) for shelf in self._shelves.values())

    def load(self, source: str, rank: int, contacts: Iterable[ContactRecord]) -> int:
        """Replace what `source` told; returns how many contacts it has."""
        shelf = _Shelf(rank=rank)
        for contact in contacts:
            place = len(shelf.contacts)
            shelf.contacts.append(contact)
            country = country_code(contact.country) or self._home
            for text in contact.numbers:
                for one in split_numbers(text):
                    _file(shelf, place, one, country)
        self._shelves[source] = shelf
        return len(shelf.contacts)

    def drop(self, source: str) -> None:
        self._shelves.pop(source, None)

    def find(self, number: str, country: str | None) -> list[Evidence]:
        """Evidence for an E.164 number; weaker ways only where stronger ones fail."""
        return [
            evidence
            for source, shelf in self._shelves.items()
            for evidence in _found(source, shelf, number, country)
        ]


def split_numbers(text: str) -> Iterator[str]:
    """The numbers of one field: `030/23125-0` is one, `069 90009 / 0171 392` two."""
    whole, begun = [], ""
    for part in _SPLIT.split(text):
        begun = f"{begun}/{part}" if begun else part
        if _digits(begun) >= SIDE_DIGITS_MIN:
            whole.append(begun)
            begun = ""
    if begun and whole:
        whole[-1] = f"{whole[-1]}/{begun}"
    yield from whole if len(whole) > 1 else (text,)


def _digits(text: str) -> int:
    return sum(char.isdigit() for char in text)


def _file(shelf: _Shelf, place: int, text: str, country: str | None) -> None:
    reading = read_number(text, country=country)
    if reading.e164 is not None:
        shelf.exact.setdefault(reading.e164, []).append(place)
        if _HEAD.search(text):
            shelf.heads.setdefault(reading.e164[:-1], []).append(place)
        other = read_number(text, country=country, plus_missing=True).e164
        if other is not None and other != reading.e164:
            shelf.other.setdefault(other, []).append(place)
        if is_in_plan(reading.e164):
            return
    digits = "".join(char for char in text if char.isdigit())
    for length in SUFFIX_DIGITS:
        if len(digits) >= length:
            key = (country, digits[-length:])
            shelf.suffixes.setdefault(key, []).append(place)


def _found(
    source: str, shelf: _Shelf, number: str, country: str | None
) -> Iterator[Evidence]:
    for places, confidence, why in _ways(shelf, number, country):
        for place in dict.fromkeys(places):
            yield _evidence(source, shelf, place, confidence, why)
        if places:
            return


def _ways(
    shelf: _Shelf, number: str, country: str | None
) -> Iterator[tuple[list[int], float, str]]:
    yield shelf.exact.get(number, []), EXACT, "the number is theirs"
    yield shelf.other.get(number, []), OTHER_READING, "probably their number"
    for length in range(1, EXTENSION_DIGITS_MAX + 1):
        places = shelf.heads.get(number[:-length], [])
        extension = number[-length:]
        yield places, HEAD_NUMBER, f"their company's number, extension {extension}"
    for length in SUFFIX_DIGITS:
        places = shelf.suffixes.get((country, number[-length:]), [])
        if len(set(places)) == 1:
            yield places, SUFFIX, f"the last {length} digits are theirs"


def _evidence(
    source: str, shelf: _Shelf, place: int, confidence: float, why: str
) -> Evidence:
    contact = shelf.contacts[place]
    candidate = Candidate(
        ref=CandidateRef(source=source, key=contact.key),
        name=contact.name,
        company=contact.company,
        confidence=confidence,
        why=why,
        fields=contact.fields,
    )
    return Evidence(kind="number", candidate=candidate, rank=shelf.rank)
