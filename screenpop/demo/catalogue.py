"""What does the company sell, what goes together, and when in the year?"""

from __future__ import annotations

from dataclasses import dataclass

CURRENCY_OF = {"GB": "GBP", "DE": "EUR", "FR": "EUR", "US": "USD", "SE": "SEK"}
_RATE_PERCENT = {"EUR": 100, "GBP": 86, "USD": 110, "SEK": 1140}


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    sku: str
    name: str
    category: str
    price_cents: int  # EUR, net
    per_order: int  # a usual quantity for a shop

    def price_in(self, currency: str) -> int:
        """Net price in cents of that currency, rounded to a list price's 5 cents."""
        return round(self.price_cents * _RATE_PERCENT[currency] / 100 / 5) * 5


_FAMILIES: tuple[tuple[str, str, str, int, int, tuple[str, ...]], ...] = (
    ("CHN", "Chains", "Chain {v}", 1850, 8,
     ("8-speed", "9-speed", "10-speed", "11-speed", "12-speed", "single-speed")),
    ("CAS", "Cassettes", "Cassette {v}", 3900, 4,
     ("8s 11-32", "9s 11-34", "10s 11-36", "11s 11-42", "12s 10-51")),
    ("TYR", "Tyres", "Tyre {v}", 2640, 10,
     ("Towpath 37-622", "Towpath 42-622", "Kestrel 28-622", "Kestrel 32-622",
      "Gravel 45-622", "Cargo 55-406", "Winter studded 40-622", "Folding 35-349")),
    ("TUB", "Inner tubes", "Inner tube {v}", 390, 30,
     ("28\" 28/32 Presta", "28\" 37/47 Presta", "28\" 37/47 Schrader",
      "20\" 50/57 Schrader", "16\" 32/37 Schrader")),
    ("RIM", "Wheels", "Rim tape {v}", 260, 20, ("16 mm", "18 mm", "22 mm")),
    ("WHL", "Wheels", "Wheel {v}", 8900, 2,
     ("rear 622 disc", "front 622 disc", "front hub dynamo", "rear 406 cargo")),
    ("BRK", "Brakes", "Disc brake pads {v}", 1120, 12,
     ("resin, two-piston", "sintered, two-piston", "resin, four-piston", "e-bike")),
    ("ROT", "Brakes", "Brake disc {v}", 2150, 6, ("160 mm", "180 mm", "203 mm")),
    ("CBL", "Cables", "Cable set {v}", 980, 12,
     ("brake, steel", "gear, steel", "gear, polymer-coated")),
    ("LUB", "Workshop", "Chain lube {v}", 790, 12,
     ("dry 100 ml", "wet 100 ml", "wax 120 ml", "workshop can 1 l")),
    ("CLN", "Workshop", "{v}", 1150, 8,
     ("Degreaser 500 ml", "Bike wash 1 l", "Hand cleaner 2.5 l",
      "Shop towels, blue, 500")),
    ("TOL", "Workshop", "{v}", 3450, 2,
     ("Chain wear gauge", "Torque wrench 2-14 Nm", "Spoke key set",
      "Bleed kit mineral", "Truing stand, bench")),
    ("LGT", "Lights", "{v}", 3290, 6,
     ("Front light 70 lux", "Front light 40 lux USB", "Rear light brake sensor",
      "Rear light clip-on", "Dynamo cable 2 m")),
    ("MUD", "Mudguards", "Mudguard set {v}", 2780, 4,
     ("45 mm", "56 mm", "clip-on race")),
    ("LCK", "Locks", "{v}", 4950, 4,
     ("D-lock 230 mm", "Folding lock 90 cm", "Chain lock 110 cm", "Frame lock")),
    ("SAD", "Contact points", "Saddle {v}", 4400, 3,
     ("Commuter gel", "Touring leather", "Courier slim")),
    ("GRP", "Contact points", "{v}", 1650, 6,
     ("Ergo grips pair", "Bar tape cork black", "Bar tape cork honey", "Flat pedals")),
    ("BAG", "Luggage", "{v}", 6900, 3,
     ("Pannier pair 40 l", "Courier bag 30 l", "Rack rear 27 kg", "Cargo net")),
    ("BAT", "E-bike", "E-bike {v}", 3990, 2,
     ("charger 4 A", "speed sensor", "chainring 38T", "battery key set")),
    ("HLM", "Helmets", "Helmet {v}", 5400, 3,
     ("city M", "city L", "children S", "rain cover")),
    ("SRV", "Services", "{v}", 2900, 1,
     ("Wheel building, per pair", "Warranty handling fee", "Express surcharge")),
)  # fmt: skip


