"""Call ids that come again, on one line or on two, through the real service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from call_centre import SIGNING_SECRET, CallCentre, Frame, Seat, open_call_centre

FIRST, SECOND = "+442079460391", "+442079460392"


def line(**settings: str) -> dict[str, Any]:
    return {
        "dialect": "generic",
        "country": "GB",
        "settings": {"signing_secret": SIGNING_SECRET, **settings},
    }


@pytest.fixture
async def call_centre(tmp_path: Path) -> AsyncIterator[CallCentre]:
    async with open_call_centre(
        tmp_path, lines={"main": line(), "sbc": line()}, calls={"reuse_grace_s": 0.2}
    ) as centre:
        yield centre


def at(**back: float) -> str:
    return (datetime.now(UTC) - timedelta(**back)).isoformat()


def named(frame: Frame) -> tuple[str, str, int]:
    return frame["line"], frame["call_id"], frame["occurrence"]


async def closed_of(seat: Seat, opened: Frame) -> Frame:
    """The end of that card and of no other."""
    closed = await seat.next("pop.closed")
    assert named(closed) == named(opened)
    return closed


async def test_yesterdays_call_id_rings_again_today(call_centre: CallCentre) -> None:
    ana = await call_centre.sign_in("ana")
    for kind, minutes in (("alerting", 3), ("answered", 2), ("ended", 1)):
        when = at(days=1, minutes=minutes)
        more = {"from": FIRST} if kind == "alerting" else {}
        await call_centre.event(kind, "17", "ana", at=when, **more)
    before = await ana.next("pop.opened")
    await closed_of(ana, before)
    await call_centre.event("alerting", "17", "ana", at=at(), **{"from": SECOND})
    after = await ana.next("pop.opened")
    assert after["caller"]["number"] == SECOND
    assert after["occurrence"] > before["occurrence"]


async def test_a_queue_offers_the_same_call_to_the_same_agent_again(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    ring = {"type": "alerting", "call_id": "re-1", "from": FIRST, "agents": ["1001"]}
    stop = {"type": "ended", "scope": "leg", "call_id": "re-1", "agents": ["1001"]}
    for _ in range(3):
        await call_centre.tell(ring)
        await call_centre.tell(ring)  # the same delivery
        opened = await ana.next("pop.opened")
        await call_centre.tell(stop)
        assert (await closed_of(ana, opened))["reason"] == "unanswered"
    kinds = [f["frame"] for f in ana.frames if f["frame"].startswith("pop.")]
    assert kinds.count("pop.opened") == kinds.count("pop.closed") == 3


async def test_two_lines_with_the_same_call_id_are_two_cards_and_two_calls(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    for name, caller in (("main", FIRST), ("sbc", SECOND)):
        event = {"type": "alerting", "call_id": "17", "from": caller}
        await call_centre.tell({**event, "agents": ["1001"]}, line=name)
    first, second = await ana.next("pop.opened"), await ana.next("pop.opened")
    await ana.send(
        "note", call_id="17", line="main", occurrence=first["occurrence"], text="first"
    )
    await ana.send("note", call_id="17", text="the newest")
    await call_centre.tell({"type": "ended", "call_id": "17"}, line="sbc")
    await closed_of(ana, second)
    await call_centre.archived()
    for name, text in (("main", "first"), ("sbc", "the newest")):
        call = await call_centre.get("ana", f"/v1/calls/17?line={name}")
        assert (call["line"], call["note"]) == (name, text)


async def test_each_occurrence_has_its_own_history(call_centre: CallCentre) -> None:
    ana = await call_centre.sign_in("ana")
    seen = []
    for caller in (FIRST, SECOND):
        await call_centre.event("alerting", "17", "ana", **{"from": caller})
        opened = await ana.next("pop.opened")
        await call_centre.answer("17", "ana")
        await ana.send(
            "note", text=caller, **dict(zip(NAMES, named(opened), strict=True))
        )
        await ana.next("pop.updated")
        await call_centre.hang_up("17")
        await closed_of(ana, opened)
        seen.append(opened["occurrence"])
    await call_centre.archived()
    for occurrence, caller in zip(seen, (FIRST, SECOND), strict=True):
        call = await call_centre.get("ana", f"/v1/calls/17?occurrence={occurrence}")
        assert (call["caller"]["number"], call["note"]) == (caller, caller)
    newest = await call_centre.get("ana", "/v1/calls/17")
    assert newest["occurrence"] == seen[1]
    assert await call_centre.status("ana", "/v1/calls/17?occurrence=1") == 404


NAMES = ("line", "call_id", "occurrence")


async def test_a_line_whose_clock_is_five_minutes_behind_rings_until_the_answer(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    for kind in ("alerting", "answered"):
        await call_centre.event(
            kind, "c-1", "ana", at=at(seconds=301), **{"from": FIRST}
        )
    opened = await ana.next("pop.opened")
    await ana.until(lambda frame: frame.get("state") == "answered")
    age = datetime.now(UTC) - datetime.fromisoformat(opened["alerting_at"])
    assert age < timedelta(seconds=30)
    call_centre.service.follower.tidy()
    assert not ana.named("pop.closed")


async def test_a_ring_that_comes_ten_minutes_late_goes_to_the_history_only(
    call_centre: CallCentre,
) -> None:
    ana = await call_centre.sign_in("ana")
    await call_centre.event("alerting", "now", "ben", at=at())
    await call_centre.event("alerting", "late", "ana", at=at(minutes=10))
    await call_centre.event("alerting", "sentinel", "ana", at=at())
    assert (await ana.next_pop()).call_id == "sentinel"
    await call_centre.archived()
    assert (await call_centre.get("ana", "/v1/calls/late"))["call_id"] == "late"


async def test_a_wrong_clock_is_shown_and_warned_about(
    call_centre: CallCentre,
) -> None:
    await call_centre.event("alerting", "c-1", "ana", at=at(seconds=301))
    (line,) = [
        each
        for each in (await call_centre.get("ada", "/v1/lines"))["lines"]
        if each["line"] == "main"
    ]
    assert -303 < line["clock_ahead_s"] < -299
    ready = await call_centre.get("ada", "/readyz")
    (problem,) = [x for x in ready["problems"] if x["part"] == "line main"]
    assert "s behind this machine's" in problem["message"]
    await call_centre.event("answered", "c-1", "ana", at=at())
    ready = await call_centre.get("ada", "/readyz")
    assert "line main" not in [x["part"] for x in ready["problems"]]
