"""A small company whose departments answer when the test wants them to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

ADA = "+442079460958"
HALLS = "+442079460999"  # two customers share this number
LONG = "+442079460901"
ARABIC = "+442079460902"
FIRM = "+442079460903"
STRANGER = "+442079460123"

FIRM_NAME = "Jürgens Lastenradverleih UG (haftungsbeschränkt)"
LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh, Hubert Blaine"
ARABIC_NAME = "عبد الرحمن بن محمد الخوارزمي"

CARDS = f"""key,name,company,phone,city,email
7,Ada Byron,Analytical Engines Ltd,020 7946 0958,London,ada@analytical.example
8,Ben Hall,Hall & Sons,020 7946 0999,Leeds,
9,Carla Hall,Hall & Daughters,020 7946 0999,York,
11,"{LONG_NAME}",{"Internationale Donaudampfschifffahrtsgesellschaft " * 2},020 7946 0901,{"Llanfair" * 9},{"very.long." * 9}name@example.net
12,{ARABIC_NAME},شركة الخوارزمي للتجارة والصناعة المحدودة,020 7946 0902,بغداد,
13,{FIRM_NAME},,020 7946 0903,Hamburg,
"""  # noqa: E501

BALANCE = {
    "open": "1250.00",
    "overdue": "480.50",
    "overdue_since": "2026-09-01",
    "open_invoices": 3,
    "currency": "GBP",
}
TERMS = {
    "limit": "5000.00",
    "used": "4200.00",
    "available": "800.00",
    "payment_days": 30,
    "discount": 2,
    "blocked": False,
    "currency": "GBP",
}
ORDERS = [
    {
        "order": f"SO-{number}",
        "date": "2026-10-01",
        "total": "120.50",
        "items": "40 × Difference engine cog, brass",
        "status": "shipped",
        "currency": "GBP",
    }
    for number in range(6)
]
OFTEN = [
    {"product": "Difference engine cog", "sku": "C-1", "times": 12, "quantity": 480}
]
INVOICES = [
    {
        "invoice": f"RE-2026-00{number}",
        "date": "2026-08-01",
        "due": f"2026-08-{number}",
        "open": "104166.67",
        "total": "104166.67",
        "currency": "GBP",
    }
    for number in (11, 12, 13)
]
YEARS = [
    {"year": year, "total": total, "orders": 9, "currency": "GBP"}
    for year, total in ((2024, "900.00"), (2025, "2100.00"), (2026, "1800.00"))
]
OFFERS = [
    {
        "product": "Punched cards, box of 500",
        "sku": "P-5",
        "reason": "Buys it about every 30 days; the last time was 34 days ago.",
        "stock": 12,
        "price": "18.00",
        "currency": "GBP",
    }
]

CONTACT = {"contact": "Annabella Byron"}
BOOKS = {"contact": "Augusta Ada King"}

ANSWERS: dict[str, Any] = {
    "contact": CONTACT,
    "books": BOOKS,
    "balance": BALANCE,
    "invoices": INVOICES,
    "terms": TERMS,
    "orders": ORDERS,
    "often": OFTEN,
    "years": YEARS,
    "offers": OFFERS,
    "tickets": [{"ticket": "T-1", "subject": "Cog squeaks", "status": "open"}],
}


@dataclass
class Company:
    """HTTP departments: `holds` an answer back until `lets_go`, `breaks` or `says`."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    _held: dict[str, asyncio.Event] = field(default_factory=dict)
    _broken: set[str] = field(default_factory=set)
    _said: dict[str, Any] = field(default_factory=dict)

    def holds(self, *names: str) -> None:
        self._held |= {name: asyncio.Event() for name in names}

    def lets_go(self, *names: str) -> None:
        for name in names or tuple(self._held):
            self._held.pop(name).set()

    def breaks(self, *names: str) -> None:
        self._broken |= set(names)

    def says(self, name: str, **values: Any) -> None:
        """Other values than usual from now on."""
        self._said[name] = ANSWERS[name] | values

    def lists(self, name: str, *rows: dict[str, Any]) -> None:
        """Other rows than usual from now on, each on the usual one."""
        usual = ANSWERS[name]
        self._said[name] = [usual[at % len(usual)] | row for at, row in enumerate(rows)]

    async def answer(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.asked.append(name)
        if name in self._held:
            await self._held[name].wait()
        if name in self._broken:
            return web.Response(status=500, text="<h1>Internal error</h1>")
        return web.json_response(self._said.get(name, ANSWERS[name]))


@asynccontextmanager
async def open_company() -> AsyncIterator[Company]:
    company = Company()
    app = web.Application()
    app.router.add_get("/{name}/{key}", company.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    company.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield company
    finally:
        company.lets_go()
        await runner.cleanup()


def configuration(url: str) -> dict[str, Any]:
    """Sources, lookups and results of this company, for `open_call_centre`."""
    return {
        "sources": {
            "cards": {
                "connector": "csv_file",
                "label": "Index cards",
                "path": "cards.csv",
                "country": "GB",
                "contacts": {"key": "key", "name": "name", "company": "company"},
            },
            "erp": _source(url, "ERP", 30_000),
            "credit": _source(url, "Credit department", 30_000),
            "warehouse": _source(url, "Warehouse", 400),
        },
        "lookups": {
            "details": {
                "source": "cards",
                "facet": "identity",
                "kind": "fields",
                "match": {"key": "customer.key"},
                "fields": {"city": "city", "email": "email"},
            },
            "balance": _fields("erp", "balance", "balance", BALANCE),
            "terms": _fields("credit", "credit_terms", "terms", TERMS),
            "orders": _rows("erp", "sales_history", "orders"),
            "often": _rows("erp", "frequent_items", "often"),
            "years": _rows("erp", "yearly_totals", "years"),
            "offers": _rows("erp", "recommendations", "offers"),
            "tickets": _rows("warehouse", "tickets", "tickets"),
        },
        "queues": {"sales": {"label": "Sales"}},
        "dispositions": [
            {"code": "sold", "label": "Sold"},
            {"code": "call_back", "label": "Call back", "note_required": True},
            {"code": "quote", "label": "Wants a quote"},
        ],
    }


def with_invoices(url: str) -> dict[str, Any]:
    """The balance lists its invoices as well: a second lookup of one facet."""
    config = configuration(url)
    config["lookups"]["invoices"] = _rows("erp", "balance", "invoices") | {
        "kind": "rows"
    }
    return config


def with_two_contacts(url: str) -> dict[str, Any]:
    """Two sources name another person; the balance lists its invoices."""
    config = with_invoices(url)
    config["lookups"]["contact"] = _fields("erp", "identity", "contact", CONTACT)
    config["lookups"]["books"] = _fields("credit", "identity", "books", BOOKS)
    return config


def _source(url: str, label: str, timeout_ms: int) -> dict[str, Any]:
    return {
        "connector": "http_json",
        "label": label,
        "base_url": url,
        "timeout_ms": timeout_ms,
        "cache_s": 0,
    }


def _fields(
    source: str, facet: str, name: str, example: dict[str, Any]
) -> dict[str, Any]:
    lookup = _rows(source, facet, name)
    return lookup | {"kind": "fields", "fields": {key: key for key in example}}


def _rows(source: str, facet: str, name: str) -> dict[str, Any]:
    example = ANSWERS[name][0] if isinstance(ANSWERS[name], list) else {}
    lookup = {"source": source, "facet": facet, "path": f"/{name}/{{customer.key}}"}
    return lookup | {"fields": {key: key for key in example}}
