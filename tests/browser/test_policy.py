"""What does the sales policy show on the card, and what does it take away?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from browser.company import ADA, ARABIC, ARABIC_NAME, LONG
from browser.cut_texts import cut_texts
from browser.desk import Desk
from browser.house import House, open_house
from playwright.async_api import Browser, expect

POLICY: list[dict[str, Any]] = [
    {
        "name": "hold",
        "kind": "avoid",
        "when": {"credit.hold": True},
        "say": "Do not offer or sell on account",
        "because": "Credit hold of the credit department",
        "offers": {"everything": True},
    },
    {
        "name": "pay_first",
        "kind": "do",
        "when": {"credit.hold": True, "overdue.amount": {"above": 0}},
        "say": "Ask for the {overdue.amount} overdue, then pass on to Accounts",
        "because": "Overdue for {overdue.days} days, {credit.used_share} of the limit"
        " used",
    },
    {
        "name": "offer",
        "kind": "offer",
        "when": {"credit.hold": False, "identity.name": {"present": True}},
        "say": "Offer {identity.name} the new catalogue",
    },
]


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path, chromium: Browser) -> AsyncIterator[House]:
    async with open_house(tmp_path, chromium, policy=POLICY) as house:
        yield house


async def says(desk: Desk, *rules: str) -> None:
    """These rules stand on the card, in this order."""
    lines = desk.part(".policy > li")
    await expect(lines).to_have_count(len(rules))
    for at, rule in enumerate(rules):
        await expect(lines.nth(at)).to_have_attribute("data-rule", rule)


async def test_an_overdue_customer_on_hold_gets_no_offer_and_one_next_step(
    house: House,
) -> None:
    house.company.says("terms", blocked=True)
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    await says(desk, "hold", "pay_first")
    step = desk.part('[data-rule="pay_first"]')
    await expect(step).to_contain_text("Next step")
    await expect(step).to_contain_text("Ask for the £480.50 overdue")
    await expect(step).to_contain_text("84% of the limit used")
    await desk.facet_says("recommendations", "Not offered: Do not offer or sell")
    await expect(desk.facet("recommendations")).not_to_contain_text("Punched cards")


async def test_the_reasons_of_a_line_are_there_for_the_pointer_and_the_keyboard(
    house: House,
) -> None:
    house.company.says("terms", blocked=True)
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    await says(desk, "hold", "pay_first")
    reasons = desk.part('[data-rule="pay_first"] [role="tooltip"]')
    await expect(reasons).to_be_hidden()
    await desk.part('[data-rule="pay_first"]').hover()
    await expect(reasons).to_be_visible()
    await expect(reasons).to_contain_text("Share of the limit used")
    await expect(reasons).to_contain_text("Credit department")
    await desk.page.mouse.move(0, 0)
    await expect(reasons).to_be_hidden()
    await desk.part('[data-rule="hold"] .policy-line').focus()
    await desk.press("Tab")
    await expect(reasons).to_be_visible()
    await expect(reasons).to_contain_text("ERP")


async def test_marks_of_an_offer_stand_in_its_line_and_move_nothing(
    house: House,
) -> None:
    desk = await house.open_desk("ana", locale="de")
    call = await house.ring("ana", caller=ADA)
    await says(desk, "offer")
    await desk.facet_is("recommendations", "fresh")
    before = await desk.landmarks()
    await house.answer(call, "ana")
    line = desk.part('[data-rule="offer"]')
    await expect(line.locator(".offer-marks button")).to_have_count(4)
    assert await desk.landmarks() == before
    assert await cut_texts(desk.page, ".policy") == []
    await line.locator(".policy-line").focus()
    await desk.press("Tab")
    await desk.press("Shift+Tab")
    await expect(line.get_by_role("tooltip")).to_be_visible()


async def test_no_line_and_no_offer_shows_before_the_hold_is_known(
    house: House,
) -> None:
    house.company.holds("terms")
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    await desk.facet_is("balance", "fresh")
    await desk.facet_is("sales_history", "fresh")
    await desk.facet_is("recommendations", "pending")
    await says(desk)
    house.company.lets_go("terms")
    await says(desk, "offer")
    await desk.facet_says("recommendations", "Punched cards")


async def test_a_good_customer_gets_the_offer_whatever_the_name(house: House) -> None:
    desk = await house.open_desk("ana")
    call = await house.ring("ana", caller=ARABIC)
    await says(desk, "offer")
    await expect(desk.part(".policy")).to_contain_text(ARABIC_NAME)
    await house.hang_up(call)
    await desk.page.set_viewport_size({"width": 360, "height": 800})
    await house.ring("ana", caller=LONG)
    await says(desk, "offer")
    assert await desk.fits_in_width()
