"""Is a batch written once, whole and for good, however often it comes?"""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select
from unit.history import history

from screenpop.domain.call import AgentId, Direction, LegState, Phase
from screenpop.domain.errors import Unavailable
from screenpop.domain.profile import CandidateRef
from screenpop.history.archive import MOVE_OFFSET, Archive
from screenpop.history.batch import StoredCall
from screenpop.history.calls import AnswerShown, Calls
from screenpop.history.earlier import EarlierCalls
from screenpop.history.engine import Database, RowChanged, require
from screenpop.history.statement import Value
from screenpop.history.tables import OF_A_CALL, metadata
from screenpop.history.tables import calls as calls_table

WHO = history.answer("who", agents={"1002": 2_000})


@pytest.fixture
def archive(database: Database) -> Archive:
    return Archive(database)


@pytest.fixture
def calls(database: Database) -> Calls:
    return Calls(database)


def everything(offset: int = 7) -> dict[str, object]:
    return {
        "offset": offset,
        "calls": [history.state()],
        "events": [history.event("e-1"), history.event("e-2", at_us=2_000)],
        "customers": [history.customer()],
        "shown": [history.shown(history.answer(), WHO)],
        "receipts": [history.receipt()],
        "notes": [history.written("call back")],
        "handovers": [history.written("speaks Dutch")],
        "dispositions": [history.written("order")],
        "contacts": [history.contact()],
        "links": [history.link()],
    }


async def test_a_batch_written_again_changes_nothing(
    archive: Archive, calls: Calls
) -> None:
    for _ in range(2):
        await archive.write(history.batch(**everything()))  # type: ignore[arg-type]
        whole = await calls.get("main", "c-1")
        assert whole is not None
        assert [event.event_id for event in whole.events] == ["e-1", "e-2"]
        assert [shown.lookup for shown in whole.shown] == ["balance", "who"]
        assert whole.shown[0] == AnswerShown(
            agent=AgentId("1001"), lookup="balance", source="erp", facet="balance",
            state="ok", at_us=2_000, fetched_us=1_900, ms=12.5, row_count=1,
            subject=history.ERP,
        )  # fmt: skip
        assert [r.ring_to_pop_ms for r in whole.receipts] == [14.25]
        assert [visit.queue for visit in whole.visits] == ["sales"]
        assert [note.text for note in whole.call.notes] == ["call back"]
        assert [note.text for note in whole.handovers] == ["speaks Dutch"]
        assert [choice.code for choice in whole.call.dispositions] == ["order"]
        assert [leg.agent for leg in whole.call.legs] == ["1001"]
        assert whole.call.customer == history.ERP
        assert whole.call.attributes == {"account": "4711"}
        assert await archive.offset("archiver") == 7


async def test_a_consumer_that_never_wrote_stands_at_zero(archive: Archive) -> None:
    assert await archive.offset("archiver") == 0


async def test_the_offset_never_goes_back(archive: Archive) -> None:
    await archive.write(history.batch(9))
    await archive.write(history.batch(5))
    assert await archive.offset("archiver") == 9


async def test_only_who_knows_the_offset_writes(archive: Archive, calls: Calls) -> None:
    assert await archive.begin("archiver") == 0
    await archive.write(history.batch(9, calls=[history.state("c-1")]), after=0)
    late = history.batch(12, calls=[history.state("c-2")])
    for after in (0, 8, 10):
        with pytest.raises(RowChanged):
            await archive.write(late, after=after)
    assert await archive.begin("archiver") == 9
    assert [call.call_id for call in await calls.recent()] == ["c-1"]
    await archive.write(history.batch(9), after=9)


async def test_a_process_that_stops_in_its_transaction_holds_the_row_for_seconds(
    database: Database,
) -> None:
    if database.is_sqlite:
        pytest.skip("the file's lock ends with its process")
    archive, other = Archive(database), Database(str(database.url))
    await archive.begin("archiver")
    await other.open()

    async def stop_in_it() -> None:
        async with other.write() as stopped:
            given: dict[str, Value]
            given = {"to": 5, "now_us": 1, "consumer": "archiver", "after": 0}
            await require(stopped, MOVE_OFFSET, given, stalled_ms=100)
            await archive.write(history.batch(9), after=0)  # waits for the row
            await stopped.exec_driver_sql("SELECT 1")

    with pytest.raises(Unavailable):
        await stop_in_it()
    await other.close()
    assert await archive.offset("archiver") == 9


