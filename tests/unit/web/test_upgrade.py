from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Literal

import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from screenpop.config.model import Limits
from screenpop.desk.session import Transport
from screenpop.domain.agent import User
from screenpop.support.tasks import spawn
from screenpop.web.auth import COOKIE

V1 = [Subprotocol("screenpop.v1")]
PROGRAM = {"Authorization": "Bearer token-of-ana"}


def connect(house: Any, path: str = "/v1/agent", **options: Any) -> Any:
    options = {"subprotocols": V1, "compression": None} | options
    return websockets.connect(house.url.replace("http", "ws") + path, **options)


def browser(house: Any, **more: Any) -> dict[str, Any]:
    cookie = f"{COOKIE}={house.cookies[COOKIE]}"
    return {"origin": house.url, "additional_headers": {"Cookie": cookie}} | more


async def test_a_browser_talks_with_the_hub(house: Any) -> None:
    await house.sign_in("ana")
    async with connect(house, **browser(house)) as ws:
        assert ws.subprotocol == "screenpop.v1"
        assert await ws.recv() == '{"frame":"hello"}'
        await ws.send("žluťoučký")
        assert await ws.recv() == "žluťoučký"
    assert house.hub.served == [("ana", "agent")]


async def test_a_program_connects_without_an_origin(house: Any) -> None:
    async with connect(house, additional_headers=PROGRAM) as ws:
        assert await ws.recv() == '{"frame":"hello"}'


async def test_compression_is_declined(house: Any) -> None:
    async with connect(house, additional_headers=PROGRAM, compression="deflate") as ws:
        assert ws.protocol.extensions == []


async def refused(house: Any, path: str = "/v1/agent", **options: Any) -> int:
    with pytest.raises(InvalidStatus) as error:
        async with connect(house, path, **options):
            pass
    return int(error.value.response.status_code)


async def test_nobody_is_refused_before_the_upgrade(house: Any) -> None:
    assert await refused(house, origin=house.url) == 401
    headers = {"Authorization": "Bearer wrong"}
    assert await refused(house, additional_headers=headers) == 401
    assert house.hub.served == []


@pytest.mark.parametrize("origin", ["https://evil.test", "null", None])
async def test_a_cookie_works_from_our_own_page_only(
    house: Any, origin: str | None
) -> None:
    await house.sign_in("ana")
    assert await refused(house, **browser(house, origin=origin)) == 403
    assert house.hub.served == []


async def test_a_program_in_a_foreign_page_is_refused(house: Any) -> None:
    evil = "https://evil.test"
    assert await refused(house, additional_headers=PROGRAM, origin=evil) == 403


@pytest.mark.parametrize("offered", [None, [Subprotocol("screenpop.v2")]])
async def test_the_subprotocol_must_be_offered(house: Any, offered: Any) -> None:
    options = {"additional_headers": PROGRAM, "subprotocols": offered}
    assert await refused(house, **options) == 400


async def test_the_wallboard_needs_a_supervisor(house: Any) -> None:
    assert await refused(house, "/v1/wallboard", additional_headers=PROGRAM) == 403
    headers = {"Authorization": "Bearer token-of-sue"}
    async with connect(house, "/v1/wallboard", additional_headers=headers) as ws:
        await ws.recv()
    assert house.hub.served == [("sue", "wallboard")]


HANDSHAKE = {
    "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "screenpop.v1",
}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [{"Upgrade": ""}, {"Upgrade": "h2c"}, {"Connection": "keep-alive"},
     {"Sec-WebSocket-Version": "8"}, {"Sec-WebSocket-Key": "c2hvcnQ="},
     {"Sec-WebSocket-Key": "!"}, {"Sec-WebSocket-Key": ""}],
)  # fmt: skip
async def test_half_a_handshake_is_an_ordinary_bad_request(
    house: Any, change: dict[str, str]
) -> None:
    headers = HANDSHAKE | PROGRAM | change
    answer = await house.ask("GET", "/v1/agent", headers=headers)
    assert (answer.status, answer.json["error"]["code"]) == (400, "bad_handshake")


def handshake(version: str = "1.1", **change: str) -> bytes:
    fields = HANDSHAKE | PROGRAM | change
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"GET /v1/agent HTTP/{version}\r\nHost: x\r\n{head}\r\n".encode()


async def test_frames_behind_a_handshake_are_refused_before_its_answer(
    house: Any,
) -> None:
    """RFC 6455, 4.1: the client waits; to keep them would need aiohttp's inside."""
    answer = await house.raw(handshake() + b"\x81\x82\x00\x00\x00\x00~~")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"bad_handshake" in answer
    assert len(house.server.site.sockets) == 0


