"""What does the credit department say about an account, and how fast?

A small real HTTP server with a bearer token, as another department's system
would be: it answers in 30 to 250 ms, one time in fifty in about a second, and
knows only trade accounts.
"""

from __future__ import annotations

import asyncio
import hmac
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from screenpop.demo.company import Company
from screenpop.demo.customers import DemoCustomer
from screenpop.demo.names import chance

LATENCY_MS = (30, 250)
SLOW_MS = (700, 1400)
SLOW_SHARE = 0.02
BLOCKED_AFTER_DAYS = 45

Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRecord:
    account: str
    currency: str
    limit_cents: int
    used_cents: int
    terms_days: int
    discount_percent: int
    hold: bool
    hold_reason: str | None
    rating: str
    reviewed_at: date

    def as_json(self) -> dict[str, str | int | bool | None]:
        return {
            "account": self.account,
            "currency": self.currency,
            "limit": money(self.limit_cents),
            "used": money(self.used_cents),
            "available": money(max(0, self.limit_cents - self.used_cents)),
            "terms_days": self.terms_days,
            "discount_percent": self.discount_percent,
            "hold": self.hold,
            "hold_reason": self.hold_reason,
            "rating": self.rating,
            "reviewed_at": self.reviewed_at.isoformat(),
        }


def money(cents: int) -> str:
    """`125000` is `"1250.00"`; exact, never a float."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def credit_records(company: Company) -> dict[str, CreditRecord]:
    """The department's file: one record per trade account."""
    rng = chance(company.seed, "credit")
    used, overdue_days = _exposure(company)
    turnover = _turnover(company)
    return {
        customer.account: _record(
            customer,
            used.get(customer.account, 0),
            overdue_days.get(customer.account, 0),
            turnover.get(customer.account, 0),
            company.today,
            rng,
        )
        for customer in company.customers
        if customer.trade
    }


def _exposure(company: Company) -> tuple[dict[str, int], dict[str, int]]:
    """Open cents, and days since the oldest overdue invoice fell due, by account."""
    today = company.today.toordinal()
    open_by_account = company.open_invoices()
    used = {a: sum(i.open_cents for i in inv) for a, inv in open_by_account.items()}
    late = {a: today - min(i.due for i in inv) for a, inv in open_by_account.items()}
    return used, late


def _turnover(company: Company) -> dict[str, int]:
    last_year = company.today.toordinal() - 365
    totals: dict[str, int] = {}
    for order in company.orders:
        if order.day > last_year:
            totals[order.account] = totals.get(order.account, 0) + order.net_cents
    return totals


def _record(
    customer: DemoCustomer,
    used: int,
    overdue_days: int,
    turnover: int,
    today: date,
    rng: random.Random,
) -> CreditRecord:
    hold = overdue_days > BLOCKED_AFTER_DAYS
    limit = max(200_000, round(turnover * rng.uniform(0.25, 0.6) / 50_000) * 50_000)
    reason = f"invoice {overdue_days} days overdue" if hold else None
    return CreditRecord(
        account=customer.account,
        currency=customer.currency,
        limit_cents=limit,
        used_cents=used,
        terms_days=customer.habits.terms_days,
        discount_percent=customer.habits.discount_percent,
        hold=hold,
        hold_reason=reason,
        rating=_rating(customer.habits.payer, hold),
        reviewed_at=today - timedelta(days=rng.randint(3, 200)),
    )


def _rating(payer: str, hold: bool) -> str:
    return "D" if hold else {"prompt": "A", "slow": "B", "bad": "C"}[payer]


class CreditDepartment:
    """`GET /credit/{account}` with `Authorization: Bearer TOKEN`."""

    def __init__(
        self,
        records: Mapping[str, CreditRecord],
        token: str,
        *,
        rng: random.Random,
        pause: Pause = asyncio.sleep,
    ):
        self._records = records
        self._expected = f"Bearer {token}".encode()
        self._rng = rng
        self._pause = pause

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/credit/{account}", self._credit)
        return app

    @asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[str]:
        """Serve on a loopback port (0: a free one); gives the base URL."""
        runner = web.AppRunner(self.app(), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            host, bound = runner.addresses[0][:2]
            yield f"http://{host}:{bound}"
        finally:
            await runner.cleanup()

    async def _credit(self, request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "").encode()
        if not hmac.compare_digest(given, self._expected):
            return web.json_response({"error": "wrong or no token"}, status=401)
        await self._pause(self._latency_s())
        record = self._records.get(request.match_info["account"])
        if record is None:
            return web.json_response({"error": "no such account"}, status=404)
        return web.json_response(record.as_json())

    def _latency_s(self) -> float:
        slow = self._rng.random() < SLOW_SHARE
        return self._rng.uniform(*(SLOW_MS if slow else LATENCY_MS)) / 1000