async def test_a_batch_that_fails_leaves_nothing_of_itself(
    archive: Archive, calls: Calls
) -> None:
    broken = history.batch(3, calls=[history.state(withheld=None)])
    with pytest.raises(Exception, match="withheld"):
        await archive.write(broken)
    assert await archive.offset("archiver") == 0
    assert await calls.recent() == []


async def test_a_later_state_of_a_call_replaces_the_former_and_keeps_the_customer(
    archive: Archive, calls: Calls
) -> None:
    chosen = history.customer(by_agent=True)
    await archive.write(history.batch(1, calls=[history.state()], customers=[chosen]))
    over = history.state(
        phase=Phase.ENDED, ended_us=9_000, people=[("1001", "ana"), ("1002", "ben")]
    )
    await archive.write(history.batch(2, calls=[over]))
    (call,) = await calls.recent()
    assert (call.phase, call.ended_us) == ("ended", 9_000)
    assert [leg.agent for leg in call.legs] == ["1001", "1002"]
    assert (call.customer, call.customer_name) == (history.ERP, "Globex")
    assert call.chosen_by_agent


async def test_the_note_written_last_counts_whatever_its_time_says(
    archive: Archive, calls: Calls
) -> None:
    await archive.write(
        history.batch(
            1,
            calls=[history.state()],
            notes=[
                history.written("before the clock was set back", at_us=20),
                history.written("last", at_us=10),
                history.written("of another", at_us=5, username="ben"),
            ],
        )
    )
    (call,) = await calls.recent()
    assert [(n.username, n.text) for n in call.notes] == [
        ("ben", "of another"),
        ("ana", "last"),
    ]


async def test_a_note_goes_to_the_occurrence_that_it_names(
    archive: Archive, calls: Calls
) -> None:
    again = replace(history.call(), occurrence=5, arrived_us=9_000)
    note = history.written("of today")
    await archive.write(
        history.batch(
            1,
            calls=[history.state(), replace(history.state(), call=again)],
            notes=[replace(note, key=again.key)],
        )
    )
    first, second = await calls.find("c-1", ["main"])
    assert [(x.occurrence, len(x.notes)) for x in (first, second)] == [(5, 1), (0, 0)]
    whole = await calls.get("main", "c-1", 5)
    assert whole is not None
    assert whole.call.notes[0].text == "of today"


async def test_a_withheld_number_is_not_kept(archive: Archive, calls: Calls) -> None:
    hidden = history.state(withheld=True, caller="+442079460958")
    await archive.write(history.batch(1, calls=[hidden]))
    (call,) = await calls.recent()
    assert call.withheld
    assert (call.number, call.caller) == (None, None)


async def test_a_call_we_made_is_found_by_whom_we_called(
    archive: Archive, database: Database
) -> None:
    made = history.state(direction=Direction.OUTBOUND, ended_us=9_000)
    await archive.write(history.batch(1, calls=[made]))
    assert len(await EarlierCalls(database).from_number(history.NUMBER)) == 1


async def test_what_belongs_to_a_call_nobody_remembers_is_kept_all_the_same(
    archive: Archive, calls: Calls
) -> None:
    await archive.write(history.batch(1, notes=[history.written("orphan")]))
    (call,) = await calls.recent()
    assert (call.call_id, call.arrived_us) == ("c-1", 3_000)
    assert [note.text for note in call.notes] == ["orphan"]


async def test_texts_that_databases_refuse_are_made_fit(
    archive: Archive, calls: Calls
) -> None:
    endless = "x" * 5_000
    odd = history.state(
        endless,
        caller="a\x00b",
        caller_name=endless,
        attributes={"a\x00": "\ud800", "b": endless},
        people=[("\U0001f4de" * 300, "\U0001f4de" * 300), ("1001", "ana")],
    )
    other = history.state(endless + "y")
    await archive.write(history.batch(1, calls=[odd, other]))
    found = await calls.recent("\U0001f4de" * 300)
    assert [call.caller for call in found] == ["a\ufffdb"]
    whole = await calls.get("main", endless)
    assert whole is not None
    assert whole.call == found[0]
    assert await calls.get("main", endless + "y") is not None
    assert await calls.get("main", endless + "z") is None


async def test_events_of_calls_come_back_in_their_order(archive: Archive) -> None:
    await archive.write(
        history.batch(
            1,
            events=[
                history.event("late", at_us=3),
                history.event("early", at_us=1),
                history.event("other", "c-2"),
            ],
        )
    )
    found = await archive.recall([history.key(), history.key("c-3")])
    bodies = ('{"event": "early"}', '{"event": "late"}')
    assert found == {history.key(): StoredCall(events=bodies)}


