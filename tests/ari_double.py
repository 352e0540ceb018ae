"""An ARI on a WebSocket, that plays recordings and answers the lists."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from socket import socket
from urllib.parse import unquote

from streams_doubles import no_sleep, recorded
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from screenpop.domain.call import Call
from screenpop.intake.streams.base import Sleep, Stream, StreamLimits, StreamTools
from screenpop.intake.streams.http_request import basic
from screenpop.intake.streams.registry import make_stream
from screenpop.support.clock import FakeClock

KEPT_OPEN_S = 15  # `session_keep_alive` of http.conf
USERNAME, PASSWORD = "screenpop", "opensesame"
END = {
    "type": "DeviceStateChanged",
    "device_state": {"name": "Queue:end_pause_PJSIP/9999", "state": "INUSE"},
}


@dataclass
class LineOf:
    port: int
    dialect: str = "asterisk_ari"
    country: str | None = "GB"
    time_zone: str = "UTC"
    settings: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.settings = {
            "host": "127.0.0.1",
            "port": self.port,
            "username": USERNAME,
            "password": PASSWORD,
            **self.settings,
        }


@dataclass
class FakeAri:
    """Plays one of `parts` to each connection; `live` answers the lists.

    As an Asterisk does, it keeps the connection of a request open for 15 s, unless
    it is asked not to; `stubborn` keeps it open even then, as some proxies do, and
    `chunked` answers in chunks. `/deviceStates` lists nothing of what `places` holds:
    those are only told by their name.
    """

    parts: list[list[str]]
    lists: dict[str, object] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    presentations: dict[str, str] = field(default_factory=dict)  # by channel
    password: str = PASSWORD
    chunked: bool = False
    stubborn: bool = False
    mute: set[str] = field(default_factory=set)  # paths that are never answered
    requested: list[str] = field(default_factory=list)
    connections: int = 0
    open_connections: int = 0  # of requests
    port: int = 0
    events_port: int = 0
    go_on: asyncio.Event | None = None  # waited for before every part but the first
    crash: asyncio.Event | None = None  # waited for at the end of all but the last

    async def front(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.open_connections += 1
        try:
            async with asyncio.timeout(None) as patience:
                goes_on = True
                while goes_on:
                    patience.reschedule(asyncio.get_running_loop().time() + KEPT_OPEN_S)
                    head = await reader.readuntil(b"\r\n\r\n")
                    if b"/ari/events?" in head.split(b"\r\n")[0]:
                        patience.reschedule(None)
                        await self._events(head, reader, writer)
                        return
                    goes_on = self._answer(head.decode(), writer)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            pass
        finally:
            self.open_connections -= 1
            writer.close()

    async def _events(
        self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """The WebSocket: passed on to the server that plays the parts."""
        inner, outer = await asyncio.open_connection("127.0.0.1", self.events_port)
        outer.write(head)
        async with asyncio.TaskGroup() as both:
            both.create_task(_pump(reader, outer))
            both.create_task(_pump(inner, writer))

    def _answer(self, head: str, writer: asyncio.StreamWriter) -> bool:
        """False: that was the last one on this connection."""
        method, target, _ = head.partition("\r\n")[0].split(" ")
        headers = Headers(
            (name, value)
            for line in head.split("\r\n")[1:]
            for name, mark, value in (line.partition(": "),)
            if mark
        )
        closes = headers.get("Connection", "").lower() == "close" and not self.stubborn
        self.requested.append(target)
        if target in self.mute:
            return True
        status, body = self.reply(method, target, headers)
        writer.write(self._written(status, body, closes))
        return not closes

    def _written(self, status: HTTPStatus, body: object, closes: bool) -> bytes:
        data = b"" if body is None else json.dumps(body).encode()
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\nServer: Asterisk\r\n"
        head += "Cache-Control: no-cache, no-store\r\n"
        if closes:
            head += "Connection: close\r\n"
        if not self.chunked or body is None:
            return f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data
        middle = len(data) // 2 or 1
        pieces = [piece for piece in (data[:middle], data[middle:]) if piece]
        chunks = b"".join(b"%x;x=y\r\n%b\r\n" % (len(p), p) for p in pieces)
        head += "Transfer-Encoding: chunked\r\n\r\n"
        return head.encode() + chunks + b"0\r\nX-Trailer: 1\r\n\r\n"

    def reply(
        self, method: str, target: str, headers: Headers
    ) -> tuple[HTTPStatus, object]:
        if headers.get("Authorization") != basic(USERNAME, self.password):
            return HTTPStatus.UNAUTHORIZED, {"message": "Authentication required"}
        path, _, query = target.removeprefix("/ari").partition("?")
        uid, _, rest = unquote(path).removeprefix("/channels/").partition("/")
        if method == "POST" and rest == "continue":
            return HTTPStatus.NO_CONTENT, None
        if rest == "variable":
            return self._variable(uid, query.removeprefix("variable="))
        if path.startswith("/deviceStates/"):
            name = unquote(path.removeprefix("/deviceStates/"))
            told = {"name": name, "state": self.places.get(name, "UNKNOWN")}
            return HTTPStatus.OK, told
        body = self.lists.get(path)
        if body is None:
            return HTTPStatus.NOT_FOUND, {"message": "Resource not found"}
        return HTTPStatus.OK, body

    def _variable(self, uid: str, name: str) -> tuple[HTTPStatus, object]:
        if unquote(name) == "CALLERID(num-pres)":
            told = self.presentations.get(uid, "allowed_not_screened")
            return HTTPStatus.OK, {"value": told}
        if uid in self.links:
            return HTTPStatus.OK, {"value": self.links[uid]}
        return HTTPStatus.NOT_FOUND, {"message": "Provided channel was not found"}

    def admit(self, connection: ServerConnection, request: Request) -> Response | None:
        self.requested.append(request.path)
        if request.headers.get("Authorization") != basic(USERNAME, self.password):
            return connection.respond(HTTPStatus.UNAUTHORIZED, "")
        return None

    async def play(self, socket: ServerConnection) -> None:
        self.connections += 1
        part = min(self.connections, len(self.parts))
        if part > 1 and self.go_on is not None:
            await self.go_on.wait()
        for frame in self.parts[part - 1]:
            await socket.send(frame)
        if part == len(self.parts):
            await socket.send(json.dumps(END))
            await socket.wait_closed()
        elif self.crash is not None:
            await self.crash.wait()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def serving(fake: FakeAri) -> AsyncIterator[FakeAri]:
    async with serve(
        fake.play, "127.0.0.1", 0, process_request=fake.admit, compression=None
    ) as events:
        fake.events_port = _port(events.sockets)
        front = await asyncio.start_server(fake.front, "127.0.0.1", fake.port)
        fake.port = _port(front.sockets)
        try:
            yield fake
        finally:
            if fake.crash is not None:
                fake.crash.set()
            front.close()
            await asyncio.sleep(0)


def _port(sockets: Iterable[socket]) -> int:
    return int(next(iter(sockets)).getsockname()[1])


def stream_to(
    fake: FakeAri,
    known: Sequence[Call] = (),
    *,
    patient: bool = False,
    sleep: Sleep = no_sleep,
) -> Stream:
    """`patient`: pauses take their time; else they are over at once."""
    clock = FakeClock()
    tools = StreamTools(
        clock=clock,
        known_calls=lambda: known,
        limits=StreamLimits(),
        sleep=asyncio.sleep if patient else sleep,
    )
    return make_stream("pbx", LineOf(fake.port), clock, tools=tools)


def frames_of(name: str) -> list[str]:
    """As sent: each line of the recording holds one frame."""
    lines = recorded(name, "ari.jsonl").decode().splitlines()
    return [line[line.index('"event": ') + 9 : -1] for line in lines]
