"""What does one source's file say about a number?

A contact is filed under keys: one character that says in which way the number that
follows is theirs, then the number. Weaker ways count only where stronger ones fail.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from screenpop.connector import ContactRecord, OddItems
from screenpop.connector.reading import shortened_text
from screenpop.domain.profile import KEY_AS_READ, Candidate, CandidateRef
from screenpop.lookup.identify import Evidence
from screenpop.lookup.number_file import NumberFile
from screenpop.support.log import Outage

log = logging.getLogger(__name__)

EXACT = 0.95
THE_NUMBER, THE_KEY = "the number is theirs", "the key is theirs"
OTHER_READING = 0.6
HEAD_NUMBER = 0.55
SUFFIX = 0.5
SUFFIX_DIGITS = (8, 7)
EXTENSION_DIGITS_MAX = 5

# What a key in the file says about the number that follows.
EXACTLY = "="
OTHERWISE = "~"
HEAD_OF = "-"
ENDS_WITH = "/"
HAS_EXTENSION = "x"  # it was written with an extension: others share its beginning
ODD = "!"  # no number follows, but why one of this contact's is not here


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(tuple[str, str, str | None, dict[str, Any]])


class Shelf:
    """One source's contacts, found by number."""

    def __init__(
        self, source: str, rank: int, path: Path, file: NumberFile | None = None
    ):
        self.source = source
        self.rank = rank
        self.damaged = False
        self.file = NumberFile(path) if file is None else file
        self._outage = Outage(f"the number index {path}", log)

    @property
    def failing(self) -> bool:
        """Could it not be read just now?"""
        return self._outage.lasting

    def found(self, number: str, country: str | None) -> list[Evidence]:
        """A file that cannot be read costs the answer, not the call."""
        return self._read(lambda: self._found(number, country))

    def with_key(self, key: str, who: int) -> list[Evidence]:
        """The customer whose key this is; `who` is its digest."""

        def found() -> list[Evidence]:
            bodies = [x for x in self.file.of_key(who) if key_of(x) == key]
            return self._evidence(bodies[:1], EXACT, THE_KEY)

        return self._read(found)

    def _read(self, read: Callable[[], list[Evidence]]) -> list[Evidence]:
        try:
            found = read()
        except sqlite3.ProgrammingError:  # closed: another file is in its place
            return []
        except sqlite3.Error as error:
            self.damaged = not isinstance(error, sqlite3.OperationalError)
            self._outage.failed(error)
            return []
        self._outage.recovered()
        return found

    def _found(self, number: str, country: str | None) -> list[Evidence]:
        theirs = self.file.exactly(EXACTLY + number)
        if theirs:
            return self._evidence(theirs, EXACT, THE_NUMBER)
        ways = list(weaker_ways(number, country))
        place, contacts = self.file.first_of([key for key, _, _ in ways])
        if not contacts:
            return []
        _, confidence, why = ways[place]
        if confidence == SUFFIX and len(contacts) > 1:
            return []
        return self._evidence(self.file.bodies(contacts), confidence, why)

    def _evidence(
        self, bodies: Sequence[bytes], confidence: float, why: str
    ) -> list[Evidence]:
        found = []
        for body in bodies:
            key, name, company, fields = _DECODER.decode(body)
            candidate = Candidate(
                ref=CandidateRef(source=self.source, key=key),
                name=name,
                company=company,
                confidence=confidence,
                why=why,
                fields=fields,
            )
            found.append(Evidence(kind="number", candidate=candidate, rank=self.rank))
        return found


def weaker_ways(number: str, country: str | None) -> Iterator[tuple[str, float, str]]:
    """Key, confidence and reason, the best way first."""
    yield OTHERWISE + number, OTHER_READING, "probably their number"
    for length in range(1, EXTENSION_DIGITS_MAX + 1):
        why = f"their company's number, extension {number[-length:]}"
        yield HEAD_OF + number[:-length], HEAD_NUMBER, why
    for length in SUFFIX_DIGITS:
        why = f"the last {length} digits are theirs"
        yield ending(country, number, length), SUFFIX, why


def ending(country: str | None, digits: str, length: int) -> str:
    return f"{ENDS_WITH}{country or ''}/{digits[-length:]}"


def odd_key(reason: str, value: str) -> str:
    return f"{ODD}{reason}\t{shortened_text(value)}"


def odd_items(
    counts: Mapping[str, int], first: Iterable[tuple[str, bytes]]
) -> OddItems:
    """Keys of `odd_key`, counted by reason, and the first ones with their contact."""
    items = OddItems()
    for key, body in first:
        reason, _, value = key[1:].partition("\t")
        items.add(f"customer {key_of(body)}", None, reason, value)
    for reason, count in counts.items():
        items.counts[reason] = max(count, items.counts[reason])
    return items


def key_of(body: bytes) -> str:
    """The customer's key in a body that `body_of` made."""
    return _DECODER.decode(body)[0]


def company_of(body: bytes) -> str | None:
    return _DECODER.decode(body)[2]


def body_of(contact: ContactRecord) -> bytes:
    """What of a contact a candidate shows. A value that no file holds becomes text."""
    fields = dict(contact.fields)
    if contact.key_as_read is not None:
        fields[KEY_AS_READ] = contact.key_as_read
    held = (contact.key, contact.name, contact.company, fields)
    try:
        return _ENCODER.encode(held)
    except (TypeError, ValueError, OverflowError):
        return _ENCODER.encode(_as_held(held))


def _as_held(value: object) -> object:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()  # half of a surrogate pair
    if isinstance(value, tuple):
        return tuple(map(_as_held, value))
    if isinstance(value, dict):
        return {_as_held(str(k)): _as_held(v) for k, v in value.items()}
    if value is None or isinstance(value, bool | float):
        return value
    return value if isinstance(value, int) and abs(value) < 2**63 else str(value)


def in_index(evidence: Iterable[Evidence], source: str) -> bool:
    """Does the number index know customers of this source with the number?"""
    return any(
        x.kind == "number"
        and x.candidate.ref.source == source
        and x.candidate.confidence >= EXACT
        for x in evidence
    )
