"""Does the page fit its window, and can everybody read it?"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from browser.axe import violations
from browser.company import (
    ADA,
    ARABIC,
    ARABIC_NAME,
    FIRM,
    FIRM_NAME,
    HALLS,
    LONG,
    LONG_NAME,
    STRANGER,
)
from browser.desk import Desk
from browser.house import House
from playwright.async_api import expect

WIDTHS = (360, 1280, 1600)


async def desks(house: House, desk: Desk) -> AsyncIterator[str]:
    """Bring the desk from one of its main states to the next; yields their names."""
    yield "empty"
    house.company.holds("balance", "terms")
    call = await house.ring("ana", caller=LONG, queue="sales")
    await desk.card_of(LONG_NAME)
    await desk.facet_says("sales_history", "SO-0")
    yield "ringing, half the sources in"
    house.company.lets_go()
    await desk.facet_says("credit_terms", "£5,000.00")
    yield "complete, with a long name"
    await desk.press("Alt+Shift+S")
    yield "sources on show"
    await desk.press("Alt+Shift+S")
    await house.answer(call, "ana")
    await house.ring("ana", caller=ARABIC, call_id="rtl")
    await desk.page.get_by_role("tab").nth(1).click()
    await desk.card_of(ARABIC_NAME)
    yield "two calls, right to left"
    await house.hang_up("rtl")
    await house.hang_up(call)
    await desk.call_is("After-call work")
    await desk.button("Call back").click()
    yield "wrap-up, a note is missing"
    await desk.press("?")
    yield "help"
    await desk.press("Escape")
    await desk.button("Sold").click()
    await desk.press("Control+Enter")
    await desk.has_no_card()
    async for state in strangers(house, desk):
        yield state


async def strangers(house: House, desk: Desk) -> AsyncIterator[str]:
    call = await house.ring("ana", caller=HALLS)
    await desk.sees("Who is it?")
    yield "two candidates"
    await house.hang_up(call)
    call = await house.ring("ana", caller=STRANGER)
    await desk.sees("No customer has this number")
    yield "unknown"
    await house.hang_up(call)
    call = await house.ring("ana", caller="anonymous")
    await desk.card_of("Withheld number")
    yield "withheld"
    await house.hang_up(call)
    house.company.breaks("terms")
    house.company.holds("tickets")
    await house.ring("ana", caller=ADA)
    tickets = desk.facet("tickets")  # hung, or busy when the machine is
    await expect(tickets).to_have_attribute("data-state", "timed_out", timeout=30_000)
    yield "a source fails, another hangs"
    await house.goes_down()
    await desk.sees(re.compile("Connection lost"))
    yield "connection lost"


async def test_no_state_of_the_desk_scrolls_sideways(house: House) -> None:
    desk = await house.open_desk("ana")
    too_wide = []
    async for state in desks(house, desk):
        for width in WIDTHS:
            await desk.page.set_viewport_size({"width": width, "height": 800})
            if not await desk.fits_in_width():
                too_wide.append(f"{state} at {width} px")
        await desk.page.set_viewport_size({"width": 1280, "height": 800})
    assert too_wide == []


async def test_axe_finds_no_violation_on_the_desk_light_and_dark(house: House) -> None:
    desk = await house.open_desk("ana")
    found = []
    async for state in desks(house, desk):
        found += [f"{state}: {each}" for each in await violations(desk)]
    assert found == []


@pytest.mark.parametrize("page", ["log-in", "wallboard", "refused"])
async def test_the_other_pages_fit_and_axe_finds_no_violation(
    house: House, page: str
) -> None:
    if page == "log-in":
        tab = Desk(await (await house.stranger()).new_page())
        await tab.signs_in("ana", "wrong")
        await tab.sees(re.compile("password", re.IGNORECASE))
    else:
        name = "sue" if page == "wallboard" else "ana"
        tab = Desk((await house.open_wallboard(name)).page)
        await house.event("queued", "c-1", queue="sales", direction="inbound")
        await house.ring("ana", caller=ADA, queue="A queue with a very long name " * 3)
        await tab.sees("1" if page == "wallboard" else re.compile("for supervisors"))
    assert await violations(tab) == []
    for width in WIDTHS:
        await tab.page.set_viewport_size({"width": width, "height": 800})
        assert await tab.fits_in_width(), f"{page} at {width} px"


async def test_axe_would_find_a_violation(house: House) -> None:
    desk = Desk(await (await house.stranger()).new_page())
    await desk.sees("Log in")
    await desk.page.evaluate("document.querySelector('main').append(new Image())")
    assert any("image-alt" in each for each in await violations(desk))


async def test_many_unfinished_calls_stay_readable_in_their_tabs(house: House) -> None:
    desk = await house.open_desk("ana")
    for _ in range(8):
        call = await house.ring("ana", caller=LONG)
        await house.answer(call, "ana")
        await house.hang_up(call)
    await expect(desk.page.get_by_role("tab")).to_have_count(8)
    await desk.note.focus()
    await house.ring("ana", caller=ADA)
    await expect(desk.part('.tab[data-state="alerting"]')).to_be_in_viewport()
    for width in WIDTHS:
        await desk.page.set_viewport_size({"width": width, "height": 800})
        assert await desk.fits_in_width(), f"at {width} px"
        assert await desk.page.evaluate(SQUEEZED) == [], f"at {width} px"


async def test_a_firms_long_name_is_read_in_full_and_takes_no_more_room(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    await desk.card_of("Ada Byron")
    await house.ring("ana", caller=FIRM)
    heights = {}
    for width in WIDTHS:
        await desk.page.set_viewport_size({"width": width, "height": 800})
        for name, place in (("Ada Byron", 0), (FIRM_NAME, 1)):
            await desk.page.get_by_role("tab").nth(place).click()
            await desk.card_of(name)
            box = await desk.part(".who").bounding_box()
            assert box is not None
            heights[width, place] = box["height"]
        cut = (
            "h2 => [h2.scrollHeight - h2.clientHeight, h2.scrollWidth - h2.clientWidth]"
        )
        more = await desk.part(".who h2").evaluate(cut)
        assert max(more) <= 2, f"at {width} px"
        assert abs(heights[width, 0] - heights[width, 1]) < 1, f"at {width} px"


async def test_a_persons_long_name_is_read_in_full_beside_their_firms(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=LONG)
    await desk.card_of(LONG_NAME)
    for width in WIDTHS:
        await desk.page.set_viewport_size({"width": width, "height": 800})
        cut = (
            "h2 => [h2.scrollHeight - h2.clientHeight, h2.scrollWidth - h2.clientWidth]"
        )
        more = await desk.part(".who h2").evaluate(cut)
        assert max(more) <= 2, f"at {width} px"


SQUEEZED = """() => {
    const tabs = [...document.querySelectorAll(".tab")];
    const name = tab => tab.querySelector(".tab-name").getBoundingClientRect();
    const over = (a, b) => a.left < b.right - 1 && a.top < b.bottom - 1;
    return tabs.filter((tab, at) => name(tab).width < 32
        || at && over(tab.getBoundingClientRect(),
                      tabs[at - 1].getBoundingClientRect())).map(t => t.innerText);
}"""
"""Tabs that lie over their neighbour, or whose name is too short to be read."""
