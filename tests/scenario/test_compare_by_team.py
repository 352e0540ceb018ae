"""Another tool's figure or list of a team, against what its agents answered."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from call_centre import CallCentre, open_call_centre
from typer.testing import CliRunner

from screenpop.cli import application

TEAMS = {
    "north": {"label": "North", "members": ["ana", "ben"]},
    "south": {"label": "South", "members": ["cat"]},
}
ONCE = ["each call once, at the team's first answer"]


async def three_answers(centre: CallCentre) -> str:
    """A call of ana's goes on to ben, another is cat's; returns the day."""
    await centre.ring("ana", "cat", call_id="c-1", queue="sales")
    await centre.answer("c-1", "ana")
    await centre.event("ended", "c-1", "ana", scope="leg")
    await centre.event("alerting", "c-1", "ben")
    await centre.answer("c-1", "ben")
    await centre.hang_up("c-1")
    await centre.ring("cat", call_id="c-2", queue="sales")
    await centre.answer("c-2", "cat")
    await centre.hang_up("c-2")
    await centre.archived()
    return str((await centre.get("sue", "/v1/stats"))["day"])


async def compared(centre: CallCentre, day: str, **more: Any) -> tuple[int, Any]:
    body = {"from": day, "to": f"{day}T23:59", "team": "north", **more}
    return await centre.post("sue", "/v1/stats/compare", **body)


async def test_a_team_is_counted_in_other_ways(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path, teams=TEAMS) as centre:
        day = await three_answers(centre)
        stats = await centre.get("sue", f"/v1/stats?from={day}&by=day&group=team")
        here = {row["team"]: row["values"]["team_answered"] for row in stats["rows"]}
        assert here == {"north": 2, "south": 1}
        figure = {"number": "team_answered", "value": 1}
        _, found = await compared(centre, day, figure=figure)
        own, *others = found["readings"]
        assert (own["value"], own["changes"], own["is_equal"]) == (2, [], False)
        (once,) = (each for each in others if each["changes"] == ONCE)
        assert (once["value"], once["is_equal"]) == (1, True)
        (call,) = once["calls"]
        assert (call["call_id"], call["own"], call["other"]) == ("c-1", 2, 1)
        assert found["calls_read"] == 1
        rows = f"id,start\nc-1,{day} 12:00\nc-9,{day} 12:00\n"
        _, found = await compared(centre, day, calls_csv=rows)
        listed = found["list"]
        assert (listed["matched"], listed["differences"] >= 1) == (1, True)
        assert {each["kind"] for each in listed["groups"]} & {"only_there"}
        assert "c-2" not in json.dumps(listed)  # of the other team
        for wrong, said in (
            ({"figure": {"number": "offered", "value": 1}}, "not a number of a team"),
            ({"figure": figure, "queue": "sales"}, "calls of all queues"),
        ):
            status, answer = await compared(centre, day, **wrong)
            assert (status, said in answer["error"]["message"]) == (400, True), said
    words = ["compare", "--figure", "team_answered=1", "--team", "north", "--json"]
    words += ["--from", day, "--to", f"{day}T23:59"]
    words += ["--config", str(tmp_path / "screenpop.yaml")]
    done = await asyncio.to_thread(CliRunner().invoke, application("compare"), words)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["readings"][0]["value"] == 2
