"""The recall list of several nodes on Redis and PostgreSQL is one list."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from call_centre import CallCentre, open_call_centre, write_config
from canary import NUMBER, OTHER_NUMBER, forms, found_in
from redis_server import RedisServer
from scenario.test_erasing import is_told_to_begin_again, screenpop
from scenario.test_erasing_on_nodes import (
    dumped,
    node,
    server,
    store,
)
from scenario.test_kill_and_restart import Server, free_port
from scenario.test_recall_list import BRIEF, act_at, rows_at

from screenpop.node import erase

__all__ = ["server", "store"]  # fixtures
WITHIN_S = 20.0


def without_saved_states(folder: Path) -> None:
    for saved in folder.rglob("*.snapshot"):
        saved.unlink()


async def rows(centre: CallCentre) -> list[Any]:
    found = []
    for state in ("open", "closed"):
        answer = await centre.get("sue", f"/v1/recalls?state={state}")
        found += answer["recalls"]
    return found


async def abandoned(centre: CallCentre, caller: str, call_id: str) -> None:
    await centre.event("queued", call_id, **{"from": caller, "queue": "sales"})
    await centre.event("alerting", call_id, "ana")
    await centre.hang_up(call_id)


async def agree(*centres: CallCentre, states: list[str]) -> list[Any]:
    """All show the same rows, in these states in any order."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            first, *others = [await rows(each) for each in centres]
            if sorted(x["state"] for x in first) == states and all(
                other == first for other in others
            ):
                return first
            await asyncio.sleep(0.05)


async def test_a_claim_at_a_node_that_is_killed_stays_at_the_others_and_in_the_store(
    tmp_path: Path, server: RedisServer, store: str
) -> None:
    port = free_port()
    (tmp_path / "a").mkdir()
    config = write_config(
        tmp_path / "a",
        server={"port": port},
        journal={"engine": "redis", "url": server.url, "node": "a", "patience_s": 0.3},
        store={"url": store},
        privacy={"key_file": "../persons.key"},
        **BRIEF,
    )
    async with (
        node(tmp_path, "b", server, store, **BRIEF) as b,
        node(tmp_path, "c", server, store, **BRIEF) as c,
        aiohttp.ClientSession() as http,
    ):
        a = Server(config, port)
        await a.start(http)
        try:
            for number in range(4):
                await abandoned(
                    (b, c)[number % 2], f"+44207946095{number}", f"c-{number}"
                )
            await agree(b, c, states=["waiting"] * 4)
            await act_at(http, a.url, "c-0", do="claim")
            await act_at(http, a.url, "c-1", do="close", reason="settled")
            at_a = await rows_at(http, a.url)
        finally:
            await a.end(signal.SIGKILL)
        states = ["claimed", "closed", "waiting", "waiting"]
        assert sorted(row["state"] for row in at_a) == states
        assert await agree(b, c, states=states) == at_a
        status, refused = await c.post("ana", "/v1/recalls/c-0", do="claim")
        assert (status, refused["error"]["code"]) == (403, "recall_claimed")
        await b.ring("ben", caller="+442079460952", call_id="back")
        await b.answer("back", "ben")
        await b.hang_up("back")
        before = await agree(b, c, states=["claimed", "closed", "closed", "waiting"])
        for each in (b, c):
            await each.archived()
    server.command("FLUSHALL")  # the journal is gone, the store is not
    without_saved_states(tmp_path)
    async with node(tmp_path, "d", server, store, **BRIEF) as d:
        assert await rows(d) == before


async def test_an_erased_caller_leaves_the_list_of_every_node(
    tmp_path: Path,
    server: RedisServer,
    store: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(erase, "SECOND_LOOK_S", 3.0)
    config = tmp_path / "a" / "screenpop.yaml"
    async with (
        node(tmp_path, "a", server, store, **BRIEF) as a,
        node(tmp_path, "b", server, store, **BRIEF) as b,
    ):
        await abandoned(a, NUMBER, "c-canary")
        await abandoned(b, OTHER_NUMBER, "c-other")
        await agree(a, b, states=["waiting"] * 2)
        for call_id in ("c-canary", "c-other"):
            assert (await a.post("ana", f"/v1/recalls/{call_id}", do="claim"))[0] == 200
        await agree(a, b, states=["claimed"] * 2)
        await a.archived()
        for centre in (a, b):
            await centre.service.snapshots.save(centre.service.journal, _turn)
        assert found_in(dumped(store), forms())  # else nothing is proved
        await screenpop("privacy", "erase", NUMBER, "--config", config)
        for centre in (a, b):
            await is_told_to_begin_again(centre)
    async with (
        node(tmp_path, "a", server, store, **BRIEF) as a,
        node(tmp_path, "b", server, store, **BRIEF) as b,
    ):
        (row,) = await agree(a, b, states=["claimed"])
        assert row["number"] == OTHER_NUMBER
        status, refused = await b.post("ana", "/v1/recalls/c-canary", do="release")
        assert (status, refused["error"]["code"]) == (404, "unknown_recall")
    assert found_in(dumped(store), forms()) == []
    server.command("FLUSHALL")
    without_saved_states(tmp_path)
    async with node(tmp_path, "c", server, store, **BRIEF) as c:  # from the store
        (row,) = await rows(c)
        assert (row["number"], row["state"]) == (OTHER_NUMBER, "claimed")


async def _turn() -> None:
    await asyncio.sleep(0)


async def test_an_erased_caller_leaves_the_list_of_one_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase, "SECOND_LOOK_S", 2.0)
    async with open_call_centre(tmp_path, **BRIEF) as centre:
        await abandoned(centre, NUMBER, "c-canary")
        await abandoned(centre, OTHER_NUMBER, "c-other")
        assert len(await rows(centre)) == 2
        await centre.archived()
        config = tmp_path / "screenpop.yaml"
        await screenpop("privacy", "erase", NUMBER, "--config", config)
        await is_told_to_begin_again(centre)
    async with open_call_centre(tmp_path, people=False, **BRIEF) as centre:
        assert [row["number"] for row in await rows(centre)] == [OTHER_NUMBER]
