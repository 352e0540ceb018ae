"""To which call and which occurrence does an event belong?

An event is stamped when it is taken in, so that the journal keeps the decision. While
a start still reads what is stored, that cannot be decided: such events are journalled
as `UNPLACED`, and decided when they are folded, again at each later start. Where
several nodes share the journal the folds check each decision: `JournalOrder`.
"""

from __future__ import annotations

import logging
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from screenpop.domain.call import CallEvent, CallName
from screenpop.domain.directory import Directory
from screenpop.domain.journal_order import JournalOrder, agree, renumbered
from screenpop.domain.occurrences import UNPLACED, Occurrences
from screenpop.journal.base import Entry, Journal, Offset, Receipt
from screenpop.journal.duty import CallDuty
from screenpop.journal.records import (
    EventRecord,
    Record,
)
from screenpop.journal.spool import APART
from screenpop.support.clock import Clock
from screenpop.support.spare_time import SpareTime

DECIDED_MAX = 100_000
CLOCK_LOGGED_US = 30_000_000  # a drift is on /admin, a step in the log

log = logging.getLogger(__name__)


class Placing:
    """Stamps what is taken in and tells the folds what was decided."""

    def __init__(
        self,
        occurrences: Occurrences,
        clock: Clock,
        order: JournalOrder | None = None,
    ):
        """`order` where several nodes share the journal."""
        self.occurrences = occurrences
        self.order = order
        self.read_up_to: Callable[[], int] = lambda: 0
        """The offset of the newest entry of the shared journal that was folded."""
        self._begun: OrderedDict[CallName, tuple[int, int]] = OrderedDict()
        """Occurrences that began here and were not folded yet, and what was read then.
        """
        self.live = False  # everything that is stored was folded
        self._clock = clock
        self._open: set[tuple[str, str]] = set()
        self._ours: set[tuple[str, str]] = set()  # decided here, not folded yet
        self._recalled = 0  # the offset of an event of others, until `learn`
        self._decided: OrderedDict[int, CallEvent] = OrderedDict()
        self._alone: dict[tuple[str, str], int] = {}
        """Occurrences of events that were folded while this node was alone."""
        self._alone_calls: dict[CallName, Counter[int]] = {}
        """How many of them did not come back yet, by call and occurrence."""

    def stamped(self, records: Iterable[Record]) -> list[Record]:
        """The records as they are to be journalled."""
        decide = self.live and not self._open
        steady_us = self._clock.steady_us()
        stamped: list[Record] = []
        for record in records:
            if isinstance(record, EventRecord):
                event = record.event
                if decide:
                    event = self.occurrences.place(event, steady_us)
                    self._ours.add((event.line, event.event_id))
                else:
                    self._open.add((event.line, event.event_id))
                    event = replace(event, occurrence=UNPLACED)
                if self.order is not None:
                    event = replace(event, seen=self._basis(self.order, event))
                record = EventRecord(event=event)
            stamped.append(record)
        return stamped

    def not_kept(self, records: Iterable[Record]) -> None:
        """These were not journalled, or were there before."""
        if self._open or self._ours:
            keys = {(record.stream, record.key) for record in records}
            self._open -= keys
            self._ours -= keys

    def folded(self, offset: int, event: CallEvent) -> CallEvent:
        """An event comes out of the journal: the event as it was placed."""
        ours = (event.line, event.event_id)
        unplaced = event.occurrence == UNPLACED
        placed = event
        if unplaced:
            self._open.discard(ours)
            placed = self.occurrences.place(event, event.received_us)
        if self.order is not None:
            placed = self._ordered(self.order, offset, placed, unplaced)
            if offset >= APART:
                self._note_alone(ours, placed)
        if placed is not event:
            self._decided[offset] = placed
            if len(self._decided) > DECIDED_MAX:
                self._decided.popitem(last=False)
        if ours in self._ours:
            self._ours.discard(ours)
        elif not unplaced:  # of a former start, or of another node
            self._recalled = offset
            self.occurrences.recall(placed)
        return placed

    def rejoin(self) -> None:
        """This node is with the others again: its events come in the journal's order.

        Those that do not come back were in the journal before.
        """
        if self.order is not None:
            self.order.rejoin()
        self._decided = OrderedDict(
            each for each in self._decided.items() if each[0] < APART
        )

    def folded_alone(self, event: CallEvent) -> int | None:
        """The occurrence that a returned event had here; asked once."""
        alone = self._alone.pop((event.line, event.event_id), None)
        name = (event.line, event.call_id)
        left = self._alone_calls.get(name)
        if alone is not None and left is not None:
            left[alone] -= 1
            if left.total() <= 0:
                del self._alone_calls[name]
        return alone

    def made_alone(self, event: CallEvent) -> list[int]:
        """Other occurrences of its call of which events have not come back yet."""
        left = self._alone_calls.get((event.line, event.call_id)) or Counter[int]()
        return [occurrence for occurrence in left if occurrence != event.occurrence]

    def _note_alone(self, ours: tuple[str, str], placed: CallEvent) -> None:
        if ours not in self._alone:
            name = (placed.line, placed.call_id)
            self._alone_calls.setdefault(name, Counter())[placed.occurrence] += 1
        self._alone[ours] = placed.occurrence

    def renamed(self, record: Record) -> Record:
        """Answers and actions name their call as the node did that wrote them."""
        if self.order is None or isinstance(record, EventRecord):
            return record
        key = record.call_key
        known = None if key is None else self.order.newest(key[:2])
        if key is None or known is None:
            return record
        now = dict(known.renamed).get(key[2], key[2])
        return record if now == key[2] else replace(record, occurrence=now)

    def _ordered(
        self, order: JournalOrder, offset: int, event: CallEvent, unplaced: bool
    ) -> CallEvent:
        """The event with the occurrence that it has at every node."""
        given = event.occurrence
        asked = replace(event, occurrence=UNPLACED) if unplaced else event
        placed = renumbered(
            event, order.place(offset, asked, alone=offset >= APART).occurrence
        )
        name = (event.line, event.call_id)
        if self._begun.get(name, (None,))[0] == given:
            del self._begun[name]
        known, newest = order.newest(name), self.occurrences.saved(name)
        if placed is not event and known is not None and newest is not None:
            ours, now = newest[1], known.occurrence
            superseded = ours.occurrence == given or ours.occurrence < now
            if superseded and now == placed.occurrence:
                agree(ours, known)
                self.occurrences.touched.add(name)
        return placed

    def has_folded(self, offset: int) -> bool:
        """Is it decided what `placed` gives for the entry?"""
        return self.order is None or offset <= self.read_up_to()

    def _basis(self, order: JournalOrder, event: CallEvent) -> int:
        """What was read when the event's occurrence was decided.

        That of an occurrence that is not in the journal was decided when it began.
        """
        name, seen = (event.line, event.call_id), self.read_up_to()
        known, occurrence = order.newest(name), event.occurrence
        if occurrence == UNPLACED:
            return seen
        if known is not None and occurrence in (known.occurrence, known.before):
            return seen
        began = self._begun.get(name)
        if began is None or began[0] != occurrence:
            began = self._begun[name] = (occurrence, seen)
            if len(self._begun) > DECIDED_MAX:
                self._begun.popitem(last=False)
        return began[1]

    def learn(self, offset: int, event: CallEvent) -> None:
        """What a placed event says of its call and its line's clock.

        Called when the cards are out: only the next event needs it.
        """
        if offset == self._recalled:  # `recall` did
            self._recalled = 0
            return
        clocks = self.occurrences.clocks
        clock = clocks.get(event.line)
        before_us = 0 if clock is None else clock.correction_us
        self.occurrences.learn(event)
        clock = clocks.get(event.line)
        after_us = 0 if clock is None else clock.correction_us
        if abs(after_us - before_us) > CLOCK_LOGGED_US:
            log.warning(
                "line %s: its clock differs from this machine's by %.0f s;"
                " times are corrected",
                event.line,
                -after_us / 1e6,
            )

    def placed(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Entries for the history: each event as the folds were told of it."""
        placed = list(entries)
        alone = self.order is None  # no node to agree with
        for at, entry in enumerate(entries):
            record = entry.record if alone else self.renamed(entry.record)
            if record is not entry.record:
                placed[at] = Entry(entry.offset, record)
            elif isinstance(record, EventRecord) and (
                record.event.occurrence == UNPLACED or entry.offset in self._decided
            ):
                placed[at] = self._placed(entry.offset, record.event)
        return placed

    def saved(self) -> list[tuple[int, CallEvent]]:
        """Events that were decided here: the journal does not hold their place."""
        return list(self._decided.items())

    def restore(self, decided: Iterable[tuple[int, CallEvent]]) -> None:
        self._decided.update(decided)

    def _placed(self, offset: Offset, event: CallEvent) -> Entry:
        decided = self._decided.get(offset)
        if decided is None:
            newest = self.occurrences.newest_of(event.line, event.call_id)
            decided = replace(event, occurrence=newest)
        return Entry(offset, EventRecord(event=decided))


class EventDoor:
    """Appends events to the journal.

    Each is given its occurrence and the people at its telephones.
    """

    def __init__(
        self,
        placing: Placing,
        directory: Directory,
        journal: Journal,
        spare: SpareTime,
        duty: CallDuty,
    ):
        self._placing = placing
        self._directory = directory
        self.journal = journal
        self._spare = spare
        self._duty = duty

    async def keep(self, records: Sequence[Record]) -> list[Receipt]:
        """Durable when it returns; deferred work waits until the cards are open.

        Raises `Overloaded`, `Unavailable`.
        """
        placing = self._placing
        with self._spare:
            placed = placing.stamped(map(self._with_people, records))
            try:
                receipts = await self.journal.append(placed)
            except BaseException:
                placing.not_kept(placed)
                raise
            known = zip(placed, receipts, strict=True)
            placing.not_kept(record for record, receipt in known if not receipt.fresh)
            return receipts

    def _with_people(self, record: Record) -> Record:
        """Stored with the event: people may move to other telephones later."""
        if not isinstance(record, EventRecord):
            return record
        event = self._directory.with_people(record.event)
        if self._duty.name is not None:
            event = replace(event, node=self._duty.name)
        return EventRecord(event=event)


# -- To which call does a leg belong, where an event names only the leg?

LEGS_MAX = 10_000  # of one line; the oldest are forgotten

CallOfLeg = Callable[[str], str | None]


class Legs:
    """What one line's events said of legs and their calls.

    Kept on this node since its start; `known` tells of legs that other nodes heard of
    or that were heard of before.
    """

    def __init__(self) -> None:
        self._calls: OrderedDict[str, str] = OrderedDict()
        self.known: CallOfLeg = lambda leg: None

    def __len__(self) -> int:
        return len(self._calls)

    def call_of(self, leg: str) -> str | None:
        return self._calls.get(leg) or self.known(leg)

    def learn(self, event: CallEvent) -> None:
        if event.leg_id is None or str(event.leg_id) == event.call_id:
            return
        self._calls[event.leg_id] = event.call_id
        self._calls.move_to_end(event.leg_id)
        if len(self._calls) > LEGS_MAX:
            self._calls.popitem(last=False)
