"""Is everything that happened in the history, once, whatever broke meanwhile?"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select
from unit.journal.test_leases import SharedLeases, until

from screenpop.domain.call import (
    AgentId,
    Call,
    CallEvent,
    CallId,
    EventType,
    LineId,
    Scope,
)
from screenpop.domain.errors import Overloaded
from screenpop.domain.offer import Offer, encode_offers
from screenpop.domain.profile import Answer, Candidate, CandidateRef, LookupOutcome
from screenpop.history import tables
from screenpop.history.archive import Archive
from screenpop.history.archiver import (
    GATHER_S,
    STILL_S,
    Archiver,
    Retention,
    Turn,
    next_turn,
)
from screenpop.history.audit import Audit
from screenpop.history.batch import Batch
from screenpop.history.calls import Calls, WholeCall
from screenpop.history.engine import Database, RowChanged, sqlite_url
from screenpop.history.opening import Contacts
from screenpop.history.tables import metadata
from screenpop.journal.base import START
from screenpop.journal.leases import LEASE_S, Lease
from screenpop.journal.memory import MemoryJournal
from screenpop.journal.records import ActionRecord, AnswersRecord, EventRecord
from screenpop.support.clock import FakeClock
from screenpop.support.tasks import TaskOwner

NUMBER = "+442079460958"
ERP = CandidateRef(source="erp", key="c-7")


class Pauses:
    """Stands for sleeping; tells when the archiver has nothing to do."""

    def __init__(self) -> None:
        self._told = asyncio.Event()
        self.asked: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        self._told.set()
        await asyncio.sleep(0)

    async def next(self) -> None:
        self._told.clear()
        await self._told.wait()


class Centre:
    """A journal, a store and an archiver between them."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.clock = FakeClock()
        self.journal = MemoryJournal(self.clock)
        self.database = Database(sqlite_url(folder / "store.sqlite"))
        self.archive = Archive(self.database)
        self.calls = Calls(self.database)
        self.pauses = Pauses()
        self.tasks = TaskOwner("centre")
        self.turn: Turn = next_turn
        self.archiver = self.new_archiver()
        self._events = 0

    def new_archiver(self, lease: Lease | None = None) -> Archiver:
        return Archiver(
            self.journal,
            self.archive,
            number_of,
            clock=self.clock,
            pause=self.pauses,
            turn=lambda: self.turn(),
            lease=lease,
        )

    async def open(self) -> None:
        await self.journal.open()
        await self.database.open()
        async with self.database.write() as connection:
            await connection.run_sync(metadata.create_all)

    def start(self) -> asyncio.Task[None]:
        return self.tasks.spawn(self.archiver.run(), name="archiver")

    async def restart(self, task: asyncio.Task[None]) -> asyncio.Task[None]:
        """As after a crash: nothing in memory is left."""
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self.archiver = self.new_archiver()
        return self.start()

    async def archived(self) -> None:
        _, newest = await self.journal.bounds()
        while self.archiver.offset < newest:
            await self.pauses.next()

    async def close(self) -> None:
        await self.tasks.close()
        await self.database.close()
        await self.journal.close()

    async def tell(
        self,
        type_: EventType,
        *agents: str,
        call_id: str = "c-1",
        scope: Scope = Scope.CALL,
    ) -> None:
        self._events += 1
        self.clock.advance(1)
        now_us = self.clock.now_us()
        event = CallEvent(
            type=type_,
            line=LineId("main"),
            call_id=CallId(call_id),
            event_id=f"e-{self._events}",
            at_us=now_us,
            received_us=now_us,
            caller=NUMBER,
            dialled="+442079460100",
            queue="sales",
            agents=tuple(AgentId(agent) for agent in agents),
            scope=scope,
        )
        await self.journal.append([EventRecord(event=event)])

    async def look_up(self, lookup: str, part: int, *, chosen: bool = False) -> None:
        candidate = Candidate(ref=ERP, name="Globex", confidence=1.0, why="it is")
        record = AnswersRecord(
            line="main",
            call_id=CallId("c-1"),
            round="r",
            part=part,
            at_us=self.clock.now_us(),
            answers=(
                Answer(
                    lookup=lookup,
                    source="erp",
                    facet="balance",
                    outcome=LookupOutcome.OK,
                    rows=({"open": "1.00"},),
                    ms=5.0,
                ),
            ),
            candidates=(candidate,),
            chosen=ERP if chosen else None,
        )
        await self.journal.append([record])

    async def act(self, action: str, **data: str) -> None:
        self._events += 1
        record = ActionRecord(
            action=action,
            action_id=f"a-{self._events}",
            at_us=self.clock.now_us(),
            user="ana",
            agent=AgentId("1001"),
            line="main",
            call_id=CallId("c-1"),
            data=data,
        )
        await self.journal.append([record])

    async def history(self, call_id: str = "c-1") -> WholeCall:
        await self.archived()
        whole = await self.calls.get("main", call_id)
        assert whole is not None
        return whole


