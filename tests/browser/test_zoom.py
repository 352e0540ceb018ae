"""Is the desk whole at a zoom of 200 % and 400 %, in few colours and without motion?

A browser that zooms a window of 1280 x 800 to 200 % gives the page 640 x 400 px; at
400 % a window of 1280 x 1024 gives it 320 x 256 px (WCAG 2.2, 1.4.10).
"""

from __future__ import annotations

from typing import Any

import pytest
from browser.company import ADA
from browser.cut_texts import cut_texts
from browser.desk import Desk
from browser.house import House
from playwright.async_api import expect

ZOOMS = {200: (640, 400), 400: (320, 256)}
LOCALES = ("en-GB", "de-DE")
READ_IN_FULL = """selector => {
    const part = document.querySelector(selector);
    const range = document.createRange();
    range.selectNodeContents(part);
    return [...range.getClientRects()].filter(box => box.width > 1).every(box => {
        const seen = document.elementFromPoint(box.left + 1, box.top + box.height / 2);
        return box.top >= 0 && box.bottom <= innerHeight && part.contains(seen);
    });
}"""
"""Whether each line of a part is in the window, and nothing stands over it."""


def zoomed(percent: int, locale: str = "en-GB") -> dict[str, Any]:
    width, height = ZOOMS[percent]
    viewport = {"width": width, "height": height}
    return {
        "viewport": viewport,
        "device_scale_factor": percent / 100,
        "locale": locale,
    }


async def rings(house: House, desk: Desk) -> str:
    house.company.says("terms", blocked=True)
    call = await house.ring("ana", caller=ADA, queue="sales")
    await desk.card_of("Ada Byron")
    for facet in ("balance", "credit_terms", "sales_history", "recommendations"):
        await desk.facet_is(facet, "fresh")
    await expect(desk.part(".verdict")).to_have_attribute("data-level", "hold")
    return call


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("percent", ZOOMS)
async def test_who_rings_and_the_verdict_are_the_first_look(
    house: House, percent: int, locale: str
) -> None:
    desk = await house.open_desk("ana", **zoomed(percent, locale))
    await rings(house, desk)
    for part in (".hero .pill", ".hero h2", ".verdict strong", ".verdict"):
        assert await desk.page.evaluate(READ_IN_FULL, part), part
    assert await desk.fits_in_width()
    await house.ring("ana", caller="+442079460123")
    await desk.part('.tab[data-state="alerting"]').nth(1).click()
    assert await desk.page.evaluate(READ_IN_FULL, ".hero .pill")
    assert await desk.page.evaluate(READ_IN_FULL, ".hero h2")


@pytest.mark.parametrize("percent", [100, *ZOOMS])
async def test_few_colours_and_no_motion_hide_nothing(
    house: House, percent: int
) -> None:
    size = zoomed(percent) if percent in ZOOMS else {}
    calm = {"forced_colors": "active", "reduced_motion": "reduce"}
    desk = await house.open_desk("ana", **size, **calm)
    await rings(house, desk)
    running = "() => document.getAnimations().filter(x => x.playState === 'running')"
    assert await desk.page.evaluate(f"({running})().length") == 0
    for part in (".pill", ".verdict", '.tab[aria-selected="true"]', ".facet"):
        edge = await desk.part(part).first.evaluate(
            "each => parseFloat(getComputedStyle(each).borderTopWidth)"
        )
        assert edge >= 1, part
    assert await desk.page.evaluate(READ_IN_FULL, ".verdict strong")
    found = [x for x in await cut_texts(desk.page) if "source-name" not in x]
    assert found == []
