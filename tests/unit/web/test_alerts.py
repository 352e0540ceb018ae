"""What supervisors read about alerts of the past."""

from __future__ import annotations

import csv
import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from screenpop.domain.alert import AlertDoing, AlertRule
from screenpop.journal.memory import MemoryJournal
from screenpop.support.clock import FakeClock
from screenpop.wallboard.alerts import AlertBoard, record_of
from screenpop.web.alert_list import Alerts
from screenpop.web.asked import moment

UTC = ZoneInfo("UTC")
WAIT = AlertRule(name="wait", number="longest_wait_s", critical=60, label="Long wait")
DOWN = AlertRule(name="down", number="source_failing", critical=1, label="Source")
STORY = (
    (WAIT, "sales", 1, "2026-11-20T09:00", "2026-11-20T09:05"),
    (WAIT, "sales", 2, "2026-11-21T23:00", "2026-11-22T01:00"),
    (DOWN, "crm", 1, "2026-11-22T08:00", None),
)


def alerts(closed_max: int = 10) -> dict[str, Alerts]:
    board = AlertBoard([WAIT, DOWN], closed_max)
    for rule, subject, count, opened, closed in STORY:
        for do, at, value in (("open", opened, 61.5), ("close", closed, 3.0)):
            if at is not None:
                what = (AlertDoing(do), rule, "critical", value, moment(at, "at", UTC))
                board.act(record_of((rule.name, subject), count, *what))
    journal, label = MemoryJournal(), {"crm": "=Customers"}
    clock = FakeClock()
    made = Alerts(
        board=board, journal=journal, clock=clock, label=lambda of: label.get(of, of)
    )
    return {"alerts": made}


async def ids(house: Any, query: str) -> list[str]:
    told = await house.ask("GET", f"/v1/alerts?state=all&{query}")
    assert told.status == 200, told.json
    return [each["id"] for each in told.json["alerts"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["down/1/crm", "wait/2/sales", "wait/1/sales"]),
        ("from=2026-11-20&to=2026-11-21", ["wait/1/sales"]),
        ("from=2026-11-22&to=2026-11-23", ["down/1/crm", "wait/2/sales"]),
        ("from=2026-11-25&to=2026-11-26", ["down/1/crm"]),
        ("from=2026-11-20&to=2026-11-23&name=wait", ["wait/2/sales", "wait/1/sales"]),
        ("name=never", []),
    ],
)
async def test_an_alert_is_of_each_day_on_which_it_was_open(
    open_house: Any, query: str, found: list[str]
) -> None:
    house = await open_house(**alerts())
    await house.sign_in("sue")
    assert await ids(house, query) == found


async def test_what_is_cut_or_no_longer_kept_is_said(open_house: Any) -> None:
    house = await open_house(**alerts(closed_max=1))
    await house.sign_in("sue")
    told = (await house.ask("GET", "/v1/alerts?state=all&limit=1")).json
    assert (len(told["alerts"]), told["found"]) == (1, 2)
    assert told["known_since"].startswith("2026-11-22T01:00")
    names = [(each["name"], each["label"]) for each in told["rules"]]
    assert names == [("down", "Source"), ("wait", "Long wait")]
    house = await open_house(**alerts())
    await house.sign_in("sue")
    assert (await house.ask("GET", "/v1/alerts")).json["known_since"] is None


async def test_they_are_a_table(open_house: Any) -> None:
    house = await open_house(**alerts())
    await house.sign_in("sue")
    told = await house.ask(
        "GET", "/v1/alerts?state=all", headers={"Accept": "text/csv"}
    )
    assert 'filename="alerts.csv"' in told.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(told.body.decode())))
    assert [(x["name"], x["closed_at"][:10]) for x in rows] == [
        ("down", ""), ("wait", "2026-11-22"), ("wait", "2026-11-20"),
    ]  # fmt: skip
    assert rows[0]["subject_label"] == "'=Customers"  # no formula for a spreadsheet
    assert (rows[1]["value"], rows[1]["value_closed"]) == ("61.5", "3.0")
    assert (rows[1]["unit"], rows[1]["acknowledged_by"]) == ("seconds", "")


@pytest.mark.parametrize(
    "query", ["state=lost", "from=yesterday", "from=2026-11-21&to=2026-11-20"]
)
async def test_a_question_that_makes_no_sense_is_refused(
    open_house: Any, query: str
) -> None:
    house = await open_house(**alerts())
    await house.sign_in("sue")
    refused = await house.ask("GET", f"/v1/alerts?{query}")
    assert (refused.status, refused.json["error"]["code"]) == (400, "bad_query")
