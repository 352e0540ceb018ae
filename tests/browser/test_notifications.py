"""Does an agent who looks elsewhere learn of a call, and only once?"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from browser.company import ADA, HALLS
from browser.desk import Desk, Person
from browser.house import House
from playwright.async_api import expect

STAND_IN = """
globalThis.away = true;
Object.defineProperty(document, "hidden", { get: () => globalThis.away });
globalThis.Notification = class {
    static permission = "granted";
    static requestPermission = async () => "granted";
    constructor(title, options) { globalThis.told(title, options.tag); }
    close() {}
};
"""
"""Headless pages are always in sight and show nothing; so both are played."""


Told = asyncio.Queue[str]


async def looking_elsewhere(house: House) -> tuple[Person, Told]:
    person = await house.person("ana")
    told: Told = asyncio.Queue()
    await person.context.expose_function("told", lambda title, tag: told.put(title))
    await person.context.add_init_script(STAND_IN)
    return person, told


async def both_know(*tabs: Desk) -> None:
    """The title changes in the step that shows the notification, just before it."""
    for tab in tabs:
        await expect(tab.page).to_have_title(re.compile("is ringing"))


async def test_two_tabs_of_one_agent_show_one_notification(house: House) -> None:
    person, told = await looking_elsewhere(house)
    first, second = await person.another_tab(), await person.another_tab()
    call = await house.ring("ana", caller=ADA)
    await both_know(first, second)
    assert await told.get() == "Ada Byron is ringing"
    assert told.empty()
    await house.hang_up(call)
    await first.page.close()
    await house.ring("ana", caller=HALLS)
    assert "is ringing" in await told.get()  # the other tab has taken over
    assert told.empty()


async def test_a_tab_in_sight_needs_no_notification(house: House) -> None:
    person, told = await looking_elsewhere(house)
    hidden, seen = await person.another_tab(), await person.another_tab()
    await comes_into_sight(seen)
    await house.ring("ana", caller=ADA)
    await both_know(hidden, seen)
    assert told.empty()


async def comes_into_sight(tab: Desk) -> Any:
    await tab.page.evaluate("away = false")
    await tab.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
