"""Does /admin say which source is slow, fails, forgets callers or loses its key?"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from browser.axe import violations
from browser.company import ADA, configuration
from browser.desk import Tab
from browser.house import House, open_house
from playwright.async_api import Browser, Locator, expect

UNKNOWN = "+442079460111"
FAILED_ONCE = re.compile(r"failed 1, timed out 0, older value shown 0; answers: 1$")


def watched(url: str) -> dict[str, Any]:
    """Index cards that must know two callers, and keys that end."""
    config = configuration(url)
    cards = config["sources"]["cards"]
    cards["canaries"] = {"numbers": [ADA, UNKNOWN], "expect": ["identity.name"]}
    today = datetime.now(UTC).date()
    for name, days in (("cards", 60), ("erp", 9), ("credit", -2)):
        config["sources"][name]["expires"] = str(today + timedelta(days=days))
    return config


async def administration(house: House) -> Tab:
    return Tab(await (await house.person("ada")).new_page("/admin"))


def source(tab: Tab, label: str) -> Locator:
    return tab.part(".admin-source").filter(has_text=label)


async def test_canary_callers_and_keys_are_said_in_words_and_colour(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium, sources=watched) as house:
        tab = await administration(house)
        cards = source(tab, "Index cards")
        await expect(cards).to_contain_text("1 of 2 found", timeout=30_000)
        lost = cards.locator('.admin-mark[data-tone="critical"]')
        await expect(lost).to_have_text("Canary caller +4420…11: not found")
        assert UNKNOWN not in await tab.page.content()
        soon = source(tab, "ERP").locator('.admin-mark[data-tone="warning"]')
        await expect(soon).to_contain_text("days, renew it")
        ended = source(tab, "Credit").locator('.admin-mark[data-tone="critical"]')
        await expect(ended).to_have_text("Key: has expired, renew it")
        await expect(tab.part(".problems")).to_contain_text("canary caller +4420…11")
        assert await violations(tab) == []


@pytest.mark.parametrize("width", [360, 1280, 2560])
async def test_times_and_failures_are_read_with_the_keyboard_and_in_a_table(
    house: House, width: int
) -> None:
    house.company.breaks("terms")
    tab = await administration(house)
    await tab.page.set_viewport_size({"width": width, "height": 900})
    await house.ring("ana", caller=ADA)
    credit = source(tab, "Credit department")
    await expect(credit).to_contain_text("Last failure", timeout=30_000)
    times = credit.locator(".source-times")
    await times.locator("summary").focus()
    await tab.page.keyboard.press("Enter")
    await expect(times.locator(".u-over")).to_have_count(2)
    durations, failures = await times.locator(".chart").all()
    slider = failures.get_by_role("slider")
    await expect(slider).to_have_value(str(await slider.get_attribute("max")))
    await slider.focus()
    await tab.page.keyboard.press("End")
    await expect(slider).to_have_attribute("aria-valuetext", FAILED_ONCE)
    table = times.get_by_role("region", name="Failures, in figures")
    await expect(table.locator("tbody tr").first.locator("td").nth(1)).to_have_text("1")
    await expect(durations.locator(".chart-legend")).to_contain_text("95 of 100 within")
    assert await tab.fits_in_width()
    assert await violations(tab) == []
    assert tab.complaints == []


async def test_users_are_listed_with_role_and_telephone_and_found_by_text(
    tmp_path: Path, chromium: Browser
) -> None:
    teams = {"north": {"label": "North", "members": ["ana"]}}
    async with open_house(tmp_path, chromium, teams=teams) as house:
        tab = await administration(house)
        users = tab.page.get_by_role("region", name="Users", exact=True).get_by_role(
            "table"
        )
        ana = users.get_by_role("row").filter(has_text="ana")
        await expect(ana).to_contain_text("agent")
        await expect(ana).to_contain_text("North")
        await expect(ana).to_contain_text("1001")
        await expect(users.get_by_role("row").filter(has_text="sue")).to_contain_text(
            "supervisor"
        )
        for width in (360, 1280, 2560):
            await tab.page.set_viewport_size({"width": width, "height": 900})
            assert await tab.fits_in_width(), f"at {width} px"
        assert await violations(tab) == []


async def test_agents_are_counted_where_supervisors_see_groups_only(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium, privacy={"group_min": 5}) as house:
        tab = await administration(house)
        await tab.sees("Agents are counted, not named (3 active, 0 disabled)")
        listed = tab.page.get_by_role("region", name="Users", exact=True).get_by_role(
            "table"
        )
        await expect(listed).to_contain_text("sue")
        await expect(listed).not_to_contain_text("1001")
