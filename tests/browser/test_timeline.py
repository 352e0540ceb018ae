"""What happened with a customer is read in one line, by keyboard, and nothing moves."""

from __future__ import annotations

import re

from browser.axe import violations
from browser.company import ADA, STRANGER
from browser.cut_texts import moved
from browser.desk import WITHIN_MS, Desk
from browser.house import House
from playwright.async_api import expect

ORDERS = 90
AT_ONCE = 40
KINDS = "all => [...new Set(all.map(each => each.dataset.kind))]"


def orders(many: int) -> list[dict[str, str]]:
    """One a week back from October 2026."""
    return [
        {"order": f"SO-{n:03}", "date": f"{2026 - n // 48}-{10 - n // 4 % 10:02}-20"}
        for n in range(many)
    ]


async def an_earlier_call(house: House, desk: Desk) -> None:
    call = await house.ring("ana", caller=ADA, queue="sales")
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    await desk.writes("Wants to hear of the new cogs")
    await desk.note_is_saved()
    await desk.button("Sold").click()
    await house.hang_up(call)
    await desk.call_is("After-call work")
    await desk.press("Control+Enter")
    await desk.has_no_card()


async def test_the_story_of_a_customer_by_keyboard(house: House) -> None:
    desk = await house.open_desk("ana")
    house.company.lists("orders", *orders(ORDERS))
    await an_earlier_call(house, desk)
    await house.archived()
    await house.ring("ana", caller=ADA, queue="sales")
    await desk.card_of("Ada Byron")
    await desk.facet_says("sales_history", "SO-000")
    await desk.facet_says("interactions", "new cogs")
    await desk.facet_is("tickets", "fresh")
    before = await desk.landmarks()
    shift = await moved(desk.page)
    await desk.press("Alt+Shift+H")
    line = desk.part(".timeline-list")
    await expect(line).to_be_focused(timeout=WITHIN_MS)
    assert await desk.landmarks() == before
    assert await shift() == 0
    entries = line.locator("li")
    await expect(entries).to_have_count(AT_ONCE)
    await expect(entries.first).to_contain_text("Wants to hear of the new cogs")
    await expect(entries.first).to_contain_text("Sold")
    await expect(line.locator("h4").first).to_have_text("Today")
    await expect(entries.first.locator(".entry-source")).to_have_text("Call history")
    await expect(entries.nth(1).locator(".entry-source")).to_have_text("ERP")
    await expect(line).to_contain_text("October 2026")
    assert await violations(desk) == []
    await desk.press("End")
    await expect(entries).not_to_have_count(AT_ONCE)
    await desk.press("Shift+Tab")  # the last of the kinds
    await expect(desk.button(re.compile("^Call-backs"))).to_be_focused()
    await desk.button(re.compile("^Tickets")).press("Enter")
    assert await entries.evaluate_all(KINDS) == ["tickets"]
    await desk.button(re.compile("^Earlier calls")).press("Enter")
    assert await entries.evaluate_all(KINDS) == ["interactions", "tickets"]
    await desk.sees("2 entries")
    await desk.press("Escape")
    await desk.no_longer_sees(".timeline-panel")
    assert await desk.landmarks() == before


async def test_what_is_written_meanwhile_goes_into_the_note(house: House) -> None:
    desk = await house.open_desk("ana")
    await house.answer(await house.ring("ana", caller=ADA), "ana")
    await desk.call_is("Talking")
    await desk.page.get_by_role("button", name="Timeline").click()
    await expect(desk.part(".timeline-list")).to_be_focused()
    await desk.page.keyboard.type("asks for more")
    await expect(desk.note).to_have_value("asks for more")
    await expect(desk.note).to_be_in_viewport()
    await desk.page.get_by_role("button", name="Close", exact=True).press("Enter")
    await expect(desk.page.get_by_role("button", name="Timeline")).to_be_focused()


async def test_a_late_answer_waits_and_moves_nothing_that_is_read(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    house.company.lists("tickets", {"opened_at": "2026-11-01T09:00:00Z"})
    house.company.holds("orders")
    await house.ring("ana", caller=ADA)
    await desk.card_of("Ada Byron")
    await desk.facet_is("tickets", "fresh")
    await desk.press("Alt+Shift+H")
    await desk.sees(re.compile("not answered yet: Last orders"))
    shift = await moved(desk.page)
    house.company.lets_go()
    fresh = desk.button("Show 6 new entries")
    await expect(fresh).to_be_visible(timeout=WITHIN_MS)
    await expect(desk.part(".timeline-list li")).to_have_count(1)
    assert await shift() <= 0.001
    await fresh.press("Enter")
    await expect(desk.part(".timeline-list")).to_be_focused()
    await expect(desk.part(".timeline-list li")).to_have_count(7)


async def test_of_a_stranger_it_says_that_nothing_is_known(house: House) -> None:
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=STRANGER)
    await desk.facet_is("interactions", "empty")
    await desk.press("Alt+Shift+H")
    await desk.sees("Nothing is known of this customer’s past.")
    for width in (360, 1280, 2560):
        await desk.page.set_viewport_size({"width": width, "height": 800})
        assert await desk.fits_in_width()
        await expect(desk.part(".timeline-panel")).to_be_in_viewport(ratio=0.9)
    assert await violations(desk) == []
