"""Queues, dialled numbers, facets and results are called in the viewer's language."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from browser.company import ADA, configuration
from browser.desk import Desk
from browser.house import House, open_house
from playwright.async_api import Browser, expect


def labelled(url: str) -> dict[str, Any]:
    config = configuration(url)
    config["queues"]["sales"]["labels"] = {"de": "Verkauf"}
    config["dispositions"][0]["labels"] = {"de": "Abgeschlossen"}
    hotline = {"label": "Hotline", "labels": {"de": "Servicenummer"}}
    account = {"label": "Account", "labels": {"de": "Kontostand"}}
    return config | {
        "dialled": {"+442079460100": hotline},
        "facets": {"balance": account},
    }


@pytest_asyncio.fixture(loop_scope="session")
async def german(tmp_path: Path, chromium: Browser) -> AsyncIterator[House]:
    async with open_house(tmp_path, chromium, labelled) as house:
        yield house


async def test_labels_read_in_the_language_of_each_page(german: House) -> None:
    board = await german.open_wallboard("sue", locale="de-DE")
    await board.is_live()
    desk = await german.open_desk("ana", locale="de-DE")
    english = await german.open_desk("ben")
    call = await german.ring("ana", "ben", caller=ADA, queue="sales")
    await desk.sees("Verkauf", within=".call-line")
    await desk.sees("Servicenummer", within=".call-line")
    await english.sees("Sales", within=".call-line")
    await english.sees("Hotline", within=".call-line")
    row = board.page.get_by_role("rowheader", name="Verkauf", exact=True)
    await expect(row).to_be_visible()
    await german.answer(call, "ana")
    await desk.facet_says("balance", "Kontostand")
    await desk.button("Abgeschlossen", exact=False).first.click()
    await german.hang_up(call)
    await german.archived()
    me = Desk(await (await german.person("ana", locale="de-DE")).new_page("/me"))
    line = me.part(f'tr[data-call="{call}"]')
    await expect(line).to_contain_text("Verkauf")
    await expect(line).to_contain_text("Abgeschlossen")
    await line.get_by_role("button").first.click()
    await me.sees("Verkauf", within=".me-facts")
    await me.sees("Kontostand", within=".me-full")
    supervisor = await german.person("sue", locale="de-DE")
    reports = Desk(await supervisor.new_page("/reports"))
    option = reports.part("option").filter(has_text="Verkauf")
    await expect(option).to_have_count(1)
