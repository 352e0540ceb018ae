"""Are all settings in one place, on every page, and with the user?"""

from __future__ import annotations

import pytest
from browser.axe import violations
from browser.company import LONG, LONG_NAME
from browser.desk import Desk, Tab
from browser.house import House
from playwright.async_api import expect

SENT = "() => JSON.parse(localStorage['screenpop.preferences_of'] ?? '0') === null"
PAGES = ("/", "/wallboard", "/recalls", "/reports", "/insight", "/admin", "/me")


async def test_the_settings_open_by_a_key_on_every_page(house: House) -> None:
    person = await house.person("ada")
    for path in PAGES:
        tab = Tab(await person.new_page(path))
        await expect(tab.settings()).to_be_visible()
        await tab.press("Alt+Shift+P")
        sheet = tab.page.get_by_role("complementary", name="Settings")
        await expect(sheet).to_be_focused()
        await tab.press("Escape")
        await expect(sheet).to_be_hidden()
        await tab.page.close()


async def test_settings_follow_the_user_to_another_browser(house: House) -> None:
    desk = await house.open_desk("ana")
    await desk.settings().click()
    await desk.page.get_by_label("Colours").select_option("Dark")
    await desk.page.get_by_label("Density").select_option("Compact")
    await desk.page.get_by_label("Type size").select_option("150%")
    await desk.page.get_by_role("checkbox", name="Alt+Shift+S").uncheck()
    await desk.page.wait_for_function(SENT)
    other = await house.open_desk("ana")
    html = other.part("html")
    await expect(html).to_have_attribute("data-theme", "dark")
    await expect(html).to_have_attribute("data-density", "compact")
    await expect(html).to_have_css("font-size", "24px")
    await other.press("Alt+Shift+S")  # switched off; the next is not
    await other.press("?")
    await other.sees("Kept with your user")
    await expect(other.part("main")).to_have_attribute("data-sources", "false")
    assert await violations(other) == []
    stranger = await house.open_desk("ben")
    await expect(stranger.part("html")).not_to_have_attribute("data-theme", "dark")


async def test_what_was_changed_without_the_service_is_sent_later(
    house: House,
) -> None:
    desk = await house.open_desk("ana")
    await desk.settings().click()
    await desk.page.route("**/v1/session/settings", lambda route: route.abort())
    await desk.page.get_by_label("Colours").select_option("Dark")
    await desk.sees("Changes stay in this browser and are sent later.")
    await desk.page.unroute("**/v1/session/settings")
    await desk.page.reload()
    await desk.is_ready()
    await expect(desk.part("html")).to_have_attribute("data-theme", "dark")
    other = await house.open_desk("ana")
    await expect(other.part("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("size", ["200%"])
async def test_large_type_fits_and_hides_neither_verdict_nor_note(
    house: House, size: str
) -> None:
    desk = await house.open_desk("ana")
    await desk.settings().click()
    await desk.page.get_by_label("Type size").select_option(size)
    await desk.press("Escape")
    call = await house.ring("ana", caller=LONG, queue="sales")
    await desk.card_of(LONG_NAME)
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    assert await desk.fits_in_width()
    await in_window(desk, ".verdict")
    await in_window(desk, ".writing textarea")


async def in_window(desk: Desk, selector: str) -> None:
    place = desk.part(selector).first
    inside = "e => { const b = e.getBoundingClientRect(); return [b.top, b.bottom]; }"
    top, bottom = await place.evaluate(inside)
    assert 0 <= top < bottom <= await desk.page.evaluate("innerHeight")
