"""Sums by kind are what the stored calls say, whatever happened to these."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from sqlalchemy import delete, select
from unit.history import history
from unit.history.test_erasing import erased

from screenpop.domain.call import (
    AgentId,
    AgentLeg,
    CallKey,
    Direction,
    LegState,
    Outcome,
    UserId,
)
from screenpop.domain.call_counts import CountingRules
from screenpop.domain.local_time import (
    day_start_us,
    midnight_us,
    month_start_us,
    next_day_us,
)
from screenpop.history import kind_counted, rolled, tables
from screenpop.history.archive import Archive
from screenpop.history.batch import Batch, CallState, CustomerOfCall, Written
from screenpop.history.engine import Database
from screenpop.history.kinds import CallKinds, KindCalls, KindGroup, kind_pieces
from screenpop.history.past_counts import CountsAsked
from screenpop.history.recount import recount

S = 1_000_000
CONSUMER = "archiver/j"
LONDON = ZoneInfo("Europe/London")
FIRST = midnight_us(date(2026, 10, 24), LONDON)  # clocks change on the 25th
DAYS = 12  # into November
QUEUES = ("sales", "billing", None)
DIALLED = ("+442079460100", "+442079460101", None)
USERS = ("ana", "ben", "cat", "")
OUTCOMES = (Outcome.COMPLETED, Outcome.ABANDONED, Outcome.MISSED, None)
GROUPS: tuple[KindGroup, ...] = (
    "outcome", "result", "customer", "queue", "line", "dialled",
)  # fmt: skip


@dataclass
class Stored:
    """A call as the reference knows it: written down next to the archive."""

    state: CallState
    customer: CustomerOfCall | None = None
    results: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        call = self.state.call
        return call.ended_us is not None and call.direction is Direction.INBOUND

    def kind(self, group: KindGroup) -> str:
        call = self.state.call
        if group == "customer":
            if self.customer is not None and self.customer.ref is not None:
                return "known"
            return "withheld" if self.state.number is None else "unknown"
        return {
            "outcome": call.outcome.value if call.outcome else "",
            "result": self.result,
            "queue": call.queue or "",
            "line": str(call.line),
            "dialled": call.dialled or "",
        }[group]

    @property
    def result(self) -> str:
        """The newest one; of the same moment that of the first name."""
        by_time = sorted(self.results.items(), key=lambda x: (-x[1][0], x[0]))
        return by_time[0][1][1] if by_time else ""


class Story:
    """Random batches, and what they must have made of the calls."""

    def __init__(self, database: Database, seed: int, zone: ZoneInfo = LONDON):
        self.rng = random.Random(seed)
        self.calls: dict[CallKey, Stored] = {}
        self._database, self._zone = database, zone
        self.archive = Archive(database, zone=zone)
        self._offset = 0

    async def begin(self) -> None:
        self.archive = Archive(self._database, zone=self._zone)
        self._offset = await self.archive.begin(CONSUMER)

    async def step(self) -> None:
        batch = Batch(consumer=CONSUMER, offset=self._offset + 1, at_us=1)
        known = list(self.calls)
        for number in self.rng.sample(range(60), 9):
            self._change(batch, history.key(f"c-{number}"))
        for key in self.rng.sample(known, min(4, len(known))):
            self._write_result(batch, key)
        batch.customers = self._choices(batch, known)
        await self.archive.write(batch, after=self._offset)
        self._offset += 1

    def _change(self, batch: Batch, key: CallKey) -> None:
        rng, before = self.rng, self.calls.get(key)
        if before is not None and rng.random() < 0.3:
            batch.calls.append(before.state)  # once more
            before.customer = before.state.customer or before.customer
            return
        over = rng.random() < 0.8
        arrived_us = FIRST + rng.randrange(DAYS * 24 * 3600) * S
        answered_us = arrived_us + 9 * S if rng.random() < 0.6 else None
        customer = history.customer(key=key) if rng.random() < 0.5 else None
        state = history.state(
            key[1],
            number=rng.choice([history.NUMBER, None]),
            arrived_us=arrived_us,
            answered_us=answered_us,
            ended_us=arrived_us + 60 * S if over else None,
            outcome=rng.choice(OUTCOMES) if over else None,
            direction=rng.choice([Direction.INBOUND] * 4 + [Direction.OUTBOUND]),
            queue=rng.choice(QUEUES),
            dialled=rng.choice(DIALLED),
            legs=legs(rng, answered_us),
        )
        state = replace(state, customer=customer)
        batch.calls.append(state)
        kept = before or Stored(state)
        kept.state = state
        kept.customer = customer or kept.customer
        self.calls[key] = kept

    def _write_result(self, batch: Batch, key: CallKey) -> None:
        user, at_us = self.rng.choice(USERS[:3]), self.rng.randrange(3)
        code = self.rng.choice(["sold", "back", ""])
        text = Written(key=key, username=user, agent=None, text=code, at_us=at_us)
        batch.dispositions.append(text)
        self.calls[key].results[user] = at_us, code

    def _choices(self, batch: Batch, known: list[CallKey]) -> list[CustomerOfCall]:
        changed = {state.call.key for state in batch.calls}
        free = [key for key in known if key not in changed]
        found = []
        for key in self.rng.sample(free, min(2, len(free))):
            ref = self.rng.choice([history.ERP, None])
            chosen = CustomerOfCall(key=key, ref=ref, name=None, by_agent=True)
            self.calls[key].customer = chosen
            found.append(chosen)
        return found

    def forget(self, before_us: int) -> None:
        for key, each in list(self.calls.items()):
            if each.state.call.arrived_us < before_us:
                del self.calls[key]


def legs(rng: random.Random, answered_us: int | None) -> tuple[AgentLeg, ...]:
    """Always the same telephones: the archive keeps legs that were there."""
    return tuple(
        AgentLeg(
            agent=AgentId(agent),
            state=LegState.RELEASED,
            answered_us=answered_us if rng.random() < 0.7 else None,
            people=(UserId(user),) if user else (),
        )
        for agent, user in (("1", "ana"), ("2", rng.choice(["ana", ""])), ("3", "cat"))
    )


Row = tuple[int, int, int, dict[str, int]]


def reference(story: Story, asked: CountsAsked, group: KindGroup) -> dict[str, Row]:
    """Calls, answered, known, results, one call after the other."""
    found: dict[str, list[Any]] = defaultdict(lambda: [0, 0, 0, Counter()])
    for each in story.calls.values():
        call = each.state.call
        places = (
            (asked.queues, call.queue), (asked.lines, call.line),
            (asked.dialled, call.dialled),
        )  # fmt: skip
        if (
            not each.counts
            or not asked.from_us <= call.arrived_us < asked.to_us
            or any(wanted and (is_ or "") not in wanted for wanted, is_ in places)
        ):
            continue
        row = found[each.kind(group)]
        row[0] += 1
        row[1] += call.answered_us is not None
        row[2] += each.kind("customer") == "known"
        row[3][each.result] += bool(each.result)
    return {name: (a, b, c, dict(+d)) for name, (a, b, c, d) in found.items()}


async def read(
    database: Database, asked: CountsAsked, group: KindGroup, zone: ZoneInfo = LONDON
) -> dict[str, Row]:
    rows = await CallKinds(database, zone).rows(asked, group)
    return {x.name: (x.calls, x.answered, x.known, x.results) for x in rows}


async def people(
    database: Database, asked: CountsAsked, zone: ZoneInfo
) -> dict[str, set[str]]:
    found = await CallKinds(database, zone).rows(asked, "outcome")
    return {row.name: row.people for row in found}


def ranges(rng: random.Random) -> CountsAsked:
    first, last = sorted(rng.sample(range(-20, (DAYS + 30) * 96), 2))
    if rng.random() < 0.5:  # whole days
        first, last = first // 96 * 96, (last // 96 + 1) * 96
    return CountsAsked(
        from_us=FIRST + first * 900 * S,
        to_us=FIRST + last * 900 * S,
        queues=rng.choice([(), ("sales",), ("billing", "")]),
        dialled=rng.choice([(), (), ("+442079460100",)]),
    )


async def agree(database: Database, story: Story, times: int = 6) -> None:
    nowhere = ZoneInfo("Asia/Tokyo")  # no node writes its days: calls are read
    for _ in range(times):
        asked, group = ranges(story.rng), story.rng.choice(GROUPS)
        wanted = reference(story, asked, group)
        assert await read(database, asked, group) == wanted
        assert await read(database, asked, group, nowhere) == wanted
        assert await people(database, asked, LONDON) == await people(
            database, asked, nowhere
        )


@pytest.mark.parametrize("seed", range(3))
async def test_sums_are_those_of_the_calls_after_late_moved_and_repeated_ones(
    database: Database, seed: int
) -> None:
    story = Story(database, seed)
    await story.begin()
    for _ in range(12):
        if story.rng.random() < 0.2:
            await story.begin()
        await story.step()
        await agree(database, story)


async def stored(database: Database) -> dict[str, set[tuple[Any, ...]]]:
    async with database.read() as connection:
        return {
            table.name: {
                tuple(row)
                for row in await connection.execute(select(table))
                if row.calls
            }
            for table in (tables.kind_counts, tables.kind_people)
        }


async def test_a_recount_makes_the_same_sums_again(database: Database) -> None:
    story = Story(database, 7)
    await story.begin()
    for _ in range(6):
        await story.step()
    before = await stored(database)
    async with database.write() as connection:
        for table in (tables.kind_counts, tables.kind_people):
            await connection.execute(delete(table))
    assert [n async for n in recount(database, CountingRules(), zone=LONDON)]
    assert await stored(database) == before


async def test_two_who_make_the_sums_at_once_add_nothing_twice(
    database: Database,
) -> None:
    """Two nodes may hold the lease for a moment; each step can be repeated."""
    story = Story(database, 7)
    await story.begin()
    for _ in range(6):
        await story.step()
    before = await stored(database)
    await asyncio.gather(*(kind_counted.build(database, LONDON) for _ in range(2)))
    assert await stored(database) == before


async def test_days_of_another_zone_are_made_at_the_next_start(
    database: Database,
) -> None:
    story = Story(database, 3)
    await story.begin()
    await story.step()
    await Archive(database, zone=ZoneInfo("America/Santiago")).begin(CONSUMER)
    async with database.read() as connection:
        assert not await rolled.in_step(connection, LONDON)
    await story.begin()
    await agree(database, story)


async def test_a_person_who_is_taken_out_is_no_longer_known_in_the_sums(
    database: Database,
) -> None:
    story = Story(database, 5)
    await story.begin()
    for _ in range(4):
        await story.step()
    await erased(database, [history.NUMBER], zone=LONDON)
    tokyo = ZoneInfo("Asia/Tokyo")
    asked = CountsAsked(from_us=FIRST, to_us=FIRST + DAYS * 24 * 3600 * S)
    for group in GROUPS:
        of_calls = await read(database, asked, group, tokyo)
        assert await read(database, asked, group) == of_calls


async def test_calls_that_are_forgotten_stay_in_the_sums_and_no_one_who_took_them(
    database: Database,
) -> None:
    story = Story(database, 11)
    await story.begin()
    for _ in range(8):
        await story.step()
    until = midnight_us(date(2026, 11, 2), LONDON)
    asked = CountsAsked(from_us=FIRST, to_us=midnight_us(date(2026, 12, 1), LONDON))
    before = await read(database, asked, "outcome")
    await story.archive.forget(until)
    assert await read(database, asked, "outcome") == before
    async with database.read() as connection:
        oldest = tables.kind_people.c.interval_us
        rows = await connection.execute(select(tables.kind_people.c.level, oldest))
        assert all(
            at_us >= (until if level == "day" else month_start_us(until, LONDON))
            for level, at_us in rows
        )
    assert [n async for n in recount(database, CountingRules(), zone=LONDON)]
    assert await read(database, asked, "outcome") == before
    await story.archive.forget_intervals(until)
    story.forget(until)
    late = CountsAsked(from_us=until, to_us=asked.to_us)
    assert await read(database, late, "outcome") == reference(story, late, "outcome")


@pytest.mark.parametrize("zone", ["UTC", "Europe/London", "America/Santiago"])
def test_pieces_cover_a_range_once_with_whole_days_and_months(zone: str) -> None:
    rng, where = random.Random(1), ZoneInfo(zone)
    for _ in range(200):
        first, last = sorted(rng.sample(range(120 * 96), 2))
        from_us, to_us = FIRST + first * 900 * S, FIRST + last * 900 * S
        pieces = kind_pieces(from_us, to_us, where)
        cuts = [from_us, *(piece[2] for piece in pieces)]
        assert [piece[1] for piece in pieces] == cuts[:-1]
        assert cuts[-1] == to_us
        for level, *ends in pieces:
            if level is None:  # at most the parts of two days
                assert ends[1] <= next_day_us(next_day_us(ends[0], where), where)
                continue
            start_of = day_start_us if level == "day" else month_start_us
            assert all(start_of(at_us, where) == at_us for at_us in ends)
    assert kind_pieces(5, 9, None) == [(None, 5, 9)]


async def test_a_list_of_a_rare_kind_is_found_page_by_page(database: Database) -> None:
    story = Story(database, 2)
    await story.begin()
    for _ in range(10):
        await story.step()
    asked = CountsAsked(
        from_us=FIRST, to_us=FIRST + int(timedelta(days=DAYS).total_seconds()) * S
    )
    wanted = sorted(
        (each.state.call.arrived_us, str(key[1]))
        for key, each in story.calls.items()
        if each.counts and each.kind("outcome") == "missed"
    )
    found: list[tuple[int, str]] = []
    kinds, before = CallKinds(database, LONDON), None
    missed = KindCalls(group="outcome", name="missed")
    while page := await kinds.calls(asked, missed, before, 3):
        before = page[-1].place
        found += [(x.place.interval_us, x.place.call_id) for x in page]
    assert found == wanted[::-1]
