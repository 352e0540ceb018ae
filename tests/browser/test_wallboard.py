"""Does a supervisor see the calls move, and how each number is counted?"""

from __future__ import annotations

import re

from browser.axe import violations
from browser.company import ADA
from browser.desk import Tab
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


async def test_a_share_of_nothing_is_a_dash(house: House) -> None:
    board = await house.open_wallboard("sue")
    await board.is_live()
    await house.event("queued", "c-1", queue="sales", direction="inbound")
    await house.event("ended", "c-1")
    await board.shows("Short abandons", "1")
    await board.shows("Abandon rate", "–")


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
    await board.page.get_by_text("Service level in seven formulas").click()
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


async def test_a_supervisor_clears_a_call_that_is_stuck(house: House) -> None:
    board = await house.open_wallboard("sue")
    await board.is_live()
    await house.event("queued", "ghost", queue="sales", direction="inbound")
    await board.shows("Waiting", "1")
    await board.part(".live-calls summary").click()
    row = board.part(".live-calls tbody tr").filter(has_text="ghost")
    await expect(row).to_contain_text("Sales")
    await row.get_by_role("button", name="Clear…").click()
    await row.get_by_role("button", name="It is over: clear it").click()
    await board.shows("Waiting", "0")
    await board.sees("No call goes on.")


async def test_live_calls_are_named_as_on_the_board_and_clear_can_be_taken_back(
    house: House,
) -> None:
    board = await house.open_wallboard("sue")
    call = await house.ring("ana", caller=ADA, queue="sales")
    await house.answer(call, "ana")
    await house.event("held", call, "ana")
    await board.part(".live-calls summary").click()
    row = board.part(".live-calls tbody tr")
    await expect(row).to_contain_text("On hold")
    clear = row.get_by_role("button", name="Clear…")
    armed = row.get_by_role("button", name="It is over: clear it")
    await clear.click()
    await expect(armed).to_be_focused()
    await board.press("Escape")
    await expect(armed).to_have_count(0)
    await clear.click()
    await expect(armed).to_be_visible()
    await board.part("h1").first.evaluate("document.activeElement.blur()")
    await expect(clear).to_be_visible()


async def test_a_line_that_reports_no_queues_is_named_and_fills_the_figures(
    house: House,
) -> None:
    board = await house.open_wallboard("sue")
    await board.is_live()
    call = await house.ring("ana", caller=ADA, queue="sales")
    await board.sees(re.compile("Line main reports no queues"))
    await house.event("answered", call, "ana", queue="sales")
    await board.shows_for("Sales", "Answered", "1")
    await board.shows("Offered", "1")
    await house.event("queued", "c-9", queue="sales", direction="inbound")
    await board.no_longer_sees(".lines-without-queues")


async def test_who_left_without_logging_out_stands_under_no_desk(
    house: House,
) -> None:
    board = await house.open_wallboard("sue")
    desk = await house.open_desk("ana")
    await desk.chooses_state("Available")
    await board.shows("Available", "1")
    await desk.page.close()
    await board.shows("No desk", "1")
    await board.shows("Available", "0")
    await expect(board.part('[data-doing="no_desk"]')).to_contain_text("Ana")


async def test_the_numbers_stand_still_and_say_so_when_the_connection_is_lost(
    house: House,
) -> None:
    board = await house.open_wallboard("sue")
    await board.is_live()
    await house.event("queued", "c-1", queue="sales", direction="inbound")
    await board.shows("Longest wait", re.compile("0:0[2-9]"))
    await house.goes_down()
    await board.sees(re.compile(r"stale: as of .*, not live"))
    await board.shows("Longest wait", re.compile("0:0[2-9]|0:1"))


async def test_a_person_chooses_columns_order_and_queues(house: House) -> None:
    board = await house.open_wallboard("sue")
    await board.is_live()
    names = [f"{word} {n}" for word in ("Orders", "Repairs") for n in range(4)]
    for number, name in enumerate(names):
        for call in range(number % 4 + 1):
            await house.event("queued", f"c-{number}-{call}", queue=name)
    rows = board.part(".queues table").first.locator("tbody th")
    await expect(rows).to_have_count(9)  # Sales is always there
    await board.page.get_by_text("Columns", exact=True).click()
    box = board.page.get_by_role("checkbox", name="Talking")
    await box.uncheck()
    await board.page.get_by_role("checkbox", name="Diverted").check()
    heads = board.part(".queues table").first.locator("thead th")
    await expect(heads.filter(has_text="Diverted")).to_have_count(1)
    await expect(heads.filter(has_text="Talking")).to_have_count(0)
    waiting = heads.filter(has_text="Waiting")
    await waiting.get_by_role("button").click()
    await expect(waiting).to_have_attribute("aria-sort", "descending")
    await expect(rows.first).to_have_text("Orders 3")
    assert await violations(board) == []
    await board.page.reload()
    await board.is_live()
    await expect(rows.first).to_have_text("Orders 3")
    await expect(heads.filter(has_text="Talking")).to_have_count(0)
    await board.page.get_by_label("Only queues with").fill("rep")
    await expect(rows).to_have_text([f"Repairs {n}" for n in (3, 2, 1, 0)])
    await board.page.get_by_text("Columns", exact=True).click()
    await board.button("The usual ones").click()
    await expect(heads.filter(has_text="Talking")).to_have_count(1)


async def test_a_figure_opens_the_calls_behind_it(house: House) -> None:
    board = await house.open_wallboard("sue")
    await board.is_live()
    await house.event("queued", "c-1", queue="sales", direction="inbound")
    await board.shows_for("Sales", "Waiting", "1")
    await board.page.get_by_title("The calls of: Waiting").first.click()
    await board.sees("Sales", within=".live-calls table")
    await house.ring("ana", caller=ADA, call_id="c-1", queue="sales")
    await house.answer("c-1", "ana")
    await house.hang_up("c-1")
    await house.archived()
    await board.shows_for("Sales", "Answered", "1")
    async with board.page.context.expect_page() as opened:
        await board.part(".queues").get_by_title("The calls of: Answered").click()
    reports = Tab(await opened.value)
    await reports.sees("Answered: the calls")
    await reports.sees("c-1", within=".call-list")
    assert await violations(board) == []
