"""Other teams and other rules of counting while a call goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from call_centre import CallCentre, Frame, Seat, open_call_centre, write_config

from screenpop.config.reloads import ReloadSeen
from screenpop.support.clock import FakeClock

NORTH = {"north": {"label": "North", "members": ["ana", "ben"]}}
SOUTH = {
    "north": {"label": "North", "members": ["ben"]},
    "south": {"label": "South", "members": ["ana"]},
}


async def reload(centre: CallCentre, folder: Path, **config: Any) -> ReloadSeen:
    write_config(folder, **config)
    done = await centre.service.reloader.reload("ada")
    assert done.outcome == "switched", done.problems
    return done


async def board_of(
    watcher: Seat, wanted: Callable[[Frame], bool], frame: str = "wallboard.snapshot"
) -> Frame:
    return await watcher.until(lambda x: x["frame"] == frame and wanted(x))


def teams_of(frame: Frame) -> dict[str, dict[str, float]]:
    return {row["team"]: row["values"] for row in frame["teams"] or ()}


async def past(centre: CallCentre, query: str = "") -> Any:
    await centre.archived()
    now = datetime.fromtimestamp(centre.service.clock.now_us() / 1e6, UTC)
    first = (now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:00")
    last = (now + timedelta(hours=1)).strftime("%Y-%m-%dT%H:00")
    return await centre.get("sue", f"/v1/stats?from={first}&to={last}&by=15m{query}")


async def test_a_talk_goes_along_to_the_new_team_and_past_answers_stay(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path, FakeClock(), teams=NORTH) as centre:
        board = await centre.sign_in("sue", kind="wallboard")
        over = await centre.ring("ana", queue="sales")
        await centre.answer(over, "ana")
        await centre.hang_up(over)
        talk = await centre.ring("ana", queue="sales")
        await centre.answer(talk, "ana")
        await centre.archived()
        await board.until(
            lambda x: teams_of(x).get("north", {}).get("team_talking") == 1
        )

        await reload(centre, tmp_path, teams=SOUTH)
        frame = await board_of(board, lambda x: "south" in teams_of(x))
        north, south = teams_of(frame).values()
        assert (north["team_talking"], south["team_talking"]) == (0, 1)
        assert (north["team_answered"], south["team_answered"]) == (0, 2)
        rows = {row["user"]: row["team"] for row in frame["agents"]}
        assert (rows["ana"], rows["ben"], rows["cat"]) == ("south", "north", None)

        await centre.hang_up(talk)
        await board.until(
            lambda x: teams_of(x).get("south", {}).get("team_talking") == 0
        )
        kept = await past(centre, "&group=team")
        assert answers(kept) == {"north": 1, "south": 1}


def answers(kept: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in kept["rows"]:
        team = row["team"]
        found[team] = found.get(team, 0) + (row["values"]["team_answered"] or 0)
    return {team: count for team, count in found.items() if count}


async def test_a_caller_who_waits_is_counted_by_the_new_target(tmp_path: Path) -> None:
    """Who was answered before keeps the target of that time, live and in the past."""
    clock = FakeClock()
    strict: dict[str, Any] = {
        "service_level": {"target_s": 10},
        "queues": {"sales": {"label": "Sales"}},
    }
    mild: dict[str, Any] = {
        "service_level": {"target_s": 20, "variant": "answered_only"},
        "queues": {"sales": {"label": "Sales", "target_s": 60}},
    }
    async with open_call_centre(tmp_path, clock, **strict) as centre:
        board = await centre.sign_in("sue", kind="wallboard")
        first = await board.next("wallboard.snapshot")
        assert formula(first, "service_level").startswith("Answered within")
        for call in ("early", "late"):
            await waits(centre, call)
        clock.advance(30)
        await taken(centre, "early")
        await centre.archived()
        await board.until(lambda x: sales(x).get("waiting") == 1)
        stats = await live(centre)
        assert stats["service_level_answered_only"] == 0
        assert stats["service_level_in_queue_now"] == 0

        await reload(centre, tmp_path, **mild)
        changed = await board_of(board, lambda x: bool(sales(x)))
        assert formula(changed, "service_level") != formula(first, "service_level")
        assert sales(changed)["service_level_in_queue_now"] == 1
        clock.advance(5)
        await taken(centre, "late")
        await board.until(lambda x: sales(x).get("waiting") == 0)
        stats = await live(centre)
        assert stats["service_level"] == stats["service_level_answered_only"] == 0.5
        kept = await past(centre, "&queue=sales")
        assert kept["total"]["service_level_answered_only"] == 0.5
        assert [x["rules"].split(" from ")[0] for x in kept["counted_by"]] == [
            "Target <= 10 s",
            "Target <= 20 s",
        ]


async def waits(centre: CallCentre, call: str) -> None:
    caller = {"from": "+442079460958", "direction": "inbound"}
    await centre.event("queued", call, queue="sales", **caller)


async def taken(centre: CallCentre, call: str) -> None:
    for kind in ("alerting", "answered"):
        await centre.event(kind, call, "ana")


def formula(frame: Frame, name: str) -> str:
    return str(next(x["formula"] for x in frame["counters"] if x["name"] == name))


def sales(frame: Frame) -> dict[str, float]:
    rows = frame.get("queues") or ()
    return next((row["values"] for row in rows if row["queue"] == "sales"), {})


async def live(centre: CallCentre) -> dict[str, float]:
    return sales(await centre.get("sue", "/v1/stats"))
