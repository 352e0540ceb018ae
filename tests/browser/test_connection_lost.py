"""What does a person see when the service is away, and when it is back?"""

from __future__ import annotations

import re

from browser.company import ADA, HALLS, STRANGER
from browser.house import House
from playwright.async_api import expect


async def test_a_banner_while_it_is_away_then_exactly_what_was_missed(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    talks = await house.ring("ana", caller=ADA)
    await house.answer(talks, "ana")
    rings = await house.ring("ana", caller=HALLS)
    await desk.call_is("Talking")
    await expect(desk.page.get_by_role("tab")).to_have_count(2)
    await house.goes_down()
    await desk.sees(re.compile("Connection lost at"))
    await desk.writes("written meanwhile")
    await desk.sees("Kept here until connected")
    await house.comes_back()
    await house.answer(rings, "ben")
    await house.ring("ana", caller=STRANGER)
    await desk.is_ready()
    await desk.no_longer_sees(".banner")
    await desk.note_is_saved()
    await expect(desk.note).to_have_value("written meanwhile")
    await expect(desk.page.get_by_role("tab")).to_have_count(2)
    await desk.sees(re.compile("020 7946 0123"), within=".tabs")
    await desk.sees(re.compile("answered by Ben"))


async def test_the_wallboard_marks_its_numbers_as_not_live(house: House) -> None:
    board = await house.open_wallboard("sue")
    await board.is_live()
    await house.event("queued", "c-1", queue="sales", direction="inbound")
    await board.shows("Waiting", "1")
    await house.goes_down()
    await board.sees(re.compile("not live"))
    await expect(board.part(".wallboard")).to_have_attribute("data-live", "false")
    await house.comes_back()
    await board.is_live()
    await board.shows("Waiting", "1")
