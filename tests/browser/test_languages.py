"""Is each page whole in each language, and does its text fit a narrow window?"""

from __future__ import annotations

import os

from browser.company import ADA
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


async def test_the_browser_chooses_and_each_page_fits(house: House) -> None:
    await house.ring("ana", caller=ADA, queue="sales")
    found = []
    for language, (desk, asking) in LANGUAGES.items():
        person = await house.person("ada", locale=language)
        tab = Desk(await person.new_page("/"))
        for path in PAGES:
            await tab.page.goto(f"{house.url}{path}")
            await tab.page.get_by_role("link", name=desk).first.wait_for()
            await expect(tab.page.get_by_text(asking)).to_have_count(0)
            where = f"{language} {path}"
            found += [f"{where} {each}" for each in await wrong(tab, language, path)]
        await person.context.close()
    assert found == []


async def wrong(tab: Tab, language: str, what: str) -> list[str]:
    """`lang` and `dir` of the page, and whether it scrolls sideways."""
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
    return found
