from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

from screenpop.history.engine import Database
from screenpop.history.report_runs import ReportRuns, new_run

DAY, NEXT = date(2026, 11, 28), date(2026, 11, 29)


async def test_one_of_several_nodes_gets_each_try(database: Database) -> None:
    runs = ReportRuns(database)
    run = new_run("daily", DAY)
    others = [replace(run, mail_id=f"{n:032}") for n in range(5)]
    won = await asyncio.gather(*(runs.claim(x, 1_000) for x in others))
    (first,) = [x for x in won if x is not None]
    assert (first.tries, first.tried_us) == (1, 1_000)
    known = await runs.known("daily", DAY)
    assert known == {DAY: first}
    again = await asyncio.gather(*(runs.claim(first, 2_000) for _ in range(5)))
    (second,) = [x for x in again if x is not None]
    assert (second.tries, second.tried_us, second.mail_id) == (2, 2_000, first.mail_id)


async def test_what_is_over_is_not_tried_again(database: Database) -> None:
    runs = ReportRuns(database)
    run = await runs.claim(new_run("daily", DAY), 1_000)
    assert run is not None
    await runs.settle(replace(run, filed_us=5, mailed_us=6, outcome="sent"))
    (found,) = (await runs.known("daily", DAY)).values()
    assert (found.is_done("folder"), found.is_done("email")) == (True, True)
    assert await runs.claim(found, 2_000) is None
    assert await runs.claim(new_run("daily", DAY), 2_000) is None


async def test_a_try_that_half_worked_says_which_half(database: Database) -> None:
    runs = ReportRuns(database)
    run = await runs.claim(new_run("daily", DAY), 1_000)
    assert run is not None
    await runs.settle(replace(run, filed_us=5))
    assert await runs.known("daily", NEXT) == await runs.known("daily", DAY)
    (found,) = (await runs.known("daily", NEXT)).values()  # not over: shown for ever
    assert (found.is_done("folder"), found.is_done("email")) == (True, False)


async def test_a_new_report_makes_up_for_nothing(database: Database) -> None:
    runs = ReportRuns(database)
    assert await runs.newest("daily") is None
    await runs.skip("daily", DAY, 1_000)
    await runs.skip("daily", DAY, 2_000)
    assert await runs.newest("daily") == DAY
    assert await runs.newest("weekly") is None
    (found,) = (await runs.known("daily", DAY)).values()
    assert (found.outcome, found.tried_us) == ("skipped", 1_000)
    assert await runs.known("daily", NEXT) == {}


async def test_old_ones_are_forgotten(database: Database) -> None:
    runs = ReportRuns(database)
    await runs.skip("daily", DAY, 1_000)
    await runs.skip("daily", NEXT, 1_000)
    await runs.forget(NEXT)
    assert list(await runs.known("daily", DAY)) == [NEXT]
