"""A call back is promised on Monday, is due on Tuesday, and is not forgotten."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browser.company import ADA, STRANGER
from browser.desk import WITHIN_MS, Desk
from browser.house import House, open_house
from playwright.async_api import Browser, expect

from screenpop.support.clock import SystemClock

MONDAY = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)
TUESDAY_S = 20 * 3600 + 5  # later: just after ten in Berlin


class ClockOfADay(SystemClock):
    """It goes on as time does, from a moment that the story sets."""

    def __init__(self, at: datetime):
        self._ahead_us = round(at.timestamp() * 1e6) - time.time_ns() // 1000

    def now_us(self) -> int:
        return super().now_us() + self._ahead_us

    def steady_us(self) -> int:
        return super().steady_us() + self._ahead_us

    def advance(self, seconds: float) -> None:
        self._ahead_us += round(seconds * 1e6)


async def picture(desk: Desk, name: str) -> None:
    """For whoever looks: `PICTURES` names a folder."""
    if folder := os.environ.get("PICTURES"):
        await desk.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


async def a_day_later(house: House, clock: ClockOfADay) -> None:
    for person in house.people:
        await person.context.close()
    house.people.clear()
    house._cookies.clear()
    clock.advance(TUESDAY_S)


async def test_promised_on_monday_due_on_tuesday(
    tmp_path: Path, chromium: Browser
) -> None:
    clock = ClockOfADay(MONDAY)
    zone = "Europe/Berlin"
    async with open_house(tmp_path, chromium, clock=clock, zone=zone) as house:
        ana = await house.open_desk("ana")
        call = await house.ring("ana", caller=ADA, queue="sales")
        await house.answer(call, "ana")
        await ana.call_is("Talking")
        await ana.button("Call back").click()  # the result
        when = ana.page.get_by_role("textbox", name="When to call back")
        await when.fill("soon")
        await ana.sees("Not a time in the next 90 days")
        await when.fill("Tue 10:00")
        await ana.sees("Tue 1 Dec, 10:00", within="#when-meant")
        await picture(ana, "promise_1280")
        await when.press("Enter")
        await ana.sees("Promised for Tue 1 Dec, 10:00", within=".promised-for")
        await ana.writes("Wants to hear of the new cogs")
        await ana.note_is_saved()
        await picture(ana, "promised_1280")
        await house.hang_up(call)
        await ana.call_is("After-call work")
        await ana.button("Finish").click()
        await ana.has_no_card()
        later = Desk(await house.people[0].new_page("/recalls"))
        await later.button("Later (1)").click()
        await later.sees("You promised to call back", within=".recall")

        await a_day_later(house, clock)
        ben = await house.open_desk("ben")
        call = await house.ring("ben", caller=ADA, queue="sales")
        await ben.card_of("Ada Byron")
        fact = ben.part('[data-fact="call-back"]')
        await expect(fact).to_contain_text(
            "promised Tue 1 Dec, 10:00, Ana", timeout=WITHIN_MS
        )
        await picture(ben, "promise_on_next_card_1280")
        await house.hang_up(call)

        ana = await house.open_desk("ana")
        due = ana.part(".recall").first
        await expect(due).to_contain_text("Ada Byron")
        await expect(due).to_contain_text("You promised to call back Tue 1 Dec, 10:00")
        await picture(ana, "promise_due_1280")
        sue = Desk(await (await house.person("sue")).new_page("/recalls"))
        await sue.sees("Ana promised to call back", within=".recall")
        await picture(sue, "promise_list_1280")
        await sue.page.set_viewport_size({"width": 360, "height": 800})
        await picture(sue, "promise_list_360")
        assert await sue.fits_in_width()
        ours = {"from": "+442079460100", "to": ADA, "direction": "outbound"}
        await house.event("alerting", "o-1", "ana", **ours)
        await house.event("answered", "o-1", "ana", **ours)
        await house.event("ended", "o-1", **ours)
        await ana.call_is("After-call work")
        await sue.no_longer_sees(".recall")
        await sue.button("Closed (1)").click()
        await sue.sees("Called back by Ana", within=".recall")


async def test_a_promise_is_made_by_keyboard_and_taken_back(house: House) -> None:
    ana = await house.open_desk("ana", viewport={"width": 360, "height": 800})
    call = await house.ring("ana", caller=ADA)
    await house.answer(call, "ana")
    await ana.call_is("Talking")
    await house.hang_up(call)
    await ana.call_is("After-call work")
    await ana.button("Call back at a time").focus()
    await ana.press("Enter")
    await ana.press("Tab")
    await ana.page.keyboard.type("in 2 h")
    await picture(ana, "promise_360")
    assert await ana.fits_in_width()
    await ana.press("Enter")
    await ana.sees("Promised for", within=".promised-for")
    await ana.button("Take back").click()
    await ana.no_longer_sees(".promised-for")
    await expect(ana.button("Call back at a time")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
async def test_the_form_moves_no_finish_and_keeps_its_text_over_a_switch(
    house: House, width: int
) -> None:
    ana = await house.open_desk("ana", viewport={"width": width, "height": 800})
    call = await house.ring("ana", caller=ADA)
    await house.answer(call, "ana")
    await ana.call_is("Talking")
    await house.hang_up(call)
    await ana.call_is("After-call work")
    before = await ana.button("Finish").bounding_box()
    await ana.button("Call back at a time").click()
    when = ana.page.get_by_role("textbox", name="When to call back")
    await when.fill("Tue 10:")
    assert await ana.button("Finish").bounding_box() == before
    await picture(ana, f"promise_form_{width}")
    await house.ring("ana", caller=STRANGER)
    await expect(ana.page.get_by_role("tab")).to_have_count(2)
    await ana.page.get_by_role("tab").last.click()
    await expect(when).to_have_count(0)
    await ana.page.get_by_role("tab").first.click()
    await expect(when).to_have_value("Tue 10:")
