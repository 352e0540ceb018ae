"""What does the demo company's ERP database look like?

Written as an old, sane system of somebody else would have it: short upper-case
names, money in whole cents, dates as text, telephone numbers as typed.
"""

from __future__ import annotations

import csv
import random
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from screenpop.demo.company import Company
from screenpop.demo.customers import COUNTRY_NAME, DemoCustomer, typed_again
from screenpop.demo.names import NAMING, chance
from screenpop.demo.service_desk import Entitlement

SCHEMA = """
CREATE TABLE CUSTMAST (
  CUSTNO TEXT PRIMARY KEY, NAME1 TEXT NOT NULL, KIND TEXT NOT NULL, TEL TEXT,
  TEL2 TEXT, STREET TEXT, ZIP TEXT, TOWN TEXT, CTRY TEXT NOT NULL,
  CURR TEXT NOT NULL, TERMS INTEGER NOT NULL, DISC INTEGER NOT NULL, REP TEXT,
  SINCE TEXT) WITHOUT ROWID;
CREATE TABLE CUSTCONT (
  CONTNO INTEGER PRIMARY KEY, CUSTNO TEXT NOT NULL REFERENCES CUSTMAST,
  CNAME TEXT NOT NULL, ROLE TEXT, TEL TEXT, EMAIL TEXT);
CREATE TABLE ITEMMAST (
  SKU TEXT PRIMARY KEY, DESCR TEXT NOT NULL, CATEG TEXT NOT NULL,
  EUR_CT INTEGER NOT NULL, ONHAND INTEGER NOT NULL, NEXT_IN TEXT) WITHOUT ROWID;
CREATE TABLE PRICELST (
  SKU TEXT NOT NULL, CURR TEXT NOT NULL, PRICE_CT INTEGER NOT NULL,
  PRIMARY KEY (SKU, CURR)) WITHOUT ROWID;
CREATE TABLE SOHEAD (
  SONO INTEGER PRIMARY KEY, CUSTNO TEXT NOT NULL, ODATE TEXT NOT NULL,
  NET_CT INTEGER NOT NULL, STAT TEXT NOT NULL);
CREATE TABLE SOLINE (
  SONO INTEGER NOT NULL, POS INTEGER NOT NULL, SKU TEXT NOT NULL,
  QTY INTEGER NOT NULL, PRICE_CT INTEGER NOT NULL,
  PRIMARY KEY (SONO, POS)) WITHOUT ROWID;
CREATE TABLE ARINV (
  INVNO INTEGER PRIMARY KEY, CUSTNO TEXT NOT NULL, SONO INTEGER NOT NULL,
  IDATE TEXT NOT NULL, DUE TEXT NOT NULL, GROSS_CT INTEGER NOT NULL);
CREATE TABLE ARPAY (
  PAYNO INTEGER PRIMARY KEY, INVNO INTEGER NOT NULL, PDATE TEXT NOT NULL,
  AMT_CT INTEGER NOT NULL, METHOD TEXT NOT NULL);
CREATE TABLE RMAHEAD (
  RMANO INTEGER PRIMARY KEY, CUSTNO TEXT NOT NULL, SKU TEXT NOT NULL,
  OPENED TEXT NOT NULL, CLOSED TEXT, PROBLEM TEXT NOT NULL);
CREATE TABLE QUOTE (
  QNO INTEGER PRIMARY KEY, CUSTNO TEXT NOT NULL, QDATE TEXT NOT NULL,
  VALID TEXT NOT NULL, AMT_CT INTEGER NOT NULL, SUBJ TEXT NOT NULL,
  CHANCE INTEGER NOT NULL);
CREATE TABLE SERVCON (
  CUSTNO TEXT NOT NULL, SKU TEXT NOT NULL, SERIAL TEXT NOT NULL, KIND TEXT NOT NULL,
  SLEVEL TEXT, VFROM TEXT NOT NULL, VUNTIL TEXT NOT NULL, RESPBY TEXT,
  PENALTY_CT INTEGER NOT NULL);
"""
INDEXES = """
CREATE INDEX CUSTCONT_CUST ON CUSTCONT (CUSTNO);
CREATE INDEX SOHEAD_CUST ON SOHEAD (CUSTNO, ODATE);
CREATE INDEX SOHEAD_DATE ON SOHEAD (ODATE, SONO);
CREATE INDEX SOLINE_SKU ON SOLINE (SKU, SONO);
CREATE INDEX ARINV_CUST ON ARINV (CUSTNO);
CREATE INDEX ARPAY_INV ON ARPAY (INVNO);
CREATE INDEX RMA_CUST ON RMAHEAD (CUSTNO);
CREATE INDEX SERVCON_CUST ON SERVCON (CUSTNO, VUNTIL);
CREATE INDEX QUOTE_CUST ON QUOTE (CUSTNO);
ANALYZE;
"""

