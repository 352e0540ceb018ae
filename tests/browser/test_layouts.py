"""Which facets does a card have, in which order and size, by queue and role?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from browser.axe import violations
from browser.company import ADA
from browser.desk import Tab
from browser.house import open_house
from playwright.async_api import Browser, expect

DESK: dict[str, Any] = {
    "layouts": [
        {
            "queues": ["sales"],
            "facets": [
                {"facet": "sales_history", "size": "wide"},
                {"facet": "interactions", "size": "tall"},
                {"facet": "balance"},
            ],
        },
        {"roles": ["admin"], "facets": [{"facet": "tickets"}]},
    ]
}
SHIFTS = """() => { window.shift = 0; new PerformanceObserver(list => {
    for (const each of list.getEntries()) window.shift += each.value;
}).observe({type: 'layout-shift', buffered: false}); }"""
NAMES = "all => all.map(each => each.dataset.facet)"


async def test_a_card_has_the_layout_of_its_queue_and_nothing_jumps(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium, desk=DESK) as house:
        desk = await house.open_desk("ana")
        house.company.holds("balance", "terms")
        await house.ring("ana", caller=ADA, queue="sales")
        await desk.card_of("Ada Byron")
        await desk.facet_says("sales_history", "SO-")
        placed = desk.part(".lanes > .placed > .facet")
        names = await placed.evaluate_all(NAMES)
        assert names == ["sales_history", "interactions", "balance"]
        await desk.page.evaluate(SHIFTS)
        house.company.lets_go()
        await desk.facet_says("balance", "£")
        await desk.page.wait_for_timeout(300)
        assert await desk.page.evaluate("shift") <= 0.001
        top = await desk.part(".card-top").bounding_box()
        first = await placed.first.bounding_box()
        assert top
        assert first
        assert top["y"] + top["height"] <= first["y"]
        more = desk.part('.more-facets [data-facet="credit_terms"]')
        await expect(more).to_be_hidden()
        await desk.part(".more-facets > summary").press("Enter")
        await expect(more).to_be_visible()
        assert await desk.fits_in_width()
        assert await violations(desk) == []


async def test_a_card_of_another_queue_is_as_usual(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium, desk=DESK) as house:
        desk = await house.open_desk("ana")
        await house.ring("ana", caller=ADA, queue="support")
        await desk.card_of("Ada Byron")
        await expect(desk.part('.lanes[data-layout="own"]')).to_have_count(0)


async def test_administrators_see_each_layout_and_save_nothing(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium, desk=DESK) as house:
        person = await house.person("ada")
        admin = Tab(await person.new_page("/admin"))
        await admin.button("Show the card").click()
        preview = admin.part(".layout-preview")
        await expect(preview.locator(".placed")).to_have_count(0)
        choice = admin.part(".layouts select")
        await choice.select_option("sales · all")
        shown = preview.locator(".lanes > .placed > .facet")
        names = await shown.evaluate_all(NAMES)
        assert names == ["sales_history", "interactions", "balance"]
        await choice.select_option("all · admin")
        assert await shown.evaluate_all(NAMES) == ["tickets"]
        calls = await house.http.get(
            house.url + "/v1/calls", headers={"Cookie": await house.cookie_of("ada")}
        )
        assert (await calls.json())["calls"] == []
