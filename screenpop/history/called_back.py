"""Which of our calls reached a caller who had reached no one?

The rule is `domain.recall`'s, which the recall list follows: our call closes the row of
the attempts before it. Our call holds the count, at its answer, in the queue and under
the dialled number of the newest attempt. Whatever is written of a number, a late
attempt or a late contact too, its calls from then on are looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import BigInteger, String, Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB

from screenpop.domain.call import (
    Call,
    CallId,
    Direction,
    LineId,
    Outcome,
    Phase,
    QueueVisit,
    UserId,
)
from screenpop.domain.call_counts import CALLED_BACK
from screenpop.domain.recall import (
    CALLED_BACK as OUR_CALL,
)
from screenpop.domain.recall import (
    Doing,
    RecallAction,
    RecallCall,
    RecallRules,
    Saying,
    recall_call,
    rows_of,
)
from screenpop.history.batch import CallState
from screenpop.history.counted import Cells, StoredKey, cell_of
from screenpop.history.counts_asked import visits_of
from screenpop.history.engine import Database
from screenpop.history.rows import NUMBER_CHARS, fit, fit_or_none, named
from screenpop.history.statement import StoredStatement, Value, of_calls
from screenpop.history.tables import calls, recall_actions

DAY_US = 24 * 3600 * 1_000_000
CALLS_OF_ONE_MAX = 1_000  # the newest calls of one number that are looked at

_columns = (
    calls.c.line, calls.c.call_id, calls.c.occurrence, calls.c.direction,
    calls.c.outcome, calls.c.queue, calls.c.dialled, calls.c.arrived_us,
    calls.c.first_alerting_us, calls.c.answered_us, calls.c.ended_us,
)  # fmt: skip


def _later_calls(dialect: str) -> Any:
    """Numbers to which we made a call since then."""
    parameter = bindparam("numbers", type_=Text)
    if dialect == "postgresql":
        listed = func.jsonb_array_elements_text(cast(parameter, JSONB))
    else:
        listed = func.json_each(parameter)
    each = listed.table_valued("value", name="each")
    return (
        select(calls.c.number)
        .distinct()
        .select_from(each)
        .where(
            calls.c.number == cast(each.c.value, String),
            calls.c.arrived_us >= bindparam("since_us", type_=BigInteger),
            calls.c.ended_us.is_not(None),
            calls.c.direction == Direction.OUTBOUND.value,
        )
    )


LATER_CALLS = StoredStatement(_later_calls, ("numbers", "since_us"))


@dataclass(frozen=True, slots=True)
class _SaidOfNumber:
    """What a call of the number says, and which number the caller dialled."""

    key: StoredKey
    says: RecallCall | None
    dialled: str
    ours: bool


class CalledBack:
    """Everything raises `Unavailable`."""

    def __init__(self, database: Database, rules: RecallRules, days: int):
        """`days`: so old an attempt may be, as on the recall list."""
        self._database = database
        self._rules = rules
        self._days_us = days * DAY_US

    async def cells(
        self, states: Iterable[CallState], actions: Sequence[RecallAction] = ()
    ) -> dict[StoredKey, Cells]:
        """What our calls add now that these calls look like this.

        Of all our calls whose count may have changed; those that add nothing have no
        cells.
        """
        said: dict[str, dict[StoredKey, _SaidOfNumber]] = {}
        since_us: dict[str, int] = {}
        for state in states:
            number, call = _number_of(state), state.call
            if number is None or call.ended_us is None:
                continue
            one = self._said(call, number)
            said.setdefault(number, {})[one.key] = one
            earliest_us = min(call.arrived_us, since_us.get(number, call.arrived_us))
            since_us[number] = earliest_us
        await self._reached_by(actions, since_us)
        due = await self._due(said, since_us)
        found: dict[StoredKey, Cells] = {}
        for number in due:
            known = said.get(number, {})
            found |= await self._of_number(number, since_us[number], known, actions)
        return found

    async def again(self, since_us: Mapping[str, int]) -> dict[StoredKey, Cells]:
        """Of our calls to these numbers, each from that time on."""
        found: dict[StoredKey, Cells] = {}
        for number, from_us in since_us.items():
            found |= await self._of_number(number, from_us, {}, ())
        return found

    async def _reached_by(
        self, actions: Sequence[RecallAction], since_us: dict[str, int]
    ) -> None:
        """Add the numbers on whose attempts somebody acted."""
        keys = [named(action.key) for action in actions]
        if not keys:
            return
        query = select(calls.c.number, calls.c.arrived_us)
        async with self._database.read() as connection:
            of = of_calls(calls, keys, connection.dialect.name)
            for number, at_us in await connection.execute(query.where(of)):
                if number is not None:
                    since_us[number] = min(at_us, since_us.get(number, at_us))

    async def _due(
        self,
        said: Mapping[str, Mapping[StoredKey, _SaidOfNumber]],
        since_us: Mapping[str, int],
    ) -> list[str]:
        """Numbers that we called, now or since the change: most were not."""
        due = {n for n, ours in said.items() if any(x.ours for x in ours.values())}
        others = sorted(since_us.keys() - due)
        if others:
            earliest_us = min(since_us[number] for number in others) - DAY_US
            given: dict[str, Value] = {
                "numbers": msgspec.json.encode(others).decode(),
                "since_us": earliest_us,
            }
            due |= {row[0] for row in await self._database.fetch(LATER_CALLS, given)}
        return sorted(due)

    async def _of_number(
        self,
        number: str,
        since_us: int,
        latest: Mapping[StoredKey, _SaidOfNumber],
        actions: Sequence[RecallAction],
    ) -> dict[StoredKey, Cells]:
        known = {**await self._stored(number, since_us - self._days_us), **latest}
        done = await self._actions([*known.values()], actions)
        saying = [x.says for x in known.values() if x.says is not None]
        closed: dict[int, Cells] = {}  # by the moment of our call's answer
        for row in rows_of(saying, done, self._rules):
            end = row.closed
            if end is None or end.how != OUR_CALL:
                continue
            if end.at_us - row.newest.at_us <= self._days_us:
                dialled = known[named(row.newest.key)].dialled
                closed[end.at_us] = cell_of(
                    end.at_us, fit(row.queue), fit(dialled), CALLED_BACK
                )
        found: dict[StoredKey, Cells] = {}
        for each in sorted(known.values(), key=lambda x: x.key):
            says = each.says
            if not each.ours or says is None or says.at_us < since_us:
                continue
            is_contact = says.says is Saying.CONTACT
            found[each.key] = closed.pop(says.at_us, {}) if is_contact else {}
        return found

    async def _stored(
        self, number: str, from_us: int
    ) -> dict[StoredKey, _SaidOfNumber]:
        query = (
            select(*_columns)
            .where(
                calls.c.number == number,
                calls.c.arrived_us >= from_us,
                calls.c.ended_us.is_not(None),
            )
            .order_by(calls.c.arrived_us.desc())
            .limit(CALLS_OF_ONE_MAX)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
            keys = [(row.line, row.call_id, row.occurrence) for row in rows]
            visits = await visits_of(connection, keys)
        found = {}
        for row, key in zip(rows, keys, strict=True):
            call = _call(row, [_visit(each) for each in visits.get(key, ())])
            found[key] = self._said(call, number)
        return found

    async def _actions(
        self, known: Sequence[_SaidOfNumber], new: Sequence[RecallAction]
    ) -> list[RecallAction]:
        """On these attempts, in the order of their times."""
        keys = {x.key for x in known if x.says and x.says.says is Saying.ATTEMPT}
        found = {x.action_id: x for x in new if named(x.key) in keys}
        async with self._database.read() as connection:
            of = of_calls(recall_actions, keys, connection.dialect.name)
            rows = await connection.execute(select(recall_actions).where(of))
            for row in rows if keys else ():
                found.setdefault(row.action_id, _action(row))
        return sorted(found.values(), key=lambda x: (x.at_us, x.action_id))

    def _said(self, call: Call, number: str) -> _SaidOfNumber:
        return _SaidOfNumber(
            named(call.key),
            recall_call(call, number, self._rules),
            call.dialled or "",
            call.direction is Direction.OUTBOUND,
        )


def _number_of(state: CallState) -> str | None:
    """As the store holds it."""
    hidden = state.call.withheld and state.call.direction is Direction.INBOUND
    return None if hidden else fit_or_none(state.number, NUMBER_CHARS)


def _call(row: Any, visits: Sequence[QueueVisit]) -> Call:
    """As much of a stored call as says what it says of its number."""
    return Call(
        line=LineId(row.line),
        call_id=CallId(row.call_id),
        occurrence=row.occurrence,
        phase=Phase.ENDED,
        direction=Direction(row.direction),
        caller=None,
        withheld=False,
        caller_name=None,
        dialled=row.dialled,
        queue=row.queue,
        arrived_us=row.arrived_us,
        first_alerting_us=row.first_alerting_us,
        answered_us=row.answered_us,
        ended_us=row.ended_us,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        visits=tuple(visits),
    )


def _visit(stored: Any) -> QueueVisit:
    return QueueVisit(
        queue=stored.queue,
        entered_us=stored.entered_us,
        left_us=stored.left_us,
        left=stored.left,
    )


def _action(row: Any) -> RecallAction:
    return RecallAction(
        key=(LineId(row.line), CallId(row.call_id), row.occurrence),
        action_id=row.action_id,
        do=Doing(row.do),
        user=UserId(row.username),
        at_us=row.at_us,
        until_us=row.until_us,
        reason=row.reason,
        forced=row.forced,
    )
