"""`POST /v1/stats/compare`: for supervisors, one at a time for each."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from screenpop.domain.agent import GROUPS_ONLY
from screenpop.wallboard.comparison_asked import ComparisonAsked
from screenpop.wallboard.comparisons import Comparisons
from screenpop.wallboard.groups import GroupRule
from screenpop.web import compare

FEW = GroupRule(GROUPS_ONLY, {}, agents=0)
PATH = "/v1/stats/compare"
BODY: dict[str, Any] = {
    "from": "2026-11-02",
    "to": "2026-11-03T12:00",
    "queue": "sales",
    "figure": {"number": "service_level", "value": 0.78},
    "calls_csv": "id,start\nc-1,2026-11-02 09:30\n",
    "columns": {"start": "start"},
}


async def test_a_comparison_is_for_supervisors_and_in_the_audit(
    open_house: Any,
) -> None:
    entries: list[tuple[str, str, str]] = []

    async def audit(user: str, action: str, object: str) -> None:
        entries.append((user, action, object))

    house = await open_house(audit=audit)
    await house.sign_in("ana")
    refused = await house.change("POST", PATH, json=BODY)
    assert (refused.status, refused.json["error"]["code"]) == (403, "role")
    await house.sign_in("sue")
    entries.clear()
    asked = (await house.change("POST", PATH, json=BODY)).json["asked"]
    assert asked["begin"] == "2026-11-02T00:00:00"
    assert asked["end"] == "2026-11-03T12:00:00"
    figure = {"number": "service_level", "value": 0.78, "decimals": 2}
    assert (asked["queue"], asked["figure"]) == ("sales", figure)
    assert base64.b64decode(asked["calls_csv"]).decode() == BODY["calls_csv"]
    assert (asked["columns"], asked["within_s"]) == ({"start": "start"}, 120)
    assert entries == [("sue", "stats.compare", "service_level")]


@pytest.mark.parametrize(
    ("value", "decimals"), [(212, 0), ("0.780", 3), (0.5, 1), ("4", 0)]
)
async def test_decimals_are_those_written(
    house: Any, value: object, decimals: int
) -> None:
    await house.sign_in("sue")
    body = {**BODY, "figure": {"number": "offered", "value": value}}
    asked = (await house.change("POST", PATH, json=body)).json["asked"]
    assert asked["figure"]["decimals"] == decimals


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"from": "soon"}, "from: 'soon' is not a date or time"),
        ({"to": "2026-11-02"}, "to: 2026-11-02 is not after from 2026-11-02"),
        ({"figure": {"number": "offered", "value": -1}}, "is not a number with its"),
        ({"figure": {"number": "offered", "value": "1e3"}}, "is not a number with its"),
        ({"calls_csv": "\ud800"}, "the body cannot be used"),
        ({"within_s": 3601}, "within_s: 0 to 3600"),
        ({"examples": 101}, "examples: 0 to 100"),
        ({"queue": 7}, "the body cannot be used"),
    ],
)
async def test_what_cannot_be_compared_is_refused(
    house: Any, change: dict[str, object], said: str
) -> None:
    await house.sign_in("sue")
    refused = await house.change("POST", PATH, json={**BODY, **change})
    assert refused.status == 400
    assert said in refused.json["error"]["message"]
    assert refused.json["error"]["remedy"]


async def test_a_team_of_few_agents_is_not_compared(open_house: Any) -> None:
    house = await open_house(groups=lambda: FEW)
    await house.sign_in("sue")
    figure = {"number": "team_answered", "value": 3}
    body = {**BODY, "queue": None, "team": "north", "figure": figure}
    refused = await house.change("POST", PATH, json=body)
    assert refused.status == 400
    assert "too few agents" in refused.json["error"]["message"]


async def test_a_handle_time_of_few_agents_is_not_compared(open_house: Any) -> None:
    house = await open_house(groups=lambda: FEW)
    await house.sign_in("sue")
    body = {**BODY, "figure": {"number": "average_handle_time_s", "value": 300}}
    refused = await house.change("POST", PATH, json=body)
    assert refused.status == 400
    assert "not shown of so few agents" in refused.json["error"]["message"]


async def test_a_list_too_long_is_refused(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "COMPARE_BYTES_MAX", 1000)
    await house.sign_in("sue")
    assert (await house.change("POST", PATH, json=BODY)).status == 200
    body = {**BODY, "calls_csv": "x" * 1000}
    refused = await house.change("POST", PATH, json=body)
    assert refused.status == 413
    error = refused.json["error"]
    assert "1000 bytes" in error["message"]
    assert "body_bytes_max" not in error["remedy"]  # raising it would change nothing
    assert "fewer days" in error["remedy"]


async def test_each_user_has_one_comparison_at_a_time(open_house: Any) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slowly(asked: ComparisonAsked) -> dict[str, Any]:
        begun.set()
        await may_end.wait()
        return {}

    house = await open_house(comparisons=Comparisons(slowly))
    await house.sign_in("sue")
    async with asyncio.TaskGroup() as group:
        first = group.create_task(house.change("POST", PATH, json=BODY))
        await begun.wait()
        refused = await house.change("POST", PATH, json=BODY)
        assert refused.status == 429
        assert refused.json["error"]["code"] == "comparison_under_way"
        assert int(refused.headers["Retry-After"]) > 0
        may_end.set()
    assert first.result().status == 200
    assert (await house.change("POST", PATH, json=BODY)).status == 200
