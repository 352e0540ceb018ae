"""How does what happened become history, and how long does it stay?

The archiver reads the journal from where it stopped and writes batches to the
store; rows and offset stand in one transaction, so that a crash repeats at most
what changes nothing. A store that is away is waited for: the journal keeps it all.
Of several nodes one archives, under a lease; the transaction compares the offset, so
that a node that lost the lease writes nothing any more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import islice

from screenpop.domain.call_state import CallLimits
from screenpop.domain.errors import Overloaded, Unavailable
from screenpop.history.archive import Archive
from screenpop.history.audit import Audit
from screenpop.history.batch import Batch, PeopleAt
from screenpop.history.blame import blames_statement
from screenpop.history.engine import RowChanged
from screenpop.history.folding import BatchMaker, NumberOf
from screenpop.history.person_keys import PersonKeys
from screenpop.journal.base import Entry, Journal, Offset
from screenpop.journal.leases import Lease, LocalLeases
from screenpop.journal.records import EventRecord, decode
from screenpop.journal.sqlite_writer import SKIPPED
from screenpop.support.clock import Clock, SystemClock
from screenpop.support.log import Outage

log = logging.getLogger(__name__)

FULL_BATCH = 1000
GATHER_S = 1.0  # what comes meanwhile is one transaction, and most calls one row
GATHER_ENTRIES = 800  # not so many that they must be read from the medium
PER_TURN = 10  # entries or calls in a turn of the event loop: half a millisecond
PER_TURN_MAX = 320
RARE_S = 0.05  # a turn for which it waited longer is rare
RECALLED_PER_TURN = 10
RETRY_S = 2.0
FOLD_PAUSE_S, FOLD_TRIES = 0.02, 250  # at most 5 s: a fold that hangs stops nothing
STILL_S = 60.0  # so long the node that writes may make no progress
RETENTION_EVERY_S = 3600.0
RETENTION_AFTER_S = 60.0  # of a start: time to catch up, and for browsers to come
RETENTION_AGAIN_S = 60.0  # while the store is away or the history behind
HOUR_US = 3_600_000_000
KEYS_SPARED_US = 48 * HOUR_US  # they are noted as used once a day

Pause = Callable[[float], Awaitable[None]]
Turn = Callable[[], Awaitable[None]]
Placed = Callable[[Sequence[Entry]], Sequence[Entry]]


def kept_us(retention_h: float, history_days: int) -> int:
    """So long anything may be there that a person's key encrypted."""
    return max(round(retention_h * HOUR_US), history_days * 24 * HOUR_US)


async def next_turn() -> None:
    await asyncio.sleep(0)


def as_it_is(entries: Sequence[Entry]) -> Sequence[Entry]:
    return entries


