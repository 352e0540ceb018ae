"""How is an Asterisk manager connection kept, and caught up after a gap?

    connect -> challenge, log in -> ask for channels and queues -> read for ever

The answers to the two questions come as events among the others; nothing waits for
them, so a switch that may not answer them is listened to all the same.
"""

from __future__ import annotations

import logging
from collections import deque

from screenpop.domain.call import CallEvent
from screenpop.intake.streams.ami_events import AmiEvents
from screenpop.intake.streams.asterisk_ami import (
    AmiBroken,
    AmiParser,
    Message,
    action,
    challenge_key,
    text_of,
)
from screenpop.intake.streams.base import (
    LoginRefused,
    Stream,
    StreamLost,
    StreamTools,
)
from screenpop.intake.streams.conversation import Address, Wire

log = logging.getLogger(__name__)

NO_PRESENTATION = (
    "the switch does not say which numbers are withheld: add"
    " `channelvars = CALLERID(num-pres)` to manager.conf"
)


class AmiStream(Stream):
    """`asterisk_ami`."""

    dialect = "asterisk_ami"

    def __init__(
        self,
        line: str,
        tools: StreamTools,
        *,
        address: Address,
        username: str,
        secret: str,
        fold: AmiEvents,
    ):
        super().__init__(line, tools)
        self.address = address
        self.fold = fold
        self._username = username
        self._secret = secret
        self._asked = 0  # number of the last question about channels and queues
        self._listed = False  # its answer is complete
        self._refused: str | None = None

    def hints(self) -> tuple[str, ...]:
        hints = []
        if self.fold.presentation_told is False:
            hints.append(NO_PRESENTATION)
        if self._refused:
            hints.append(self._refused)
        return tuple(hints)

    @property
    def where(self) -> str:
        return str(self.address)

    async def _session(self) -> None:
        wire = await Wire.open(self.address, self.tools.limits)
        try:
            messages = _Messages(wire)
            await self._log_in(wire, messages)
            self._connected()
            await self._ask(wire)
            while True:
                await self._take(wire, await messages.next(idle=True))
        finally:
            await wire.close()

    # -- log-in -------------------------------------------------------------

    async def _log_in(self, wire: Wire, messages: _Messages) -> None:
        await wire.write(action("Challenge", AuthType="MD5", ActionID="challenge"))
        answer = await messages.response()
        challenge = text_of(answer, "Challenge")
        proof = {"Secret": self._secret}
        if challenge:
            key = challenge_key(challenge, self._secret)
            proof = {"AuthType": "MD5", "Key": key}
        login = action(
            "Login", Username=self._username, **proof, Events="on", ActionID="login"
        )
        await wire.write(login)
        answer = await messages.response()
        if text_of(answer, "Response") != "Success":
            said = text_of(answer, "Message") or "no reason given"
            raise LoginRefused(
                f"{self.address} refuses the log-in of `{self._username}`: {said}."
                " Compare username, secret, permit and deny with manager.conf"
            )

    # -- reading --------------------------------------------------------------

    async def _take(self, wire: Wire, message: Message) -> None:
        if "Event" not in message:
            self._answered(message)
            return
        self._heard()
        event = text_of(message, "Event")
        if event == "FullyBooted" and self._listed:
            await self._ask(wire)  # it took log-ins before it had all its queues
        elif self._of_another_question(message):
            return
        await self._hand_on(self._meant(event, self._decoded(event, message)))

    def _decoded(self, event: str, message: Message) -> list[CallEvent]:
        now_us = self.tools.clock.now_us()
        try:
            if event == "CoreShowChannelsComplete":
                self.counters["synchronised"] += 1
                return self.fold.channels_listed(self.tools.known_calls(), now_us)
            if event == "QueueStatusComplete":
                self._listed = True
                return self.fold.queues_listed(now_us)
            return self.fold.decode(message, now_us)
        except Exception:
            self.counters["undecodable"] += 1
            log.exception("%s: an event `%s` cannot be decoded", self.line, event)
            return []

    # -- after a gap ----------------------------------------------------------

    async def _ask(self, wire: Wire) -> None:
        self._asked += 1
        self._listed, self._refused = False, None
        self.fold.ask()
        for name in ("CoreShowChannels", "QueueStatus"):
            await wire.write(action(name, ActionID=f"{name}-{self._asked}"))

    def _of_another_question(self, message: Message) -> bool:
        """An answer to what was asked before: its list is not the one we collect."""
        asked = text_of(message, "ActionID")
        return bool(asked) and not asked.endswith(f"-{self._asked}")

    def _answered(self, message: Message) -> None:
        asked = text_of(message, "ActionID").partition("-")[0]
        if text_of(message, "Response") == "Error" and asked:
            self._refused = (
                f"`{asked}` is refused ({text_of(message, 'Message')}): give the user"
                " read and write for system, call, reporting and agent"
            )


class _Messages:
    """The messages of one connection, one by one."""

    def __init__(self, wire: Wire):
        self._wire = wire
        self._parser = AmiParser()
        self._waiting: deque[Message] = deque()

    async def next(self, *, idle: bool = False) -> Message:
        """`idle`: silence is normal, and ended with a ping."""
        while not self._waiting:
            data = await self._wire.read(_ping if idle else None)
            try:
                self._waiting.extend(self._parser.feed(data))
            except AmiBroken as error:
                raise StreamLost(f"{self._wire.address}: {error}") from error
        return self._waiting.popleft()

    async def response(self) -> Message:
        """The answer to what was just asked; before the log-in nothing else comes."""
        while "Response" not in (message := await self.next()):
            pass
        return message


def _ping() -> bytes:
    return action("Ping", ActionID="ping-0")