def number_of(call: Call) -> str | None:
    if call.call_id == "unfit":
        raise ZeroDivisionError
    return call.caller


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[Centre]:
    centre = Centre(tmp_path)
    await centre.open()
    yield centre
    await centre.close()


async def _offers(centre: Centre) -> list[tuple[object, ...]]:
    await centre.archived()
    async with centre.database.read() as connection:
        found = await connection.execute(
            select(tables.offers.c.item, tables.offers.c.basis, tables.offers.c.mark)
        )
        return [tuple(row) for row in found]


async def test_the_last_mark_of_an_offer_counts(centre: Centre) -> None:
    centre.start()
    tape = encode_offers([Offer("recommendations", "tape", "own", "m1")])
    both = encode_offers(
        [Offer("recommendations", item, "own", "m1") for item in ("tape", "bags")]
    )
    await centre.tell(EventType.ANSWERED, "1001")
    await centre.act("offers", mark="taken", offers=tape)
    await centre.act("offers", mark="shown", offers=both)
    assert await _offers(centre) == [("bags", "own", "shown"), ("tape", "own", "taken")]
    await centre.act("offers", mark="declined", offers=both)
    await centre.act("offers", mark="", offers=tape)
    marks = {item: mark for item, _, mark in await _offers(centre)}
    assert marks == {"bags": "declined", "tape": "shown"}


async def test_a_call_with_all_its_parts_becomes_history(centre: Centre) -> None:
    centre.start()
    await centre.tell(EventType.QUEUED)
    await centre.tell(EventType.ALERTING, "1001")
    await centre.look_up("balance", 0, chosen=True)
    await centre.act("receipt", ring_to_pop_ms="12.5", painted_ms="", offset="2")
    await centre.tell(EventType.ANSWERED, "1001")
    await centre.act("note", text="call back")
    await centre.act("note", text="call back at nine")
    await centre.tell(EventType.ENDED)
    await centre.act("disposition", code="order")
    whole = await centre.history()
    call = whole.call
    assert (call.phase, call.outcome, call.number) == ("ended", "completed", NUMBER)
    assert (call.customer, call.customer_name) == (ERP, "Globex")
    assert [note.text for note in call.notes] == ["call back at nine"]
    assert [choice.code for choice in call.dispositions] == ["order"]
    assert [visit.left for visit in whole.visits] == ["answered"]
    assert [(s.agent, s.lookup, s.state) for s in whole.shown] == [
        ("1001", "balance", "ok")
    ]
    assert [(r.ring_to_pop_ms, r.painted_ms) for r in whole.receipts] == [(12.5, None)]
    assert [event.type for event in whole.events] == [
        "queued", "alerting", "answered", "ended",
    ]  # fmt: skip
    assert await centre.archiver.lag() == 0


async def test_an_agent_who_joins_later_was_shown_what_was_known_by_then(
    centre: Centre,
) -> None:
    centre.start()
    await centre.tell(EventType.ALERTING, "1001")
    await centre.look_up("balance", 0)
    await centre.tell(EventType.ALERTING, "1002")
    whole = await centre.history()
    joined_us = centre.clock.now_us()
    assert [(s.agent, s.at_us) for s in whole.shown] == [
        ("1001", joined_us - 1_000_000),
        ("1002", joined_us),
    ]


