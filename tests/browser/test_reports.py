"""A supervisor explains yesterday, opens a number, and plans the days to come."""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest_asyncio
from browser.axe import violations
from browser.desk import WITHIN_MS, Tab
from browser.house import House
from playwright.async_api import expect

from screenpop.demo.past_weeks import weeks_batch
from screenpop.history.archive import Archive

WIDTHS = (360, 1280, 3840)


@pytest_asyncio.fixture(loop_scope="session")
async def weeks(house: House) -> AsyncIterator[House]:
    """A house with eight weeks of calls until yesterday."""
    service = house.service
    zone = ZoneInfo(service.loaded.config.server.time_zone)
    batch = weeks_batch(7, "main", service.clock.now_us(), zone)
    await Archive(service.past.database).write(batch)
    yield house


async def open_reports(house: House, name: str, search: str = "") -> Tab:
    person = await house.person(name)
    return Tab(await person.new_page(f"/reports{search}"))


async def looks_right(tab: Tab) -> None:
    """No sideways scrolling at any width, and axe finds nothing, light and dark."""
    for width in WIDTHS:
        await tab.page.set_viewport_size({"width": width, "height": 900})
        assert await tab.fits_in_width(), f"at {width} px"
    await tab.page.set_viewport_size({"width": 1280, "height": 900})
    assert await violations(tab) == []


async def test_a_number_of_the_past_opens_the_calls_behind_it(weeks: House) -> None:
    tab = await open_reports(weeks, "sue")
    await tab.button("28 days").click()
    await tab.sees("Abandon rate")
    await expect(tab.part(".chart-box canvas").first).to_be_visible(timeout=WITHIN_MS)
    await looks_right(tab)
    figure = tab.part('[data-figure="abandoned"]')
    count = int(await figure.locator("strong").inner_text())
    assert count > 100
    await figure.click()
    await tab.sees("Abandoned: the calls")
    await tab.sees(re.compile("Counts in .* as abandoned"), within=".call-list")
    rows = tab.part(".call-list tbody tr")
    while await tab.button(re.compile("More than these"), exact=False).count():
        before = await rows.count()
        await tab.button(re.compile("More than these"), exact=False).click()
        await expect(rows.nth(before)).to_be_attached(timeout=WITHIN_MS)
    assert await rows.count() == count
    assert await violations(tab) == []
    address = tab.page.url
    await tab.press("Escape")
    await tab.no_longer_sees(".call-list")
    other = Tab(await (await weeks.person("ada")).new_page())
    await other.page.goto(address)  # the address holds the choice
    await other.sees("Abandoned: the calls")
    assert tab.complaints == []


async def test_a_chart_is_read_and_opened_by_the_keyboard(weeks: House) -> None:
    tab = await open_reports(weeks, "sue")
    await tab.button("28 days").click()
    slider = tab.page.get_by_role("slider", name="Calls: interval")
    a_day = re.compile(r"^\w{3} \d+ \w{3} · ")
    await expect(slider).to_have_attribute("aria-valuetext", a_day, timeout=WITHIN_MS)
    await slider.focus()
    for _ in range(3):
        await tab.press("ArrowRight")
    words = await slider.get_attribute("aria-valuetext")
    assert words is not None
    assert re.match(r"\w{3} \d+ \w{3} · Offered \d+ · Answered \d+ · Abandoned", words)
    await tab.press("Enter")
    await tab.sees("Offered: the calls")


async def test_a_day_stands_next_to_the_same_weekdays(weeks: House) -> None:
    tab = await open_reports(weeks, "sue")
    await tab.button("Yesterday").click()
    await tab.sees(re.compile("No calls in this time|usual"))
    await tab.button("Week by the hour").click()
    cell = tab.part(".heat button").filter(has_text=re.compile("[1-9]")).first
    await cell.click()
    await tab.sees(re.compile("is made of"))
    await looks_right(tab)


async def test_a_forecast_says_how_good_it_is_and_what_if_some_are_away(
    weeks: House,
) -> None:
    tab = await open_reports(weeks, "sue", "?view=forecast")
    await expect(tab.part(".errors")).to_be_visible(timeout=120_000)
    for word in ("baseline", "Chance alone", "What counts as an error"):
        await tab.sees(word)
    await tab.sees(re.compile("Erlang A: callers give up after"))
    days = tab.part(".forecast-days button")
    await expect(days).to_have_count(7)
    busy = days.filter(has_text=re.compile("on schedule")).last
    await busy.click()
    await expect(tab.part(".chart-box canvas").first).to_be_visible(timeout=WITHIN_MS)
    await looks_right(tab)
    assert tab.complaints == []


async def test_without_history_each_view_says_what_is_missing(house: House) -> None:
    tab = await open_reports(house, "sue")
    await tab.sees("No calls in this time")
    await tab.button("Forecast and staffing").click()
    await expect(tab.part("main")).to_contain_text(
        "Not enough history for a forecast yet", timeout=120_000
    )
    await looks_right(tab)


async def test_numbers_that_are_not_renewed_say_so(weeks: House) -> None:
    tab = await open_reports(weeks, "sue")
    await tab.sees(re.compile("As of"))
    await weeks.goes_down()
    await tab.button("28 days").click()
    await tab.sees(re.compile("Stale: these numbers are of"))


async def test_an_agent_has_no_reports(house: House) -> None:
    tab = await open_reports(house, "ana")
    await tab.sees("This page is for supervisors")


async def test_the_desk_does_not_fetch_the_charts(built_pages: None) -> None:
    """Its own script stays below 60 KB as it is sent."""
    assets = Path(__file__).parents[2] / "screenpop/web/assets"
    page = (assets / "index.html").read_text()
    scripts = re.findall(r'(?:src|href)="/(assets/[^"]+\.js)"', page)
    assert scripts
    sent = sum(len(gzip.compress((assets / name).read_bytes())) for name in scripts)
    assert sent < 60_000
    assert not any("uPlot" in (assets / name).name for name in scripts)
