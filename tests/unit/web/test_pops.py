"""What supervisors read about cards."""

from __future__ import annotations

from typing import Any

import pytest
from web_doubles import FakePopped

from screenpop.domain.agent import AgentPrivacy
from screenpop.domain.popped import PoppedCall
from screenpop.wallboard.groups import GroupRule

RANGE = "from=2026-11-20&to=2026-11-21"
CALLS = [
    PoppedCall(queue=queue, has_number=True, is_matched=True, handle_us=60_000_000)
    for queue in ("sales", "tiny")
]
PEOPLE = {"sales": ["a", "b", "c", "d", "e", "f"], "tiny": ["a"]}


async def test_only_supervisors_read_it(house: Any) -> None:
    await house.sign_in("ana")
    refused = await house.ask("GET", f"/v1/stats/pops?{RANGE}")
    assert (refused.status, refused.json["error"]["code"]) == (403, "role")


async def test_shares_of_nothing_are_null(house: Any) -> None:
    await house.sign_in("sue")
    told = (await house.ask("GET", f"/v1/stats/pops?{RANGE}")).json
    assert (told["calls"], told["match_rate"], told["before_answer_rate"]) == (
        0, None, None,
    )  # fmt: skip
    assert [stage["name"] for stage in told["stages"]] == ["pop", "painted", "complete"]
    assert told["left_out"] is None


async def test_a_queue_of_few_agents_has_no_handle_time_of_its_own(
    open_house: Any,
) -> None:
    rule = GroupRule(AgentPrivacy(group_min=5), PEOPLE, agents=6)
    house = await open_house(
        popped=FakePopped(CALLS, more=True), groups=lambda: rule,
        labels={"queue": {"sales": "Sales"}},
    )  # fmt: skip
    await house.sign_in("sue")
    told = (await house.ask("GET", f"/v1/stats/pops?{RANGE}")).json
    labels = [each["label"] for each in told["handle_times"]]
    assert labels == ["All queues"]  # sales is merged with tiny
    assert told["match_rate"] == 1
    assert told["left_out"].startswith("The newest")


async def test_of_one_queue_there_is_no_row_of_all(open_house: Any) -> None:
    house = await open_house(
        popped=FakePopped(CALLS[:1]), labels={"queue": {"sales": "Sales"}}
    )
    await house.sign_in("sue")
    told = (await house.ask("GET", f"/v1/stats/pops?{RANGE}&queue=sales")).json
    assert [each["label"] for each in told["handle_times"]] == ["Sales"]


@pytest.mark.parametrize("days", ["from=2026-01-01&to=2026-06-01", "from=x"])
async def test_a_range_that_is_too_long_or_wrong_is_refused(
    house: Any, days: str
) -> None:
    await house.sign_in("sue")
    refused = await house.ask("GET", f"/v1/stats/pops?{days}")
    assert (refused.status, refused.json["error"]["code"]) == (400, "bad_query")
