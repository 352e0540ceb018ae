"""Each number on the card is called or copied with one press."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from browser.company import ADA, STRANGER, configuration
from browser.house import House, open_house
from call_centre import SIGNING_SECRET
from playwright.async_api import Browser, expect

WRITTEN = "020 7946 0958"
URL = "https://pbx.example/dial?to={number}&by={agent}"


def with_a_number(url: str) -> dict[str, Any]:
    """The index cards also give the number on them."""
    config = configuration(url)
    config["lookups"]["details"]["fields"]["phone"] = "phone"
    return config


async def test_numbers_of_a_card_are_dialled_and_copied(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium, with_a_number) as house:
        await dials_and_copies(house)


async def dials_and_copies(house: House) -> None:
    desk = await house.open_desk("ana", permissions=["clipboard-write"])
    await house.ring("ana", caller=ADA, attributes={"callback": "020 7946 0111"})
    await desk.card_of("Ada Byron")
    field = desk.part('.identity [data-field="phone"]')
    await expect(field.get_by_role("link")).to_have_attribute("href", "tel:02079460958")
    asked = desk.part(".call-line").get_by_role("link", name="020 7946 0111")
    await expect(asked).to_have_attribute("href", "tel:02079460111")
    await field.get_by_role("button", name=f"Copy {WRITTEN}").click()
    await expect(field.get_by_role("status")).to_have_text(f"Copied: {WRITTEN}")
    await desk.note.focus()
    await desk.press("Control+V")
    await expect(desk.note).to_have_value(WRITTEN)


async def test_a_copy_that_the_browser_refuses_is_said(house: House) -> None:
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    await desk.card_of("Ada Byron")
    await desk.page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error());"
        " document.execCommand = () => false; }"
    )
    line = desk.part(".number-line")
    await line.get_by_role("button", name=f"Copy {ADA}").click()
    await expect(line.get_by_role("status")).to_contain_text("Not copied")


async def test_the_line_of_the_call_says_how_it_calls(
    tmp_path: Path, chromium: Browser
) -> None:
    line = {
        "dialect": "generic",
        "country": "GB",
        "settings": {"signing_secret": SIGNING_SECRET},
        "click_to_call": URL,
    }
    async with open_house(tmp_path, chromium, lines={"main": line}) as house:
        desk = await house.open_desk("ana")
        await house.ring("ana", caller=STRANGER)
        await desk.card_of("020 7946 0123")
        wanted = "https://pbx.example/dial?to=%2B442079460123&by=1001"
        call = desk.part(".number-line").get_by_role("link")
        await expect(call).to_have_accessible_name("Call 020 7946 0123")
        for link in (call, desk.part(".chooser-number").get_by_role("link")):
            await expect(link).to_have_attribute("href", wanted)
            await expect(link).to_have_attribute("rel", "noopener noreferrer")
