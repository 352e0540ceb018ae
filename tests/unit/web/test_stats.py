from __future__ import annotations

from typing import Any

import pytest
from web_doubles import FakeCounts

from screenpop.domain.agent import AgentPrivacy
from screenpop.domain.call_counts import CountingRules
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.wallboard.groups import GroupRule

DAY = "from=2026-11-20&to=2026-11-21"


async def test_statistics_are_for_supervisors(house: Any) -> None:
    await house.sign_in("ana")
    for path in ("/v1/stats", f"/v1/stats?{DAY}", f"/v1/stats/calls?number=a&{DAY}"):
        refused = await house.ask("GET", path)
        assert (refused.status, refused.json["error"]["code"]) == (403, "role")
    await house.sign_in("sue")
    now = (await house.ask("GET", "/v1/stats")).json
    assert (now["queues"], now["agents"]) == ([], [])
    await house.sign_in("ada")
    assert (await house.ask("GET", "/v1/stats")).status == 200


async def test_the_past_is_answered_by_interval_with_its_formulas(house: Any) -> None:
    await house.sign_in("sue")
    found = (await house.ask("GET", f"/v1/stats?{DAY}&by=60m")).json
    assert [row["values"]["offered"] for row in found["rows"]] == [4] + [0] * 23
    assert found["rows"][0]["values"]["average_speed_of_answer_s"] == 4
    assert found["rows"][1]["values"]["average_speed_of_answer_s"] is None
    assert found["rows"][0]["start"] == "2026-11-20T00:00:00+00:00"
    assert found["total"]["offered"] == 4
    assert found["counted_by"] == [
        {"since": "1970-01-01T00:00:00+00:00", "rules": "Target <= 20 s."}
    ]
    names = {counter["name"] for counter in found["counters"]}
    assert names == found["total"].keys()
    assert "service_level_in_queue_now" not in names


async def test_each_service_level_says_what_it_is_made_of(open_house: Any) -> None:
    rules = CountingRules(service_level=ServiceLevelRules(variant="amazon"))
    house = await open_house(counting=rules)
    await house.sign_in("sue")
    now = (await house.ask("GET", "/v1/stats")).json["service_levels"]
    past = (await house.ask("GET", f"/v1/stats?{DAY}")).json
    assert now == past["service_levels"]
    assert [each["variant"] for each in now if each["own"]] == ["amazon"]
    assert now[0]["inputs"] == [
        "sl_answered_within", "sl_abandoned_within", "sl_callbacks_within",
        "sl_offered",
    ]  # fmt: skip
    assert all(each["source"] and each["rules"] for each in now)
    assert past["amounts"]["answered_wait_us"] == 8_000_000
    assert past["rows"][0]["amounts"] == past["amounts"]


async def test_a_group_has_a_row_for_each_of_its_values(house: Any) -> None:
    await house.sign_in("sue")
    found = (await house.ask("GET", f"/v1/stats?{DAY}&by=day&group=queue")).json
    assert [(row["queue"], row["values"]["offered"]) for row in found["rows"]] == [
        ("sales", 4)
    ]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("from=yesterday", "is not a date"),
        ("from=2026-11-21&to=2026-11-20", "before to"),
        ("from=2020-01-01&to=2026-11-21&by=15m", "3000 intervals"),
        (f"{DAY}&by=hour", "by: 'hour' is not one of"),
        (f"{DAY}&group=agent", "group: 'agent' is not one of"),
        (f"{DAY}&queue=%00", "NUL"),
        (f"{DAY}" + "&queue=x" * 51, "at most 50"),
    ],
)
async def test_what_cannot_be_counted_is_refused(
    house: Any, query: str, says: str
) -> None:
    await house.sign_in("sue")
    refused = await house.ask("GET", f"/v1/stats?{query}")
    assert refused.status == 400
    assert says in refused.json["error"]["message"]


async def test_a_number_is_opened_page_by_page(open_house: Any) -> None:
    counts = FakeCounts()
    house = await open_house(counts=counts)
    await house.sign_in("sue")
    asked = f"/v1/stats/calls?number=abandon_rate&{DAY}&limit=1&dialled=+4420"
    found = (await house.ask("GET", asked)).json
    assert counts.asked[-1].dialled == ("+4420",)
    (call,) = found["calls"]
    assert call["why"] == "Counts in sales as offered, abandoned."
    assert call["counts"] == {"offered": 1, "abandoned": 1}
    rest = (await house.ask("GET", f"{asked}&before={found['before']}")).json
    assert (rest["calls"], rest["before"]) == ([], None)
    refused = await house.ask("GET", f"{asked}&before=x")
    assert refused.json["error"]["code"] == "bad_cursor"


async def test_a_number_that_has_no_calls_behind_it_is_refused(house: Any) -> None:
    await house.sign_in("sue")
    refused = await house.ask("GET", f"/v1/stats/calls?number=waiting&{DAY}")
    assert refused.status == 400
    assert "service_level_amazon" in refused.json["error"]["remedy"]


async def test_several_numbers_are_opened_together(house: Any) -> None:
    await house.sign_in("sue")
    path = f"/v1/stats/calls?number=offered&number=direct&{DAY}"
    found = (await house.ask("GET", path)).json
    assert (found["number"], found["counts"]) == (
        "offered,direct", ["offered", "direct"],
    )  # fmt: skip


async def test_occupancy_is_of_all_agents_and_never_by_queue(house: Any) -> None:
    await house.sign_in("sue")
    found = (await house.ask("GET", f"/v1/stats?{DAY}&by=60m")).json
    assert [row["values"]["occupancy"] for row in found["rows"]] == [0.75] + [None] * 23
    assert found["total"]["occupancy"] == 0.75
    assert found["amounts"]["handle_us"] == 3_000_000
    for query in ("by=day&queue=sales", "by=day&line=main", "by=day&dialled=1"):
        other = (await house.ask("GET", f"/v1/stats?{DAY}&{query}")).json
        assert other["total"]["occupancy"] is None
    grouped = (await house.ask("GET", f"/v1/stats?{DAY}&by=day&group=queue")).json
    assert grouped["rows"][0]["values"]["occupancy"] is None
    assert grouped["total"]["occupancy"] == 0.75
    hours = f"/v1/stats/hours?number=occupancy&{DAY}"
    cells = (await house.ask("GET", hours)).json["cells"]
    assert [cell["value"] for cell in cells[:2]] == [0.75, None]
    refused = await house.ask("GET", f"/v1/stats/calls?number=occupancy&{DAY}")
    assert refused.status == 400
    assert "no calls are behind occupancy" in refused.json["error"]["message"]


async def test_occupancy_of_few_agents_is_not_shown(open_house: Any) -> None:
    rule = GroupRule(AgentPrivacy(group_min=5), {}, agents=4)
    house = await open_house(groups=lambda: rule)
    await house.sign_in("sue")
    found = (await house.ask("GET", f"/v1/stats?{DAY}&by=day")).json
    assert found["total"]["occupancy"] is None
    assert "occupancy" in found["hidden"]
    assert not {"handle_us", "available_us"} & found["amounts"].keys()
    hours = f"/v1/stats/hours?number=occupancy&{DAY}"
    cells = (await house.ask("GET", hours)).json["cells"]
    assert {cell["value"] for cell in cells} == {None}
