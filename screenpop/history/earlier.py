"""What were the earlier calls of this caller, for a card that is about to open?

Asked for every call that rings, so it is one lean statement along an index, and
none at all for a caller who is certain to have no history.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    tuple_,
)

from screenpop.domain.call import AgentId
from screenpop.domain.profile import CandidateRef
from screenpop.history import tables
from screenpop.history.engine import Database
from screenpop.history.rows import fit_id, stored_ref
from screenpop.history.statement import StoredStatement, Value

EARLIER_MAX = 100
LEARNED_PER_STEP = 2000

_WITHIN, _BETWEEN = "\x1f", "\x1e"  # ASCII's separators of units and records

_calls = tables.calls.c


class WrittenNote(NamedTuple):
    """One person's note in a call."""

    at_us: int
    username: str
    agent: AgentId | None
    text: str


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """A call that is over; agent, note and disposition may be none."""

    arrived_us: int
    direction: str
    queue: str | None
    outcome: str | None
    answered_us: int | None
    ended_us: int
    agent: AgentId | None  # which telephone answered first
    username: str | None  # who was there, "" for one without a log-in
    notes: tuple[WrittenNote, ...]  # of each person the newest, in their order
    disposition: str | None  # the newest


class EarlierCalls:
    """All methods raise `Unavailable`.

    With `known` the store is asked only for those who might have history. Only for
    a store that this process alone writes, which a SQLite file is.
    """

    def __init__(self, database: Database, known: Known | None = None):
        self._database = database
        self._known = known

    def may_have(self, who: str | CandidateRef) -> bool:
        """Might there be a call with this E.164 number, or of this customer?"""
        if self._known is None:
            return True
        return self._known.may_have(who if isinstance(who, str) else stored_ref(who))

    async def from_number(
        self,
        number: str,
        *,
        leave_out: str = "",
        occurrence: int = 0,
        limit: int = 10,
    ) -> list[EarlierCall]:
        """Newest first: calls with this E.164 number that are over."""
        if not self.may_have(number):
            return []
        given: dict[str, Value] = {"number": number, "occurrence": occurrence}
        return await self._fetch(_FROM_NUMBER, given, leave_out, limit)

    async def of_customer(
        self,
        ref: CandidateRef,
        *,
        leave_out: str = "",
        occurrence: int = 0,
        limit: int = 10,
    ) -> list[EarlierCall]:
        """Newest first: calls of this customer that are over."""
        if not self.may_have(ref):
            return []
        ref = stored_ref(ref)
        given: dict[str, Value] = {
            "source": ref.source,
            "key": ref.key,
            "occurrence": occurrence,
        }
        return await self._fetch(_OF_CUSTOMER, given, leave_out, limit)

    async def learn(self) -> None:
        """Read once who has history, step by step along an index.

        Each query is asked once first: no card waits while its SQL is written.
        """
        nobody: dict[str, Value] = {
            "occurrence": 0,
            "number": "",
            "source": "",
            "key": "",
        }
        for statement in (_FROM_NUMBER, _OF_CUSTOMER):
            await self._fetch(statement, nobody, "", 1)
        if self._known is None or self._known.complete:
            return
        after: dict[str, Value] = {"number": ""}
        while found := await self._database.fetch(_NUMBERS, after):
            for (number,) in found:
                self._known.add(number)
            after = {"number": found[-1][0]}
        after = {"source": "", "key": ""}
        while found := await self._database.fetch(_CUSTOMERS, after):
            for source, key in found:
                self._known.add(CandidateRef(source=source, key=key))
            after = {"source": found[-1][0], "key": found[-1][1]}
        self._known.complete = True

    async def _fetch(
        self,
        statement: StoredStatement,
        given: dict[str, Value],
        leave_out: str,
        limit: int,
    ) -> list[EarlierCall]:
        given |= {"leave_out": fit_id(leave_out), "rows_max": min(limit, EARLIER_MAX)}
        found = await self._database.fetch(statement, given)
        return [EarlierCall(*(*row[:8], _notes(row[8]), row[9])) for row in found]


def _notes(joined: str | None) -> tuple[WrittenNote, ...]:
    """Takes apart what `_written_by_each` joined; a sign within a text does no harm."""
    found: list[WrittenNote] = []
    for piece in (joined or "").split(_BETWEEN):
        at_us, *rest = piece.split(_WITHIN, 3)
        if len(rest) == 3 and at_us.isdecimal():
            username, agent, text = rest
            by = AgentId(agent) if agent else None
            found.append(WrittenNote(int(at_us), username, by, text))
        elif found:
            found[-1] = found[-1]._replace(text=found[-1].text + piece)
    return tuple(sorted(found, key=lambda note: note.at_us))