async def test_a_call_that_outlives_a_restart_is_whole_all_the_same(
    centre: Centre,
) -> None:
    task = centre.start()
    await centre.tell(EventType.QUEUED)
    await centre.tell(EventType.ALERTING, "1001")
    await centre.look_up("balance", 0)
    await centre.archived()
    task = await centre.restart(task)
    await centre.tell(EventType.ANSWERED, "1001")
    await centre.tell(EventType.ALERTING, "1002")
    await centre.archived()
    await centre.restart(task)
    await centre.tell(EventType.ENDED)
    whole = await centre.history()
    assert whole.call.outcome == "completed"
    assert whole.call.queued_us is not None
    assert whole.call.first_alerting_us is not None
    assert {leg.agent for leg in whole.call.legs} == {"1001", "1002"}
    assert {s.agent for s in whole.shown} == {"1001", "1002"}
    assert len(whole.events) == 5


async def test_entries_that_came_while_nobody_archived_are_caught_up(
    centre: Centre,
) -> None:
    await centre.tell(EventType.ALERTING, "1001")
    await centre.tell(EventType.ENDED)
    assert await centre.archiver.lag() == 2
    centre.start()
    assert (await centre.history()).call.phase == "ended"


async def test_a_choice_long_after_the_end_leaves_the_call_as_it_was(
    centre: Centre,
) -> None:
    centre.start()
    await centre.tell(EventType.ALERTING, "1001")
    await centre.look_up("balance", 0, chosen=True)
    await centre.tell(EventType.ENDED)
    before = await centre.history()
    for call_id in ("c-2", "c-3"):
        await centre.tell(EventType.ALERTING, "1001", call_id=call_id)
        await centre.archived()
    await centre.act("choose", source="erp", key="c-9", name="Initech")
    after = await centre.history()
    assert after.call.customer == CandidateRef(source="erp", key="c-9")
    assert after.shown == before.shown
    assert after.call.legs == before.call.legs
    assert after.call.outcome == before.call.outcome


async def test_the_more_comes_in_the_shorter_it_gathers(centre: Centre) -> None:
    centre.start()
    centre.clock.advance(3600)
    await centre.tell(EventType.ALERTING, "1001")
    await centre.archived()
    assert centre.pauses.asked == [GATHER_S]
    for _ in range(900):
        await centre.act("note", text="hello")
    await centre.tell(EventType.ANSWERED, "1001")
    await centre.archived()
    assert 0 < min(centre.pauses.asked) < GATHER_S


async def test_archiving_again_from_the_start_changes_nothing(centre: Centre) -> None:
    task = centre.start()
    await centre.tell(EventType.ALERTING, "1001")
    await centre.look_up("balance", 0, chosen=True)
    await centre.act("note", text="hello")
    await centre.tell(EventType.ANSWERED, "1001")
    before = await centre.history()
    async with centre.database.write() as connection:
        await connection.exec_driver_sql("DELETE FROM consumers")
    await centre.restart(task)
    await centre.tell(EventType.HELD, "1001", call_id="c-2")
    assert await centre.history() == before


