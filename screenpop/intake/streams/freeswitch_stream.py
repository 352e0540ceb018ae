"""How is a FreeSWITCH event socket kept, and caught up after a gap?

    connect -> auth -> subscribe -> ask for channels, calls, agents -> read for ever

The socket answers commands in the order in which they were given, among events.
"""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Callable, Mapping

from screenpop.domain.call import CallEvent
from screenpop.intake.streams.base import (
    LoginRefused,
    Stream,
    StreamLost,
    StreamTools,
)
from screenpop.intake.streams.conversations import Address, Wire
from screenpop.intake.streams.freeswitch import (
    EslBroken,
    EslMessage,
    EslParser,
    command,
    event_of,
)
from screenpop.intake.streams.freeswitch_events import FreeswitchEvents, Row
from screenpop.support.text import sound_json

log = logging.getLogger(__name__)

SUBSCRIBE = (
    "event json CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_BRIDGE CHANNEL_UNBRIDGE"
    " CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE"
    " HEARTBEAT CUSTOM callcenter::info valet_parking::info"
)
CHANNELS = "api show channels as json"
CALLS = "api show calls as json"
AGENTS = "api callcenter_config agent list"
PING = "api uptime"
Ping = Callable[[], bytes]


class FreeswitchStream(Stream):
    """`freeswitch_esl`."""

    dialect = "freeswitch_esl"

    def __init__(
        self,
        line: str,
        tools: StreamTools,
        *,
        address: Address,
        password: str,
        fold: FreeswitchEvents,
    ):
        super().__init__(line, tools)
        self.address = address
        self.fold = fold
        self._password = password
        self._questions: deque[str] = deque()
        self._channels: list[Row] | None = None
        self._no_agents: str | None = None

    def hints(self) -> tuple[str, ...]:
        if self._no_agents is None:
            return ()
        return (f"agents cannot be asked for: {self._no_agents}",)

    @property
    def where(self) -> str:
        return str(self.address)

    async def _session(self) -> None:
        wire = await Wire.open(self.address, self.tools.limits)
        self._questions.clear()
        try:
            messages = _EslMessages(wire, self._ping)
            await self._log_in(wire, messages)
            self._connected()
            await self._ask(wire)
            while True:
                await self._take(await messages.next(idle=True))
        finally:
            await wire.close()

    async def _log_in(self, wire: Wire, messages: _EslMessages) -> None:
        first = await messages.next()
        if first.kind != "auth/request":
            raise LoginRefused(
                f"{self.address} lets us not in ({first.kind}): allow our address in"
                " event_socket.conf.xml (apply-inbound-acl)"
            )
        await wire.write(command(f"auth {self._password}"))
        answer = await self._reply(messages)
        if not answer.startswith("+OK"):
            raise LoginRefused(
                f"{self.address} refuses the password ({answer}). Compare it with"
                " event_socket.conf.xml"
            )
        await wire.write(command(SUBSCRIBE))
        answer = await self._reply(messages)
        if not answer.startswith("+OK"):
            raise StreamLost(f"{self.address} refuses the subscription: {answer}")

    async def _reply(self, messages: _EslMessages) -> str:
        while (message := await messages.next()).kind != "command/reply":
            pass
        return message.reply

    # -- reading -------------------------------------------------------------------

    async def _take(self, message: EslMessage) -> None:
        if message.kind == "text/disconnect-notice":
            raise StreamLost(f"{self.address} ends the connection")
        self._heard()
        await self._hand_on(self._decoded(message))

    def _decoded(self, message: EslMessage) -> list[CallEvent]:
        try:
            if message.kind == "api/response":
                return self._answered(message.body.decode("utf-8", "replace"))
            event = event_of(message)
            told = self.fold.decode(event, self.tools.clock.now_us())
            return self._meant(_kind(event), told)
        except Exception:
            self.counters["undecodable"] += 1
            log.exception("%s: a message cannot be decoded", self.line)
            return []

    # -- after a gap ------------------------------------------------------------------

    async def _ask(self, wire: Wire) -> None:
        self._channels = None
        self.fold.ask()
        for question in (CHANNELS, CALLS, AGENTS):
            self._questions.append(question)
            await wire.write(command(question))

    def _ping(self) -> bytes:
        self._questions.append(PING)
        return command(PING)

    def _answered(self, body: str) -> list[CallEvent]:
        question = self._questions.popleft() if self._questions else ""
        now_us = self.tools.clock.now_us()
        if question == CHANNELS:
            self._channels = _rows(body)
        elif question == CALLS and self._channels is not None:
            self.counters["synchronised"] += 1
            known = self.tools.known_calls()
            return self.fold.listed(self._channels, _rows(body), known, now_us)
        elif question == AGENTS:
            self._no_agents = body.strip() if body.startswith("-") else None
            return self.fold.agents_listed(_agents(body), now_us)
        return []


def _kind(event: Mapping[str, str]) -> str:
    return event.get("CC-Action") or event.get("Event-Name") or "?"


def _rows(body: str) -> list[Row]:
    """`{"row_count": 2, "rows": [...]}`; without rows there is no such key."""
    answer = sound_json(json.loads(body))
    rows = answer.get("rows", []) if isinstance(answer, dict) else []
    return [row for row in rows if isinstance(row, dict)]


def _agents(body: str) -> list[tuple[str, str]]:
    """Lines of `name|…|status|…` under a line of headings."""
    lines = [line.split("|") for line in body.splitlines() if "|" in line]
    if not lines or "name" not in lines[0] or "status" not in lines[0]:
        return []
    name, status = lines[0].index("name"), lines[0].index("status")
    wide = max(name, status)
    return [(line[name], line[status]) for line in lines[1:] if len(line) > wide]


class _EslMessages:
    """The messages of one connection, one by one."""

    def __init__(self, wire: Wire, ping: Ping):
        self._wire = wire
        self._ping = ping
        self._parser = EslParser()
        self._waiting: deque[EslMessage] = deque()

    async def next(self, *, idle: bool = False) -> EslMessage:
        """`idle`: silence is normal, and ended with a ping."""
        while not self._waiting:
            data = await self._wire.read(self._ping if idle else None)
            try:
                self._waiting.extend(self._parser.feed(data))
            except EslBroken as error:
                raise StreamLost(f"{self._wire.address}: {error}") from error
        return self._waiting.popleft()
