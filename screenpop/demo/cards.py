"""What is in the box of index cards?

A CSV file that someone in sales keeps by hand: whom to ask for, what to remember,
birthdays. Numbers are typed once more, differently; some cards disagree with the
ERP about a name, and that must show on the screen as a conflict.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from screenpop.demo.chance import chance
from screenpop.demo.company import Company
from screenpop.demo.customers import DemoCustomer, typed_again
from screenpop.demo.names import NAMING

COLUMNS = (
    "Name", "Company", "Contact", "Phone", "Country", "Birthday", "Prefers",
    "Note", "Kept by", "Updated",
)  # fmt: skip
SHARE = 0.28
CONFLICT_SHARE = 0.15

_PREFERS = (
    "phone before ten", "e-mail, no calls on market day", "delivery Tuesdays only",
    "invoice by post", "one parcel, no part deliveries", "the workshop, not the shop",
)  # fmt: skip
_NOTES = (
    "Two dogs; the delivery entrance is in the yard",
    "Asked for the new catalogue on paper",
    "Son takes over the shop next spring",
    "Wants a price for 50 studded tyres before October",
    "Was not happy about the late delivery in spring, be kind",
    "Races cyclocross on Sundays, ask how it went",
    "Speaks good English and German",
    "Pays at once if you remind him by telephone",
    "Likes to test new lights: send samples",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    account: str  # not in the file: cards know no account numbers
    name: str
    company: str
    contact: str
    phone: str
    country: str
    birthday: date | None
    prefers: str
    note: str
    kept_by: str
    updated: date


def cards(company: Company, always: tuple[str, ...] = ()) -> list[Card]:
    """One card for some customers, and for the accounts in `always`.

    None for a number that several customers share: a card knows only the number.
    """
    rng = chance(company.seed, "cards")
    sharing = company.customers_by_number()
    found = []
    for customer in company.customers:
        wanted = rng.random() < SHARE or customer.account in always
        if wanted and customer.numbers and len(sharing[customer.numbers[0]]) == 1:
            conflict = rng.random() < CONFLICT_SHARE or customer.account in always
            found.append(_card(customer, conflict, company.today, rng))
    return found


def _card(
    customer: DemoCustomer, conflict: bool, today: date, rng: random.Random
) -> Card:
    person = customer.people[0].name if customer.people else customer.name
    name = customer.name
    if conflict:
        name, person = _disagreeing(customer, person, rng)
    birthday = date(rng.randint(1952, 2001), rng.randint(1, 12), rng.randint(1, 28))
    return Card(
        account=customer.account,
        name=name,
        company=name if customer.trade else "",
        contact=person,
        phone=typed_again(customer, rng),
        country=customer.country,
        birthday=birthday if rng.random() < 0.5 else None,
        prefers=rng.choice(_PREFERS) if rng.random() < 0.6 else "",
        note=rng.choice(_NOTES),
        kept_by=customer.rep,
        updated=today - timedelta(days=rng.randint(5, 900)),
    )


def _disagreeing(
    customer: DemoCustomer, person: str, rng: random.Random
) -> tuple[str, str]:
    """An older name of the firm, or a successor at the telephone."""
    if customer.trade and rng.random() < 0.6:
        family = rng.choice(NAMING[customer.country].family)
        return f"{customer.name} (formerly {family})", person
    given = rng.choice(NAMING[customer.country].given)
    other = f"{given} {person.split(' ', 1)[-1]}"
    return (customer.name if customer.trade else other), other


def write_cards(found: list[Card], path: Path) -> None:
    """UTF-8 with a byte order mark and semicolons, as a spreadsheet saves it."""
    draft = path.with_suffix(".draft")
    with draft.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(COLUMNS)
        writer.writerows(_cells(card) for card in found)
    draft.replace(path)


def _cells(card: Card) -> Iterator[str]:
    birthday = card.birthday.isoformat() if card.birthday else ""
    yield from (card.name, card.company, card.contact, card.phone, card.country)
    yield from (birthday, card.prefers, card.note, card.kept_by)
    yield card.updated.isoformat()
