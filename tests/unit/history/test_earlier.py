"""Does the card learn of a caller's earlier calls, and is nobody asked for nothing?"""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from sqlalchemy import text
from unit.history import history

from screenpop.domain.call import AgentId, AgentLeg, LegState
from screenpop.domain.errors import Unavailable
from screenpop.domain.profile import CandidateRef
from screenpop.history.archive import Archive
from screenpop.history.batch import Batch, CallState
from screenpop.history.calls import Calls
from screenpop.history.earlier import _FROM_NUMBER, _OF_CUSTOMER, EarlierCalls, Known
from screenpop.history.engine import Database

OTHER = "+4930123456"


def over(call_id: str, arrived_us: int, number: str = history.NUMBER) -> CallState:
    return history.state(
        call_id, number=number, arrived_us=arrived_us, ended_us=arrived_us + 9
    )


async def times(found: object) -> list[int]:
    return [call.arrived_us for call in found]  # type: ignore[attr-defined]


@pytest.fixture
async def earlier(database: Database) -> EarlierCalls:
    """Four of NUMBER that are over, one that is not, one of another."""
    states = [over(f"c-{at}", at) for at in (1, 2, 3, 4)]
    states += [history.state("c-5", arrived_us=5), over("c-6", 6, OTHER)]
    await Archive(database).write(history.batch(1, calls=states))
    return EarlierCalls(database)


async def test_calls_of_the_number_that_are_over_come_newest_first(
    earlier: EarlierCalls,
) -> None:
    found = await earlier.from_number(history.NUMBER, leave_out="c-4", limit=2)
    assert await times(found) == [3, 2]
    assert await times(await earlier.from_number(OTHER)) == [6]
    assert await earlier.from_number("+33123456789") == []


async def test_calls_of_the_customer_come_from_whatever_number(
    earlier: EarlierCalls, database: Database
) -> None:
    chosen = [history.customer(key=history.key(f"c-{n}")) for n in (2, 5, 6)]
    await Archive(database).write(history.batch(2, customers=chosen))
    assert await times(await earlier.of_customer(history.ERP)) == [6, 2]
    found = await earlier.of_customer(history.ERP, leave_out="c-6")
    assert await times(found) == [2]
    other = CandidateRef(source="erp", key="c-8")
    assert await earlier.of_customer(other) == []


async def test_a_call_says_who_answered_first_and_what_was_written_last(
    database: Database,
) -> None:
    legs = tuple(
        AgentLeg(agent=AgentId(agent), state=LegState.RELEASED, answered_us=at_us)
        for agent, at_us in (("1003", None), ("1002", 30), ("1001", 20))
    )
    state = history.state(
        legs=legs, arrived_us=10, answered_us=20, ended_us=90, queue="care"
    )
    await Archive(database).write(
        history.batch(
            1,
            calls=[state],
            notes=[
                history.written("older", at_us=1, username="ben"),
                history.written("newer", at_us=2),
            ],
            dispositions=[history.written("order", at_us=5)],
        )
    )
    (call,) = await EarlierCalls(database).from_number(history.NUMBER)
    assert (call.agent, call.disposition) == ("1001", "order")
    assert [(x.username, x.text) for x in call.notes] == [
        ("ben", "older"),
        ("ana", "newer"),
    ]
    assert (call.queue, call.answered_us, call.ended_us) == ("care", 20, 90)


async def test_a_cleared_disposition_does_not_count(database: Database) -> None:
    chosen = [history.written("order", at_us=5), history.written("", at_us=6)]
    state = history.state(arrived_us=10, answered_us=20, ended_us=90)
    await Archive(database).write(history.batch(1, calls=[state], dispositions=chosen))
    (call,) = await EarlierCalls(database).from_number(history.NUMBER)
    assert call.disposition is None
    (past,) = await Calls(database).recent(None, None, 10)
    assert past.dispositions == ()


