"""Is every word that an agent writes kept, also late and in two tabs?"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import aiohttp
from browser.company import ADA
from browser.desk import Desk
from browser.house import House, open_house
from playwright.async_api import Browser, expect

WITHIN_S = 30


async def results_of(house: House, words: str) -> list[str | None]:
    headers = {"Cookie": await house.cookie_of("ana")}
    async with aiohttp.ClientSession() as http:
        answer = await http.get(f"{house.url}/v1/calls?limit=5", headers=headers)
        calls = (await answer.json())["calls"]
    return [x["disposition"] for x in calls if x["note"] == words]


async def kept_in_history(house: House, words: str, result: str | None = None) -> None:
    async with asyncio.timeout(WITHIN_S):
        while await results_of(house, words) != [result]:
            await asyncio.sleep(0.05)


async def test_a_note_written_long_after_its_call_is_kept(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium, calls={"linger_s": 0.1}) as house:
        desk = await house.open_desk("ana")
        call = await house.ring("ana", caller=ADA)
        await house.answer(call, "ana")
        await desk.call_is("Talking")
        await desk.note.focus()
        await house.hang_up(call)
        await desk.call_is("After-call work")
        await house.archived()
        async with asyncio.timeout(WITHIN_S):
            while house.service.hub.desk.cases:
                await house.ring("ben", caller=ADA, call_id="later")
                await house.hang_up("later")
                await asyncio.sleep(0.2)
        await desk.note.press_sequentially("promised for Monday")
        await desk.note_is_saved()
        await desk.button("Sold").click()
        await expect(desk.part('.dispositions [data-state="saved"]')).to_be_visible()
        await kept_in_history(house, "promised for Monday", "sold")


async def in_wrap_up(house: House) -> Desk:
    desk = await house.open_desk("ana")
    call = await house.ring("ana", caller=ADA)
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    await house.hang_up(call)
    await desk.call_is("After-call work")
    return desk


async def test_a_result_goes_out_after_its_note_though_the_card_is_finished(
    house: House,
) -> None:
    desk = await in_wrap_up(house)
    await desk.press("Alt+2")
    await desk.note.evaluate(TYPES, "pays on Monday")
    await desk.press("Control+Enter")
    await desk.has_no_card()
    await kept_in_history(house, "pays on Monday", "call_back")


async def test_a_result_that_waits_for_its_note_survives_a_reload(
    house: House,
) -> None:
    desk = await in_wrap_up(house)
    await desk.press("Alt+2")
    waiting = desk.part('.dispositions [data-state="waiting"]')
    await expect(waiting).to_have_text("Call back")
    await expect(waiting).to_have_css("border-style", "dashed")
    await desk.page.reload()
    await expect(waiting).to_have_text("Call back")
    await desk.writes("pays on Monday")
    await desk.press("Control+Enter")
    await desk.has_no_card()
    await kept_in_history(house, "pays on Monday", "call_back")


async def test_note_and_result_of_a_finished_card_outlive_the_connection_and_the_page(
    house: House,
) -> None:
    desk = await in_wrap_up(house)
    await house.goes_down()
    await desk.sees(re.compile("Connection lost at"))
    await desk.press("Alt+2")
    await desk.note.evaluate(TYPES, "pays on Monday")
    await desk.press("Control+Enter")
    await desk.has_no_card()
    await house.comes_back()
    await desk.page.reload()
    await desk.is_ready()
    await kept_in_history(house, "pays on Monday", "call_back")


async def test_two_tabs_that_write_at_once_keep_the_words_of_both(
    house: House,
) -> None:
    person = await house.person("ana")
    here, there = await person.another_tab(), await person.another_tab()
    call = await house.ring("ana", caller=ADA)
    await house.answer(call, "ana")
    await here.call_is("Talking")
    await there.call_is("Talking")
    await here.writes("x")
    await here.note_is_saved()
    await expect(there.note).to_have_value("x")
    await asyncio.gather(
        here.note.evaluate(TYPES, " AAA"), there.note.evaluate(TYPES, " BBB")
    )
    both = re.compile(r"^x (AAA BBB|BBB AAA)$")
    await expect(here.note).to_have_value(both)
    await expect(there.note).to_have_value(both)
    await here.note_is_saved()
    await there.note_is_saved()
    await house.archived()
    words = await here.note.input_value()
    await kept_in_history(house, words)


TYPES = """(note, words) => {
    note.value += words;
    note.dispatchEvent(new Event("input", { bubbles: true }));
}"""


async def test_recent_calls_name_the_person_the_number_and_the_queue(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    call = await house.ring("ana", caller=ADA, queue="sales")
    await house.answer(call, "ana")
    await desk.facet_is("balance", "fresh")
    await house.hang_up(call)
    await desk.button("Finish").click()
    await house.archived()
    await desk.page.reload()
    recent = desk.part(".recent li")
    await expect(recent).to_contain_text("Ada Byron")
    await expect(recent).to_contain_text("020 7946 0958")
    await expect(recent).to_contain_text("Sales")