class Archiver:
    """Writes the history. `run` until the journal closes or the task is cancelled."""

    def __init__(
        self,
        journal: Journal,
        archive: Archive,
        number_of: NumberOf,
        limits: CallLimits | None = None,
        clock: Clock | None = None,
        pause: Pause = asyncio.sleep,
        turn: Turn = next_turn,
        people_at: PeopleAt = lambda agent: (),
        count_left_out: Callable[[], None] = lambda: None,
        placed: Placed = as_it_is,
        has_folded: Callable[[int], bool] = lambda offset: True,
        lease: Lease | None = None,
    ):
        """`turn` lets the event loop's other work pass.

        `placed` gives the entries as the folds received them: for those up to an
        offset for which `has_folded`. Without a `lease` this
        node alone writes to the store.
        """
        self.lease = lease or Lease(LocalLeases(), "archiver")
        self._count_left_out = count_left_out
        self._people_at = people_at
        self._placed = placed
        self._has_folded = has_folded
        self._journal = journal
        self.archive = archive
        self._turn = turn
        self._number_of = number_of
        self._limits = limits or CallLimits()
        self._clock = clock or SystemClock()
        self._pause = pause
        self._maker = self._new_maker()
        self._outage = Outage("the history", log, self._clock, level=logging.ERROR)
        self._behind = Outage("the history", log, self._clock, level=logging.ERROR)
        self._still_since_s: float | None = None
        self._gathered_s = 0.0
        self.offset = Offset(0)
        self.archived_us = 0  # when the newest archived entry was received
        self.left_out = 0  # entries that the store would not take
        self.began = asyncio.Event()
        """Set when it knows up to where the history is written."""

    @property
    def trouble(self) -> str | None:
        """The outage of now, in words."""
        return self._outage.text or self._behind.text

    @property
    def note(self) -> str | None:
        """Which of the nodes writes the history, in words."""
        if not self.lease.shared:
            return None
        if self.lease.is_held:
            return "This node writes the history."
        if self.lease.other is None:
            return "No node writes the history now; one takes over within seconds."
        return f"The history is written by node {self.lease.other}."

    @property
    def _consumer(self) -> str:
        """Another journal's offsets mean nothing: each has its own."""
        return f"archiver/{self._journal.identity}"

    async def lag(self) -> int:
        """Journal offsets that are not in the history yet, also of another node."""
        _, newest = await self._journal.bounds()
        if self.lease.is_held:
            return max(0, newest - self.offset)
        return max(0, newest - await self.archive.offset(self._consumer))

    async def agree(self) -> None:
        """Before anything is appended: do history and journal fit together?

        A journal that lost its end in a power failure, or is an older copy, must not
        give numbers again that the history has: the archiver would pass their new
        entries over. Raises `Unavailable`.
        """
        stored = await self.archive.offset(self._consumer)
        oldest, newest = await self._journal.bounds()
        if stored > newest:
            log.warning(
                "the journal ends at entry %d, the history has entries up to %d: the"
                " journal lost its end, or is an older copy. The history stays as it"
                " is, new entries are numbered from %d on.",
                newest,
                stored,
                stored + SKIPPED + 1,
            )
            await self._journal.skip_to(Offset(stored + SKIPPED))
        elif 0 < stored < oldest - 1 and not self._journal.lost(stored + 1):
            log.warning(
                "the history has entries up to %d, the journal begins at %d: what lay"
                " between was trimmed and is not in the history. Is the store an older"
                " copy?",
                stored,
                oldest,
            )

    async def run(self) -> None:
        while True:
            try:
                await self.lease.run(self._follow, self._look_on)
            except RowChanged as error:
                log.warning("the history: %s", error)
                await self._pause(RETRY_S)
            except (
                Unavailable,
                Overloaded,
            ) as error:  # the journal keeps it all meanwhile
                self._outage.failed(error)
                await self._pause(RETRY_S)
            else:
                return

    async def _look_on(self) -> None:
        """Another node writes: how far is it? Raises `Unavailable`."""
        before = self.offset
        self.offset = Offset(await self.archive.offset(self._consumer))
        _, newest = await self._journal.bounds()
        self.began.set()
        self._outage.recovered()
        now_s = self._clock.monotonic_s()
        if self.offset >= newest or self.offset != before:
            self._still_since_s = None
            self._behind.recovered()
        elif self._still_since_s is None:
            self._still_since_s = now_s
        elif now_s - self._still_since_s > STILL_S:
            self._behind.failed(
                f"node {self.lease.other} should write it, but {newest - self.offset}"
                " journal entries are not in it. Do all nodes have the same"
                " `store.url`? Else restart that node."
            )

    async def _follow(self) -> None:
        """From the stored offset until the journal closes. Raises `Unavailable`."""
        self._maker = self._new_maker()
        self.offset = Offset(
            await self.archive.begin(self._consumer, self._clock.now_us())
        )
        self.began.set()
        self._behind.recovered()
        if self._outage.lasting:  # can it be written, or only read?
            await self._store(self._empty(self.offset))
            self._outage.recovered()
        async for entries in self._journal.tail(self.offset):
            await self._wait_for_folds(entries[-1].offset)
            await self._take(self._placed(entries))
            if len(entries) < FULL_BATCH:
                await self._pause(self._gather_s(len(entries)))

    async def _wait_for_folds(self, offset: int) -> None:
        """Entries are read from the medium before the folds of this node have them."""
        for _ in range(FOLD_TRIES):
            if self._has_folded(offset):
                return
            await self._pause(FOLD_PAUSE_S)
        log.warning("the folds have not read entry %d yet: it is archived", offset)

    def _gather_s(self, entries: int) -> float:
        """The pause that lets about `GATHER_ENTRIES` come in, at most `GATHER_S`."""
        before_s, self._gathered_s = self._gathered_s, self._clock.monotonic_s()
        passed_s = max(self._gathered_s - before_s, 0.001)
        return min(GATHER_S, GATHER_ENTRIES * passed_s / entries)

    async def _take(self, entries: Sequence[Entry]) -> None:
        try:
            await self._write(entries)
        except (Unavailable, Overloaded):
            raise
        except Exception as error:
            if blames_statement(error):
                raise
            await self._take_singly(entries)  # something in there is unfit: find it

    async def _take_singly(self, entries: Sequence[Entry]) -> None:
        self._maker = self._new_maker()
        for entry in entries:
            try:
                await self._write([entry])
            except (Unavailable, Overloaded):
                raise
            except Exception as error:
                if blames_statement(error):
                    raise
                self.left_out += 1
                self._count_left_out()
                log.error(  # not its text: a driver's error may quote a number
                    "journal entry %d (%s) cannot be archived (%s): left out",
                    entry.offset,
                    entry.record.kind,
                    type(error).__name__,
                )
                self._maker = self._new_maker()
                await self._store(self._empty(entry.offset))

    async def _write(self, entries: Sequence[Entry]) -> None:
        await self._recall(entries)
        await self._in_turns(map(self._maker.add, entries))
        await self._in_turns(self._maker.states())
        await self._store(self._maker.finish(self._clock.now_us()))
        self.archived_us = entries[-1].record.at_us

    async def _recall(self, entries: Sequence[Entry]) -> None:
        """Bring back from the store the calls that are not in memory."""
        unknown = self._maker.unknown(entries)
        found = await self.archive.recall(unknown) if unknown else {}
        for count, (key, stored) in enumerate(found.items()):
            records = [
                decode(EventRecord.kind, text.encode()) for text in stored.events
            ]
            events = [r.event for r in records if isinstance(r, EventRecord)]
            self._maker.remember(key, events, stored.answers, stored.customer)
            if count % RECALLED_PER_TURN == 0:
                await self._turn()

    async def _in_turns(self, steps: Iterator[None]) -> None:
        """Take the steps, with the event loop's other work between them.

        While that leaves hardly a moment the turns are rare, and so they grow.
        """
        per_turn = PER_TURN
        while len(list(islice(steps, per_turn))) == per_turn:
            began_s = self._clock.monotonic_s()
            await self._turn()
            rare = self._clock.monotonic_s() - began_s > RARE_S
            per_turn = min(2 * per_turn, PER_TURN_MAX) if rare else PER_TURN

    async def _store(self, batch: Batch) -> None:
        self.lease.check()
        await self.archive.write(batch, after=self.offset)
        self.offset = Offset(batch.offset)

    def _empty(self, offset: int) -> Batch:
        return Batch(consumer=self._consumer, offset=offset, at_us=self._clock.now_us())

    def _new_maker(self) -> BatchMaker:
        return BatchMaker(
            self._consumer, self._number_of, self._limits, self._people_at
        )


