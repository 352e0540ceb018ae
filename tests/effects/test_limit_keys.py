"""Keys under `limits`: each limits, and raising it lets through what it refused."""

from __future__ import annotations

import asyncio
import contextlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from call_centre import CallCentre, Frame, open_call_centre, signed
from key_effects import built, hello_of, loaded, shows_effect_of, turns
from push_doubles import Browser
from websockets.exceptions import ConnectionClosed

from screenpop.domain.agent import UserId
from screenpop.domain.call import CallEvent, CallId, EventType, LineId
from screenpop.domain.call_state import CallBook
from screenpop.history.past_counts import CountsAsked, PastCounts
from screenpop.node.parts import call_limits
from screenpop.support import numbering
from screenpop.support.clock import FakeClock
from screenpop.support.tasks import TaskOwner


async def told(centre: CallCentre, events: object) -> tuple[int, Frame]:
    body = json.dumps(events).encode()
    url = f"{centre.url}/v1/telephony/main"
    async with centre.http.post(url, data=body, headers=signed(body)) as answer:
        return answer.status, await answer.json()


def arrivals(count: int, size: int = 0) -> list[Frame]:
    attributes = {f"text{n}": "x" * 100 for n in range(size // 100)}
    return [
        {"type": "arrived", "call_id": f"c{n}", "attributes": attributes}
        for n in range(count)
    ]


@shows_effect_of("limits.body_bytes_max")
async def test_the_largest_body_follows_the_key_both_ways(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path, limits={"body_bytes_max": 1000}) as centre:
        status, answer = await told(centre, arrivals(1, size=1500))
        assert status == 413
        assert "limits.body_bytes_max" in answer["error"]["remedy"]
    raised = {"body_bytes_max": 1_000_000}
    async with open_call_centre(tmp_path, limits=raised) as centre:
        status, answer = await told(centre, arrivals(400, size=800))
        assert (status, answer) == (200, {"accepted": 400})


@shows_effect_of("limits.events_per_request_max")
async def test_the_events_of_one_request_follow_the_key_both_ways(
    tmp_path: Path,
) -> None:
    lowered = {"events_per_request_max": 2}
    async with open_call_centre(tmp_path, limits=lowered) as centre:
        status, answer = await told(centre, arrivals(3))
        assert status in (400, 413, 422)
        assert "limits.events_per_request_max" in answer["error"]["remedy"]
        assert (await told(centre, arrivals(2)))[0] == 200
    raised = {"events_per_request_max": 700}
    async with open_call_centre(tmp_path, limits=raised) as centre:
        assert await told(centre, arrivals(700)) == (200, {"accepted": 700})


def events_of_a_call(count: int, kind: EventType = EventType.HELD) -> list[CallEvent]:
    return [
        CallEvent(
            type=kind,
            line=LineId("main"),
            call_id=CallId("c-1"),
            event_id=f"{kind.value}-{n}",
            at_us=1_000_000 + n,
            received_us=1_000_000 + n,
        )
        for n in range(count)
    ]


@shows_effect_of("limits.events_per_call_max")
@pytest.mark.parametrize("limit", [11, 40])
def test_so_many_events_of_a_call_are_kept(tmp_path: Path, limit: int) -> None:
    config = loaded(tmp_path, limits={"events_per_call_max": limit}).config
    book = CallBook(call_limits(config))
    taken = [book.apply(event) is not None for event in events_of_a_call(100)]
    assert sum(taken) == limit


@shows_effect_of("limits.events_per_call_max")
@pytest.mark.parametrize("kind", [EventType.ANSWERED, EventType.ENDED])
def test_decisive_events_are_bounded_too(tmp_path: Path, kind: EventType) -> None:
    config = loaded(tmp_path, limits={"events_per_call_max": 50}).config
    book = CallBook(call_limits(config))
    taken = [book.apply(event) is not None for event in events_of_a_call(5000, kind)]
    assert sum(taken) <= 2 * 50
    [end] = events_of_a_call(1, EventType.ENDED)
    full = CallBook(call_limits(config))
    for event in events_of_a_call(60) + events_of_a_call(5000, EventType.ANSWERED):
        full.apply(event)
    assert full.apply(end) is not None  # the end of a full call still counts


@shows_effect_of("limits.live_calls_max")
@pytest.mark.parametrize("limit", [2, 5])
async def test_so_many_calls_are_followed(tmp_path: Path, limit: int) -> None:
    limits = {"live_calls_max": limit}
    async with open_call_centre(tmp_path, limits=limits) as centre:
        for _ in range(8):
            await centre.ring("ana")
        assert len(centre.service.follower.book) == limit


async def answered(centre: CallCentre, connections: int, header: int = 0) -> int:
    """How many of so many connections at once get an answer."""
    host, _, port = centre.url.removeprefix("http://").rpartition(":")
    count, writers = 0, []
    more = f"X-More: {'x' * header}\r\n" if header else ""
    for _ in range(connections):
        reader, writer = await asyncio.open_connection(host, int(port))
        writers.append(writer)
        writer.write(f"GET /livez HTTP/1.1\r\nHost: x\r\n{more}\r\n".encode())
        with contextlib.suppress(ConnectionError):
            count += (await reader.read(12)) == b"HTTP/1.1 200"
    for writer in writers:
        writer.close()
    return count


@shows_effect_of("limits.connections_max", "limits.connections_per_address_max")
@pytest.mark.parametrize("key", ["connections_max", "connections_per_address_max"])
async def test_a_connection_too_many_is_closed(tmp_path: Path, key: str) -> None:
    other = ({"connections_max", "connections_per_address_max"} - {key}).pop()
    async with open_call_centre(tmp_path, limits={key: 2, other: 9}) as centre:
        assert await answered(centre, 3) == 2
    async with open_call_centre(tmp_path, limits={key: 3, other: 9}) as centre:
        assert await answered(centre, 3) == 3


@shows_effect_of("limits.header_bytes_max")
@pytest.mark.parametrize(("limit", "answers"), [(2_000, 0), (8_000, 1)])
async def test_a_header_too_long_is_refused(
    tmp_path: Path, limit: int, answers: int
) -> None:
    limits = {"header_bytes_max": limit}
    async with open_call_centre(tmp_path, limits=limits) as centre:
        assert await answered(centre, 1, header=4_000) == answers


@shows_effect_of("limits.handshakes_per_turn_max")
@pytest.mark.parametrize(("limit", "first"), [(1, 1), (4, 4)])
async def test_so_many_handshakes_go_on_in_a_turn(
    tmp_path: Path, limit: int, first: int
) -> None:
    limits = {"handshakes_per_turn_max": limit}
    tasks = TaskOwner("test")
    async with open_call_centre(tmp_path, limits=limits) as centre:
        assert centre.service.web is not None
        gate = centre.service.web.site.handshakes
        entering = [tasks.spawn(gate.enter(), name=f"{n}") for n in range(8)]
        await asyncio.sleep(0)
        assert sum(each.done() for each in entering) <= first
        await turns(20)
        assert all(each.done() for each in entering)


@shows_effect_of("limits.logins_at_once_max")
@pytest.mark.parametrize("limit", [1, 3])
async def test_so_many_passwords_are_checked_at_once(
    tmp_path: Path, limit: int
) -> None:
    limits = {"logins_at_once_max": limit}
    tasks = TaskOwner("test")
    inside, leave = 0, asyncio.Event()

    async def check() -> None:
        nonlocal inside
        async with gate.place():
            inside += 1
            await leave.wait()

    async with open_call_centre(tmp_path, limits=limits) as centre:
        assert centre.service.web is not None
        gate = centre.service.web.site.login_gate
        checking = [tasks.spawn(check(), name=f"{n}") for n in range(5)]
        await turns()
        assert inside == limit
        leave.set()
        await asyncio.gather(*checking)
        assert inside == 5


@shows_effect_of("limits.login_entries_max")
@pytest.mark.parametrize("limit", [3, 50])
async def test_so_many_failed_log_ins_are_kept(tmp_path: Path, limit: int) -> None:
    async with open_call_centre(
        tmp_path, limits={"login_entries_max": limit}
    ) as centre:
        assert centre.service.web is not None
        logins = centre.service.web.site.logins
        for n in range(10):
            logins.start(f"user{n}", f"192.0.2.{n}")
        assert len(logins) <= limit
        assert len(logins) == limit or limit == 50


async def refused(centre: CallCentre, name: str) -> bool:
    try:
        await centre.sign_in(name)
    except Exception:  # noqa: BLE001  whatever the client makes of a refusal
        return True
    return False


@shows_effect_of("limits.sessions_max")
async def test_a_browser_too_many_is_refused(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path, limits={"sessions_max": 2}) as centre:
        assert not await refused(centre, "ana")
        assert not await refused(centre, "ben")
        assert await refused(centre, "cat")
    async with open_call_centre(tmp_path, limits={"sessions_max": 3}) as centre:
        for name in ("ana", "ben", "cat"):
            assert not await refused(centre, name)


@shows_effect_of("limits.sessions_per_user_max")
async def test_a_tab_too_many_replaces_the_oldest(tmp_path: Path) -> None:
    limits = {"sessions_per_user_max": 2}
    async with open_call_centre(tmp_path, limits=limits) as centre:
        tabs = [await centre.sign_in("ana") for _ in range(3)]
        async with asyncio.timeout(5):
            await tabs[0].closed.wait()
        assert [tab.closed.is_set() for tab in tabs] == [True, False, False]


@shows_effect_of("limits.outbox_bytes_max")
@pytest.mark.parametrize(("limit", "cut"), [(2_000, True), (2_000_000, False)])
async def test_a_browser_that_does_not_read_is_cut_off(
    tmp_path: Path, limit: int, cut: bool
) -> None:
    tasks = TaskOwner("test")
    async with open_call_centre(tmp_path, limits={"outbox_bytes_max": limit}) as centre:
        browser = Browser()
        ana = centre.service.follower.directory.users[UserId("ana")]
        tasks.spawn(centre.service.hub.serve(ana, browser, "agent"), name="ana")
        await turns()
        await browser.send("resume", after=0)
        browser.stuck = True
        for _ in range(20):
            await centre.ring("ana")
        await turns()
        assert (browser.closed is not None) is cut
        browser.leave()


@shows_effect_of("limits.client_frame_bytes_max")
async def test_a_frame_too_large_ends_the_connection(tmp_path: Path) -> None:
    limits = {"client_frame_bytes_max": 1000}
    async with open_call_centre(tmp_path, limits=limits) as centre:
        ana = await centre.sign_in("ana")
        await ana.socket.send("x" * 900)
        await ana.next("error")
        await ana.socket.send("x" * 1100)
        async with asyncio.timeout(5):
            await ana.closed.wait()
        assert ana.socket.close_code == 1009


@shows_effect_of("limits.client_frames_per_s")
@pytest.mark.parametrize(("limit", "cut"), [(1, True), (1000, False)])
async def test_a_browser_that_floods_is_cut_off(
    tmp_path: Path, limit: int, cut: bool
) -> None:
    limits = {"client_frames_per_s": limit}
    async with open_call_centre(tmp_path, limits=limits) as centre:
        ana = await centre.sign_in("ana")
        try:
            for n in range(60):
                await ana.send("ack", call_id="c", offset=n)
            await ana.send("note", call_id="none", text="x", id="last")
            await ana.until(lambda frame: frame["frame"] == "error")
        except (ConnectionClosed, TimeoutError):
            pass
        assert ana.closed.is_set() is cut


@shows_effect_of("limits.resume_pops_max")
@pytest.mark.parametrize(("limit", "frames"), [(1, ["resync"]), (50, ["pop.opened"])])
async def test_so_many_pops_can_be_resumed(
    tmp_path: Path, limit: int, frames: list[str]
) -> None:
    limits = {"resume_pops_max": limit}
    async with open_call_centre(tmp_path, limits=limits) as centre:
        ana = await centre.sign_in("ana")
        await centre.ring("ana", call_id="seen")
        await ana.next_pop()
        after = ana.last_offset
        await ana.leave()
        for _ in range(3):
            await centre.ring("ana")
        again = await centre.sign_in("ana", after=after)
        await centre.ring("ana", call_id="sentinel")
        await again.until(lambda frame: frame.get("call_id") == "sentinel")
        assert sorted({f["frame"] for f in again.frames} & {"resync"}) == (
            frames if frames == ["resync"] else []
        )
        missed = [f for f in again.named("pop.opened") if f["call_id"] != "sentinel"]
        assert len(missed) == (0 if frames == ["resync"] else 3)


@shows_effect_of("limits.note_chars_max")
async def test_a_note_too_long_is_refused_and_the_page_knows_the_limit(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path, limits={"note_chars_max": 20}) as centre:
        assert (await hello_of(centre))["note_chars_max"] == 20
        ana = await centre.sign_in("ana")
        call_id = await centre.ring("ana")
        await ana.next_pop()
        await ana.send("note", call_id=call_id, text="x" * 21, id="n1")
        assert (await ana.next("error"))["reply_to"] == "n1"
        await ana.send("note", call_id=call_id, text="x" * 20, id="n2")
        assert (await ana.next("done"))["reply_to"] == "n2"


@shows_effect_of("limits.number_cache_entries")
async def test_so_many_numbers_read_are_kept(tmp_path: Path) -> None:
    try:
        async with built(tmp_path, limits={"number_cache_entries": 3}):
            for n in range(10):
                numbering.read_number(f"020 7946 0{n:03}", country="GB")
            assert numbering._read.cache_info().currsize == 3
    finally:
        numbering.keep_readings(numbering.NUMBER_CACHE_ENTRIES)


@shows_effect_of("journal.retention_h", "store.history_days")
async def test_what_is_old_is_forgotten(tmp_path: Path) -> None:
    clock = FakeClock()
    config: dict[str, Any] = {
        "journal": {"retention_h": 2},
        "store": {"history_days": 3},
    }
    async with built(tmp_path, clock=clock, **config) as service:
        tasks = TaskOwner("test")
        tasks.spawn(service.archiver.run(), name="write the history")

        async def stored() -> tuple[int, int]:
            """Entries in the journal, calls in the history."""
            await service.retention.once()
            oldest, newest = await service.journal.bounds()
            calls = await service.past.calls(service.door.keep).recent(None, None, 10)
            return newest - oldest + 1, len(calls["calls"])  # type: ignore[arg-type]

        await service.door.keep(old_event(clock))
        async with asyncio.timeout(10):
            while service.archiver.offset == 0 or await service.archiver.lag():
                await asyncio.sleep(0.01)
        assert await stored() == (1, 1)
        clock.advance(timedelta(hours=3).total_seconds())
        assert await stored() == (0, 1)
        clock.advance(timedelta(days=4).total_seconds())
        assert await stored() == (0, 0)
        await tasks.close()


@shows_effect_of("store.stats_days")
@pytest.mark.parametrize(("days", "kept"), [(2, 0), (9, 1)])
async def test_old_counts_are_forgotten(tmp_path: Path, days: int, kept: int) -> None:
    clock = FakeClock()
    async with built(tmp_path, clock=clock, store={"stats_days": days}) as service:
        tasks = TaskOwner("test")
        tasks.spawn(service.archiver.run(), name="write the history")
        await service.door.keep(old_event(clock, EventType.ALERTING))
        async with asyncio.timeout(10):
            while service.archiver.offset == 0 or await service.archiver.lag():
                await asyncio.sleep(0.01)
        asked = CountsAsked(from_us=0, to_us=clock.now_us() + 10**12)
        counts = PastCounts(service.past.database)
        assert len(await counts.sums(asked, [0])) == 1
        clock.advance(timedelta(days=4).total_seconds())
        await service.retention.once()
        assert len(await counts.sums(asked, [0])) == kept
        await tasks.close()


def old_event(clock: FakeClock, kind: EventType = EventType.ENDED) -> Any:
    from screenpop.journal.records import EventRecord

    return EventRecord(
        event=CallEvent(
            type=kind,
            line=LineId("main"),
            call_id=CallId("old"),
            event_id="old",
            at_us=clock.now_us(),
            received_us=clock.now_us(),
        )
    )
