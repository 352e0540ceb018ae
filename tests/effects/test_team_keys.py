"""Keys under `teams`: who works together, and what the team is called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from call_centre import open_call_centre
from key_effects import shows_effect_of

TEAMS = {
    "north": {"label": "North", "members": ["ana", "Ben"]},
    "south": {"label": "South", "members": ["gone"]},
}


@shows_effect_of("teams.NAME.label", "teams.NAME.members")
async def test_a_team_is_shown_with_what_its_members_do(tmp_path: Path) -> None:
    privacy = {"group_min": 1, "live_state_for": "supervisor"}
    async with open_call_centre(tmp_path, privacy=privacy, teams=TEAMS) as centre:
        board = await centre.sign_in("sue", kind="wallboard")
        north, south = (await board.next("wallboard.snapshot"))["teams"]
        assert (north["team"], north["label"], south["label"]) == (
            "north", "North", "South",
        )  # fmt: skip
        call = await centre.ring("ana", queue="sales")
        assert await board_says(board, "team_alerting") == 1
        await centre.answer(call, "ana")
        assert await board_says(board, "team_talking") == 1
        await centre.hang_up(call)
        stats = await centre.get("sue", "/v1/stats")
        values = stats["teams"][0]["values"]
        assert (values["team_answered"], values["team_talking"]) == (1, 0)
        assert {row["team"] for row in stats["agents"]} == {"north", None}


async def board_says(board: Any, number: str) -> float:
    """What the first team's number is when it is no longer 0."""
    while True:
        for team in (await board.next("wallboard.delta"))["teams"] or ():
            if team["values"].get(number):
                return float(team["values"][number])


async def test_a_team_of_too_few_people_has_its_name_only(tmp_path: Path) -> None:
    async with open_call_centre(
        tmp_path, privacy={"group_min": 3}, teams=TEAMS
    ) as centre:
        board = await centre.sign_in("sue", kind="wallboard")
        snapshot = await board.next("wallboard.snapshot")
        await centre.ring("ana", queue="sales")
        delta = await board.next("wallboard.delta")
        for frame in (snapshot, delta):
            for team in frame["teams"] or ():
                assert team["values"] == {}
        assert [team["label"] for team in snapshot["teams"]] == ["North", "South"]
