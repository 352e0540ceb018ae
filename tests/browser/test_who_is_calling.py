"""How does the desk find out who calls: one, several, nobody, hidden?"""

from __future__ import annotations

import re

import pytest
from browser.company import HALLS, STRANGER
from browser.house import House
from playwright.async_api import expect


@pytest.mark.parametrize("by", ["key", "click"])
async def test_one_of_several_customers_is_chosen_for_this_call_only(
    house: House, by: str
) -> None:
    desk = await house.open_desk("ana")
    call = await house.ring("ana", caller=HALLS)
    await desk.sees("Who is it?")
    await desk.sees("First choose who it is")
    await desk.facet_says("balance", "waits until you choose who it is")
    assert "balance" not in house.company.asked
    carla = desk.part(".candidates button").filter(has_text="Carla Hall")
    await expect(carla).to_contain_text("York")
    await expect(carla).to_contain_text("Index cards 9")
    if by == "click":
        await carla.click()
    else:
        await desk.press((await carla.locator("kbd").inner_text()).strip())
    await desk.card_of("Carla Hall")
    await desk.no_longer_sees(".chooser")
    await desk.facet_says("balance", "£1,250.00")
    await house.hang_up(call)
    await desk.has_no_card()
    await house.ring("ana", caller=HALLS)
    await desk.sees("Who is it?")
    assert await desk.part(".candidates button").count() == 2


@pytest.mark.parametrize("by", ["key", "click"])
async def test_a_choice_that_shall_be_kept_is_offered_first_and_never_sure(
    house: House, by: str
) -> None:
    desk = await house.open_desk("ana")
    call = await house.ring("ana", caller=HALLS)
    await desk.part(".offer-first input").check()
    carla = desk.part(".candidates button").filter(has_text="Carla Hall")
    if by == "click":
        await carla.click()
    else:
        await desk.press((await carla.locator("kbd").inner_text()).strip())
    await desk.card_of("Carla Hall")
    await house.hang_up(call)
    await desk.has_no_card()
    await house.ring("ana", caller=HALLS)
    await desk.sees("Who is it?")
    candidates = desk.part(".candidates button")
    await expect(candidates.nth(0)).to_contain_text("Carla Hall")
    await expect(candidates.nth(0)).to_contain_text("likely")
    await expect(candidates.nth(1)).to_contain_text("Ben Hall")


async def test_how_sure_each_candidate_is_stands_in_the_readers_language(
    house: House,
) -> None:
    desk = await house.open_desk("ana", locale="de")
    await house.ring("ana", caller=HALLS)
    words = desk.part(".candidates .sure-word")
    await expect(words).to_have_text(["vielleicht", "vielleicht"])


async def test_a_wrong_choice_is_changed_with_one_click(house: House) -> None:
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=HALLS)
    await desk.part(".candidates button").filter(has_text="Ben Hall").click()
    await desk.card_of("Ben Hall")
    await desk.button(re.compile("^Not them"), exact=False).click()
    await desk.part(".candidates button").filter(has_text="Carla Hall").click()
    await desk.card_of("Carla Hall")


async def test_an_unknown_caller_is_named_in_a_form_and_known_from_then_on(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    call = await house.ring("ana", caller=STRANGER)
    await desk.sees("No customer has this number")
    await desk.page.get_by_label("Name", exact=True).fill("Dora Winter")
    await desk.page.get_by_label("Company", exact=True).fill("Winter Ltd")
    await desk.button("Save caller").click()
    await desk.card_of("Dora Winter")
    await desk.no_longer_sees(".chooser")
    await house.hang_up(call)
    await desk.has_no_card()
    await house.ring("ana", caller=STRANGER)
    await desk.card_of("Dora Winter")


async def test_a_withheld_number_is_said_plainly_and_never_looked_up(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    await house.ring("ana", caller="anonymous")
    await desk.card_of("Withheld number")
    await desk.sees("The caller withheld their number.")
    await desk.sees(re.compile("Nothing was looked up"))
    await expect(desk.part(".facet")).to_have_count(0)
    assert house.company.asked == []
