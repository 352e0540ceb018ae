"""What is open with a caller, and how much money is at stake?

Read from the profile by names of the form `FACET.COLUMN`, the first that says
something counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

import msgspec

from screenpop.domain.profile import Candidate, Facet, FieldState, Profile, Scalar

CURRENCY = "currency"
TEXT_CHARS = 200
_NO_FACET = Facet(state=FieldState.EMPTY)


class Stake(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Who the caller is taken to be, and what is open with them.

    `matters` counts the rows of which `matter` is the first. `amount` is decimal text;
    `amount_of` names the column (`FACET.COLUMN`) that it was read from.
    """

    name: str | None = None
    company: str | None = None
    matter: str | None = None
    matters: int = 0
    amount: str | None = None
    currency: str | None = None
    amount_of: str | None = None

    @property
    def value(self) -> Decimal:
        """The amount as a number; 0 where there is none."""
        return Decimal(self.amount) if self.amount is not None else Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StakeColumns:
    """Where to look; `currencies` are the fixed ones, by `FACET.COLUMN`."""

    matter: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    currencies: Mapping[str, str] = field(default_factory=dict)


def stake_of(profile: Profile, columns: StakeColumns) -> Stake:
    """What this profile says."""
    who = _customer(profile)
    matter, matters = _matter(profile, columns)
    amount, currency, amount_of = _money(profile, columns)
    return Stake(
        name=None if who is None else who.name,
        company=None if who is None else who.company,
        matter=matter,
        matters=matters,
        amount=None if amount is None else f"{amount:f}",
        currency=currency,
        amount_of=amount_of,
    )


def _customer(profile: Profile) -> Candidate | None:
    """Who was chosen; without a choice no name is better than a guess."""
    known = (x for x in profile.candidates if x.ref == profile.chosen)
    return next(known, None)


def _matter(profile: Profile, columns: StakeColumns) -> tuple[str | None, int]:
    for name in columns.matter:
        said = [text for text in map(_text, _values(profile, name)) if text]
        if said:
            return said[0], len(said)
    return None, 0


def _money(
    profile: Profile, columns: StakeColumns
) -> tuple[Decimal | None, str | None, str | None]:
    """The sum of a column, in the currency of its first amount."""
    for name in columns.money:
        sums: dict[str | None, Decimal] = {}
        for value, currency in _amounts(profile, name):
            amount = _decimal(value)
            if amount is not None and amount > 0:
                currency = currency or columns.currencies.get(name)
                sums[currency] = sums.get(currency, Decimal(0)) + amount
        for currency, amount in sums.items():
            return amount, currency, name
    return None, None, None


def _values(profile: Profile, name: str) -> Iterator[Scalar]:
    return (value for value, _ in _amounts(profile, name))


def _amounts(profile: Profile, name: str) -> Iterator[tuple[Scalar, str | None]]:
    """Each value of a column with what stands in `currency` next to it."""
    facet_name, _, column = name.partition(".")
    facet = profile.facets.get(facet_name, _NO_FACET)
    single = facet.fields.get(column)
    if single is not None and single.value is not None:
        currency = facet.fields.get(CURRENCY)
        yield single.value, _text(currency.value) if currency is not None else None
    for row in facet.rows:
        if row.get(column) is not None:
            yield row[column], _text(row.get(CURRENCY))


def _text(value: Scalar) -> str | None:
    return None if value is None else str(value).strip()[:TEXT_CHARS] or None


def _decimal(value: Scalar) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
