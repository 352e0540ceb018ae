"""An ARI on a WebSocket, that plays recordings and answers the lists."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

from streams_doubles import no_sleep, recorded
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from screenpop.domain.call import Call
from screenpop.intake.streams.base import Stream, StreamLimits, StreamTools
from screenpop.intake.streams.http_request import basic
from screenpop.intake.streams.registry import make_stream
from screenpop.support.clock import FakeClock

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
    """Plays one of `parts` to each connection; `live` answers the lists."""

    parts: list[list[str]]
    lists: dict[str, object] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    password: str = PASSWORD
    requested: list[str] = field(default_factory=list)
    connections: int = 0
    server: Server | None = None
    go_on: asyncio.Event | None = None  # waited for before every part but the first

    @property
    def port(self) -> int:
        assert self.server is not None
        return int(next(iter(self.server.sockets)).getsockname()[1])

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.headers.get("Authorization") != basic(USERNAME, self.password):
            return connection.respond(HTTPStatus.UNAUTHORIZED, "")
        self.requested.append(request.path)
        if request.path.startswith("/ari/events?"):
            return None
        name = request.path.removeprefix("/ari")
        uid, _, variable = name.removeprefix("/channels/").partition("/variable")
        body = self.lists.get(name)
        if variable and uid in self.links:
            body = {"value": self.links[uid]}
        if body is None:
            return connection.respond(HTTPStatus.NOT_FOUND, "")
        return Response(200, "OK", Headers(), json.dumps(body).encode())

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


@asynccontextmanager
async def serving(fake: FakeAri) -> AsyncIterator[FakeAri]:
    async with serve(
        fake.play, "127.0.0.1", 0, process_request=fake.answer, compression=None
    ) as server:
        fake.server = server
        yield fake


def stream_to(fake: FakeAri, known: Sequence[Call] = ()) -> Stream:
    clock = FakeClock()
    tools = StreamTools(
        clock=clock,
        known_calls=lambda: known,
        limits=StreamLimits(),
        sleep=no_sleep,
    )
    return make_stream("pbx", LineOf(fake.port), clock, tools=tools)


def frames_of(name: str) -> list[str]:
    """As sent: each line of the recording holds one frame."""
    lines = recorded(name, "ari.jsonl").decode().splitlines()
    return [line[line.index('"event": ') + 9 : -1] for line in lines]
