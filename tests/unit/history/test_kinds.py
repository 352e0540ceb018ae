"""Calls by outcome, result, kind of customer and campaign, in both databases."""

from __future__ import annotations

from dataclasses import replace as replace_in
from typing import Any

import pytest
from msgspec.structs import replace
from unit.history import history

from screenpop.domain.call import (
    AgentId,
    AgentLeg,
    Direction,
    LegState,
    Outcome,
    UserId,
)
from screenpop.domain.orders_after import KnownCaller
from screenpop.history import kinds
from screenpop.history.archive import Archive
from screenpop.history.engine import Database
from screenpop.history.kinds import CallKinds, KindCalls, KindGroup
from screenpop.history.past_counts import CountsAsked

ALL = CountsAsked(from_us=0, to_us=10_000)
KNOWN = KindCalls(group="customer", name="known")
NO_NUMBER = KindCalls(group="dialled", name="")
MAIN = KindCalls(group="line", name="main")
OVER: dict[str, Any] = {"ended_us": 9_000, "outcome": Outcome.COMPLETED}


def taken(*users: str) -> tuple[AgentLeg, ...]:
    """The last one talked."""
    return tuple(
        AgentLeg(
            agent=AgentId(f"10{place}"),
            state=LegState.RELEASED,
            answered_us=3_000 if user == users[-1] else None,
            people=(UserId(user),),
        )
        for place, user in enumerate(users)
    )


@pytest.fixture
async def calls(database: Database) -> CallKinds:
    """Two answered calls of a customer, one missed and one withheld; one of ours."""
    lost: dict[str, Any] = {"ended_us": 9_000, "outcome": Outcome.MISSED, "queue": None}
    states = [
        history.state("a", **OVER, answered_us=3_000, legs=taken("ben", "ana")),
        history.state("b", **OVER, answered_us=3_000, legs=taken("cat"), arrived_us=7),
        history.state("c", **lost, dialled="+442079460101"),
        history.state("d", number=None, **lost, dialled=None),
        history.state("e", direction=Direction.OUTBOUND, **OVER),
        history.state("f"),
    ]
    of = {name: history.key(name) for name in "abcd"}
    results = [
        ("a", "ana", "sold", 5_000), ("a", "ben", "", 4_000),
        ("b", "cat", "sold", 5_000), ("b", "ana", "back", 6_000),
    ]  # fmt: skip
    dispositions = [
        replace(history.written(code, at_us, user), key=of[name])
        for name, user, code, at_us in results
    ]
    customers = [history.customer(key=of[name]) for name in "ab"]
    await Archive(database).write(
        history.batch(calls=states, dispositions=dispositions, customers=customers)
    )
    return CallKinds(database)


@pytest.mark.parametrize(
    ("group", "wanted"),
    [
        ("outcome", [("completed", 2, 2, 2), ("missed", 2, 0, 0)]),
        ("customer", [("known", 2, 2, 2), ("unknown", 1, 0, 0), ("withheld", 1, 0, 0)]),
        ("result", [("", 2, 0, 0), ("back", 1, 1, 1), ("sold", 1, 1, 1)]),
        ("queue", [("", 2, 0, 0), ("sales", 2, 2, 2)]),
        ("line", [("main", 4, 2, 2)]),
        ("dialled", [
            ("+442079460100", 2, 2, 2), ("", 1, 0, 0), ("+442079460101", 1, 0, 0),
        ]),
    ],
)  # fmt: skip
async def test_a_row_for_each_kind(
    calls: CallKinds, group: KindGroup, wanted: list[object]
) -> None:
    rows = await calls.rows(ALL, group)
    assert [(x.name, x.calls, x.answered, x.known) for x in rows] == wanted


async def test_the_last_result_of_a_call_counts_and_who_talked_took_it(
    calls: CallKinds,
) -> None:
    answered, missed = await calls.rows(ALL, "outcome")
    assert answered.results == {"sold": 1, "back": 1}
    assert answered.people == {"ana", "cat"}
    assert (missed.results, missed.people) == ({}, set())


async def test_only_the_calls_that_were_asked_for(calls: CallKinds) -> None:
    asked = CountsAsked(from_us=0, to_us=1_000, queues=("sales",))
    assert [(x.name, x.calls) for x in await calls.rows(asked, "queue")] == [
        ("sales", 1)
    ]


async def test_the_newest_callers_with_a_customer(
    calls: CallKinds, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = KnownCaller("+442079460100", history.ERP.key, 1_000)
    oldest = KnownCaller("+442079460100", history.ERP.key, 7)
    assert await calls.callers(ALL, "dialled") == ([newest, oldest], False)
    monkeypatch.setattr(kinds, "CALLERS_MAX", 1)
    assert await calls.callers(ALL, "dialled") == ([newest], True)


async def test_rows_beyond_the_limit_are_left_out(
    calls: CallKinds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kinds, "ROWS_MAX", 1)
    (row,) = await calls.rows(ALL, "outcome")
    assert (row.name, row.results) == ("completed", {"sold": 1, "back": 1})


async def test_a_row_opens_its_calls_newest_first(calls: CallKinds) -> None:
    first, second = await calls.calls(ALL, KNOWN, None, 9)
    assert [x.place.call_id for x in (first, second)] == ["a", "b"]
    assert (first.place.queue, first.outcome) == ("sales", "completed")
    assert [visit.queue for visit in first.visits] == ["sales"]
    (again,) = await calls.calls(ALL, KNOWN, first.place, 1)
    assert again == second
    assert [x.place.call_id for x in await calls.calls(ALL, NO_NUMBER, None, 9)] == [
        "d"
    ]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (replace_in(MAIN, figure="answered"), "ab"),
        (replace_in(MAIN, figure="known"), "ab"),
        (replace_in(MAIN, result="sold"), "a"),
        (replace_in(MAIN, figure="answered", result=""), ""),
        (
            replace_in(
                MAIN, figure="orders", callers=frozenset({(history.ERP.key, 7)})
            ),
            "b",
        ),
        (replace_in(MAIN, figure="orders"), ""),
        (KindCalls(group="outcome", name="missed", figure="answered"), ""),
    ],
)
async def test_each_figure_opens_its_own_calls(
    calls: CallKinds, wanted: KindCalls, names: str
) -> None:
    found = await calls.calls(ALL, wanted, None, 9)
    assert sorted(x.place.call_id for x in found) == [*names]
