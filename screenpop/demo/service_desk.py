"""What is wrong with goods of the demo company, and who is entitled to what?"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from screenpop.demo.catalogue import family_of

if TYPE_CHECKING:
    from screenpop.demo.company import Order

WARRANTY_DAYS = 730
WITH_WARRANTY = frozenset({"BAT", "WHL", "LGT", "LCK", "HLM", "BAG", "SAD"})
"""Families of devices that have a serial number and a warranty."""
CONTRACT_SHARE = 0.5  # of the customers with an open ticket
_LEVELS = (("Gold, 4 h", 25_000), ("Silver, 8 h", 10_000), ("Bronze, next day", 0))

_PROBLEMS = (
    "Pads squeal after 200 km",
    "Wrong axle standard delivered",
    "Two of ten tubes with a faulty valve",
    "Dynamo wheel out of true",
    "Carton damaged in transit",
    "Charger shows error E7",
    "Buckle broken on arrival",
)


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
class Entitlement:
    """A warranty of a device, or a service contract with an answer that is due."""

    account: str
    sku: str
    serial: str
    kind: str  # "WARRANTY", "SERVICE"
    level: str
    day: int
    valid_until: int
    respond_minute: int | None = None  # of the day on which `respond_day` is
    respond_day: int | None = None
    penalty_cents: int = 0


def tickets_of(
    orders: tuple[Order, ...], today: int, rng: random.Random
) -> list[Ticket]:
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


def entitlements_of(
    orders: tuple[Order, ...],
    tickets: tuple[Ticket, ...],
    today: int,
    rng: random.Random,
) -> Iterator[Entitlement]:
    """A warranty for each device bought; contracts of some who wait for an answer."""
    for order in orders:
        for line in order.lines:
            if family_of(line.sku) in WITH_WARRANTY:
                yield Entitlement(
                    account=order.account,
                    sku=line.sku,
                    serial=f"{line.sku[:3]}{order.number}",
                    kind="WARRANTY",
                    level="",
                    day=order.day,
                    valid_until=order.day + WARRANTY_DAYS,
                )
    for ticket in tickets:
        if ticket.closed is None and rng.random() < CONTRACT_SHARE:
            level, penalty_cents = rng.choice(_LEVELS)
            yield Entitlement(
                account=ticket.account,
                sku=ticket.sku,
                serial=f"R{ticket.number}",
                kind="SERVICE",
                level=level,
                day=today - rng.randint(30, 300),
                valid_until=today + rng.randint(30, 300),
                respond_day=today,
                respond_minute=rng.randrange(24 * 60),
                penalty_cents=penalty_cents,
            )
