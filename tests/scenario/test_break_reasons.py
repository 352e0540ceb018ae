"""What a break is for: its agent sees it, others only where names may be seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from call_centre import CallCentre, Seat, open_call_centre

LUNCH = {"name": "lunch", "label": "Lunch", "labels": {"de": "Mittag"}}
TRAINING = {"name": "training", "label": "Training"}
DESK = {"break_reasons": [LUNCH, TRAINING]}
NO_ONE = {"live_state_for": "none", "agent_figures_for": "none", "group_min": 1}


async def says(seat: Seat, number: int, **said: Any) -> None:
    await seat.send("agent_state", id=f"s-{number}", **said)


async def own_state(seat: Seat, wanted: str | None) -> dict[str, Any]:
    return await seat.until(
        lambda f: (
            f["frame"] == "agent.updated"
            and f["reason"] == wanted
            and f["state"] != "offline"
        )
    )


def rows(seat: Seat) -> list[dict[str, Any]]:
    return [row for frame in seat.frames for row in frame.get("agents", [])]


async def me(centre: CallCentre) -> dict[str, Any]:
    found: dict[str, Any] = (await centre.get("ana", "/v1/me/data"))["state"]
    return found


async def test_a_reason_is_told_to_its_agent_and_named_to_who_may_see_names(
    tmp_path: Path,
) -> None:
    named = NO_ONE | {"live_state_for": "supervisor"}
    async with open_call_centre(tmp_path, desk=DESK, privacy=named) as centre:
        board = await centre.sign_in("sue", kind="wallboard")
        ana, ben = await centre.sign_in("ana"), await centre.sign_in("ben")
        assert [x["name"] for x in ana.named("hello")[0]["break_reasons"]] == [
            "lunch", "training",
        ]  # fmt: skip
        await says(ana, 1, state="break", reason="lunch")
        assert (await own_state(ana, "lunch"))["state"] == "break"
        await board.until(
            lambda f: any(row["reason"] == "lunch" for row in f.get("agents", []))
        )
        assert {r["user"] for r in rows(board) if r["reason"]} == {"ana"}
        assert (await me(centre))["reason"] == "lunch"
        await says(ana, 2, state="available")
        await own_state(ana, None)
        await says(ben, 1, state="available")
        await own_state(ben, None)
        assert '"reason": "lunch"' not in json.dumps(ben.frames)
        assert "reason" not in await me(centre)


async def test_without_the_key_no_one_else_hears_of_a_reason(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path, desk=DESK, privacy=NO_ONE) as centre:
        board = await centre.sign_in("sue", kind="wallboard")
        ana, ben = await centre.sign_in("ana"), await centre.sign_in("ben")
        await says(ana, 1, state="break", reason="training")
        await own_state(ana, "training")
        await centre.ring("ben", queue="sales")  # sentinel
        await ben.next_pop()
        await board.next("wallboard.delta")
        stats = await centre.get("sue", "/v1/stats")
        assert stats["queues"][0]["values"]["agents_break"] == 1
        heard = json.dumps([*board.frames, *ben.frames, stats])
        assert '"reason": "training"' not in heard
        assert (stats["agents"], rows(board)) == ([], [])


@pytest.mark.parametrize(
    "said", [{"state": "break", "reason": "x"}, {"state": "wrap_up", "reason": "lunch"}]
)
async def test_a_reason_that_is_not_of_the_list_is_refused(
    tmp_path: Path, said: dict[str, str]
) -> None:
    async with open_call_centre(tmp_path, desk=DESK) as centre:
        ana = await centre.sign_in("ana")
        await says(ana, 1, **said)
        assert (await ana.next("error"))["code"] == "bad_reason"
        await says(ana, 2, state="break")
        await own_state(ana, None)


async def test_a_restart_keeps_the_reason(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path, desk=DESK) as centre:
        ana = await centre.sign_in("ana")
        await says(ana, 1, state="break", reason="lunch")
        await own_state(ana, "lunch")
    async with open_call_centre(tmp_path, desk=DESK, people=False) as centre:
        await own_state(await centre.sign_in("ana"), "lunch")
        assert (await me(centre))["reason"] == "lunch"


async def test_a_word_of_the_telephone_system_has_no_reason(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path, desk=DESK) as centre:
        ana = await centre.sign_in("ana")
        await says(ana, 1, state="break", reason="lunch")
        await own_state(ana, "lunch")
        await centre.event("agent_state", "a-1", "ana", state="available")
        await own_state(ana, None)
