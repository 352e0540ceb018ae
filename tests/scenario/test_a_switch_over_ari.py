"""Hanging up, breaks and a crash of the switch over an ARI that keeps connections open.

From the switch's sockets to the agents' cards, with the whole service in between.
"""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ari_double import PASSWORD, USERNAME, FakeAri, frames_of, serving
from call_centre import CallCentre, open_call_centre
from scenario.test_a_switch import free_port
from streams_doubles import eventually

CALL = "1795304390.0"
NOTHING: dict[str, object] = {"/channels": [], "/bridges": [], "/deviceStates": []}
STARTED = datetime(2026, 11, 21, 23, 39, 50, tzinfo=UTC)


def line_at(port: int) -> dict[str, object]:
    settings = {
        "host": "127.0.0.1",
        "port": port,
        "username": USERNAME,
        "secret": PASSWORD,
        "queues": "sales",
    }
    return {"dialect": "asterisk_ari", "country": "GB", "settings": settings}


def now_frames() -> list[dict[str, Any]]:
    """The first recording up to the conversation, as if it happened now."""
    frames = [json.loads(frame) for frame in frames_of("01_queue_answer_hold")]
    held = next(i for i, f in enumerate(frames) if f["type"] == "ChannelHold")
    late_by = datetime.now(UTC) - STARTED
    return [_later(frame, late_by) for frame in frames[:held]]


def _later(value: Any, by: timedelta) -> Any:
    if isinstance(value, dict):
        return {k: _at(k, v, by) for k, v in value.items()}
    return value


def _at(key: str, value: Any, by: timedelta) -> Any:
    if key in ("timestamp", "creationtime"):
        at = datetime.fromisoformat(value) + by
        return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
    return _later(value, by)


def live(frames: list[dict[str, Any]]) -> dict[str, object]:
    """The lists while 1001 talks with the caller."""
    shown = {f["channel"]["id"]: f["channel"] for f in frames if "channel" in f}
    both = [CALL, "1795304390.2"]
    return {
        "/channels": [shown[uid] for uid in both],
        "/bridges": [{"id": "b", "channels": both}],
        "/deviceStates": [],
        "/endpoints": [
            {"technology": "PJSIP", "resource": agent, "state": "online"}
            for agent in ("1001", "1002", "1003")
        ],
    }


async def stream_of(centre: CallCentre) -> dict[str, Any]:
    headers = {"Cookie": await centre.cookie_of("ada")}
    answer = await centre.http.get(f"{centre.url}/v1/lines", headers=headers)
    lines = (await answer.json())["lines"]
    stream: dict[str, Any] = next(x for x in lines if x["line"] == "pbx")["stream"]
    return stream


async def test_the_card_of_a_call_that_is_gone_after_a_crash_closes(
    tmp_path: Path,
) -> None:
    frames = now_frames()
    fake = FakeAri([[json.dumps(f) for f in frames], []], live(frames))
    fake.port, fake.crash, fake.stubborn = free_port(), asyncio.Event(), True
    fake.links = dict.fromkeys((CALL, "1795304390.2"), CALL)
    async with open_call_centre(tmp_path, lines={"pbx": line_at(fake.port)}) as centre:
        ana = await centre.sign_in("ana")
        async with serving(fake):
            pop = await ana.next_pop()
            assert (pop.call_id, pop.frame["queue"]) == (CALL, "sales")
            assert pop.caller == "+442079460958"
            await ana.next("pop.updated")
            fake.lists = dict(NOTHING)
            fake.crash.set()
            closed = await ana.next("pop.closed")
            assert (closed["call_id"], closed["reason"]) == (CALL, "ended")
            stream = await stream_of(centre)
    assert stream["synchronised"] == 2
    assert not [hint for hint in stream["hints"] if "asked for" in hint]


async def test_a_call_that_ended_while_the_service_was_down_closes_at_its_start(
    tmp_path: Path,
) -> None:
    frames = now_frames()
    fake = FakeAri([[json.dumps(f) for f in frames], []], live(frames))
    fake.port, fake.crash = free_port(), asyncio.Event()
    lines = {"pbx": line_at(fake.port)}
    async with serving(fake):
        async with open_call_centre(tmp_path, lines=lines) as centre:
            await until_the_call(centre, ended=False)
        fake.crash.set()
        fake.lists = dict(NOTHING)
        again = open_call_centre(tmp_path, people=False, lines=lines)
        async with again as centre:
            await until_the_call(centre, ended=True)


async def until_the_call(centre: CallCentre, *, ended: bool) -> None:
    headers = {"Cookie": await centre.cookie_of("ana")}
    address = f"{centre.url}/v1/calls/{CALL}"
    async with asyncio.timeout(10):
        while True:
            answer = await centre.http.get(address, headers=headers)
            told = await answer.json()
            if answer.status == 200 and (told["ended_at"] is not None) is ended:
                return
            await asyncio.sleep(0.05)


async def test_breaks_are_known_at_the_start(tmp_path: Path) -> None:
    frames = now_frames()
    fake = FakeAri([[]], {**live(frames), "/channels": [], "/bridges": []})
    fake.port = free_port()
    fake.places = {
        "Queue:sales_pause_PJSIP/1001": "INUSE",
        "Queue:sales_pause_PJSIP/1002": "NOT_INUSE",
    }
    async with open_call_centre(tmp_path, lines={"pbx": line_at(fake.port)}) as centre:
        ana = await centre.sign_in("ana")
        async with serving(fake):
            told = await ana.next("agent.updated")
            while told["state"] != "break":
                told = await ana.next("agent.updated")
            asked = "/ari/deviceStates/Queue:sales_pause_PJSIP%2F1001"
            await eventually(lambda: asked in fake.requested)


async def test_readyz_says_that_what_is_live_cannot_be_asked_for(
    tmp_path: Path,
) -> None:
    fake = FakeAri([[]])
    fake.port = free_port()
    lines = {"pbx": line_at(fake.port)}
    async with open_call_centre(tmp_path, lines=lines) as centre, serving(fake):

        async def told() -> str:
            headers = {"Cookie": await centre.cookie_of("ada")}
            answer = await centre.http.get(f"{centre.url}/readyz", headers=headers)
            return await answer.text()

        async with asyncio.timeout(10):
            while "live channels cannot be asked for" not in await told():
                await asyncio.sleep(0.05)
