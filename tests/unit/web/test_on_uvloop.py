"""The service runs on uvloop: its transports must do what ours rely on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvloop
from web_doubles import EchoHub, services

from screenpop.config.model import Server
from screenpop.desk.session import Transport
from screenpop.web.server import WebServer

HANDSHAKE = (
    b"GET /v1/agent HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n"
    b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: screenpop.v1\r\n"
    b"Authorization: Bearer token-of-ana\r\n\r\n"
)
TEXT = b"\x81\x82\x00\x00\x00\x00zz"
CLOSE = b"\x88\x82\x00\x00\x00\x00\x03\xe8"

Story = Callable[
    [WebServer, EchoHub, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]
]


def on_uvloop(folder: Path, story: Story) -> None:
    async def run() -> None:
        hub = EchoHub()
        server = WebServer(services(folder, hub=hub, server=Server(port=0)))
        await server.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(HANDSHAKE)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        assert await reader.readexactly(19) == b'\x81\x11{"frame":"hello"}'
        await story(server, hub, reader, writer)
        writer.transport.abort()
        await server.stop()
        assert len(server.site.sockets) == 0

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


def test_frames_go_both_ways_and_a_close_is_answered(tmp_path: Path) -> None:
    async def story(
        server: WebServer,
        hub: EchoHub,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        writer.write(TEXT + TEXT)
        assert await reader.readexactly(8) == b"\x81\x02zz\x81\x02zz"
        writer.write(CLOSE)
        assert await reader.read() == b"\x88\x02\x03\xe8"
        await asyncio.wait_for(server.site.sockets.all_gone(), 5)

    on_uvloop(tmp_path, story)


def test_a_browser_that_does_not_read_is_cut_off_by_the_second_sweep(
    tmp_path: Path,
) -> None:
    async def story(
        server: WebServer,
        hub: EchoHub,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        (transport,) = hub.transports
        await filled(transport)
        transport.say_goodbye(4408, "too slow")
        every = server.site.sockets
        every.sweep(list(every))
        assert len(every) == 1
        every.sweep(list(every))
        await asyncio.wait_for(every.all_gone(), 5)

    on_uvloop(tmp_path, story)


async def filled(transport: Transport) -> None:
    """Write until the kernel takes no more."""
    while transport.buffered_bytes() < 1_000_000:
        transport.write(b"x" * 100_000)
        await asyncio.sleep(0)


def test_a_pause_of_reading_holds_a_flood_back(tmp_path: Path) -> None:
    async def story(
        server: WebServer,
        hub: EchoHub,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        writer.write(TEXT * 4_000)
        echoed = await reader.readexactly(4 * 4_000)
        assert echoed == b"\x81\x02zz" * 4_000

    on_uvloop(tmp_path, story)
