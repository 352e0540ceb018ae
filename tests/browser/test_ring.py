"""A call that rings is heard where the agent wants it."""

from __future__ import annotations

import asyncio

from browser.company import ADA
from browser.house import House
from playwright.async_api import expect

PATIENCE = 100
COUNTS = """() => { window.tones = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
        window.tones += 1; return start.apply(this, when); }; }"""


async def test_a_ringing_call_is_heard_only_where_it_is_switched_on(
    house: House,
) -> None:
    desk = await house.open_desk("ana", permissions=["notifications"])
    await desk.page.evaluate(COUNTS)
    call = await house.ring("ana", caller=ADA)
    await desk.card_of("Ada Byron")
    await desk.settings().click()
    assert await desk.page.evaluate("tones") == 0
    settings = desk.part(".ring-settings")
    await settings.get_by_role("slider").fill("20")
    await desk.button("Test the sound").click()
    await desk.sees("The sound is played.", within=".ring-settings")
    assert await desk.page.evaluate("tones") == 2
    await settings.get_by_role("checkbox").check()
    await desk.page.wait_for_function("tones >= 4")
    await desk.button("Test the notification").click()
    await expect(settings.get_by_role("status")).not_to_have_text(
        "The sound is played."
    )
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    await desk.page.reload()
    await desk.is_ready()
    await desk.settings().click()
    await expect(settings.get_by_role("checkbox")).to_be_checked()
    await expect(settings.get_by_role("slider")).to_have_value("20")


async def test_of_two_open_tabs_one_rings(house: House) -> None:
    ana = await house.person("ana")
    first, second = await ana.another_tab(), await ana.another_tab()
    await first.settings().click()
    await first.part(".ring-settings").get_by_role("checkbox").check()
    await first.page.keyboard.press("Escape")
    await second.page.reload()
    await second.is_ready()
    for desk in (first, second):
        await desk.page.mouse.click(640, 780)
        await desk.page.evaluate(COUNTS)
    call = await house.ring("ana", caller=ADA)
    for desk in (first, second):
        await desk.card_of("Ada Byron")
    for _ in range(PATIENCE):
        tones = [await desk.page.evaluate("tones") for desk in (first, second)]
        if any(tones):
            break
        await asyncio.sleep(0.05)
    await house.answer(call, "ana")
    for desk in (first, second):
        await desk.call_is("Talking")
    heard = [await desk.page.evaluate("tones") for desk in (first, second)]
    assert sorted(heard) == [0, max(heard)]
    assert max(heard) > 0
