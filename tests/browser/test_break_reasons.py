"""A break with its reason: chosen from a menu, seen on the desk and the wallboard."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from browser.company import ADA
from browser.desk import Desk
from browser.house import House, open_house
from playwright.async_api import Browser, expect

REASONS: list[dict[str, Any]] = [
    {"name": "lunch", "label": "Lunch", "labels": {"de": "Mittagessen"}},
    {"name": "coaching", "label": "Coaching with the team leader"},
]


@pytest_asyncio.fixture(loop_scope="session")
async def breaks(tmp_path: Path, chromium: Browser) -> AsyncIterator[House]:
    desk = {"break_reasons": REASONS}
    async with open_house(tmp_path, chromium, desk=desk) as house:
        yield house


def switch(desk: Desk, state: str) -> Any:
    return desk.part(f'.switch [data-state="{state}"]')


async def picture(desk: Desk, name: str) -> None:
    """For whoever looks: `PICTURES` names a folder."""
    if folder := os.environ.get("PICTURES"):
        await desk.page.screenshot(path=f"{folder}/{name}.png")


@pytest.mark.parametrize("width", [360, 1280])
async def test_a_break_asks_what_it_is_for_and_shows_it(
    breaks: House, width: int
) -> None:
    board = await breaks.open_wallboard("sue")
    await board.is_live()
    desk = await breaks.open_desk("ana", viewport={"width": width, "height": 800})
    await desk.chooses_state("Break")
    items = desk.page.get_by_role("menuitem")
    await expect(items).to_have_text(
        ["No reason given", "Lunch", "Coaching with the team leader"]
    )
    await expect(items.last).to_be_in_viewport(ratio=1)
    assert await desk.fits_in_width()
    await picture(desk, f"break_menu_{width}")
    await items.last.click()
    await desk.state_is("Break")
    await expect(switch(desk, "break")).to_contain_text(REASONS[1]["label"])
    await expect(items).to_have_count(0)
    assert await desk.fits_in_width()
    await picture(desk, f"break_{width}")
    on_break = board.part('[data-doing="break"] li')
    await expect(on_break).to_contain_text(REASONS[1]["label"])
    await desk.chooses_state("Available")
    await desk.state_is("Available")
    await expect(switch(desk, "break")).to_have_text("Break")
    await desk.button("Undo").click()
    await expect(switch(desk, "break")).to_contain_text(REASONS[1]["label"])


async def test_a_reason_is_chosen_by_keyboard_and_the_note_keeps_the_caret(
    breaks: House,
) -> None:
    desk = await breaks.open_desk("ana", locale="de-DE")
    call = await breaks.ring("ana", caller=ADA, queue="sales")
    await breaks.answer(call, "ana")
    note = desk.part("#note")
    await note.press_sequentially("will ")
    await desk.press("Alt+Shift+B")
    items = desk.page.get_by_role("menuitem")
    await expect(items.first).to_be_focused()
    await desk.press("Escape")
    await expect(items).to_have_count(0)
    await expect(note).to_be_focused()
    await desk.press("Alt+Shift+B")
    await desk.press("ArrowDown")
    await desk.press("Enter")
    await expect(switch(desk, "break")).to_contain_text("Mittagessen")
    await desk.page.keyboard.type("pay")
    await expect(note).to_have_value("will pay")


async def test_finish_gives_the_break_back_with_its_reason(breaks: House) -> None:
    desk = await breaks.open_desk("ana")
    await desk.chooses_state("Break")
    await desk.page.get_by_role("menuitem", name="Lunch").click()
    await expect(switch(desk, "break")).to_contain_text("Lunch")
    call = await breaks.ring("ana", caller=ADA, queue="sales")
    await breaks.answer(call, "ana")
    await desk.call_is("Talking")
    await breaks.hang_up(call)
    await desk.state_is("Wrap-up")
    await desk.press("Control+Enter")
    await desk.state_is("Break")
    await expect(switch(desk, "break")).to_contain_text("Lunch")
