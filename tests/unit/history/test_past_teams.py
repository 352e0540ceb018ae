"""The sums by team are those of the calls, however they came to the store."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select
from unit.history import history
from unit.history.test_counted import S

from screenpop.domain.call import AgentId, AgentLeg, Call, Direction, LegState, UserId
from screenpop.domain.call_counts import CountingRules
from screenpop.history.archive import Archive
from screenpop.history.batch import CallState
from screenpop.history.count_tables import team_counts
from screenpop.history.counted import INTERVAL_US, sum_again
from screenpop.history.counts_asked import CountsAsked
from screenpop.history.engine import Database
from screenpop.history.past_teams import PastTeams
from screenpop.history.team_counted import TeamCounted

TEAM_OF = {UserId("ana"): "first", UserId("ben"): "first", UserId("cem"): "second"}


def talked(
    number: int, *people: str, at_us: int, talk_s: int | None, ours: bool = False
) -> Call:
    """These answered it, a second after each other; None: the talks go on."""
    legs = tuple(
        AgentLeg(
            agent=AgentId(user),
            state=LegState.ANSWERED if talk_s is None else LegState.RELEASED,
            answered_us=at_us + n * S,
            released_us=None if talk_s is None else at_us + (n + talk_s) * S,
            people=(UserId(user),),
        )
        for n, user in enumerate(people)
    )
    direction = Direction.OUTBOUND if ours else Direction.INBOUND
    return history.call(
        f"c-{number}", arrived_us=at_us - 9 * S, legs=legs, answered_us=at_us,
        direction=direction, dialled="+442079460100",
    )  # fmt: skip


async def table(database: Database) -> dict[Any, tuple[int, ...]]:
    async with database.read() as connection:
        rows = (await connection.execute(select(team_counts))).all()
    return {tuple(row[:2]): tuple(row[2:]) for row in rows if any(row[2:])}


def slowly(calls: list[Call]) -> dict[Any, tuple[int, ...]]:
    """Of the legs alone; each person has one leg in a call here."""
    found: dict[Any, Counter[int]] = {}
    for call in calls:
        for leg in call.legs if call.direction is Direction.INBOUND else ():
            team, at_us = TEAM_OF.get(UserId(leg.agent)), leg.answered_us or 0
            if team is None:
                continue
            sums = found.setdefault(
                (at_us // INTERVAL_US * INTERVAL_US, team), Counter()
            )
            sums[0] += 1
            if leg.released_us is not None:
                sums[1] += 1
                sums[2] += leg.released_us - at_us
    return {place: (s[0], s[1], s[2]) for place, s in found.items()}


async def write(database: Database, offset: int, *calls: Call) -> None:
    archive = Archive(database, team_of=TEAM_OF)
    states = [CallState(call=call, number=None) for call in calls]
    await archive.write(history.batch(offset, calls=states))


@pytest.mark.parametrize("seed", range(3))
async def test_any_history_of_writing_gives_the_sums_of_the_last_views(
    database: Database, seed: int
) -> None:
    rng = random.Random(seed)
    latest: dict[int, Call] = {}
    for offset in range(12):
        numbers = rng.sample(range(20), rng.randint(1, 8))
        for number in numbers:
            people = rng.sample(["ana", "ben", "cem", "guest"], rng.randint(0, 3))
            latest[number] = talked(
                number, *people, talk_s=rng.choice([None, 60, 200]),
                at_us=rng.randrange(INTERVAL_US, 4 * INTERVAL_US),
                ours=rng.random() < 0.2,
            )  # fmt: skip
        await write(database, offset, *(latest[number] for number in numbers))
    wanted = slowly([*latest.values()])
    assert len(wanted) >= 4
    assert await table(database) == wanted
    async with database.write() as connection:
        await connection.execute(team_counts.update().values(answered=77))
    await sum_again(database, CountingRules())
    assert await table(database) == wanted


async def test_a_team_is_summed_by_interval_and_opened_page_by_page(
    database: Database,
) -> None:
    at_us = 8 * INTERVAL_US
    calls = [
        talked(n, "ana", at_us=at_us + n * INTERVAL_US, talk_s=60) for n in range(4)
    ]
    await write(database, 1, *calls, talked(9, "cem", at_us=at_us, talk_s=30))
    past = PastTeams(database)
    asked = CountsAsked(from_us=at_us, to_us=at_us + 4 * INTERVAL_US)
    sums = await past.sums(asked, [at_us, at_us + 2 * INTERVAL_US], 0)
    assert [(x.interval_us // INTERVAL_US, x.group, x.amounts) for x in sums] == [
        (8, "first", {"answered": 2, "handled": 2, "talk_us": 120 * S}),
        (8, "second", {"answered": 1, "handled": 1, "talk_us": 30 * S}),
        (10, "first", {"answered": 2, "handled": 2, "talk_us": 120 * S}),
    ]
    first = await past.calls(asked, "first", None, 3)
    rest = await past.calls(asked, "first", first[-1].place, 3)
    assert [x.place.call_id for x in (*first, *rest)] == ["c-3", "c-2", "c-1", "c-0"]


async def test_a_recount_leaves_calls_in_the_teams_of_their_time(
    database: Database,
) -> None:
    old, new = (talked(n, "ana", at_us=8 * INTERVAL_US, talk_s=60) for n in (1, 2))
    await write(database, 1, old)
    moved = TeamCounted(database, {UserId("ana"): "third"})
    await database.put(await moved.puts([old, new], new_only=True))
    place_us, sums = 8 * INTERVAL_US, (1, 1, 60 * S)
    assert await table(database) == {
        (place_us, "first"): sums, (place_us, "third"): sums,
    }  # fmt: skip