async def test_nobody_answered_and_nothing_was_written(earlier: EarlierCalls) -> None:
    (call,) = await earlier.from_number(OTHER)
    assert (call.agent, call.notes, call.disposition) == (None, (), None)


async def test_signs_that_part_notes_do_no_harm_within_one(database: Database) -> None:
    state = history.state(arrived_us=10, answered_us=20, ended_us=90)
    odd = history.written("one\x1etwo\x1fthree\x1e7\x1ffour", at_us=5)
    await Archive(database).write(history.batch(1, calls=[state], notes=[odd]))
    (call,) = await EarlierCalls(database).from_number(history.NUMBER)
    assert len(call.notes) == 1
    assert call.notes[0].text.startswith("onetwo\x1fthree")


async def test_who_has_no_history_is_not_asked_for(
    earlier: EarlierCalls, database: Database
) -> None:
    customer = history.customer(key=history.key("c-2"))
    await Archive(database).write(history.batch(2, customers=[customer]))
    learned = EarlierCalls(database, Known())
    await learned.learn()
    assert await times(await learned.from_number(history.NUMBER)) == [4, 3, 2, 1]
    assert await times(await learned.of_customer(history.ERP)) == [2]
    await database.close()
    assert await learned.from_number("+33123456789") == []
    assert await learned.of_customer(CandidateRef(source="erp", key="none")) == []
    with pytest.raises(Unavailable):
        await learned.from_number(history.NUMBER)


async def test_until_it_is_known_who_has_history_everybody_is_asked_for(
    earlier: EarlierCalls, database: Database
) -> None:
    unlearned = EarlierCalls(database, Known())
    assert await times(await unlearned.from_number(OTHER)) == [6]


async def test_whose_first_call_ends_meanwhile_is_asked_for_from_then_on(
    database: Database,
) -> None:
    known = Known()
    archive, earlier = Archive(database, known), EarlierCalls(database, known)
    await earlier.learn()
    customer = history.customer()

    async def write(offset: int, state: CallState) -> None:
        state = replace(state, customer=customer)
        await archive.write(Batch(consumer="archiver", offset=offset, calls=[state]))

    await write(1, history.state())
    assert not known.may_have(history.NUMBER)
    await write(2, history.state(ended_us=9_000))
    assert await times(await earlier.from_number(history.NUMBER)) == [1_000]
    assert await times(await earlier.of_customer(history.ERP)) == [1_000]


async def test_a_long_history_is_learned_step_by_step(database: Database) -> None:
    numbers = [f"+4420{n:08d}" for n in range(4_500)]
    states = [over(f"c-{n}", n, number) for n, number in enumerate(numbers)]
    customers = [
        history.customer(
            key=history.key(f"c-{n}"), ref=CandidateRef(source="erp", key=str(n))
        )
        for n in range(2_500)
    ]
    batch = history.batch(1, calls=states, customers=customers)
    await Archive(database).write(batch)
    known = Known()
    await EarlierCalls(database, known).learn()
    assert all(known.may_have(number) for number in numbers)
    assert all(known.may_have(each.ref) for each in customers if each.ref)


async def test_the_history_is_not_read_through_for_a_card(
    earlier: EarlierCalls, database: Database
) -> None:
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    plans = {
        "calls_by_number": (_FROM_NUMBER, {"number": "x"}),
        "calls_by_customer": (_OF_CUSTOMER, {"source": "x", "key": "y"}),
    }
    async with database.read() as connection:
        if not database.is_sqlite:  # so small a table it would rather scan
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
            await connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        for index, (statement, given) in plans.items():
            sql = statement.written(connection.dialect)
            values = sql.places(
                {**given, "leave_out": "", "occurrence": 0, "rows_max": 10}
            )
            rows = await connection.exec_driver_sql(f"{explain} {sql.text}", values)
            plan = " | ".join(str(row[-1]) for row in rows)
            assert index in plan, plan
            assert "SCAN" not in plan, plan
            assert "Seq Scan" not in plan, plan
