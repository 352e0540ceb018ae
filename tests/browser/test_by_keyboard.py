"""Can everything be done without a mouse?"""

from __future__ import annotations

import pytest
from browser.company import ADA, HALLS
from browser.desk import WITHIN_MS, Desk
from browser.house import House
from call_centre import PASSWORD
from playwright.async_api import expect

VISIT = """() => {
    const all = [...document.querySelectorAll(
        "button:enabled, textarea, input, a[href], summary")]
        .filter(each => each.tabIndex >= 0 && each.checkVisibility());
    const now = document.activeElement;
    return [all.length, all.indexOf(now)];
}"""


async def test_from_log_in_to_the_finished_call(house: House) -> None:
    desk = Desk(await (await house.stranger()).new_page())
    await expect(desk.page.get_by_label("User name")).to_be_focused()
    await desk.page.keyboard.type("ana")
    await desk.press("Tab")
    await desk.page.keyboard.type(PASSWORD)
    await desk.press("Enter")
    await desk.is_ready()
    call = await house.ring("ana", caller=ADA)
    await desk.card_of("Ada Byron")
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    await desk.press("Alt+Shift+N")
    await expect(desk.note).to_be_focused()
    await desk.page.keyboard.type("ordered 40 [cogs]? n s 1")
    await expect(desk.note).to_have_value("ordered 40 [cogs]? n s 1")
    await desk.press("Alt+1")
    await expect(desk.button("Sold")).to_have_attribute("aria-pressed", "true")
    await house.hang_up(call)
    await desk.call_is("After-call work")
    await desk.press("Control+Enter")
    await desk.has_no_card()
    await desk.press("Alt+Shift+B")
    await desk.state_is("Break")


@pytest.mark.parametrize(
    "text", ["Bike 3 is broken", "A Bad Wheel, 2 spokes", "sold nothing", "north [x]?"]
)
async def test_what_is_typed_without_looking_is_text_and_no_command(
    house: House, text: str
) -> None:
    desk = await house.open_desk("ana")
    await desk.chooses_state("Available")
    call = await house.ring("ana", caller=ADA)
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    await desk.button("Sources").focus()
    await desk.page.keyboard.type(text)
    await expect(desk.note).to_have_value(text)
    await desk.note_is_saved()
    await desk.state_is("Available")
    await expect(desk.part('.dispositions [aria-pressed="true"]')).to_have_count(0)
    assert await desk.page.evaluate("scrollY") == 0
    await desk.press("Escape")
    await desk.page.keyboard.type("!")
    await expect(desk.note).to_have_value(f"{text}!")


async def test_a_state_or_result_chosen_by_accident_is_taken_back(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    await desk.chooses_state("Available")
    await house.answer(await house.ring("ana", caller=ADA), "ana")
    await desk.call_is("Talking")
    await desk.press("Alt+Shift+B")
    await desk.state_is("Break")
    await desk.button("Undo").click()
    await desk.state_is("Available")
    await desk.press("Alt+1")
    sold = desk.button("Sold")
    await expect(sold).to_have_attribute("aria-pressed", "true")
    await desk.press("Alt+Shift+Z")
    await expect(sold).to_have_attribute("aria-pressed", "false")
    await sold.click()
    await expect(sold).to_have_attribute("aria-pressed", "true")
    await sold.click()
    await expect(sold).to_have_attribute("aria-pressed", "false")
    await expect(desk.button("Undo")).to_have_count(0, timeout=WITHIN_MS)
    await desk.page.reload()
    await desk.call_is("Talking")
    await expect(sold).to_have_attribute("aria-pressed", "false")


async def test_after_finish_the_keyboard_goes_on_in_the_page(house: House) -> None:
    desk = await house.open_desk("ana")
    call = await house.ring("ana", caller=ADA)
    await house.answer(call, "ana")
    await house.hang_up(call)
    await desk.button("Finish").focus()
    await desk.press("Enter")
    await desk.has_no_card()
    await desk.press("Tab")
    inside = "document.activeElement.closest('main.desk') !== null"
    assert await desk.page.evaluate(inside)


async def test_keys_turn_between_calls_and_help_blocks_nothing(house: House) -> None:
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    await desk.card_of("Ada Byron")
    await house.ring("ana", caller=HALLS)
    await expect(desk.page.get_by_role("tab")).to_have_count(2)
    await desk.card_of("Ada Byron")
    await desk.press("?")
    await desk.sees("this help")
    await desk.press("]")
    await desk.sees("2 possible customers")
    await desk.press("1")
    await desk.no_longer_sees(".chooser")
    await desk.press("[")
    await desk.card_of("Ada Byron")
    await desk.press("Escape")
    await desk.no_longer_sees(".help")


async def test_the_tab_key_reaches_everything_that_can_be_pressed(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=HALLS)
    await desk.sees("Who is it?")
    count, _ = await desk.page.evaluate(VISIT)
    reached: set[int] = set()
    for _ in range(2 * count + 20):
        await desk.press("Tab")
        reached.add((await desk.page.evaluate(VISIT))[1])
        if len(reached - {-1}) == count:
            break
    assert reached - {-1} == set(range(count))
