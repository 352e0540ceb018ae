"""Which queues did a call visit, when its line reports no `queued`?

Many telephone systems say in which queue a call rings, and never that it entered
one. Such a call visited the queue that its ringing or its answer names, from its
first ring on. One `queued` event of the call is enough to count by `queued` alone:
so a late one never makes a call count twice. For the same reason a queue is
inferred once in a call.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec.structs import replace

from screenpop.domain.call import CallEvent, EventType, Outcome, QueueVisit

Left = Literal["answered", "abandoned", "moved", "diverted", "callback"]


class RingingVisits(msgspec.Struct, gc=False):
    """Read with the events of a call in their order."""

    visits: list[QueueVisit] = []

    def take(
        self, event: CallEvent, first_alerting_us: int | None, *, late: bool = False
    ) -> None:
        """Every event before the end; a `late` ringing was before the answer."""
        rings = event.type is EventType.ALERTING
        answers = event.type is EventType.ANSWERED
        if (rings or answers) and event.queue and not self._visited(event.queue):
            self._enter(event.queue, event.at_us, first_alerting_us)
        if late:
            self.leave(event.at_us, "answered")
        if answers:
            mailbox = event.outcome == Outcome.VOICEMAIL
            self.leave(event.at_us, "diverted" if mailbox else "answered")
        elif event.type is EventType.TRANSFERRED:
            self.leave(event.at_us, "moved")

    def leave(self, at_us: int, left: Left) -> None:
        """The caller leaves the queue, if they are in one."""
        if self.visits and self.visits[-1].left is None:
            self.visits[-1] = replace(self.visits[-1], left_us=at_us, left=left)

    def stay(self, since_us: int) -> None:
        """The end at that time was none: the caller is in the queue still."""
        reopen(self.visits, since_us)

    def told(self, *, answered: bool) -> tuple[QueueVisit, ...]:
        """The visits; an answer that was taken back was a mailbox."""
        if answered or not self.visits or self.visits[-1].left != "answered":
            return tuple(self.visits)
        return (*self.visits[:-1], replace(self.visits[-1], left="diverted"))

    def _visited(self, queue: str) -> bool:
        return any(visit.queue == queue for visit in self.visits)

    def _enter(self, queue: str, at_us: int, first_alerting_us: int | None) -> None:
        entered_us = at_us
        if not self.visits and first_alerting_us is not None:
            entered_us = min(at_us, first_alerting_us)
        self.leave(at_us, "moved")
        self.visits.append(
            QueueVisit(queue=queue, entered_us=entered_us, inferred=True)
        )


def reopen(visits: list[QueueVisit], ended_us: int) -> None:
    """Take back that an end at that time closed the last visit."""
    if visits and visits[-1].left_us == ended_us and visits[-1].left in _BY_AN_END:
        visits[-1] = replace(visits[-1], left_us=None, left=None)


_BY_AN_END = ("abandoned", "diverted", "callback")
