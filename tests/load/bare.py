"""How fast can it be at all in Python? Bare servers that the service is held against.

`raw-full` and `raw-cached` are one uvloop protocol with the work of `bare_work` and
nothing else; `aiohttp-full` is the same work on a bare aiohttp server with the
interpreter's own garbage collection. `raw-nothing` does no work at all, it
sends a card made beforehand: what is measured on it is the load generator itself.
They speak just enough of the contract: `hello`, `resume`, `resync`, then one
`pop.opened` a call, and `wallboard.delta` to wallboards while calls come in.

    python -m load.bare raw-full --port 8090
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import socket
from collections.abc import Coroutine
from typing import Any, cast

import uvloop
from aiohttp import WSMsgType, web
from load.bare_work import HELLO, RESYNC, Event, Work
from load.wire import CLOSE, PING, PONG, TEXT, server_frame
from load.workload import CALLERS, alerting, signature

MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
REFUSED = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
HELLO_FRAME = server_frame(TEXT, HELLO)
RESYNC_FRAME = server_frame(TEXT, RESYNC)
DELTA_S = 0.25
BACKLOG = 4096
KINDS = ("raw-full", "raw-cached", "raw-nothing", "aiohttp-full")


class Tasks:
    """Keeps the tasks of calls alive; bare, so without names or reports."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class RawServer:
    """What all connections share: who is connected, and the work."""

    def __init__(self, work: Work):
        self.work = work
        self.tasks = Tasks()
        self.agents: dict[str, asyncio.Transport] = {}
        self.wallboards: set[asyncio.Transport] = set()
        self.changed = False

    def take(self, header: str, body: bytes) -> bytes:
        event = self.work.taken(header, body)
        if event is None:
            return REFUSED
        self.changed = True
        self.tasks.spawn(self._pop(event))
        return OK

    async def _pop(self, event: Event) -> None:
        frame = server_frame(TEXT, await self.work.pop(event))
        for agent in event.agents:
            transport = self.agents.get(agent)
            if transport is not None:
                transport.write(frame)

    async def send_deltas(self) -> None:
        while True:
            await asyncio.sleep(DELTA_S)
            if self.changed:
                self.changed = False
                frame = server_frame(TEXT, delta(self.work.offset))
                for transport in self.wallboards:
                    transport.write(frame)


def delta(offset: int) -> bytes:
    """About the size of the service's: two queues with all their numbers."""
    values = ",".join(f'"counter_number_{n}":{offset + n}' for n in range(15))
    rows = ",".join(
        f'{{"queue":"{q}","label":"Queue","values":{{{values}}}}}' for q in ("", "s")
    )
    return f'{{"frame":"wallboard.delta","offset":{offset},"queues":[{rows}]}}'.encode()


class NothingServer(RawServer):
    """The load generator's mirror: a card of the usual size, made beforehand."""

    card = b""

    def take(self, header: str, body: bytes) -> bytes:
        call_id = _between(body, b'"call_id":"')
        transport = self.agents.get(_between(body, b'"agents":["').decode())
        if transport is not None:
            transport.write(server_frame(TEXT, self.card.replace(b"CALL", call_id)))
        return OK

    async def make_card(self) -> None:
        body = alerting("CALL", CALLERS[0], "nobody")
        event = self.work.taken(signature(body), body)
        assert event is not None
        self.card = await self.work.pop(event)


def _between(body: bytes, start: bytes) -> bytes:
    at = body.index(start) + len(start)
    return body[at : body.index(b'"', at)]


