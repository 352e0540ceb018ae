"""What must be written before a call can be finished, and can it always be?"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from browser.company import ADA, configuration
from browser.desk import Desk
from browser.house import House, open_house
from playwright.async_api import Browser, expect

ASKED = "Choose a result before Finish"


def results_required(url: str) -> dict[str, Any]:
    config = configuration(url)
    config["queues"]["sales"]["result"] = "required"
    return config


@pytest_asyncio.fixture(loop_scope="session")
async def strict(tmp_path: Path, chromium: Browser) -> AsyncIterator[House]:
    async with open_house(tmp_path, chromium, results_required) as house:
        yield house


async def after_a_call(house: House, queue: str = "sales", **context: Any) -> Desk:
    desk = await house.open_desk("ana", **context)
    call = await house.ring("ana", caller=ADA, queue=queue)
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    await house.hang_up(call)
    await desk.call_is("After-call work")
    return desk


async def picture(desk: Desk, name: str) -> None:
    """For whoever looks: `PICTURES` names a folder."""
    if folder := os.environ.get("PICTURES"):
        await desk.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


async def finish_stands_at(desk: Desk) -> dict[str, float] | None:
    box = await desk.button("Finish").bounding_box()
    return None if box is None else {"x": box["x"], "y": box["y"]}


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_finish_asks_for_the_result_and_leads_to_it(
    strict: House, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 800}
    desk = await after_a_call(strict, viewport=size, color_scheme=scheme)
    await desk.sees("Result (required)", within=".dispositions")
    before = await finish_stands_at(desk)
    await desk.press("Control+Enter")
    alert = desk.page.get_by_role("alert").filter(has_text=ASKED)
    await expect(alert).to_be_in_viewport(ratio=1)
    await expect(desk.button("Sold")).to_be_focused()
    assert await finish_stands_at(desk) == before
    assert await desk.fits_in_width()
    await picture(desk, f"result_required_{width}_{scheme}")
    await desk.press("Enter")
    await expect(alert).to_have_count(0)
    await desk.press("Control+Enter")
    await desk.has_no_card()


async def test_the_results_are_reached_in_a_very_low_window(strict: House) -> None:
    desk = await after_a_call(strict, viewport={"width": 360, "height": 400})
    await expect(desk.button("Sold")).to_be_hidden()
    await desk.button("Finish").click()
    await expect(desk.button("Sold")).to_be_focused()
    await desk.sees(ASKED)


async def test_other_queues_and_calls_not_answered_need_none(
    strict: House,
) -> None:
    desk = await after_a_call(strict, queue="support")
    await desk.button("Finish").click()
    await desk.has_no_card()
    call = await strict.ring("ana", caller=ADA, queue="sales")
    await desk.card_of("Ada Byron")
    await strict.hang_up(call)
    await desk.has_no_card()


async def test_a_result_is_given_while_the_service_is_away(strict: House) -> None:
    desk = await after_a_call(strict)
    await strict.goes_down()
    await expect(desk.part('main.desk[data-live="false"]')).to_be_visible()
    await desk.button("Finish").click()
    await desk.sees(ASKED)
    await desk.button("Sold").click()
    await desk.button("Finish").click()
    await desk.has_no_card()


async def test_a_whole_call_by_keyboard_alone(strict: House) -> None:
    desk = await strict.open_desk("ana")
    call = await strict.ring("ana", caller=ADA, queue="sales")
    await desk.card_of("Ada Byron")
    await strict.answer(call, "ana")
    await desk.call_is("Talking")
    await desk.page.keyboard.type("asks for cogs")
    await strict.hang_up(call)
    await desk.call_is("After-call work")
    await desk.press("Control+Enter")
    await expect(desk.button("Sold")).to_be_focused()
    await desk.press("Tab")
    await desk.press("Enter")  # the result Call back opens the form
    when = desk.page.get_by_role("textbox", name="When to call back")
    await expect(when).to_be_visible()
    for _ in range(3):  # Wants a quote, Call back at a time, the form
        await desk.press("Tab")
    await expect(when).to_be_focused()
    await desk.page.keyboard.type("in 2 h")
    await desk.press("Enter")
    await desk.sees("Promised for", within=".promised-for")
    await desk.note_is_saved()
    await desk.press("Control+Enter")
    await desk.has_no_card()
