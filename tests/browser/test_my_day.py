"""A day of one's own: search calls, read one in full, note later, who waits now."""

from __future__ import annotations

import os
from typing import Any

import pytest
from browser.axe import violations
from browser.company import ADA, ARABIC, HALLS
from browser.desk import WITHIN_MS, Tab
from browser.house import House
from browser.test_me import a_morning, my_page
from playwright.async_api import expect

WIDTHS = (360, 1280, 2560)
PICTURES = os.environ.get("SCREENPOP_PICTURES")  # a folder, to look at them
ROWS = ".me-calls tr[data-call]"


@pytest.fixture
def house_settings() -> dict[str, Any]:
    return {"calls": {"short_abandon_s": 0}, "privacy": {"agent_figures_for": "agent"}}


async def calls_are(tab: Tab, *calls: str) -> None:
    rows = tab.part(ROWS)
    await expect(rows).to_have_count(len(calls), timeout=WITHIN_MS)
    found = [await row.get_attribute("data-call") for row in await rows.all()]
    assert found == list(calls)


async def opened_by_keyboard(tab: Tab, call: str) -> None:
    await tab.part(f'tr[data-call="{call}"] button').focus()
    await tab.press("Enter")
    await expect(tab.part(".me-full .me-facts")).to_be_visible()


async def looks_right(tab: Tab, name: str) -> None:
    """No sideways scrolling at any width, and axe finds nothing, light and dark."""
    for width in WIDTHS:
        await tab.page.set_viewport_size({"width": width, "height": 900})
        assert await tab.fits_in_width(), f"at {width} px"
        for scheme in ("light", "dark") if PICTURES else ():
            await tab.page.emulate_media(color_scheme=scheme)
            path = f"{PICTURES}/{name}-{width}-{scheme}.png"
            await tab.page.screenshot(path=path, full_page=True)
    await tab.page.emulate_media(color_scheme="light")
    await tab.page.set_viewport_size({"width": 1280, "height": 900})
    assert await violations(tab) == []


async def test_a_call_is_searched_opened_and_noted_by_keyboard(house: House) -> None:
    await a_morning(house)
    tab = await my_page(house, "ana")
    await calls_are(tab, "missed", "c-2", "c-1", "c-0")
    await tab.page.get_by_label("Search", exact=True).focus()
    await tab.page.keyboard.type("byron")
    await calls_are(tab, "c-2")
    await opened_by_keyboard(tab, "c-2")
    for words in ("Rang", "Answered", "Ended", "Course of the call", "Earlier calls"):
        await tab.sees(words, within=".me-full")
    await tab.page.get_by_label("Your note").focus()
    await tab.page.keyboard.type("Call again\nabout the cog")
    await tab.press("Tab")
    await tab.press("Enter")
    await tab.sees("Saved:", within=".me-own-note")
    await tab.sees("about the cog", within='tr[data-call="c-2"] [data-column="note"]')
    await looks_right(tab, "open")
    await house.archived()
    await tab.page.reload()  # the address keeps the search
    await calls_are(tab, "c-2")
    await opened_by_keyboard(tab, "c-2")
    note = tab.page.get_by_label("Your note")
    await expect(note).to_have_value("Call again\nabout the cog")
    await note.fill("Done")
    await tab.button("Save note").click()
    await tab.sees("Done", within='tr[data-call="c-2"] [data-column="note"]')
    assert tab.complaints == []


async def test_choices_narrow_the_list_and_are_cleared(house: House) -> None:
    await a_morning(house)
    tab = await my_page(house, "ana")
    await tab.page.get_by_label("Outcome").select_option("Missed")
    await calls_are(tab, "missed")
    await tab.page.get_by_label("Direction").select_option("Outbound")
    await tab.sees("No call of these days fits.")
    await looks_right(tab, "none")
    await tab.button("Clear search").click()
    await calls_are(tab, "missed", "c-2", "c-1", "c-0")
    await tab.page.get_by_role("combobox", name="Note").select_option("With a note")
    await calls_are(tab, "c-0")
    assert tab.page.url.endswith("/me?note=with")
    await opened_by_keyboard(tab, "c-0")
    await tab.sees("Result: Sold", within=".me-written")
    await tab.sees("Balance", within=".me-full")
    await tab.part('tr[data-call="c-0"] button').click()
    await expect(tab.part(".me-full")).to_have_count(0)


async def test_the_day_says_who_waits_and_whom_to_call_back(house: House) -> None:
    await a_morning(house)
    call = await house.ring("ana", caller=HALLS, queue="sales")
    await house.event("ended", call, outcome="voicemail")
    for call_id, caller in (("w-1", ADA), ("w-2", ARABIC)):
        where = {"from": caller, "queue": "sales", "to": "+442079460100"}
        await house.event("queued", call_id, **where)
    tab = await my_page(house, "ana")
    await tab.sees("2", within='.me-waiting [data-queue="sales"]')
    await tab.sees("longest", within='.me-waiting [data-queue="sales"]')
    answered = tab.part('[data-today="answered"] dd')
    await expect(answered).to_have_text("3")
    row = tab.part(".me-recalls .recall")
    await expect(row).to_have_count(1, timeout=WITHIN_MS)
    await tab.button("I call back").focus()
    await tab.press("Enter")
    await tab.sees("You call back", within=".me-recalls")
    await looks_right(tab, "day")
    await tab.part('.me-recalls a[href="/recalls"]').click()
    await tab.sees(HALLS[-4:], within=".recall-page")
    assert tab.complaints == []


async def test_an_opened_call_fits_a_narrow_window_in_each_language(
    house: House,
) -> None:
    await a_morning(house)
    for language in ("de", "fr", "es", "it", "nl", "pl", "ar"):
        person = await house.person("ana", locale=language)
        tab = Tab(await person.new_page("/me?note=with"))
        await opened_by_keyboard(tab, "c-0")
        await expect(tab.part(".me-written li")).to_have_count(2)
        assert "Earlier calls" not in await tab.part(".me-full").inner_text()
        assert "Customer" not in await tab.part(".me-full").inner_text()
        await tab.page.set_viewport_size({"width": 360, "height": 900})
        assert await tab.fits_in_width(), language
        if PICTURES:
            path = f"{PICTURES}/open-{language}.png"
            await tab.part(".me-calls").screenshot(path=path)
        await person.context.close()
