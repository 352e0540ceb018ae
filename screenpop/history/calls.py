"""Which calls were there: an agent's latest, one in full?

Every list is bounded and read along an index: its cost does not grow with history.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.domain.call import AgentId, CallId, CallKey, LineId
from screenpop.domain.profile import CandidateRef
from screenpop.history import rows, tables
from screenpop.history.batch import ShownAnswer
from screenpop.history.engine import Database
from screenpop.history.rows import AGENT_BYTES, NOBODY, fit_id
from screenpop.history.statement import of_calls

CALLS_PER_PAGE_MAX = 500
EVENTS_PER_CALL_MAX = 1000

CALL_KEY = frozenset({"line", "call_id", "occurrence"})

_calls = tables.calls.c


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlace:
    """Where a page ends: the next one is before it."""

    arrived_us: int
    line: str
    call_id: str
    occurrence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedCalls:
    """At most `limit` of the newest `calls_max` from a place on."""

    limit: int
    calls_max: int
    before: PagePlace | None = None
    from_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLeg:
    """`username` was at the agent's telephone; None for one without a log-in."""

    agent: AgentId
    username: str | None
    state: str
    alerting_us: int | None
    answered_us: int | None
    released_us: int | None
    release: str | None
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWritten:
    username: str
    agent: AgentId | None
    text: str
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DispositionChosen:
    username: str
    agent: AgentId | None
    code: str
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    """One line of a list; `number` is None for a withheld one."""

    line: LineId
    call_id: CallId
    occurrence: int = 0
    phase: str
    direction: str
    number: str | None
    caller: str | None
    withheld: bool
    caller_name: str | None
    dialled: str | None
    queue: str | None
    arrived_us: int
    queued_us: int | None
    first_alerting_us: int | None
    answered_us: int | None
    ended_us: int | None
    outcome: str | None
    cause: str | None
    customer: CandidateRef | None
    customer_name: str | None
    chosen_by_agent: bool
    attributes: Mapping[str, str]
    legs: tuple[PastLeg, ...] = ()
    notes: tuple[NoteWritten, ...] = ()
    dispositions: tuple[DispositionChosen, ...] = ()

    @property
    def people(self) -> frozenset[str]:
        """Who was at the telephones that had a leg in the call."""
        return frozenset(leg.username for leg in self.legs if leg.username)

    @property
    def talked(self) -> frozenset[str]:
        """Who talked in the call."""
        return frozenset(
            leg.username for leg in self.legs if leg.username and leg.answered_us
        )

    @property
    def place(self) -> PagePlace:
        return PagePlace(
            arrived_us=self.arrived_us,
            line=self.line,
            call_id=self.call_id,
            occurrence=self.occurrence,
        )

    @property
    def key(self) -> CallKey:
        return (self.line, self.call_id, self.occurrence)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventOfCall:
    event_id: str
    type: str
    at_us: int
    received_us: int
    body: str  # JSON as the journal wrote it


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptOfCall:
    username: str
    agent: AgentId | None
    at_us: int
    ring_to_pop_ms: float | None
    painted_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerShown:
    """One lookup's answer on one agent's card, since `at_us`; values are not kept."""

    agent: AgentId
    lookup: str
    source: str
    facet: str
    state: str
    at_us: int
    fetched_us: int
    ms: float
    row_count: int
    subject: CandidateRef | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVisit:
    queue: str
    entered_us: int
    left_us: int | None
    left: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeCall:
    call: PastCall
    visits: tuple[PastVisit, ...] = ()
    events: tuple[EventOfCall, ...] = ()
    shown: tuple[AnswerShown, ...] = ()
    receipts: tuple[ReceiptOfCall, ...] = field(default=())
    handovers: tuple[NoteWritten, ...] = ()  # for the next agent


