"""What became of an offer is said with a click or a key, and stands in every tab."""

from __future__ import annotations

import asyncio
import time

from browser.company import ADA
from browser.desk import WITHIN_MS, Desk
from browser.house import House
from playwright.async_api import Locator, expect
from sqlalchemy import select

from screenpop.history import tables

FIRST = '[data-facet="recommendations"] li:first-child .offer-marks'


def _pressed(desk: Desk) -> Locator:
    return desk.part(f'{FIRST} [aria-pressed="true"]')


async def _talking(house: House) -> Desk:
    desk = await house.open_desk("ana")
    call = await house.ring("ana", caller=ADA)
    await desk.facet_is("recommendations", "fresh")
    await expect(desk.part(".offer-marks")).to_have_count(0)
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    return desk


async def test_an_offer_is_marked_with_a_click_and_with_one_key(house: House) -> None:
    desk = await _talking(house)
    await desk.part(FIRST).get_by_role("button", name="Declined").click()
    await expect(_pressed(desk)).to_have_text("Declined")
    for word in ("Not suitable", None, "Offered", "Taken"):
        await desk.press("Alt+Shift+Digit1")
        if word is None:
            await expect(_pressed(desk)).to_have_count(0)
        else:
            await expect(_pressed(desk)).to_have_text(word)
    await desk.page.reload()
    await desk.card_of("Ada Byron")
    await expect(_pressed(desk)).to_have_text("Taken", timeout=WITHIN_MS)


async def test_what_was_on_the_card_in_the_talk_is_kept(house: House) -> None:
    house.company.lists("offers", {"sku": "P-5"}, {"sku": "P-6"})
    desk = await _talking(house)
    await _marks_become(house, ["shown", "shown"])
    await desk.press("Alt+Shift+Digit2")
    await _marks_become(house, ["offered", "shown"])


async def _marks_become(house: House, marks: list[str]) -> None:
    deadline_s = time.monotonic() + WITHIN_MS / 1000
    while sorted(await _marks(house)) != marks:
        assert time.monotonic() < deadline_s, await _marks(house)
        await asyncio.sleep(0.05)


async def _marks(house: House) -> list[str]:
    async with house.service.past.database.read() as connection:
        return list(await connection.scalars(select(tables.offers.c.mark)))
