"""How does an agent find who is calling, when the number does not say it?"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from browser.company import ADA, HALLS, STRANGER, configuration
from browser.desk import Desk
from browser.house import House, open_house
from playwright.async_api import Browser, Locator, expect

WITHIN_MS = 30_000


def searchable(url: str) -> dict[str, Any]:
    """The index cards are searched by name and company."""
    config = configuration(url)
    config["sources"]["cards"]["search"] = {"contains": ["name", "company"]}
    return config


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path, chromium: Browser) -> AsyncIterator[House]:
    async with open_house(tmp_path, chromium, searchable) as house:
        yield house


async def picture(desk: Desk, name: str) -> None:
    """For whoever looks: `PICTURES` names a folder."""
    if folder := os.environ.get("PICTURES"):
        await desk.page.screenshot(path=f"{folder}/{name}.png")


def box(desk: Desk) -> Locator:
    return desk.page.get_by_role("combobox", name=re.compile("^Find a customer"))


def customer(desk: Desk, name: str) -> Locator:
    return desk.page.get_by_role("option").filter(has_text=name)


async def test_a_withheld_caller_who_says_the_account_number_gets_their_card(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    await house.ring("ana", caller="anonymous")
    await desk.card_of("Withheld number")
    await box(desk).fill("ada")
    await expect(customer(desk, "Ada Byron")).to_be_visible(timeout=WITHIN_MS)
    await picture(desk, "withheld")
    await box(desk).press("Enter")
    await desk.card_of("Ada Byron")
    await desk.facet_says("balance", "£1,250.00")
    await desk.no_longer_sees(".plain-words")
    await picture(desk, "withheld_attached")


async def test_a_wrong_customer_is_corrected_and_the_correction_undone(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    await desk.card_of("Ada Byron")
    await desk.press("Alt+Shift+F")
    await expect(box(desk)).to_be_focused(timeout=WITHIN_MS)
    await desk.page.keyboard.type("hall")
    await expect(desk.page.get_by_role("option")).to_have_count(2, timeout=WITHIN_MS)
    await picture(desk, "corrected")
    await desk.press("ArrowDown")
    second = await desk.page.get_by_role("option").nth(1).locator("b").inner_text()
    await desk.press("Enter")
    await desk.card_of(second)
    await desk.no_longer_sees(".chooser")
    await desk.sees(f"This call is now about {second}")
    await desk.press("Alt+Shift+Z")
    await desk.card_of("Ada Byron")
    await expect(desk.part(".sure").get_by_text("Undo")).to_have_count(0)


async def test_who_is_attached_to_a_shared_number_is_so_for_this_call_only(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    call = await house.ring("ana", caller=HALLS)
    await desk.sees("Who is it?")
    await box(desk).fill("byron")
    remember = desk.part(".find-remember input")
    await expect(remember).not_to_be_checked(timeout=WITHIN_MS)
    await customer(desk, "Ada Byron").click()
    await desk.card_of("Ada Byron")
    await desk.button("Undo").first.click()
    await desk.sees("Who is it?")
    await box(desk).fill("byron")
    await customer(desk, "Ada Byron").click()
    await desk.card_of("Ada Byron")
    await house.hang_up(call)
    await desk.has_no_card()
    await house.ring("ana", caller=HALLS)
    await desk.sees("Who is it?")
    await expect(desk.part(".candidates button")).to_have_count(2)


async def test_an_unknown_number_that_is_remembered_is_likely_the_next_time(
    house: House,
) -> None:
    desk = await house.open_desk("ana", viewport={"width": 360, "height": 800})
    call = await house.ring("ana", caller=STRANGER)
    await desk.sees("No customer has this number")
    await box(desk).fill("byron")
    await expect(customer(desk, "Ada Byron")).to_be_visible(timeout=WITHIN_MS)
    assert await desk.fits_in_width()
    await picture(desk, "unknown_360")
    await customer(desk, "Ada Byron").click()
    await desk.card_of("Ada Byron")
    await house.hang_up(call)
    await desk.has_no_card()
    await house.ring("ana", caller=STRANGER)
    await desk.card_of("Ada Byron")
    await expect(desk.part(".hero .sure-word")).to_have_text("likely")


async def test_the_empty_desk_finds_customers_and_says_who_is_not_found(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    await box(desk).fill("nobody at all")
    await desk.sees("No customer found.")
    await box(desk).fill("byron")
    await desk.sees("1 customer found.")
    await desk.sees("A customer can be attached while a call is on your desk.")
    await picture(desk, "empty_desk")
    await box(desk).press("Escape")
    await expect(box(desk)).to_have_value("")
    await expect(desk.page.get_by_role("option")).to_have_count(0)
