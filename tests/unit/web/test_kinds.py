"""What supervisors read about outcomes, results and campaigns."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from web_doubles import FakeKinds

from screenpop.domain.agent import AgentPrivacy
from screenpop.domain.orders_after import KnownCaller, OrderSums
from screenpop.history.kinds import CallKind
from screenpop.wallboard.groups import GroupRule

RANGE = "from=2026-11-20&to=2026-11-21"
TV, RADIO = "+442079460100", "+442079460101"
MANY = {f"agent{n}" for n in range(6)}


def rows() -> list[CallKind]:
    return [
        CallKind(TV, 9, 7, 5, {"sold": 2}, {*MANY}),
        CallKind(RADIO, 3, 3, 1, {"sold": 1, "no": 1}, {*MANY}),
    ]


async def orders(
    callers: Sequence[KnownCaller], days: int
) -> Mapping[str, OrderSums] | None:
    callers_of = {("c-1", 5)}
    return {TV: OrderSums(orders=days, revenue={"EUR": 10.004}, callers=callers_of)}


@pytest.fixture
def campaigns() -> dict[str, Any]:
    rule = GroupRule(AgentPrivacy(group_min=5), {}, agents=9)
    return {
        "kinds": FakeKinds(rows()), "orders_after": orders, "groups": lambda: rule,
        "labels": {"dialled": {TV: "Television"}, "result": {"sold": "Sold"}},
        "privacy": AgentPrivacy(group_min=5),
    }  # fmt: skip


async def test_only_supervisors_read_it(house: Any) -> None:
    await house.sign_in("ana")
    refused = await house.ask("GET", f"/v1/stats/kinds?{RANGE}")
    assert (refused.status, refused.json["error"]["code"]) == (403, "role")


async def test_a_campaign_has_calls_results_and_orders(
    open_house: Any, campaigns: dict[str, Any]
) -> None:
    house = await open_house(**campaigns)
    await house.sign_in("sue")
    path = f"/v1/stats/kinds?{RANGE}&group=dialled&orders_days=3"
    told = (await house.ask("GET", path)).json
    tv, radio = told["rows"]
    assert (tv["label"], tv["calls"], tv["answered"], tv["known"]) == (
        "Television", 9, 7, 5,
    )  # fmt: skip
    assert (tv["results"], tv["orders"], tv["revenue"]) == ({"sold": 2}, 3, {"EUR": 10})
    assert (radio["label"], radio["orders"], radio["revenue"]) == (RADIO, 0, {})
    assert (told["orders_days"], told["results"]) == (3, {"sold": "Sold"})


async def test_results_of_few_people_are_left_out(
    open_house: Any, campaigns: dict[str, Any]
) -> None:
    few = [*rows(), CallKind("", 1, 1, 1, {"sold": 1}, {"ana"})]
    house = await open_house(**{**campaigns, "kinds": FakeKinds(few)})
    await house.sign_in("sue")
    told = (await house.ask("GET", f"/v1/stats/kinds?{RANGE}&group=dialled")).json
    hidden = [row["name"] for row in told["rows"] if row["results"] is None]
    assert "" in hidden
    assert len(hidden) == 2  # else it were what is missing to the sum of all
    assert all(r["orders"] is None for r in told["rows"] if r["name"] in hidden)
    assert [row["calls"] for row in told["rows"]] == [9, 3, 1]


async def test_results_that_few_people_chose_are_one_row(
    open_house: Any, campaigns: dict[str, Any]
) -> None:
    chosen = [
        CallKind("", 9, 2, 2, {}, {*MANY}),
        CallKind("sold", 4, 4, 3, {"sold": 4}, {"ana"}),
        CallKind("no", 2, 2, 1, {"no": 2}, {"ben"}),
    ]
    house = await open_house(**{**campaigns, "kinds": FakeKinds(chosen)})
    await house.sign_in("sue")
    told = (await house.ask("GET", f"/v1/stats/kinds?{RANGE}&group=result")).json
    assert "sold" not in str(told["rows"])
    assert [(row["name"], row["calls"]) for row in told["rows"]] == [(None, 15)]


async def test_what_no_one_took_hides_nothing(
    open_house: Any, campaigns: dict[str, Any]
) -> None:
    lost = [*rows(), CallKind("", 4, 0, 0)]
    house = await open_house(**{**campaigns, "kinds": FakeKinds(lost)})
    await house.sign_in("sue")
    told = (await house.ask("GET", f"/v1/stats/kinds?{RANGE}&group=dialled")).json
    assert [row["results"] for row in told["rows"]] == [
        {"sold": 2}, {"sold": 1, "no": 1}, {},
    ]  # fmt: skip


async def test_answered_calls_of_unknown_people_are_those_of_few(
    open_house: Any, campaigns: dict[str, Any]
) -> None:
    """Retention removed who took them, the sums stay."""
    old = [*rows(), CallKind("", 4, 4, 2, {"sold": 1})]
    house = await open_house(**{**campaigns, "kinds": FakeKinds(old)})
    await house.sign_in("sue")
    told = (await house.ask("GET", f"/v1/stats/kinds?{RANGE}&group=dialled")).json
    assert [row["results"] for row in told["rows"]][-1] is None


async def test_without_a_source_of_orders_there_is_no_such_figure(house: Any) -> None:
    await house.sign_in("sue")
    told = (await house.ask("GET", f"/v1/stats/kinds?{RANGE}")).json
    assert (told["group"], told["orders_days"], told["rows"]) == ("outcome", None, [])


async def test_a_file_has_a_column_for_each_result(
    open_house: Any, campaigns: dict[str, Any]
) -> None:
    house = await open_house(**campaigns)
    await house.sign_in("sue")
    path = f"/v1/stats/kinds?{RANGE}&group=dialled"
    answer = await house.ask("GET", path, headers={"Accept": "text/csv"})
    tv, radio = csv.DictReader(io.StringIO(answer.body.decode(), newline=""))
    assert (tv["result_no"], tv["result_sold"], tv["revenue_EUR"]) == ("0", "2", "10.0")
    assert (radio["result_no"], radio["orders"], radio["revenue_EUR"]) == (
        "1", "0", "0",
    )  # fmt: skip


@pytest.mark.parametrize("asked", ["from=2025-01-01&to=2026-06-01", f"{RANGE}&group=x"])
async def test_what_cannot_be_answered_is_refused(house: Any, asked: str) -> None:
    await house.sign_in("sue")
    refused = await house.ask("GET", f"/v1/stats/kinds?{asked}")
    assert (refused.status, refused.json["error"]["code"]) == (400, "bad_query")


async def test_a_row_opens_its_calls_page_by_page(
    open_house: Any, campaigns: dict[str, Any]
) -> None:
    house = await open_house(**campaigns)
    await house.sign_in("sue")
    path = f"/v1/stats/kinds/calls?{RANGE}&group=dialled&limit=1&name={TV}"
    told = (await house.ask("GET", path)).json
    (call,) = told["calls"]
    assert (call["call_id"], call["why"], call["dialled"]) == ("c-1", "Television.", TV)
    last = (await house.ask("GET", f"{path}&before={told['before']}")).json
    assert (last["calls"], last["before"]) == ([], None)
    assert [opened[1] for opened in campaigns["kinds"].opened] == [TV, TV]


async def test_a_result_of_few_people_does_not_open(
    open_house: Any, campaigns: dict[str, Any]
) -> None:
    chosen = [CallKind("sold", 4, 4, 3, {"sold": 4}, {"ana"})]
    house = await open_house(**{**campaigns, "kinds": FakeKinds(chosen)})
    await house.sign_in("sue")
    path = f"/v1/stats/kinds/calls?{RANGE}&group=result&name=sold"
    assert (await house.ask("GET", path)).status == 400


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("figure=answered", "Television. Answered."),
        ("figure=known&result=sold", "Television. Known customer. Last result: Sold."),
        (
            "figure=orders&orders_days=3",
            "Television. Known customer. An order within 3 days.",
        ),
    ],
)
async def test_each_figure_opens_and_each_call_says_why_it_counts(
    open_house: Any, campaigns: dict[str, Any], asked: str, why: str
) -> None:
    house = await open_house(**campaigns)
    await house.sign_in("sue")
    path = f"/v1/stats/kinds/calls?{RANGE}&group=dialled&name={TV}&{asked}"
    assert [x["why"] for x in (await house.ask("GET", path)).json["calls"]] == [why]
    (wanted,) = campaigns["kinds"].wanted
    assert wanted.callers == ({("c-1", 5)} if wanted.figure == "orders" else set())


async def test_the_work_of_a_row_that_is_not_shown_does_not_open(
    open_house: Any, campaigns: dict[str, Any]
) -> None:
    """Beyond the rows that are shown, how many people took its calls is not known."""
    house = await open_house(**campaigns)
    await house.sign_in("sue")
    path = f"/v1/stats/kinds/calls?{RANGE}&group=dialled&name=%2B4969000"
    assert (await house.ask("GET", f"{path}&result=sold")).status == 400


@pytest.mark.parametrize("asked", ["result=sold", "figure=orders"])
async def test_the_work_of_few_people_does_not_open(
    open_house: Any, campaigns: dict[str, Any], asked: str
) -> None:
    few = [CallKind(TV, 4, 4, 3, {"sold": 4}, {"ana"})]
    house = await open_house(**{**campaigns, "kinds": FakeKinds(few)})
    await house.sign_in("sue")
    path = f"/v1/stats/kinds/calls?{RANGE}&group=dialled&name={TV}"
    assert (await house.ask("GET", f"{path}&{asked}")).status == 400
    assert (await house.ask("GET", path)).status == 200
