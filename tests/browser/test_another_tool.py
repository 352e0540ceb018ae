"""A supervisor asks why another tool shows another figure, or other calls."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from browser.axe import violations
from browser.desk import WITHIN_MS, Tab
from browser.house import House, open_house
from browser.test_reports import looks_right, open_reports, weeks
from playwright.async_api import Browser, expect

from screenpop.demo.past_weeks import weeks_batch
from screenpop.wallboard.matching import Stay, stays_of

__all__ = ["weeks"]

VIEW = "?view=compare"
SHORT_S = 20
ANSWER_MS = 60_000


def zone_of(house: House) -> ZoneInfo:
    return ZoneInfo(house.service.loaded.config.server.time_zone)


def last_week(house: House) -> tuple[str, list[Stay]]:
    """The address of seven days until yesterday, and what counts in them."""
    zone, now_us = zone_of(house), house.service.clock.now_us()
    today = datetime.fromtimestamp(now_us / 1e6, zone).date()
    first, last = today - timedelta(days=7), today - timedelta(days=1)
    stays = [
        stay
        for state in weeks_batch(7, "main", now_us, zone).calls
        for stay in stays_of(state.call)
        if datetime.fromtimestamp(stay.at_us / 1e6, zone).date() >= first
    ]
    return f"{VIEW}&from={first}&to={last}", stays


def listed(house: House, stays: list[Stay]) -> str:
    """The list of a tool with another short abandon."""
    text = io.StringIO()
    table = csv.writer(text, delimiter=";")
    table.writerow(["Vorgang", "Beginn", "Warteschlange", "Ergebnis"])
    for stay in stays:
        at = datetime.fromtimestamp(stay.at_us / 1e6, zone_of(house))
        status = stay.status(SHORT_S)
        said = {"answered": "ja", "abandoned": "nein", "short abandon": "Kurzabbruch"}
        table.writerow(
            [
                stay.call.call_id,
                at.strftime("%d.%m.%Y %H:%M:%S"),
                stay.queue,
                said.get(status, ""),
            ]
        )
    return text.getvalue()


async def test_a_figure_is_explained_and_its_calls_are_opened(weeks: House) -> None:
    search, stays = last_week(weeks)
    tab = await open_reports(weeks, "sue", search)
    await tab.sees("Its list of calls")
    await tab.button("Compare").click()
    await tab.sees("Enter what the other tool shows", within="[role=alert]")
    value = tab.page.get_by_label("shows", exact=True)
    await value.fill("many")
    await tab.button("Compare").click()
    await tab.sees("many is not a number", within="[role=alert]")
    once = len({stay.call.call_id for stay in stays})
    assert once < len(stays)
    await value.fill(str(once))
    await tab.button("Compare").click()
    await expect(tab.part("main")).to_contain_text(
        re.compile("ways? gives? this figure"), timeout=ANSWER_MS
    )
    way = tab.part(".compare-rule").filter(has_text="in its first queue").first
    await expect(way.locator("mark")).to_have_text("equal")
    await way.locator("summary").click()
    await looks_right(tab)
    assert f"value={once}" in tab.page.url
    row = way.locator("tbody tr").first
    call_id = await row.locator("th small").inner_text()
    await row.get_by_role("button").click()
    await tab.sees("Offered: the calls")
    await tab.sees(call_id, within=".call-list")
    assert tab.complaints == []


async def test_a_list_is_pasted_dropped_and_explained(weeks: House) -> None:
    search, stays = last_week(weeks)
    tab = await open_reports(weeks, "sue", search)
    rows = tab.page.get_by_label("Rows of its list, with the header")
    await rows.fill("Foo;Bar\n1;2\n")
    await tab.button("Compare").click()
    await tab.sees(
        "The list:1: there is no column for the start", within="[role=alert]"
    )
    await drop(tab, "theirs.csv", listed(weeks, stays[3:]))
    await tab.sees(f"theirs.csv: {len(stays) - 3:,} rows")
    await (
        tab.part(
            "summary",
        )
        .filter(has_text="Name its columns")
        .click()
    )
    await tab.page.get_by_label("Call id").select_option("Vorgang")
    await tab.button("Compare").click()
    main = tab.part("main")
    await expect(main).to_contain_text("rows matched", timeout=ANSWER_MS)
    changed = sum(x.status(SHORT_S) != x.status(5) for x in stays[3:])
    assert changed > 0
    group = tab.part(".compare-rule").filter(has_text="short abandon there")
    await expect(group.locator("summary strong")).to_have_text(str(changed))
    await tab.sees(re.compile(f"{changed} of {changed + 3} are gone if .* < 20 s"))
    for each in await tab.part(".compare-rule summary").all():
        await each.click()
    await tab.sees("not listed")
    await looks_right(tab)
    await tab.button("Yesterday").click()  # the answer was of other days
    await tab.no_longer_sees(".compare-rule")
    assert tab.complaints == []


async def test_it_says_when_there_is_nothing_to_count(house: House) -> None:
    tab = await open_reports(house, "sue", f"{VIEW}&value=12")
    await tab.button("Compare").click()
    await expect(tab.part("main")).to_contain_text(
        "No stored call can be counted again", timeout=ANSWER_MS
    )
    await tab.page.emulate_media(color_scheme="dark")
    assert await violations(tab) == []


async def drop(tab: Tab, name: str, text: str) -> None:
    """A file from elsewhere onto the field of the list."""
    data = await tab.page.evaluate_handle(
        """([name, text]) => {
            const data = new DataTransfer();
            data.items.add(new File([text], name, {type: "text/csv"}));
            return data;
        }""",
        [name, text],
    )
    field = tab.part(".compare fieldset").filter(has_text="Its list of calls")
    await field.dispatch_event("drop", {"dataTransfer": data})
    await expect(field).to_contain_text(name, timeout=WITHIN_MS)


async def test_a_figure_of_a_team_is_explained(
    tmp_path: Path, chromium: Browser
) -> None:
    teams = {"north": {"label": "North", "members": ["ana", "ben"]}}
    async with open_house(tmp_path, chromium, teams=teams) as house:
        call_id = await house.ring("ana", queue="sales")
        await house.answer(call_id, "ana")
        await house.event("ended", call_id, "ana", scope="leg")
        await house.event("alerting", call_id, "ben")
        await house.answer(call_id, "ben")
        await house.hang_up(call_id)
        await house.archived()
        day = (await house.get("sue", "/v1/stats"))["day"]
        tab = await open_reports(house, "sue", f"{VIEW}&from={day}&to={day}")
        await tab.page.get_by_label("Team").select_option("North")
        await tab.page.get_by_label("shows", exact=True).fill("1")
        await tab.button("Compare").click()
        await expect(tab.part("main")).to_contain_text(
            "each call once, at the team's first answer", timeout=ANSWER_MS
        )
        await looks_right(tab)
        assert tab.complaints == []