async def test_a_store_that_is_away_is_told_once_and_nothing_is_missing_after(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    centre.start()
    await centre.tell(EventType.ALERTING, "1001")
    await centre.archived()
    await centre.database.close()
    await centre.tell(EventType.ANSWERED, "1001")
    for _ in range(5):
        await centre.pauses.next()
    assert centre.archiver.trouble is not None
    assert await centre.archiver.lag() == 1
    await centre.tell(EventType.ENDED)
    await centre.database.open()
    whole = await centre.history()
    assert [e.type for e in whole.events] == ["alerting", "answered", "ended"]
    assert whole.call.outcome == "completed"
    assert centre.archiver.trouble is None
    told = [r for r in caplog.records if r.name == "screenpop.history.archiver"]
    assert [r.levelno for r in told] == [logging.ERROR, logging.WARNING]


async def test_an_entry_that_cannot_be_archived_takes_no_neighbour_with_it(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    await centre.tell(EventType.ALERTING, "1001")
    await centre.tell(EventType.ALERTING, "1001", call_id="unfit")
    await centre.act("choose", nonsense="yes")
    await centre.tell(EventType.ENDED)
    centre.start()
    whole = await centre.history()
    assert whole.call.phase == "ended"
    assert len(whole.events) == 2
    assert centre.archiver.left_out == 2
    assert await centre.calls.get("main", "unfit") is None
    assert "journal entry 2 (event) cannot be archived (ZeroDivisionError)" in (
        caplog.text
    )
    assert "journal entry 3 (action) cannot be archived (KeyError)" in caplog.text


async def test_a_journal_that_ends_before_the_history_gives_no_number_again(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    task = centre.start()
    for _ in range(5):
        await centre.tell(EventType.ALERTING, "1001")
    await centre.archived()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    identity = centre.journal.identity
    centre.journal = OlderCopy(centre.clock, identity)
    await centre.journal.open()
    await centre.tell(EventType.ALERTING, "1001", call_id="kept")
    centre.archiver = centre.new_archiver()
    await centre.archiver.agree()
    assert "the journal lost its end" in caplog.text
    centre.start()
    await centre.tell(EventType.ALERTING, "1001", call_id="c-new")
    assert (await centre.history("c-new")).call.phase == "alerting"
    _, newest = await centre.journal.bounds()
    assert newest > 5


async def test_entries_that_were_trimmed_before_the_history_had_them_are_said(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    task = centre.start()
    await centre.tell(EventType.ALERTING, "1001")
    await centre.archived()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await centre.tell(EventType.ALERTING, "1001")
    centre.clock.advance(100)
    await centre.journal.trim(centre.clock.now_us())
    await centre.tell(EventType.ENDED)
    centre.archiver = centre.new_archiver()
    await centre.archiver.agree()
    assert "an older copy" in caplog.text


class OlderCopy(MemoryJournal):
    """A journal with another's name, and less in it."""

    def __init__(self, clock: FakeClock, identity: str):
        super().__init__(clock)
        self._identity = identity


async def trigger(centre: Centre, table: str, then: str) -> None:
    async with centre.database.write() as connection:
        await connection.exec_driver_sql(
            f"CREATE TRIGGER test_{table} BEFORE INSERT ON {table} BEGIN {then}; END"
        )


async def test_a_row_that_the_database_refuses_takes_no_neighbour_with_it(
    centre: Centre,
) -> None:
    refuse = "SELECT RAISE(ABORT, 'no') WHERE NEW.call_id = 'poison'"
    await trigger(centre, "call_events", refuse)
    await centre.tell(EventType.ALERTING, "1001")
    await centre.tell(EventType.ALERTING, "1001", call_id="poison")
    await centre.tell(EventType.ENDED)
    centre.start()
    whole = await centre.history()
    assert [event.type for event in whole.events] == ["alerting", "ended"]
    assert centre.archiver.left_out == 1
    assert centre.archiver.trouble is None


class Crowded(Archive):
    """A store with so many queries waiting that it takes no more, for a while."""

    refusals = 3

    async def write(self, batch: Batch, after: int | None = None) -> None:
        if self.refusals:
            self.refusals -= 1
            raise Overloaded("1000 queries wait for the store")
        await super().write(batch, after)


async def test_no_entry_is_blamed_for_a_store_that_is_overloaded(
    centre: Centre,
) -> None:
    centre.archive = Crowded(centre.database)
    centre.archiver = centre.new_archiver()
    await centre.tell(EventType.ALERTING, "1001")
    centre.start()
    assert (await centre.history()).call.phase == "alerting"
    assert centre.archiver.left_out == 0


async def test_no_entry_is_blamed_for_tables_that_are_not_there(
    centre: Centre,
) -> None:
    async with centre.database.write() as connection:
        await connection.exec_driver_sql("ALTER TABLE notes RENAME TO elsewhere")
    await centre.act("note", text="calls back")
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await centre.archiver.run()
    assert centre.archiver.left_out == 0
    assert centre.archiver.offset == 0


async def test_a_store_that_can_only_be_read_stays_an_outage(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    centre.start()
    await centre.tell(EventType.ALERTING, "1001")
    await centre.archived()
    other = sqlite3.connect(centre.folder / "store.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")  # as a standby: reads are answered
    other.execute("UPDATE consumers SET at_us = 1")
    await centre.tell(EventType.ENDED)
    for _ in range(2):
        await centre.pauses.next()
    assert centre.archiver.trouble is not None
    other.execute("ROLLBACK")
    other.close()
    while centre.archiver.trouble is not None:
        await centre.pauses.next()
    assert (await centre.history()).call.phase == "ended"
    assert len([r for r in caplog.records if "history is back" in r.message]) == 1


async def test_choices_and_contacts_are_kept_for_the_next_call(centre: Centre) -> None:
    centre.start()
    await centre.tell(EventType.ALERTING, "1001")
    await centre.act("choose", source="erp", key="c-7", name="Globex",
                     number=NUMBER, remember="yes")  # fmt: skip
    await centre.act("contact", key="k-1", name="Cara", company="Initech", account="",
                     number="+4930", remember="yes")  # fmt: skip
    await centre.act("contact", key="k-2", name="Dave", company="", account="",
                     number="", remember="no")  # fmt: skip
    whole = await centre.history()
    assert whole.call.customer == CandidateRef(source="contacts", key="k-2")
    assert whole.call.chosen_by_agent
    assert whole.call.customer_name == "Dave"
    contacts = Contacts(centre.database)
    links = [(x.number, x.ref.source, x.ref.key) async for x in contacts.links(10)]
    assert sorted(links) == [(NUMBER, "erp", "c-7"), ("+4930", "contacts", "k-1")]
    assert [c.name async for c in contacts.all()] == ["Cara", "Dave"]


async def test_an_agents_state_is_no_part_of_a_calls_history(centre: Centre) -> None:
    centre.start()
    await centre.tell(EventType.AGENT_STATE, "1001", call_id="")
    await centre.tell(EventType.ALERTING, "1001")
    await centre.archived()
    assert [call.call_id for call in await centre.calls.recent()] == ["c-1"]


async def test_another_journal_is_archived_from_its_own_start(centre: Centre) -> None:
    task = centre.start()
    for _ in range(3):
        await centre.tell(EventType.ALERTING, "1001")
    await centre.archived()
    centre.journal = MemoryJournal(centre.clock)
    await centre.journal.open()
    await centre.tell(EventType.ALERTING, "1001", call_id="c-9")
    await centre.restart(task)
    assert (await centre.history("c-9")).call.phase == "alerting"


async def test_the_archiver_ends_with_the_journal(centre: Centre) -> None:
    task = centre.start()
    await centre.tell(EventType.ALERTING, "1001")
    await centre.archived()
    await centre.journal.close()
    await task


async def test_a_node_that_looks_on_takes_over_where_the_other_stopped(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    leases = SharedLeases(centre.clock)
    first, second = (
        centre.new_archiver(
            Lease(
                leases,
                "archiver",
                name,
                clock=centre.clock,
                pause=centre.pauses,
            )
        )
        for name in ("a", "b")
    )
    centre.archiver = first
    task = centre.start()
    await centre.tell(EventType.ALERTING, "1001")
    await until(lambda: first.offset == 1)
    assert first.note == "This node writes the history."
    centre.archiver = second
    centre.start()
    await second.began.wait()
    assert (second.offset, await second.lag()) == (1, 0)
    assert second.note == "The history is written by node a."
    centre.clock.advance(37 * 3600)
    assert leases.held is not None
    leases.held = (leases.held[0], centre.clock.monotonic_s() + LEASE_S)  # renewed
    await retention(centre).once()
    assert len(await centre.journal.read(START)) == 1  # the other trims
    task.cancel()  # frees the lease
    await centre.tell(EventType.ENDED)
    await until(lambda: second.offset == 2)
    assert second.lease.is_held
    assert (await centre.history()).call.phase == "ended"
    await retention(centre).once()
    assert len(await centre.journal.read(START)) == 1
    assert not [r for r in caplog.records if r.levelname == "ERROR"]


async def test_a_node_reports_that_the_one_that_writes_makes_no_progress(
    centre: Centre,
) -> None:
    leases = SharedLeases(centre.clock)
    leases.held = ("a 1", float("inf"))  # it writes to another store
    lease = Lease(leases, "archiver", "b", clock=centre.clock, pause=centre.pauses)
    centre.archiver = centre.new_archiver(lease)
    centre.start()
    await centre.tell(EventType.ALERTING, "1001")
    await centre.pauses.next()
    for _ in range(3):
        await centre.pauses.next()
    assert centre.archiver.trouble is None
    centre.clock.advance(STILL_S + 1)
    await until(lambda: centre.archiver.trouble is not None)
    assert centre.archiver.trouble is not None
    assert "node a should write it" in centre.archiver.trouble
    assert "store.url" in centre.archiver.trouble


async def test_a_late_writer_changes_nothing_and_begins_again(centre: Centre) -> None:
    """It stood still in the middle of a batch; another node went on meanwhile."""
    before = centre.archive
    centre.archive = Overtaken(centre.database)
    centre.archiver = centre.new_archiver()
    await centre.tell(EventType.ALERTING, "1001")
    centre.start()
    await until(lambda: centre.archiver.offset == 1)
    assert centre.archive.overtaken
    assert await before.offset(f"archiver/{centre.journal.identity}") == 1
    assert centre.archiver.trouble is None
    assert centre.archiver.left_out == 0


class Overtaken(Archive):
    """While the first batch is on its way, another node writes the same entries."""

    overtaken = False

    async def write(self, batch: Batch, after: int | None = None) -> None:
        if not self.overtaken:
            self.overtaken = True
            await super().write(batch, after)
            with pytest.raises(RowChanged):
                await super().write(batch, after)
            raise RowChanged("another process wrote meanwhile")
        await super().write(batch, after)


def retention(centre: Centre) -> Retention:
    return Retention(
        centre.journal,
        centre.archiver,
        centre.archive,
        Audit(centre.database, centre.clock),
        retention_h=36,
        history_days=2,
        stats_days=4,
        clock=centre.clock,
        pause=centre.pauses,
    )


async def test_old_entries_leave_the_journal_and_old_calls_the_history(
    centre: Centre,
) -> None:
    centre.start()
    await centre.tell(EventType.ALERTING, "1001")
    centre.clock.advance(37 * 3600)
    await centre.tell(EventType.ALERTING, "1001", call_id="c-2")
    await centre.archived()
    await retention(centre).once()
    assert [e.offset for e in await centre.journal.read(START)] == [2]
    assert len(await centre.calls.recent()) == 2
    centre.clock.advance(36 * 3600)
    await retention(centre).once()
    assert [call.call_id for call in await centre.calls.recent()] == ["c-2"]


async def test_what_is_not_in_the_history_yet_is_not_trimmed(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    await centre.tell(EventType.ALERTING, "1001")
    centre.clock.advance(37 * 3600)
    await retention(centre).once()
    assert len(await centre.journal.read(START)) == 1
    assert "not trimmed" in caplog.text
    centre.start()
    await centre.archived()
    await retention(centre).once()
    assert await centre.journal.read(START) == []


async def test_retention_waits_until_the_archiver_knows_where_it_is(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    task = centre.start()
    await centre.tell(EventType.ALERTING, "1001")
    centre.clock.advance(37 * 3600)
    await centre.archived()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    centre.archiver = centre.new_archiver()  # as after a restart
    forgetting = centre.tasks.spawn(retention(centre).run(), name="retention")
    await asyncio.sleep(0)
    centre.start()
    while await centre.journal.read(START):
        await centre.pauses.next()
    forgetting.cancel()
    assert "not trimmed" not in caplog.text


async def test_an_outage_only_puts_retention_off(
    centre: Centre, caplog: pytest.LogCaptureFixture
) -> None:
    await centre.database.close()
    await retention(centre).once()
    assert "old entries stay" in caplog.text
