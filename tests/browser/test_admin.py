"""Does an administrator see what arrived at a line, and what was made of it?"""

from __future__ import annotations

import re
from pathlib import Path

from browser.company import ADA
from browser.desk import Tab
from browser.house import FILE, House, open_house
from playwright.async_api import Browser, Locator, expect


async def administration(house: House, name: str = "ada") -> Tab:
    return Tab(await (await house.person(name)).new_page("/admin"))


def requests(tab: Tab) -> Locator:
    return tab.page.get_by_role("list", name="Requests at main").locator("> li")


async def unsigned(house: House, body: str) -> int:
    answer = await house.http.post(f"{house.url}/v1/telephony/main", data=body)
    return answer.status


def label_of_sold(house: House) -> str:
    return house.service.loaded.config.dispositions[0].label


async def test_the_last_requests_of_a_line_say_what_was_made_of_them(
    house: House,
) -> None:
    tab = await administration(house)
    await tab.sees("Nothing has arrived yet.")
    await house.ring("ana", caller=ADA, call_id="c-7")
    await expect(requests(tab)).to_have_count(1)
    rang = requests(tab).first
    await rang.get_by_role("button").click()
    await expect(rang).to_contain_text("alerting")
    await expect(rang.locator(".event")).to_contain_text("c-7")
    await expect(rang.locator(".event")).to_contain_text(ADA)
    await expect(rang).to_contain_text("POST /v1/telephony/main")
    assert tab.complaints == []


async def test_a_request_that_was_refused_or_ignored_says_why(house: House) -> None:
    tab = await administration(house)
    assert await unsigned(house, "{}") == 401
    await expect(requests(tab)).to_have_count(1)
    refused = requests(tab).first
    await expect(refused).to_have_attribute("data-verdict", "refused")
    await refused.get_by_role("button").click()
    await expect(refused.locator(".admin-why")).to_contain_text("authentication failed")
    assert await house.tell({"type": "coffee_break", "call_id": "c-1"}) == 200
    await tab.button("Show 1 newer request").click()
    ignored = requests(tab).first
    await expect(ignored).to_have_attribute("data-verdict", "ignored")
    await expect(ignored).to_contain_text("coffee_break")


async def test_a_source_that_fails_is_named_with_its_reason(house: House) -> None:
    house.company.breaks("terms")
    tab = await administration(house)
    await house.ring("ana", caller=ADA)
    credit = tab.part(".admin-source").filter(has_text="Credit department")
    await expect(credit).to_contain_text("Last failure", timeout=30_000)
    await expect(credit).to_contain_text("500")


async def test_numbers_that_several_customers_share_are_listed(house: House) -> None:
    tab = await administration(house)
    shared = tab.part(".admin-shared").filter(has_text="Shared numbers: 1")
    await shared.locator("summary").click(timeout=30_000)
    await expect(shared).to_contain_text("+442…999, 2 customers, household or")
    await expect(shared).to_contain_text("8, 9")
    for width in (360, 1280, 3840):
        await tab.page.set_viewport_size({"width": width, "height": 900})
        assert await tab.fits_in_width(), f"at {width} px"
    assert tab.complaints == []


async def test_the_page_is_for_administrators_only(house: House) -> None:
    tab = await administration(house, "sue")
    await tab.sees("This page is for administrators")


async def test_the_page_fits_a_narrow_window(house: House) -> None:
    tab = await administration(house)
    await unsigned(house, "x" * 300)
    await expect(requests(tab)).to_have_count(1)
    await requests(tab).first.get_by_role("button").click()
    for width in (360, 1280, 1600):
        await tab.page.set_viewport_size({"width": width, "height": 800})
        assert await tab.fits_in_width(), f"at {width} px"


async def test_a_changed_configuration_is_checked_then_taken(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium, reload_every_s=0) as house:
        tab = await administration(house)
        await tab.sees("Changed files are taken by Reload or SIGHUP only.")
        file, answer = house.folder / FILE, tab.part(".config-answer")
        written = file.read_text()
        file.write_text(written.replace("label: Sold", "label: Bought"))
        await tab.button("Check").click()
        await expect(answer).to_contain_text("Valid: a reload takes it.")
        await expect(answer).to_contain_text("Keys that differ: 1")
        await expect(answer.locator(".config-keys li")).to_have_text(
            re.compile(r"dispositions.* changed")
        )
        assert label_of_sold(house) == "Sold"
        await tab.button("Reload").click()
        await tab.button("Reload now").click()
        await expect(answer).to_contain_text("The changed configuration runs now.")
        assert label_of_sold(house) == "Bought"
        await expect(tab.part(".config")).to_contain_text("by ada:")
        assert tab.complaints == []


async def test_a_broken_configuration_is_shown_with_file_and_line(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium, reload_every_s=0) as house:
        tab = await administration(house)
        file = house.folder / FILE
        lines = file.read_text().splitlines()
        at = lines.index("- code: sold") + 1
        file.write_text("\n".join([*lines[:at], "  lable: typo", *lines[at:]]))
        await tab.button("Check").click()
        problem = tab.part(".config-answer .problems li")
        await expect(problem).to_contain_text(f"{FILE}:{at + 1}:")
        await expect(problem).to_contain_text("lable is not a known key. Did you")
        await expect(tab.part(".config-answer")).to_contain_text("Refused")
        for width in (360, 1280):
            await tab.page.set_viewport_size({"width": width, "height": 800})
            assert await tab.fits_in_width(), f"at {width} px"


async def test_a_number_is_tried_with_its_lookups_candidates_and_sources(
    house: House,
) -> None:
    house.company.breaks("terms")
    tab = await administration(house)
    await tab.page.get_by_label("Number", exact=True).fill("020 7946 0958")
    await tab.button("Look up").click()
    found = tab.part(".tried")
    await expect(found).to_contain_text(f"Read as {ADA} (GB).")
    await expect(found.locator(".tried-candidates li")).to_contain_text("Ada Byron")
    await expect(found.locator(".tried-candidates li")).to_contain_text("% sure")
    terms = found.locator('[data-lookup="terms"]')
    await expect(terms).to_have_attribute("data-outcome", "failed")
    await expect(terms).to_contain_text("500")
    balance = found.locator('[data-lookup="balance"]')
    await expect(balance).to_contain_text(re.compile(r"after \d+.*ms: .*, answered"))
    start, length = await bar_of(balance)
    assert start + length <= 100.01
    field = found.locator(".tried-facet").filter(has_text="Ada Byron")
    await expect(field.first).to_contain_text(" old")
    assert tab.complaints == []
    for width in (360, 1280, 3840):
        await tab.page.set_viewport_size({"width": width, "height": 900})
        assert await tab.fits_in_width(), f"at {width} px"


async def bar_of(lookup: Locator) -> tuple[float, float]:
    """Where it begins and how long it is, in hundredths of the whole."""
    style = str(await lookup.locator(".waterfall-bar").get_attribute("style"))
    start, length = re.findall(r"([\d.e-]+)%", style)
    return float(start), float(length)


async def test_a_number_that_cannot_be_looked_up_says_why(house: House) -> None:
    tab = await administration(house)
    await tab.page.get_by_label("Number", exact=True).fill("anonymous")
    await tab.button("Look up").click()
    await tab.sees("is not a complete telephone number", within=".tried")
    await tab.page.get_by_label("Number", exact=True).fill("020 7946 0000")
    await tab.button("Look up").click()
    await tab.sees("No customer has this number.", within=".tried")