class Calls:
    """All methods raise `Unavailable`."""

    def __init__(self, database: Database):
        self._database = database

    async def recent(
        self,
        user: str | None = None,
        before: PagePlace | None = None,
        limit: int = 50,
        from_us: int | None = None,
    ) -> list[PastCall]:
        """Newest first: calls that rang where `user` was, or all when None."""
        limit = min(limit, CALLS_PER_PAGE_MAX)
        if user is None:
            query = _before(select(tables.calls), tables.calls.c, before, from_us)
        else:
            query = _of_user(user, before, limit, from_us)
        async with self._database.read() as connection:
            return await _read(connection, query, limit)

    async def searched(
        self,
        user: str,
        wanted: Sequence[ColumnElement[bool]],
        among: SearchedCalls,
    ) -> tuple[list[PastCall], PagePlace | None]:
        """Calls of `user` that fit; and the last searched, unless these were all."""
        limit = min(among.limit, CALLS_PER_PAGE_MAX)
        page = (user, among.before, among.calls_max, among.from_us)
        async with self._database.read() as connection:
            found = await _read(connection, _of_user(*page).where(*wanted), limit)
            if len(found) == limit:
                return found, found[-1].place
            last = _named_of_user(*page).offset(among.calls_max - 1).limit(1)
            row = (await connection.execute(last)).mappings().first()
            return found, None if row is None else PagePlace(**row)

    async def get(
        self, line: str, call_id: str, occurrence: int = 0
    ) -> WholeCall | None:
        """One call with all that belongs to it, at most 1,000 events."""
        wanted = select(tables.calls).where(
            _calls.line == line,
            _calls.call_id == fit_id(call_id),
            _calls.occurrence == occurrence,
        )
        async with self._database.read() as connection:
            found = await _read(connection, wanted, 1)
            if not found:
                return None
            return await _whole(connection, found[0])

    async def find(self, call_id: str, lines: Collection[str]) -> list[PastCall]:
        """Calls of that id on any of these lines, the newest first."""
        query = (
            select(tables.calls)
            .where(_calls.line.in_(lines), _calls.call_id == fit_id(call_id))
            .order_by(_calls.occurrence.desc(), _calls.arrived_us.desc())
        )
        async with self._database.read() as connection:
            return await _read(connection, query, CALLS_PER_PAGE_MAX)


def _of_user(
    user: str, before: PagePlace | None, limit: int, from_us: int | None
) -> Select[Any]:
    page = _named_of_user(user, before, limit, from_us).subquery()
    same = and_(
        page.c.line == _calls.line,
        page.c.call_id == _calls.call_id,
        page.c.occurrence == _calls.occurrence,
    )
    return _before(select(tables.calls).join(page, same), tables.calls.c, None)


def _named_of_user(
    user: str, before: PagePlace | None, limit: int, from_us: int | None
) -> Select[Any]:
    """A person may have several legs in one call: each call once."""
    legs = tables.call_legs.c
    named = select(legs.line, legs.call_id, legs.occurrence, legs.arrived_us).distinct()
    mine = named.where(legs.username == fit_id(user, AGENT_BYTES))
    return _before(mine, legs, before, from_us).limit(limit)


def _before(
    query: Select[Any],
    columns: Any,
    before: PagePlace | None,
    from_us: int | None = None,
) -> Select[Any]:
    """Newest first, from a place on; along an index that ends in `arrived_us`."""
    if from_us is not None:
        query = query.where(columns.arrived_us >= from_us)
    if before is not None:
        query = query.where(columns.arrived_us <= before.arrived_us).where(
            _is_after(columns, before)
        )
    return query.order_by(
        columns.arrived_us.desc(),
        columns.line.desc(),
        columns.call_id.desc(),
        columns.occurrence.desc(),
    )


def _is_after(columns: Any, before: PagePlace) -> ColumnElement[bool]:
    same_time = tuple_(columns.line, columns.call_id, columns.occurrence) < (
        before.line,
        fit_id(before.call_id),
        before.occurrence,
    )
    return or_(columns.arrived_us < before.arrived_us, same_time)


