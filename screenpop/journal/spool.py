"""What does a node do while the shared journal is away?

It goes on alone: what it would append is kept durably in a journal of its own, the
spool, and reaches this node's folds under numbers of its own (`APART` and above, so
that no other node takes them for its offsets). When the shared journal answers again
the spool is drained into it in order, each record with the identity that it has. What
others did meanwhile reaches the folds next, under its own offsets, between the
entries of this node's own calls, which so wait for none of it. When hardly anything is
left the folds go on behind the last shared entry that they saw (`Rejoined`).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

from screenpop.domain.errors import Overloaded, ScreenpopError, Unavailable
from screenpop.journal.base import (
    START,
    Entry,
    Journal,
    JournalHealth,
    JournalReplaced,
    Offset,
    Receipt,
    Rejoined,
    ReturnedEntry,
)
from screenpop.journal.held_appends import Done, HeldAppends, fail, pass_on
from screenpop.journal.leases import Leases
from screenpop.journal.records import Record
from screenpop.journal.tailing import Take, read_until
from screenpop.support.clock import Clock, SystemClock
from screenpop.support.tasks import AT_ONCE, TaskOwner

log = logging.getLogger(__name__)

ENTRIES_MAX = 200_000
APART = 1 << 52  # no shared journal ever gives so many numbers
RANGES = 1 << 31  # a time apart has a range of its own, drawn by lot
RANGE = 1 << 20
DRAIN_ENTRIES = 500
TRY_AGAIN_S = 0.5
HOLD_S = 1.0  # at most, while the last entries are drained
CATCH_UP_ENTRIES = 500  # read at a time
CATCH_UP_SLICE_S = 0.002  # the folds take in what others did, then look at their own
NEAR_ENTRIES = 100  # so few left are folded after the turn back
ALL_US = 1 << 62


class SpooledJournal(Journal):
    """A shared journal with a spool of this node for the time without it."""

    def __init__(
        self,
        shared: Journal,
        spool: Journal,
        *,
        entries_max: int = ENTRIES_MAX,
        clock: Clock | None = None,
    ):
        self._shared = shared
        self._spool = spool
        self._max = min(entries_max, RANGE)
        self._clock = clock or SystemClock()
        self._tasks = TaskOwner("spool")
        self._readers = TaskOwner("readers of the spool")
        self._apart = asyncio.Event()
        self._together = asyncio.Event()
        self._together.set()
        self._ended: JournalReplaced | None = None
        self._open = False
        self._why = ""
        self._since_s = 0.0
        self._range = APART
        self._base = START  # the newest shared entry that the folds have
        self._from = self._newest = self._handed = self._drained = START  # in the spool
        self._under_way = 0  # records that are being spooled
        self._moved = asyncio.Event()  # that number, or what the folds were handed
        self._held = HeldAppends(self.submit)
        self._own: set[tuple[str, str]] = set()
        """Drained records that did not come back yet: the folds have them, perhaps
        in another occurrence than the order of the shared journal gives them."""
        self._take: Take | None = None  # of who follows
        self._known: list[Offset] = []
        """Where others, or a lost answer, had put drained records before the time
        apart: the folds have them twice, perhaps in two occurrences."""

    async def open(self) -> None:
        """What an earlier process left in the spool goes into the shared journal."""
        await self._shared.open()
        try:
            await self._spool.open()
            _, self._newest = await self._spool.bounds()
            left = await self._drain(START)
        except BaseException:
            await self._spool.close()
            await self._shared.close()
            raise
        self._from = self._handed = self._drained = self._newest
        self._own.clear()  # these the folds do not have
        self._known.clear()
        if left:
            log.warning(
                "%d journal entries that were spooled before this start are in the"
                " shared journal now",
                left,
            )
            await self._spool.trim(ALL_US)
        self._open = True
        self._tasks.keep_running(
            self._keep_together, name="drain", until_done=True, restarts=AT_ONCE
        )

    async def close(self) -> None:
        self._open = False
        await self._tasks.close()
        await self._shared.close()  # what it refuses is spooled
        await self._spool.close()

    # -- Writing

    def submit(self, records: Sequence[Record], *, patient: bool = False) -> Done:
        if self._apart.is_set() and self._ended is None:
            return self._held.add(records) or self._spooled(records)
        try:
            done = self._shared.submit(records, patient=patient)
        except JournalReplaced:
            raise
        except Unavailable as error:
            if not self._open:
                raise
            self._part(error)
            return self._spooled(records)
        mine: Done = asyncio.get_running_loop().create_future()
        done.add_done_callback(lambda done: self._settle(mine, done, records))
        return mine

    def _settle(self, mine: Done, done: Done, records: Sequence[Record]) -> None:
        error = None if done.cancelled() else done.exception()
        away = isinstance(error, Unavailable) and not isinstance(error, JournalReplaced)
        if away:
            self._part(error)
            try:
                self._spooled(records).add_done_callback(lambda x: pass_on(x, mine))
            except ScreenpopError as full:
                fail(mine, full)
        else:
            pass_on(done, mine)

    def _spooled(self, records: Sequence[Record]) -> Done:
        waiting = self._newest - self._drained + self._under_way
        if waiting + len(records) > self._max:
            raise Overloaded(
                f"the shared journal is away ({self._why}) and {waiting} entries wait"
                f" in this node's spool, at most {self._max} may"
                " (journal.spool_entries_max). Bring Redis back; senders try again.",
                retry_after_s=5,
            )
        done = self._spool.submit(records)
        self._under_way += len(records)
        mine: Done = asyncio.get_running_loop().create_future()
        done.add_done_callback(lambda done: self._kept(mine, done, len(records)))
        return mine

    def _kept(self, mine: Done, done: Done, count: int) -> None:
        self._under_way -= count
        self._moved.set()
        if done.cancelled() or done.exception() is not None:
            pass_on(done, mine)
            return
        receipts = done.result()
        self._newest = max(self._newest, *(receipt.offset for receipt in receipts))
        if not mine.done():
            mine.set_result(
                [Receipt(self._number(each.offset), each.fresh) for each in receipts]
            )

    def _number(self, offset: Offset) -> Offset:
        return Offset(self._range + offset - self._from)

    # -- Apart and together

    def _part(self, error: BaseException | None) -> None:
        if self._apart.is_set():
            return
        self._why = str(error).rstrip(".")
        self._since_s = self._clock.monotonic_s()
        self._range = APART + secrets.randbelow(RANGES) * RANGE
        self._from = self._handed = self._drained = self._newest
        self._together.clear()
        self._apart.set()
        log.error(
            "the shared journal is away: this node goes on alone and keeps up to %d"
            " entries in its spool (%s)",
            self._max,
            self._why,
        )

    async def _keep_together(self) -> None:
        """Each time apart ends when all that was spooled is in the shared journal."""
        while True:
            await self._apart.wait()
            await asyncio.sleep(TRY_AGAIN_S)
            try:
                await self._drain(self._drained)
                await self._catch_up()
                await self._drain(self._drained)
                joined = await self._drain_rest()
            except JournalReplaced as error:
                self._ended = error
                self._together.set()
                return
            except (Unavailable, Overloaded, TimeoutError) as error:
                log.debug("the spool cannot be drained yet: %s", error)
                continue
            if joined:
                await self._forget_drained()

    async def _catch_up(self) -> None:
        """Fold what others did. Raises `Unavailable`, `JournalReplaced`."""
        while self._take is not None:
            entries = await self._shared.read(self._base, CATCH_UP_ENTRIES)
            if len(entries) < NEAR_ENTRIES:
                return
            slice_began_s = self._clock.monotonic_s()
            for entry in entries:
                self._base = entry.offset
                self._take([self._returned(entry)])
                if self._clock.monotonic_s() - slice_began_s >= CATCH_UP_SLICE_S:
                    await asyncio.sleep(0)
                    slice_began_s = self._clock.monotonic_s()

    async def _drain_rest(self) -> bool:
        """What came meanwhile. Under load that never ends, so new appends wait.

        They go to the shared journal a moment later, or else into the spool. Raises
        what `_drain` raises, and `TimeoutError`.
        """
        self._held.begin()
        try:
            async with asyncio.timeout(HOLD_S):
                await self._until_moved(lambda: not self._under_way)
                count = await self._drain(self._drained)
                await self._until_moved(lambda: self._handed == self._newest)
            if self._is_drained():
                self._join(count)
            return not self._apart.is_set()
        finally:
            self._held.release()

    async def _until_moved(self, is_there: Callable[[], bool]) -> None:
        while not is_there():
            self._moved.clear()
            await self._moved.wait()

    def _is_drained(self) -> bool:
        return not self._under_way and self._drained == self._newest == self._handed

    def _join(self, count: int) -> None:
        """In one turn of the loop with the look that nothing is left."""
        log.warning(
            "the shared journal is back after %.1f s: the spool is drained (%d entries"
            " in the last step)",
            self._clock.monotonic_s() - self._since_s,
            count,
        )
        self._apart.clear()
        self._together.set()

    async def _forget_drained(self) -> None:
        try:
            await self._spool.trim(ALL_US)
        except Unavailable as error:  # drained once more at the next start: no harm
            log.warning("the drained spool cannot be emptied: %s", error)

    async def _drain(self, after: Offset) -> int:
        """How many entries behind `after` were appended; twice does no harm.

        Raises `Unavailable`, `Overloaded`, `JournalReplaced`.
        """
        count = 0
        while entries := await self._spool.read(after, DRAIN_ENTRIES):
            records = [entry.record for entry in entries]
            self._own.update((record.stream, record.key) for record in records)
            for record, receipt in zip(
                records, await self._append_all(records), strict=True
            ):
                if receipt is None or receipt.offset <= self._base:
                    self._own.discard((record.stream, record.key))
                if receipt is not None and receipt.offset <= self._base:
                    self._known.append(receipt.offset)
            count += len(entries)
            after = self._drained = entries[-1].offset
        return count

    async def _append_all(self, records: Sequence[Record]) -> list[Receipt | None]:
        """None for one that cannot be stored: it must not hold up the others."""
        try:
            return [*await self._shared.append(records)]
        except (Unavailable, Overloaded):
            raise
        except Exception as error:  # noqa: BLE001
            if len(records) == 1:
                log.error(
                    "a spooled record (%s) cannot be stored (%s): left out",
                    records[0].kind,
                    type(error).__name__,
                )
                return [None]
            return [x for one in records for x in await self._append_all([one])]

    # -- Reading

    async def follow(self, after: Offset, take: Take) -> None:
        """See `Journal.follow`; raises `Rejoined` at the end of a time apart."""
        self._base, self._take = after, take
        if not self._apart.is_set():
            over = await read_until(
                self._readers,
                self._apart,
                self._shared.follow(after, self._shared_to(take)),
            )
            if over:
                return
        over = await read_until(
            self._readers,
            self._together,
            self._spool.follow(self._handed, self._spool_to(take)),
        )
        if self._ended is not None:
            raise self._ended
        if not over:
            raise Rejoined(self._base, await self._known_entries())

    async def _known_entries(self) -> list[Entry]:
        """Raises `JournalReplaced`; without a journal there is nothing to compare."""
        known, self._known = self._known, []
        try:
            found = [await self._shared.read(Offset(at - 1), 1) for at in known]
        except JournalReplaced:
            raise
        except Unavailable as error:
            log.warning("%d spooled entries are not compared: %s", len(known), error)
            return []
        return [entry for entries in found for entry in entries]

    def _shared_to(self, take: Take) -> Take:
        def handed(entries: list[Entry]) -> None:
            if self._apart.is_set():
                return  # read again when it is over
            self._base = entries[-1].offset
            take([*map(self._returned, entries)] if self._own else entries)

        return handed

    def _spool_to(self, take: Take) -> Take:
        def handed(entries: list[Entry]) -> None:
            numbered = [Entry(self._number(x.offset), x.record) for x in entries]
            take(numbered)
            self._handed = entries[-1].offset
            self._moved.set()

        return handed

    def _returned(self, entry: Entry) -> Entry:
        identity = (entry.record.stream, entry.record.key)
        if identity not in self._own:
            return entry
        self._own.discard(identity)
        return ReturnedEntry(entry.offset, entry.record)

    async def read(self, after: Offset, limit: int = 1000) -> list[Entry]:
        return await self._shared.read(after, limit)

    def tail(self, after: Offset) -> AsyncIterator[list[Entry]]:
        return self._shared.tail(after)

    async def bounds(self) -> tuple[Offset, Offset]:
        return await self._shared.bounds()

    async def trim(self, before_us: int) -> int:
        return await self._shared.trim(before_us)

    async def save_snapshot(self, name: str, offset: Offset, body: bytes) -> None:
        if offset >= APART or self._own:
            raise Unavailable(
                "no snapshot is saved until the shared journal is back and what was"
                " spooled was read from it. The one before stays."
            )
        await self._shared.save_snapshot(name, offset, body)

    async def load_snapshot(self, name: str) -> tuple[Offset, bytes] | None:
        return await self._shared.load_snapshot(name)

    async def skip_to(self, offset: Offset) -> None:
        await self._shared.skip_to(offset)

    def lost(self, offset: int) -> bool:
        """Numbers of another time apart are of no meaning here."""
        if offset < APART:
            return self._shared.lost(offset)
        is_of_now = self._apart.is_set() and 0 <= offset - self._range < RANGE
        return not is_of_now

    @property
    def identity(self) -> str:
        return self._shared.identity

    @property
    def leases(self) -> Leases:
        return self._shared.leases

    @property
    def health(self) -> JournalHealth:
        health = self._shared.health
        if not self._apart.is_set() or self._ended is not None:
            return health
        waiting = self._newest - self._drained + self._under_way
        away_s = self._clock.monotonic_s() - self._since_s
        notice = (
            f"the shared journal has been away for {away_s:.0f} s ({self._why}). This"
            f" node goes on alone: its agents see its own calls, {waiting} entries (at"
            f" most {self._max}) wait in its spool and follow when it is back."
        )
        return replace(
            health,
            trouble=None,
            notice=" ".join(
                x for x in (health.notice, notice, self._spool.health.trouble) if x
            ),
            spooled=waiting,
        )
