"""How does the time that agents handle calls, or wait for one, become sums?

`work_logs` holds the newest changes of each person, `occupancy_counts` the sums by
quarter of an hour and team, without a name. A person's log that changed takes back what
it added and adds what it adds now, in the transaction that writes the offset: so each
journal entry counts once, after a restart too. A quarter counts when it is over; of
what goes on its share is added then, and corrected by what comes late.

The rules are those of today's occupancy: see `domain.workday`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.expression import ClauseElement

from screenpop.domain.agent import AgentState, UserId, agent_state
from screenpop.domain.call import (
    AgentLeg,
    Call,
    CallId,
    CallKey,
    EventType,
    LineId,
    most_engaged,
)
from screenpop.domain.local_time import QUARTER_US
from screenpop.domain.workday import Talk, Word, WorkLog, desk_opened, said
from screenpop.history.batch import Batch, HeardOf, PeopleAt
from screenpop.history.count_tables import occupancy_counts, work_logs
from screenpop.history.engine import Database, Put
from screenpop.history.rows import fit_name, named
from screenpop.history.statement import StoredStatement, Values, adding, putting
from screenpop.journal.records import ActionRecord, EventRecord, Record

ADVANCED_MAX = 500  # people whose time that goes on is added in one transaction
PER_TURN = 10
_USER, _CALL = itemgetter(0), attrgetter("call")
AT_REST = 2**62  # stands for the moment up to which it counts: all of it is counted

PUT_LOG = putting(work_logs)
ADD_TIMES = adding(occupancy_counts)
_logs = work_logs.c
_COLUMNS = (_logs.username, _logs.team, _logs.until_us, _logs.body)


def _of_users(dialect: str) -> ClauseElement:
    users = bindparam("users", type_=Text)
    if dialect == "postgresql":
        each = func.jsonb_array_elements_text(cast(users, JSONB))
    else:
        each = func.json_each(users)
    wanted = each.table_valued("value", name="wanted")
    return select(*_COLUMNS).where(_logs.username.in_(select(wanted.c.value)))


LOGS_OF = StoredStatement(_of_users, ("users",))
LOGS_BEFORE = StoredStatement(
    lambda _: (
        select(*_COLUMNS)
        .where(_logs.until_us < bindparam("before", type_=BigInteger))
        .order_by(_logs.until_us)
        .limit(ADVANCED_MAX)
    ),
    ("before",),
)

Times = dict[tuple[int, str], list[int]]
"""(quarter, team): handle time, time available, how many people's."""
Quarters = Mapping[int, tuple[int, int]]
"""Of one person."""
_Moment = tuple[int, int, AgentState | None]


def heard_of(record: Record, people_at: PeopleAt) -> Iterator[HeardOf]:
    """Whom does an entry say a state of, or that their desk was opened or closed?"""
    if isinstance(record, EventRecord):
        event = record.event
        if event.type is not EventType.AGENT_STATE:
            return
        if (state := agent_state(event.agent_state)) is None:
            return
        at_us = record.at_us - max(0, event.received_us - event.at_us)
        for agent in event.agents:
            there = (event.people or {}).get(agent)
            for user in people_at(agent) if there is None else there:
                yield user, said(state, at_us, "telephone")
    elif isinstance(record, ActionRecord) and record.action == "agent_state":
        if (state := agent_state(record.data.get("state"))) is not None:
            yield UserId(record.user), said(state, record.at_us, "desk")
    elif isinstance(record, ActionRecord) and record.action == "desk":
        is_open = record.data.get("open") == "yes"
        yield UserId(record.user), desk_opened(record.at_us, is_open=is_open)


@dataclass(slots=True)
class _Stored:
    """A person's log, whose time before `until_us` is in the sums of `team`."""

    team: str
    until_us: int
    work: WorkLog


class Occupancy:
    """What people's time adds, before and now. Raises `Unavailable`."""

    def __init__(self, database: Database, team_of: Mapping[UserId, str]):
        self._database = database
        self._team_of = team_of

    async def puts(self, batch: Batch) -> list[Put]:
        """What is to be written, with the batch, because of what was heard in it."""
        if not batch.heard_us:
            return []
        until_us = batch.heard_us - batch.heard_us % QUARTER_US
        talks = _talks(map(_CALL, batch.calls))
        users = {*map(_USER, batch.heard), *talks}
        logs = await self._stored(users, until_us)
        words: dict[UserId, list[Word]] = {}
        for user, word in batch.heard:
            words.setdefault(user, []).append(word)
        sums: Times = {}
        rows: list[Values] = []
        for count, user in enumerate(sorted(users | logs.keys()), 1):
            team = fit_name(self._team_of.get(user, ""))
            log = logs.get(user)
            if user not in words and not _is_due(log, until_us, talks.get(user, {})):
                continue
            log = log or _Stored(team, until_us, WorkLog())
            if team != log.team:  # what is not counted yet goes along
                log.work.leave(min(log.until_us, until_us))
                log.team = team
            _add(sums, log, log.work.quarters(), -1)
            _take(log.work, words.get(user, ()), talks.get(user, {}))
            is_at_rest = log.until_us == AT_REST
            log.until_us = until_us if is_at_rest else max(log.until_us, until_us)
            times: Quarters = log.work.quarters()
            _add(sums, log, times, 1)
            if log.work.is_full:
                times = _shorten(sums, log, times)
            rows.append(_row(user, log, times))
            if count % PER_TURN == 0:
                await asyncio.sleep(0)
        added: list[Values] = [
            (*place, *times) for place, times in sorted(sums.items()) if any(times)
        ]
        return [(s, some) for s, some in ((PUT_LOG, rows), (ADD_TIMES, added)) if some]

    async def _stored(
        self, users: Iterable[UserId], until_us: int
    ) -> dict[UserId, _Stored]:
        """Of these, and of those whose time went on past the end of a quarter."""
        known = {fit_name(user): user for user in users}
        names = msgspec.json.encode(sorted(known)).decode()
        found = await self._database.fetch(LOGS_BEFORE, {"before": until_us})
        if known:
            found = [*found, *await self._database.fetch(LOGS_OF, {"users": names})]
        return {
            known.get(name, UserId(name)): _Stored(team, until_us, _log(body))
            for name, team, until_us, body in found
        }