async def test_http_1_0_cannot_be_upgraded(house: Any) -> None:
    answer = await house.raw(handshake("1.0"))
    assert b"bad_handshake" in answer
    assert b" 400 " in answer.partition(b"\r\n")[0]


async def test_a_refused_handshake_ends_its_connection(house: Any) -> None:
    answer = await house.raw(handshake(Authorization="Bearer wrong"))
    assert b"\r\nConnection: close\r\n" in answer
    assert answer.startswith(b"HTTP/1.1 401 ")


async def test_a_hand_over_that_fails_gives_its_place_back(
    house: Any, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        upgrading = property(lambda self: 1 / 0)

        def feed(self, data: bytes) -> None: ...

    reader, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
    writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    await reader.readuntil(b"}")
    (connection,) = house.server.listener.connections
    connection.meter = Broken()
    writer.write(handshake())
    assert b" 500 " in await reader.readline()
    writer.close()
    assert len(house.server.site.sockets) == 0


async def test_the_limit_of_one_user_leaves_room_for_others(open_house: Any) -> None:
    house = await open_house(limits=Limits(sessions_per_user_max=1))
    ben = {"Authorization": "Bearer token-of-ben"}
    async with (
        connect(house, additional_headers=PROGRAM),
        connect(house, additional_headers=PROGRAM),
    ):
        assert await refused(house, additional_headers=PROGRAM) == 429
        async with connect(house, additional_headers=ben) as ws:
            await ws.recv()


async def test_the_limit_of_all_is_kept(open_house: Any) -> None:
    house = await open_house(limits=Limits(sessions_max=1))
    async with connect(house, additional_headers=PROGRAM):
        assert await refused(house, additional_headers=PROGRAM) == 503


class StartOver(asyncio.Event):
    """Tells when somebody waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.awaited = asyncio.Event()

    async def wait(self) -> Literal[True]:
        self.awaited.set()
        return await super().wait()


async def test_a_browser_waits_for_the_end_of_a_start(open_house: Any) -> None:
    start_over = StartOver()
    house = await open_house(caught_up=start_over)

    async def come() -> Any:
        async with connect(house, additional_headers=PROGRAM) as ws:
            return await ws.recv()

    coming = spawn(come(), name="a browser comes")
    await start_over.awaited.wait()
    assert house.hub.served == []
    start_over.set()
    assert await coming == '{"frame":"hello"}'


async def test_a_start_that_takes_long_refuses_browsers_for_the_time(
    open_house: Any,
) -> None:
    house = await open_house(caught_up=asyncio.Event(), caught_up_within_s=0)
    assert await refused(house, additional_headers=PROGRAM) == 503


async def closed_with(ws: Any) -> tuple[int, str]:
    with suppress(ConnectionClosed):
        async for _ in ws:
            continue
    return ws.close_code, ws.close_reason


async def test_a_message_beyond_the_limit_closes(open_house: Any) -> None:
    house = await open_house(limits=Limits(client_frame_bytes_max=100))
    async with connect(house, additional_headers=PROGRAM) as ws:
        await ws.send("x" * 101)
        assert (await closed_with(ws))[0] == 1009


async def test_logging_out_closes_the_desks_of_that_session_only(house: Any) -> None:
    await house.sign_in("ana")
    async with (
        connect(house, additional_headers=PROGRAM) as other,
        connect(house, **browser(house)) as ws,
    ):
        await house.change("DELETE", "/v1/session")
        assert await closed_with(ws) == (4401, "log in again")
        await other.send("still here")
        assert await other.recv() == '{"frame":"hello"}'
        assert await other.recv() == "still here"


async def test_a_stop_tells_every_browser_to_come_again(house: Any) -> None:
    async with connect(house, additional_headers=PROGRAM) as ws:
        await ws.recv()
        stopping = asyncio.gather(house.server.stop(), closed_with(ws))
        _, (code, _) = await stopping
        assert code == 1012
    assert len(house.server.site.sockets) == 0


async def test_a_defect_of_the_hub_closes_with_1011_and_is_logged(
    open_house: Any, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        async def serve(self, user: User, transport: Transport, kind: str) -> None:
            raise RuntimeError("a defect")

    house = await open_house(hub=Broken())
    async with connect(house, additional_headers=PROGRAM) as ws:
        assert (await closed_with(ws))[0] == 1011
    assert "a defect" in caplog.text


async def test_a_browser_that_goes_frees_its_place(house: Any) -> None:
    async with connect(house, additional_headers=PROGRAM) as ws:
        await ws.recv()
        assert len(house.server.site.sockets) == 1
        ws.transport.abort()
        await asyncio.wait_for(house.server.site.sockets.all_gone(), 5)
    assert len(house.server.site.sockets) == 0
