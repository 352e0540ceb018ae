"""Is what the agent writes safe, and how is a call finished?"""

from __future__ import annotations

import re

import pytest
from browser.company import ADA, HALLS
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


async def test_the_end_of_the_call_leads_to_wrap_up_and_finish_leads_back(
    house: House,
) -> None:
    board = await house.open_wallboard("sue")
    desk, call = await talking(house)
    await desk.chooses_state("Available")
    await desk.state_is("Available")
    await house.hang_up(call)
    await desk.call_is("After-call work")
    await desk.sees(re.compile("Call over, talked"), within=".hero")
    await desk.state_is("Wrap-up")
    await board.sees("Ana", within='[data-doing="wrap_up"]')
    await desk.sees("then Available")
    await desk.press("Control+Enter")
    await desk.has_no_card()
    await desk.state_is("Available")
    await board.sees("Ana", within='[data-doing="available"]')


async def test_a_break_asked_for_during_the_call_begins_after_the_wrap_up(
    house: House,
) -> None:
    desk, call = await talking(house)
    await desk.chooses_state("Break")
    await desk.state_is("Break")
    await house.hang_up(call)
    await desk.state_is("Wrap-up")
    await desk.page.reload()
    await desk.sees("then Break")
    await desk.button("Finish").click()
    await desk.state_is("Break")


async def test_a_state_chosen_during_the_wrap_up_is_the_agents_word(
    house: House,
) -> None:
    desk, call = await talking(house)
    await desk.chooses_state("Available")
    await house.hang_up(call)
    await desk.state_is("Wrap-up")
    await desk.chooses_state("Break")
    await desk.state_is("Break")
    await desk.button("Finish").click()
    await desk.has_no_card()
    await desk.state_is("Break")


async def test_the_end_of_the_call_takes_nothing_from_who_is_typing(
    house: House,
) -> None:
    desk, call = await talking(house)
    await desk.chooses_state("Available")
    await desk.writes("wants ")
    before = await desk.landmarks()
    await house.hang_up(call)
    await desk.state_is("Wrap-up")
    await expect(desk.note).to_be_focused()
    await desk.note.press_sequentially("forty")
    await expect(desk.note).to_have_value("wants forty")
    assert await desk.landmarks() == before


async def test_with_two_calls_the_wrap_up_lasts_until_both_are_finished(
    house: House,
) -> None:
    desk, first = await talking(house)
    await desk.chooses_state("Available")
    second = await house.ring("ana", caller=HALLS)
    await house.answer(second, "ana")
    await house.hang_up(first)
    await house.hang_up(second)
    await desk.state_is("Wrap-up")
    await desk.button("Finish").click()
    await expect(desk.page.get_by_role("tab")).to_have_count(1)
    await desk.sees("then Available")
    await desk.state_is("Wrap-up")
    await desk.button("Finish").click()
    await desk.has_no_card()
    await desk.state_is("Available")


async def test_what_is_finished_in_one_tab_is_finished_in_all(house: House) -> None:
    person = await house.person("ana")
    here, there = await person.another_tab(), await person.another_tab()
    await here.chooses_state("Available")
    await there.state_is("Available")
    call = await house.ring("ana", caller=ADA)
    await house.answer(call, "ana")
    await house.hang_up(call)
    await here.state_is("Wrap-up")
    await there.sees("then Available")
    await there.button("Finish").click()
    await there.has_no_card()
    await here.has_no_card()
    await here.state_is("Available")
    later = await person.another_tab()
    await later.state_is("Available")
    await later.has_no_card()


async def test_a_result_given_during_the_call_ends_the_wrap_up_after_a_reload(
    house: House,
) -> None:
    desk, call = await talking(house)
    await desk.chooses_state("Available")
    await desk.button("Sold").click()
    await expect(desk.part('.dispositions [data-state="saved"]')).to_be_visible()
    await house.hang_up(call)
    await desk.state_is("Wrap-up")
    await desk.page.reload()
    await desk.state_is("Available")
    await desk.has_no_card()


