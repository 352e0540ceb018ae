"""Does the credit department answer as a real one would?"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import date

import aiohttp
import pytest

from screenpop.demo.company import Company
from screenpop.demo.credit import (
    LATENCY_MS,
    SLOW_MS,
    CreditDepartment,
    credit_records,
    money,
)

TODAY = date(2026, 11, 21)
TOKEN = "a-token-of-the-demo"


class Pauses:
    """Stands in for sleeping; remembers how long it would have taken."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
async def credit(company: Company, pauses: Pauses) -> AsyncIterator[str]:
    department = CreditDepartment(
        credit_records(company), TOKEN, rng=random.Random(1), pause=pauses
    )
    async with department.serve() as url:
        yield url


async def ask(
    url: str, account: str, token: str = TOKEN
) -> tuple[int, dict[str, object]]:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{url}/credit/{account}", headers=headers) as response,
    ):
        return response.status, await response.json()


async def test_a_trade_account_has_terms_and_a_limit(
    credit: str, company: Company
) -> None:
    customer = next(c for c in company.customers if c.trade)
    status, answer = await ask(credit, customer.account)
    assert status == 200
    assert answer["terms_days"] == customer.habits.terms_days
    assert answer["currency"] == customer.currency
    assert "." in str(answer["limit"])


async def test_an_unknown_account_is_not_found(credit: str) -> None:
    status, _ = await ask(credit, "1")
    assert status == 404


async def test_a_private_customer_has_no_credit(credit: str, company: Company) -> None:
    customer = next(c for c in company.customers if not c.trade)
    status, _ = await ask(credit, customer.account)
    assert status == 404


async def test_a_wrong_token_is_refused_at_once(credit: str, pauses: Pauses) -> None:
    status, answer = await ask(credit, "1", token="wrong")
    assert status == 401
    assert "limit" not in answer
    assert pauses.seconds == []


async def test_most_answers_take_as_long_as_another_department_s_system(
    credit: str, pauses: Pauses
) -> None:
    for _ in range(100):
        await ask(credit, "1")
    usual = [s for s in pauses.seconds if s <= LATENCY_MS[1] / 1000]
    slow = [s for s in pauses.seconds if s >= SLOW_MS[0] / 1000]
    assert len(usual) + len(slow) == 100
    assert len(usual) > 85
    assert slow
    assert min(pauses.seconds) >= LATENCY_MS[0] / 1000


def test_who_is_long_overdue_is_on_hold_and_what_is_used_is_what_is_open(
    company: Company,
) -> None:
    records = credit_records(company)
    held = [r for r in records.values() if r.hold]
    assert 10 < len(held) < len(records) / 4
    assert all("days overdue" in (r.hold_reason or "") for r in held)
    account, invoices = next(
        (a, i) for a, i in company.open_invoices().items() if a in records
    )
    assert records[account].used_cents == sum(i.open_cents for i in invoices)


def test_money_is_exact_text() -> None:
    assert [money(c) for c in (0, 5, 125_000, -199)] == [
        "0.00", "0.05", "1250.00", "-1.99",
    ]  # fmt: skip
