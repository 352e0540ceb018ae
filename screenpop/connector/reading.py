"""What became of the rows of one reading of a source's contacts?

A connector counts here what it reads, so that a customer who is missing from the
number index can be explained: how many rows there were, how many contacts they
gave, which were left out and why, and what was odd, each item with its place.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

ODD_KEPT_MAX = 200  # of one reading; the others are only counted
REASONS_MAX = 40  # different reasons; what comes behind them counts as "other"
PLACES_SHOWN = 5  # of one reason, in one sentence
VALUE_CHARS_MAX = 40
DIGITS_SHOWN = 3  # at each end of a run of digits: no whole number reaches a log

NO_KEY = "no key"
NO_NUMBER = "no number"
OVER_LIMIT = "over contacts_max"
UNREADABLE = "cannot be read"
LEFT_OUT = "the row is left out"
UNKNOWN_COUNTRY = "names a country that is not known; national numbers are not read"


class Odd(NamedTuple):
    """One thing that was not as expected: `row 17`, `Phone`, why, `442…711`."""

    place: str
    column: str | None
    reason: str
    value: str | None = None  # shortened: fit for a log


class OddItems:
    """Odd items of one reading: each is named once, the first ones with their place.

    May be written from a thread: one writer at a time.
    """

    def __init__(self) -> None:
        self.first: list[Odd] = []
        self.counts: Counter[str] = Counter()
        self._named: set[tuple[str, str | None, str | None]] = set()
        self._rows: set[str] = set()  # odd as a whole, under any of their names

    def __len__(self) -> int:
        return self.counts.total()

    def add(
        self, place: str, column: str | None, reason: str, value: str | None = None
    ) -> None:
        """Name an item; one that has been named is not named again."""
        shown = None if value is None else shortened_text(value)
        if (place, column, shown) in self._named:
            return
        if reason not in self.counts and len(self.counts) >= REASONS_MAX:
            reason = "other"
        self.counts[reason] += 1
        if len(self.first) < ODD_KEPT_MAX:
            self._named.add((place, column, shown))
            if column is None:
                self._rows.add(place)
            self.first.append(Odd(place, column, reason, shown))

    def same(self, place: str, other: str) -> None:
        """The row at `place` has another name, too (`row 17` is `customer C-1`).

        Where the row is odd as a whole, what another reader finds odd in it is not
        named again.
        """
        if place in self._rows:
            self._rows.add(other)

    def take(self, others: OddItems) -> None:
        """Add those of another reader of the same rows, where it was not named."""
        named = Counter(odd.reason for odd in others.first)
        for odd in [odd for odd in others.first if odd.place not in self._rows]:
            self.add(*odd)
        for reason, count in others.counts.items():
            if count > named[reason]:
                self.counts[reason] += count - named[reason]

    def said(self) -> tuple[str, ...]:
        """One sentence for each reason, the most frequent first."""
        return tuple(
            f"{count} x {reason}: {self._places(reason, count)}"
            for reason, count in self.counts.most_common()
        )

    def _places(self, reason: str, count: int) -> str:
        named = [odd for odd in self.first if odd.reason == reason][:PLACES_SHOWN]
        texts = [
            odd.place
            + (f" {odd.column}" if odd.column else "")
            + (f" ({odd.value})" if odd.value else "")
            for odd in named
        ]
        return ", ".join(texts) + (", …" if count > len(named) else "")


@dataclass(slots=True, kw_only=True)
class ContactsReading:
    """The counts of one reading.

    `rows` is how many the source gave, `contacts` how many of them are known by
    number now; `left_out` says why the others are not.
    """

    rows: int = 0
    contacts: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    repeated_keys: int = 0
    odd: OddItems = field(default_factory=OddItems)

    def leave_out(self, reason: str, place: str | None = None) -> None:
        """Count a row that is left out; with a `place` it is an odd item, too."""
        self.left_out[reason] += 1
        if place is not None:
            self.odd.add(place, None, f"{reason}, {LEFT_OUT}")

    def warning(self) -> str | None:
        """What the operator must know: rows came, and not one customer is known."""
        if self.contacts or not self.rows:
            return None
        why = ", ".join(f"{n} x {why}" for why, n in self.left_out.most_common())
        return (
            f"{self.rows} rows were read and none of them is a contact"
            f" ({why or 'no reason is known'}). Check key, numbers and country."
        )

    def as_json(self) -> dict[str, object]:
        """For `/v1/sources`: counts by reason, and the first odd items."""
        return {
            "rows": self.rows,
            "contacts": self.contacts,
            "left_out": dict(self.left_out),
            "repeated_keys": self.repeated_keys,
            "odd": dict(self.odd.counts),
            "odd_first": [odd._asdict() for odd in self.odd.first[:PLACES_SHOWN]],
        }


def shortened_text(text: str) -> str:
    """A value fit for a log: one line, not long, and without a whole number."""
    plain = " ".join(text[: VALUE_CHARS_MAX * 2].split())
    digits = [at for at, char in enumerate(plain) if char.isdigit()]
    if len(digits) > 2 * DIGITS_SHOWN:
        begin, end = digits[DIGITS_SHOWN - 1] + 1, digits[-DIGITS_SHOWN]
        plain = f"{plain[:begin]}…{plain[end:]}"
    shown = "".join(char if char.isprintable() else "?" for char in plain)
    return shown if len(shown) <= VALUE_CHARS_MAX else f"{shown[:VALUE_CHARS_MAX]}…"