def _written_by_each(dialect: str) -> ScalarSelect[Any]:
    """Every person's note in the call as one text."""
    notes = tables.notes.c
    agent = func.coalesce(notes.agent, "")
    parts = (cast(notes.at_us, Text), notes.username, agent, notes.text)
    one = functools.reduce(lambda told, part: told + _WITHIN + part, parts)
    joined = func.group_concat if dialect == "sqlite" else func.string_agg
    each = select(joined(one, _BETWEEN))
    return each.where(_of_this_call(tables.notes), notes.text != "").scalar_subquery()


def _newest(table: Table, column: str) -> ScalarSelect[Any]:
    """What was written last in the call; what was cleared again does not count."""
    written = table.c[column]
    newest = select(written).where(_of_this_call(table), written != "")
    return newest.order_by(table.c.at_us.desc()).limit(1).scalar_subquery()


def _of_this_call(table: Table) -> ColumnElement[bool]:
    return and_(
        table.c.line == _calls.line,
        table.c.call_id == _calls.call_id,
        table.c.occurrence == _calls.occurrence,
    )


def _who_answered(column: str) -> ScalarSelect[Any]:
    legs = tables.call_legs
    answered = select(legs.c[column]).where(
        _of_this_call(legs), legs.c.answered_us.is_not(None)
    )
    first = answered.order_by(legs.c.answered_us, legs.c.agent, legs.c.username)
    return first.limit(1).scalar_subquery()


def _earlier(*names: str, those: ColumnElement[bool]) -> StoredStatement:
    def query(dialect: str) -> Select[Any]:
        return (
            select(
                _calls.arrived_us,
                _calls.direction,
                _calls.queue,
                _calls.outcome,
                _calls.answered_us,
                _calls.ended_us,
                _who_answered("agent"),
                _who_answered("username"),
                _written_by_each(dialect),
                _newest(tables.dispositions, "code"),
            )
            .where(those, _OVER, or_(_OTHER_ID, _OTHER_OCCURRENCE))
            .order_by(
                _calls.arrived_us.desc(), _calls.line.desc(), _calls.call_id.desc()
            )
            .limit(bindparam("rows_max", type_=Integer))
        )

    return StoredStatement(query, (*names, "leave_out", "occurrence", "rows_max"))


def _text(name: str) -> BindParameter[str]:
    return bindparam(name, type_=Text)


_OVER = _calls.ended_us.is_not(None)
_OTHER_ID = _calls.call_id != _text("leave_out")
_OTHER_OCCURRENCE = _calls.occurrence != bindparam("occurrence", type_=BigInteger)
_FROM_NUMBER = _earlier("number", those=_calls.number == _text("number"))
_OF_CUSTOMER = _earlier(
    "source",
    "key",
    those=and_(
        _calls.customer_source == _text("source"), _calls.customer_key == _text("key")
    ),
)
_NUMBERS = StoredStatement(
    lambda _: (
        select(_calls.number)
        .where(_OVER, _calls.number > _text("number"))
        .distinct()
        .order_by(_calls.number)
        .limit(LEARNED_PER_STEP)
    ),
    ("number",),
)
_CUSTOMERS = StoredStatement(
    lambda _: (
        select(_calls.customer_source, _calls.customer_key)
        .where(
            _OVER,
            tuple_(_calls.customer_source, _calls.customer_key)
            > tuple_(_text("source"), _text("key")),
        )
        .distinct()
        .order_by(_calls.customer_source, _calls.customer_key)
        .limit(LEARNED_PER_STEP)
    ),
    ("source", "key"),
)


BITS = 1 << 23  # one MiB
MARKS = 4

Who = str | CandidateRef
"""An E.164 number or a customer."""


class Known:
    """Who has history. Until it is `complete` everybody might."""

    def __init__(self) -> None:
        self._bits = bytearray(BITS // 8)
        self.complete = False

    def add(self, who: Who) -> None:
        bits = self._bits
        for mark in _marks(who):
            bits[mark >> 3] |= 1 << (mark & 7)

    def may_have(self, who: Who) -> bool:
        if not self.complete:
            return True
        bits = self._bits
        for mark in _marks(who):  # noqa: SIM110  for each call: a loop is the quicker one
            if not bits[mark >> 3] >> (mark & 7) & 1:
                return False
        return True


def _marks(who: Who) -> list[int]:
    whole = hash(who)
    first, step = whole & 0xFFFF_FFFF, whole >> 32 | 1
    return [(first + n * step) % BITS for n in range(MARKS)]
