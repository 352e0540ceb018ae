"""Callers who reached no one: on the list until somebody talked with them."""

from __future__ import annotations

import asyncio
import json
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from call_centre import (
    CallCentre,
    let_everybody_in,
    open_call_centre,
    signed,
    write_config,
)
from scenario.test_kill_and_restart import Server, free_port, log_in

ADA, BOB = "+442079460951", "+442079460952"
START = datetime.now(UTC) - timedelta(seconds=30)
BRIEF: dict[str, Any] = {"calls": {"short_abandon_s": 0}}


async def abandon(centre: CallCentre, caller: str, call_id: str, **more: Any) -> None:
    """It waits in sales, rings at Ana, and the caller hangs up."""
    await centre.event("queued", call_id, **{"from": caller, "queue": "sales", **more})
    await centre.event("alerting", call_id, "ana")
    await centre.hang_up(call_id)


async def waiting(centre: CallCentre, who: str, state: str = "open") -> list[Any]:
    rows: list[Any] = (await centre.get(who, f"/v1/recalls?state={state}"))["recalls"]
    return rows


async def test_a_caller_who_gave_up_waits_and_leaves_when_they_get_through(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path, **BRIEF) as centre:
        ana = await centre.sign_in("ana")
        assert ana.named("hello")[0]["recalls"] == 0
        await abandon(centre, ADA, "c-1")
        await abandon(centre, ADA, "c-2")
        told = await ana.until(lambda f: f.get("waiting") == 1)
        assert told["frame"] == "recalls.waiting"
        (row,) = await waiting(centre, "ana")
        assert (row["number"], row["attempts"], row["queue"]) == (ADA, 2, "sales")
        assert row["tel"] == f"tel:{ADA}"
        assert await waiting(centre, "ben") == []
        assert len(await waiting(centre, "sue")) == 1
        await centre.ring("ana", caller=ADA, call_id="c-3")
        await centre.answer("c-3", "ana")
        await ana.until(lambda f: f.get("waiting") == 0)
        assert await waiting(centre, "ana") == []
        (row,) = await waiting(centre, "ana", "closed")
        assert row["closed"]["how"] == "got_through"
        assert row["closed"]["by"] == "Ana"


async def test_callers_who_wait_are_a_metric_until_someone_claims_them(
    tmp_path: Path,
) -> None:
    queues = {"sales": {"label": "Sales"}}
    async with open_call_centre(tmp_path, queues=queues, **BRIEF) as centre:
        await abandon(centre, ADA, "c-1")
        await abandon(centre, BOB, "c-2")
        await centre.event("alerting", "c-3", "ana", **{"from": "+442079460953"})
        await centre.hang_up("c-3")
        await metric_is(centre, sales=2, other=1)
        await centre.post("ana", "/v1/recalls/c-1", do="claim")
        await metric_is(centre, sales=1, other=1)


async def metric_is(centre: CallCentre, **counts: int) -> None:
    gauge = centre.service.metrics.recalls_waiting
    async with asyncio.timeout(10):
        while {
            x.labels["queue"]: x.value for x in next(iter(gauge.collect())).samples
        } != counts:
            await asyncio.sleep(0.05)


async def test_a_call_of_ours_closes_the_row_when_it_is_answered(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path, **BRIEF) as centre:
        await abandon(centre, ADA, "c-1")
        ours = {"from": "+442079460100", "to": ADA, "direction": "outbound"}
        await centre.event("alerting", "o-1", "ben", **ours)
        await centre.event("ended", "o-1", **ours)
        (row,) = await waiting(centre, "sue")
        assert (row["tries"], row["last_try"]["by"]) == (1, "Ben")
        await centre.event("alerting", "o-2", "ben", **ours)
        await centre.event("answered", "o-2", "ben", **ours)
        (row,) = await waiting(centre, "sue", "closed")
        assert (row["closed"]["how"], row["closed"]["by"]) == ("called_back", "Ben")


async def test_colleagues_leave_a_claimed_caller_to_who_claimed_them(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path, **BRIEF) as centre:
        await centre.event("queued", "c-1", **{"from": ADA, "queue": "sales"})
        await centre.event("alerting", "c-1", "ana", "ben")
        await centre.hang_up("c-1")
        claim = {"do": "claim"}
        status, row = await centre.post("ana", "/v1/recalls/c-1", **claim)
        assert (status, row["state"], row["claimed_by_me"]) == (200, "claimed", True)
        (row,) = await waiting(centre, "ben")
        assert (row["claimed_by"], row["claimed_by_me"]) == ("Ana", False)
        status, refused = await centre.post("ben", "/v1/recalls/c-1", **claim)
        assert (status, refused["error"]["code"]) == (403, "recall_claimed")
        status, row = await centre.post("sue", "/v1/recalls/c-1", do="release")
        assert (status, row["state"]) == (200, "waiting")
        snooze = {"do": "snooze", "minutes": 30}
        status, row = await centre.post("ben", "/v1/recalls/c-1", **snooze)
        assert (status, row["state"]) == (200, "snoozed")
        close = {"do": "close", "reason": "not_wanted"}
        status, row = await centre.post("ben", "/v1/recalls/c-1", **close)
        assert (row["state"], row["closed"]["by"]) == ("closed", "Ben")
        status, refused = await centre.post("ana", "/v1/recalls/c-1", **claim)
        assert (status, refused["error"]["code"]) == (400, "recall_closed")
        status, refused = await centre.post("cat", "/v1/recalls/c-1", **claim)
        assert (status, refused["error"]["code"]) == (404, "unknown_recall")


