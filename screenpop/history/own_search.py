"""Which of one's own calls fit a search?

Conditions of the tables, with every word as a parameter. They are applied to the
newest `CALLS_SEARCHED_MAX` calls of the range, so that a page does not cost more as
the history grows; the cursor goes on from there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Table, and_, exists, or_

from screenpop.domain.call import Direction, LegState, Release
from screenpop.history import tables
from screenpop.history.own_sections import CALL, RecordsAsked

CALLS_SEARCHED_MAX = 5_000
WORDS_CHARS_MAX = 100
WORDS_MAX = 8
MISSED = (Release.UNANSWERED.value, Release.ENDED.value)
DIRECTIONS = tuple(direction.value for direction in Direction)

Part = Literal["answered", "missed", "answered_elsewhere", "not_reached", "goes_on"]
PARTS: tuple[Part, ...] = get_args(Part)
NOTED = {"with": True, "without": False}

_legs = tables.call_legs.c
_calls = tables.calls.c


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsWanted:
    """None: whatever it is. `words` are parts of a name, a number or an own note."""

    words: str = ""
    direction: str | None = None
    part: Part | None = None  # what the person did in the call
    result: str | None = None
    queue: str | None = None
    noted: bool | None = None

    def conditions(self, asked: RecordsAsked) -> list[ColumnElement[bool]]:
        """Of a query over `tables.calls`; none where every call is wanted."""
        found = [_has_word(word, asked) for word in _words(self.words)]
        if self.direction is not None:
            found.append(_calls.direction == self.direction)
        if self.queue is not None:
            found.append(_calls.queue == self.queue)
        if self.part is not None:
            found.append(_took_part(self.part, asked))
        if self.result is not None:
            chosen = tables.dispositions.c.code == self.result
            found.append(_any_own(tables.dispositions, asked, chosen))
        if self.noted is not None:
            note = _any_own(tables.notes, asked, tables.notes.c.text != "")
            found.append(note if self.noted else ~note)
        return found


EVERY_CALL = CallsWanted()


def _words(text: str) -> Sequence[str]:
    """The words of a search; one that is only a number is one word."""
    plain = unicodedata.normalize("NFC", text).replace("\0", " ").strip()
    words = [plain] if _digits(plain) else plain.split()
    return words[:WORDS_MAX]


def _digits(word: str) -> str:
    """`(020) 7946-09` gives `20794609`; "" for what is not a number."""
    digits = "".join(sign for sign in word if sign.isdecimal() and sign.isascii())
    if any(sign.isalpha() for sign in word) or set(word) - set(digits) - set("+-/(). "):
        return ""
    return digits.lstrip("0") or digits  # a trunk prefix is not part of E.164


def _has_word(word: str, asked: RecordsAsked) -> ColumnElement[bool]:
    columns = (_calls.customer_name, _calls.caller_name)
    places = [_contains(column, word) for column in columns]
    if digits := _digits(word):
        numbers = (_calls.number, _calls.caller)
        places += [column.contains(digits, autoescape=True) for column in numbers]
    places.append(_any_own(tables.notes, asked, _contains(tables.notes.c.text, word)))
    return or_(*places)


def _contains(column: ColumnElement[Any], word: str) -> ColumnElement[bool]:
    """In any case; SQLite knows the cases of ASCII alone, so these are written out."""
    forms = dict.fromkeys((word, word.lower(), word.upper(), word.capitalize()))
    if word.isascii():
        forms = {word: None}
    return or_(*(column.icontains(form, autoescape=True) for form in forms))


def _took_part(part: Part, asked: RecordsAsked) -> ColumnElement[bool]:
    """As `own_calls` names it for all telephones of the person together."""

    def any_leg(condition: ColumnElement[bool]) -> ColumnElement[bool]:
        return _any_own(tables.call_legs, asked, condition)

    answered = any_leg(_legs.answered_us.is_not(None))
    if part == "answered":
        return answered
    goes_on = and_(~answered, any_leg(_legs.state != LegState.RELEASED.value))
    if part == "goes_on":
        return goes_on
    over = and_(~answered, ~any_leg(_legs.state != LegState.RELEASED.value))
    inbound = _calls.direction == Direction.INBOUND.value
    if part == "not_reached":
        return and_(over, ~inbound)
    missed = any_leg(_legs.release.in_(MISSED))
    if part == "missed":
        return and_(over, inbound, missed)
    elsewhere = any_leg(_legs.release == Release.ANSWERED_ELSEWHERE.value)
    return and_(over, inbound, ~missed, elsewhere)


def _any_own(
    table: Table, asked: RecordsAsked, condition: ColumnElement[bool]
) -> ColumnElement[bool]:
    """The call has such a row of the person."""
    mine = exists().where(*_of_call(table), asked.is_me(table.c.username))
    return mine.where(condition).correlate(tables.calls)


def _of_call(table: Table) -> Iterator[ColumnElement[bool]]:
    return (table.c[name] == _calls[name] for name in CALL)
