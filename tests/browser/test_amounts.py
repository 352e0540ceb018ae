"""Is every amount, number and date on the card read as what it is?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from browser.company import ADA, with_invoices
from browser.desk import Desk
from browser.house import House, open_house
from playwright.async_api import Browser, expect

WIDTHS = (360, 768, 1024, 1280, 1600, 2560)
HUGE = "123456789012.00"

CUT = """() => {
    const hides = style => style.overflowX !== "visible";
    const clipped = (box, from) => {
        for (let each = from; each; each = each.parentElement) {
            if (!hides(getComputedStyle(each))) continue;
            const room = each.getBoundingClientRect();
            if (box.left < room.left - 1 || box.right > room.right + 1) return true;
        }
        return false;
    };
    const shown = each => getComputedStyle(each).clipPath === "none";
    const cut = [];
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    for (const each of document.querySelectorAll(".amount-box")) {
        if (each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > 1.6 * rem)
            cut.push(`${each.title} in ${each.clientWidth} px`);
    }
    for (const each of document.querySelectorAll(".amount")) {
        const range = document.createRange();
        range.selectNodeContents(each);
        const boxes = [...range.getClientRects()];
        if (shown(each) && boxes.some(box => clipped(box, each)))
            cut.push(each.textContent);
    }
    return cut;
}"""
"""Amounts that leave their room, or that something above them clips."""

BARS = """() => {
    const svg = document.querySelector(".years svg").getBoundingClientRect();
    const all = [...document.querySelectorAll(".bar-figure")]
        .map(each => [
            each.textContent, each.getBoundingClientRect(), each.parentElement]);
    const over = (a, b) => a.left < b.right && b.left < a.right
        && a.top + 2 < b.bottom && b.top + 2 < a.bottom;
    const out = all.filter(([, box]) => box.left < svg.left || box.right > svg.right);
    const lying = all.filter(([, a, of], at) =>
        all.some(([, b, others], i) => i < at && of !== others && over(a, b)));
    return { out: out.map(([text]) => text), lying: lying.map(([text]) => text),
             count: all.length };
}"""
"""Labels of bars outside of the picture, or on one another."""


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path, chromium: Browser) -> AsyncIterator[House]:
    async with open_house(tmp_path, chromium, with_invoices) as house:
        yield house


def is_rich(house: House, currency: str) -> None:
    """Every place of the card has an amount of twelve digits."""
    money = {"currency": currency}
    house.company.says("balance", open=HUGE, overdue=HUGE, last_payment=HUGE, **money)
    house.company.says("terms", limit=HUGE, used=HUGE, available=f"-{HUGE}", **money)
    house.company.lists("invoices", *[{"open": HUGE, **money}] * 3)
    house.company.lists("orders", *[{"total": HUGE, **money}] * 5)
    house.company.lists("offers", {"price": HUGE, **money})
    years = [
        {"year": 2021 + at, "total": total, **money}
        for at, total in enumerate(
            ("161754.30", HUGE, "297455.78", "295060.11", "572700.00", "778600.00")
        )
    ]
    house.company.lists("years", *years)


async def measured(desk: Desk) -> list[str]:
    found = []
    for width in WIDTHS:
        await desk.page.set_viewport_size({"width": width, "height": 800})
        found += [f"{width}: {text}" for text in await desk.page.evaluate(CUT)]
        bars = await desk.page.evaluate(BARS)
        assert bars["count"] >= 6
        found += [f"{width}: bar {text}" for text in bars["out"] + bars["lying"]]
        assert await desk.fits_in_width(), f"at {width} px"
    return found


@pytest.mark.parametrize("locale", ["en", "de-DE", "ar", "ja", "pl-PL"])
async def test_no_amount_is_cut_at_any_width_in_any_currency(
    house: House, locale: str
) -> None:
    desk = await house.open_desk("ana", locale=locale)
    found = []
    for currency in ("ILS", "SAR", "IRR", "COP", "IDR", "XXX"):
        is_rich(house, currency)
        call = await house.ring("ana", caller=ADA)
        await desk.card_of("Ada Byron")
        for facet in ("balance", "credit_terms", "sales_history", "yearly_totals"):
            await desk.facet_is(facet, "fresh")
        found += [f"{currency} {each}" for each in await measured(desk)]
        await house.hang_up(call)
        await desk.has_no_card()
    assert found == [], found[:8]


async def test_the_measure_would_find_a_cut_amount(house: House) -> None:
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    await desk.facet_is("balance", "fresh")
    assert await desk.page.evaluate(CUT) == []
    await desk.page.evaluate(
        """() => document.querySelectorAll(".amount")
            .forEach(each => { each.style.fontSize = "3rem"; })"""
    )
    assert await desk.page.evaluate(CUT) != []


async def test_numbers_of_invoices_and_long_addresses_keep_what_differs(
    house: House,
) -> None:
    house.company.lists(
        "often",
        {"product": "E-bike battery key set for frames of the touring line, left"},
        {"product": "E-bike battery key set for frames of the touring line, right"},
    )
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    await desk.facet_is("balance", "fresh")
    await desk.facet_is("frequent_items", "fresh")
    for width in WIDTHS:
        await desk.page.set_viewport_size({"width": width, "height": 800})
        for number in ("11", "12", "13"):
            end = desk.facet("balance").get_by_text(f"-00{number}", exact=False).last
            inside = await end.evaluate(
                """each => {
                    const range = document.createRange();
                    const text = document.createTreeWalker(each, 4).nextNode();
                    range.setStart(text, text.length - 4);
                    range.setEnd(text, text.length);
                    const room = each.closest("td").getBoundingClientRect();
                    const box = range.getBoundingClientRect();
                    return box.left >= room.left && box.right <= room.right;
                }"""
            )
            assert inside, f"{number} at {width} px"
        lost = await desk.page.evaluate(
            """() => [...document.querySelectorAll(".identity .fit, .room-table .fit")]
                .filter(each => each.scrollHeight > each.clientHeight + 2)
                .map(each => each.textContent)"""
        )
        assert lost == [], f"at {width} px"


async def test_arabic_dates_are_read_in_their_own_direction(house: House) -> None:
    house.company.says("terms", blocked=True)
    desk = await house.open_desk("ana", locale="ar")
    await house.ring("ana", caller=ADA)
    since = desk.part(".verdict bdi").filter(has_text="2026").last
    await expect(since).to_be_visible()
    assert await since.evaluate("each => getComputedStyle(each).unicodeBidi") == (
        "isolate"
    )
    assert await since.get_attribute("lang") == "ar-u-nu-latn"  # western digits
    left_to_right = """each => {
        const at = (node, offset) => {
            const range = document.createRange();
            range.setStart(node, offset);
            range.setEnd(node, offset + 1);
            return range.getBoundingClientRect().left;
        };
        const node = each.firstChild, text = node.textContent;
        const year = text.search(/2026|٢٠٢٦/), day = text.search(/01|٠١/);
        return at(node, year) < at(node, day);
    }"""
    assert await since.evaluate(left_to_right)  # 2026/09/01 in one piece
    month = desk.facet("sales_history").locator(".when bdi").first
    assert await month.evaluate("each => each.scrollWidth <= each.clientWidth + 1")
    cut = await desk.page.evaluate(
        """() => [...document.querySelectorAll(".room .date .fit")]
            .filter(each => each.scrollWidth > each.clientWidth + 1
                || each.scrollHeight > each.clientHeight + 2)
            .map(each => each.textContent)"""
    )
    assert cut == []


async def test_the_tip_of_an_amount_names_its_currency(house: House) -> None:
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    await desk.facet_is("balance", "fresh")
    await desk.facet("balance").locator('[data-field="overdue"]').hover()
    await expect(desk.part(".tip")).to_contain_text("£480.50")


async def test_an_empty_year_is_shown_and_a_small_amount_not_rounded(
    house: House,
) -> None:
    rows = ({"year": 2024, "total": "63.55"}, {"year": 2026, "total": "900.00"})
    house.company.lists("years", *rows)
    desk = await house.open_desk("ana")
    await house.ring("ana", caller=ADA)
    await expect(desk.part(".years .year")).to_have_text(["2024", "2025", "2026"])
    figures = desk.part(".years .bar-figure")
    await expect(figures).to_have_text(["63.55", "0", "900"])
