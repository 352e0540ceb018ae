"""Only who can take calls is available on the wallboard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from call_centre import WITHIN_S, CallCentre, Seat, open_call_centre
from key_effects import shows_effect_of


@pytest.fixture
async def call_centre(tmp_path: Path) -> AsyncIterator[CallCentre]:
    async with open_call_centre(tmp_path, server={"desk_grace_s": 0}) as centre:
        yield centre


async def counted(centre: CallCentre, **wanted: int) -> None:
    """Waits until the wallboard's agent counters are these, all others 0."""
    expected = {f"agents_{name}": count for name, count in wanted.items()}

    async def found() -> dict[str, int]:
        stats = await centre.get("sue", "/v1/stats")
        values = stats["queues"][0]["values"]
        return {
            name: count
            for name, count in values.items()
            if name.startswith("agents_") and count
        }

    async with asyncio.timeout(WITHIN_S):
        while (now := await found()) != expected:
            await asyncio.sleep(0.05)
    assert now == expected


async def begins(centre: CallCentre, name: str, state: str = "available") -> Seat:
    seat = await centre.sign_in(name)
    await seat.send("agent_state", state=state, id="s-1")
    await seat.next("done")
    return seat


async def test_who_logs_out_is_offline_at_once(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path) as centre:
        await begins(centre, "ana")
        await counted(centre, available=1)
        await centre.log_out("ana")
        await counted(centre)


@shows_effect_of("server.desk_grace_s")
async def test_who_closes_the_last_desk_is_counted_apart_until_it_opens_again(
    call_centre: CallCentre,
) -> None:
    ana = await begins(call_centre, "ana")
    second = await call_centre.sign_in("ana")
    await begins(call_centre, "ben")
    await counted(call_centre, available=2)
    await ana.leave()
    await call_centre.ring("ben")  # sentinel: one desk is still open
    await counted(call_centre, available=1, on_call=1)
    await second.leave()
    await counted(call_centre, no_desk=1, on_call=1)
    stats = await call_centre.get("sue", "/v1/stats")
    assert [(row["user"], row["desk"]) for row in stats["agents"]] == [
        ("ana", False),
        ("ben", True),
        ("cat", True),
    ]
    await call_centre.sign_in("ana")
    await counted(call_centre, available=1, on_call=1)


async def test_a_state_of_the_telephone_system_stays_without_a_desk(
    call_centre: CallCentre,
) -> None:
    await call_centre.event("agent_state", "a-1", "ana", state="available")
    await counted(call_centre, available=1)
    ana = await call_centre.sign_in("ana")
    await ana.leave()
    await call_centre.log_out("ana")
    ben = await begins(call_centre, "ben")
    await ben.leave()
    await counted(call_centre, available=1, no_desk=1)


async def test_a_restart_does_not_make_them_available_again(tmp_path: Path) -> None:
    server = {"desk_grace_s": 0}
    async with open_call_centre(tmp_path, server=server) as centre:
        ana = await begins(centre, "ana")
        await ana.leave()
        await counted(centre, no_desk=1)
        await begins(centre, "ben")
    async with open_call_centre(tmp_path, server=server, people=False) as centre:
        await counted(centre, no_desk=2)  # ben never came back after the restart


async def test_the_desk_is_told_that_the_telephone_rings_after_a_reconnection(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    call = await call_centre.ring("ana")
    await ana.until(lambda f: f.get("telephone") == "alerting")
    await ana.leave()
    await call_centre.hang_up(call)
    ana = await call_centre.sign_in("ana")
    await call_centre.ring("ana")
    await ana.until(
        lambda f: f["frame"] == "agent.updated" and f["telephone"] == "alerting"
    )
