"""An event socket through real sockets: password, lists, a cut, a refusal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from streams_doubles import book_of, eventually, listening, no_sleep

from screenpop.domain.call import CallEvent, Phase
from screenpop.intake.streams.base import Stream, StreamLimits, StreamTools
from screenpop.intake.streams.registry import make_stream
from screenpop.support.clock import FakeClock

CASES = Path(__file__).parents[1] / "payloads" / "freeswitch"
PASSWORD = "ClueCon"
AGENTS = "name|type|status|state\n9999@default|callback|Available|Waiting\n+OK\n"


@dataclass
class LineOf:
    port: int
    dialect: str = "freeswitch_esl"
    country: str | None = "DE"
    time_zone: str = "UTC"
    settings: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        host = {"host": "127.0.0.1", "port": str(self.port), "password": PASSWORD}
        self.settings = {**host, **self.settings}


def block(kind: str, body: str = "", **headers: str) -> bytes:
    lines = [f"Content-Type: {kind}", *(f"{k}: {v}" for k, v in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body.encode())}")
    return ("\n".join(lines) + f"\n\n{body}").encode()


def case(name: str) -> list[str]:
    requests = json.loads((CASES / f"{name}.json").read_text())["requests"]
    return [str(request["body"]) for request in requests]


GOODBYE = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"


@dataclass
class FakeFreeswitch:
    """Plays one of `parts` to each connection, then lists `rows`."""

    parts: list[list[str]]
    rows: list[list[dict[str, str]]] = field(default_factory=list)
    password: str = PASSWORD
    rude: bool = False
    asked: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        kind = "text/rude-rejection" if self.rude else "auth/request"
        writer.write(block(kind))
        try:
            while request := (await reader.readuntil(b"\n\n")).decode().strip():
                self.asked.append(request.split(" ")[0])
                if await self._answer(request, writer):
                    writer.write_eof()
                    await reader.read()
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, request: str, writer: asyncio.StreamWriter) -> bool:
        verb, _, rest = request.partition(" ")
        part = min(self.connections, len(self.parts)) - 1
        if verb == "auth":
            right = rest == self.password
            told = "+OK accepted" if right else "-ERR invalid"
            writer.write(block("command/reply", **{"Reply-Text": told}))
            if not right:  # one try, then it hangs up
                writer.write(block("text/disconnect-notice", GOODBYE))
                return True
        elif verb == "event":
            told = "+OK event listener enabled json"
            writer.write(block("command/reply", **{"Reply-Text": told}))
        elif "channels" in rest:
            rows = self.rows[part] if part < len(self.rows) else []
            listed = {"row_count": len(rows), **({"rows": rows} if rows else {})}
            writer.write(block("api/response", json.dumps(listed) + "\n"))
        elif "calls" in rest:
            writer.write(block("api/response", '{"row_count":0}\n'))
        elif "uptime" in rest:
            writer.write(block("api/response", "4711\n"))
        else:
            return await self._play(part, writer)
        return False

    async def _play(self, part: int, writer: asyncio.StreamWriter) -> bool:
        for event in self.parts[part]:
            writer.write(block("text/event-json", event))
        last = part + 1 == len(self.parts)
        if last:
            writer.write(block("api/response", AGENTS))
        await writer.drain()
        return not last


@asynccontextmanager
async def serving(fake: FakeFreeswitch) -> AsyncIterator[FakeFreeswitch]:
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        await asyncio.sleep(0)


def stream_to(fake: FakeFreeswitch) -> Stream:
    clock = FakeClock()
    tools = StreamTools(clock=clock, limits=StreamLimits(), sleep=no_sleep)
    return make_stream("fs", LineOf(fake.port), clock, tools=tools)


def ended(events: list[CallEvent]) -> bool:
    """The agents are listed behind everything else."""
    return any("9999@default" in event.agents for event in events)


async def test_a_case_gives_its_call_and_the_agents_are_known() -> None:
    fake = FakeFreeswitch([case("answered")])
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
        (call,) = book_of(heard.events)
        assert heard.stream.health.trouble is None
        assert heard.stream.health.counters["undecodable"] == 0
    assert (call.outcome, call.caller) == ("completed", "+4915228817386")
    assert fake.asked == ["auth", "event", "api", "api", "api"]


async def test_a_call_that_ended_in_the_gap_has_vanished() -> None:
    fake = FakeFreeswitch([case("answered")[:4], []])
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
        (call,) = book_of(heard.events)
    assert (call.phase, call.cause) == (Phase.ENDED, "vanished")
    assert fake.connections == 2


async def test_a_call_that_goes_on_over_the_gap_is_the_same() -> None:
    events = case("answered")
    session = json.loads(events[0])["Unique-ID"]
    row = {"uuid": session, "call_uuid": session, "callstate": "ACTIVE"}
    fake = FakeFreeswitch([events[:4], events[4:]], [[], [row]])
    async with serving(fake), listening(stream_to(fake)) as heard:
        await heard.until(ended)
        (call,) = book_of(heard.events)
    assert (call.cause, call.outcome) == ("NORMAL_CLEARING", "completed")


async def test_a_wrong_password_is_told_in_clear_words() -> None:
    fake = FakeFreeswitch([[]], password="another")
    async with serving(fake), listening(stream_to(fake)) as heard:
        await eventually(lambda: bool(heard.said))
        assert "refuses the password (-ERR invalid)" in heard.said[0]
    assert PASSWORD not in repr(heard.said)


async def test_an_address_that_is_not_allowed_is_told_in_clear_words() -> None:
    fake = FakeFreeswitch([[]], rude=True)
    async with serving(fake), listening(stream_to(fake)) as heard:
        await eventually(lambda: bool(heard.said))
        assert "apply-inbound-acl" in heard.said[0]
