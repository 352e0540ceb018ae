"""Does a supervisor see that callers wait too long, and who has seen it?"""

from __future__ import annotations

import re
from pathlib import Path

from browser.axe import violations
from browser.house import open_house
from playwright.async_api import Browser, expect

ALERTS = {
    "rules": {
        "wait": {"number": "longest_wait_s", "of": ["sales"], "critical": 0.5,
                 "for_s": 0, "label": "Callers wait too long"},
        "many": {"number": "waiting", "warning": 1, "for_s": 0},
    }
}  # fmt: skip


async def test_an_alert_is_shown_acknowledged_and_goes(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium, alerts=ALERTS) as house:
        board = await house.open_wallboard("sue")
        other = await house.open_wallboard("ada")
        await board.is_live()
        await expect(board.part(".alerts")).to_have_count(0)
        await house.event("queued", "c-1", queue="sales", direction="inbound")
        rows = board.part(".alerts li")
        await expect(rows).to_have_count(2)
        await expect(rows.first).to_contain_text("Critical")
        await expect(rows.first).to_contain_text("Callers wait too long, Sales")
        cell = board.part('.queues td[data-label="Longest wait"]')
        await expect(cell).to_have_attribute("data-alert", "critical")
        await expect(cell).to_contain_text("Critical")
        assert await violations(board) == []
        await rows.first.get_by_role("button", name=re.compile("seen")).click()
        for each in (board, other):
            await expect(each.part(".alerts li").first).to_contain_text("seen by sue")
        await house.event("answered", "c-1", agents=["1001"])
        await expect(board.part(".alerts")).to_have_count(0)
        closed = await house.get("sue", "/v1/alerts?state=closed")
        assert {x["acknowledged_by"] for x in closed["alerts"]} == {"sue", None}
        assert closed["open"] == 0
