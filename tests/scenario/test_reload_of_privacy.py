"""Who sees names, and how much is let in: other keys while a call goes on."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from call_centre import (
    NAMED,
    WITHIN_S,
    CallCentre,
    Seat,
    open_call_centre,
    signed,
    write_config,
)
from key_effects import turns

from screenpop.config.reloads import ReloadSeen
from screenpop.support import numbering
from screenpop.support.tasks import TaskOwner
from screenpop.web.login_limit import LoginGate

GROUPS: dict[str, Any] = {"group_min": 3}


async def reload(centre: CallCentre, folder: Path, **config: Any) -> ReloadSeen:
    write_config(folder, **config)
    done = await centre.service.reloader.reload("ada")
    assert done.outcome == "switched", done.problems
    return done


async def test_open_pages_show_names_no_more_and_again(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path, privacy=NAMED) as centre:
        board = await centre.sign_in("sue", kind="wallboard")
        assert (await board.next("wallboard.snapshot"))["agents_named"]
        call = await centre.ring("ben", queue="sales")
        await centre.answer(call, "ben")
        await centre.event("transferred", call, "ben", scope="leg")
        ana = await centre.sign_in("ana")
        await centre.ring("ana", call_id=call)
        opened = await ana.next("pop.opened")
        assert opened["earlier_agents"] == ["Ben"]

        await reload(centre, tmp_path, privacy=GROUPS)
        await board.closed.wait()  # a look at names would be written down first
        board = await centre.sign_in("sue", kind="wallboard")
        shown = await board.next("wallboard.snapshot")
        assert not shown["agents_named"]
        assert (shown["agents"], shown["queues"][0]["values"]["calls"]) == ([], 1)
        [card] = (await ana.next("resync"))["pops"]
        assert (card["call_id"], card["earlier_agents"]) == (call, [])
        assert (await centre.get("sue", "/v1/stats"))["agents"] == []
        await centre.archived()
        assert "Ben" not in json.dumps(await centre.get("sue", f"/v1/calls/{call}"))

        await reload(centre, tmp_path, privacy=NAMED)
        await board.closed.wait()
        board = await centre.sign_in("sue", kind="wallboard")
        shown = await board.next("wallboard.snapshot")
        assert {row["name"] for row in shown["agents"]} == {"Ana", "Ben", "Cat"}
        [card] = (await ana.next("resync"))["pops"]
        assert card["earlier_agents"] == ["Ben"]
        assert "Ben" in json.dumps(await centre.get("sue", f"/v1/calls/{call}"))
        assert await noted(centre, "privacy.on") == 4  # two keys: a start, a reload


async def test_a_supervisors_look_at_names_is_written_down_after_a_reload(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path, privacy=GROUPS) as centre:
        board = await centre.sign_in("sue", kind="wallboard")
        ana = await centre.sign_in("ana")
        assert await noted(centre, "agents.seen") == 0
        await reload(centre, tmp_path, privacy=NAMED)
        await board.closed.wait()
        await centre.sign_in("sue", kind="wallboard")
        assert await noted(centre, "agents.seen") == 1
        assert not ana.closed.is_set()


async def noted(centre: CallCentre, action: str) -> int:
    """How often the audit has it, once the newest entry was written."""
    async with asyncio.timeout(WITHIN_S):
        while len(centre.service.reloader._tasks):
            await asyncio.sleep(0.01)
    recent = await centre.service.past.audit.recent(50)
    return sum(entry.action == action for entry in recent)


async def test_every_limit_but_those_of_the_folds_holds_at_once(tmp_path: Path) -> None:
    small = {
        "body_bytes_max": 700,
        "connections_max": 9,
        "connections_per_address_max": 8,
        "header_bytes_max": 2_000,
        "handshakes_per_turn_max": 3,
        "logins_at_once_max": 2,
        "login_entries_max": 4,
        "sessions_max": 3,
        "sessions_per_user_max": 1,
        "outbox_bytes_max": 50_000,
        "client_frame_bytes_max": 300,
        "client_frames_per_s": 30,
        "lookups_per_minute": 1,
        "searches_per_minute": 5,
        "search_results_max": 6,
        "note_chars_max": 4,
        "number_cache_entries": 77,
    }
    async with open_call_centre(tmp_path) as centre:
        seat = await centre.sign_in("ana")
        call = await centre.ring("ana")
        await seat.next_pop()
        await reload(centre, tmp_path, limits=small)
        assert await larger_body(centre) == 413
        await seat.send("note", call_id=call, text="too long", id="1")
        assert (await seat.next("error"))["code"] == "note_too_long"
        for status in (200, 429):
            assert await centre.status("ana", "/v1/lookup?number=112") == status
        assert centre.service.web is not None
        site = centre.service.web.site
        assert in_force(centre, seat) == {
            key: small[key] for key in small if key in in_force(centre, seat)
        }
        await one_too_many(site.login_gate, 2)
        again = await centre.sign_in("ana")
        async with asyncio.timeout(WITHIN_S):
            await seat.closed.wait()  # one tab a person

        await reload(centre, tmp_path, limits={})
        assert await larger_body(centre) == 200
        await again.send("note", call_id=call, text="long enough", id="2")
        assert (await again.next("error", "done"))["frame"] == "done"
        assert await centre.status("ana", "/v1/lookup?number=112") == 200
        await one_too_many(site.login_gate, 4)


def in_force(centre: CallCentre, seat: Seat) -> dict[str, float]:
    """What the parts hold that nothing else here can reach."""
    service = centre.service
    assert service.web is not None
    assert service.web.listener is not None
    site, listener = service.web.site, service.web.listener
    [session] = service.hub.desks()
    assert session.username == seat.name
    return {
        "connections_max": listener._connections_max,
        "connections_per_address_max": listener._per_address_max,
        "header_bytes_max": listener.header_bytes_max,
        "handshakes_per_turn_max": site.handshakes.per_turn_max,
        "login_entries_max": site.logins.entries_max,
        "sessions_max": site.sockets._sessions_max,
        "client_frame_bytes_max": site.sockets._message_bytes_max,
        "outbox_bytes_max": session.limits.outbox_bytes_max,
        "client_frames_per_s": session.limits.frames_per_s,
        "searches_per_minute": service.hub.finding.per_minute,
        "search_results_max": service.lookups.search.results_max,
        "number_cache_entries": numbering._read.cache_parameters()["maxsize"],
    }


async def larger_body(centre: CallCentre) -> int:
    texts = {f"text{n}": "x" * 100 for n in range(7)}
    event = {"type": "arrived", "call_id": "c", "attributes": texts}
    body = json.dumps(event).encode()
    url = f"{centre.url}/v1/telephony/main"
    async with centre.http.post(url, data=body, headers=signed(body)) as answer:
        return answer.status


async def one_too_many(gate: LoginGate, places: int) -> None:
    """So many come in; the next one waits."""
    tasks, leave = TaskOwner("log-ins"), asyncio.Event()
    inside = 0

    async def check() -> None:
        nonlocal inside
        async with gate.place():
            inside += 1
            await leave.wait()

    checking = [tasks.spawn(check(), name=f"{n}") for n in range(places + 1)]
    await turns()
    assert inside == places
    leave.set()
    await asyncio.gather(*checking)
