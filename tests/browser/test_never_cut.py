"""Can every amount, date, id, name and promise on a card be read to its end?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from browser.company import ADA, CARDS, with_two_contacts
from browser.cut_texts import cut_texts, moved
from browser.desk import Desk
from browser.house import House, open_house
from browser.long_values import LONG, cards, says_long_things
from playwright.async_api import Browser, expect

SHIFT_MAX = 0.001
LOCALES = ("en-GB", "de-DE")
FILLED = ("balance", "credit_terms", "sales_history", "recommendations")


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path, chromium: Browser) -> AsyncIterator[House]:
    sources = with_two_contacts
    async with open_house(tmp_path, chromium, sources, cards=CARDS + cards()) as house:
        yield house


@pytest.mark.parametrize("script", LONG)
async def test_long_values_are_read_in_full_at_1280(house: House, script: str) -> None:
    long = LONG[script]
    says_long_things(house, long)
    desks = [await house.open_desk("ana", locale=locale) for locale in LOCALES]
    desk, found = desks[0], list[str]()
    call = await rings(house, desks, long.phone)
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    await desk.note.fill(long.words)
    await desk.note_is_saved()
    found += await cut_on(desks)
    await house.hang_up(call)
    await desk.button("Finish").click()
    await desk.has_no_card()
    await house.archived()
    await expect(desk.part(".recent-note")).to_have_text(long.words)
    found += await cut_on(desks, "main")
    await rings(house, desks, long.phone)
    await expect(desk.part(".last-contact q")).to_have_text(long.words)
    await expect(desk.part(".company")).to_have_text(long.firm)
    await house.ring("ana", caller=long.phone, call_id="second")
    await expect(desk.page.get_by_role("tab")).to_have_count(2)
    found += await cut_on(desks)
    assert found == [], "\n".join(found)
    assert not await desk.page.get_by_text("…").filter(visible=True).count()
    board = await desk.part(".board").bounding_box()
    assert board
    assert board["y"] < 420  # the whole top is one look at 800 px
    assert long.name in await desk.part(".tab-name").first.inner_text()


async def rings(house: House, desks: list[Desk], caller: str) -> str:
    """A call whose card is whole on each of these desks."""
    call = await house.ring("ana", caller=caller, queue="sales")
    for desk in desks:
        for facet in FILLED:
            await desk.facet_is(facet, "fresh")
        await expect(desk.part(".identity .cell-other")).to_be_visible()
    return call


async def cut_on(desks: list[Desk], root: str = ".card, .desk-head") -> list[str]:
    found = [await cut_texts(desk.page, root) for desk in desks]
    pairs = zip(LOCALES, found, strict=True)
    return [
        f"{locale}: {text}"
        for locale, texts in pairs
        for text in texts
        if "source-name" not in text  # it gives way to its age, and is in the tip
    ]


async def test_the_measure_would_find_a_cut_text(house: House) -> None:
    desk = await house.open_desk("ana")
    await rings(house, [desk], ADA)
    assert await cut_texts(desk.page) == []
    for selector in (".timeline .words", ".hero h2", ".number-line b"):
        part = desk.part(selector).first
        style = (
            "display:block;width:2rem;height:1rem;overflow:hidden;white-space:nowrap"
        )
        await part.evaluate(f"each => {{ each.style.cssText = '{style}'; }}")
        assert len(await cut_texts(desk.page)) >= 1, selector
        await part.evaluate("each => { each.style.cssText = ''; }")


async def test_a_card_that_fills_in_does_not_move(house: House) -> None:
    house.company.holds("balance", "terms", "orders", "offers", "years", "often")
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    await desk.card_of("Ada Byron")
    shift = await moved(desk.page)
    for name in ("balance", "orders", "offers"):
        house.company.lets_go(name)
    await desk.facet_is("sales_history", "fresh")
    house.company.lets_go()
    for facet in ("balance", "credit_terms", "recommendations", "yearly_totals"):
        await desk.facet_is(facet, "fresh")
    assert await shift() <= SHIFT_MAX


async def test_the_first_card_of_an_idle_desk_moves_nothing(house: House) -> None:
    desk = await house.open_desk("ana")
    await desk.is_ready()
    shift = await moved(desk.page)
    await house.ring("ana", caller=ADA)
    await desk.card_of("Ada Byron")
    assert await shift() <= SHIFT_MAX
