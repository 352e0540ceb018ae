"""What was offered to a caller, and what became of it?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

import msgspec

from screenpop.domain.profile import Answer, Profile, Row

FACETS = ("recommendations", "goes_with")
"""Their rows are offers where they have a column `sku`."""
POLICY = "policy"
"""In place of a facet for offers that a rule of the sales policy asks for."""
MARK = "offers"
"""The action by which a person, or the card itself, marks offers."""


class Mark(StrEnum):
    """The last one counts; none of the others goes back to `SHOWN` by itself."""

    SHOWN = "shown"  # on the card of somebody who talked
    OFFERED = "offered"
    TAKEN = "taken"
    DECLINED = "declined"
    UNSUITABLE = "unsuitable"
    HELD_BACK = "held_back"  # by chance, to be compared with


class Offer(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A row of a facet; `basis` is the kind of its reason, `model` who ranked it."""

    facet: str
    item: str
    basis: str = ""
    model: str = ""


def offers_of(answers: Mapping[str, Answer]) -> Iterator[Offer]:
    """The offers among the answers to one call's lookups."""
    for answer in answers.values():
        if answer.facet in FACETS:
            yield from offers_in(answer.facet, answer.rows)


def offers_in(facet: str, rows: Iterable[Row]) -> Iterator[Offer]:
    for row in rows:
        if (item := _text(row, "sku")) != "":
            yield Offer(facet, item, _text(row, "basis"), _text(row, "model"))


def offered_by(profile: Profile | None) -> Iterator[Offer]:
    """The offers that lines of the sales policy ask for, by their rule."""
    for line in () if profile is None else profile.policy:
        if line.kind == "offer":
            yield Offer(POLICY, line.rule, POLICY, POLICY)


def encode_offers(offers: Iterable[Offer]) -> str:
    return msgspec.json.encode([*offers]).decode()


def decode_offers(text: str) -> list[Offer]:
    """Raises `msgspec.ValidationError`, `msgspec.DecodeError`."""
    return msgspec.json.decode(text, type=list[Offer])


def _text(row: Row, column: str) -> str:
    value = row.get(column)
    return "" if value is None else str(value)
