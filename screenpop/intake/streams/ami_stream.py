"""How is an Asterisk manager connection kept, and caught up after a gap?

    connect -> challenge, log in -> ask for channels and queues -> read for ever

The answers to the two questions come as events among the others; nothing waits for
them, so a switch that may not answer them is listened to all the same.
"""

from __future__ import annotations

import logging
from collections import deque

from screenpop.domain.call import CallEvent
from screenpop.intake.streams.ami_events import PRESENTATION, AmiEvents
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
from screenpop.intake.streams.conversations import Address, Wire
from screenpop.intake.streams.presentation import (
    PATIENCE_S,
    PRESENTATION_HINT,
    PRESENTATION_REFUSED,
    Presentations,
)
from screenpop.support.tasks import TaskOwner

log = logging.getLogger(__name__)

GETVAR = "presentation"  # the ActionID of these questions


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
        self._presentations = Presentations(fold.board)

    def hints(self) -> tuple[str, ...]:
        hints = []
        if self.fold.presentation_told is False:
            told = self._presentations.are_told
            hint = PRESENTATION_HINT if told else PRESENTATION_REFUSED
            hints.append(hint.format(file="manager.conf"))
        if self._refused:
            hints.append(self._refused)
        return tuple(hints)

    def behind(self) -> str | None:
        return self._refused

    @property
    def where(self) -> str:
        return str(self.address)

    async def _session(self) -> None:
        wire = await Wire.open(self.address, self.tools.limits)
        patience = TaskOwner(f"presentations of {self.line}")
        try:
            messages = _AmiMessages(wire)
            await self._log_in(wire, messages)
            self._connected()
            self._presentations.connected()
            await self._ask(wire)
            while True:
                await self._take(wire, await messages.next(idle=True), patience)
        finally:
            await patience.close()
            await wire.close()
            self._presentations.lost()
            await self._hand_on(self._presentations.ready())

    # -- log-in -------------------------------------------------------------

    async def _log_in(self, wire: Wire, messages: _AmiMessages) -> None:
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

    async def _take(self, wire: Wire, message: Message, patience: TaskOwner) -> None:
        if "Event" not in message:
            await self._answered(message)
            return
        self._heard()
        event = text_of(message, "Event")
        if event == "FullyBooted" and self._listed:
            await self._ask(wire)  # it took log-ins before it had all its queues
        elif self._of_another_question(message):
            return
        events = self._meant(event, self._decoded(event, message))
        if self.fold.presentation_told is False:
            events = await self._with_presentation(events, wire, patience)
        await self._hand_on(events)

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

    async def _answered(self, message: Message) -> None:
        asked, _, about = text_of(message, "ActionID").partition("-")
        if asked == GETVAR:
            await self._presentation_told(about, message)
        elif text_of(message, "Response") == "Error" and asked:
            self._refused = (
                f"`{asked}` is refused ({text_of(message, 'Message')}): give the user"
                " read and write for system, call, reporting and agent"
            )

    # -- numbers that are withheld ----------------------------------------------

    async def _with_presentation(
        self, events: list[CallEvent], wire: Wire, patience: TaskOwner
    ) -> list[CallEvent]:
        """Those that need not wait; about the others the switch is asked."""
        for call_id in self._presentations.questions(events):
            await wire.write(
                action(
                    "Getvar",
                    ActionID=f"{GETVAR}-{call_id}",
                    Channel=self.fold.board.channels[call_id].shown.name,
                    Variable=PRESENTATION,
                )
            )
            patience.spawn(self._wait_for(call_id), name=f"presentation {call_id}")
        return self._presentations.ready()

    async def _wait_for(self, call_id: str) -> None:
        await self.tools.sleep(PATIENCE_S)
        self._presentations.unanswered(call_id)
        await self._hand_on(self._presentations.ready())

    async def _presentation_told(self, call_id: str, message: Message) -> None:
        if text_of(message, "Response") == "Success":
            self._presentations.answered(call_id, text_of(message, "Value"))
        else:
            gone = "no such channel" in text_of(message, "Message").lower()
            self._presentations.refused(call_id, for_good=not gone)
        await self._hand_on(self._presentations.ready())


class _AmiMessages:
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
