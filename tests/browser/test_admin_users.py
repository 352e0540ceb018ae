"""An administrator adds a user and takes a log-in away, on /admin."""

from __future__ import annotations

from pathlib import Path

from browser.axe import violations
from browser.desk import Tab
from browser.house import open_house
from playwright.async_api import Browser, expect


async def test_a_user_is_added_with_a_password_shown_once_and_disabled(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium) as house:
        tab = Tab(await (await house.person("ada")).new_page("/admin"))
        part = tab.part(".user-changes")
        adding = part.get_by_role("group", name="Add a user")
        await adding.get_by_label("User name").fill("eve")
        await adding.get_by_label("Name", exact=True).fill("Eve Moss")
        await adding.get_by_role("button", name="Add…").click()
        question = part.get_by_role("group", name="Add eve (agent)?")
        await question.get_by_role("button", name="Cancel").click()
        assert await house.service.past.people.users.get("eve") is None
        await adding.get_by_role("button", name="Add…").click()
        await question.get_by_role("button", name="Yes, do it").click()
        given = part.get_by_role("alert")
        password = await given.locator(".mono").inner_text()
        assert await house.service.past.people.users.verify("eve", password) is not None
        assert await violations(tab) == []
        await given.get_by_role("button", name="I have noted it").click()
        assert password not in await tab.page.content()
        changing = part.get_by_role("group", name="Change a user")
        await changing.get_by_label("User name").fill("ada")
        await changing.get_by_role("button", name="Disable…").click()
        await part.get_by_role("button", name="Yes, do it").click()
        await expect(part.get_by_role("status")).to_contain_text("the last active user")
