"""A right that was taken away is gone at once: in open sockets, after a restart,
on another node of the same store."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from call_centre import CallCentre, Seat, open_call_centre
from websockets.asyncio.client import ClientConnection, connect

from screenpop.domain.agent import Role
from screenpop.domain.call import AgentId
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.people import People
from screenpop.history.sessions import EndedSessions
from screenpop.history.tokens import Tokens
from screenpop.history.users import Users

WITHIN_S = 10.0
NEW = "a new and longer phrase"


@asynccontextmanager
async def administrator(folder: Path) -> AsyncIterator[Database]:
    """`screenpop users` is another process with the same store."""
    database = Database(sqlite_url(folder / "data" / "store.sqlite"))
    await database.open()
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[CallCentre]:
    async with open_call_centre(tmp_path) as centre:
        yield centre


async def program(centre: CallCentre, secret: str, kind: str) -> Seat:
    socket = await connect(
        centre.url.replace("http", "ws", 1) + f"/v1/{kind}",
        subprotocols=["screenpop.v1"],  # type: ignore[list-item]
        additional_headers={"Authorization": f"Bearer {secret}"},
        compression=None,
        proxy=None,
    )
    seat = Seat(socket, "program")
    centre.tasks.spawn(seat.listen(), name="seat of a program")
    await seat.next("hello")
    await seat.send("resume", after=0)
    return seat


async def ends(seat: Seat) -> int | None:
    await asyncio.wait_for(seat.closed.wait(), WITHIN_S)
    return seat.socket.close_code


Change = Callable[[Users, str], Awaitable[object]]
CHANGES: dict[str, Change] = {
    "another role": lambda users, name: users.change(name, role=Role.ADMIN),
    "switched off": lambda users, name: users.change(name, active=False),
    "a new password": lambda users, name: users.set_password(name, NEW),
    "sessions ended": lambda users, name: users.end_sessions(name),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_what_changes_rights_ends_open_sockets(
    centre: CallCentre, tmp_path: Path, what: str
) -> None:
    async with administrator(tmp_path) as database:
        _, secret = await Tokens(database).create("ana", "a program")
        _, boards = await Tokens(database).create("sue", "a board")
        await asyncio.wait_for(centre.service.past.people.read(), WITHIN_S)
        seats = [
            await centre.sign_in("ana"),
            await program(centre, secret, "agent"),
            await centre.sign_in("sue", kind="wallboard"),
            await program(centre, boards, "wallboard"),
        ]
        ben = await centre.sign_in("ben")
        for name in ("ana", "sue"):
            await CHANGES[what](Users(database), name)
        assert [await ends(seat) for seat in seats] == [4401] * 4
    await centre.ring("ben")
    await ben.next_pop()  # all others stay


async def test_a_telephone_taken_away_rings_no_more_and_the_talk_goes_on(
    centre: CallCentre, tmp_path: Path
) -> None:
    ana, ben = await centre.sign_in("ana"), await centre.sign_in("ben")
    talk = await centre.ring("1001")
    await centre.event("answered", talk, "1001")
    await ana.next_pop()
    async with administrator(tmp_path) as database:
        await Users(database).change("ben", agents=["1001", "1002"], take=True)
    await asyncio.wait_for(_at(centre, "ben", "1001"), WITHIN_S)
    theirs = await centre.ring("1001", caller="+442079460902")
    assert (await ben.next_pop()).call_id == theirs
    await centre.hang_up(talk)
    closed = await ana.next("pop.closed")
    assert closed["call_id"] == talk
    assert [frame["call_id"] for frame in ana.named("pop.opened")] == [talk]


async def _at(centre: CallCentre, name: str, agent: str) -> None:
    """Waits until the service knows that this person has the telephone."""
    while name not in centre.service.follower.directory.at(AgentId(agent)):
        await asyncio.sleep(0.02)


async def test_a_name_is_no_right(centre: CallCentre, tmp_path: Path) -> None:
    ana, ben = await centre.sign_in("ana"), await centre.sign_in("ben")
    async with administrator(tmp_path) as database:
        await Users(database).change("ana", name="Ana B.", agents=["1001"])
        await Users(database).end_sessions("ben")
    assert await ends(ben) == 4401
    await centre.ring("ana")
    await ana.next_pop()


async def test_a_revoked_token_ends_its_sockets_and_no_others(
    centre: CallCentre, tmp_path: Path
) -> None:
    async with administrator(tmp_path) as database:
        tokens = Tokens(database)
        one, first = await tokens.create("ana", "one")
        _, second = await tokens.create("ana", "two")
        await centre.service.past.people.read()
        revoked = await program(centre, first, "agent")
        other = await program(centre, second, "agent")
        seat = await centre.sign_in("ana")
        await tokens.revoke(one.token_id)
    assert await ends(revoked) == 4401
    await centre.ring("ana")
    await other.next_pop()
    await seat.next_pop()


async def test_a_cookie_that_logged_out_stays_dead_after_a_restart(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path) as centre:
        cookie = await centre.cookie_of("ana")
        seat = await centre.sign_in("ana")
        assert await status(centre, cookie) == 200
        await log_out(centre, cookie)
        assert await ends(seat) == 4401
        assert await status(centre, cookie) == 401
        async with administrator(tmp_path) as database:
            assert await node_of(database, cookie) is True
    (tmp_path / "kept").mkdir()
    store = (tmp_path / "data" / "store.sqlite").read_bytes()
    async with open_call_centre(tmp_path, store=kept(tmp_path, store)) as again:
        assert await status(again, cookie) == 401


def kept(folder: Path, store: bytes) -> dict[str, Any]:
    """The vocabulary copies its people over `data/store.sqlite`: name another."""
    (folder / "kept" / "store.sqlite").write_bytes(store)
    return {"url": sqlite_url(folder / "kept" / "store.sqlite")}


async def node_of(database: Database, cookie: str) -> bool:
    """Does another node, which reads the same store, know of the log-out?"""
    users = Users(database)
    people = People(
        users=users,
        tokens=Tokens(database),
        cache=None,  # type: ignore[arg-type]
        ended=EndedSessions(database),
    )
    await people.ended.refresh()
    return len(people.ended) == 1


async def status(centre: CallCentre, cookie: str) -> int:
    headers = {"Cookie": cookie}
    async with centre.http.get(f"{centre.url}/v1/session", headers=headers) as answer:
        return answer.status


async def log_out(centre: CallCentre, cookie: str) -> None:
    headers = {"Cookie": cookie, "Origin": centre.url}
    async with centre.http.get(f"{centre.url}/v1/session", headers=headers) as answer:
        headers["X-Screenpop-CSRF"] = (await answer.json())["csrf"]
    async with centre.http.delete(
        f"{centre.url}/v1/session", headers=headers
    ) as answer:
        assert answer.status == 204


# -- the close codes that a browser sees ---------------------------------------------


async def closed_with(socket: ClientConnection) -> int | None:
    await asyncio.wait_for(socket.wait_closed(), WITHIN_S)
    return socket.close_code


async def test_a_flood_and_a_wrong_language_have_their_own_codes(
    centre: CallCentre,
) -> None:
    """The socket's own 1000 overtook them."""
    flood = await centre.sign_in("ana")
    for _ in range(400):
        await flood.socket.send(
            json.dumps({"frame": "ack", "call_id": "x", "offset": 1})
        )
    noise = await centre.sign_in("ben")
    for _ in range(25):
        await noise.socket.send("no frame at all")
    assert await closed_with(flood.socket) == 4429
    assert await closed_with(noise.socket) == 4400
