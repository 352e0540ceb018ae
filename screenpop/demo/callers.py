"""Who calls next, from which number, and what for?"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from screenpop.demo.centre import OWN_NUMBERS
from screenpop.demo.company import Company
from screenpop.demo.customers import DemoCustomer
from screenpop.demo.names import RIGHT_TO_LEFT
from screenpop.demo.numbers import BLOCKS

WITHHELD_WORDS = ("anonymous", "Anonymous", "withheld", "Restricted")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCaller:
    """`shown` is what the network presents; `wants` rings first if free.

    `kind` says why this caller is interesting: `customer` `shared` `unknown`
    `withheld` `account` (typed an account number) `colleague`.
    """

    kind: str
    shown: str
    queue: str
    account: str | None = None  # typed on the keypad before the queue
    customer: str | None = None  # account of who it really is
    wants: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A caller of the opening: comes at a set time, at the visitor's telephone."""

    at_s: float
    caller: DemoCaller


class Callers:
    """An endless, repeatable stream of callers of one company."""

    def __init__(self, company: Company, rng: random.Random):
        self._rng = rng
        self._by_number = company.customers_by_number()
        reachable = [c for c in company.customers if c.all_numbers]
        orders: dict[str, int] = {}
        for order in company.orders:
            orders[order.account] = orders.get(order.account, 0) + 1
        self._customers = reachable
        self._weights = [1 + orders.get(c.account, 0) for c in reachable]
        self._shared = sorted(n for n, v in self._by_number.items() if len(v) > 1)
        self._foreign = foreign_numbers(company, rng)
        today = company.today.toordinal()
        self._overdue = {
            account
            for account, invoices in company.open_invoices().items()
            if any(i.due < today for i in invoices)
        }
        self._complaining = {t.account for t in company.tickets if t.closed is None}

    def __iter__(self) -> Iterator[DemoCaller]:
        while True:
            yield self.next()

    def next(self) -> DemoCaller:
        kind = self._rng.choices(
            ("customer", "shared", "unknown", "withheld", "account"),
            (72, 7, 9, 5, 7),
        )[0]
        return self.of_kind(kind)

    def of_kind(self, kind: str) -> DemoCaller:
        rng = self._rng
        match kind:
            case "withheld":
                shown = rng.choice(WITHHELD_WORDS)
                return DemoCaller(kind=kind, shown=shown, queue="sales")
            case "unknown":
                number = rng.choice(self._foreign)
                return DemoCaller(kind=kind, shown=as_sent(number, rng), queue="sales")
            case "shared":
                number = rng.choice(self._shared)
                customer = rng.choice(self._by_number[number])
                return self._from(customer, number, kind)
        customer = rng.choices(self._customers, self._weights)[0]
        if kind == "account":
            number = rng.choice(self._foreign)
            caller = self._from(customer, number, kind)
            return replace(caller, account=customer.account)
        return self._from(customer, rng.choice(customer.all_numbers), kind)

    def _from(self, customer: DemoCustomer, number: str, kind: str) -> DemoCaller:
        return DemoCaller(
            kind=kind,
            shown=as_sent(number, self._rng),
            queue=self._queue(customer),
            customer=customer.account,
        )

    def _queue(self, customer: DemoCustomer) -> str:
        dice = self._rng.random()
        if customer.account in self._overdue and dice < 0.45:
            return "accounts"
        if customer.account in self._complaining and dice < 0.6:
            return "support"
        return "sales" if dice < 0.68 else ("support" if dice < 0.86 else "accounts")


def as_sent(number: str, rng: random.Random) -> str:
    """Mostly E.164; some trunks send other writings of the same."""
    dice = rng.random()
    if dice < 0.85:
        return number
    if dice < 0.92:
        return f"00{number[1:]}"
    if dice < 0.96:
        return f"tel:{number}"
    return f"sip:{number}@trunk.example;user=phone"


def foreign_numbers(
    company: Company, rng: random.Random, count: int = 200
) -> list[str]:
    """Fictional numbers that nobody in the ERP has."""
    taken = company.customers_by_number().keys() | OWN_NUMBERS
    found: list[str] = []
    while len(found) < count:
        country = rng.choice(list(BLOCKS))
        block = rng.choice(BLOCKS[country])
        index = block.first + rng.randrange(block.count)
        number = block.number(country, index).e164
        if number not in taken:
            found.append(number)
    return found


def showpiece(company: Company) -> DemoCustomer:
    """The customer whose card has everything: debts, habits, a return, a quote."""
    open_by_account, today = company.open_invoices(), company.today.toordinal()
    orders: dict[str, int] = {}
    for order in company.orders:
        orders[order.account] = orders.get(order.account, 0) + 1
    tickets = {t.account for t in company.tickets}
    quotes = {q.account for q in company.quotes if q.valid_until >= today}
    numbers = company.customers_by_number()

    def worth(customer: DemoCustomer) -> tuple[int, int]:
        open_invoices = open_by_account.get(customer.account, [])
        overdue = [i for i in open_invoices if i.due < today]
        score = (
            4 * bool(overdue)
            + 2 * (len(open_invoices) > len(overdue))
            + any(i.payments for i in open_invoices)
            + 2 * (customer.account in tickets)
            + 2 * (customer.account in quotes)
            + (customer.country == "GB")
            + (len(customer.people) > 1)
            + 5 * (orders.get(customer.account, 0) >= 20)
        )
        return score, -int(customer.account)

    known = [
        c for c in company.customers
        if c.trade and c.numbers and c.habits.lapsed_days_ago is None
        and len(numbers[c.numbers[0]]) == 1
    ]  # fmt: skip
    return max(known, key=worth)


def opening(company: Company, visitor: str, rng: random.Random) -> tuple[Planned, ...]:
    """What the visitor's telephone shows in the first minutes: each kind once."""
    first = showpiece(company)
    callers = Callers(company, rng)
    rtl = {name for _, name, _ in RIGHT_TO_LEFT}
    named = [c for c in company.customers if c.name in rtl and c.numbers]
    longest = max(
        (c for c in company.customers if c.numbers), key=lambda c: len(c.name)
    )

    def from_customer(customer: DemoCustomer) -> DemoCaller:
        return DemoCaller(
            kind="customer",
            shown=customer.numbers[0],
            queue="sales",
            customer=customer.account,
        )

    tour = (
        (2.0, from_customer(first)),
        (75.0, callers.of_kind("shared")),
        (140.0, from_customer(named[0])),
        (200.0, callers.of_kind("withheld")),
        (255.0, callers.of_kind("unknown")),
        (310.0, from_customer(longest)),
        (370.0, callers.of_kind("account")),
    )
    return tuple(
        Planned(at_s=at_s, caller=replace(caller, queue="sales", wants=visitor))
        for at_s, caller in tour
    )
