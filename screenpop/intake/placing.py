"""Which events get their occurrence before they are journalled, and which after?

An event is stamped when it is taken in, so that the journal keeps the decision. While
a start still reads what is stored, that cannot be decided: such events are journalled
as `UNPLACED`, and decided when they are folded, again at each later start.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from screenpop.domain.call import CallEvent
from screenpop.domain.occurrences import UNPLACED, Occurrences
from screenpop.journal.base import Entry
from screenpop.journal.records import EventRecord, Record
from screenpop.support.clock import Clock

DECIDED_MAX = 100_000
CLOCK_LOGGED_US = 30_000_000  # a drift is on /admin, a step in the log

log = logging.getLogger(__name__)


class Placing:
    """Stamps what is taken in and tells the folds what was decided."""

    def __init__(self, occurrences: Occurrences, clock: Clock):
        self.occurrences = occurrences
        self.live = False  # everything that is stored was folded
        self._clock = clock
        self._open: set[tuple[str, str]] = set()
        self._decided: OrderedDict[int, CallEvent] = OrderedDict()

    def stamped(self, records: Iterable[Record]) -> list[Record]:
        """The records as they are to be journalled."""
        decide = self.live and not self._open
        steady_us = self._clock.steady_us()
        return [
            EventRecord(event=self._stamp(record.event, steady_us, decide=decide))
            if isinstance(record, EventRecord)
            else record
            for record in records
        ]

    def not_kept(self, records: Iterable[Record]) -> None:
        """These were not journalled, or were there before."""
        if self._open:
            self._open -= {(record.stream, record.key) for record in records}

    def folded(self, offset: int, event: CallEvent) -> CallEvent:
        """An event comes out of the journal: the event as it was placed."""
        if event.occurrence == UNPLACED:
            self._open.discard((event.line, event.event_id))
            placed = self.occurrences.place(event, event.received_us)
            self._decided[offset] = placed
            if len(self._decided) > DECIDED_MAX:
                self._decided.popitem(last=False)
            self._learn(placed)
            return placed
        if self.live:
            self._learn(event)
        else:
            self.occurrences.recall(event)
        return event

    def _learn(self, event: CallEvent) -> None:
        before_us = self._corrected_us(event)
        self.occurrences.learn(event)
        after_us = self._corrected_us(event)
        if abs(after_us - before_us) > CLOCK_LOGGED_US:
            log.warning(
                "line %s: its clock differs from ours by %.0f s; times are corrected",
                event.line,
                -after_us / 1e6,
            )

    def _corrected_us(self, event: CallEvent) -> int:
        clock = self.occurrences.clocks.get(event.line)
        return 0 if clock is None else clock.correction_us

    def placed(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Entries for the history: each event as the folds were told of it."""
        return [self._placed(entry) for entry in entries]

    def saved(self) -> list[tuple[int, CallEvent]]:
        """Events that were decided here: the journal does not hold their place."""
        return list(self._decided.items())

    def restore(self, decided: Iterable[tuple[int, CallEvent]]) -> None:
        self._decided.update(decided)

    def _placed(self, entry: Entry) -> Entry:
        record = entry.record
        if not isinstance(record, EventRecord) or record.event.occurrence != UNPLACED:
            return entry
        event = self._decided.get(entry.offset)
        if event is None:
            newest = self.occurrences.newest_of(record.event.line, record.event.call_id)
            event = replace(record.event, occurrence=newest)
        return Entry(entry.offset, EventRecord(event=event))

    def _stamp(self, event: CallEvent, steady_us: int, *, decide: bool) -> CallEvent:
        if decide:
            return self.occurrences.place(event, steady_us)
        self._open.add((event.line, event.event_id))
        return replace(event, occurrence=UNPLACED)