class RawConnection(asyncio.Protocol):
    """HTTP/1.1 keep-alive until it asks to become a WebSocket."""

    __slots__ = ("_buffer", "_greeted", "_server", "_transport", "_web")

    def __init__(self, server: RawServer):
        self._server = server
        self._buffer = b""
        self._web = False
        self._greeted = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._web:
            self._frames(data)
            return
        data = self._buffer + data
        self._buffer = b""
        while data:
            end = data.find(b"\r\n\r\n")
            stop = end + 4 + length(data, end) if end >= 0 else 0
            if end < 0 or len(data) < stop:
                self._buffer = data
                return
            self._request(data[:end], data[end + 4 : stop])
            data = data[stop:]

    def _request(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"POST"):
            sign = value(head, b"x-screenpop-signature")
            self._transport.write(self._server.take(sign, body))
        elif value(head, b"sec-websocket-key"):
            self._upgrade(head)
        else:
            self._transport.write(OK)

    def _upgrade(self, head: bytes) -> None:
        key = value(head, b"sec-websocket-key").encode()
        accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest())
        self._transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Protocol: screenpop.v1\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n" + HELLO_FRAME
        )
        self._web = True
        if head.startswith(b"GET /v1/wallboard"):
            self._server.wallboards.add(self._transport)
        else:
            self._server.agents[value(head, b"x-bench-agent")] = self._transport

    def _frames(self, data: bytes) -> None:
        """The first is `resume`; receipts are read and dropped."""
        opcode = data[0] & 0x0F
        if not self._greeted:
            self._greeted = True
            self._transport.write(RESYNC_FRAME)
        elif opcode == CLOSE:
            self._transport.close()
        elif opcode == PING:
            self._transport.write(server_frame(PONG, b""))

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.wallboards.discard(self._transport)


def length(data: bytes, end: int) -> int:
    text = value(data[:end], b"content-length") if end >= 0 else ""
    return int(text or 0)


def value(head: bytes, name: bytes) -> str:
    """A header's value; empty when it is not there."""
    at = head.lower().find(b"\r\n" + name + b":")
    if at < 0:
        return ""
    start = at + len(name) + 3
    stop = head.find(b"\r\n", start)
    return head[start : stop if stop >= 0 else None].strip().decode("latin-1")


class AiohttpServer:
    """The same work behind aiohttp's router, requests and WebSockets."""

    def __init__(self, work: Work):
        self.work = work
        self.tasks = Tasks()
        self.agents: dict[str, web.WebSocketResponse] = {}

    async def take(self, request: web.Request) -> web.Response:
        sign = request.headers.get("X-Screenpop-Signature", "")
        event = self.work.taken(sign, await request.read())
        if event is None:
            return web.Response(status=401)
        self.tasks.spawn(self._pop(event))
        return web.Response(body=b"{}", content_type="application/json")

    async def _pop(self, event: Event) -> None:
        frame = await self.work.pop(event)
        for agent in event.agents:
            ws = self.agents.get(agent)
            if ws is not None:
                await ws.send_frame(frame, WSMsgType.TEXT)

    async def agent(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(protocols=("screenpop.v1",), compress=False)
        await ws.prepare(request)
        await ws.send_frame(HELLO, WSMsgType.TEXT)
        self.agents[request.headers.get("X-Bench-Agent", "")] = ws
        greeted = False
        async for _ in ws:
            if not greeted:
                greeted = True
                await ws.send_frame(RESYNC, WSMsgType.TEXT)
        return ws

    async def livez(self, request: web.Request) -> web.Response:
        return web.Response(body=b"{}")


async def serve_nothing(port: int) -> None:
    server = NothingServer(Work(cached=True))
    await server.make_card()
    await serve_raw(port, server)


async def serve_raw(port: int, server: RawServer) -> None:
    loop = asyncio.get_running_loop()
    await loop.create_server(
        lambda: RawConnection(server), "127.0.0.1", port, backlog=BACKLOG
    )
    await server.send_deltas()


async def serve_aiohttp(port: int) -> None:
    server = AiohttpServer(Work(cached=False))
    app = web.Application()
    app.router.add_post("/v1/telephony/{line}", server.take)
    app.router.add_get("/v1/agent", server.agent)
    app.router.add_get("/livez", server.livez)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port))
    await web.SockSite(runner, sock, backlog=BACKLOG).start()
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--port", type=int, default=8090)
    given = parser.parse_args()
    if given.kind == "aiohttp-full":
        uvloop.run(serve_aiohttp(given.port))
    elif given.kind == "raw-nothing":
        uvloop.run(serve_nothing(given.port))
    else:
        work = Work(cached=given.kind == "raw-cached")
        uvloop.run(serve_raw(given.port, RawServer(work)))


if __name__ == "__main__":
    main()
