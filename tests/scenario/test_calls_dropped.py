"""What the book of calls drops, everything forgets: at the limit and after the end."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from call_centre import AGENTS, CallCentre, open_call_centre

LIVE_MAX = 20
RINGING = 60
NAMES = list(AGENTS)


def kept(call_centre: CallCentre) -> dict[str, int]:
    """How many calls does each fold hold something of?"""
    follower = call_centre.service.follower
    desk, feed = follower.desk, follower.feed
    return {
        "book": len(follower.book),
        "cases": len(desk.cases),
        "pops": sum(map(len, desk.pops.values())),
        "open pops": sum(map(len, desk.open_pops.values())),
        "lookups": len(follower.lookups),
        "ringing": round(feed.snapshot().queues[0].values["alerting"] or 0),
    }


async def test_no_card_and_no_count_stays_of_calls_beyond_the_limit(
    tmp_path: Path,
) -> None:
    """Three times as many calls ring as may be followed; then all hang up."""
    async with open_call_centre(
        tmp_path, limits={"live_calls_max": LIVE_MAX}, calls={"linger_s": 0.001}
    ) as call_centre:
        seats = {name: await call_centre.sign_in(name) for name in NAMES}
        calls = [
            await call_centre.ring(NAMES[n % len(NAMES)], call_id=f"c-{n}")
            for n in range(RINGING)
        ]
        at_most = dict.fromkeys(("book", "cases", "pops", "open pops"), LIVE_MAX)
        found = kept(call_centre)
        assert {key: found[key] for key in at_most} == at_most
        assert found["lookups"] <= LIVE_MAX
        assert found["ringing"] == LIVE_MAX
        for call in calls:
            await call_centre.hang_up(call)
        opened, closed = Counter[str](), Counter[str]()
        for seat in seats.values():
            while closed[seat.name] < RINGING // len(NAMES):
                frame = await seat.next("pop.opened", "pop.closed")
                told = opened if frame["frame"] == "pop.opened" else closed
                told[seat.name] += 1
        assert opened == closed
        async with asyncio.timeout(10):
            while any(kept(call_centre).values()):
                await asyncio.sleep(0.05)


async def test_a_browser_that_was_away_when_its_call_was_dropped_starts_afresh(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path, limits={"live_calls_max": 1}) as call_centre:
        ana = await call_centre.sign_in("ana")
        await call_centre.ring("ana")
        await ana.next("pop.opened")
        await ana.leave()
        await call_centre.ring("ben")
        back = await call_centre.sign_in("ana", after=ana.last_offset)
        (resync,) = back.named("resync")
        assert resync["pops"] == []
