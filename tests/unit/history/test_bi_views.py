"""Do the views for BI tools hold what docs/bi.md says, and the numbers of the API?"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from unit.history.history import NUMBER, call
from unit.history.test_counted import visited, write

from screenpop.domain.call import Direction
from screenpop.domain.call_counts import NAMES
from screenpop.history.archive import Archive
from screenpop.history.counted import INTERVAL_US
from screenpop.history.engine import Database
from screenpop.history.occupancy import ADD_TIMES
from screenpop.history.past_counts import CountsAsked, PastCounts

DOC = Path("docs/bi.md").read_text()
OF_THE_STORE, _, _ = DOC.partition("## Parquet over HTTP")  # then it is DuckDB's
EXAMPLES = re.findall(r"```sql\n(.*?)```", OF_THE_STORE, re.DOTALL)
VIEWS = re.findall(r"^## (bi_\w+)$", DOC, re.MULTILINE)
LEFT = ("answered", "abandoned", "moved", "diverted", "callback")


async def read(database: Database, query: str) -> list[dict[str, object]]:
    async with database.read() as connection:
        found = await connection.execute(text(query))
        return [dict(row) for row in found.mappings()]


async def written(database: Database) -> None:
    calls = [
        visited(n, n * INTERVAL_US // 3, LEFT[n % len(LEFT)], 2 + 7 * n)
        for n in range(15)
    ]
    await write(Archive(database), 1, *calls)


async def test_the_document_names_the_columns_of_each_view(database: Database) -> None:
    documented = {
        part.split("\n", 1)[0]: re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)
        for part in DOC.split("\n## ")
        if part.startswith("bi_")
    }
    async with database.read() as connection:
        views = await connection.run_sync(
            lambda sync: {
                name: [column["name"] for column in inspect(sync).get_columns(name)]
                for name in inspect(sync).get_view_names()
            }
        )
    assert views == documented


async def test_a_view_adds_up_to_the_numbers_of_the_api(database: Database) -> None:
    await written(database)
    asked = CountsAsked(from_us=0, to_us=10 * INTERVAL_US)
    (whole,) = await PastCounts(database).sums(asked, [0])
    sums = ", ".join(f"SUM({name}) AS {name}" for name in NAMES)
    (row,) = await read(database, f"SELECT {sums} FROM bi_queue_intervals")
    assert whole.amounts["offered"] == 15
    assert row == {name: whole.amounts.get(name, 0) for name in NAMES}
    visits = await read(
        database, "SELECT outcome, COUNT(*) AS n FROM bi_queue_visits GROUP BY outcome"
    )
    assert {row["outcome"]: row["n"] for row in visits} == dict.fromkeys(LEFT, 3)


async def test_the_view_of_occupancy_has_no_quarter_of_few_agents(
    database: Database,
) -> None:
    many, few = (0, "north", 60, 30, 5), (INTERVAL_US, "north", 7, 5, 4)
    await database.put([(ADD_TIMES, [many, few])])
    query = "SELECT interval_us, handle_us, available_us FROM bi_occupancy"
    assert await read(database, query) == []  # nobody wrote what may be shown
    await Archive(database).begin("archiver")
    assert await read(database, query) == [
        {"interval_us": 0, "handle_us": 60, "available_us": 30}
    ]
    await Archive(database, people_min=0).begin("archiver")
    assert len(await read(database, query)) == 2


@pytest.mark.parametrize("example", EXAMPLES)
async def test_each_example_of_the_document_runs(
    database: Database, example: str
) -> None:
    await written(database)
    assert await read(database, example)


async def test_the_number_of_a_customer_is_in_no_view(database: Database) -> None:
    away = call("c-away", direction=Direction.OUTBOUND, dialled=NUMBER, caller="100")
    inbound = call("c-in", caller=NUMBER)
    await write(Archive(database), 1, away, inbound)
    rows = await read(database, "SELECT * FROM bi_calls ORDER BY call_id")
    assert [row["dialled"] for row in rows] == [None, "+442079460100"]
    assert NUMBER not in str(rows)


async def test_times_are_moments_of_utc(database: Database) -> None:
    at = datetime(2026, 10, 26, 7, 33, 20, 250_000, tzinfo=UTC)
    at_us = int(at.timestamp() * 1000) * 1000
    await write(Archive(database), 1, call("c-1", arrived_us=at_us))
    (row,) = await read(database, "SELECT arrived_us, arrived_at FROM bi_calls")
    shown = row["arrived_at"]
    moment = datetime.fromisoformat(shown) if isinstance(shown, str) else shown
    assert (row["arrived_us"], moment) == (at_us, at)


async def test_the_role_of_the_document_reads_the_views_and_no_table(
    database: Database,
) -> None:
    if database.is_sqlite:
        assert "SQLite has no roles" in DOC
        return
    async with database.read() as connection:  # never committed: no role stays
        for statement in re.findall(r"^    ((?:CREATE|GRANT) .*);$", DOC, re.MULTILINE):
            await connection.execute(text(statement))
        await connection.execute(text("SET LOCAL ROLE screenpop_bi"))
        for view in VIEWS:
            await connection.execute(text(f"SELECT * FROM {view}"))
        with pytest.raises(DBAPIError, match="permission denied for table calls"):
            await connection.execute(text("SELECT * FROM calls"))
