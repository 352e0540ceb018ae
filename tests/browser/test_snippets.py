"""Texts for notes: by their names, from a menu, by keyboard alone."""

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

SNIPPETS: list[dict[str, Any]] = [
    {
        "name": "late",
        "label": "Delivery is late",
        "labels": {"de": "Lieferung verspätet"},
        "text": "{customer.name} misses {caret}, {call.number}{tickets.nothing}.",
    },
    {"name": "by", "text": "/late by {agent.name} "},
    {"name": "support", "text": "for another queue", "queues": ["support"]},
]
LATE = "Ada Byron misses , 020 7946 0958."
FIELDS = {"tickets": {"label": "Tickets", "fields": {"nothing": {"label": "Nothing"}}}}


@pytest_asyncio.fixture(loop_scope="session")
async def written(tmp_path: Path, chromium: Browser) -> AsyncIterator[House]:
    desk = {"snippets": SNIPPETS}
    async with open_house(tmp_path, chromium, desk=desk, facets=FIELDS) as house:
        yield house


async def talking(house: House, **context: Any) -> Desk:
    desk = await house.open_desk("ana", **context)
    call = await house.ring("ana", caller=ADA, queue="sales")
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    return desk


async def picture(desk: Desk, name: str) -> None:
    """For whoever looks: `PICTURES` names a folder."""
    if folder := os.environ.get("PICTURES"):
        await desk.page.screenshot(path=f"{folder}/{name}.png")


async def test_a_name_becomes_its_text_with_the_caret_in_it(written: House) -> None:
    desk = await talking(written)
    await desk.page.keyboard.type("so /Late the lamp")
    whole = "so Ada Byron misses the lamp, 020 7946 0958."
    await expect(desk.note).to_have_value(whole)
    await desk.press("Control+End")
    await desk.page.keyboard.type(" /by ")
    await expect(desk.note).to_have_value(f"{whole} /late by Ana ")
    await desk.press("Control+Z")
    await expect(desk.note).to_have_value(f"{whole} /by ")
    await desk.page.keyboard.type("/none /support ")
    await expect(desk.note).to_have_value(f"{whole} /by /none /support ")
    await desk.note_is_saved()
    await desk.page.reload()
    await expect(desk.note).to_have_value(f"{whole} /by /none /support ")


@pytest.mark.parametrize("width", [360, 1280, 2560])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_menu_is_used_by_keyboard_and_moves_nothing(
    written: House, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 800}
    desk = await talking(written, viewport=size, color_scheme=scheme)
    await desk.press("Alt+Shift+N")
    await desk.press("Shift+Tab")
    opener = desk.button("Snippets")
    await expect(opener).to_be_focused()
    before = await desk.landmarks()
    await desk.press("Enter")
    items = desk.page.get_by_role("menuitem")
    await expect(items).to_have_text(["Delivery is late /late", "by /by"])
    await expect(items.first).to_be_focused()
    await expect(items.last).to_be_in_viewport(ratio=1)
    assert await desk.landmarks() == before
    assert await desk.fits_in_width()
    await picture(desk, f"snippets_{width}_{scheme}")
    await desk.press("Escape")
    await expect(items).to_have_count(0)
    await expect(opener).to_be_focused()
    await desk.press("Enter")
    await desk.press("ArrowUp")
    await expect(items.last).to_be_focused()
    await desk.press("ArrowDown")
    await desk.press("Enter")
    await expect(desk.note).to_have_value(LATE)
    await expect(desk.note).to_be_focused()
    await desk.page.keyboard.type("a lamp")
    await expect(desk.note).to_have_value(LATE.replace(" ,", " a lamp,"))


async def test_the_menu_reads_in_the_language_of_the_page(written: House) -> None:
    desk = await written.open_desk("ana", locale="de-DE")
    await written.answer(await written.ring("ana", caller=ADA), "ana")
    await desk.button("Textbausteine").click()
    item = desk.page.get_by_role("menuitem", name="Lieferung verspätet")
    await item.click()
    await expect(desk.part("#note")).to_have_value(LATE)