Values = tuple[str | int | None, ...]


class _Days(dict[int, str]):
    """Ordinal -> ISO date, each made once."""

    def __missing__(self, ordinal: int) -> str:
        self[ordinal] = text = date.fromordinal(ordinal).isoformat()
        return text


def write_erp(company: Company, path: Path) -> None:
    """Write the database anew; it appears under its name only when whole."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(draft)) as db, db:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        db.executescript(SCHEMA)
        for table, rows in _tables(company):
            _insert(db, table, rows)
        db.executescript(INDEXES)
    draft.replace(path)


def _insert(db: sqlite3.Connection, table: str, rows: Iterable[Values]) -> None:
    columns = len(db.execute(f"PRAGMA table_info({table})").fetchall())
    marks = ", ".join("?" * columns)
    db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608


def _tables(company: Company) -> Iterator[tuple[str, Iterable[Values]]]:
    day = _Days()
    yield "CUSTMAST", (_customer(c, company, day) for c in company.customers)
    yield "CUSTCONT", _contacts(company)
    yield "ITEMMAST", _items(company, day)
    yield "PRICELST", _prices(company)
    yield (
        "SOHEAD",
        (
            (o.number, o.account, day[o.day], o.net_cents, o.status)
            for o in company.orders
        ),
    )
    yield (
        "SOLINE",
        (
            (o.number, at, line.sku, line.quantity, line.price_cents)
            for o in company.orders
            for at, line in enumerate(o.lines, 1)
        ),
    )
    yield (
        "ARINV",
        (
            (i.number, i.account, i.order, day[i.day], day[i.due], i.gross_cents)
            for i in company.invoices
        ),
    )
    yield "ARPAY", _payments(company, day)
    yield "RMAHEAD", (
        (t.number, t.account, t.sku, day[t.opened],
         day[t.closed] if t.closed else None, t.problem)
        for t in company.tickets
    )  # fmt: skip
    yield "QUOTE", (
        (q.number, q.account, day[q.day], day[q.valid_until], q.cents, q.subject,
         q.chance_percent)
        for q in company.quotes
    )  # fmt: skip
    yield "SERVCON", (
        (e.account, e.sku, e.serial, e.kind, e.level or None, day[e.day],
         day[e.valid_until], _respond_by(e, day), e.penalty_cents)
        for e in company.entitlements
    )  # fmt: skip


def _respond_by(entitled: Entitlement, day: _Days) -> str | None:
    """Local time, as systems of that kind write it."""
    if entitled.respond_day is None or entitled.respond_minute is None:
        return None
    hour, minute = divmod(entitled.respond_minute, 60)
    return f"{day[entitled.respond_day]} {hour:02d}:{minute:02d}"


def _customer(customer: DemoCustomer, company: Company, day: _Days) -> Values:
    habits = customer.habits
    since = company.today.toordinal() - habits.first_order_days_ago
    return (
        customer.account, customer.name, "T" if customer.trade else "P",
        customer.phone or None, customer.phone2 or None, customer.street,
        customer.postcode, customer.town, COUNTRY_NAME[customer.country],
        customer.currency, habits.terms_days, habits.discount_percent, customer.rep,
        day[since],
    )  # fmt: skip


def _contacts(company: Company) -> Iterator[Values]:
    people = ((c.account, p) for c in company.customers for p in c.people)
    for number, (account, person) in enumerate(people, 1):
        phone = person.phone or None
        yield (number, account, person.name, person.role, phone, person.email)


def _items(company: Company, day: _Days) -> Iterator[Values]:
    for stock in company.stock:
        item, arrives = stock.product, stock.next_delivery
        yield (
            item.sku, item.name, item.category, item.price_cents, stock.on_hand,
            day[arrives] if arrives else None,
        )  # fmt: skip


def _prices(company: Company) -> Iterator[Values]:
    for stock in company.stock:
        for currency in ("EUR", "GBP", "SEK", "USD"):
            yield stock.product.sku, currency, stock.product.price_in(currency)


def _payments(company: Company, day: _Days) -> Iterator[Values]:
    found = ((i.number, p) for i in company.invoices for p in i.payments)
    for number, (invoice, payment) in enumerate(found, 1):
        yield number, invoice, day[payment.day], payment.cents, payment.method


# -- What is in the box of index cards?
# A CSV file that someone in sales keeps by hand: whom to ask for, what to remember,
# birthdays. Numbers are typed once more, differently; some cards disagree with the
# ERP about a name, and that must show on the screen as a conflict.

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
