"""What the book of calls drops, everything forgets: at the limit and after the end."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections import Counter
from enum import Enum
from pathlib import Path
from types import FunctionType, ModuleType

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


CARDS = "key,name,company,phone,open,limit,terms\n" + "".join(
    f"{n},Name {n},Company {n} Ltd,+4420794600{n:02d},12{n}.50,1000,30 days\n"
    for n in range(60)
)
SHARED = (type, ModuleType, FunctionType, Enum)
AN_ENDED_CALL_BYTES_MAX = 3000


def bytes_of(roots: list[object]) -> int:
    """The memory of all that hangs on the roots, what others share included."""
    seen, waiting, total = set[int](), list(roots), 0
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, SHARED):
            continue
        seen.add(id(each))
        total += sys.getsizeof(each)
        waiting.extend(gc.get_referents(each))
    return total


def held(call_centre: CallCentre, call_id: str) -> list[object]:
    """What book, desk and placing keep of a call."""
    follower = call_centre.service.follower
    (key,) = [key for key in follower.desk.cases if key[1] == call_id]
    newest = follower.placing.occurrences._newest
    roots = [follower.book._followed[key], follower.desk.cases[key], newest[key[:2]]]
    return [*roots, *(p[key] for p in follower.desk.pops.values() if key in p)]


async def test_an_ended_call_costs_little_and_its_card_comes_back_whole(
    tmp_path: Path,
) -> None:
    (tmp_path / "cards.csv").write_text(CARDS)
    cards = {"connector": "csv_file", "path": "cards.csv", "numbers": ["phone"]}
    about = {"source": "cards", "match": {"key": "customer.key"}}
    async with open_call_centre(
        tmp_path,
        sources={"cards": cards},
        lookups={
            "who": {"source": "cards", "facet": "identity", "kind": "identity"},
            "balance": {**about, "facet": "balance", "fields": {"open": "open"}},
            "terms": {**about, "facet": "credit_terms", "fields": {"limit": "limit"}},
        },
    ) as call_centre:
        follower = call_centre.service.follower
        follower.book._settle_us = 1
        ana = await call_centre.sign_in("ana")
        costs = []
        for n in range(20):
            call = await call_centre.ring("ana", caller=f"+4420794600{n:02d}")
            await ana.card(call, "balance", "credit_terms")
            await call_centre.answer(call, "ana")
            await call_centre.hang_up(call)
            await ana.next("pop.closed")
            follower.tidy()
            costs.append(bytes_of(held(call_centre, call)))
        assert max(costs) < AN_ENDED_CALL_BYTES_MAX, costs
        back = await call_centre.sign_in("ana")
        (resync,) = back.named("resync")
        values = [x["facets"]["balance"]["fields"]["open"] for x in resync["pops"]]
        assert [x["value"] for x in values] == [f"12{n}.50" for n in range(20)]
