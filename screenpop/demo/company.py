"""What is the demo company, whole and in memory?

Everything follows from a seed and a day: the same pair gives the same company
to the byte. `today` is a parameter so that what is overdue is so now.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from screenpop.demo.catalogue import PRODUCTS, Product
from screenpop.demo.chance import chance
from screenpop.demo.customers import DemoCustomer, customers
from screenpop.demo.trade import (
    Invoice,
    Order,
    invoice_for,
    months_by_day,
    orders_of,
)

NAME = "Larkspoke Cycle Supply"
COUNTRY = "GB"
TIME_ZONE = "Europe/London"

_PROBLEMS = (
    "Pads squeal after 200 km",
    "Wrong axle standard delivered",
    "Two of ten tubes with a faulty valve",
    "Dynamo wheel out of true",
    "Carton damaged in transit",
    "Charger shows error E7",
    "Buckle broken on arrival",
)
_PROJECTS = (
    "Fleet of twelve cargo bikes, spring",
    "Refit of the workshop, three stands",
    "Winter tyre pre-order",
    "Helmets for the school programme",
    "Switch of the hire fleet to 11-speed",
    "Framework order inner tubes, one year",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    product: Product
    on_hand: int
    next_delivery: int | None  # ordinal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A return or complaint."""

    number: int
    account: str
    sku: str
    opened: int
    closed: int | None
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    number: int
    account: str
    day: int
    valid_until: int
    cents: int
    subject: str
    chance_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    seed: int
    today: date
    customers: tuple[DemoCustomer, ...]
    stock: tuple[Stock, ...]
    orders: tuple[Order, ...]
    invoices: tuple[Invoice, ...]
    tickets: tuple[Ticket, ...]
    quotes: tuple[Quote, ...]

    def by_account(self) -> Mapping[str, DemoCustomer]:
        return {customer.account: customer for customer in self.customers}

    def open_invoices(self) -> Mapping[str, list[Invoice]]:
        found: defaultdict[str, list[Invoice]] = defaultdict(list)
        for invoice in self.invoices:
            if invoice.open_cents:
                found[invoice.account].append(invoice)
        return found

    def customers_by_number(self) -> Mapping[str, list[DemoCustomer]]:
        """E.164 -> who has it; more than one for switchboards and households."""
        found: defaultdict[str, list[DemoCustomer]] = defaultdict(list)
        for customer in self.customers:
            for number in customer.all_numbers:
                found[number].append(customer)
        return found


def found_company(seed: int, today: date) -> Company:
    """The whole company; takes a second or two."""
    people = tuple(customers(chance(seed, "customers")))
    orders, invoices = _trade(people, seed, today)
    rng = chance(seed, "desk")
    return Company(
        seed=seed,
        today=today,
        customers=people,
        stock=tuple(_stock(today.toordinal(), rng)),
        orders=orders,
        invoices=invoices,
        tickets=tuple(_tickets(orders, today.toordinal(), rng)),
        quotes=tuple(_quotes(people, today.toordinal(), rng)),
    )


def _trade(
    people: tuple[DemoCustomer, ...], seed: int, today: date
) -> tuple[tuple[Order, ...], tuple[Invoice, ...]]:
    rng, last = chance(seed, "trade"), today.toordinal()
    months, by_account = months_by_day(today), {c.account: c for c in people}
    drafts = sorted(
        (day, customer.account, lines)
        for customer in people
        for day, lines in orders_of(customer, last, months, rng)
    )
    orders = tuple(
        Order(240_001 + at, account, day, lines, "SHIPPED" if day < last else "PICKING")
        for at, (day, account, lines) in enumerate(drafts)
    )
    shipped = (order for order in orders if order.status == "SHIPPED")
    invoices = tuple(
        invoice_for(880_001 + at, order, by_account[order.account], last, rng)
        for at, order in enumerate(shipped)
    )
    return orders, invoices


def _stock(today: int, rng: random.Random) -> list[Stock]:
    found = []
    for product in PRODUCTS:
        empty = rng.random() < 0.09
        on_hand = 0 if empty else rng.randint(4, 60) * product.per_order // 2 + 1
        arrives = today + rng.randint(2, 30) if on_hand < 20 else None
        found.append(Stock(product=product, on_hand=on_hand, next_delivery=arrives))
    return found


def _tickets(orders: tuple[Order, ...], today: int, rng: random.Random) -> list[Ticket]:
    recent = [o for o in orders if o.day > today - 120]
    found = []
    for at, order in enumerate(rng.sample(recent, len(recent) // 16)):
        opened = min(today, order.day + rng.randint(3, 25))
        closed = opened + rng.randint(2, 20) if rng.random() < 0.65 else None
        found.append(
            Ticket(
                number=5001 + at,
                account=order.account,
                sku=order.lines[0].sku,
                opened=opened,
                closed=closed if closed is not None and closed <= today else None,
                problem=rng.choice(_PROBLEMS),
            )
        )
    return found


def _quotes(
    people: tuple[DemoCustomer, ...], today: int, rng: random.Random
) -> list[Quote]:
    trade = [c for c in people if c.trade and c.habits.lapsed_days_ago is None]
    found = []
    for at, customer in enumerate(rng.sample(trade, len(trade) // 6)):
        day = today - rng.randint(1, 40)
        found.append(
            Quote(
                number=70_001 + at,
                account=customer.account,
                day=day,
                valid_until=day + rng.choice((14, 30, 60)),
                cents=rng.randint(40, 900) * 1000,
                subject=rng.choice(_PROJECTS),
                chance_percent=rng.choice((20, 40, 50, 60, 80)),
            )
        )
    return found
