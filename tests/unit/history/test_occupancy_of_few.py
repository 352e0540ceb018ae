"""Time of few agents is in no sum, and is not the difference of two sums either."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection

import pytest
from sqlalchemy import insert

from screenpop.domain.local_time import QUARTER_US
from screenpop.history.count_tables import occupancy_counts
from screenpop.history.counts_asked import CountsAsked
from screenpop.history.engine import Database
from screenpop.history.past_occupancy import LEFT_OUT, occupancy_sums
from screenpop.wallboard.groups import TOTAL, merged_queues

FEW = 5
TEAMS = ("north", "south", "west", "")  # the last: of no team
Cells = dict[tuple[int, str], int]
"""(quarter of an hour, team): how many people's time."""


def handle_us(people: int) -> int:
    return people * 600_000_000 + 7


async def put(database: Database, cells: Cells) -> None:
    rows = [
        {
            "interval_us": number * QUARTER_US, "team": team, "people": people,
            "handle_us": handle_us(people), "available_us": people,
        }
        for (number, team), people in cells.items()
    ]  # fmt: skip
    async with database.write() as connection:
        await connection.execute(insert(occupancy_counts), rows)


async def seen(
    database: Database, quarters: int, step: int, shown: Collection[str] | None = None
) -> dict[tuple[int, str], dict[str, int]]:
    """By interval of so many quarters: of all (no team), or of the teams `shown`."""
    asked = CountsAsked(from_us=0, to_us=quarters * QUARTER_US)
    starts = list(range(0, asked.to_us, step * QUARTER_US))
    found = await occupancy_sums(
        database, asked, starts, FEW, by_team=shown is not None, shown=shown
    )
    return {(x.interval_us // QUARTER_US, x.group): dict(x.amounts) for x in found}


async def test_a_quarter_of_an_hour_of_few_is_in_no_sum(database: Database) -> None:
    people = {(0, "north"): 5, (1, "north"): 4, (2, "north"): 3, (2, "south"): 2}
    await put(database, people)
    assert await seen(database, 4, 1) == {
        (0, ""): {"handle_us": handle_us(5), "available_us": 5},
        (1, ""): {LEFT_OUT: 1},
        (2, ""): {"handle_us": handle_us(3) + handle_us(2), "available_us": 5},
    }
    whole = handle_us(5) + handle_us(3) + handle_us(2)
    assert await seen(database, 4, 4) == {
        (0, ""): {"handle_us": whole, "available_us": 10, LEFT_OUT: 1}
    }


async def test_a_team_of_few_is_left_out_with_the_next_larger_one(
    database: Database,
) -> None:
    await put(database, {(0, "north"): 2, (0, "south"): 6, (0, "west"): 7})
    assert await seen(database, 1, 1, ["north", "south", "west"]) == {
        (0, "north"): {LEFT_OUT: 1},
        (0, "south"): {LEFT_OUT: 1},
        (0, "west"): {"handle_us": handle_us(7), "available_us": 7},
    }


async def test_who_is_not_seen_with_a_team_is_not_what_is_missing_to_the_total(
    database: Database,
) -> None:
    await put(database, {(0, ""): 1, (0, "north"): 5, (0, "west"): 9})
    assert await seen(database, 1, 1, ["north", "west"]) == {
        (0, "north"): {LEFT_OUT: 1},
        (0, "west"): {"handle_us": handle_us(9), "available_us": 9},
    }


async def test_where_single_agents_may_be_seen_all_is_shown(database: Database) -> None:
    await put(database, {(0, "north"): 1, (0, "gone"): 2, (0, ""): 1})
    asked = CountsAsked(from_us=0, to_us=QUARTER_US)
    (whole,) = await occupancy_sums(database, asked, [0], 0)
    assert whole.amounts["available_us"] == 4
    teams = await occupancy_sums(database, asked, [0], 0, by_team=True)
    assert {x.group: x.amounts["available_us"] for x in teams} == {
        "north": 1, "gone": 2,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
async def test_each_difference_is_of_many_people(database: Database, seed: int) -> None:
    """Against `merged_queues`, which merges everywhere else."""
    rng, quarters = random.Random(seed), 40
    cells = {
        (number, team): rng.randrange(1, 9)
        for number in range(quarters)
        for team in TEAMS
        if rng.random() < 0.7
    }
    await put(database, cells)
    shown = ["north", "south", "west"]
    teams = await seen(database, quarters, 1, shown)
    total = await seen(database, quarters, 1)
    shapes: Counter[str] = Counter()
    for number in range(quarters):
        here = {team: n for (at, team), n in cells.items() if at == number}
        visible = {
            team for team in here if teams.get((number, team), {}).get("available_us")
        }
        people = {team: {f"{team}-{n}" for n in range(k)} for team, k in here.items()}
        if "" not in here:
            merged = merged_queues(people, FEW)
            assert visible == here.keys() - merged, number
            assert ((number, "") in total) == bool(here)
            has_total = "available_us" in total.get((number, ""), {})
            assert has_total == (bool(here) and TOTAL not in merged)
        rest = sum(n for team, n in here.items() if team not in visible)
        if "available_us" in total.get((number, ""), {}):
            assert rest == 0 or rest >= FEW, number
            shapes["some" if visible else "none"] += 1
        else:
            assert not visible
            shapes["hidden"] += 1
    assert min(shapes[x] for x in ("some", "none", "hidden")) > 0
    by_hour = await seen(database, quarters, 4, shown)
    for (hour, team), amounts in by_hour.items():
        parts = [teams.get((hour + n, team), {}) for n in range(4)]
        assert amounts.get("handle_us", 0) == sum(x.get("handle_us", 0) for x in parts)
