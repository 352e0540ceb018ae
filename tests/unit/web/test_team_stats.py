"""Teams of the past: those that are large enough, and never an agent."""

from __future__ import annotations

from typing import Any

import pytest
from web_doubles import FakeCounts

from screenpop.domain.agent import AgentPrivacy
from screenpop.history.counts_asked import CountedCall, CountedPlace, IntervalSums
from screenpop.wallboard.groups import GroupRule

DAY = "from=2026-11-20&to=2026-11-21"
TEAMS = {"first": {*"abcde"}, "second": {*"fg"}, "third": {*"hijklmno"}}
LABELS = {"team": {"first": "First line", "second": "Second", "third": "Third"}}


class Teams:
    """Two calls of each team in the first interval."""

    async def sums(
        self, asked: Any, starts: Any, people_min: int, shown: Any
    ) -> list[IntervalSums]:
        assert (people_min, shown) == (5, ["third"])
        amounts = {
            "answered": 2, "handled": 1, "talk_us": 90_000_000,
            "handle_us": 300, "available_us": 100,
        }  # fmt: skip
        return [
            IntervalSums(interval_us=asked.from_us, group=team, amounts=amounts)
            for team in TEAMS
        ]

    async def calls(
        self, asked: Any, team: str, before: Any, limit: int
    ) -> list[CountedCall]:
        place = CountedPlace(
            interval_us=asked.from_us, line="main", call_id=team, occurrence=0,
            queue="sales",
        )  # fmt: skip
        return [
            CountedCall(
                place=place, dialled="", arrived_us=asked.from_us, answered_us=None,
                ended_us=None, outcome=None, amounts={"answered": 1},
            )
        ]  # fmt: skip


@pytest.fixture
async def supervised(open_house: Any) -> Any:
    counts = FakeCounts()
    counts.teams = Teams()  # type: ignore[attr-defined]
    rule = GroupRule(AgentPrivacy(group_min=5), {}, agents=15, teams=TEAMS)
    house = await open_house(counts=counts, groups=lambda: rule, labels=LABELS)
    await house.sign_in("sue")
    return house


async def test_a_small_team_and_the_next_larger_have_no_figures(
    supervised: Any,
) -> None:
    path = f"/v1/stats?{DAY}&by=day&group=team"
    found = (await supervised.ask("GET", path)).json
    values = {row["team"]: row["values"] for row in found["rows"]}
    assert values["third"] == {
        "team_answered": 2, "team_average_handle_time_s": 90.0, "team_occupancy": 0.75,
    }  # fmt: skip
    assert {*values["second"].values(), *values["first"].values()} == {None}
    assert found["total"]["team_answered"] == 2  # of what is shown
    assert [each["name"] for each in found["counters"]] == [*values["third"]]


async def test_teams_of_a_range_have_labels(supervised: Any) -> None:
    found = (await supervised.ask("GET", f"/v1/stats/places?{DAY}&group=team")).json
    assert [(x["label"], x["values"]["team_answered"]) for x in found["rows"]] == [
        ("First line", None), ("Second", None), ("Third", 2),
    ]  # fmt: skip


async def test_the_calls_of_a_team_open_if_its_figure_is_shown(supervised: Any) -> None:
    path = f"/v1/stats/calls?{DAY}&number=team_answered&team="
    (call,) = (await supervised.ask("GET", f"{path}third")).json["calls"]
    assert (call["call_id"], call["why"]) == ("third", "Answered by an agent of Third.")
    refused = await supervised.ask("GET", f"{path}second")
    assert "too few agents" in refused.json["error"]["message"]


async def test_teams_are_not_counted_by_queue(supervised: Any) -> None:
    refused = await supervised.ask("GET", f"/v1/stats?{DAY}&group=team&queue=sales")
    assert "counts the calls of all queues" in refused.json["error"]["message"]
