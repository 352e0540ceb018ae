"""Who buys from the demo company?

Trade customers (shops, couriers, schools) and private ones, in five countries,
with the untidiness of real master data: numbers in every writing, two in one
field, switchboards and households that share one, some without any.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from screenpop.demo.catalogue import CURRENCY_OF, HABITS
from screenpop.demo.names import NAMING, RIGHT_TO_LEFT, VERY_LONG, Naming
from screenpop.demo.numbers import (
    BLOCKS,
    CALLING_CODE,
    Number,
    NumberPool,
    typed,
    typed_together,
    typed_with_extension,
)

COUNTRY_NAME = {
    "GB": "United Kingdom",
    "DE": "Germany",
    "FR": "France",
    "US": "United States",
    "SE": "Sweden",
}
PER_COUNTRY = {"GB": 760, "DE": 600, "FR": 480, "US": 420, "SE": 180}
ROLES = ("Owner", "Purchasing", "Workshop", "Accounts", "Manager")
REPS = ("H. Castell", "M. Oyelaran", "S. Brandt", "P. Fournier")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    name: str
    role: str
    email: str
    phone: str  # as typed; "" if none
    numbers: tuple[str, ...]  # E.164, what `phone` means


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyingHabits:
    """How they buy and how they pay."""

    business: int  # index into HABITS
    interval_days: int  # between orders
    first_order_days_ago: int
    lapsed_days_ago: int | None  # bought nothing since
    terms_days: int
    discount_percent: int
    payer: str  # "prompt", "slow", "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCustomer:
    account: str
    name: str
    trade: bool
    country: str
    street: str
    postcode: str
    town: str
    phone: str  # as typed; "" if none
    phone2: str
    numbers: tuple[str, ...]  # E.164, what `phone` and `phone2` mean
    people: tuple[DemoPerson, ...]
    habits: BuyingHabits
    rep: str

    @property
    def currency(self) -> str:
        return CURRENCY_OF[self.country]

    @property
    def all_numbers(self) -> tuple[str, ...]:
        mine = [*self.numbers, *(n for p in self.people for n in p.numbers)]
        return tuple(dict.fromkeys(mine))


def customers(rng: random.Random) -> list[DemoCustomer]:
    """About 2,400 customers; account numbers are five digits, not in a row."""
    accounts = iter(rng.sample(range(10_100, 89_900), 4000))
    found: list[DemoCustomer] = []
    for country, count in PER_COUNTRY.items():
        pool = NumberPool(country, rng)
        for name, person in _names(country, count, rng):
            found.append(
                _customer(str(next(accounts)), country, name, person, pool, rng)
            )
    return _share_numbers(found, rng)


def _names(
    country: str, count: int, rng: random.Random
) -> Iterator[tuple[str, str | None]]:
    """(company, a person of it); a private customer has no company name: ""."""
    special: list[tuple[str, str | None]] = [
        (company, person) for c, company, person in RIGHT_TO_LEFT if c == country
    ]
    special += [(company, None) for c, company in VERY_LONG if c == country]
    yield from special
    naming, taken = NAMING[country], set[str]()
    for _ in range(count - len(special)):
        if rng.random() < 0.32:
            yield "", None
            continue
        name = _company_name(naming, rng, taken)
        taken.add(name)
        yield name, None


TOWN = "\0town"  # filled in once the telephone area is known


def _company_name(naming: Naming, rng: random.Random, taken: set[str]) -> str:
    shapes = naming.clubs if rng.random() < 0.12 else naming.companies
    for _ in range(6):
        name = rng.choice(shapes).format(
            f=rng.choice(naming.family), w=rng.choice(naming.words), t=TOWN
        )
        if name not in taken:
            return name
    return f"{name}, {rng.choice(naming.districts)}"


def _customer(
    account: str,
    country: str,
    company: str,
    person: str | None,
    pool: NumberPool,
    rng: random.Random,
) -> DemoCustomer:
    naming, trade = NAMING[country], bool(company)
    number, town = pool.take(mobile=not trade and rng.random() < 0.55)
    town = town or rng.choice(_TOWNS[country])
    owner = person or _full_name(naming, rng)
    name = company.replace(TOWN, town) or owner
    phone, phone2, numbers = _phones(number, pool, trade, rng)
    return DemoCustomer(
        account=account,
        name=name,
        trade=trade,
        country=country,
        street=rng.choice(naming.streets).format(n=rng.randint(1, 98)),
        postcode=_postcode(naming.postcode, rng),
        town=town,
        phone=phone,
        phone2=phone2,
        numbers=numbers,
        people=_people(owner, name, naming, pool, rng) if trade else (),
        habits=_habits(trade, rng),
        rep=rng.choice(REPS),
    )


_TOWNS = {
    "GB": ("Hebden Bridge", "Ludlow", "Aberystwyth", "Berwick-upon-Tweed"),
    "DE": ("Schwäbisch Hall", "Görlitz", "Münster", "Wernigerode"),
    "FR": ("Besançon", "Nîmes", "Saint-Étienne", "Le Puy-en-Velay"),
    "US": ("Coeur d'Alene", "Española", "Duluth", "Truckee"),
    "SE": ("Örebro", "Umeå", "Gävle", "Växjö"),
}


def _full_name(naming: Naming, rng: random.Random) -> str:
    return f"{rng.choice(naming.given)} {rng.choice(naming.family)}"


def _postcode(shape: str, rng: random.Random) -> str:
    pick = {"A": "ABCDEHLMNPRSW", "9": "123456789"}
    return "".join(rng.choice(pick[c]) if c in pick else c for c in shape)


def _phones(
    number: Number, pool: NumberPool, trade: bool, rng: random.Random
) -> tuple[str, str, tuple[str, ...]]:
    """What stands in the two fields, and what it means."""
    dice = rng.random()
    if dice < 0.025:
        return "", "", ()
    if dice < 0.10:
        second, _ = pool.take(mobile=True)
        both = typed_together(number, second, rng)
        return both, "", (number.e164, second.e164)
    if dice < 0.18 and trade:
        return typed_with_extension(number, rng), "", (number.e164,)
    if dice < 0.34:
        second, _ = pool.take(mobile=True)
        return typed(number, rng), typed(second, rng), (number.e164, second.e164)
    return typed(number, rng), "", (number.e164,)


def _people(
    owner: str, company: str, naming: Naming, pool: NumberPool, rng: random.Random
) -> tuple[DemoPerson, ...]:
    more = rng.choice((0, 0, 1, 1, 1, 2, 3))
    names = [owner, *(_full_name(naming, rng) for _ in range(more))]
    roles = [ROLES[0], *rng.sample(ROLES[1:], 4)]
    return tuple(
        _person(name, role, company, pool, rng)
        for name, role in zip(dict.fromkeys(names), roles, strict=False)
    )


def _person(
    name: str, role: str, company: str, pool: NumberPool, rng: random.Random
) -> DemoPerson:
    phone, numbers = "", tuple[str, ...]()
    if rng.random() < 0.3:
        number, _ = pool.take(mobile=True)
        phone, numbers = typed(number, rng), (number.e164,)
    email = f"{_slug(name) or 'office'}@{_slug(company)[:24] or 'velo'}.example"
    return DemoPerson(name=name, role=role, email=email, phone=phone, numbers=numbers)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    kept = "".join(c if c.isalnum() else "-" for c in plain.lower())
    return "-".join(part for part in kept.split("-") if part)


def _habits(trade: bool, rng: random.Random) -> BuyingHabits:
    first = rng.randint(30, 730) if rng.random() < 0.3 else 730
    lapsed = rng.randint(120, 500) if rng.random() < 0.14 else None
    if lapsed is not None and lapsed >= first:
        lapsed = None
    interval = min(180, max(12, round(rng.lognormvariate(3.85, 0.5))))
    return BuyingHabits(
        business=rng.randrange(len(HABITS)),
        interval_days=interval if trade else rng.randint(110, 420),
        first_order_days_ago=first,
        lapsed_days_ago=lapsed,
        terms_days=rng.choice((14, 30, 30, 30, 45, 60)) if trade else 0,
        discount_percent=rng.choice((0, 3, 5, 5, 8, 10, 12)) if trade else 0,
        payer=rng.choices(("prompt", "slow", "bad"), (70, 24, 6))[0],
    )


def _share_numbers(found: list[DemoCustomer], rng: random.Random) -> list[DemoCustomer]:
    """Let some customers share: one switchboard for a yard, one line for a home."""
    shared = {c.account: c for c in found}
    for trade, groups, sizes in ((True, 30, (2, 2, 3, 4)), (False, 45, (2, 2, 2, 3))):
        for country in PER_COUNTRY:
            pick = [
                c for c in found
                if c.trade is trade and c.country == country and len(c.numbers) == 1
            ]  # fmt: skip
            rng.shuffle(pick)
            for _ in range(groups * PER_COUNTRY[country] // 2400):
                size = rng.choice(sizes)
                first, *others = (pick.pop() for _ in range(size))
                for other in others:
                    shared[other.account] = _beside(first, other, rng)
    return list(shared.values())


def _beside(
    first: DemoCustomer, other: DemoCustomer, rng: random.Random
) -> DemoCustomer:
    """`other` at `first`'s address and number; a relative if both are private."""
    number = _number_of(first)
    name = other.name
    if not other.trade:
        given = name.split(" ")[0]
        name = f"{given} {first.name.split(' ', 1)[-1]}"
    write = typed_with_extension if other.trade and rng.random() < 0.6 else typed
    return replace(
        other,
        name=name,
        phone=write(number, rng),
        numbers=first.numbers,
        street=first.street,
        postcode=first.postcode,
        town=first.town,
    )


def _number_of(customer: DemoCustomer) -> Number:
    digits = customer.numbers[0].removeprefix("+" + CALLING_CODE[customer.country])
    areas = [b.area for b in BLOCKS[customer.country] if digits.startswith(b.area)]
    area = max(areas, key=len)
    return Number(customer.country, area, digits[len(area) :])


def typed_again(customer: DemoCustomer, rng: random.Random) -> str:
    """The customer's first number, typed by somebody else in their own way."""
    return typed(_number_of(customer), rng)
