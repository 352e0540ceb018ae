from __future__ import annotations

from pathlib import Path

import pytest

from screenpop.config.load import Loaded, examine_text
from screenpop.connector import ContactsReading, Lookup, Row, Unavailable
from screenpop.connector.reading import NO_KEY, NO_NUMBER, OVER_LIMIT
from screenpop.domain.profile import Answer, LookupOutcome
from screenpop.lookup.column_watch import ColumnWatch
from screenpop.lookup.guarded_source import GuardedSource, Result, SourceLimits
from screenpop.lookup.number_index import NumberIndex
from screenpop.lookup.plan import Plan, PlannedLookup
from screenpop.lookup.source_states import (
    SourceStates,
    incomplete,
    problems_of,
    state_of,
)
from screenpop.lookup.sources import Sources
from screenpop.support.clock import FakeClock
from screenpop.support.tasks import TaskOwner

YAML = """
version: 1
sources:
  crm: {connector: csv_file, label: The CRM, path: crm.csv}
  old: {connector: sql, enabled: false, url: sqlite:///x}
"""


class Answers(Lookup):
    needs = frozenset({"number"})

    def __init__(self) -> None:
        self.away: str | None = None

    async def fetch(self, params: object) -> list[Row]:
        if self.away is not None:
            raise Unavailable(self.away)
        return [{"name": "Ada"}]


class Crm:
    """One guarded source that is asked as a call would."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.lookup = Answers()
        self.tasks = TaskOwner("test")
        limits = SourceLimits(breaker_failures=2, cache_s=0, cache_entries=7)
        self.guard = GuardedSource("crm", "The CRM", limits, self.clock, self.tasks)

    async def ask(self, away: str | None = None) -> None:
        import asyncio

        self.clock.advance(1)
        self.lookup.away = away
        done = asyncio.get_running_loop().create_future()
        told: list[Result] = []

        def tell(result: Result) -> None:
            told.append(result)
            done.set_result(None)

        self.guard.ask("who", self.lookup, {"number": "+44"}, tell)
        await done


@pytest.fixture
def crm() -> Crm:
    return Crm()


async def test_a_source_tells_in_turn_how_it_is(crm: Crm) -> None:
    assert state_of(crm.guard) == "unasked"
    await crm.ask()
    assert state_of(crm.guard) == "working"
    await crm.ask(away="gone")
    assert state_of(crm.guard) == "failing"
    await crm.ask(away="gone")
    assert state_of(crm.guard) == "left_alone"
    crm.clock.advance(60)
    await crm.ask()
    assert state_of(crm.guard) == "working"


async def test_the_last_failure_is_told_without_a_secret(crm: Crm) -> None:
    await crm.ask()
    await crm.ask(away="cannot reach pg://crm:hunter22@db")
    states = SourceStates(loaded(), sources(crm), lambda x: x.replace("hunter22", "*"))
    shown, off = states.shown()
    assert shown.last_failure is not None
    assert shown.last_failure.why == "cannot reach pg://crm:*@db"
    assert shown.last_failure.at == "2026-11-21T09:00:02Z"
    assert shown.last_answer_at == "2026-11-21T09:00:01Z"
    assert (shown.connector, shown.cache.entries, shown.cache.entries_max) == (
        "csv_file", 1, 7,
    )  # fmt: skip
    assert (off.source, off.state) == ("old", "off")


async def test_a_source_left_alone_says_when_it_is_tried_again(crm: Crm) -> None:
    for _ in range(2):
        await crm.ask(away="gone")
    [shown, _] = SourceStates(loaded(), sources(crm), str).shown()
    assert (shown.state, shown.retry_in_s) == ("left_alone", 10)


def loaded() -> Loaded:
    found = examine_text(YAML, Path("/nowhere/x.yaml"), environ={}).loaded
    assert found is not None
    return found


def sources(crm: Crm) -> Sources:
    return Sources(
        plan=Plan([]), guards={"crm": crm.guard}, connectors={},
        index=NumberIndex(None), settings={}, tasks=crm.tasks,
    )  # fmt: skip


REASONS = {"no_number": NO_NUMBER, "no_key": NO_KEY, "over_limit": OVER_LIMIT}


def read_as(*, rows: int, contacts: int, **left_out: int) -> ContactsReading:
    reading = ContactsReading(rows=rows, contacts=contacts)
    for reason, count in left_out.items():
        for _ in range(count):
            reading.leave_out(REASONS[reason])
    return reading


def test_one_problem_of_a_source_is_listed_once(crm: Crm) -> None:
    held, reading = sources(crm), read_as(rows=3, contacts=0, no_key=3)
    held.readings["crm"] = reading
    held.unread["crm"] = str(reading.warning())
    (problem,) = problems_of(held)
    assert "none of them is a contact" in problem.message


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        (read_as(rows=9, contacts=9), None),
        (read_as(rows=9, contacts=7, no_number=2), None),
        (read_as(rows=9, contacts=7, no_key=2), "2 rows are left out (no key)"),
        (
            read_as(rows=9, contacts=8, over_limit=1),
            "customers beyond contacts_max are left out",
        ),
        (read_as(rows=9, contacts=0, no_key=9), "none of them is a contact"),
    ],
)
def test_rows_that_gave_no_customer_make_a_sentence_for_readyz(
    reading: ContactsReading, said: str | None
) -> None:
    found = incomplete(reading)
    assert found is None if said is None else said in str(found)


def _who(crm: Crm) -> PlannedLookup:
    return PlannedLookup(
        name="who", source="crm", facet="f", kind="fields", lookup=crm.lookup
    )


async def test_a_value_that_answers_lack_is_shown_and_is_a_problem(crm: Crm) -> None:
    held = sources(crm)
    held.columns, held.clock = ColumnWatch(), crm.clock
    held.plan = Plan([_who(crm)])
    for has in [True] * 60 + [False] * 15:
        crm.clock.advance(60)
        row = {"open": "1" if has else None}
        answer = Answer(
            lookup="who", source="crm", facet="f", outcome=LookupOutcome.OK, rows=(row,)
        )
        held.columns.take([answer], crm.clock.now_us())
    (problem,) = problems_of(held)
    assert (problem.part, problem.fatal) == ("source crm", False)
    assert problem.message == (
        "who: no value of open since Sat 21 Nov 2026, 10:00"
        " (15 answers; before, 100% had one)"
    )
    [shown, _] = SourceStates(loaded(), held, str).shown()
    (lost,) = shown.lost
    assert (lost.column, lost.since) == ("open", "2026-11-21T10:00:00Z")