async def test_what_was_shown_and_chosen_comes_back(archive: Archive) -> None:
    answer = history.answer(message="slow", subject_source=None, subject_key=None)
    await archive.write(
        history.batch(
            1,
            events=[history.event("e-1")],
            shown=[history.shown(answer)],
            customers=[history.customer()],
        )
    )
    assert await archive.recall([history.key()]) == {
        history.key(): StoredCall(
            events=('{"event": "e-1"}',),
            answers=(answer,),
            customer=history.customer(),
        )
    }


async def test_calls_with_endless_names_come_back_under_their_own(
    archive: Archive,
) -> None:
    names = [f"{'x' * 400}{n}" for n in range(3)]
    events = [history.event(f"e-{name}", name) for name in names[:2]]
    await archive.write(history.batch(1, events=events))
    found = await archive.recall([history.key(name) for name in names])
    assert set(found) == {history.key(name) for name in names[:2]}


async def test_many_calls_are_written_and_recalled_at_once(
    archive: Archive, calls: Calls
) -> None:
    names = [f"c-{n}" for n in range(1_100)]
    batch = history.batch(
        1,
        calls=[history.state(name, arrived_us=n) for n, name in enumerate(names)],
        events=[history.event(f"e-{name}", name) for name in names],
        customers=[history.customer(key=history.key(name)) for name in names],
    )
    for _ in range(2):
        await archive.write(batch)
    found = await archive.recall([history.key(name) for name in names])
    assert len(found) == len(names)
    assert {x.customer.ref for x in found.values() if x.customer} == {history.ERP}
    assert all(len(x.events) == 1 for x in found.values())
    newest = await calls.recent(limit=500)
    assert [call.call_id for call in newest] == names[:-501:-1]


async def test_a_state_may_bring_the_customer_along(
    archive: Archive, calls: Calls
) -> None:
    chosen = history.customer(by_agent=True)
    state = history.state()
    await archive.write(history.batch(1, calls=[replace(state, customer=chosen)]))
    await archive.write(history.batch(2, calls=[state]))
    other = replace(chosen, ref=CandidateRef(source="crm", key="9"), name=None)
    (call,) = await calls.recent()
    assert (call.customer, call.customer_name) == (history.ERP, "Globex")
    assert call.chosen_by_agent
    await archive.write(history.batch(3, calls=[replace(state, customer=other)]))
    (call,) = await calls.recent()
    assert (call.customer, call.customer_name) == (other.ref, None)


async def test_old_calls_are_forgotten_with_all_that_belongs_to_them(
    archive: Archive, calls: Calls, database: Database
) -> None:
    await archive.write(history.batch(**everything()))  # type: ignore[arg-type]
    young = history.state("c-2", arrived_us=5_000)
    await archive.write(
        history.batch(8, calls=[young], events=[history.event("e-9", "c-2")])
    )
    assert await archive.forget(before_us=5_000) == 1
    assert [call.call_id for call in await calls.recent()] == ["c-2"]
    async with database.read() as connection:
        for table in OF_A_CALL:
            old = select(func.count()).where(table.c.call_id == "c-1")
            assert await connection.scalar(old) == 0, table.name
        assert await connection.scalar(
            select(func.count()).select_from(metadata.tables["contacts"])
        )
    assert await archive.forget(before_us=5_000) == 0


async def test_many_old_calls_are_forgotten_step_by_step(
    archive: Archive, database: Database
) -> None:
    states = [history.state(f"c-{i}", arrived_us=i) for i in range(450)]
    await archive.write(history.batch(1, calls=states))
    assert await archive.forget(before_us=425) == 425
    async with database.read() as connection:
        left = select(func.count()).select_from(calls_table)
        assert await connection.scalar(left) == 25


async def test_a_closed_store_is_unavailable(
    archive: Archive, database: Database
) -> None:
    await database.close()
    with pytest.raises(Unavailable):
        await archive.write(history.batch(1, calls=[history.state()]))


async def test_a_leg_that_moves_on_is_updated(archive: Archive, calls: Calls) -> None:
    await archive.write(history.batch(1, calls=[history.state()]))
    (leg,) = history.call().legs
    talking = history.state(
        legs=(replace(leg, state=LegState.ANSWERED, answered_us=5),)
    )
    await archive.write(history.batch(2, calls=[talking]))
    (call,) = await calls.recent("ana")
    assert [(x.state, x.answered_us) for x in call.legs] == [("answered", 5)]