def _product(
    family: tuple[str, str, str, int, int, tuple[str, ...]], at: int
) -> Product:
    code, category, name, cents, per_order, variants = family
    return Product(
        sku=f"{code}-{101 + at * 7}",
        name=name.format(v=variants[at]),
        category=category,
        price_cents=cents + (cents * (at * 11 % 7) // 20) // 5 * 5,
        per_order=per_order,
    )


PRODUCTS: tuple[Product, ...] = tuple(
    _product(family, at) for family in _FAMILIES for at in range(len(family[5]))
)

TOGETHER: dict[str, tuple[tuple[str, float], ...]] = {
    "CHN": (("LUB", 0.45), ("CAS", 0.4), ("TOL", 0.08)),
    "CAS": (("CHN", 0.7), ("TOL", 0.1)),
    "TYR": (("TUB", 0.75), ("RIM", 0.3)),
    "TUB": (("RIM", 0.2),),
    "WHL": (("RIM", 0.5), ("TYR", 0.5), ("SRV", 0.25)),
    "BRK": (("ROT", 0.35), ("CLN", 0.35), ("CBL", 0.15)),
    "ROT": (("BRK", 0.8),),
    "CBL": (("LUB", 0.25),),
    "LUB": (("CLN", 0.4),),
    "LGT": (("LGT", 0.5),),
    "MUD": (("LGT", 0.3),),
    "BAG": (("LCK", 0.3),),
    "BAT": (("BRK", 0.4), ("CHN", 0.4)),
    "HLM": (("LGT", 0.35), ("LCK", 0.3)),
    "SAD": (("GRP", 0.5),),
}
"""Product family -> (family bought along with it, how often)."""

HABITS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("workshop", ("CHN", "CAS", "BRK", "TUB", "CBL", "LUB", "CLN")),
    ("street shop", ("TYR", "TUB", "LGT", "LCK", "HLM", "MUD")),
    ("couriers", ("TYR", "TUB", "BRK", "BAG", "CHN", "LCK")),
    ("e-bike specialist", ("BAT", "BRK", "ROT", "TYR", "CHN")),
    ("hire", ("TUB", "TYR", "SAD", "GRP", "BRK", "LCK")),
)
"""What kind of business regularly buys which families."""

SEASON: dict[str, tuple[int, ...]] = {
    "": (70, 80, 110, 130, 140, 130, 115, 100, 100, 90, 75, 70),
    "LGT": (90, 60, 40, 30, 25, 25, 30, 70, 150, 210, 200, 150),
    "MUD": (100, 80, 60, 40, 30, 30, 40, 70, 140, 200, 190, 120),
    "TYR": (60, 80, 130, 150, 140, 120, 110, 100, 90, 90, 80, 60),
    "HLM": (40, 60, 120, 170, 180, 150, 110, 100, 80, 60, 50, 90),
}
"""Demand per month in percent of the year's average, by family; "" for the rest."""


def family_of(sku: str) -> str:
    return sku[:3]


def season_percent(family: str, month: int) -> int:
    """`month` is 1 to 12."""
    return SEASON.get(family, SEASON[""])[month - 1]


BY_FAMILY: dict[str, tuple[Product, ...]] = {
    family[0]: tuple(p for p in PRODUCTS if family_of(p.sku) == family[0])
    for family in _FAMILIES
}