class Retention:
    """Forgets, once an hour, what is older than the configuration says."""

    def __init__(
        self,
        journal: Journal,
        archiver: Archiver,
        archive: Archive,
        audit: Audit,
        *,
        retention_h: float,
        history_days: int,
        stats_days: int,
        keys: PersonKeys | None = None,
        clock: Clock | None = None,
        pause: Pause = asyncio.sleep,
    ):
        self._keys = keys
        self._keys_us = kept_us(retention_h, history_days) + KEYS_SPARED_US
        self._journal = journal
        self._archiver = archiver
        self._archive = archive
        self._audit = audit
        self._journal_us = round(retention_h * HOUR_US)
        self._history_us = history_days * 24 * HOUR_US
        self._stats_us = stats_days * 24 * HOUR_US
        self._clock = clock or SystemClock()
        self._outage = Outage("retention", log, self._clock)
        self._behind = Outage("retention", log, self._clock)
        self._pause = pause

    async def run(self) -> None:
        await self._archiver.began.wait()  # before, nothing is known of the history
        await self._pause(RETENTION_AFTER_S)
        while True:
            await self.once()
            late = self._outage.lasting or self._behind.lasting
            await self._pause(RETENTION_AGAIN_S if late else RETENTION_EVERY_S)

    async def once(self) -> None:
        """An outage only puts it off: it is tried again in a minute.

        The node that writes the history does it.
        """
        if not self._archiver.lease.is_held:
            return
        now_us = self._clock.now_us()
        try:
            await self._trim(now_us - self._journal_us)
            await self._archive.forget(now_us - self._history_us)
            await self._archive.forget_intervals(now_us - self._stats_us)
            await self._audit.forget(now_us - self._history_us)
            if self._keys is not None:
                await self._keys.expire(now_us - self._keys_us)
        except (Unavailable, Overloaded) as error:
            self._outage.failed(f"old entries stay: {error}")
        else:
            self._outage.recovered()

    async def _trim(self, before_us: int) -> None:
        """Entries that are not in the history yet are never trimmed away."""
        behind = self._archiver.archived_us < before_us
        if self._archiver.trouble or (behind and await self._archiver.lag()):
            self._behind.failed("the journal is not trimmed: the history is behind")
            return
        self._behind.recovered()
        await self._journal.trim(before_us)
