"""A person reads their own figures, calls and data, and takes them along."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from browser.axe import violations
from browser.company import ADA, ARABIC, ARABIC_NAME, HALLS, LONG, LONG_NAME
from browser.desk import WITHIN_MS, Tab
from browser.house import House
from playwright.async_api import expect

WIDTHS = (360, 768, 1280, 3840)
NOTE = "=1+1, wants a pump and " + "a very long note " * 8


async def a_morning(house: House) -> None:
    """Calls of Ana's and Ben's; both write, and Sue opens one of Ana's."""
    desk = await house.open_desk("ana")
    for number, (caller, name) in enumerate(
        [(LONG, LONG_NAME), (ARABIC, ARABIC_NAME), (ADA, "Ada Byron")]
    ):
        call = await house.ring("ana", "ben", caller=caller, call_id=f"c-{number}")
        await desk.card_of(name)
        await house.answer(call, "ana")
        await house.hang_up(call)
    await house.ring("ana", caller=HALLS, call_id="missed", queue="sales")
    await house.hang_up("missed")
    await house.archived()
    for name, text in (("ana", NOTE), ("ben", "Secret of Ben")):
        done = await house.post(name, "/v1/calls/c-0/notes", text=text)
        assert done[0] == 201
    assert (await house.post("ana", "/v1/calls/c-0/disposition", code="sold"))[0] == 200
    await house.get("sue", "/v1/calls/c-0")
    await house.archived()
    await desk.page.close()


async def my_page(house: House, name: str, **context: Any) -> Tab:
    person = await house.person(name, **context)
    tab = Tab(await person.new_page("/me"))
    await expect(tab.page.get_by_role("heading", level=1)).to_have_text("My data")
    await expect(tab.part('[data-section="account"]')).to_be_visible(timeout=WITHIN_MS)
    return tab


async def looks_right(tab: Tab) -> None:
    """No sideways scrolling at any width, and axe finds nothing, light and dark."""
    for width in WIDTHS:
        await tab.page.set_viewport_size({"width": width, "height": 900})
        assert await tab.fits_in_width(), f"at {width} px"
    await tab.page.set_viewport_size({"width": 1280, "height": 900})
    assert await violations(tab) == []


async def test_an_agent_reads_figures_calls_and_what_is_stored(house: House) -> None:
    await a_morning(house)
    tab = await my_page(house, "ana")
    for name, count in (("rang", 4), ("answered", 3), ("missed", 1), ("notes", 1)):
        row = tab.part(f'[data-figure="{name}"] td')
        assert await row.all_inner_texts() == [str(count)] * 2, name
    await expect(tab.part('[data-figure="result"]')).to_contain_text("Sold")
    await expect(tab.part(".me-calls tbody tr")).to_have_count(4)
    await tab.sees(LONG_NAME, within=".me-calls")
    await tab.sees("Missed", within=".me-calls")
    for section in await tab.part("details[data-section] > summary").all():
        await section.click()
    await tab.sees(re.compile("wants a pump"), within='[data-section="notes"]')
    await tab.sees("Opened a call", within='[data-section="looks"]')
    assert "Secret of Ben" not in await tab.part("main").inner_text()
    await looks_right(tab)
    assert tab.complaints == []


async def test_who_has_no_telephone_reads_that_there_is_nothing(house: House) -> None:
    await a_morning(house)
    for name in ("sue", "ada"):
        tab = await my_page(house, name)
        await tab.sees("No call was at your telephone in these days.")
        assert "Secret of Ben" not in await tab.part("main").inner_text()
        await looks_right(tab)


async def test_calls_of_a_range_are_chosen_by_keyboard_and_saved(
    house: House, tmp_path: Path
) -> None:
    await a_morning(house)
    tab = await my_page(house, "ana")
    today = tab.button("Today")
    await today.focus()
    await tab.press("Enter")
    await expect(today).to_have_attribute("aria-pressed", "true")
    await expect(tab.part(".me-calls tbody tr")).to_have_count(4)
    async with tab.page.expect_download() as started:
        await tab.button("CSV").click()
    await (await started.value).save_as(tmp_path / "my-calls.csv")
    with (tmp_path / "my-calls.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["call_id"] for row in rows] == ["missed", "c-2", "c-1", "c-0"]
    assert rows[-1]["note"] == f"'{NOTE}"
    await tab.page.get_by_label("To", exact=True).fill("2000-01-01")
    await tab.sees("Choose a first day that is not after the last one.")
    await tab.page.get_by_label("From", exact=True).fill("2000-01-01")
    await tab.sees("No call was at your telephone in these days.")


async def test_everything_is_saved_in_one_file(house: House, tmp_path: Path) -> None:
    await a_morning(house)
    tab = await my_page(house, "ana")
    async with tab.page.expect_download() as started:
        await tab.button("Download everything (JSON)").click()
    await (await started.value).save_as(tmp_path / "my-data.json")
    await tab.sees("Saved as my-data.json.")
    text = (tmp_path / "my-data.json").read_text(encoding="utf-8")
    saved = json.loads(text)
    rows = {section["name"]: section["rows"] for section in saved["sections"]}
    assert [row["text"] for row in rows["notes"]] == [NOTE]
    assert len(rows["calls"]) == 4
    assert all(section["next_to"] is None for section in saved["sections"])
    assert "Secret of Ben" not in text


async def test_a_service_that_is_away_is_told_in_words(house: House) -> None:
    tab = await my_page(house, "ana")
    await house.goes_down()
    await tab.button("Today").click()
    await tab.sees("The service cannot be reached.", within=".me-calls")
    await tab.button("Download everything (JSON)").click()
    await tab.sees("The service cannot be reached.", within=".me-download")
    await looks_right(tab)


@pytest.mark.parametrize("name", ["ana", "sue", "ada"])
async def test_the_page_is_linked_for_each_role(house: House, name: str) -> None:
    person = await house.person(name)
    page = await person.new_page("/recalls")
    link = page.get_by_role("link", name="My data")
    await link.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("My data")
    await expect(link).to_have_attribute("aria-current", "page")


async def test_from_the_desk_it_opens_in_another_tab(house: House) -> None:
    desk = await house.open_desk("ana")
    async with desk.page.context.expect_page() as opened:
        await desk.page.get_by_role("link", name="My data").click()
    page = await opened.value
    await expect(page.get_by_role("heading", level=1)).to_have_text("My data")
    await expect(desk.part("main.desk")).to_be_visible()
