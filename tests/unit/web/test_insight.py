"""What became of offers: for supervisors, by day, with its formulas."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest


async def test_a_supervisor_sees_what_became_of_offers(house: Any) -> None:
    await house.sign_in("sue")
    answer = await house.ask("GET", "/v1/insight")
    assert answer.status == 200
    (group,) = answer.json["offers"]["by_reason"]
    assert (group["name"], group["shown"]) == ("own", 2)
    assert group["taken"]["share"] == group["ordered"]["share"] == 0.5
    assert set(answer.json["offers"]["formulas"]) >= {"shown", "taken", "ordered"}
    assert answer.json["offers"]["uplift"]["difference"] is None


async def test_an_agent_does_not(house: Any) -> None:
    await house.sign_in("ana")
    assert (await house.ask("GET", "/v1/insight")).status == 403


async def test_days_are_whole_days_of_the_server(house: Any) -> None:
    await house.sign_in("sue")
    query = "?from=2026-11-01&to=2026-11-02"
    answer = await house.ask("GET", f"/v1/insight{query}")
    assert (answer.json["from"], answer.json["to"]) == ("2026-11-01", "2026-11-02")
    begin, end, _ = house.offers.asked
    days = [datetime.fromtimestamp(us / 1e6, UTC).isoformat() for us in (begin, end)]
    assert days == ["2026-11-01T00:00:00+00:00", "2026-11-03T00:00:00+00:00"]


async def test_without_days_the_last_four_weeks_are_meant(house: Any) -> None:
    await house.sign_in("sue")
    await house.ask("GET", "/v1/insight")
    begin, end, now = house.offers.asked
    assert begin < now < end
    assert (end - begin) / 86_400e6 == 28


@pytest.mark.parametrize(
    "query",
    [
        "?from=yesterday",
        "?to=2026-13-01",
        "?from=2026-11-02&to=2026-11-01",
        "?from=2020-01-01&to=2026-11-01",
    ],
)
async def test_a_wrong_time_is_refused(house: Any, query: str) -> None:
    await house.sign_in("sue")
    answer = await house.ask("GET", f"/v1/insight{query}")
    assert (answer.status, answer.json["error"]["code"]) == (400, "bad_query")
    assert answer.json["error"]["remedy"]
