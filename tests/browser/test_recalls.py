"""Callers to call back: on the desk, on their page, by keyboard, at any width."""

from __future__ import annotations

import re
from typing import Any

import pytest
from browser.axe import violations
from browser.company import (
    ADA,
    ARABIC,
    ARABIC_NAME,
    HALLS,
    LONG,
    LONG_NAME,
    STRANGER,
)
from browser.desk import Desk
from browser.house import House
from playwright.async_api import Page, expect

WIDTHS = (360, 1280, 3840)


@pytest.fixture
def house_settings() -> dict[str, Any]:
    return {"calls": {"short_abandon_s": 0}}


async def gives_up(
    house: House, caller: str, call_id: str, queue: str = "sales", **end: Any
) -> None:
    """It waits, rings at Ana, the card fills, and the caller hangs up."""
    await house.event(
        "queued", call_id, **{"from": caller, "queue": queue, "to": "+442079460100"}
    )
    await house.event("alerting", call_id, "ana")
    await house.event("ended", call_id, **end)


async def callers(house: House) -> None:
    """Some who gave up, one who asked for a call, one who got through."""
    desk = await house.open_desk("ana")
    for number, caller in enumerate([LONG, ARABIC, ADA, ADA, HALLS, STRANGER]):
        call_id = f"c-{number}"
        await house.ring("ana", caller=caller, queue="sales", call_id=call_id)
        if caller == ADA:
            await desk.card_of("Ada Byron")
            await desk.facet_says("tickets", "Cog squeaks")
        outcome = (
            {"outcome": "callback"} if caller == ARABIC else {"outcome": "voicemail"}
        )
        await house.event("ended", call_id, **outcome)
    call = await house.ring("ana", caller=HALLS, queue="sales")
    await house.answer(call, "ana")
    await house.hang_up(call)
    await desk.page.close()


def row(page: Page, who: str) -> Any:
    return page.locator(".recall", has_text=who)


async def recall_page(house: House, name: str, **context: Any) -> Desk:
    person = await house.person(name, **context)
    page = Desk(await person.new_page("/recalls"))
    await expect(page.page.get_by_role("heading", level=1)).to_have_text(
        "Callers to call back"
    )
    return page


async def test_the_desk_says_how_many_wait_and_lists_them(house: House) -> None:
    desk = await house.open_desk("ana")
    await expect(desk.page.get_by_role("link", name="Call back")).to_be_visible()
    await gives_up(house, STRANGER, "c-1", outcome="voicemail")
    await expect(desk.page.get_by_role("link", name="Call back (1)")).to_be_visible()
    await expect(row(desk.page, "020 7946 0123")).to_be_visible()
    call = desk.page.get_by_role("link", name="Call 020 7946 0123")
    await expect(call).to_have_attribute("href", f"tel:{STRANGER}")
    await house.ring("ana", caller=STRANGER, call_id="c-2")
    await house.answer("c-2", "ana")
    await house.hang_up("c-2")
    await expect(
        desk.page.get_by_role("link", name="Call back", exact=True)
    ).to_be_visible()


async def test_a_row_is_claimed_and_closed_by_keyboard(house: House) -> None:
    await gives_up(house, STRANGER, "c-1", outcome="voicemail")
    ana = await recall_page(house, "ana")
    await expect(row(ana.page, "020 7946 0123")).to_contain_text("Reached the mailbox")
    claim = ana.page.get_by_role("button", name="I call back")
    await claim.focus()
    await ana.page.keyboard.press("Enter")
    await expect(row(ana.page, "You call back")).to_be_visible()
    sue = await recall_page(house, "sue")
    await expect(row(sue.page, "Ana calls back")).to_be_visible()
    close = ana.page.get_by_role("button", name="Close: 020 7946 0123")
    await close.focus()
    await ana.page.keyboard.press("Enter")
    await ana.page.keyboard.press("Tab")
    await expect(
        ana.page.get_by_role("button", name="Settled without a call")
    ).to_be_focused()
    await ana.page.keyboard.press("Enter")
    await expect(
        ana.page.get_by_text("No caller waits to be called back")
    ).to_be_visible()
    await ana.page.get_by_role("button", name="Closed (1)").click()
    await expect(row(ana.page, "Settled without a call by Ana")).to_be_visible()


async def test_a_caller_is_put_off(house: House) -> None:
    await gives_up(house, STRANGER, "c-1", outcome="voicemail")
    sue = await recall_page(house, "sue")
    await sue.page.get_by_role("button", name=re.compile("^Later:")).click()
    await sue.page.get_by_role("button", name="1 hour").click()
    await expect(sue.page.get_by_role("button", name="Later (1)")).to_be_visible()


async def test_the_page_fits_and_axe_finds_no_violation(house: House) -> None:
    empty = await recall_page(house, "ben")
    await empty.sees("No caller waits to be called back")
    assert await violations(empty) == []
    await callers(house)
    page = await recall_page(house, "sue")
    await expect(row(page.page, ARABIC_NAME)).to_be_visible()
    await expect(row(page.page, LONG_NAME)).to_be_visible()
    await page.page.get_by_role("button", name=re.compile("^Close:")).first.click()
    assert await violations(page) == []
    for width in WIDTHS:
        await page.page.set_viewport_size({"width": width, "height": 800})
        assert await page.fits_in_width(), f"at {width} px"
    await page.page.get_by_role("button", name=re.compile(r"^Closed \(")).click()
    await expect(row(page.page, "Got through to Ana")).to_be_visible()
    assert await violations(page) == []
