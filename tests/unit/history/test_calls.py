"""Are the right calls found, newest first, page by page, along an index?"""

from __future__ import annotations

import pytest
from sqlalchemy import Table, select, text
from unit.history import history

from screenpop.history import tables
from screenpop.history.archive import Archive
from screenpop.history.calls import Calls
from screenpop.history.engine import Database
from screenpop.history.statement import of_calls
from screenpop.history.tables import OF_A_CALL

ANA, BEN = ("1001", "ana"), ("1002", "ben")


@pytest.fixture
async def calls(database: Database) -> Calls:
    """c-0 … c-9 at agents 1001 and 1002 in turn; c-3 and c-4 at the same moment."""
    times = [0, 1, 2, 3, 3, 5, 6, 7, 8, 9]
    states = [
        history.state(
            f"c-{i}",
            arrived_us=at_us * 1_000,
            people=[ANA] if i % 2 else [ANA, BEN],
            number=history.NUMBER if i < 5 else "+4930123456",
        )
        for i, at_us in enumerate(times)
    ]
    archive = Archive(database)
    await archive.write(history.batch(1, calls=states))
    return Calls(database)


async def ids(found: object) -> list[str]:
    return [call.call_id for call in found]  # type: ignore[attr-defined]


async def test_an_agents_calls_are_theirs_only_newest_first(calls: Calls) -> None:
    found = await calls.recent("ben", limit=3)
    assert await ids(found) == ["c-8", "c-6", "c-4"]
    assert await calls.recent("cat") == []
    assert await calls.recent("") == []


async def test_a_call_at_two_ids_of_one_person_is_listed_once(
    calls: Calls, database: Database
) -> None:
    both = [ANA, ("ana@mobile", "ana")]
    state = history.state("c-10", arrived_us=10_000, people=both)
    await Archive(database).write(history.batch(2, calls=[state]))
    found = await calls.recent("ana", limit=2)
    assert await ids(found) == ["c-10", "c-9"]
    assert [(leg.agent, leg.username) for leg in found[0].legs] == [
        ANA,
        ("ana@mobile", "ana"),
    ]


async def test_two_people_at_one_telephone_both_have_the_call(
    calls: Calls, database: Database
) -> None:
    shared = [("1001", "ana"), ("1001", "cat")]
    state = history.state("c-10", arrived_us=10_000, people=shared)
    await Archive(database).write(history.batch(2, calls=[state]))
    assert await ids(await calls.recent("cat")) == ["c-10"]
    assert (await ids(await calls.recent("ana")))[0] == "c-10"


@pytest.mark.parametrize("user", [None, "ana"])
async def test_pages_follow_each_other_without_gap_or_repetition(
    calls: Calls, user: str | None
) -> None:
    seen: list[str] = []
    before = None
    while page := await calls.recent(user, before, limit=3):
        seen += await ids(page)
        before = page[-1].place
    assert seen == [f"c-{i}" for i in reversed(range(10))]


async def test_a_call_is_found_by_its_id_on_the_lines_named(
    calls: Calls, database: Database
) -> None:
    twin = history.state("c-1", line="backup")
    await Archive(database).write(history.batch(2, calls=[twin]))
    found = await calls.find("c-1", ["main", "backup", "none"])
    assert {call.line for call in found} == {"main", "backup"}
    assert await calls.find("c-1", ["none"]) == []
    assert await calls.find("c-1", []) == []


async def test_no_list_reads_the_whole_history(
    calls: Calls, database: Database
) -> None:
    """The plans of the lists name an index and no scan of `calls`."""
    plans = {
        "calls_by_time": "SELECT * FROM calls WHERE arrived_us <= 5"
        " ORDER BY arrived_us DESC, line DESC, call_id DESC LIMIT 5",
        "call_legs_by_user": "SELECT DISTINCT line, call_id, arrived_us FROM call_legs"
        " WHERE username = 'x'"
        " ORDER BY arrived_us DESC, line DESC, call_id DESC LIMIT 5",
    }
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    async with database.read() as connection:
        if not database.is_sqlite:  # so small a table it would rather scan
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
            await connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        for index, query in plans.items():
            rows = await connection.execute(text(f"{explain} {query}"))
            plan = " | ".join(str(row[-1]) for row in rows)
            assert index in plan, plan
            assert "SCAN" not in plan, plan
            assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize("table", [*OF_A_CALL, tables.calls], ids=lambda x: x.name)
async def test_several_calls_are_searched_along_the_key(
    database: Database, table: Table
) -> None:
    keys = [("main", f"c-{n}", n) for n in range(3)]
    async with database.read() as connection:
        dialect = connection.dialect
        query = select(table).where(of_calls(table, keys, dialect.name))
        written = query.compile(
            dialect=dialect, compile_kwargs={"literal_binds": True}
        ).string
        if not database.is_sqlite:
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
            await connection.execute(text("SET LOCAL enable_hashjoin = off"))
            await connection.execute(text("SET LOCAL enable_mergejoin = off"))
        explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
        plan = [
            str(row[-1])
            for row in await connection.exec_driver_sql(f"{explain} {written}")
        ]
    steps = " | ".join(plan)
    assert f"SCAN {table.name}" not in steps
    assert f"Seq Scan on {table.name}" not in steps
    searched = f"SEARCH {table.name} USING" if database.is_sqlite else "Index"
    assert searched in steps
