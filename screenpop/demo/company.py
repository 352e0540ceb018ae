"""What is the demo company, whole and in memory?

Everything follows from a seed and a day: the same pair gives the same company
to the byte. `today` is a parameter so that what is overdue is so now.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from screenpop.demo.catalogue import (
    BY_FAMILY,
    HABITS,
    PRODUCTS,
    TOGETHER,
    Product,
    family_of,
    season_percent,
)
from screenpop.demo.customers import DemoCustomer, customers
from screenpop.demo.names import chance
from screenpop.demo.service_desk import (
    Entitlement,
    Ticket,
    entitlements_of,
    tickets_of,
)

NAME = "Larkspoke Cycle Supply"
TIME_ZONE = "Europe/London"

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
    entitlements: tuple[Entitlement, ...]

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
    stock = tuple(_stock(today.toordinal(), rng))
    tickets = tuple(tickets_of(orders, today.toordinal(), rng))
    return Company(
        seed=seed,
        today=today,
        customers=people,
        stock=stock,
        orders=orders,
        invoices=invoices,
        tickets=tickets,
        quotes=tuple(_quotes(people, today.toordinal(), rng)),
        entitlements=tuple(
            entitlements_of(orders, tickets, today.toordinal(), chance(seed, "service"))
        ),
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


# -- What did each customer order, when, and did they pay?
# Orders follow habits: a customer has things they buy again and again, each at its
# own distance; what goes together is bought together; the season matters; some
# stopped buying. Days are ordinals (`date.toordinal`), money is whole cents in the
# customer's currency.

VAT_PERCENT = {"GB": 20}  # elsewhere: export, none
LINES_MAX = 14


@dataclass(frozen=True, slots=True)
class OrderLine:
    sku: str
    quantity: int
    price_cents: int


@dataclass(frozen=True, slots=True)
class Order:
    number: int
    account: str
    day: int
    lines: tuple[OrderLine, ...]
    status: str  # "SHIPPED", "PICKING"

    @property
    def net_cents(self) -> int:
        return sum(line.quantity * line.price_cents for line in self.lines)


@dataclass(frozen=True, slots=True)
class Payment:
    day: int
    cents: int
    method: str  # "BACS", "CARD", "SEPA"


@dataclass(frozen=True, slots=True)
class Invoice:
    number: int
    order: int
    account: str
    day: int
    due: int
    gross_cents: int
    payments: tuple[Payment, ...]

    @property
    def open_cents(self) -> int:
        return self.gross_cents - sum(p.cents for p in self.payments)


def months_by_day(today: date) -> dict[int, int]:
    """Ordinal -> month for all days that can occur; date objects are slow in loops."""
    last = today.toordinal()
    return {day: date.fromordinal(day).month for day in range(last - 760, last + 1)}


def orders_of(
    customer: DemoCustomer, today: int, months: dict[int, int], rng: random.Random
) -> Iterator[tuple[int, tuple[OrderLine, ...]]]:
    """(day, lines) in order of time."""
    staples = _staples(customer, rng)
    due = {p.sku: 0.0 for p, _ in staples}
    day = today - customer.habits.first_order_days_ago + rng.randint(0, 20)
    last = today - (customer.habits.lapsed_days_ago or 0)
    while day <= last:
        picked = _basket(staples, due, day, months[day], rng)
        yield day, tuple(_line(p, customer, rng) for p in picked)
        pace = season_percent("", months[day])
        gap = customer.habits.interval_days * rng.uniform(0.75, 1.3) * 100 / pace
        day += max(3, round(gap))


def _staples(customer: DemoCustomer, rng: random.Random) -> list[tuple[Product, float]]:
    """What this customer buys again and again, each with its own distance in days."""
    families = HABITS[customer.habits.business][1]
    count = rng.randint(4, 7) if customer.trade else rng.randint(1, 2)
    wanted = rng.sample(families, min(count, len(families)))
    return [
        (
            rng.choice(BY_FAMILY[family]),
            customer.habits.interval_days * rng.choice((1, 1, 1, 2, 2, 3)) * 0.9,
        )
        for family in wanted
    ]


def _basket(
    staples: list[tuple[Product, float]],
    due: dict[str, float],
    day: int,
    month: int,
    rng: random.Random,
) -> list[Product]:
    picked: dict[str, Product] = {}
    for product, distance in staples:
        if due[product.sku] <= day:
            picked[product.sku] = product
            due[product.sku] = day + distance
    if not picked or rng.random() < 0.22:
        extra = rng.choice(PRODUCTS)
        if rng.random() * 180 < season_percent(family_of(extra.sku), month):
            picked[extra.sku] = extra
    if not picked:
        picked[staples[0][0].sku] = staples[0][0]
    for product in list(picked.values()):
        for family, share in TOGETHER.get(family_of(product.sku), ()):
            if rng.random() < share * 0.6:
                companion = _companion(product, family)
                picked.setdefault(companion.sku, companion)
    return list(picked.values())[:LINES_MAX]


def _companion(product: Product, family: str) -> Product:
    """The same size of the other thing, so to speak: habits have fixed partners."""
    choices = BY_FAMILY[family]
    partner = choices[int(product.sku[4:]) // 7 % len(choices)]
    return partner if partner is not product else choices[0]


def _line(product: Product, customer: DemoCustomer, rng: random.Random) -> OrderLine:
    usual = product.per_order if customer.trade else 1
    quantity = max(1, round(usual * rng.uniform(0.5, 1.5)))
    list_price = product.price_in(customer.currency)
    return OrderLine(
        product.sku,
        quantity,
        list_price * (100 - customer.habits.discount_percent) // 100,
    )


def invoice_for(
    number: int, order: Order, customer: DemoCustomer, today: int, rng: random.Random
) -> Invoice:
    """The invoice goes out with the goods, a day or two after the order."""
    day = min(today, order.day + rng.randint(0, 2))
    due = day + customer.habits.terms_days
    vat = VAT_PERCENT.get(customer.country, 0)
    gross = order.net_cents * (100 + vat) // 100
    paid = tuple(_payments(customer, day, due, gross, today, rng))
    return Invoice(number, order.number, order.account, day, due, gross, paid)


def _payments(
    customer: DemoCustomer,
    day: int,
    due: int,
    gross: int,
    today: int,
    rng: random.Random,
) -> Iterator[Payment]:
    if not customer.trade:
        yield Payment(day, gross, "CARD")
        return
    method = "BACS" if customer.country == "GB" else "SEPA"
    paid_on = _paid_on(customer.habits.payer, day, due, today, rng)
    if paid_on is None or paid_on > today:
        if rng.random() < 0.15 and due < today:
            yield Payment(due, gross * rng.choice((25, 40, 50, 60)) // 100, method)
        return
    if rng.random() < 0.05:
        first = gross // 2
        yield Payment(max(day, paid_on - 12), first, method)
        gross -= first
    yield Payment(paid_on, gross, method)


def _paid_on(
    payer: str, day: int, due: int, today: int, rng: random.Random
) -> int | None:
    """The day of payment; None: never. Old debts are settled or written off."""
    if payer == "bad" and rng.random() < 0.35 and due > today - 150:
        return None
    late = {"prompt": (-6, 3), "slow": (2, 38), "bad": (20, 90)}[payer]
    return max(day, due + rng.randint(*late))
