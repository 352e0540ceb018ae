"""Does a supervisor see the calls move, and how each number is counted?"""

from __future__ import annotations

import re

from browser.company import ADA
from browser.house import House
from playwright.async_api import expect


async def test_numbers_move_with_the_calls(house: House) -> None:
    board = await house.open_wallboard("sue")
    await board.is_live()
    await house.event("queued", "c-1", queue="sales", direction="inbound")
    await board.shows("Waiting", "1")
    await board.shows_for("Sales", "Waiting", "1")
    await board.shows("Average speed of answer", "–")
    await house.ring("ana", caller=ADA, call_id="c-1", queue="sales")
    await board.shows("Ringing", "1")
    await house.answer("c-1", "ana")
    await board.shows("Talking", "1")
    await board.shows_for("Sales", "Answered", "1")
    await board.shows("Average speed of answer", re.compile(r"\d:\d\d"))
    await expect(board.part('[data-doing="talking"]')).to_contain_text("Ana")
    await house.hang_up("c-1")
    await board.shows("Talking", "0")


async def test_queues_and_agents_are_seen_without_scrolling(house: House) -> None:
    board = await house.open_wallboard("sue", viewport={"width": 1280, "height": 800})
    await board.is_live()
    await house.event("queued", "c-1", queue="sales", direction="inbound")
    await board.shows_for("Sales", "Waiting", "1")
    await house.ring("ana", caller=ADA)
    ringing = board.part('[data-doing="alerting"] li')
    await expect(ringing).to_contain_text("Ana")
    await expect(ringing).to_be_in_viewport(ratio=1)


async def test_every_number_has_its_formula_on_show(house: House) -> None:
    board = await house.open_wallboard("sue")
    await board.is_live()
    labels = await board.part(".tile dt").all_inner_texts()
    explained = await board.part(".formulas dt").all_inner_texts()
    assert len(labels) > 8
    assert set(labels) <= set(explained)
    for formula in await board.part(".formulas dd").all_inner_texts():
        assert len(formula) > 10
    await board.button("Formulas").click()
    await expect(board.part(".tile .formula").first).to_be_visible()


async def test_a_state_set_on_the_desk_is_seen_on_the_wallboard(house: House) -> None:
    board = await house.open_wallboard("sue")
    await board.is_live()
    desk = await house.open_desk("ana")
    await desk.chooses_state("Break")
    await expect(board.part('[data-doing="break"]')).to_contain_text("Ana")
    await board.sees(re.compile("live, last change"))
