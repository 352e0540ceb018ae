"""Is what the agent writes safe, and how is a call finished?"""

from __future__ import annotations

from browser.company import ADA
from browser.desk import Desk
from browser.house import House
from playwright.async_api import expect


async def talking(house: House) -> tuple[Desk, str]:
    desk = await house.open_desk("ana")
    call = await house.ring("ana", caller=ADA)
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    return desk, call


async def test_a_note_is_saved_as_it_is_typed_and_survives_a_reload(
    house: House,
) -> None:
    desk, _ = await talking(house)
    await desk.writes("wants a quote for 40 cogs")
    await desk.note_is_saved()
    await desk.page.reload()
    await desk.card_of("Ada Byron")
    await expect(desk.note).to_have_value("wants a quote for 40 cogs")


async def test_a_reload_in_the_middle_of_a_word_loses_nothing(house: House) -> None:
    desk, _ = await talking(house)
    await desk.writes("wants a qu")
    await desk.page.reload()
    await desk.card_of("Ada Byron")
    await expect(desk.note).to_have_value("wants a qu")
    await desk.note_is_saved()


async def test_result_and_note_are_kept_and_the_finished_card_leaves(
    house: House,
) -> None:
    desk, call = await talking(house)
    await desk.writes("ordered 40 cogs")
    await desk.button("Sold").click()
    await expect(desk.button("Finish")).to_be_disabled()
    await house.hang_up(call)
    await desk.call_is("Wrap-up")
    await desk.chooses_state("Wrap-up")
    await desk.state_is("Wrap-up")
    await desk.button("Finish").click()
    await desk.has_no_card()
    await desk.state_is("Available")
    await house.archived()
    await house.ring("ana", caller=ADA)
    await desk.facet_says("interactions", "ordered 40 cogs")
    await desk.facet_says("interactions", "Sold")


async def test_a_result_that_needs_a_note_waits_for_it(house: House) -> None:
    desk, call = await talking(house)
    await house.hang_up(call)
    await desk.button("Call back").click()
    await desk.sees("“Call back” needs a note.")
    await expect(desk.button("Finish")).to_be_disabled()
    await desk.writes("after five")
    await desk.note_is_saved()
    await desk.button("Finish").click()
    await desk.has_no_card()


async def test_an_agent_sets_their_state_and_finds_it_after_a_reload(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    await desk.chooses_state("Break")
    await desk.state_is("Break")
    await desk.page.reload()
    await desk.state_is("Break")
    await desk.press("Shift+A")
    await desk.state_is("Available")