async def _read(
    connection: AsyncConnection, query: Select[Any], limit: int
) -> list[PastCall]:
    found = (await connection.execute(query.limit(limit))).mappings().all()
    keys = [(row["line"], row["call_id"], row["occurrence"]) for row in found]
    if not keys:
        return []
    legs = await _children(connection, tables.call_legs, keys, "alerting_us")
    notes = await _children(connection, tables.notes, keys, "at_us")
    codes = await _children(connection, tables.dispositions, keys, "at_us")
    return [
        _past_call(row, legs.get(key, []), notes.get(key, []), codes.get(key, []))
        for row, key in zip(found, keys, strict=True)
    ]


async def _children(
    connection: AsyncConnection,
    table: Any,
    keys: list[tuple[str, str, int]],
    order: str,
) -> dict[tuple[str, str, int], list[dict[str, Any]]]:
    query = (
        select(table)
        .where(of_calls(table, keys, connection.dialect.name))
        .order_by(table.c[order])
    )
    found: dict[tuple[str, str, int], list[dict[str, Any]]] = {}
    for row in (await connection.execute(query)).mappings():
        values = dict(row)
        key = (
            values.pop("line"),
            values.pop("call_id"),
            values.pop("occurrence"),
        )
        found.setdefault(key, []).append(values)
    return found


async def _whole(connection: AsyncConnection, call: PastCall) -> WholeCall:
    async def of(table: Any, order: str) -> list[dict[str, Any]]:
        query = (
            select(table)
            .where(
                table.c.line == call.line,
                table.c.call_id == call.call_id,
                table.c.occurrence == call.occurrence,
            )
            .order_by(table.c[order])
            .limit(EVENTS_PER_CALL_MAX)
        )
        found = (await connection.execute(query)).mappings()
        return [{k: v for k, v in row.items() if k not in CALL_KEY} for row in found]

    receipts = await of(tables.receipts, "at_us")
    visits = await of(tables.call_visits, "place")
    handovers = await of(tables.handovers, "at_us")
    return WholeCall(
        call=call,
        visits=tuple(PastVisit(**_without(v, "place")) for v in visits),
        events=tuple(EventOfCall(**e) for e in await of(tables.call_events, "at_us")),
        shown=_shown(await of(tables.answers_shown, "at_us")),
        receipts=tuple(ReceiptOfCall(**_without(r, "action_id")) for r in receipts),
        handovers=tuple(NoteWritten(**x) for x in handovers if x["text"].strip()),
    )


def _shown(found: list[dict[str, Any]]) -> tuple[AnswerShown, ...]:
    """In the order in which agents saw them."""
    answers = [answer for row in found for answer in rows.shown_from(row["body"])]
    shown = [
        _on_card(answer, agent, at_us)
        for answer in answers
        for agent, at_us in answer.agents.items()
    ]
    return tuple(sorted(shown, key=lambda x: (x.at_us, x.agent, x.lookup)))


def _on_card(answer: ShownAnswer, agent: str, at_us: int) -> AnswerShown:
    source, key = answer.subject_source, answer.subject_key
    return AnswerShown(
        agent=AgentId(agent),
        lookup=answer.lookup,
        source=answer.source,
        facet=answer.facet,
        state=answer.state,
        at_us=at_us,
        fetched_us=answer.fetched_us,
        ms=answer.ms,
        row_count=answer.row_count,
        subject=CandidateRef(source=source, key=key) if source and key else None,
        message=answer.message,
    )


def _past_call(
    row: Mapping[str, Any],
    legs: list[dict[str, Any]],
    notes: list[dict[str, Any]],
    codes: list[dict[str, Any]],
) -> PastCall:
    values = dict(row)
    source, key = values.pop("customer_source"), values.pop("customer_key")
    values["attributes"] = json.loads(values["attributes"])
    return PastCall(
        **values,
        customer=None if source is None else CandidateRef(source=source, key=key),
        legs=tuple(_leg(leg) for leg in legs),
        notes=tuple(NoteWritten(**note) for note in notes),
        dispositions=tuple(DispositionChosen(**code) for code in codes if code["code"]),
    )


def _leg(row: Mapping[str, Any]) -> PastLeg:
    user = row["username"]
    known = {**row, "username": None if user == NOBODY else user}
    return PastLeg(**_without(known, "arrived_us"))


def _without(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}
