"""Which telephone systems do we listen to, and how do they do?"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from screenpop.config.model import Configuration
from screenpop.domain.call import Call, CallEvent, Phase
from screenpop.domain.call_state import CallBook
from screenpop.intake.facts import Settings
from screenpop.intake.settings import bind_settings
from screenpop.intake.streams.base import Stream, StreamHealth
from screenpop.intake.streams.registry import (
    StreamDialect,
    make_stream,
    stream_dialect,
)
from screenpop.journal.base import Receipt
from screenpop.journal.records import EventRecord, Record
from screenpop.support.clock import Clock
from screenpop.support.metrics import Metrics
from screenpop.support.outage import NodeProblem
from screenpop.support.tasks import TaskOwner

log = logging.getLogger(__name__)

Append = Callable[[list[Record]], Awaitable[list[Receipt]]]


@dataclass(slots=True)
class ListenedLine:
    """A line with the stream that listens for it."""

    dialect: StreamDialect
    settings: Settings
    stream: Stream
    last_event_us: int | None = None  # when one last became durable


class Streams:
    """The lines that are listened to; raises `ConfigError` when one cannot be made."""

    def __init__(
        self, config: Configuration, clock: Clock, book: CallBook, metrics: Metrics
    ):
        self._book = book
        self._clock = clock
        self._metrics = metrics
        self.lines: dict[str, ListenedLine] = {}
        for name, line in config.lines.items():
            dialect = stream_dialect(line.dialect)
            if dialect is None:
                continue
            stream = make_stream(name, line, clock, known_calls=self._known_by(name))
            settings = bind_settings(dialect.settings, line.settings, dialect.name)
            self.lines[name] = ListenedLine(dialect, settings, stream)

    def listen(self, tasks: TaskOwner, append: Append) -> None:
        """One task for each; what they hear is appended like a webhook's events."""
        for name, line in self.lines.items():
            emit = self._emit_to(append, name, line)
            run = partial(line.stream.run, emit, log.warning)
            tasks.keep_running(run, name=f"listen to {name}")

    def _emit_to(
        self, append: Append, name: str, line: ListenedLine
    ) -> Callable[[Sequence[CallEvent]], Awaitable[None]]:
        async def emit(events: Sequence[CallEvent]) -> None:
            receipts = await append([EventRecord(event=event) for event in events])
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
            if (trouble := _trouble(line.stream.health)) is not None
        ]

    def _known_by(self, line: str) -> Callable[[], list[Call]]:
        def known() -> list[Call]:
            return [
                call
                for call in self._book
                if call.line == line and call.phase is not Phase.ENDED
            ]

        return known


def _trouble(health: StreamHealth) -> str | None:
    return health.trouble or health.behind
