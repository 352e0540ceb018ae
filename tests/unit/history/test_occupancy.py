"""Occupancy of the past is that of a slow count, second by second."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy import select
from unit.history import history
from unit.history.test_archiver import Centre
from unit.history.test_counted import S

from screenpop.domain.agent import AgentState, UserId
from screenpop.domain.call import (
    AgentId,
    AgentLeg,
    Call,
    CallEvent,
    CallId,
    Direction,
    EventType,
    LegState,
    LineId,
)
from screenpop.domain.local_time import QUARTER_US
from screenpop.domain.workday import Talk, Word, Workday, desk_opened, said
from screenpop.history.archive import Archive
from screenpop.history.batch import CallState
from screenpop.history.count_tables import occupancy_counts, work_logs
from screenpop.history.counts_asked import CountsAsked
from screenpop.history.engine import Database, RowChanged
from screenpop.history.occupancy import PUT_LOG, Occupancy, changes_in, heard_of
from screenpop.history.past_occupancy import occupancy_sums
from screenpop.journal.records import ActionRecord, EventRecord
from screenpop.wallboard.intervals import interval_starts

ZONE = ZoneInfo("Europe/Berlin")
CHANGE_DAY = datetime(2026, 10, 25, 0, tzinfo=ZONE)
EVENING_US = int(datetime(2026, 10, 24, 20, tzinfo=ZONE).timestamp()) * S
TEAM_OF = {UserId("ana"): "first", UserId("ben"): "first", UserId("cem"): "second"}
STEP_S = 10  # all that is simulated happens at whole tens of seconds
STATES = (
    AgentState.AVAILABLE, AgentState.AVAILABLE, AgentState.BREAK,
    AgentState.WRAP_UP, AgentState.OFFLINE,
)  # fmt: skip

Times = dict[tuple[int, str], tuple[int, int]]
People = Counter[tuple[int, str]]
Item = tuple[int, str, Word | Call]


def talk(call_id: str, user: str, since_us: int, until_us: int | None) -> Call:
    leg = AgentLeg(
        agent=AgentId(user),
        state=LegState.ANSWERED if until_us is None else LegState.RELEASED,
        answered_us=since_us,
        released_us=until_us,
        people=(UserId(user),),
    )
    return history.call(
        call_id, arrived_us=since_us - 9 * S, legs=(leg,), answered_us=since_us,
        direction=Direction.INBOUND,
    )  # fmt: skip


def simulated(rng: random.Random, users: tuple[str, ...], steps: int) -> list[Item]:
    """Words, and calls as they look at their answer and at their end."""
    items: list[Item] = []
    for user in users:
        at_us = EVENING_US
        for number in range(steps):
            at_us += rng.randrange(1, 120) * STEP_S * S
            kind = rng.random()
            if kind < 0.5:
                by = rng.choice(("desk", "telephone"))
                word = said(rng.choice(STATES), at_us, by)  # type: ignore[arg-type]
                items.append((at_us, user, word))
            elif kind < 0.6:
                word = desk_opened(at_us, is_open=rng.random() < 0.6)
                items.append((at_us, user, word))
            else:
                end_us = at_us + rng.randrange(0, 90) * STEP_S * S
                name = f"{user}-{number}"
                items.append((at_us, user, talk(name, user, at_us, None)))
                items.append((end_us, user, talk(name, user, at_us, end_us)))
    return sorted(items, key=lambda item: item[0])


def slowly(items: list[Item], until_us: int) -> tuple[Times, People]:
    """Ask for each ten seconds what a person did, and count who did something."""
    found: dict[tuple[int, str], Counter[str]] = {}
    people: set[tuple[int, str, str]] = set()
    for user in {user for _, user, _ in items}:
        mine = [what for _, owner, what in items if owner == user]
        words = sorted((w for w in mine if isinstance(w, Word)), key=lambda w: w[:2])
        calls = {c.call_id: c for c in mine if isinstance(c, Call)}
        ended = {c.call_id: c for c in mine if isinstance(c, Call) and _over(c)}
        legs = [c.legs[0] for c in {**calls, **ended}.values()]
        for at_us in range(EVENING_US, until_us, STEP_S * S):
            heard = [w for w in words if w.at_us <= at_us]
            states = [w for w in heard if w.state is not None]
            desks = [w for w in heard if w.order >= 10]
            if not states or states[-1].state is AgentState.OFFLINE:
                continue
            if states[-1].order >= 10 and desks[-1].what == "desk closed":
                continue
            talks = any(
                (leg.answered_us or 0) <= at_us < (leg.released_us or until_us)
                for leg in legs
            )
            place = at_us - at_us % QUARTER_US, TEAM_OF.get(UserId(user), "")
            times = found.setdefault(place, Counter())
            if talks or states[-1].state is AgentState.WRAP_UP:
                times["handle"] += STEP_S * S
            elif states[-1].state is AgentState.AVAILABLE:
                times["available"] += STEP_S * S
            else:
                continue
            people.add((*place, user))
    sums = {place: (x["handle"], x["available"]) for place, x in found.items()}
    of_people = Counter((quarter_us, team) for quarter_us, team, _ in people)
    return {place: times for place, times in sums.items() if any(times)}, of_people


def _over(call: Call) -> bool:
    return call.legs[0].released_us is not None


async def stored(database: Database) -> Times:
    async with database.read() as connection:
        rows = (await connection.execute(select(occupancy_counts))).all()
    return {(row[0], row[1]): (row[2], row[3]) for row in rows if any(row[2:])}


async def stored_people(database: Database) -> People:
    async with database.read() as connection:
        rows = (await connection.execute(select(occupancy_counts))).mappings().all()
    found = {(row["interval_us"], row["team"]): row["people"] for row in rows}
    return Counter({place: n for place, n in found.items() if n})


async def write(
    database: Database, offset: int, items: list[Item], heard_us: int
) -> None:
    """By an archiver that knows nothing but the store."""
    archive = Archive(database, team_of=TEAM_OF)
    latest: dict[str, Call] = {}
    for _, _, what in items:
        if isinstance(what, Call) and (what.call_id not in latest or _over(what)):
            latest[what.call_id] = what
    batch = history.batch(
        offset,
        calls=[CallState(call=call, number=None) for call in latest.values()],
        heard=[(UserId(u), w) for _, u, w in items if isinstance(w, Word)],
        heard_us=heard_us,
    )
    await archive.write(batch, after=offset - 1)


@pytest.mark.parametrize("seed", range(4))
async def test_a_day_that_is_longer_counts_as_second_by_second(
    database: Database, seed: int
) -> None:
    """Over midnight and the change of clocks, in any order, with duplicates."""
    rng = random.Random(seed)
    items = simulated(rng, ("ana", "ben", "cem", "guest"), 60)
    until_us = items[-1][0] // QUARTER_US * QUARTER_US
    await Archive(database).begin("archiver")
    offset = place = 0
    ended: set[str] = set()
    while place < len(items):
        size = rng.randint(1, 25)
        some = [*items[place : place + size]]
        some += rng.sample(items[max(0, place - 20) : place + size], 1)  # again
        some = [x for x in some if not _is_older(x, ended)]
        ended |= {x[2].call_id for x in some if isinstance(x[2], Call) and _over(x[2])}
        rng.shuffle(some)
        some.sort(key=lambda x: isinstance(x[2], Call) and _over(x[2]))
        place += size
        offset += 1
        await write(database, offset, some, items[min(place, len(items)) - 1][0])
        with pytest.raises(RowChanged):  # a node that lost the lease writes it too
            await write(database, offset, some, items[-1][0])
    wanted, people = slowly(items, until_us)
    assert len(wanted) > 50
    assert max(people.values()) == 2
    assert await stored(database) == wanted
    assert await stored_people(database) == people
    assert _live(items, until_us) == [
        sum(times[place] for times in wanted.values()) for place in (0, 1)
    ]
    await _adds_up_by_day(database, wanted)


def _live(items: list[Item], until_us: int) -> list[int]:
    """As the wallboard counts today."""
    days: dict[str, Workday] = {}
    for _, user, what in items:
        day = days.setdefault(user, Workday())
        if isinstance(what, Word):
            day.hear(what)
        else:
            leg = what.legs[0]
            answered_us = leg.answered_us or 0
            day.talk(what.key, Talk(answered_us, leg.released_us, "", is_inbound=True))
    whole = [day.worked(until_us) for day in days.values()]
    return [sum(x.handle_us for x in whole), sum(x.available_us for x in whole)]


def _is_older(item: Item, ended: set[str]) -> bool:
    """A fold never gives a call that was over as one that goes on."""
    what = item[2]
    return isinstance(what, Call) and not _over(what) and what.call_id in ended


async def _adds_up_by_day(database: Database, wanted: Times) -> None:
    begin_us = int(CHANGE_DAY.timestamp()) * S
    day_us = int((CHANGE_DAY + timedelta(days=1)).timestamp()) * S
    assert day_us - begin_us == 25 * 4 * QUARTER_US
    asked = CountsAsked(from_us=begin_us - 4 * QUARTER_US, to_us=day_us + QUARTER_US)
    starts = interval_starts(asked.from_us, asked.to_us, "day", ZONE)
    assert starts[1:] == [begin_us, day_us]
    found = await occupancy_sums(database, asked, starts, 0)
    of_day = {each.interval_us: each.amounts for each in found}[begin_us]
    inside = [t for (at, _), t in wanted.items() if begin_us <= at < day_us]
    handle_us, available_us = (sum(times) for times in zip(*inside, strict=True))
    assert of_day == {"handle_us": handle_us, "available_us": available_us}
    teams = await occupancy_sums(database, asked, starts, 0, by_team=True)
    by_day = {x.group: x.amounts for x in teams if x.interval_us == begin_us}
    assert by_day.keys() == {"first", "second"}
    for team, amounts in by_day.items():
        of_team = [
            times for (at, name), times in wanted.items()
            if name == team and begin_us <= at < day_us
        ]  # fmt: skip
        assert amounts["handle_us"] == sum(handle for handle, _ in of_team)


async def test_time_that_goes_on_counts_when_the_quarter_is_over(
    database: Database,
) -> None:
    await Archive(database).begin("archiver")
    at_us = EVENING_US + 300 * S
    word = said(AgentState.AVAILABLE, at_us, "desk")
    await write(database, 1, [(at_us, "ana", word)], at_us)
    assert await stored(database) == {}
    await write(database, 2, [], EVENING_US + QUARTER_US + S)
    assert await stored(database) == {(EVENING_US, "first"): (0, 600 * S)}
    late = talk("c-1", "ana", at_us + 100 * S, at_us + 150 * S)
    await write(database, 3, [(at_us, "ana", late)], EVENING_US + QUARTER_US + 9 * S)
    assert await stored(database) == {(EVENING_US, "first"): (50 * S, 550 * S)}


async def test_many_changes_in_one_quarter_are_all_counted(database: Database) -> None:
    await Archive(database).begin("archiver")
    word = said(AgentState.AVAILABLE, EVENING_US, "desk")
    await write(database, 1, [(EVENING_US, "ana", word)], EVENING_US)
    for number in range(40):
        at_us = EVENING_US + number * 20 * S
        over = talk(f"c-{number}", "ana", at_us, at_us + 5 * S)
        await write(database, number + 2, [(at_us, "ana", over)], at_us + 5 * S)
    await write(database, 42, [], EVENING_US + QUARTER_US)
    assert await stored(database) == {(EVENING_US, "first"): (200 * S, 700 * S)}


async def test_who_never_logs_out_works_for_a_day_at_most(
    database: Database,
) -> None:
    await Archive(database).begin("archiver")
    word = said(AgentState.AVAILABLE, EVENING_US, "telephone")
    await write(database, 1, [(EVENING_US, "ana", word)], EVENING_US)
    await write(database, 2, [], EVENING_US + 400 * QUARTER_US)
    times = await stored(database)
    assert sum(available for _, available in times.values()) == 24 * 3600 * S
    await write(database, 3, [], EVENING_US + 800 * QUARTER_US)
    assert await stored(database) == times


async def test_who_changes_the_team_takes_along_only_what_comes(
    database: Database,
) -> None:
    await Archive(database).begin("archiver")
    word = said(AgentState.AVAILABLE, EVENING_US, "desk")
    await write(database, 1, [(EVENING_US, "ana", word)], EVENING_US + QUARTER_US)
    archive = Archive(database, team_of={UserId("ana"): "third"})
    after_us = EVENING_US + 3 * QUARTER_US
    await archive.write(history.batch(2, heard_us=after_us), after=1)
    assert await stored(database) == {
        (EVENING_US, "first"): (0, 900 * S),
        (EVENING_US + QUARTER_US, "third"): (0, 900 * S),
        (EVENING_US + 2 * QUARTER_US, "third"): (0, 900 * S),
    }


async def test_the_log_of_a_person_stays_short_and_is_forgotten(
    database: Database,
) -> None:
    items = simulated(random.Random(7), ("ana",), 300)
    await Archive(database).begin("archiver")
    await write(database, 1, items, items[-1][0])
    async with database.read() as connection:
        (row,) = (await connection.execute(select(work_logs))).all()
    assert 16 <= len(changes_in(row.body)) <= 34
    await Archive(database).forget(row.heard_us + 1)
    async with database.read() as connection:
        assert not (await connection.execute(select(work_logs))).all()


def event(**values: Any) -> EventRecord:
    known = {
        "line": LineId("main"), "call_id": CallId(""), "event_id": "e-1",
        "type": EventType.AGENT_STATE, "at_us": 70 * S, "received_us": 100 * S,
        "agents": (AgentId("1001"),), "agent_state": "break",
    }  # fmt: skip
    return EventRecord(event=CallEvent(**{**known, **values}))


def test_a_telephone_system_speaks_of_those_who_were_there_then() -> None:
    there = {AgentId("1001"): (UserId("ana"), UserId("ben"))}
    found = list(heard_of(event(people=there), lambda _: (UserId("eve"),)))
    word = said(AgentState.BREAK, 70 * S, "telephone")
    assert found == [("ana", word), ("ben", word)]
    found = list(heard_of(event(), lambda _: (UserId("eve"),)))
    assert found == [("eve", word)]
    assert not list(heard_of(event(agent_state="lunch"), lambda _: (UserId("eve"),)))


def test_a_desk_names_its_own_person() -> None:
    def action(name: str, **data: str) -> list[Any]:
        record = ActionRecord(
            action=name, action_id="a-1", at_us=5 * S, user="ana", data=data
        )
        return list(heard_of(record, lambda _: ()))

    assert action("desk", open="no") == [("ana", desk_opened(5 * S, is_open=False))]
    available = said(AgentState.AVAILABLE, 5 * S, "desk")
    assert action("agent_state", state="available") == [("ana", available)]
    assert action("receipt") == []


async def test_the_log_of_who_only_rang_is_not_written(database: Database) -> None:
    def rings(since_us: int, *, ben_talks: bool = False) -> Call:
        """At ana, who answers, and at ben."""
        call = talk("c-1", "ana", since_us, None)
        ben = msgspec.structs.replace(
            call.legs[0],
            agent=AgentId("ben"),
            people=(UserId("ben"),),
            answered_us=since_us if ben_talks else None,
        )
        return msgspec.structs.replace(call, legs=(*call.legs, ben))

    async def written(call: Call) -> list[str]:
        calls = [CallState(call=call, number=None)]
        batch = history.batch(1, calls=calls, heard=[], heard_us=since_us)
        puts = await Occupancy(database, TEAM_OF).puts(batch)
        return [
            str(row[0])
            for statement, rows in puts
            if statement is PUT_LOG
            for row in rows
        ]

    since_us = EVENING_US + 5 * S
    assert await written(rings(since_us)) == ["ana"]
    await Archive(database).begin("archiver")
    words = [(since_us, "ben", said(AgentState.AVAILABLE, since_us, "desk"))]
    await write(database, 1, [*words], since_us)
    assert await written(rings(since_us)) == ["ana"]
    talked = rings(since_us, ben_talks=True)
    assert await written(talked) == ["ana", "ben"]
    await write(database, 2, [(since_us, "ben", talked)], since_us)
    assert await written(rings(since_us)) == [
        "ana",
        "ben",
    ]  # taken back


async def test_a_crash_counts_nothing_twice(tmp_path: Path) -> None:
    centre = Centre(tmp_path)
    await centre.open()
    task = centre.start()
    since_us = centre.clock.now_us()
    await centre.act("agent_state", state="available")
    await centre.archived()
    for _ in range(4):
        centre.clock.advance(600)
        task = await centre.restart(task)
        await centre.act("receipt", ring_to_pop_ms="12.5", painted_ms="", offset="2")
        await centre.archived()
    counted_us = centre.clock.now_us() // QUARTER_US * QUARTER_US - since_us
    times = await stored(centre.database)
    assert sum(available for _, available in times.values()) == counted_us
    await centre.close()
