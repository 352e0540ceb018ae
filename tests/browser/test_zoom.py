"""Is the desk whole at a zoom of 200 % and 400 %, in few colours and without motion?

A browser that zooms a window of 1280 x 800 to 200 % gives the page 640 x 400 px; at
400 % a window of 1280 x 1024 gives it 320 x 256 px (WCAG 2.2, 1.4.10).
"""

from __future__ import annotations

from typing import Any

import pytest
from browser.company import ADA
from browser.cut_texts import cut_texts, sideways
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


@pytest.mark.parametrize("percent", ZOOMS)
async def test_nothing_is_lost_when_the_desk_is_enlarged(
    house: House, percent: int
) -> None:
    desk = await house.open_desk("ana", **zoomed(percent))
    call = await rings(house, desk)
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    await expect(desk.part(".offer-marks button")).to_have_count(4)
    found = await cut_texts(desk.page) + await sideways(desk.page)
    assert [x for x in found if "source-name" not in x] == []
    words = await desk.page.evaluate(WORDS)
    await desk.page.set_viewport_size({"width": 1280, "height": 800})
    assert set(await desk.page.evaluate(WORDS)) - set(words) == set()


WORDS = """() => [...document.querySelectorAll(
    ".hero h2, .company, .number-line b, .sure-word, .verdict strong, .verdict b, "
    + ".glance-fact dd .amount, .identity .cell dd, .facet h3, .facet .cell-label, "
    + ".facet .value, .offer-name, .offer-marks button, .timeline .when, .total")]
    .filter(each => each.checkVisibility({visibilityProperty: true}))
    .map(each => each.textContent.trim())"""
"""What a card says, without what counts on."""


async def test_every_part_is_reached_by_scrolling_down_at_400_percent(
    house: House,
) -> None:
    desk = await house.open_desk("ana", **zoomed(400))
    call = await rings(house, desk)
    await house.answer(call, "ana")
    for part in (".identity", ".glance", '[data-facet="tickets"]', ".writing"):
        await desk.part(part).scroll_into_view_if_needed()
        covered = await desk.part(part).evaluate(
            """each => {
                const box = each.getBoundingClientRect();
                const y = Math.max(box.top, 0) + 4;
                const seen = document.elementFromPoint(box.left + box.width / 2, y);
                return !each.contains(seen) && !seen?.contains(each);
            }"""
        )
        assert not covered, part
    await desk.note.fill("wants forty")
    await desk.note_is_saved()


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
