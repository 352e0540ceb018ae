"""Is each page whole in each language, and does its text fit a narrow window?"""

from __future__ import annotations

import os

import pytest
from browser.axe import violations
from browser.company import ADA
from browser.cut_texts import cut_texts
from browser.desk import Desk, Tab
from browser.house import House
from playwright.async_api import expect

LANGUAGES = {
    "de": ("Arbeitsplatz", "Wird abgefragt …"),
    "fr": ("Poste", "Interrogation…"),
    "es": ("Puesto", "Consultando…"),
    "it": ("Postazione", "Interrogazione…"),
    "nl": ("Werkplek", "Opvragen…"),
    "pl": ("Pulpit", "Odpytywanie…"),
    "ar": ("المكتب", "جارٍ الاستعلام…"),
}
"""What the link to the desk is called, and what stands where an answer will."""
PAGES = ("/", "/recalls", "/me", "/wallboard", "/reports", "/insight", "/admin")
PICTURES = os.environ.get("SCREENPOP_PICTURES")  # a folder, to look at them


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_browser_chooses_and_each_page_fits(
    house: House, language: str
) -> None:
    await house.has_customers()
    await house.ring("ana", caller=ADA, queue="sales")
    found = []
    for who, paths in (("ada", PAGES), ("ana", ("/",))):
        person = await house.person(who, locale=language)
        tab = Desk(await person.new_page("/"))
        for path in paths:
            await has_come(tab, f"{house.url}{path}", language)
            found += [f"{path} {who} {x}" for x in await wrong(tab, language, path)]
    assert found == []


async def has_come(tab: Tab, url: str, language: str) -> None:
    desk, asking = LANGUAGES[language]
    await tab.page.goto(url)
    await tab.page.get_by_role("link", name=desk).first.wait_for()
    await expect(tab.page.get_by_text(asking)).to_have_count(0)


async def wrong(tab: Tab, language: str, what: str) -> list[str]:
    """`lang` and `dir`, whether it scrolls sideways, what axe-core finds."""
    root = tab.page.locator("html")
    told = (await root.get_attribute("lang"), await root.get_attribute("dir"))
    found = []
    if told != (language, "rtl" if language == "ar" else "ltr"):
        found.append(f"is in {told}")
    for width in (1280, 360):
        await tab.page.set_viewport_size({"width": width, "height": 800})
        if PICTURES:
            name = f"{language}{what.replace('/', '-')}-{width}.png"
            await tab.page.screenshot(path=f"{PICTURES}/{name}")
        if not await tab.fits_in_width():
            found.append(f"does not fit {width} px")
        elif width == 1280:
            cut = await cut_texts(tab.page)
            found += [f"cuts {text}" for text in cut if "source-name" not in text]
    return found + await violations(tab)
