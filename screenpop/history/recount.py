"""How are the sums by quarter of an hour made again from the stored calls?

For a change of the counting rules, or a store from before the sums. Each call is
folded again from its stored events. Calls without stored events, and those that
retention removed, stay as they were counted. So do the teams of calls that were counted
in them: the configuration knows today's teams alone, which others are counted in.
Occupancy stays too: it is made of the states of agents, which are not kept.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from zoneinfo import ZoneInfo

from sqlalchemy import select, tuple_

from screenpop.domain.call import Call, CallId, CallKey, Direction, LineId, UserId
from screenpop.domain.call_counts import CountingRules
from screenpop.domain.call_fold import CallFold
from screenpop.domain.call_state import CallLimits
from screenpop.domain.recall import RecallRules
from screenpop.history import tables
from screenpop.history.archive import NO_TEAMS, RECALL_DAYS, Archive
from screenpop.history.batch import StoredCall
from screenpop.history.called_back import CalledBack
from screenpop.history.counted import CountedCalls, sum_again
from screenpop.history.engine import Database
from screenpop.history.rolled import UTC, build
from screenpop.history.team_counted import TeamCounted
from screenpop.journal.records import EventRecord, decode

CALLS_PER_STEP = 500

_calls = tables.calls.c
_PLACE = (_calls.arrived_us, _calls.line, _calls.call_id, _calls.occurrence)


async def recount(
    database: Database,
    rules: CountingRules,
    limits: CallLimits | None = None,
    zone: ZoneInfo = UTC,
    *,
    recall: RecallRules | None = None,
    recall_days: int = RECALL_DAYS,
    team_of: Mapping[UserId, str] = NO_TEAMS,
) -> AsyncIterator[int]:
    """Count every stored call again; yields how many so far. Raises `Unavailable`.

    The service must be stopped. It may be repeated, and go on after a crash.
    """
    archive, counted = Archive(database), CountedCalls(database, rules, zone)
    teams = TeamCounted(database, team_of)
    events_max = (limits or CallLimits()).events_per_call_max
    done, after = 0, None
    while page := await _page(database, after):
        after = page[-1]
        keys = [(LineId(x[1]), CallId(x[2]), x[3]) for x in page]
        stored = await archive.recall(keys)
        folded = [_folded(key, call, events_max) for key, call in stored.items()]
        theirs = [call for call in folded if call.direction is not Direction.OUTBOUND]
        await database.put(await counted.puts(theirs))
        await database.put(await teams.puts(folded, new_only=True))
        done += len(page)
        yield done
    called_back = CalledBack(database, recall or RecallRules(), recall_days)
    async for since_us in _numbers_called(database):
        await database.put(await counted.puts([], await called_back.again(since_us)))
    await sum_again(database, rules)
    await build(database, zone)


Place = tuple[int, str, str, int]


async def _page(database: Database, after: Place | None) -> list[Place]:
    query = select(*_PLACE).order_by(*_PLACE).limit(CALLS_PER_STEP)
    if after is not None:
        query = query.where(tuple_(*_PLACE) > after)
    async with database.read() as connection:
        return [
            (row[0], row[1], row[2], row[3]) for row in await connection.execute(query)
        ]


async def _numbers_called(database: Database) -> AsyncIterator[dict[str, int]]:
    """Numbers that we called, a step at a time, and since when."""
    after: Place | None = None
    while True:
        query = (
            select(_calls.number, *_PLACE)
            .where(
                _calls.direction == Direction.OUTBOUND.value,
                _calls.number.is_not(None),
                _calls.ended_us.is_not(None),
            )
            .order_by(*_PLACE)
            .limit(CALLS_PER_STEP)
        )
        if after is not None:
            query = query.where(tuple_(*_PLACE) > after)
        async with database.read() as connection:
            found = (await connection.execute(query)).all()
        if not found:
            return
        _, *place = found[-1]
        after = (place[0], place[1], place[2], place[3])
        since_us: dict[str, int] = {}
        for row in found:
            since_us.setdefault(row.number, row.arrived_us)
        yield since_us


def _folded(key: CallKey, stored: StoredCall, events_max: int) -> Call:
    fold = CallFold(*key, limit=events_max)
    for body in stored.events:
        record = decode(EventRecord.kind, body.encode())
        if isinstance(record, EventRecord):
            fold.add(record.event)
    return fold.call()
