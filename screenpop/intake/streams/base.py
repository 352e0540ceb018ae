"""How is a telephone system listened to for ever, without losing an event?

`Stream.run` connects, logs in, reads, hands on, and begins again when the
connection is lost. A subclass says how to talk (`_session`); what the system says
is decoded elsewhere, purely. Events wait in a bounded line while the journal
cannot take them; when that is full nothing more is read from the system.

    StreamLost          the connection is gone; connect again soon
    ├── LoginRefused    connect again slowly: somebody must correct the settings
    └── TakenOver       connect again slowly: another connection listens instead
"""

from __future__ import annotations

import asyncio
import logging
import random
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from screenpop.domain.call import Call, CallEvent, CallId, EventType, Scope
from screenpop.domain.errors import BadInput, Overloaded, Unavailable
from screenpop.support.clock import Clock
from screenpop.support.tasks import TaskOwner, spawn

log = logging.getLogger(__name__)

COUNTERS = (
    "received", "decoded", "undecodable", "emitted", "refused", "connections",
    "lost", "synchronised",
)  # fmt: skip

ODD_TRIES = 3  # of one event, before it may be left out
PROBES_MAX = 20  # events behind it that are tried then
ABOUT_THE_EVENT = (
    TypeError, ValueError, LookupError, ArithmeticError, AttributeError,
    AssertionError, RecursionError,
)  # fmt: skip
KINDS_MAX = 200  # counted apart; a switch that makes names up cannot grow us
OTHER_KINDS = "(others)"

Emit = Callable[[Sequence[CallEvent]], Awaitable[None]]
Say = Callable[[str], None]
Sleep = Callable[[float], Awaitable[None]]
KnownCalls = Callable[[], Iterable[Call]]


class StreamLost(Exception):
    """The connection is gone or cannot be made; the text says why."""


class LoginRefused(StreamLost):
    """The system does not let us in; the text says what to correct."""


