"""A call whose end was lost is ended by a person, and lives on when it was alive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from call_centre import WITHIN_S, CallCentre, open_call_centre

from screenpop.history.audit import Audit
from screenpop.node.tidying import tidy_up
from screenpop.support.clock import SystemClock


@pytest.fixture
async def call_centre(tmp_path: Path) -> AsyncIterator[CallCentre]:
    async with open_call_centre(tmp_path) as centre:
        yield centre


async def totals(centre: CallCentre, **wanted: int) -> None:
    """Waits until these numbers of the total are so."""

    async def found() -> dict[str, Any]:
        values = (await centre.get("sue", "/v1/stats"))["queues"][0]["values"]
        return {name: values[name] for name in wanted}

    async with asyncio.timeout(WITHIN_S):
        while await found() != wanted:
            await asyncio.sleep(0.05)


async def test_an_agent_ends_the_call_on_their_desk(call_centre: CallCentre) -> None:
    ana = await call_centre.sign_in("ana")
    call = await call_centre.ring("ana")
    await call_centre.answer(call, "ana")
    status, answer = await call_centre.post("ana", f"/v1/calls/{call}/over")
    assert (status, answer["call_id"]) == (200, call)
    closed = await ana.next("pop.closed")
    assert (closed["call_id"], closed["reason"], closed["wrap_up"]) == (
        call,
        "cleared",
        True,
    )
    await totals(call_centre, talking=0, direct_answered=1)


async def test_the_next_sign_of_life_brings_the_call_back(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    call = await call_centre.ring("ana")
    await call_centre.answer(call, "ana")
    await call_centre.post("ana", f"/v1/calls/{call}/over")
    await ana.next("pop.closed")
    await call_centre.event("held", call, "ana")
    opened = await ana.next("pop.opened")
    assert (opened["call_id"], opened["state"]) == (call, "held")
    await call_centre.hang_up(call)
    assert (await ana.next("pop.closed"))["reason"] == "ended"


async def test_a_supervisor_clears_a_phantom_that_waits(
    call_centre: CallCentre,
) -> None:
    await call_centre.event("queued", "ghost", queue="sales", direction="inbound")
    await totals(call_centre, waiting=1)
    live = await call_centre.get("sue", "/v1/live")
    assert [(x["call_id"], x["phase"], x["queue"]) for x in live["calls"]] == [
        ("ghost", "queued", "sales")
    ]
    assert (await call_centre.post("sue", "/v1/calls/ghost/over?line=main"))[0] == 200
    await totals(call_centre, waiting=0)
    assert (await call_centre.get("sue", "/v1/live"))["calls"] == []
    # It was alive: the caller waits on, and the wait is that of the beginning.
    await call_centre.event("alerting", "ghost", "ana")
    await totals(call_centre, waiting=1, offered=1, abandoned=0, short_abandoned=0)


async def test_who_said_so_is_in_the_journal_and_in_the_audit(
    call_centre: CallCentre,
) -> None:
    call = await call_centre.ring("ana")
    await call_centre.post("sue", f"/v1/calls/{call}/over")
    entries = await call_centre.service.journal.read(0, 100)  # type: ignore[arg-type]
    said = [e.record for e in entries if getattr(e.record, "action", "") == "over"]
    assert [(x.user, x.call_id) for x in said] == [("sue", call)]  # type: ignore[union-attr]
    audit = Audit(call_centre.service.past.database, SystemClock())
    (entry, *_) = await audit.recent()
    assert (entry.username, entry.action, entry.object) == (
        "sue",
        "call.over",
        f"main/{call}",
    )


async def test_an_agent_ends_neither_a_colleagues_call_nor_a_shared_one(
    call_centre: CallCentre,
) -> None:
    theirs = await call_centre.ring("ben")
    status, answer = await call_centre.post("ana", f"/v1/calls/{theirs}/over")
    assert (status, answer["error"]["code"]) == (404, "unknown_call")
    both = await call_centre.ring("ana", "ben")
    status, answer = await call_centre.post("ana", f"/v1/calls/{both}/over")
    assert (status, answer["error"]["code"]) == (403, "others_in_call")
    assert "Ben" in answer["error"]["message"]
    assert (await call_centre.get("sue", "/v1/live"))["count"] == 2
    assert await call_centre.status("ana", "/v1/live") == 403


async def test_a_call_that_is_over_is_not_ended_again(call_centre: CallCentre) -> None:
    call = await call_centre.ring("ana")
    assert (await call_centre.post("ana", f"/v1/calls/{call}/over"))[0] == 200
    assert (await call_centre.post("ana", f"/v1/calls/{call}/over"))[0] == 404


async def test_many_calls_end_together_and_none_holds_up_a_phone_that_rings(
    call_centre: CallCentre,
) -> None:
    follower, door = call_centre.service.follower, call_centre.service.door
    follower.book._settle_us = 1
    calls = [await call_centre.ring("ana") for _ in range(7)]
    for call in calls:
        await call_centre.hang_up(call)
    cases = follower.desk.cases
    made_small: list[int] = []

    async def turn() -> None:
        made_small.append(sum(bool(case.packed) for case in cases.values()))

    await tidy_up(follower, door, turn)
    assert made_small == [5, 7]
