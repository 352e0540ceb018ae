"""How do many appends become one step in Redis, exactly once?

While one group is under way the next gathers (group commit). A group is one script
call: all or nothing. A call whose answer is lost, or that Redis refuses for now, is
repeated with the same marks until it succeeds or patience ends, so it is stored once
and its receipts are right. The task owns the link; callers wait on futures, so a
caller that is cancelled disturbs nothing.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from screenpop.domain.errors import BadInput, Overloaded, Unavailable
from screenpop.journal.base import Offset, Receipt
from screenpop.journal.records import Record
from screenpop.journal.redis_link import Part, RedisLink
from screenpop.journal.redis_scripts import APPEND
from screenpop.journal.redis_stream import RedisStream, rows_of
from screenpop.journal.sealing import RecordCodec
from screenpop.support.clock import Clock
from screenpop.support.log import Outage

log = logging.getLogger(__name__)

GROUP_RECORDS_MAX = 500  # a script stops all of Redis meanwhile: some 3 ms
GROUP_BYTES_MAX = 1_048_576
PATIENT_S = 0.05  # how long a patient append waits for company
PAUSE_FIRST_S = 0.05
PAUSE_MAX_S = 1.0
READ_ENTRIES = 1000


@dataclass(slots=True)
class Waiting:
    """One append that is not settled yet."""

    records: tuple[Record, ...]
    values: list[Part]  # four of each record
    bytes: int
    done: asyncio.Future[list[Receipt]]


class RedisWriter:
    """Appends of this node; `run` is its task."""

    def __init__(
        self,
        link: RedisLink,
        stream: RedisStream,
        instance: str,
        *,
        pending_max: int,
        patience_s: float,
        clock: Clock,
    ):
        """`instance` names this process among all that write the stream."""
        self._link = link
        self._stream = stream
        self._instance = instance
        self._pending_max = pending_max
        self._patience_s = patience_s
        self._clock = clock
        self._groups = itertools.count(1)
        self._waiting: list[Waiting] = []
        self._wake = asyncio.Event()
        self._later: asyncio.TimerHandle | None = None
        self._closing = False
        self._away_since_s: float | None = None
        self.own: dict[str, Record] = {}  # records under way, by their marks
        self.outage = Outage("the journal", log, clock, level=logging.ERROR)
        self.pending = 0

    def submit(
        self, records: Sequence[Record], *, patient: bool
    ) -> asyncio.Future[list[Receipt]]:
        """See `Journal.submit`."""
        if self._stream.replaced is not None:
            raise self._stream.replaced
        pending = self.pending + len(records)
        if pending > self._pending_max:
            raise Overloaded(
                f"{pending} records wait to be written, at most {self._pending_max}"
                " (journal.pending_max) may. Send again in a second."
            )
        loop = asyncio.get_running_loop()
        done: asyncio.Future[list[Receipt]] = loop.create_future()
        codec = self._stream.codec
        values = [value for record in records for value in _values(record, codec)]
        size = sum(len(each) for each in values if isinstance(each, bytes))
        self.pending = pending
        self._waiting.append(Waiting(tuple(records), values, size, done))
        if not patient:
            self._wake.set()
        elif self._later is None:
            self._later = loop.call_later(PATIENT_S, self._wake.set)
        return done

    async def run(self) -> None:
        """Until `finish`; then all that was accepted is settled."""
        while not (self._closing and not self._waiting):
            await self._wake.wait()
            self._wake.clear()
            if self._later is not None:
                self._later.cancel()
                self._later = None
            while self._waiting:
                await self._settle(self._next_group())

    def finish(self) -> None:
        """Nothing new comes: `run` ends when it has written what waits."""
        self._closing = True
        self._wake.set()

    def _next_group(self) -> list[Waiting]:
        """Whole appends, the first in any case."""
        records = size = count = 0
        for each in self._waiting:
            records += len(each.records)
            size += each.bytes
            if count and (records > GROUP_RECORDS_MAX or size > GROUP_BYTES_MAX):
                break
            count += 1
        group = self._waiting[:count]
        del self._waiting[:count]
        return group

    async def _settle(self, group: list[Waiting]) -> None:
        try:
            receipts = await self._written(group)
        except Unavailable as error:  # it lasts: the others would wait in turn
            refuse(group, error)
            self.refuse_all(error)
        except Exception as error:  # noqa: BLE001  handed to those who wait
            refuse(group, error)
        else:
            start = 0
            for each in group:
                end = start + len(each.records)
                if not each.done.done():
                    each.done.set_result(receipts[start:end])
                start = end
        finally:
            self.own.clear()
            self.pending -= sum(len(each.records) for each in group)

    async def _written(self, group: list[Waiting]) -> list[Receipt]:
        """Durable and known to every reader of this process, or an exception."""
        mark = f"{self._instance}:{next(self._groups)}"
        records = [record for each in group for record in each.records]
        self.own.update(
            (f"{mark}:{place}", record) for place, record in enumerate(records, 1)
        )
        values = [value for each in group for value in each.values]
        pause_s = PAUSE_FIRST_S
        while True:
            try:
                receipts = await self._tried(mark, values)
                await self._handed_on(mark, records, receipts)
            except Unavailable as error:
                if self._stream.replaced is not None:
                    raise
                self._failed(error, len(group))
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, PAUSE_MAX_S)
            else:
                self._away_since_s = None
                self.outage.recovered()
                return receipts

    async def _tried(self, mark: str, values: list[Part]) -> list[Receipt]:
        state, *given = await self._link.script(
            APPEND,
            self._stream.keys.all,
            (*self._stream.position(), mark, *values),
        )
        await self._stream.judge(self._link, state.decode())
        return [
            Receipt(Offset(int(offset)), fresh == b"1")
            for offset, fresh in zip(given[::2], given[1::2], strict=True)
        ]

    async def _handed_on(
        self, mark: str, records: Sequence[Record], receipts: Sequence[Receipt]
    ) -> None:
        """Readers know these entries, and all before them, when it returns."""
        marked = [
            (receipt.offset, f"{mark}:{place}", record)
            for place, (receipt, record) in enumerate(
                zip(receipts, records, strict=True), 1
            )
            if receipt.fresh
        ]
        last = max((receipt.offset for receipt in receipts), default=Offset(0))
        if last <= self._stream.seen or (
            self._stream.take_own(marked) and last <= self._stream.seen
        ):
            return
        while self._stream.seen < last:
            after = self._stream.seen
            answer = await self._link.call(
                "XRANGE", self._stream.keys.stream, f"(1-{after}", "+", "COUNT",
                READ_ENTRIES,
            )  # fmt: skip
            await self._stream.take(rows_of(answer), self.own)
            if self._stream.seen == after:
                raise self._stream.end("hole")

    def _failed(self, error: Unavailable, appends: int) -> None:
        """Raises it when Redis has been away for longer than appends wait."""
        self.outage.failed(error, appends)
        now_s = self._clock.monotonic_s()
        if self._away_since_s is None:
            self._away_since_s = now_s
        if self._closing or now_s - self._away_since_s >= self._patience_s:
            raise error

    async def put_back(self, records: Sequence[Record]) -> int:
        """Append what this node read and the stream may lack; how many were lacking.

        For a stream that is not followed. Raises `Unavailable`.
        """
        lacking = 0
        for first in range(0, len(records), GROUP_RECORDS_MAX):
            group = records[first : first + GROUP_RECORDS_MAX]
            mark = f"{self._instance}:{next(self._groups)}"
            codec = self._stream.codec
            values = [value for record in group for value in _values(record, codec)]
            lacking += sum(each.fresh for each in await self._tried(mark, values))
        return lacking

    def refuse_all(self, error: Exception) -> None:
        """What waits is not written any more."""
        group, self._waiting = self._waiting, []
        self.pending -= sum(len(each.records) for each in group)
        refuse(group, error)


def refuse(group: Sequence[Waiting], error: Exception) -> None:
    for each in group:
        if not each.done.done():
            each.done.set_exception(error)
            each.done.exception()  # retrieved, also when its caller has gone


def identity_of(stream: str, key: str) -> bytes:
    """One text for the pair: the length says where the first ends."""
    return f"{len(stream)}:{stream}{key}".encode()


def pair_of(identity: bytes) -> tuple[str, str]:
    """Stream and key of a record."""
    length, _, rest = identity.decode().partition(":")
    return rest[: int(length)], rest[int(length) :]


def _values(record: Record, codec: RecordCodec) -> tuple[bytes, int, str, bytes]:
    body = codec.encode(record)
    try:
        identity = identity_of(record.stream, record.key)
    except UnicodeEncodeError as error:
        raise BadInput(
            f"a record cannot be stored: {error.reason}",
            code="unstorable",
            remedy="Send valid Unicode text.",
        ) from error
    return identity, record.at_us, record.kind, body