class TakenOver(StreamLost):
    """The system has given our place to another connection, which listens now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLimits:
    """How patient is a stream, and how much may wait?"""

    connect_s: float = 10
    silence_s: float = 20  # then it is asked whether it lives
    answer_s: float = 10  # to that question, to the log-in
    retry_first_s: float = 0.5
    retry_max_s: float = 30
    refused_retry_s: float = 60
    held_events_max: int = 10_000  # while the journal cannot take them
    emit_batch_max: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamTools:
    """What a stream is given by its surroundings; doubles stand in for them."""

    clock: Clock
    known_calls: KnownCalls = tuple  # of this line, as the journal tells them
    limits: StreamLimits = field(default_factory=StreamLimits)
    sleep: Sleep = asyncio.sleep
    jitter: Callable[[], float] = random.random  # 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHealth:
    """How a stream does: for `/readyz` and people.

    `trouble` says in words why nothing comes, `behind` why calls of a gap may be
    missing or stuck; `hints` what works but should be set better on the other side.
    `counters`: `received`, `decoded`, `undecodable`, `emitted`, `held`,
    `connections`, `lost`, `synchronised`. `ignored` counts, by their type, the
    messages that told nothing about a call or an agent.
    """

    line: str
    dialect: str
    connected_since_us: int | None = None
    last_event_us: int | None = None
    counters: Mapping[str, int] = field(default_factory=dict)
    ignored: Mapping[str, int] = field(default_factory=dict)
    trouble: str | None = None
    behind: str | None = None
    hints: tuple[str, ...] = ()


class Stream(ABC):
    """One line that is listened to."""

    dialect: str

    def __init__(self, line: str, tools: StreamTools):
        self.line = line
        self.tools = tools
        self.counters: Counter[str] = Counter()
        self._ignored: Counter[str] = Counter()
        self._held: deque[CallEvent] = deque()
        self._more = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._connected_us: int | None = None
        self._last_us: int | None = None
        self._trouble: str | None = "not connected yet"
        self._holding: str | None = None
        self._last_legs = LastLegs()
        self._moments = TaskOwner(f"moments of {line}")
        self._suspects = 0  # events at the head that failed while another was taken
        self._odd: str | None = None  # the last event that was left out, and why
        self._say: Say = log.info

    @property
    def health(self) -> StreamHealth:
        return StreamHealth(
            line=self.line,
            dialect=self.dialect,
            connected_since_us=self._connected_us,
            last_event_us=self._last_us,
            counters={
                **{name: self.counters[name] for name in COUNTERS},
                "held": len(self._held),
            },
            ignored=dict(self._ignored),
            trouble=self._trouble or self._holding,
            behind=self.behind(),
            hints=(*self.hints(), *((self._odd,) if self._odd else ())),
        )

    def hints(self) -> tuple[str, ...]:
        return ()

    def behind(self) -> str | None:
        """Why what is live could not be asked for after the last connection."""
        return None

    async def run(self, emit: Emit, say: Say) -> None:
        """Listen for ever; ends only by cancellation.

        `emit` makes events durable; when it raises (`Unavailable`, `Overloaded`) it is
        asked again with the same events. A single event is left out, reported and
        counted (`refused`) when it is refused as `BadInput`, when it fails by its
        content (`ABOUT_THE_EVENT`), and when it alone fails while others are taken.
        `say` takes one sentence for the log.
        """
        self._say = say
        emitter = spawn(self._emit_for_ever(emit), name=f"emit {self.line}")
        listener = spawn(self._listen_for_ever(), name=f"listen to {self.line}")
        both = (emitter, listener)
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for task in both:
                task.cancel()
            ended = await asyncio.gather(*both, return_exceptions=True)
            await self._moments.close()
        for error in ended:
            if isinstance(error, Exception):
                raise error

    @property
    @abstractmethod
    def where(self) -> str:
        """Host and port, for people."""

    @abstractmethod
    async def _session(self) -> None:
        """Connect, log in, read until the connection is lost: raises `StreamLost`.

        Calls `_connected` once logged in, `_hand_on` with what was decoded.
        """

    def _connected(self) -> None:
        back = self._trouble is not None and self.counters["connections"] > 0
        self.counters["connections"] += 1
        self._connected_us = self.tools.clock.now_us()
        self._trouble = None
        self._say(f"{self.line}: {'connected again' if back else 'connected'}.")

    def _heard(self) -> None:
        self.counters["received"] += 1
        self._last_us = self.tools.clock.now_us()

    def _meant(self, kind: str, events: list[CallEvent]) -> list[CallEvent]:
        """What a message of this kind told; nothing is counted by kind."""
        if not events:
            known = kind in self._ignored or len(self._ignored) < KINDS_MAX
            self._ignored[kind[:80] if known else OTHER_KINDS] += 1
        return events

    async def _hand_on(self, events: Sequence[CallEvent]) -> None:
        """Take decoded events; waits while the line of held ones is full."""
        now, begun = self._last_legs.through(events)
        for call_id in sorted(begun):
            self._moments.spawn(self._wait_for_end(call_id), name=f"end of {call_id}")
        await self._queue(now)

    async def _wait_for_end(self, call_id: CallId) -> None:
        await self.tools.sleep(PATIENCE_S)
        await self._queue(self._last_legs.due(call_id))

    async def _queue(self, events: Sequence[CallEvent]) -> None:
        if not events:
            return
        self.counters["decoded"] += len(events)
        self._held.extend(events)
        self._more.set()
        if len(self._held) >= self.tools.limits.held_events_max:
            self._room.clear()
            await self._room.wait()

    async def _listen_for_ever(self) -> None:
        failures = 0
        while True:
            connections = self.counters["connections"]
            try:
                await self._session()
                why, refused = "the connection ended", False
            except (StreamLost, OSError, TimeoutError) as error:
                why = _words(error)
                refused = isinstance(error, LoginRefused | TakenOver)
            except Exception as error:
                log.exception("%s: an internal error ended the connection", self.line)
                why, refused = f"internal error ({type(error).__name__})", False
            failures = 0 if self.counters["connections"] > connections else failures + 1
            self._lost(why)
            await self.tools.sleep(self._pause_s(failures, refused))

    def _lost(self, why: str) -> None:
        self._connected_us = None
        self.counters["lost"] += 1
        if self._trouble != why:
            self._say(f"{self.line}: {why}; trying again.")
        self._trouble = why

    def _pause_s(self, failures: int, refused: bool) -> float:
        """Full jitter on the upper half: never at once, never all together."""
        limits = self.tools.limits
        top_s = limits.refused_retry_s
        if not refused:
            top_s = min(
                limits.retry_first_s * 2 ** min(failures, 16), limits.retry_max_s
            )
        return top_s * (0.5 + 0.5 * self.tools.jitter())

    async def _emit_for_ever(self, emit: Emit) -> None:
        failures = 0  # in a row
        alone = 0  # of them those of the first event without others
        while True:
            if not self._held:
                self._more.clear()
                await self._more.wait()
            most = 1 if failures else self.tools.limits.emit_batch_max
            batch = [self._held[i] for i in range(min(len(self._held), most))]
            try:
                await emit(batch)
                failures = alone = self._suspects = 0
                self._release(len(batch), "emitted")
            except Exception as error:  # noqa: BLE001 (held, or left out and reported)
                failures += 1
                alone += len(batch) == 1
                if alone and self._is_odd(error, alone):
                    self._leave_out(error)
                    alone = 0
                elif not isinstance(error, BadInput):  # else they are tried one by one
                    others = alone >= ODD_TRIES and _unknown(error)
                    if not (others and await self._another_is_taken(emit)):
                        await self._hold(error, failures)

    def _is_odd(self, error: Exception, tries: int) -> bool:
        """Is it the event that cannot be kept, or can nothing be kept now?"""
        if isinstance(error, BadInput):
            return True
        if not _unknown(error):
            return False
        by_content = isinstance(error, ABOUT_THE_EVENT) and tries >= ODD_TRIES
        return by_content or self._suspects > 0

    async def _another_is_taken(self, emit: Emit) -> bool:
        """Does one of the events behind this one get through?

        Then those before it are suspects: the first of them that fails once more is
        odd. An outage may have ended just now, so one failure is not enough.
        """
        for place in range(1, min(len(self._held), PROBES_MAX + 1)):
            try:
                await emit([self._held[place]])
            except Exception as error:  # noqa: BLE001 (logged)
                log.info("%s: %s", self.line, _words(error))
                continue
            del self._held[place]
            self.counters["emitted"] += 1
            self._suspects = place
            return True
        return False

    def _leave_out(self, error: Exception) -> None:
        why = f"{self._held[0].type.value} of call {self._held[0].call_id[:64]}"
        self._odd = f"an event is left out: {_words(error)} ({why})"
        self._say(f"{self.line}: {self._odd}")
        self._suspects = max(0, self._suspects - 1)
        self._release(1, "refused")

    async def _hold(self, error: Exception, failures: int) -> None:
        if self._holding is None:
            if _unknown(error):
                log.error("%s: events cannot be kept", self.line, exc_info=error)
            self._say(f"{self.line}: events are held back: {error}")
        self._holding = f"events are held back: {error}"
        await self.tools.sleep(self._pause_s(failures, False))

    def _release(self, size: int, counted: str) -> None:
        for _ in range(size):
            self._held.popleft()
        self.counters[counted] += size
        self._room.set()
        if self._holding is not None:
            self._say(f"{self.line}: events are taken again.")
            self._holding = None


def _unknown(error: Exception) -> bool:
    """Neither a refusal of this event nor an outage that says so."""
    return not isinstance(error, BadInput | Unavailable | Overloaded)


def _words(error: BaseException) -> str:
    if isinstance(error, TimeoutError) and not str(error):
        return "no answer in time"
    return str(error) or type(error).__name__


# -- Did the agent leave a call that goes on, or was that the end of it?
# When an agent hangs up last, a switch tells the end of the agent's channel and,
# some milliseconds later, that of the caller's. So the end of a leg in which
# somebody talked waits for a moment: the call's own end, if it comes, says it all.

PATIENCE_S = 0.1
WAITING_MAX = 1000  # calls; further legs' ends do not wait


class LastLegs:
    """The ends of legs that wait, by call; pure, the stream keeps the time."""

    def __init__(self) -> None:
        self._waiting: dict[CallId, list[CallEvent]] = {}

    def through(
        self, events: Sequence[CallEvent]
    ) -> tuple[list[CallEvent], set[CallId]]:
        """What may be handed on now, and calls for which a moment is to be waited."""
        now: list[CallEvent] = []
        begun: set[CallId] = set()
        for event in events:
            call_id = event.call_id
            if _ends_call(event):
                self._waiting.pop(call_id, None)
                begun.discard(call_id)
            elif _ends_talk(event) and self._has_room(call_id):
                if call_id not in self._waiting:
                    begun.add(call_id)
                self._waiting.setdefault(call_id, []).append(event)
                continue
            elif event.type is not EventType.AGENT_STATE:
                now += self._waiting.pop(call_id, ())
                begun.discard(call_id)
            now.append(event)
        return now, begun

    def due(self, call_id: CallId) -> list[CallEvent]:
        """The moment is over: the call goes on without them."""
        return self._waiting.pop(call_id, [])

    def _has_room(self, call_id: CallId) -> bool:
        return call_id in self._waiting or len(self._waiting) < WAITING_MAX


def _ends_call(event: CallEvent) -> bool:
    return event.type is EventType.ENDED and event.scope is Scope.CALL


def _ends_talk(event: CallEvent) -> bool:
    ends_leg = event.type is EventType.ENDED and event.scope is Scope.LEG
    return ends_leg and event.outcome is None and event.cause != "vanished"