def _is_due(
    log: _Stored | None, until_us: int, talks: Mapping[CallKey, Talk | None]
) -> bool:
    """Who only rang has no time to add, unless they were thought to have talked."""
    known = {} if log is None else log.work.talks
    is_behind = log is not None and log.until_us < until_us
    return is_behind or any(
        talk is not None or key in known for key, talk in talks.items()
    )


def _take(
    work: WorkLog, words: Iterable[Word], talks: Mapping[CallKey, Talk | None]
) -> None:
    for word in words:
        work.hear(word)
    for key, talk in talks.items():
        if talk is None:
            work.talks.pop(key, None)
        else:
            work.talk(key, talk)


def _add(sums: Times, log: _Stored, times: Quarters, sign: int) -> None:
    """What is over of them, or is taken back."""
    for quarter_us, (handle_us, available_us) in times.items():
        if quarter_us < log.until_us:
            into = sums.setdefault((quarter_us, log.team), [0, 0, 0])
            into[0] += sign * handle_us
            into[1] += sign * available_us
            if quarter_us >= log.work.from_us:  # else they are counted there already
                into[2] += sign


def _shorten(sums: Times, log: _Stored, before: Quarters) -> Quarters:
    """After many changes in a quarter, what leaves the log counts before its end."""
    from_us = log.work.from_us
    log.work.shorten()
    kept = log.work.quarters()
    for quarter_us, (handle_us, available_us) in before.items():
        if quarter_us >= log.until_us:
            still_handle_us, still_available_us = kept.get(quarter_us, (0, 0))
            into = sums.setdefault((quarter_us, log.team), [0, 0, 0])
            into[0] += handle_us - still_handle_us
            into[1] += available_us - still_available_us
            into[2] += from_us <= quarter_us < log.work.from_us
    return kept


def _talks(calls: Iterable[Call]) -> dict[UserId, dict[CallKey, Talk | None]]:
    """Each person's leg in each call; None while they did not answer."""
    found: dict[UserId, dict[CallKey, Talk | None]] = {}
    for call in calls:
        line, call_id, occurrence = named(call.key)
        key = LineId(line), CallId(call_id), occurrence
        legs: dict[UserId, AgentLeg] = {}
        for leg in call.legs:
            for user in leg.people or ():
                before = legs.get(user)
                legs[user] = leg if before is None else most_engaged((before, leg))
        for user, leg in legs.items():
            answered_us = leg.answered_us
            found.setdefault(user, {})[key] = (
                None
                if answered_us is None
                else Talk(answered_us, leg.released_us, "", is_inbound=False)
            )
    return found


# -- A log as it is stored


class _Body(msgspec.Struct, array_like=True):
    from_us: int
    state: _Moment
    desk: _Moment
    words: list[_Moment]
    talks: list[tuple[CallKey, int, int | None]]


_DECODER = msgspec.json.Decoder(_Body)


def _row(user: UserId, log: _Stored, times: Quarters) -> Values:
    work = log.work
    is_at_rest = max(times, default=0) < log.until_us
    body = _Body(
        work.from_us,
        work.state,
        work.desk,
        [*work.words],
        [(key, talk.answered_us, talk.released_us) for key, talk in work.talks.items()],
    )
    until_us = AT_REST if is_at_rest else log.until_us
    text = msgspec.json.encode(body).decode()
    return fit_name(user), log.team, until_us, work.heard_us, text


def _log(body: str) -> WorkLog:
    stored = _DECODER.decode(body)
    work = WorkLog(
        from_us=stored.from_us, state=Word(*stored.state), desk=Word(*stored.desk)
    )
    for word in stored.words:
        work.words.append(Word(*word))
    for key, answered_us, released_us in stored.talks:
        work.talks[key] = Talk(answered_us, released_us, "", is_inbound=False)
    return work


def changes_in(body: str) -> list[dict[str, Any]]:
    """A stored log for the person whose it is, in order."""
    stored = _DECODER.decode(body)
    words = [
        {"at_us": word.at_us, "state": word.what}
        for word in (Word(*x) for x in (stored.state, stored.desk, *stored.words))
        if word.at_us
    ]
    talks = [
        {"at_us": answered_us, "state": "talk", "until_us": released_us}
        for _, answered_us, released_us in stored.talks
    ]
    return sorted([*words, *talks], key=lambda each: each["at_us"])
