"""Several nodes on one Redis: does each serve every agent, and survive its Redis?"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from call_centre import (
    Seat,
    let_everybody_in,
    open_call_centre,
    signed,
    write_config,
)
from key_effects import shows_effect_of
from one_source import serving
from redis_gate import gate_before
from redis_server import RedisServer, folder, free_port, on_redis, redis_server

WITHIN_S = 15.0


@pytest.fixture
def server() -> Iterator[RedisServer]:
    with redis_server("--appendonly", "yes") as server:
        yield server


async def test_a_call_on_a_node_with_redis_from_ringing_to_the_history(
    tmp_path: Path, server: RedisServer
) -> None:
    async with open_call_centre(tmp_path, journal=on_redis(server)) as centre:
        ana = await centre.sign_in("ana")
        call_id = await centre.ring("ana", caller="+442079460958")
        assert (await ana.next_pop()).caller == "+442079460958"
        await centre.answer(call_id, "ana")
        await centre.hang_up(call_id)
        await ana.next("pop.closed")
        await centre.archived()
        ready = await centre.get("ada", "/readyz")
        assert "may lose the last second" in ready["notes"][0]
    async with open_call_centre(
        tmp_path, people=False, journal=on_redis(server)
    ) as centre:
        ana = await centre.sign_in("ana")  # the calls of before are known
        assert [call.key[1] for call in centre.service.follower.book] == [call_id]


async def test_an_event_at_one_node_opens_the_card_at_another(
    tmp_path: Path, server: RedisServer
) -> None:
    async with (
        open_call_centre(folder(tmp_path, "a"), journal=on_redis(server, "a")) as a,
        open_call_centre(folder(tmp_path, "b"), journal=on_redis(server, "b")) as b,
    ):
        ana, ben = await b.sign_in("ana"), await a.sign_in("ben")
        call_id = await a.ring("ana", "ben", caller="+12025550101")
        assert (await ana.next_pop()).call_id == call_id
        assert (await ben.next_pop()).call_id == call_id
        await b.answer(call_id, "ben")  # the telephone system changed the node
        assert (await ana.next("pop.closed"))["call_id"] == call_id
        await b.hang_up(call_id)
        assert (await ben.next("pop.closed"))["call_id"] == call_id
        assert len(ana.named("pop.opened")) == len(ben.named("pop.opened")) == 1
        repeated = {"type": "ended", "call_id": "c-9", "event_id": "e-9"}
        assert await a.tell(repeated) == await b.tell(repeated) == 200
        assert a.service.journal.identity == b.service.journal.identity
        _, newest = await a.service.journal.bounds()
        await a.tell(repeated)
        assert (await b.service.journal.bounds())[1] == newest


async def test_the_first_events_of_a_call_at_two_nodes_are_one_call(
    tmp_path: Path, server: RedisServer
) -> None:
    async with (
        open_call_centre(folder(tmp_path, "a"), journal=on_redis(server, "a")) as a,
        open_call_centre(folder(tmp_path, "b"), journal=on_redis(server, "b")) as b,
    ):
        ids = [f"c-{number}" for number in range(40)]
        told = [
            centre.tell({"type": kind, "call_id": call_id, "agents": agents})
            for call_id in ids
            for centre, kind, agents in ((a, "arrived", []), (b, "alerting", ["1001"]))
        ]
        assert set(await asyncio.gather(*told)) == {200}
        _, newest = await a.service.journal.bounds()
        async with asyncio.timeout(WITHIN_S):
            while min(x.service.follower.offset for x in (a, b)) < newest:
                await asyncio.sleep(0.01)
        begun = [sorted(call.key for call in x.service.follower.book) for x in (a, b)]
        assert begun[0] == begun[1]
        assert sorted(call_id for _, call_id, _ in begun[0]) == sorted(ids)
        for centre in (a, b):
            await centre.archived()
            past = await centre.get("ada", "/v1/calls?limit=100")
            assert sorted(x["call_id"] for x in past["calls"]) == sorted(ids)
    async with open_call_centre(
        folder(tmp_path, "c"), journal=on_redis(server, "c")
    ) as c:  # reads it all again
        assert sorted(call.key for call in c.service.follower.book) == begun[0]


async def test_an_agent_goes_from_one_node_to_another_and_misses_nothing(
    tmp_path: Path, server: RedisServer
) -> None:
    async with (
        open_call_centre(folder(tmp_path, "a"), journal=on_redis(server, "a")) as a,
        open_call_centre(folder(tmp_path, "b"), journal=on_redis(server, "b")) as b,
    ):
        ana = await a.sign_in("ana")
        first = await a.ring("ana", caller="+12025550101")
        await ana.next_pop()
        await ana.leave()
        second = await a.ring("ana", caller="+12025550102", call_id="c-away")
        there = await b.sign_in("ana", after=ana.last_offset)
        third = await b.ring("ana", caller="+12025550103", call_id="c-sentinel")
        await there.until(lambda frame: frame.get("call_id") == third)
        opened = [frame["call_id"] for frame in there.named("pop.opened")]
        assert opened == [second, third]
        assert first not in opened


async def test_a_node_whose_journal_was_emptied_asks_to_begin_again(
    tmp_path: Path, server: RedisServer
) -> None:
    async with open_call_centre(
        tmp_path, journal=on_redis(server, patience_s=1)
    ) as centre:
        ana = await centre.sign_in("ana")
        await centre.ring("ana")
        await ana.next_pop()
        seen = ana.last_offset
        identity = centre.service.journal.identity
        server.command("FLUSHALL")
        async with asyncio.timeout(WITHIN_S):
            await centre.service.replaced.wait()
        assert (await centre.get("ada", "/readyz"))["status"] == "not_ready"
    async with open_call_centre(
        tmp_path, people=False, journal=on_redis(server)
    ) as centre:
        assert centre.service.journal.identity != identity
        ana = await centre.sign_in("ana", after=seen)
        assert ana.named("resync")[-1]["reason"] == "other_journal"
        call_id = await centre.ring("ana", call_id="c-new")
        pop = await ana.next_pop()
        assert pop.call_id == call_id
        assert pop.frame["offset"] > seen  # no number is given twice
        await centre.archived()


async def test_a_served_node_reads_everything_again_without_ending_its_process(
    tmp_path: Path, server: RedisServer
) -> None:
    port = free_port()
    await let_everybody_in(tmp_path)
    config = write_config(
        tmp_path,
        server={"port": port, "country": "GB", "data_dir": "data"},
        journal=on_redis(server),
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "screenpop", "serve", "--config", str(config),
        "--log-level", "error",
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        async with aiohttp.ClientSession() as http, asyncio.timeout(60):
            await is_ready(http, url)
            body = b'{"type": "arrived", "call_id": "c-1", "event_id": "e-1"}'
            assert await taken(http, url, body) == 200
            before = identity_in(server)
            server.command("FLUSHALL")
            while identity_in(server) in ("", before):
                await asyncio.sleep(0.05)
            await is_ready(http, url)
            assert await taken(http, url, body) == 200
            found = server.command("XRANGE", "{screenpop}:journal", "-", "+")
            assert "e-1" in found
        assert process.returncode is None
    finally:
        process.terminate()
        assert await process.wait() == 0


async def is_ready(http: aiohttp.ClientSession, url: str) -> None:
    while True:
        with suppress(aiohttp.ClientError):
            async with http.get(f"{url}/readyz") as answer:
                if answer.status == 200:
                    return
        await asyncio.sleep(0.1)


async def taken(http: aiohttp.ClientSession, url: str, body: bytes) -> int:
    """As a telephone system does it: again while it is refused."""
    while True:
        with suppress(aiohttp.ClientError):
            address = f"{url}/v1/telephony/main"
            async with http.post(address, data=body, headers=signed(body)) as answer:
                if answer.status != 503:
                    return answer.status
        await asyncio.sleep(0.1)


def identity_in(server: RedisServer) -> str:
    return server.command("HGET", "{screenpop}:journal:about", "identity")


async def test_browsers_leave_a_node_that_hears_nothing_more(
    tmp_path: Path, server: RedisServer
) -> None:
    """Its way to Redis works, but for the connection that reads."""
    async with (
        gate_before(server.port) as gate,
        open_call_centre(
            folder(tmp_path, "a"), journal=on_redis(server, "a", url=gate.url)
        ) as a,
        open_call_centre(folder(tmp_path, "b"), journal=on_redis(server, "b")) as b,
    ):
        ana = await a.sign_in("ana")
        await b.ring("ana", call_id="c-0")
        await ana.next_pop()
        gate.deaf_to = b"XREAD"
        await asyncio.sleep(1.5)  # the read under way ends
        await b.ring("ana", call_id="c-1")
        async with asyncio.timeout(2 * WITHIN_S):
            await ana.closed.wait()
        assert (await a.get("ada", "/readyz"))["status"] == "not_ready"
        assert a.service.journal.health.behind >= 1
        there = await b.sign_in("ana", after=ana.last_offset)
        assert [x["call_id"] for x in there.named("pop.opened")] == ["c-1"]
        gate.deaf_to = None
        async with asyncio.timeout(WITHIN_S):
            while a.service.journal.health.is_stuck:
                await asyncio.sleep(0.1)


@asynccontextmanager
async def customers() -> AsyncIterator[tuple[dict[str, Any], list[str]]]:
    """The keys of a source over HTTP, and the numbers that it was asked for."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.query["number"])
        return web.json_response({"id": "7", "name": "Ada Archer"})

    async with serving(answer) as url:
        source = {"connector": "http_json", "base_url": url, "cache_s": 0}
        lookup = {"source": "crm", "facet": "identity", "path": "/?number={number}"}
        yield {"sources": {"crm": source}, "lookups": {"who": lookup}}, asked


