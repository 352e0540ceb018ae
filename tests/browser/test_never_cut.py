"""Can every amount, date, id, name and promise on a card be read to its end?"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from browser.company import ADA, with_invoices
from browser.cut_texts import cut_texts, moved
from browser.desk import Desk
from browser.house import House, open_house
from playwright.async_api import Browser, expect

SCRIPTS = {
    "Latin": (
        "Maximiliane-Josephine von und zu Hohenlohe-Langenburg-Schillingsfürst",
        "Vereinigte Oberflächenbehandlungs- und Lastenradvertriebsges. mbH & Co.",
        "Promised to pay invoice RE-2026-000417 on Monday and to be called back at 10",
    ),
    "Arabic": (
        "عبد الرحمن بن محمد بن عبد العزيز الخوارزمي البغدادي",
        "شركة الخوارزمي المتحدة للتجارة والصناعة والنقل المحدودة",
        "وعد بدفع الفاتورة RE-2026-000417 يوم الاثنين، ويُرجى الاتصال به في العاشرة.",
    ),
    "Thai": (
        "นางสาวกาญจนาภรณ์วัฒนศิริพัฒน์ ณ อยุธยาเกษมสันต์",
        "บริษัทอุตสาหกรรมจักรยานบรรทุกสินค้าแห่งประเทศไทยจำกัดมหาชน",
        "รับปากว่าจะชำระใบแจ้งหนี้RE-2026-000417ภายในวันจันทร์และขอให้โทรกลับตอนสิบโมง",
    ),
    "Chinese": (
        "欧阳慕容上官司马长孙宇文尉迟公孙轩辕令狐钟离诸葛夏侯",
        "中华人民共和国上海市浦东新区自行车及货运三轮车进出口贸易股份有限公司",
        "客户承诺周一支付发票RE-2026-000417并要求我们在上午十点回电话。" * 2,
    ),
}
EMAIL = "accounts.payable.and.receivable.department@oberflaechenbehandlung.example.net"
HUGE = "123456789012.34"
SHIFT_MAX = 0.001


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path, chromium: Browser) -> AsyncIterator[House]:
    async with open_house(tmp_path, chromium, with_invoices) as house:
        yield house


async def says_long_things(house: House, script: str) -> None:
    name, company, words = SCRIPTS[script]
    head, money = "key,name,company,phone,city,email\n", {"currency": "SAR"}
    row = f'7,"{name}","{company}",020 7946 0958,"{company}",{EMAIL}\n'
    (house.folder / "cards.csv").write_text(head + row)
    await house.goes_down()
    await house.comes_back()
    said: dict[str, dict[str, Any]] = {
        "balance": {"open": HUGE, "overdue": HUGE, **money},
        "terms": {"limit": HUGE, "used": HUGE, "blocked": True, **money},
    }
    for what, values in said.items():
        house.company.says(what, **values)
    number = "RE-2026-DE-NW-0000000417-"
    listed = {
        "invoices": [{"invoice": f"{number}{n}", "open": HUGE, **money} for n in "ABC"],
        "orders": [{"order": f"{number}{n}", "items": words, **money} for n in "ABCDE"],
        "offers": [{"product": company, "sku": number, "reason": words, **money}],
        "often": [{"product": company, "sku": number}],
        "tickets": [{"ticket": number, "subject": words}],
    }
    for what, rows in listed.items():
        house.company.lists(what, *rows)


async def filled_card(house: House, desk: Desk) -> str:
    call = await house.ring("ana", caller=ADA, queue="sales")
    for facet in ("balance", "credit_terms", "sales_history", "recommendations"):
        await desk.facet_is(facet, "fresh")
    await house.answer(call, "ana")
    await desk.call_is("Talking")
    return call


@pytest.mark.parametrize("script", SCRIPTS)
async def test_long_values_are_read_in_full_at_1280(house: House, script: str) -> None:
    await says_long_things(house, script)
    name, company, words = SCRIPTS[script]
    desk = await house.open_desk("ana")
    call = await filled_card(house, desk)
    await desk.note.fill(words)
    await desk.note_is_saved()
    await house.hang_up(call)
    await desk.button("Finish").click()
    await desk.has_no_card()
    await house.archived()
    await expect(desk.part(".recent-note")).to_have_text(words)
    found = await cut_texts(desk.page, "main")
    await filled_card(house, desk)
    await expect(desk.part(".last-contact q")).to_have_text(words)
    await expect(desk.part(".company")).to_have_text(company)
    await house.ring("ana", caller=ADA, call_id="second")
    found += await cut_texts(desk.page)
    assert found == []
    assert not await desk.page.get_by_text("…").filter(visible=True).count()
    board = await desk.part(".board").bounding_box()
    assert board
    assert board["y"] < 420  # the whole top is one look at 800 px
    assert name in await desk.part(".tab-name").first.inner_text()


async def test_the_measure_would_find_a_cut_text(house: House) -> None:
    desk = await house.open_desk("ana")
    await filled_card(house, desk)
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
