"""How does a node hear of what other nodes append, and notice when it does not?

One connection of a node waits in `XREAD`, from the newest offset that the node has
seen: never from "$", never one for each browser. A second look, once a second over
another connection, compares head, identity and position.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from screenpop.domain.errors import Unavailable
from screenpop.journal.base import JournalReplaced
from screenpop.journal.records import Record
from screenpop.journal.redis_leases import NodeName
from screenpop.journal.redis_link import RedisLink
from screenpop.journal.redis_stream import RedisStream, rows_of
from screenpop.support.clock import Clock
from screenpop.support.log import Outage

log = logging.getLogger(__name__)

BLOCK_S = 1.0
READ_ENTRIES_MAX = 1000
PAUSE_S = 0.2
WATCH_S = 1.0
STUCK_S = 5.0  # the head moves on for so long, and the reader does not
THERE_S = 10.0  # after this a silent node counts as gone


class RedisReader:
    """`run` and `watch` are its tasks; both end when the journal was replaced."""

    def __init__(
        self,
        link: RedisLink,
        side: RedisLink,
        stream: RedisStream,
        own: Mapping[str, Record],
        presence: NodeName,
        clock: Clock,
    ):
        """`own` are the records that this node is appending, by their marks."""
        self._link = link
        self._side = side
        self._stream = stream
        self._own = own
        self._presence = presence
        self._clock = clock
        self._outage = Outage("reading the journal", log, clock)
        self._behind_since_s: float | None = None
        self._stuck: str | None = None
        self.behind = 0
        """Entries that were there when `watch` looked, and were not read."""
        self._stopping = False

    @property
    def trouble(self) -> str | None:
        return self._outage.text or self._stuck

    @property
    def is_stuck(self) -> bool:
        """Does the head move on, and this reader has not for `STUCK_S`?"""
        return self._stuck is not None

    @property
    def notice(self) -> str | None:
        return self._presence.problem

    async def run(self) -> None:
        """Read what comes, and again after each failure."""
        while self._goes_on():
            try:
                await self._stream.check(self._link)
                await self._read_on()
            except JournalReplaced:
                return
            except Unavailable as error:
                if self._stopping:
                    return
                self._outage.failed(error)
                await asyncio.sleep(PAUSE_S)

    def _goes_on(self) -> bool:
        return self._stream.replaced is None and not self._stopping

    async def _read_on(self) -> None:
        while self._goes_on():
            answer = await self._link.call(
                "XREAD", "COUNT", READ_ENTRIES_MAX, "BLOCK", round(BLOCK_S * 1000),
                "STREAMS", self._stream.keys.stream, f"1-{self._stream.seen}",
                wait_s=BLOCK_S,
            )  # fmt: skip
            self._outage.recovered()
            if answer:
                await self._stream.take(rows_of(answer[0][1]), self._own)
            else:  # a stream that was deleted is silent, too
                await self._stream.check(self._link)

    async def watch(self) -> None:
        """Is this node's reader up to date, and its name its own?"""
        while self._goes_on():
            try:
                seen = self._stream.seen
                newest = await self._stream.check(self._side)
                await self._presence.say(THERE_S)
            except JournalReplaced:
                return
            except Unavailable as error:
                log.debug("not watched now: %s", error)
            else:
                self._compare(seen, newest)
            await asyncio.sleep(WATCH_S)

    def _compare(self, seen: int, newest: int) -> None:
        self.behind = max(0, newest - self._stream.seen)
        if not self.behind or self._stream.seen > seen:
            self._behind_since_s = self._stuck = None
            return
        now_s = self._clock.monotonic_s()
        if self._behind_since_s is None:
            self._behind_since_s = now_s
        elif now_s - self._behind_since_s > STUCK_S:
            self._stuck = (
                f"this node has read the journal up to {self._stream.seen}, it goes up"
                f" to {newest}, and nothing more arrives. The connection is made again;"
                " if this stays, restart the node."
            )
            self._link.again()

    async def stop(self) -> None:
        """The tasks end; a cancellation alone may be lost in a library."""
        self._stopping = True
        await self._link.close()

    async def leave(self) -> None:
        """The name is free at once."""
        try:
            await self._presence.leave()
        except Unavailable as error:
            log.debug("the node's name stays taken for %g s: %s", THERE_S, error)