def names(seat: Seat) -> list[str]:
    """Whom the frames of a seat name as the caller."""
    told = [{**frame, **frame.get("changes", {})} for frame in seat.frames]
    return [each["name"] for frame in told for each in frame.get("candidates", ())]


async def test_the_sources_are_asked_once_whatever_node_the_agent_is_at(
    tmp_path: Path, server: RedisServer
) -> None:
    async with (
        customers() as (config, asked),
        open_call_centre(
            folder(tmp_path, "a"), journal=on_redis(server, "a"), **config
        ) as a,
        open_call_centre(
            folder(tmp_path, "b"), journal=on_redis(server, "b"), **config
        ) as b,
    ):
        ana, ben = await b.sign_in("ana"), await a.sign_in("ben")
        for number in range(5):
            node = (a, b)[number % 2]
            await node.ring(
                "ana", "ben", caller=f"+1202555010{number}", call_id=f"c-{number}"
            )
        for seat in (ana, ben):
            await seat.until(lambda _, seat=seat: len(names(seat)) >= 5)  # type: ignore[misc]
        assert sorted(asked) == [f"+1202555010{number}" for number in range(5)]


async def test_another_node_asks_for_the_calls_of_one_that_died(
    tmp_path: Path, server: RedisServer
) -> None:
    """The choice of an agent at the other node brings what only the customer gives."""
    async with (
        customers() as (config, asked),
        open_call_centre(
            folder(tmp_path, "b"), journal=on_redis(server, "b"), **config
        ) as b,
    ):
        ana = await b.sign_in("ana")
        async with open_call_centre(
            folder(tmp_path, "a"), journal=on_redis(server, "a"), **config
        ) as a:
            await a.ring("ana", caller="+12025550100", call_id="c-1")
            await ana.until(lambda _: len(names(ana)) >= 1)
        assert asked == ["+12025550100"]
        await ana.until(lambda _: len(asked) >= 2 or len(names(ana)) >= 2)
        assert asked == ["+12025550100"] * 2


@shows_effect_of("security.session_key_file")
async def test_a_session_of_one_node_holds_at_another_with_the_same_key(
    tmp_path: Path, server: RedisServer
) -> None:
    key = {"session_key_file": str(tmp_path / "shared.key")}
    async with (
        open_call_centre(
            folder(tmp_path, "a"), journal=on_redis(server, "a"), security=key
        ) as a,
        open_call_centre(
            folder(tmp_path, "b"), journal=on_redis(server, "b"), security=key
        ) as b,
        open_call_centre(folder(tmp_path, "c"), journal=on_redis(server, "c")) as c,
    ):
        headers = {"Cookie": await a.cookie_of("ana")}
        for node, status in ((b, 200), (c, 401)):
            session = f"{node.url}/v1/session"
            async with node.http.get(session, headers=headers) as answer:
                assert answer.status == status
