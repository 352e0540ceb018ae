"""How is a value written so that an agent reads it in one glance?"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from screenpop.insight.evidence import CallEvidence, Fact, number
from screenpop.insight.facts import FactType

_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}


def worded(fact: Fact, kind: FactType, evidence: CallEvidence) -> str:
    """`£1,250`, `3 Nov 2026`, `today 14:20`, `1 h 40 min`, `85%`, `yes`."""
    value = fact.value
    if kind == "flag":
        return "yes" if value is True else "no" if value is False else str(value)
    if kind == "date" and (day := evidence.day(value)) is not None:
        return _day(day)
    if kind == "datetime" and (at := evidence.moment(value)) is not None:
        return _moment(at, evidence)
    amount = number(value)
    if amount is None or kind in ("text", "phone", "email", "url"):
        return str(value)
    if kind == "money":
        return _money(amount, fact.currency)
    if kind == "duration":
        return _duration(int(amount))
    return f"{_grouped(amount)}%" if kind == "percent" else _grouped(amount)


def _money(amount: Decimal, currency: str | None) -> str:
    sign = _SIGNS.get(currency or "", f"{currency} " if currency else "")
    cents = f"{abs(amount):,.2f}".removesuffix(".00")
    return f"{'-' if amount < 0 else ''}{sign}{cents}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _moment(at: datetime, evidence: CallEvidence) -> str:
    local = at.astimezone(evidence.reading.zone)
    days = (local.date() - evidence.today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
    return f"{near or _day(local.date())} {local:%H:%M}"


def _duration(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _grouped(amount: Decimal) -> str:
    return f"{amount.normalize():,f}"
