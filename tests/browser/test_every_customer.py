"""Is a text cut on the card of any customer of the demo's database?

By default the customers with the longest values; all of them with
SCREENPOP_EVERY_CUSTOMER=1 (about ten minutes).
"""

from __future__ import annotations

import dataclasses
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
from browser.cut_texts import FIND
from browser.demo import Telephones, demo, desk_of
from playwright.async_api import Browser, Page

from screenpop.demo.company import Company, found_company
from screenpop.demo.customers import DemoCustomer

EVERY = os.environ.get("SCREENPOP_EVERY_CUSTOMER")
LOCALES = ("en-GB", "de-DE")
AT_ONCE = 10
EACH_CARD = f"""async () => {{
    const find = {FIND};
    const found = [];
    const frame = () => new Promise(done => requestAnimationFrame(done));
    const until = async ready => {{
        for (const end = Date.now() + 20_000; !ready(); await frame())
            if (Date.now() > end) throw new Error(`not in time: ${{ready}}`);
    }};
    const count = document.querySelectorAll(".tab").length;
    for (let at = 0; at < count; at++) {{
        const tab = document.querySelectorAll(".tab")[at];
        tab.click();
        await until(() => tab.getAttribute("aria-selected") === "true"
            && !document.querySelector('.facet[data-state="pending"], .skeleton'));
        await frame();
        const who = document.querySelector(".hero h2").title;
        found.push([who, find(".card, .desk-head")]);
    }}
    return found;
}}"""
"""Brings each card to the front; who it is about, and what is cut on it."""


async def test_no_text_is_cut_on_the_cards_of_the_demos_customers(
    tmp_path: Path, chromium: Browser
) -> None:
    async with demo(tmp_path, calls=False) as ready, aiohttp.ClientSession() as http:
        company = found_company(ready.options.seed, ready.options.today)
        callers = company.customers if EVERY else with_the_longest_values(company)
        desks = [await desk_of(ready, chromium, locale) for locale in LOCALES]
        telephones, found, seen = Telephones(ready, http), list[str](), 0
        for at in range(0, len(callers), AT_ONCE):
            customers = callers[at : at + AT_ONCE]
            calls = [await rings(telephones, each) for each in customers]
            for desk, locale in zip(desks, LOCALES, strict=True):
                cards = await cut_on_each_card(desk.page, len(calls))
                found += [f"{locale} {each}" for each in cards]
            seen += len(calls)
            for call in calls:
                await telephones.hang_up(call)
            for desk in desks:
                await desk.has_no_card()
        assert seen == len(callers)
        assert not found, "\n".join(found[:40])


async def rings(telephones: Telephones, customer: DemoCustomer) -> str:
    """From a number of theirs; who has none types the account number."""
    if customer.all_numbers:
        return await telephones.ring(customer.all_numbers[0])
    return await telephones.ring("+442079460777", customer.account)


async def cut_on_each_card(page: Page, count: int) -> list[str]:
    await page.wait_for_function(
        "count => document.querySelectorAll('.tab').length === count", arg=count
    )
    cards: list[tuple[str, list[str]]] = await page.evaluate(EACH_CARD)
    assert len(cards) == count
    return [
        f"{who}: {text}"
        for who, texts in cards
        for text in texts
        if "source-name" not in text  # gives way to its age, and is in the tip
    ]


def with_the_longest_values(company: Company) -> list[DemoCustomer]:
    """For each field of the database the customers with its longest values."""
    longest: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for account, place, length in lengths_in(company):
        longest[place].append((length, account))
    wanted = {
        account for each in longest.values() for _, account in sorted(each)[-MOST:]
    }
    return [each for each in company.customers if each.account in wanted]


MOST = 2


def lengths_in(company: Company) -> Iterator[tuple[str, str, int]]:
    """(account, field, characters) of everything that belongs to a customer."""
    belonging: Iterable[Any] = (
        *company.customers,
        *company.orders,
        *company.invoices,
        *company.tickets,
        *company.quotes,
        *company.entitlements,
    )
    rows: dict[tuple[str, str], int] = defaultdict(int)
    for each in belonging:
        rows[each.account, type(each).__name__] += 1
        for place, value in values_of(each, type(each).__name__):
            yield each.account, place, len(str(value))
    for (account, kind), count in rows.items():
        yield account, f"count of {kind}", count


def values_of(each: Any, place: str) -> Iterator[tuple[str, object]]:
    if dataclasses.is_dataclass(each):
        for field in dataclasses.fields(each):
            yield from values_of(getattr(each, field.name), f"{place}.{field.name}")
    elif isinstance(each, tuple):
        for one in each:
            yield from values_of(one, place)
    else:
        yield place, each
