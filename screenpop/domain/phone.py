"""What is a telephone number, and may we look it up?"""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

import msgspec

E164 = NewType("E164", str)
"""`+`, country code, at most 15 digits (ITU-T E.164)."""


class Presentation(StrEnum):
    """May the calling number be shown (ITU-T Q.951.3, CLIP and CLIR)?"""

    ALLOWED = "allowed"
    WITHHELD = "withheld"  # the caller asked the network to hide it
    UNAVAILABLE = "unavailable"  # the network does not know it


class Ani(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The calling number as the network gave it (automatic number identification).

    `number` is None when presentation is not allowed, when the text is an
    extension (`extension` is set then) or when it cannot be read as a number.
    `raw` is empty when the caller withheld it: a withheld number is not kept.
    """

    raw: str
    presentation: Presentation = Presentation.ALLOWED
    number: E164 | None = None
    extension: str | None = None
    country: str | None = None  # ISO 3166-1 alpha-2
    national: str | None = None  # as people in that country write it
    region: str | None = None  # where, in words, as far as the plan says
    possible: E164 | None = None  # without `number`: what it is if its `+` was left out

    @property
    def may_look_up(self) -> bool:
        return self.presentation is Presentation.ALLOWED and self.number is not None


class Dnis(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The number the caller dialled: picks brand, queue and numbering plan."""

    raw: str
    number: E164 | None = None
    label: str | None = None
    display: str = ""  # as people at home write it


class Parties(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The outside party and our own number of one call."""

    ani: Ani
    dnis: Dnis


def shortened(number: str) -> str:
    """A number fit for a log: `+442079460958` becomes `+4420…58`."""
    return number if len(number) <= 4 else f"{number[:5]}…{number[-2:]}"


# -- What stands in the place of a number whose person was erased?

_ERASED = "erased"
ERASED_MARKS = 16


def erased_number(text: str, mark: int) -> str:
    """What is left of an outside number: as much as the fold of a call compares.

    It reads as an outside number, international where it was one. Two numbers of one
    call differ by their marks (0 to 15), from which no number follows.
    """
    begin = "+" if text.startswith("+") else ""
    return f"{begin}{_ERASED}{mark % ERASED_MARKS:x}"


def is_erased(text: str) -> bool:
    return text.removeprefix("+").startswith(_ERASED)
