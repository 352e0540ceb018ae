"""Do nodes go on alone while Redis is away, and agree when it is back?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from call_centre import (
    CallCentre,
    open_call_centre,
)
from redis_gate import gate_before
from redis_server import DURABLE, RedisServer, folder, on_redis, redis_server

from screenpop.domain.agent import UserId
from screenpop.domain.call import CallId, Phase
from screenpop.journal import spool

WITHIN_S = 15.0


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server(*DURABLE) as server:
        yield server


async def test_a_node_without_a_spool_refuses_while_redis_is_away(
    tmp_path: Path, server: RedisServer
) -> None:
    options = on_redis(server, timeout_s=0.5, patience_s=0.2, spool_entries_max=0)
    async with open_call_centre(tmp_path, journal=options) as centre:
        ana = await centre.sign_in("ana")
        first = await centre.ring("ana", caller="+12025550101")
        await ana.next_pop()
        server.kill()
        event = {"type": "alerting", "call_id": "c-2", "agents": ["1001"]}
        assert await centre.tell(event) == 503
        assert (await centre.get("ada", "/readyz"))["status"] == "not_ready"
        server.start()
        async with asyncio.timeout(WITHIN_S):
            while await centre.tell(event) != 200:
                await asyncio.sleep(0.05)
        assert (await ana.next_pop()).call_id == "c-2"
        await centre.hang_up(first)
        assert (await ana.next("pop.closed"))["call_id"] == first
        assert not centre.service.replaced.is_set()


async def test_pops_go_on_at_the_node_of_the_call_while_redis_is_away(
    tmp_path: Path, server: RedisServer
) -> None:
    """And the others hear of it all when it is back; nobody sees a call twice."""
    async with (
        open_call_centre(folder(tmp_path, "a"), journal=on_redis(server, "a")) as a,
        open_call_centre(folder(tmp_path, "b"), journal=on_redis(server, "b")) as b,
    ):
        ana, ben = await a.sign_in("ana"), await b.sign_in("ben")
        await a.ring("ana", caller="+12025550100", call_id="c-before")
        await ana.next_pop()
        server.kill()
        await a.ring("ana", "ben", caller="+12025550101", call_id="c-away")
        assert (await ana.next_pop()).call_id == "c-away"
        await a.answer("c-away", "ana")
        await ana.until(lambda frame: frame.get("state") == "answered")
        ready = await a.get("ada", "/readyz")
        assert ready["status"] == "degraded"
        assert "goes on alone" in str(ready["problems"])
        server.start()
        await ana.until(lambda frame: frame["frame"] == "resync")
        [*pops] = ana.named("resync")[-1]["pops"]
        assert {pop["call_id"]: pop["state"] for pop in pops} == {
            "c-before": "alerting",
            "c-away": "answered",
        }
        await ben.until(lambda frame: frame.get("call_id") == "c-away")
        await b.hang_up("c-away")
        await ana.until(lambda frame: frame["frame"] == "pop.closed")
        assert len(ana.named("pop.opened")) == 2
        await b.ring("ben", caller="+12025550102", call_id="c-after")
        await ben.until(lambda frame: frame.get("call_id") == "c-after")
        mine = [frame["call_id"] for frame in ben.named("pop.opened")]
        assert mine == ["c-away", "c-after"]
        for node in (a, b):
            calls = {call.key[1]: call.phase for call in node.service.follower.book}
            assert set(calls) == {"c-before", "c-away", "c-after"}
            assert calls[CallId("c-away")] is Phase.ENDED


def phases(centre: CallCentre) -> list[Phase]:
    return [call.phase for call in centre.service.follower.book]


async def test_nodes_that_took_one_call_alone_agree_when_redis_is_back(
    tmp_path: Path, server: RedisServer
) -> None:
    """Each had its own part of the call; afterwards it is one call at both."""
    async with (
        open_call_centre(folder(tmp_path, "a"), journal=on_redis(server, "a")) as a,
        open_call_centre(folder(tmp_path, "b"), journal=on_redis(server, "b")) as b,
    ):
        ana, ben = await a.sign_in("ana"), await b.sign_in("ana")
        event = {"call_id": "c-1", "agents": ["1001"], "queue": "sales"}
        server.kill()
        assert await a.tell({"type": "alerting", **event}) == 200
        assert await b.tell({"type": "answered", **event}) == 200
        for seat in (ana, ben):
            pop = await seat.next_pop()
            note = {"call_id": "c-1", "text": f"as {pop.frame['state']}"}
            await seat.send("note", id=pop.frame["state"], **note)
            await seat.until(lambda frame: frame.get("reply_to") is not None)
        before = [x.service.follower.book.newest("main", "c-1") for x in (a, b)]
        first, second = [call.key for call in before if call is not None]
        assert first != second
        server.start()
        async with asyncio.timeout(WITHIN_S):
            while [phases(x) for x in (a, b)] != [[Phase.ANSWERED]] * 2:
                await asyncio.sleep(0.05)
        await b.hang_up("c-1")
        for seat in (ana, ben):
            await seat.until(lambda frame: frame["frame"] == "pop.closed")
            whole = [x for x in seat.frames if x["frame"] == "resync"][-1]
            assert len({x["occurrence"] for x in whole["pops"]}) <= 1
        keys = [[call.key for call in x.service.follower.book] for x in (a, b)]
        assert keys[0] == keys[1] == [first]
        told = [x.service.feed.snapshot().queues[0].values for x in (a, b)]
        assert [(x["offered"], x["answered"]) for x in told] == [(1, 1), (1, 1)]
        notes = [x.service.follower.desk.pops[UserId("ana")] for x in (a, b)]
        assert notes[0][first].note == notes[1][first].note


async def test_a_call_that_two_nodes_took_alone_is_shown_once(
    tmp_path: Path, server: RedisServer
) -> None:
    """The telephone system gave up too early at one; both kept it from its begin."""
    async with (
        open_call_centre(folder(tmp_path, "a"), journal=on_redis(server, "a")) as a,
        open_call_centre(folder(tmp_path, "b"), journal=on_redis(server, "b")) as b,
    ):
        seats = [await x.sign_in("ana") for x in (a, b)]
        server.kill()
        for kind in ("alerting", "answered", "ended"):
            event = {"type": kind, "call_id": "c-1", "event_id": kind}
            for centre in (a, b):
                assert await centre.tell({**event, "agents": ["1001"]}) == 200
        server.start()
        async with asyncio.timeout(WITHIN_S):
            while await stored_in(server) < 3 or a.service.journal.health.spooled:
                await asyncio.sleep(0.05)
        await a.ring("ana", call_id="c-2")
        for seat in seats:
            await seat.until(lambda frame: frame.get("call_id") == "c-2")
            opened = [frame["call_id"] for frame in seat.named("pop.opened")]
            assert opened == ["c-1", "c-2"]
        [one, other] = [[call.key for call in x.service.follower.book] for x in (a, b)]
        assert one == other


async def test_a_call_that_was_over_before_the_turn_back_is_on_the_desk(
    tmp_path: Path, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another node took it; this one caught up with it while still alone."""
    monkeypatch.setattr(spool, "NEAR_ENTRIES", 1)
    async with (
        gate_before(server.port) as gate,
        open_call_centre(
            folder(tmp_path, "a"), journal=on_redis(server, "a", url=gate.url)
        ) as a,
        open_call_centre(folder(tmp_path, "b"), journal=on_redis(server, "b")) as b,
    ):
        ana = await a.sign_in("ana")
        gate.shut()
        await a.ring("ana", call_id="mine")
        await ana.until(lambda frame: frame.get("call_id") == "mine")
        for kind in ("alerting", "ended"):
            event = {"type": kind, "call_id": "theirs", "event_id": kind}
            assert await b.tell({**event, "agents": ["1001"]}) == 200
        gate.open()
        await ana.until(lambda frame: frame.get("reason") == "other_journal")
        await b.ring("ana", call_id="next")
        await ana.until(lambda frame: frame.get("call_id") == "next")
        whole = ana.named("resync")[-1]
        there = {pop["call_id"]: pop.get("closed") for pop in whole["pops"]}
        assert there == {"mine": None, "theirs": "ended"}
        opened = [x["call_id"] for x in ana.named("pop.opened")]
        assert opened == ["mine", "next"]
        assert not a.service.follower.desk.unshown


async def stored_in(server: RedisServer) -> int:
    return server.command("XRANGE", "{screenpop}:journal", "-", "+").count('"c-1"')
