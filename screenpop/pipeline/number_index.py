"""Which customers does this number belong to, as far as the sources told us?

Built from each source's `contacts`, so that the answer costs no I/O and is there
when the source is down. Numbers are read as people of the customer's country
write them; what only looks alike (an old plan's last digits) is `probable`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from screenpop.connector import ContactRecord
from screenpop.domain.caller import Candidate, CandidateRef
from screenpop.pipeline.identify import Evidence
from screenpop.support.numbering import StoredNumber, read_stored
from screenpop.support.territories import country_code

EXACT = 0.95
OTHER_READING = 0.6
HEAD_NUMBER = 0.55
SUFFIX = 0.5
SUFFIX_DIGITS = (8, 7)
EXTENSION_DIGITS_MAX = 5
TAIL_DIGITS = 4
SIDE_DIGITS_MIN = 6  # 'a / b' are two numbers only when each side has as many

BREATH_EVERY_S = 0.001
BREATH_S = 0.00005

_SPLIT = re.compile(r"[/;,|\n]|\boder\b|\bor\b|\bou\b", re.IGNORECASE)
_HEAD = re.compile(r"-\s*0\s*$")
_MAYBE_HEAD = re.compile(r"-\s*0\s*(?!\d)")


_Written = tuple[str, str | None]  # a number's text and its country


@dataclass(slots=True)
class _Shelf:
    """One source's contacts, found by number."""

    rank: int
    contacts: list[ContactRecord] = field(default_factory=list)
    read: dict[_Written, StoredNumber] = field(default_factory=dict)
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

    def sizes(self) -> dict[str, int]:
        """How many contacts each source has here."""
        return {name: len(shelf.contacts) for name, shelf in self._shelves.items()}

    def load(self, source: str, rank: int, contacts: Iterable[ContactRecord]) -> int:
        """Replace what `source` told; returns how many contacts it has.

        Runs in a thread of its own beside the event loop. Reading a number costs a
        hundred times what filing it does: those read the time before are not read
        again. The first time, each contact is found as soon as it is filed.
        """
        shelf = _Shelf(rank=rank)
        before = self._shelves.setdefault(source, shelf).read
        breath = _Breath()
        for contact in contacts:
            country = country_code(contact.country) or self._home
            numbers = [one for text in contact.numbers for one in split_numbers(text)]
            for text in numbers:
                if (text, country) not in shelf.read:
                    known = before.get((text, country))
                    shelf.read[text, country] = known or read_stored(
                        text, country=country
                    )
                    breath.take()
            place = len(shelf.contacts)
            shelf.contacts.append(contact)
            for text in numbers:
                _file(shelf, place, text, country)
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


def may_belong(contact: ContactRecord, number: str) -> bool:
    """Could `find` bring this contact for this number? Much cheaper than to know.

    However a number is written, its last digits stand in it in this order; not so
    the number of somebody behind a head number.
    """
    end = _end_of(number)
    return any(
        not text.isascii() or end.search(text) or _MAYBE_HEAD.search(text)
        for text in contact.numbers
    )


@lru_cache(maxsize=16)
def _end_of(number: str) -> re.Pattern[str]:
    return re.compile(r"\D*".join(number[-TAIL_DIGITS:]))


def _only_digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def split_numbers(text: str) -> Iterator[str]:
    """The numbers of one field: `030/23125-0` is one, `069 90009 / 0171 392` two."""
    if _SPLIT.search(text) is None:
        yield text
        return
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


class _Breath:
    """Lets the event loop run: a busy thread else keeps it waiting 5 ms each time."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def take(self) -> None:
        if time.perf_counter() - self._since > BREATH_EVERY_S:
            time.sleep(BREATH_S)
            self._since = time.perf_counter()


def _file(shelf: _Shelf, place: int, text: str, country: str | None) -> None:
    number = shelf.read[text, country]
    if number.e164 is not None:
        shelf.exact.setdefault(number.e164, []).append(place)
        if _HEAD.search(text):
            shelf.heads.setdefault(number.e164[:-1], []).append(place)
        if number.other is not None:
            shelf.other.setdefault(number.other, []).append(place)
        if number.in_plan:
            return
    digits = _only_digits(text)
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
