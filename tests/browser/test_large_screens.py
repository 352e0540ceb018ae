"""Does a large screen show more of a card, and does it still move nothing?"""

from __future__ import annotations

import pytest
from browser.company import ADA
from browser.cut_texts import moved
from browser.house import House
from playwright.async_api import expect

LISTS = ("sales_history", "frequent_items")
SIZES = ((1280, 800), (2560, 1440), (3840, 2160))
ROWS_IN_SIGHT = """facet => {
    const room = facet.querySelector(".room").getBoundingClientRect();
    return [...facet.querySelectorAll("li, tbody tr")].filter(row => {
        const box = row.getBoundingClientRect();
        return box.top >= room.top - 1 && box.bottom <= room.bottom + 1;
    }).length;
}"""


def many_rows(house: House) -> None:
    house.company.lists("orders", *({"order": f"SO-{n}"} for n in range(30)))
    house.company.lists("often", *({"sku": f"C-{n}"} for n in range(30)))


async def test_larger_screens_show_more_rows_and_larger_type(house: House) -> None:
    many_rows(house)
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    for name in LISTS:
        await desk.facet_is(name, "fresh")
    seen, type_px = [], []
    for width, height in SIZES:
        await desk.page.set_viewport_size({"width": width, "height": height})
        assert await desk.fits_in_width()
        rows = [await desk.facet(name).evaluate(ROWS_IN_SIGHT) for name in LISTS]
        seen.append(rows)
        type_px.append(
            await desk.part("html").evaluate(
                "x => parseFloat(getComputedStyle(x).fontSize)"
            )
        )
    at_1280, at_2560, at_4k = seen
    for least, more, most in zip(at_1280, at_2560, at_4k, strict=True):
        assert least < more < most, seen
    assert type_px == [16, 20, 24]


@pytest.mark.parametrize(("width", "height"), SIZES[1:])
async def test_a_card_that_fills_on_a_large_screen_moves_nothing(
    house: House, width: int, height: int
) -> None:
    many_rows(house)
    house.company.holds("balance", "terms", "orders", "often")
    viewport = {"width": width, "height": height}
    desk = await house.open_desk("ana", viewport=viewport)
    await house.ring("ana", caller=ADA)
    await desk.card_of("Ada Byron")
    await desk.facet_is("sales_history", "pending")
    before = await desk.landmarks()
    shift = await moved(desk.page)
    house.company.lets_go()
    for name in (*LISTS, "balance", "credit_terms"):
        await desk.facet_is(name, "fresh")
    assert await desk.landmarks() == before
    assert await shift() <= 0.001
    await expect(desk.part(".writing")).to_be_in_viewport(ratio=1)
