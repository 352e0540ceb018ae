"""What must every journal do? Inherit `JournalContract` and say how to make one."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from screenpop.domain.call import AgentId, CallEvent, CallId, EventType, LineId
from screenpop.domain.errors import Overloaded, ScreenpopError, Unavailable
from screenpop.domain.profile import Answer, Candidate, CandidateRef, LookupOutcome
from screenpop.journal.base import START, Entry, Journal, Offset
from screenpop.journal.records import (
    ActionRecord,
    AnswersRecord,
    EventRecord,
    Record,
)
from screenpop.support.clock import FakeClock
from screenpop.support.tasks import TaskOwner

PENDING_MAX = 50


def rang(event_id: str, line: str = "main", at_us: int = 1_000) -> EventRecord:
    return EventRecord(
        event=CallEvent(
            type=EventType.ALERTING,
            line=LineId(line),
            call_id=CallId("c-1"),
            event_id=event_id,
            at_us=at_us,
            received_us=at_us,
            caller="+442079460958",
            agents=(AgentId("1001"),),
            attributes={"account": "4711"},
        )
    )


def answered(part: int) -> AnswersRecord:
    ref = CandidateRef(source="erp", key="7")
    return AnswersRecord(
        line="main",
        call_id=CallId("c-1"),
        round="r1",
        part=part,
        at_us=2_000,
        answers=(
            Answer(
                lookup="who",
                source="erp",
                facet="identity",
                outcome=LookupOutcome.OK,
                rows=({"key": "7", "open": "12.50", "vip": True, "note": None},),
                candidates=(
                    Candidate(
                        ref=ref, name="Ännchen 山田", confidence=0.9, why="it is"
                    ),
                ),
                subject=ref,
            ),
        ),
        pending=("balance",),
    )


def noted(action_id: str) -> ActionRecord:
    return ActionRecord(
        action="note",
        action_id=action_id,
        at_us=3_000,
        user="ana",
        agent=AgentId("1001"),
        line="main",
        call_id=CallId("c-1"),
        data={"text": "call back\nat nine"},
    )


def keys_of(entries: list[Entry]) -> list[str]:
    return [entry.record.key for entry in entries]


class Reading:
    """A tail that somebody reads; what came is in `entries`."""

    def __init__(self, tail: AsyncIterator[list[Entry]]):
        self.entries: list[Entry] = []
        self.ended = False
        self._tail = tail
        self._more = asyncio.Event()

    async def run(self) -> None:
        async for batch in self._tail:
            self.entries += batch
            self._more.set()
        self.ended = True

    async def until(self, count: int) -> list[Entry]:
        while len(self.entries) < count:
            self._more.clear()
            await self._more.wait()
        return self.entries


class JournalContract(ABC):
    """Each test is a promise of `screenpop.journal.base`."""

    @abstractmethod
    def make(self, folder: Path, clock: FakeClock) -> Journal:
        """A journal that is not open, with `pending_max=PENDING_MAX`."""

    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()

    @pytest.fixture
    async def journal(self, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Journal]:
        journal = self.make(tmp_path, clock)
        await journal.open()
        yield journal
        await journal.close()

    @pytest.fixture
    async def tasks(self) -> AsyncIterator[TaskOwner]:
        owner = TaskOwner("test")
        yield owner
        await owner.close()

    async def test_offsets_grow_in_the_order_of_appends(self, journal: Journal) -> None:
        first, second = await journal.append([rang("a"), rang("b")])
        (third,) = await journal.append([rang("c")])
        assert START < first.offset < second.offset < third.offset
        assert first.fresh
        assert third.fresh

    async def test_every_kind_of_record_comes_back_as_it_was(
        self, journal: Journal
    ) -> None:
        records: list[Record] = [rang("a"), answered(0), noted("n")]
        await journal.append(records)
        assert [entry.record for entry in await journal.read(START)] == records

    async def test_a_repeated_record_gets_the_first_offset_and_is_not_stored(
        self, journal: Journal
    ) -> None:
        (first,) = await journal.append([rang("a", at_us=1)])
        _, again = await journal.append([rang("b"), rang("a", at_us=2)])
        assert again.offset == first.offset
        assert not again.fresh
        stored = await journal.read(START)
        assert [entry.record.key for entry in stored] == ["a", "b"]
        assert stored[0].record.at_us == 1

    async def test_a_record_repeated_in_one_append_is_stored_once(
        self, journal: Journal
    ) -> None:
        first, again, other = await journal.append([rang("a"), rang("a"), rang("b")])
        assert (first.fresh, again.fresh, other.fresh) == (True, False, True)
        assert again.offset == first.offset
        assert len(await journal.read(START)) == 2

    async def test_the_same_key_on_another_line_is_another_record(
        self, journal: Journal
    ) -> None:
        one, two = await journal.append([rang("a", "berlin"), rang("a", "london")])
        assert one.fresh
        assert two.fresh

    async def test_appends_at_the_same_time_all_get_their_own_receipts(
        self, journal: Journal
    ) -> None:
        receipts = await asyncio.gather(
            *(journal.append([rang(f"e{i % 20}")]) for i in range(40))
        )
        stored = {entry.record.key: entry.offset for entry in await journal.read(START)}
        assert len(stored) == 20
        for i, (receipt,) in enumerate(receipts):
            assert receipt.offset == stored[f"e{i % 20}"]
            assert receipt.fresh == (i < 20)

    async def test_an_append_of_nothing_is_nothing(self, journal: Journal) -> None:
        assert await journal.append([]) == []

    async def test_a_record_that_cannot_be_written_takes_no_neighbour_with_it(
        self, journal: Journal
    ) -> None:
        async def spoilt() -> None:
            with pytest.raises((ScreenpopError, ValueError)):
                await journal.append([rang("good-then-bad"), rang("bad", "\ud800")])

        if not await self.accepts_anything(journal):
            await asyncio.gather(
                journal.append([rang("before")]), spoilt(), journal.append([rang("z")])
            )
            keys = [entry.record.key for entry in await journal.read(START)]
            assert keys == ["before", "z"]

    async def accepts_anything(self, journal: Journal) -> bool:
        """True for an engine that has no bytes, so nothing can be unfit for it."""
        return False

    async def test_more_records_than_may_wait_are_refused(
        self, journal: Journal
    ) -> None:
        with pytest.raises(Overloaded, match="pending_max"):
            await journal.append([rang(f"e{i}") for i in range(PENDING_MAX + 1)])
        assert await journal.read(START) == []
        assert journal.health.pending == 0
        assert journal.health.pending_max == PENDING_MAX

    async def test_reading_starts_after_an_offset_and_stops_at_the_limit(
        self, journal: Journal
    ) -> None:
        receipts = await journal.append([rang(f"e{i}") for i in range(10)])
        some = await journal.read(receipts[2].offset, limit=3)
        assert [entry.record.key for entry in some] == ["e3", "e4", "e5"]
        assert await journal.read(receipts[-1].offset) == []

    async def test_a_tail_yields_what_was_and_what_comes(
        self, journal: Journal, tasks: TaskOwner
    ) -> None:
        (first, *_) = await journal.append([rang("a"), rang("b"), rang("c")])
        reading = Reading(journal.tail(first.offset))
        tasks.spawn(reading.run(), name="reader")
        await reading.until(2)
        await journal.append([rang("d")])
        await journal.append([rang("d"), rang("e")])
        keys = [entry.record.key for entry in await reading.until(4)]
        assert keys == ["b", "c", "d", "e"]

    async def test_a_patient_append_goes_along_with_the_next(
        self, journal: Journal
    ) -> None:
        patient = journal.submit([rang("e-1")], patient=True)
        (next_one,) = await journal.append([rang("e-2")])
        assert patient.done()
        (receipt,) = patient.result()
        assert receipt.offset < next_one.offset

    async def test_a_patient_append_alone_is_durable_before_long(
        self, journal: Journal
    ) -> None:
        (receipt,) = await journal.submit([rang("e-1")], patient=True)
        assert [entry.offset for entry in await journal.read(START)] == [receipt.offset]

    async def test_a_patient_append_is_written_when_the_journal_closes(
        self, journal: Journal
    ) -> None:
        patient = journal.submit([rang("e-1")], patient=True)
        await journal.close()
        assert patient.done()

    async def test_a_waiting_tail_knows_an_entry_before_its_append_returns(
        self, journal: Journal, tasks: TaskOwner
    ) -> None:
        reading = Reading(journal.tail(START))
        tasks.spawn(reading.run(), name="reader")
        await journal.append([rang("warm-up")])
        await reading.until(1)
        for i in range(5):
            await journal.append([rang(f"e{i}")])
            assert reading.entries[-1].record.key == f"e{i}"

    async def test_tails_get_the_very_objects_that_were_appended(
        self, journal: Journal, tasks: TaskOwner
    ) -> None:
        reading = Reading(journal.tail(START))
        tasks.spawn(reading.run(), name="reader")
        await journal.append([rang("warm-up")])
        await reading.until(1)
        record = rang("a")
        await journal.append([record])
        assert (await reading.until(2))[1].record is record

    async def test_who_follows_hears_what_was_and_what_comes_until_the_end(
        self, journal: Journal, tasks: TaskOwner
    ) -> None:
        (first, *_) = await journal.append([rang("a"), rang("b")])
        heard: list[str] = []
        following = tasks.spawn(
            journal.follow(first.offset, lambda x: heard.extend(keys_of(x))), name="f"
        )
        await journal.append([rang("c")])
        await asyncio.sleep(0)
        await journal.append([rang("d"), rang("c"), rang("e")])
        assert heard == ["b", "c", "d", "e"]
        await journal.close()
        await following

    async def test_who_follows_hears_before_anything_else_of_that_turn(
        self, journal: Journal, tasks: TaskOwner
    ) -> None:
        order: list[str] = []
        read = asyncio.Event()

        async def reader_who_was_there_before() -> None:
            async for entries in journal.tail(START):
                order.extend(f"{key} read" for key in keys_of(entries))
                read.set()

        tasks.spawn(reader_who_was_there_before(), name="reader")
        await asyncio.sleep(0)
        tasks.spawn(journal.follow(START, lambda x: order.extend(keys_of(x))), name="f")
        await asyncio.sleep(0)
        await journal.append([rang("a")])
        await read.wait()
        assert order == ["a", "a read"]

    async def test_who_follows_may_append_and_hears_that_next(
        self, journal: Journal, tasks: TaskOwner
    ) -> None:
        heard: asyncio.Queue[str] = asyncio.Queue()
        inside = False

        def take(entries: list[Entry]) -> None:
            nonlocal inside
            assert not inside
            inside = True
            for key in keys_of(entries):
                heard.put_nowait(key)
                if len(key) < 4:
                    journal.submit([rang(f"{key}+"), rang(f"{key}-")])
            inside = False

        tasks.spawn(journal.follow(START, take), name="f")
        await asyncio.sleep(0)
        await journal.append([rang("aaa")])
        assert [await heard.get() for _ in range(3)] == ["aaa", "aaa+", "aaa-"]

    async def test_what_a_follower_raises_ends_its_following_and_no_append(
        self, journal: Journal, tasks: TaskOwner
    ) -> None:
        def take(entries: list[Entry]) -> None:
            raise ValueError("cannot take it")

        following = tasks.spawn(journal.follow(START, take), name="f")
        await asyncio.sleep(0)
        assert (await journal.append([rang("a")]))[0].fresh
        with pytest.raises(ValueError, match="cannot take it"):
            await following
        assert (await journal.append([rang("b")]))[0].fresh

    async def test_a_reader_far_behind_gets_everything_in_order(
        self, journal: Journal, tasks: TaskOwner
    ) -> None:
        slow = journal.tail(START)
        await journal.append([rang("first")])
        assert len(await anext(slow)) == 1
        for start in range(0, 10_000, PENDING_MAX):
            await journal.append([rang(f"e{start + i}") for i in range(PENDING_MAX)])
        reading = Reading(slow)
        tasks.spawn(reading.run(), name="slow reader")
        await reading.until(9_000)
        await journal.append([rang("last")])
        keys = [entry.record.key for entry in await reading.until(10_001)]
        assert keys == [*(f"e{i}" for i in range(10_000)), "last"]

    async def test_a_reader_whose_place_was_trimmed_goes_on_with_the_oldest_left(
        self, journal: Journal, clock: FakeClock, tasks: TaskOwner
    ) -> None:
        now_us = clock.now_us()
        await journal.append([rang("old", at_us=now_us - 10)])
        await journal.append([rang("new", at_us=now_us)])
        await journal.trim(now_us)
        await journal.close()
        again = await self.opened_again(journal)
        reading = Reading(again.tail(START))
        tasks.spawn(reading.run(), name="reader")
        assert (await reading.until(1))[0].record.key == "new"
        await again.close()

    async def test_a_tail_does_not_serve_what_was_trimmed(
        self, journal: Journal, clock: FakeClock
    ) -> None:
        now_us = clock.now_us()
        await journal.append([rang("old", at_us=now_us - 10)])
        await journal.append([rang("new", at_us=now_us)])
        await journal.trim(now_us)
        batch = await anext(journal.tail(START))
        assert [entry.record.key for entry in batch] == ["new"]

    async def opened_again(self, journal: Journal) -> Journal:
        """The same medium in a new life of the service; the old one is closed."""
        await journal.open()
        return journal

    async def test_a_tail_given_up_while_it_waits_harms_nobody(
        self, journal: Journal
    ) -> None:
        tail = journal.tail(START)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(anext(tail), timeout=0)
        await journal.append([rang("a")])
        assert [entry.record.key for entry in await anext(tail)] == ["a"]

    async def test_tails_end_when_the_journal_closes_and_nothing_is_left_out(
        self, journal: Journal, tasks: TaskOwner
    ) -> None:
        reading = Reading(journal.tail(START))
        run = tasks.spawn(reading.run(), name="reader")
        await journal.append([rang("warm-up")])
        await reading.until(1)
        last = tasks.spawn(journal.append([rang("last")]), name="appender")
        await asyncio.sleep(0)
        await journal.close()
        await run
        assert (await last)[0].fresh
        assert [entry.record.key for entry in reading.entries] == ["warm-up", "last"]
        assert reading.ended

    async def test_a_closed_journal_takes_nothing(self, journal: Journal) -> None:
        await journal.close()
        with pytest.raises(Unavailable, match="not open"):
            await journal.append([rang("a")])

    async def test_bounds_of_an_empty_journal_are_zero(self, journal: Journal) -> None:
        assert await journal.bounds() == (0, 0)

    async def test_bounds_are_the_oldest_stored_and_the_newest_given(
        self, journal: Journal
    ) -> None:
        receipts = await journal.append([rang("a"), rang("b"), rang("c")])
        assert await journal.bounds() == (receipts[0].offset, receipts[-1].offset)

    async def test_trim_forgets_what_is_older_and_keeps_the_rest(
        self, journal: Journal, clock: FakeClock
    ) -> None:
        now_us = clock.now_us()
        receipts = []
        for i in range(40):
            age_us = (40 - i) * 1_000_000
            receipts += await journal.append([rang(f"e{i}", at_us=now_us - age_us)])
        assert await journal.trim(now_us - 10_000_000) == 30
        assert [e.record.key for e in await journal.read(START)] == [
            f"e{i}" for i in range(30, 40)
        ]
        assert await journal.bounds() == (receipts[30].offset, receipts[-1].offset)
        assert await journal.trim(now_us - 10_000_000) == 0

    async def test_trim_stops_at_the_first_entry_that_must_stay(
        self, journal: Journal, clock: FakeClock
    ) -> None:
        now_us = clock.now_us()
        await journal.append(
            [
                rang("old", at_us=now_us - 100),
                rang("young", at_us=now_us),
                rang("old but late", at_us=now_us - 100),
            ]
        )
        assert await journal.trim(now_us - 50) == 1
        keys = [entry.record.key for entry in await journal.read(START)]
        assert keys == ["young", "old but late"]

    async def test_an_entry_from_the_future_does_not_stop_trimming(
        self, journal: Journal, clock: FakeClock
    ) -> None:
        now_us = clock.now_us()
        await journal.append(
            [
                rang("from next year", at_us=now_us * 2),
                rang("old", at_us=now_us - 100),
                rang("a little ahead", at_us=now_us + 100),
            ]
        )
        assert await journal.trim(now_us - 50) == 2
        (left,) = await journal.read(START)
        assert left.record.key == "a little ahead"

    async def test_an_offset_is_never_given_twice_even_after_all_is_trimmed(
        self, journal: Journal, clock: FakeClock
    ) -> None:
        receipts = await journal.append([rang("a"), rang("b")])
        newest = receipts[-1].offset
        assert await journal.trim(clock.now_us()) == 2
        assert await journal.bounds() == (newest + 1, newest)
        (again,) = await journal.append([rang("a")])
        assert again.fresh
        assert again.offset > newest

    async def test_a_journal_keeps_its_identity(
        self, journal: Journal, tmp_path: Path, clock: FakeClock
    ) -> None:
        identity = journal.identity
        assert identity
        await journal.close()
        again = await self.opened_again(journal)
        assert again.identity == identity
        await again.close()
        other = self.make(tmp_path / "other", clock)
        await other.open()
        assert other.identity != identity
        await other.close()

    async def test_a_snapshot_is_kept_until_the_next_of_its_name(
        self, journal: Journal
    ) -> None:
        assert await journal.load_snapshot("calls") is None
        await journal.save_snapshot("calls", Offset(3), b"\x00one")
        await journal.save_snapshot("other", Offset(4), b"")
        await journal.save_snapshot("calls", Offset(5), b"two")
        assert await journal.load_snapshot("calls") == (5, b"two")
        assert await journal.load_snapshot("other") == (4, b"")

    async def test_a_snapshot_outlives_the_process(self, journal: Journal) -> None:
        (receipt,) = await journal.append([rang("a")])
        await journal.save_snapshot("calls", receipt.offset, b"state")
        await journal.close()
        again = await self.opened_again(journal)
        assert await again.load_snapshot("calls") == (receipt.offset, b"state")
        await again.close()

    async def test_a_snapshot_is_of_no_use_without_the_entry_at_its_offset(
        self, journal: Journal, clock: FakeClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        receipts = await journal.append([rang("a"), rang("b")])
        await journal.save_snapshot("calls", receipts[0].offset, b"state")
        await journal.trim(clock.now_us())
        assert await journal.load_snapshot("calls") is None
        [told] = [each for each in caplog.records if "snapshot" in each.message]
        assert "is not used" in told.message