async def test_a_start_without_journal_and_saved_state_reads_the_store(
    tmp_path: Path,
) -> None:
    """As after an update of the service: entries of last week were trimmed."""
    async with open_call_centre(tmp_path, **BRIEF) as centre:
        await abandon(centre, ADA, "c-1")
        await abandon(centre, BOB, "c-2")
        await centre.ring("ben", caller=BOB, call_id="c-3")
        await centre.answer("c-3", "ben")
        await centre.hang_up("c-3")
        await centre.post("ana", "/v1/recalls/c-1", do="snooze", minutes=60)
        before = [await waiting(centre, "sue", state) for state in ("open", "closed")]
        await centre.archived()
        await centre.service.journal.trim(centre.service.clock.now_us() + 10**9)
    for saved in (tmp_path / "data").glob("*.snapshot"):
        saved.unlink()
    async with open_call_centre(tmp_path, people=False, **BRIEF) as centre:
        after = [await waiting(centre, "sue", state) for state in ("open", "closed")]
    assert [len(rows) for rows in before] == [1, 1]
    assert after == before


async def test_a_promised_call_back_is_read_from_the_store_whatever_its_age(
    tmp_path: Path,
) -> None:
    """It is due in three weeks; the list goes back one week."""
    async with open_call_centre(tmp_path, **BRIEF) as centre:
        ana = await centre.sign_in("ana")
        await centre.ring("ana", caller=ADA, call_id="c-1")
        await centre.answer("c-1", "ana")
        await ana.next("pop.updated")
        due = datetime.now(UTC) + timedelta(days=21)
        await ana.send("call_back", call_id="c-1", at=due.isoformat(), id="p-1")
        await ana.next("done")
        await centre.hang_up("c-1")
        (row,) = await waiting(centre, "ana")
        assert (row["state"], row["kind"], row["promised"]["by_me"]) == (
            "snoozed", "promised", True,
        )  # fmt: skip
        before = await waiting(centre, "sue")
        await centre.archived()
        await centre.service.journal.trim(centre.service.clock.now_us() + 10**9)
    for saved in (tmp_path / "data").glob("*.snapshot"):
        saved.unlink()
    async with open_call_centre(tmp_path, people=False, **BRIEF) as centre:
        assert await waiting(centre, "sue") == before
        ben = await centre.sign_in("ben")
        await centre.ring("ben", caller=ADA, call_id="c-2")
        promised = (await ben.next_pop()).frame["promised"]
        assert promised["by"] == "Ana"


async def test_what_was_done_survives_kill_9_doubled_and_late_events(
    tmp_path: Path,
) -> None:
    port = free_port()
    server = {"port": port, "country": "GB", "data_dir": "data"}
    calls_kept = {"short_abandon_s": 0, "reuse_grace_s": 600}
    config = write_config(tmp_path, server=server, calls=calls_kept)
    await let_everybody_in(tmp_path)
    process = Server(config, port)
    async with aiohttp.ClientSession() as http:
        await process.start(http)
        try:
            first = {"type": "queued", "call_id": "c-0", "at": _at(30)}
            await post_at(http, process.url, [first])  # the line's clock is right
            calls = [_call("c-1", ADA), _call("c-2", ADA), _call("c-3", BOB)]
            for events in calls:
                await post_at(http, process.url, events)
            await act_at(http, process.url, "c-3", do="close", reason="settled")
            await act_at(http, process.url, "c-1", do="claim")
            before = await rows_at(http, process.url)
            await process.end(signal.SIGKILL)
            await process.start(http)
            for events in reversed(calls):
                await post_at(http, process.url, events[::-1])  # all of it again
            assert await rows_at(http, process.url) == before
            late = {**calls[1][0], "type": "answered", "agents": ["1002"]}
            late |= {"event_id": "late", "at": _at(2.2)}
            await post_at(http, process.url, [late])  # c-2 was answered after all
            assert await rows_at(http, process.url) != before
            closed = {row["number"]: row for row in await rows_at(http, process.url)}
            assert closed[ADA]["closed"]["by"] == "Ben"
            assert closed[ADA]["attempts"] == 1
        finally:
            await process.end(signal.SIGKILL)


def _at(second: float) -> str:
    return (START + timedelta(seconds=second)).isoformat()


def _call(call_id: str, caller: str) -> list[dict[str, Any]]:
    start_s = int(call_id[-1])
    common = {"call_id": call_id, "from": caller, "queue": "sales"}
    return [
        {
            **common,
            "type": kind,
            "at": _at(start_s + second),
            "event_id": f"{call_id}/{kind}",
        }
        for kind, second in (("queued", 0), ("ended", 0.5))
    ]


async def post_at(http: aiohttp.ClientSession, url: str, events: list[Any]) -> None:
    body = json.dumps(events).encode()
    address = f"{url}/v1/telephony/main"
    async with http.post(address, data=body, headers=signed(body)) as answer:
        assert answer.status == 200, await answer.text()


async def act_at(
    http: aiohttp.ClientSession, url: str, call_id: str, **body: object
) -> None:
    cookie = {"Cookie": await log_in(http, url, "sue"), "Origin": url}
    async with http.get(f"{url}/v1/session", headers=cookie) as answer:
        csrf = (await answer.json())["csrf"]
    headers = {**cookie, "X-Screenpop-CSRF": csrf}
    address = f"{url}/v1/recalls/{call_id}"
    async with http.post(address, json=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()


async def rows_at(http: aiohttp.ClientSession, url: str) -> list[Any]:
    headers = {"Cookie": await log_in(http, url, "sue")}
    found: list[Any] = []
    for state in ("open", "closed"):
        address = f"{url}/v1/recalls?state={state}"
        async with http.get(address, headers=headers) as answer:
            found += (await answer.json())["recalls"]
    return found
