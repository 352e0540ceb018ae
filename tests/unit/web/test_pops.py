"""What supervisors read about cards."""

from __future__ import annotations

from typing import Any

import pytest
from web_doubles import FakePopped

from screenpop.domain.agent import AgentPrivacy
from screenpop.domain.popped import CardShown, FacetOnCard, PoppedCall
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


FACETS = tuple(
    FacetOnCard(facet=facet, outcome=outcome, shown_us=2)
    for facet, outcome in (("balance", "ok"), ("notes", "empty"), ("orders", "failed"))
)
SHOWN = [
    PoppedCall(
        queue="sales", has_number=True, is_matched=True, handle_us=1,
        cards=(CardShown(rang_us=1, answered_us=3, delivered_us=2, facets=FACETS),),
    ),
    PoppedCall(
        queue="sales", has_number=False, is_matched=False, handle_us=1,
        cards=(CardShown(rang_us=1, answered_us=3, facets=FACETS[:1]),),
    ),
    PoppedCall(queue="tiny", has_number=True, is_matched=False),
]  # fmt: skip


@pytest.mark.parametrize(
    ("figure", "found"),
    [
        ("figure=calls", [0, 1, 2]),
        ("figure=with_number", [0, 2]),
        ("figure=matched", [0]),
        ("figure=answered", [0, 1]),
        ("figure=delivered", [0]),
        ("figure=before_answer", [0]),
        ("figure=complete", []),
        ("figure=others", [0, 1]),
        ("figure=stage_complete", [0, 1]),
        ("facet=balance&figure=filled", [0, 1]),
        ("facet=notes&figure=empty", [0]),
        ("facet=orders&figure=failed", [0]),
        ("facet=notes&figure=before_answer", [0]),
        ("facet=notes&figure=filled", []),
    ],
)
async def test_each_figure_opens_the_calls_that_it_counts(
    open_house: Any, figure: str, found: list[int]
) -> None:
    house = await open_house(
        popped=FakePopped(SHOWN), labels={"facet": {"balance": "Balance"}}
    )
    await house.sign_in("sue")
    told = (await house.ask("GET", f"/v1/stats/pops/calls?{RANGE}&{figure}")).json
    assert [each["call_id"] for each in told["calls"]] == [f"c-{n}" for n in found]
    counted = (await house.ask("GET", f"/v1/stats/pops?{RANGE}")).json
    name = figure.removeprefix("figure=")
    if name in counted:
        assert counted[name] == len(found)
    if figure == "facet=balance&figure=filled":
        assert told["calls"][0]["why"] == "Balance was filled."


async def test_a_figure_that_is_not_known_is_refused(house: Any) -> None:
    await house.sign_in("sue")
    refused = await house.ask("GET", f"/v1/stats/pops/calls?{RANGE}&figure=agents")
    assert (refused.status, refused.json["error"]["code"]) == (400, "bad_query")
