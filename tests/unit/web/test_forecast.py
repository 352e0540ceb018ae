"""`GET /v1/forecast`: for supervisors, with goals from the configuration."""

from __future__ import annotations

from typing import Any

import pytest

from screenpop.domain.agent import AgentPrivacy
from screenpop.domain.call_counts import CountingRules
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.wallboard.groups import GroupRule


async def test_a_forecast_is_for_supervisors(house: Any) -> None:
    await house.sign_in("ana")
    refused = await house.ask("GET", "/v1/forecast")
    assert (refused.status, refused.json["error"]["code"]) == (403, "role")
    await house.sign_in("sue")
    assert (await house.ask("GET", "/v1/forecast")).json["state"] == "made"


async def test_goals_are_those_of_the_configuration(open_house: Any) -> None:
    level = ServiceLevelRules(target_s=30, target_by_queue={"sales": 10})
    house = await open_house(counting=CountingRules(service_level=level))
    await house.sign_in("sue")
    asked = (await house.ask("GET", "/v1/forecast")).json["asked"]
    assert (asked["service_level"], asked["within_s"], asked["days"]) == (0.8, 30, 7)
    assert (asked["shrinkage"], asked["queue"], asked["as_of"]) == (0.3, None, None)
    asked = (await house.ask("GET", "/v1/forecast?queue=sales")).json["asked"]
    assert (asked["queue"], asked["within_s"]) == ("sales", 10)


async def test_a_request_may_have_other_goals(house: Any) -> None:
    await house.sign_in("sue")
    path = "/v1/forecast?days=28&interval=15&as_of=2026-11-02&agents=12&shrinkage=0.1"
    asked = (await house.ask("GET", f"{path}&patience_s=90&wrap_up_s=30")).json["asked"]
    assert (asked["days"], asked["interval_min"]) == (28, 15)
    assert (asked["as_of"], asked["agents"], asked["shrinkage"]) == (
        "2026-11-02", 12, 0.1,
    )  # fmt: skip
    assert (asked["patience_s"], asked["wrap_up_s"]) == (90, 30)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("days=29", "from 1 to 28"),
        ("interval=20", "interval: '20' is not one of 15, 30, 60"),
        ("as_of=tomorrow", "is not a date"),
        ("agents=-1", "agents"),
        ("service_level=1", "from 0 to 0.999"),
        ("service_level=80", "Write 80 % as 0.8."),
        ("shrinkage=nan", "shrinkage: must be a number"),
        ("patience_s=0", "Write seconds"),
    ],
)
async def test_what_cannot_be_planned_is_refused(
    house: Any, query: str, says: str
) -> None:
    await house.sign_in("sue")
    refused = await house.ask("GET", f"/v1/forecast?{query}")
    error = refused.json["error"]
    assert refused.status == 400
    assert says in f"{error['message']} {error['remedy']}"


async def test_a_figure_of_the_work_of_few_is_not_used(open_house: Any) -> None:
    many, few = {f"agent{n}" for n in range(6)}, {"ana", "ben"}
    queues = {"sales": many, "late": many, "night": few}
    for agents, found in (
        (9, {"": "asked", "?queue=sales": "asked", "?queue=night": "all_queues",
             "?queue=late": "all_queues", "?queue=never": "all_queues"}),
        (2, {"": "no_one", "?queue=night": "no_one"}),
    ):  # fmt: skip
        rule = GroupRule(AgentPrivacy(group_min=5), queues, agents=agents)
        house = await open_house(groups=lambda rule=rule: rule)
        await house.sign_in("sue")
        for query, whose in found.items():
            asked = (await house.ask("GET", f"/v1/forecast{query}")).json["asked"]
            assert asked["handle_time_of"] == whose, query
