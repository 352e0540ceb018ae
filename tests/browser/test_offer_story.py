"""From the card to the figures: what is offered, why, and what became of it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from browser.company import ADA, FIRM, configuration
from browser.desk import WITHIN_MS, Desk, Tab
from browser.house import House, open_house
from browser.test_policy import POLICY
from playwright.async_api import Browser, expect

# Ada (7) and the firm (13) buy the same, as six others do: all goods belong together.
CUSTOMERS = ("7", "13", "21", "22", "23", "24", "25", "26")
GOODS = [f"G-{n}" for n in range(1, 15)]
MARKS = ("Offered", "Taken", "Declined", "Not suitable")


def orders_file() -> str:
    """Each customer orders six of the goods every ten days, in turn."""
    rows = ["customer,order,date,item,quantity,name,price,currency"]
    for at in range(8):
        day = datetime.now(UTC).date() - timedelta(days=80 - 10 * at)
        for number, customer in enumerate(CUSTOMERS):
            for sku in (GOODS[(at + number + n) % len(GOODS)] for n in range(6)):
                order = f"{customer}-{at},{day},{sku},1,Cog of size {sku[2:]}"
                rows.append(f"{customer},{order},4.50,GBP")
    return "\n".join(rows) + "\n"


def with_orders(url: str) -> dict[str, Any]:
    config = configuration(url)
    del config["lookups"]["offers"]  # the engine answers instead
    columns = ("customer", "order", "date", "item", "quantity")
    config["sources"]["sales"] = {
        "connector": "csv_file",
        "label": "Sales",
        "path": "sales.csv",
        "orders": {name: name for name in columns},
        "items": {"key": "item", "name": "name", "price": "price"},
    }
    return config


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path, chromium: Browser) -> AsyncIterator[House]:
    (tmp_path / "sales.csv").write_text(orders_file())
    async with open_house(tmp_path, chromium, with_orders, policy=POLICY) as house:
        yield house


async def test_offers_from_the_card_to_the_figures(house: House) -> None:
    desk = await house.open_desk("ana")
    await house.has_offers()
    await _a_customer_on_hold_is_offered_nothing(house, desk)
    await _a_good_customer_is_offered_three_and_three(house, desk)
    await _marks_are_made_by_keyboard(desk)
    await desk.page.reload()
    await _is_marked(desk, 2, "Taken")
    await _is_marked(desk, 3, "Declined")
    await _is_marked(desk, 4, None)
    await _the_figures_have_them(house)


async def _a_customer_on_hold_is_offered_nothing(house: House, desk: Desk) -> None:
    house.company.says("terms", blocked=True)
    call = await house.ring("ana", caller=FIRM)
    await house.answer(call, "ana")
    steps = desk.part('.policy > li[data-kind="do"]')
    await expect(steps).to_have_count(1, timeout=WITHIN_MS)
    await expect(steps).to_contain_text("Ask for the £480.50 overdue")
    await expect(steps).to_contain_text(re.compile(r"Overdue for \d+ days, 84%"))
    for facet in ("recommendations", "goes_with"):
        await desk.facet_says(facet, "Not offered: Do not offer or sell on account")
    await expect(desk.part(".offers, .offer-marks")).to_have_count(0)
    await house.hang_up(call)
    house.company.says("terms")


async def _a_good_customer_is_offered_three_and_three(house: House, desk: Desk) -> None:
    call = await house.ring("ana", caller=ADA, queue="sales")
    await desk.card_of("Ada Byron")
    names = []
    for facet, reason in (
        ("recommendations", r"^In \d of their last 8 orders"),
        ("goes_with", r"^In \d+( of \d+|%).* orders with Cog of size \d"),
    ):
        rows = desk.facet(facet).locator(".offers > li")
        await expect(rows).to_have_count(3, timeout=WITHIN_MS)
        names += await rows.locator(".offer-name").all_inner_texts()
        for row in await rows.all():
            await expect(row.locator(".offer-reason")).to_have_text(re.compile(reason))
    assert len(set(names)) == 6  # nothing is offered twice
    await house.answer(call, "ana")
    await desk.call_is("Talking")


async def _marks_are_made_by_keyboard(desk: Desk) -> None:
    """The rule's offer is the first, the lists follow."""
    await desk.press("Alt+Shift+Digit2")
    await _is_marked(desk, 2, "Offered")
    await desk.press("Alt+Shift+Digit2")
    await _is_marked(desk, 2, "Taken")
    for word in MARKS[:3]:
        await desk.press("Alt+Shift+Digit3")
        await _is_marked(desk, 3, word)
    for said in (*MARKS, None):  # the last one takes it back
        await desk.press("Alt+Shift+Digit4")
        await _is_marked(desk, 4, said)
    await desk.press("Alt+Shift+Digit1")
    await _is_marked(desk, 1, "Offered")


async def _is_marked(desk: Desk, offer: int, word: str | None) -> None:
    pressed = desk.part(".offer-marks").nth(offer - 1).locator('[aria-pressed="true"]')
    await expect(pressed).to_have_count(0 if word is None else 1, timeout=WITHIN_MS)
    if word is not None:
        await expect(pressed).to_have_text(word)


async def _the_figures_have_them(house: House) -> None:
    """Seven were shown: one of the rule, three and three."""
    await house.archived()
    sue = await house.person("sue")
    page = Tab(await sue.new_page("/insight"))
    for name, figure, formula in (
        ("shown", "7", "on the card of a call"),
        ("offered", "3 of 7", "/ shown"),
        ("taken", "1 of 3", "/ offered"),
    ):
        tile = page.part(f'.insight-tile[data-figure="{name}"]')
        await expect(tile.locator("dd").first).to_contain_text(figure)
        await expect(tile.locator(".insight-formula")).to_contain_text(formula)
    for group, figures in (
        ("bought_often", ("3", "2 of 3", "1 of 2")),
        ("own purchases and neighbours", ("3", "2 of 3", "1 of 2")),
        ("offer", ("1", "1 of 1", "0 of 1")),
        ("goes_with", ("3", "0 of 3", "–")),
        ("sales", ("7", "3 of 7", "1 of 3")),
    ):
        cells = page.part(f'[data-group="{group}"] td')
        for at, figure in enumerate(figures):
            await expect(cells.nth(at)).to_contain_text(figure)
    await expect(page.part("main")).not_to_contain_text(re.compile(r"\bAna\b|1001"))
    assert page.complaints == []
