"""Do the words of each language fit where the English ones do?"""

from __future__ import annotations

from browser.company import ADA, FIRM
from browser.cut_texts import cut_texts, sideways
from browser.desk import Desk
from browser.house import House
from playwright.async_api import expect

LOCALES = ("en-GB", "de-DE", "fr", "es", "it", "nl", "pl", "ar")
WIDTHS = (1280, 1024, 901)
ONE_LINE_PX = 56
HEAD = """() => {
    const head = document.querySelector(".top").getBoundingClientRect();
    const parts = [...document.querySelectorAll(".top > *, .top-tools > *")];
    const out = parts.filter(each => {
        const box = each.getBoundingClientRect();
        return box.left < -1 || box.right > innerWidth + 1;
    });
    return [head.height, out.map(each => each.className)];
}"""


async def test_the_desk_fits_with_offers_marked_and_a_state_that_counts(
    house: House,
) -> None:
    await house.has_customers()
    call = await house.ring("ana", caller=ADA, queue="sales")
    await house.answer(call, "ana")
    await house.ring("ana", caller=FIRM)
    await house.hang_up(await house.ring("cat", caller=FIRM, queue="sales"))
    await (await house.open_desk("ana")).chooses_state("Wrap-up")
    found = []
    for locale in LOCALES:
        desk = await house.open_desk("ana", locale=locale)
        await desk.part('.tab[data-state="answered"]').click()
        await desk.facet_is("recommendations", "fresh")
        await desk.facet_is("balance", "fresh")
        await expect(desk.part(".offer-marks button")).to_have_count(4)
        await expect(
            desk.part('.switch [aria-pressed="true"] .since')
        ).not_to_be_empty()
        found += [f"{locale} {each}" for each in await wrong(desk)]
        await desk.page.context.close()
    assert not found, "\n".join(found)


async def wrong(desk: Desk) -> list[str]:
    found = []
    for width in WIDTHS:
        await desk.page.set_viewport_size({"width": width, "height": 800})
        cut = [x for x in await cut_texts(desk.page) if "source-name" not in x]
        height, out = await desk.page.evaluate(HEAD)
        found += [f"{width}: {each}" for each in cut + await sideways(desk.page)]
        found += [f"{width}: {each} is out of sight" for each in out]
        if height > ONE_LINE_PX:
            found.append(f"{width}: the head is {height} px high")
    return found


async def test_own_calls_scroll_sideways_at_no_width(house: House) -> None:
    for at in range(2):
        call = await house.ring("ana", caller=FIRM, queue="sales")
        await house.answer(call, "ana")
        await house.hang_up(call)
        await house.archived()
        note = f"Promised to pay RE-2026-{at} on Monday"
        assert (await house.post("ana", f"/v1/calls/{call}/notes", text=note))[0] == 201
    found = []
    for locale in LOCALES:
        person = await house.person("ana", locale=locale)
        page = await person.new_page("/me")
        await expect(page.locator(".me-calls tbody tr")).to_have_count(2)
        for width in (*WIDTHS, 800, 600, 360):
            await page.set_viewport_size({"width": width, "height": 800})
            found += [f"{locale} {width}: {x}" for x in await sideways(page)]
        await person.context.close()
    assert not found, "\n".join(found)
