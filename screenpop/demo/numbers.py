"""Which numbers may an invented person have, and how do people type them?

Only numbers set aside for drama and fiction: Ofcom (GB), Bundesnetzagentur (DE),
Arcep (FR), PTS (SE), and 555-0100 to 555-0199 of North America (US).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

NBSP = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Number:
    """`area` and `local` are what follows the country code, without trunk zero."""

    country: str
    area: str
    local: str

    @property
    def e164(self) -> str:
        return f"+{CALLING_CODE[self.country]}{self.area}{self.local}"


@dataclass(frozen=True, slots=True)
class Block:
    """`count` numbers of one area: the local part is `head` plus `digits` digits."""

    area: str
    town: str
    head: str
    digits: int
    first: int
    count: int
    mobile: bool = False

    def number(self, country: str, index: int) -> Number:
        return Number(country, self.area, f"{self.head}{index:0{self.digits}d}")


CALLING_CODE = {"GB": "44", "DE": "49", "FR": "33", "US": "1", "SE": "46"}

_GB_TOWNS = {
    "20": ("London", "79460"), "161": ("Manchester", "4960"),
    "113": ("Leeds", "4960"), "121": ("Birmingham", "4960"),
    "117": ("Bristol", "4960"), "131": ("Edinburgh", "4960"),
    "141": ("Glasgow", "4960"), "116": ("Leicester", "4960"),
    "151": ("Liverpool", "4960"), "191": ("Newcastle", "4980"),
    "115": ("Nottingham", "4960"), "118": ("Reading", "4960"),
    "114": ("Sheffield", "4960"), "29": ("Cardiff", "20180"),
}  # fmt: skip
_DE_TOWNS = {
    "30": ("Berlin", "23125"), "69": ("Frankfurt", "90009"),
    "40": ("Hamburg", "66969"), "221": ("Köln", "4710"), "89": ("München", "99998"),
}  # fmt: skip
_FR_TOWNS = {
    "1": ("Paris", "9900"), "2": ("Nantes", "6191"), "3": ("Strasbourg", "5301"),
    "4": ("Marseille", "6571"), "5": ("Toulouse", "3649"),
}  # fmt: skip
_US_TOWNS = {
    "202": "Washington", "206": "Seattle", "212": "New York", "303": "Denver",
    "312": "Chicago", "415": "San Francisco", "503": "Portland", "512": "Austin",
    "612": "Minneapolis", "617": "Boston", "702": "Las Vegas", "808": "Honolulu",
}  # fmt: skip

BLOCKS: dict[str, tuple[Block, ...]] = {
    "GB": (
        *(Block(a, t, head, 3, 0, 1000) for a, (t, head) in _GB_TOWNS.items()),
        Block("7700", "", "900", 3, 0, 1000, mobile=True),
    ),
    "DE": (
        *(Block(a, t, head, 3, 1, 999) for a, (t, head) in _DE_TOWNS.items()),
        Block("176", "", "040690", 2, 0, 100, mobile=True),
        Block("171", "", "39200", 2, 0, 100, mobile=True),
    ),
    "FR": (
        *(Block(a, t, head, 4, 0, 10_000) for a, (t, head) in _FR_TOWNS.items()),
        Block("6", "", "3998", 4, 0, 10_000, mobile=True),
    ),
    "US": tuple(Block(a, t, "55501", 2, 0, 100) for a, t in _US_TOWNS.items()),
    "SE": (
        Block("8", "Stockholm", "465004", 2, 0, 100),
        Block("31", "Göteborg", "39006", 2, 0, 100),
        Block("40", "Malmö", "62804", 2, 0, 100),
        Block("980", "Kiruna", "3192", 2, 0, 100),
        Block("70", "", "17406", 2, 5, 95, mobile=True),
    ),
}


class NumberPool:
    """Hands out numbers of one country in a shuffled order, each once."""

    def __init__(self, country: str, rng: random.Random):
        self._free: dict[bool, list[tuple[Block, int]]] = {True: [], False: []}
        for block in BLOCKS[country]:
            span = range(block.first, block.first + block.count)
            # a bounded share of big ranges: shuffling 50,000 takes longer than all
            picked = rng.sample(span, min(block.count, 600))
            self._free[block.mobile].extend((block, index) for index in picked)
        for free in self._free.values():
            rng.shuffle(free)
        self._country = country

    def take(self, *, mobile: bool = False) -> tuple[Number, str]:
        """A number and its town ("" for a mobile); a fixed line if mobiles are gone."""
        free = self._free[mobile] or self._free[not mobile]
        block, index = free.pop()
        return block.number(self._country, index), block.town


def grouped(digits: str, *sizes: int, by: str = " ") -> str:
    """`grouped("23125124", 3, 3)` is `231 251 24`: the rest is the last group."""
    parts = []
    for size in sizes:
        parts.append(digits[:size])
        digits = digits[size:]
    return by.join(part for part in (*parts, digits) if part)


Writing = Callable[[Number], str]


def _code(number: Number) -> str:
    return CALLING_CODE[number.country]


WRITINGS: dict[str, tuple[Writing, ...]] = {
    "GB": (
        lambda n: f"0{n.area} {grouped(n.local, len(n.local) - 4)}",
        lambda n: f"(0{n.area}) {grouped(n.local, 3)}",
        lambda n: f"+44 (0){n.area} {grouped(n.local, len(n.local) - 4)}",
        lambda n: f"+44 {n.area} {grouped(n.local, 3)}",
        lambda n: f"0044 {n.area}{n.local}",
        lambda n: f"0{n.area}{n.local}",
        lambda n: f"Tel. 0{n.area}-{grouped(n.local, 3, by='-')}",
    ),
    "DE": (
        lambda n: f"0{n.area}/{n.local[:-3]}-{n.local[-3:]}",
        lambda n: f"0{n.area} {n.local[:-3]} {n.local[-3:]}",
        lambda n: f"(0{n.area}) {n.local}",
        lambda n: f"+49 (0){n.area} {n.local[:-3]}-{n.local[-3:]}",
        lambda n: f"+49 {n.area} {grouped(n.local, 3, 3)}",
        lambda n: f"0049-{n.area}-{n.local}",
        lambda n: f"0{n.area}.{grouped(n.local, 2, 2, 2, by='.')}",
        lambda n: f"Tel.: 0{n.area} / {n.local}",
    ),
    "FR": (
        lambda n: grouped(f"0{n.area}{n.local}", 2, 2, 2, 2),
        lambda n: grouped(f"0{n.area}{n.local}", 2, 2, 2, 2, by="."),
        lambda n: grouped(f"0{n.area}{n.local}", 2, 2, 2, 2, by=NBSP),
        lambda n: f"+33 (0){n.area} {grouped(n.local, 2, 2, 2)}",
        lambda n: f"+33{NBSP}{n.area}{NBSP}{grouped(n.local, 2, 2, 2, by=NBSP)}",
        lambda n: f"0033{n.area}{n.local}",
        lambda n: f"0{n.area}{n.local}",
    ),
    "US": (
        lambda n: f"({n.area}) {grouped(n.local, 3, by='-')}",
        lambda n: f"{n.area}-{grouped(n.local, 3, by='-')}",
        lambda n: f"{n.area}.{grouped(n.local, 3, by='.')}",
        lambda n: f"+1 {n.area} {grouped(n.local, 3)}",
        lambda n: f"1-{n.area}-{grouped(n.local, 3, by='-')}",
        lambda n: f"{n.area}{n.local}",
    ),
    "SE": (
        lambda n: f"0{n.area}-{grouped(n.local, len(n.local) - 4, 2)}",
        lambda n: f"0{n.area} - {grouped(n.local, 3, 2)}",
        lambda n: f"+46 (0){n.area} {grouped(n.local, 3, 2)}",
        lambda n: f"+46 {n.area}{NBSP}{n.local}",
        lambda n: f"0046{n.area}{n.local}",
        lambda n: f"0{n.area}/{n.local}",
    ),
}

EXTENSIONS: dict[str, tuple[str, ...]] = {
    "GB": (" ext {x}", " x{x}"),
    "DE": (" Durchwahl {x}", " App. {x}"),
    "FR": (" poste {x}", " ext. {x}"),
    "US": (" x{x}", " ext. {x}"),
    "SE": (" ankn {x}", " ext {x}"),
}


def typed(number: Number, rng: random.Random) -> str:
    """The number as one of the writings people of its country use."""
    return rng.choice(WRITINGS[number.country])(number)


def typed_with_extension(number: Number, rng: random.Random) -> str:
    suffix = rng.choice(EXTENSIONS[number.country])
    return typed(number, rng) + suffix.format(x=rng.randint(11, 398))


def typed_together(first: Number, second: Number, rng: random.Random) -> str:
    """Two numbers in one field."""
    by = rng.choice([" / ", "; ", " oder " if first.country == "DE" else " / "])
    return f"{typed(first, rng)}{by}{typed(second, rng)}"
