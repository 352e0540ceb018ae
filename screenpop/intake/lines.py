"""Which lines are there, those that call us and those that we listen to?"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from msgspec.structs import replace

from screenpop.config.model import Configuration, LineSettings
from screenpop.domain.call import Call, CallEvent, LineId, Phase
from screenpop.domain.call_state import CallBook
from screenpop.domain.errors import NotFound
from screenpop.domain.line_clock import LineClock
from screenpop.intake.facts import Settings
from screenpop.intake.line_turn import LineTurn
from screenpop.intake.placing import EventDoor
from screenpop.intake.recent import RequestLog, settings_shown
from screenpop.intake.settings import bind_settings
from screenpop.intake.shown import Counts, LineSeen, RequestsSeen, StreamSeen
from screenpop.intake.streams.base import Stream, StreamHealth
from screenpop.intake.streams.registry import StreamDialect, make_stream, stream_dialect
from screenpop.journal.leases import Leases
from screenpop.journal.records import EventRecord
from screenpop.support.clock import Clock, iso_from_us
from screenpop.support.log import NodeProblem
from screenpop.support.metrics import Metrics
from screenpop.support.tasks import TaskOwner, Watch

Clean = Callable[[str], str]

IGNORED_SHOWN_MAX = 20  # kinds of messages, the most frequent ones


class AllLines:
    """What the admin page and `screenpop capture` show of all lines."""

    def __init__(
        self,
        configured: Mapping[str, LineSettings],
        webhooks: RequestLog,
        streams: Mapping[str, ListenedLine],
        clocks: Mapping[LineId, LineClock],
    ):
        self._configured = configured
        self._clocks = clocks
        self._webhooks = webhooks
        self._streams = streams

    def lines(self, base_url: str) -> list[LineSeen]:
        """In the order of the file; `base_url` is without a path."""
        seen = {line.line: line for line in self._webhooks.lines(base_url)}
        for name, listened in self._streams.items():
            seen[name] = self._shown(name, listened)
        return [self._with_clock(seen[name]) for name in self._configured]

    def _with_clock(self, line: LineSeen) -> LineSeen:
        clock = self._clocks.get(LineId(line.line))
        if clock is None or not clock.known:
            return line
        return replace(line, clock_ahead_s=round(clock.offset_s, 1))

    async def requests(self, line: str, after: int) -> RequestsSeen:
        """Oldest first. Raises `NotFound` where no requests come in.

        Masking a hundred bodies takes longer than calls can wait: a thread does it.
        """
        if line in self._streams:
            raise NotFound(
                f"the line {line} is a live stream: it receives no requests.",
                code="stream_line",
                remedy="See how its stream does at /admin or in /v1/lines.",
            )
        return await asyncio.to_thread(self._webhooks.requests, line, after)

    def _shown(self, name: str, listened: ListenedLine) -> LineSeen:
        written, dialect = self._configured[name], listened.dialect
        health = listened.stream.health
        return LineSeen(
            line=name,
            label=written.label,
            dialect=dialect.name,
            title=dialect.title,
            status=dialect.status,
            address=listened.stream.where,
            country=written.country,
            time_zone=written.time_zone,
            settings=settings_shown(
                dialect.settings, listened.settings, self._webhooks.clean
            ),
            paste=dialect.paste,
            last_request_at=None,
            last_event_at=_at(listened.last_event_us),
            today=Counts(),
            stream=_stream_seen(health, self._webhooks.clean, listened.elsewhere),
        )


def clock_problems(
    configured: Iterable[str], clocks: Mapping[LineId, LineClock]
) -> list[NodeProblem]:
    """Lines whose clock is so wrong that their times are corrected."""
    return [
        NodeProblem(part=f"line {name}", message=wrong_clock(clock), fatal=False)
        for name in configured
        if (clock := clocks.get(LineId(name))) is not None and clock.correction_us
    ]


def wrong_clock(clock: LineClock) -> str:
    """What is said of a clock that is corrected for."""
    seconds, side = round(abs(clock.offset_s)), "ahead of"
    if clock.offset_s < 0:
        side = "behind"
    return (
        f"the telephone system's clock is {seconds} s {side} this machine's;"
        " times of calls are corrected. Let it follow a time server (NTP), or"
        " correct the line's time_zone."
    )


def _stream_seen(
    health: StreamHealth, clean: Clean, elsewhere: str | None
) -> StreamSeen:
    counted = health.counters
    trouble, hints = health.trouble, health.hints
    if elsewhere is not None:
        trouble, hints = None, (f"The node {elsewhere} listens to this line.",)
    return StreamSeen(
        connected_since=_at(health.connected_since_us),
        trouble=None if trouble is None else clean(trouble),
        hints=[clean(hint) for hint in hints],
        connections=counted["connections"],
        lost=counted["lost"],
        last_message_at=_at(health.last_event_us),
        messages=counted["received"],
        events=counted["emitted"],
        waiting=counted["held"],
        refused=counted["refused"],
        undecodable=counted["undecodable"],
        synchronised=counted["synchronised"],
        ignored=dict(_most_frequent(health.ignored.items())),
    )


def _most_frequent(counted: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(counted, key=lambda pair: (-pair[1], pair[0]))[:IGNORED_SHOWN_MAX]


def _at(at_us: int | None) -> str | None:
    return None if at_us is None else iso_from_us(at_us)


log = logging.getLogger(__name__)

# -- Which telephone systems do we listen to, and how do they do?


@dataclass(slots=True)
class ListenedLine:
    """A line with the stream that listens for it."""

    dialect: StreamDialect
    settings: Settings
    stream: Stream
    last_event_us: int | None = None  # when one last became durable
    turn: LineTurn | None = None
    tasks: TaskOwner | None = None  # that listen

    @property
    def elsewhere(self) -> str | None:
        """The node that listens to this line, if it is another one."""
        return None if self.turn is None else self.turn.other


class Streams:
    """The lines that are listened to; raises `ConfigError` when one cannot be made."""

    def __init__(
        self, config: Configuration, clock: Clock, book: CallBook, metrics: Metrics
    ):
        self._book = book
        self._clock = clock
        self._metrics = metrics
        self._begin: Callable[[str, ListenedLine, TaskOwner | None], None] | None = None
        self.lines = self.made(config.lines)

    def made(self, lines: Mapping[str, LineSettings]) -> dict[str, ListenedLine]:
        """The streams among these lines, not listened to; raises `ConfigError`."""
        made = {}
        for name, line in lines.items():
            dialect = stream_dialect(line.dialect)
            if dialect is None:
                continue
            known = self._known_by(name)
            stream = make_stream(name, line, self._clock, known_calls=known)
            settings = bind_settings(dialect.settings, line.settings, dialect.name)
            made[name] = ListenedLine(dialect, settings, stream)
        return made

    def listen(self, watch: Watch, door: EventDoor, leases: Leases, node: str) -> None:
        """One task for each; what they hear is appended like a webhook's events.

        Of the nodes with the same `leases` one listens to a line.
        """

        def begin(name: str, line: ListenedLine, after: TaskOwner | None) -> None:
            emit = self._emit_to(door, name, line)
            turn = line.turn = LineTurn(leases, name, node)
            hear = partial(turn.run, partial(line.stream.run, emit, log.warning))
            line.tasks = TaskOwner(f"line {name}", watch)
            line.tasks.keep_running(
                partial(_listen_after, after, hear), name=f"listen to {name}"
            )

        self._begin = begin
        for name, line in self.lines.items():
            begin(name, line, None)

    def switch(self, lines: dict[str, ListenedLine]) -> list[TaskOwner]:
        """Listen to these from now on; one that was listened to before goes on.

        A telephone system is listened to once: the new stream of a line begins when
        the old one has ended. Returns what is to be closed of lines that are gone.
        """
        before, self.lines = self.lines, lines
        for name, line in lines.items():
            known = before.get(name)
            if known is not line and self._begin is not None:
                self._begin(name, line, None if known is None else known.tasks)
        gone = (line.tasks for name, line in before.items() if name not in lines)
        return [tasks for tasks in gone if tasks is not None]

    async def close(self) -> None:
        for line in self.lines.values():
            if line.tasks is not None:
                await line.tasks.close()

    def _emit_to(
        self, door: EventDoor, name: str, line: ListenedLine
    ) -> Callable[[Sequence[CallEvent]], Awaitable[None]]:
        async def emit(events: Sequence[CallEvent]) -> None:
            receipts = await door.keep([EventRecord(event=event) for event in events])
            line.last_event_us = self._clock.now_us()
            for event, receipt in zip(events, receipts, strict=True):
                if receipt.fresh:
                    self._metrics.events.labels(name, event.type.value).inc()
                else:
                    self._metrics.events_repeated.labels(name).inc()

        return emit

    def problems(self) -> list[NodeProblem]:
        """Troubles in words: other lines go on, so none is fatal."""
        return [
            NodeProblem(part=f"line {name}", message=trouble, fatal=False)
            for name, line in self.lines.items()
            if line.elsewhere is None
            and (trouble := _trouble(line.stream.health)) is not None
        ]

    def _known_by(self, line: str) -> Callable[[], list[Call]]:
        def known() -> list[Call]:
            return [
                call
                for call in self._book
                if call.line == line and call.phase is not Phase.ENDED
            ]

        return known


async def _listen_after(
    before: TaskOwner | None, listen: Callable[[], Coroutine[None, None, None]]
) -> None:
    if before is not None:
        await before.close()
    await listen()


def _trouble(health: StreamHealth) -> str | None:
    return health.trouble or health.behind
