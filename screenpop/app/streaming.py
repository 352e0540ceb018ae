"""Which telephone systems do we listen to, and how do they do?"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

from screenpop.config.model import Configuration
from screenpop.domain.call import Call, CallEvent, Phase
from screenpop.domain.call_state import CallBook
from screenpop.intake.streams.base import Stream
from screenpop.intake.streams.registry import make_stream, stream_dialect
from screenpop.journal.base import Receipt
from screenpop.journal.records import EventRecord, Record
from screenpop.support.clock import Clock
from screenpop.support.tasks import TaskOwner
from screenpop.web.services import Problem

log = logging.getLogger(__name__)

Append = Callable[[list[Record]], Awaitable[list[Receipt]]]


class Streams:
    """The lines that are listened to; raises `ConfigError` when one cannot be made."""

    def __init__(self, config: Configuration, clock: Clock, book: CallBook):
        self._book = book
        self.streams: dict[str, Stream] = {
            name: make_stream(name, line, clock, known_calls=self._known_by(name))
            for name, line in config.lines.items()
            if stream_dialect(line.dialect) is not None
        }

    def listen(self, tasks: TaskOwner, append: Append) -> None:
        """One task for each; what they hear is appended like a webhook's events."""

        async def emit(events: Sequence[CallEvent]) -> None:
            await append([EventRecord(event=event) for event in events])

        for name, stream in self.streams.items():
            tasks.spawn(stream.run(emit, log.warning), name=f"listen to {name}")

    def problems(self) -> list[Problem]:
        """Troubles in words: other lines go on, so none is fatal."""
        return [
            Problem(part=f"line {name}", message=trouble, fatal=False)
            for name, stream in self.streams.items()
            if (trouble := stream.health.trouble) is not None
        ]

    def _known_by(self, line: str) -> Callable[[], list[Call]]:
        def known() -> list[Call]:
            return [
                call
                for call in self._book
                if call.line == line and call.phase is not Phase.ENDED
            ]

        return known