async def test_a_call_that_nobody_answered_leaves_by_itself(house: House) -> None:
    desk = await house.open_desk("ana")
    await desk.chooses_state("Available")
    call = await house.ring("ana", caller=ADA)
    await desk.card_of("Ada Byron")
    await house.hang_up(call)
    await desk.has_no_card()
    await desk.sees("caller hung up", within=".farewells")
    await desk.state_is("Available")


@pytest.mark.parametrize("height", [640, 800])
async def test_where_it_is_narrow_all_that_is_needed_is_in_reach(
    house: House, height: int
) -> None:
    desk = await house.open_desk(
        "ana", viewport={"width": 360, "height": height}, has_touch=True
    )
    call = await house.ring("ana", caller=ADA)
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    await desk.button(re.compile("Result"), exact=False).tap()
    for label in ("Sold", "Call back"):
        await expect(desk.button(label)).to_be_in_viewport(ratio=1)
    await desk.button("Sold").tap()
    await desk.button("Result Sold").tap()
    await expect(desk.button("Call back")).to_be_hidden()
    await house.hang_up(call)
    await desk.call_is("After-call work")
    for label in ("Sold", "Call back", "Finish"):
        await expect(desk.button(label)).to_be_in_viewport(ratio=1)
    assert await desk.fits_in_width()
    await desk.button("Finish").tap()
    await desk.has_no_card()


async def test_result_and_note_are_kept_and_the_finished_card_leaves(
    house: House,
) -> None:
    desk, call = await talking(house)
    await desk.writes("ordered 40 cogs")
    await desk.button("Sold").click()
    await expect(desk.button("Finish")).to_be_disabled()
    await house.hang_up(call)
    await desk.call_is("After-call work")
    await desk.button("Finish").click()
    await desk.has_no_card()
    await house.archived()
    await house.ring("ana", caller=ADA)
    await desk.facet_says("interactions", "ordered 40 cogs")
    await desk.facet_says("interactions", "Sold")


async def test_a_result_that_needs_a_note_waits_for_it(house: House) -> None:
    desk, call = await talking(house)
    await house.hang_up(call)
    await desk.button("Call back").click()
    await desk.sees("“Call back” needs a note.")
    await desk.button("Finish").click()
    await expect(desk.note).to_be_focused()
    await desk.writes("after five")
    await desk.note_is_saved()
    await desk.button("Finish").click()
    await desk.has_no_card()


async def test_a_recent_call_gets_its_outcome_after_its_leg_has_left(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    await desk.chooses_state("Available")
    call = await house.ring("ana", caller=ADA, queue="sales")
    await desk.card_of("Ada Byron")
    await house.event("ended", call, "ana", scope="leg")
    await desk.has_no_card()
    recent = desk.part(".recent li")
    await expect(recent).to_contain_text("Sales")
    await house.hang_up(call)
    await expect(recent).to_contain_text(re.compile("Missed|Abandoned"))


async def test_a_result_is_named_by_its_label_everywhere(house: House) -> None:
    desk, call = await talking(house)
    await house.hang_up(call)
    await desk.writes("after five")
    await desk.button("Wants a quote").click()
    await expect(desk.part('.dispositions [data-state="saved"]')).to_be_visible()
    await desk.button("Finish").click()
    await house.archived()
    await expect(desk.part(".recent li")).to_contain_text("Wants a quote")
    await house.ring("ana", caller=ADA)
    await desk.facet_says("interactions", "Wants a quote")


async def test_the_day_begins_with_one_click(house: House) -> None:
    desk = await house.open_desk("ana")
    await desk.sees("You are not available now")
    await desk.button("Begin: I am available").click()
    await desk.state_is("Available")
    await expect(desk.button("Begin: I am available")).to_have_count(0)


async def test_an_agent_sets_their_state_and_finds_it_after_a_reload(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    await desk.chooses_state("Break")
    await desk.state_is("Break")
    await desk.page.reload()
    await desk.state_is("Break")
    await desk.press("Alt+Shift+A")
    await desk.state_is("Available")
