"""How do several nodes share one journal in Redis?

One stream, read by all, written by all (docs/decisions/redis-journal.md). Each node
has three connections: one writes (`redis_writer`), one waits for entries
(`redis_reader`), one does the rest. What this node appends reaches its readers from
memory, what others append through the waiting connection. A stream that is not the
one that was read ends this journal: `JournalReplaced`.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Sequence

from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.journal.base import START, Entry, Journal, JournalHealth, Offset, Receipt
from screenpop.journal.leases import Leases
from screenpop.journal.records import Record
from screenpop.journal.redis_address import RedisAddress
from screenpop.journal.redis_facts import RedisFacts, read_facts
from screenpop.journal.redis_leases import NodeName, RedisLeases
from screenpop.journal.redis_link import RedisLink, Servers
from screenpop.journal.redis_reader import RedisReader
from screenpop.journal.redis_scripts import FORMAT, OLD, TRIM
from screenpop.journal.redis_snapshots import RedisSnapshots
from screenpop.journal.redis_stream import RedisKeys, RedisStream, decoded, rows_of
from screenpop.journal.redis_writer import RedisWriter
from screenpop.journal.sealing import PLAIN, RecordCodec
from screenpop.journal.tailing import Tail, Take
from screenpop.support.clock import Clock, SystemClock
from screenpop.support.tasks import AT_ONCE, TaskOwner

log = logging.getLogger(__name__)

TIMEOUT_S = 2.0
PATIENCE_S = 5.0
TRIM_ENTRIES_PER_STEP = 500
TRY_AGAIN_S = 0.2
PUT_BACK_S = 60.0
"""So old may an entry be that is appended again when Redis lost it; of the newest
4,096 at least. A demoted master goes on accepting for some 10 s."""


class RedisJournal(Journal):
    def __init__(
        self,
        address: RedisAddress,
        *,
        prefix: str = "screenpop",
        node: str = "node",
        pending_max: int = 20_000,
        timeout_s: float = TIMEOUT_S,
        patience_s: float = PATIENCE_S,
        clock: Clock | None = None,
        codec: RecordCodec = PLAIN,
    ):
        """`node` is this node's name; `patience_s`: how long an append may wait."""
        self._clock = clock or SystemClock()
        self._pending_max = pending_max
        self._patience_s = patience_s
        self._node = node
        self._keys = RedisKeys(prefix)
        self._servers = Servers(
            address, self._keys.about, timeout_s, f"screenpop-{node}"
        )
        self._stream = RedisStream(self._keys, codec)
        self._link = RedisLink(self._servers)
        self._links = [self._link]
        self._snapshots = RedisSnapshots(self._link, self._stream)
        self._instance = secrets.token_hex(6)
        self._leases = RedisLeases(self._link, self._keys, self._instance)
        self._facts: RedisFacts | None = None
        self._tasks = TaskOwner("redis journal")
        self._writer: RedisWriter | None = None
        self._reader: RedisReader | None = None
        self._writing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        try:
            self._facts = await self._reached()
        except BaseException:
            await self._link.drop()
            raise
        log.info(
            "journal in Redis %s at %s: %s",
            self._facts.version,
            self._servers.address,
            self._facts.may_lose,
        )
        if self._facts.notice:
            log.warning("%s", self._facts.notice)
        self._begin()

    async def _reached(self) -> RedisFacts:
        """A server that is away for a moment ends no start."""
        until_s = self._clock.monotonic_s() + self._patience_s
        while True:
            try:
                return await self._examined()
            except Unavailable:
                if self._clock.monotonic_s() >= until_s:
                    raise
            await asyncio.sleep(TRY_AGAIN_S)

    async def _examined(self) -> RedisFacts:
        facts = await read_facts(
            self._link,
            sentinel=self._servers.address.master is not None,
            in_cluster=self._servers.in_cluster,
        )
        await self._stream.begin(self._link)
        if self._stream.format != FORMAT:
            raise ConfigError(
                f"journal.url: the journal in Redis has format {self._stream.format},"
                f" this version of Screenpop knows {FORMAT}. Install the newer version,"
                " or use another journal.key_prefix."
            )
        return facts

    def _begin(self) -> None:
        instance = self._instance
        writing, reading = RedisLink(self._servers), RedisLink(self._servers)
        self._links = [self._link, writing, reading]
        self._writer = RedisWriter(
            writing,
            self._stream,
            instance,
            pending_max=self._pending_max,
            patience_s=self._patience_s,
            clock=self._clock,
        )
        presence = NodeName(self._link, self._keys, self._node, instance)
        self._reader = RedisReader(
            reading, self._link, self._stream, self._writer.own, presence, self._clock
        )
        keep = self._tasks.keep_running
        self._writing = keep(
            self._writer.run, name="write", until_done=True, restarts=AT_ONCE
        )
        keep(self._reader.run, name="read", until_done=True, restarts=AT_ONCE)
        keep(self._reader.watch, name="watch", until_done=True, restarts=AT_ONCE)

    async def close(self) -> None:
        writer, self._writer = self._writer, None
        reader, self._reader = self._reader, None
        if writer is not None and self._writing is not None:
            writer.finish()
            await asyncio.wait([self._writing])
            writer.refuse_all(Unavailable("the journal was closed."))
        self._stream.recent.close()
        if reader is not None:
            await reader.stop()
        await self._tasks.close()
        if reader is not None:
            await reader.leave()
            await self._put_back()
        for link in self._links:
            await link.drop()

    async def _put_back(self) -> None:
        """Redis lost entries that this node has read: the newest are appended again.

        After a failover they are those that the new master had not received. The
        other nodes do the same: an entry that is there is not added twice.
        """
        if not self._stream.lost_entries:
            return
        since_us = self._clock.now_us() - round(PUT_BACK_S * 1e6)
        records = self._stream.recent.newest_since(since_us)
        stream = RedisStream(self._keys)
        writer = RedisWriter(
            self._link,
            stream,
            secrets.token_hex(6),
            pending_max=self._pending_max,
            patience_s=self._patience_s,
            clock=self._clock,
        )
        try:
            await stream.begin(self._link)
            lacking = await writer.put_back(records)
        except Unavailable as error:
            log.error("what Redis lost cannot be put back: %s", error)
        else:
            log.warning(
                "%d entries of the last %g s that Redis had lost were put back",
                lacking,
                PUT_BACK_S,
            )

    def submit(
        self, records: Sequence[Record], *, patient: bool = False
    ) -> asyncio.Future[list[Receipt]]:
        return self._opened().submit(records, patient=patient)

    async def read(self, after: Offset, limit: int = 1000) -> list[Entry]:
        while True:
            self._still_the_same()
            rows = rows_of(
                await self._link.call(
                    "XRANGE", self._keys.stream, f"(1-{after}", "+", "COUNT", limit
                )
            )
            await self._stream.codec.prepare(row.body for row in rows)
            entries = decoded(rows, {}, self._stream.codec)
            if entries or not rows:
                return entries
            after = rows[-1].offset  # none of these can be decoded

    def tail(self, after: Offset) -> AsyncIterator[list[Entry]]:
        return Tail(self._stream.recent, self.read, after)

    async def follow(self, after: Offset, take: Take) -> None:
        await Tail(self._stream.recent, self.read, after).hand_to(take)

    async def bounds(self) -> tuple[Offset, Offset]:
        self._still_the_same()
        newest = await self._stream.check(self._link)
        if not newest:
            return START, START
        first = rows_of(
            await self._link.call("XRANGE", self._keys.stream, "-", "+", "COUNT", 1)
        )
        return first[0].offset if first else Offset(newest + 1), newest

    async def trim(self, before_us: int) -> int:
        await self._stream.check(self._link)
        last = await self._last_old(before_us)
        total = 0
        while last and (
            step := await self._link.script(
                TRIM, self._keys.all, (last, TRIM_ENTRIES_PER_STEP)
            )
        ):
            total += step
        if last:
            self._stream.recent.forget(Offset(int(last)))
        return total

    async def _last_old(self, before_us: int) -> bytes:
        last, begin = b"", b"-"
        while begin:
            values = (begin, TRIM_ENTRIES_PER_STEP, before_us, self._clock.now_us())
            found, begin = await self._link.script(OLD, self._keys.all, values)
            last = found or last
        return last

    async def save_snapshot(self, name: str, offset: Offset, body: bytes) -> None:
        self._still_the_same()
        await self._snapshots.save(name, offset, body)

    async def load_snapshot(self, name: str) -> tuple[Offset, bytes] | None:
        self._still_the_same()
        return await self._snapshots.load(name)

    async def skip_to(self, offset: Offset) -> None:
        if offset <= self._stream.seen:
            return
        await self._stream.skip_to(self._link, offset)

    def lost(self, offset: int) -> bool:
        return 0 < offset <= self._stream.since

    @property
    def leases(self) -> Leases:
        return self._leases

    @property
    def identity(self) -> str:
        return self._stream.identity

    @property
    def health(self) -> JournalHealth:
        writer, reader, facts = self._writer, self._reader, self._facts
        replaced = self._stream.replaced
        away = writer.outage.text if writer else None
        behind = reader.trouble if reader else None
        notices = (facts.notice if facts else None, reader.notice if reader else None)
        return JournalHealth(
            pending=writer.pending if writer else 0,
            pending_max=self._pending_max,
            behind=reader.behind if reader else 0,
            is_stuck=reader is not None and reader.is_stuck,
            trouble=str(replaced) if replaced else away or behind,
            notice=" ".join(text for text in notices if text) or None,
            may_lose=facts.may_lose if facts else None,
        )

    def _opened(self) -> RedisWriter:
        if self._writer is None:
            raise Unavailable(
                f"the journal in Redis at {self._servers.address} is not open. Open it"
                " first."
            )
        return self._writer

    def _still_the_same(self) -> None:
        if self._stream.replaced is not None:
            raise self._stream.replaced
