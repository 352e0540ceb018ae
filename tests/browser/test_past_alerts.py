"""A supervisor looks up which alerts there were, and when."""

from __future__ import annotations

import asyncio
from pathlib import Path

from browser.axe import violations
from browser.house import House, open_house
from browser.test_reports import looks_right, open_reports
from playwright.async_api import Browser, expect
from streams_doubles import eventually

from screenpop.domain.alert import AlertDoing
from screenpop.wallboard.alerts import record_of

S = 1_000_000
RULES = {
    "wait": {"number": "longest_wait_s", "warning": 60, "critical": 180,
             "label": "Callers wait too long"},
    "level": {"number": "service_level", "warning": 0.75},
    "source": {"number": "source_failing"},
    "many": {"number": "waiting", "of": ["support"], "warning": 1, "for_s": 0},
}  # fmt: skip


def happened(house: House, story: list[tuple[str, str, int, str, float, int]]) -> None:
    """`story`: rule, subject, how many, what, value, minutes ago."""
    board, now_us = house.service.feed.alerts, house.service.clock.now_us()
    for name, subject, count, do, value, minutes in story:
        rule = board.rules[name]
        level = "critical" if name == "source" or do == "raise" else "warning"
        what = (AlertDoing(do), rule, level, value, now_us - minutes * 60 * S)
        by = "sue" if do == "acknowledge" else ""
        board.act(record_of((name, subject), count, *what, by))


async def test_alerts_of_some_days_are_listed_by_rule(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium, alerts={"rules": RULES}) as house:
        happened(
            house,
            [
                ("wait", "sales", 1, "open", 62, 2_000),
                ("wait", "sales", 1, "raise", 181, 1_990),
                ("wait", "sales", 1, "acknowledge", 0, 1_989),
                ("wait", "sales", 1, "close", 4, 1_980),
                ("level", "", 1, "open", 0.71, 3_000),
                ("level", "", 1, "close", 0.8, 2_000),
                ("source", "orders-of-the-old-warehouse-system", 1, "open", 1, 90),
                ("source", "orders-of-the-old-warehouse-system", 1, "close", 0, 9),
            ],
        )
        await house.event("queued", "c-1", queue="support", direction="inbound")
        await eventually(lambda: len(house.service.feed.alerts.open()) == 1)
        tab = await open_reports(house, "sue", "?view=alerts")
        rows = tab.part(".past-alerts tbody tr")
        await expect(rows).to_have_count(4)
        await expect(rows.first).to_contain_text("still open")
        source = rows.filter(has_text="old-warehouse")
        await expect(source).to_contain_text("no\u00a0answer")
        long_wait = rows.filter(has_text="Callers wait too long")
        for words in ("Critical", "Sales", "3:01", "20:00", "sue"):
            await expect(long_wait).to_contain_text(words)
        await looks_right(tab)
        await tab.part(".past-alerts select").select_option("level")
        await expect(rows).to_have_count(1)
        await expect(rows).to_contain_text("71%")
        async with tab.page.expect_download() as coming:
            await tab.button("CSV").click()
        where = await (await coming.value).path()
        table = await asyncio.to_thread(where.read_text)
        assert len(table.splitlines()) == 2
        assert ",level/1/," in table
        await tab.button("Today").click()
        await tab.sees("No alert was open in these days.")
        await looks_right(tab)
        assert "rule=level" in tab.page.url
        assert tab.complaints == []


async def test_without_a_rule_it_says_so(house: House) -> None:
    tab = await open_reports(house, "sue", "?view=alerts")
    await tab.sees("no rule is configured")
    assert await violations(tab) == []
    await house.goes_down()
    await tab.button("28 days").click()
    await tab.sees("The service cannot be reached")
