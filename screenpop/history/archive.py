"""What does the archiver write, and where did it stop?

One `Batch` is one transaction: rows and the offset they bring the store up to.
Writing a batch again changes nothing. What is written later is newer, whatever its
time says: batches follow the journal, and a clock may go back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, select

from screenpop.domain.agent import GROUP_MIN
from screenpop.domain.call import CallKey, Direction, UserId
from screenpop.domain.call_counts import CountingRules
from screenpop.domain.local_time import day_start_us
from screenpop.domain.profile import CandidateRef
from screenpop.domain.recall import RecallRules
from screenpop.history import rolled, rows, tables
from screenpop.history.batch import (
    Batch,
    CustomerOfCall,
    OfACall,
    ShownAnswer,
    StoredCall,
)
from screenpop.history.called_back import CalledBack
from screenpop.history.counted import CountedCalls
from screenpop.history.earlier import Known
from screenpop.history.engine import Database, Put
from screenpop.history.kind_counted import KindCounted, StoredKey, forget_before
from screenpop.history.occupancy import Occupancy
from screenpop.history.opening import PUT_CONTACTS, PUT_LINKS
from screenpop.history.rows import fit_id
from screenpop.history.statement import (
    StoredStatement,
    Value,
    Values,
    of_calls,
    of_wanted,
    putting,
    wanted,
)
from screenpop.history.tables import OF_A_CALL
from screenpop.history.team_counted import TeamCounted

CALLS_PER_QUERY = 500
CALLS_FORGOTTEN_PER_STEP = 200
CUSTOMER = ("customer_source", "customer_key", "customer_name", "chosen_by_agent")
RECALL_DAYS = 7
PEOPLE_MIN = "people_min"
NO_TEAMS: Mapping[UserId, str] = {}
SUMS = (
    tables.interval_counts, tables.rolled_counts, tables.team_counts,
    tables.occupancy_counts,
)  # fmt: skip
T = TypeVar("T")

PUT_CALLS = putting(tables.calls, kept_together=CUSTOMER)
PUT_STUBS = putting(tables.calls, new_only=True)
PUT_LEGS = putting(tables.call_legs)
PUT_VISITS = putting(tables.call_visits)
PUT_EVENTS = putting(tables.call_events, new_only=True)
PUT_SHOWN = putting(tables.answers_shown)
PUT_RECEIPTS = putting(tables.receipts, new_only=True)
PUT_NOTES = putting(tables.notes)
PUT_HANDOVERS = putting(tables.handovers)
PUT_DISPOSITIONS = putting(tables.dispositions)
PUT_OFFERS = putting(tables.offers, kept_together=("ordered_us",))
PUT_NEW_OFFERS = putting(tables.offers, new_only=True)
PUT_RECALLS = putting(tables.recall_actions, new_only=True)
PUT_ALERTS = putting(tables.alert_changes, new_only=True)
PUT_LIMIT = putting(tables.view_limits)
PUT_OFFSET = putting(tables.consumers, newest_by="offset")
PUT_CONSUMER = putting(tables.consumers, new_only=True)
MOVE_OFFSET = StoredStatement(
    lambda _: (
        tables.consumers.update()
        .values(offset=bindparam("to"), at_us=bindparam("now_us"))
        .where(tables.consumers.c.name == bindparam("consumer"))
        .where(tables.consumers.c.offset == bindparam("after"))
    ),
    ("to", "now_us", "consumer", "after"),
)
CHOOSE = StoredStatement(
    lambda _: (
        tables.calls.update()
        .values({name: bindparam(name) for name in CUSTOMER})
        .where(tables.calls.c.line == bindparam("of_line"))
        .where(tables.calls.c.call_id == bindparam("of_call"))
        .where(tables.calls.c.occurrence == bindparam("of_occurrence"))
    ),
    (*CUSTOMER, "of_line", "of_call", "of_occurrence"),
)
_links = tables.number_links
UNLINK = StoredStatement(
    lambda _: (
        _links.delete()
        .where(_links.c.number == bindparam("of_number"))
        .where(_links.c.source == bindparam("of_source"))
        .where(_links.c.key == bindparam("of_key"))
        .where(_links.c.at_us == bindparam("of_us"))
    ),
    ("of_number", "of_source", "of_key", "of_us"),
)
_events = tables.call_events.c
_calls = tables.calls.c
EVENTS_OF = of_wanted(
    tables.call_events, (_events.body,), (_events.at_us, _events.event_id)
)
SHOWN_OF = of_wanted(tables.answers_shown, (tables.answers_shown.c.body,))
CUSTOMERS_OF = of_wanted(tables.calls, tuple(_calls[name] for name in CUSTOMER))


class Archive:
    """The archiver's side of the store. Everything raises `Unavailable`."""

    def __init__(
        self,
        database: Database,
        known: Known | None = None,
        rules: CountingRules | None = None,
        zone: ZoneInfo = rolled.UTC,
        *,
        recall: RecallRules | None = None,
        recall_days: int = RECALL_DAYS,
        team_of: Mapping[UserId, str] = NO_TEAMS,
        people_min: int = GROUP_MIN,
    ):
        """`zone` is where days begin, `recall` says who was called back, `people_min`
        whose sums the views for BI tools may show."""
        self._database = database
        self._known = known
        self._zone = zone
        self._kinds = KindCounted(database, zone)
        self.count_by(
            rules or CountingRules(),
            recall or RecallRules(),
            recall_days,
            team_of,
            people_min,
        )

    def count_by(
        self,
        rules: CountingRules,
        recall: RecallRules,
        recall_days: int,
        team_of: Mapping[UserId, str],
        people_min: int,
    ) -> None:
        """From now on. What a call added before stays until the call changes."""
        self._called_back = CalledBack(self._database, recall, recall_days)
        self._teams = TeamCounted(self._database, team_of)
        self._occupancy = Occupancy(self._database, team_of)
        self._counted = CountedCalls(self._database, rules, self._zone)
        self._people_min = people_min
        self._are_rules_noted = False

    async def offset(self, consumer: str) -> int:
        """Where that consumer stopped; 0 when it never wrote."""
        query = select(tables.consumers.c.offset).where(
            tables.consumers.c.name == consumer
        )
        async with self._database.read() as connection:
            return await connection.scalar(query) or 0

    async def begin(self, consumer: str, now_us: int = 0) -> int:
        """Where it goes on; from now on it has a row, which `write` compares."""
        await self._note_rules(now_us)
        stored = await self.offset(consumer)
        if not stored:
            await self._database.put([(PUT_CONSUMER, [(consumer, 0, 0)])])
        async with self._database.read() as connection:
            in_step = await rolled.in_step(connection, self._zone)
        if not in_step:
            await rolled.build(self._database, self._zone)
        return stored

    async def _note_rules(self, now_us: int) -> None:
        self._are_rules_noted = True
        try:
            await self._counted.note_rules(now_us)
            await self._database.put([(PUT_LIMIT, [(PEOPLE_MIN, self._people_min)])])
        except BaseException:
            self._are_rules_noted = False
            raise

    async def write(self, batch: Batch, after: int | None = None) -> None:
        """Rows and offset, all or nothing.

        `after` is the offset at which the consumer must stand in the store; where it
        is another one, another node went on: `RowChanged`, and nothing is written.
        Without `after` the rows come from no journal.
        """
        if self._known is not None:
            _learn(self._known, batch)
        if after is not None and not self._are_rules_noted:
            await self._note_rules(batch.at_us)
        calls = [state.call for state in batch.calls]
        ours = await self._called_back.cells(batch.calls, batch.recalls)
        counts = await self._counted.puts(calls, ours)
        counts += await self._teams.puts(calls)
        counts += await self._occupancy.puts(batch)
        before, later = await self._kinds.puts(*_of_kinds(batch))
        puts = [*before, *_calls_of(batch), *_rest_of(batch), *counts, *later]
        if after is None:
            offset = (batch.consumer, batch.offset, batch.at_us)
            await self._database.put([*puts, (PUT_OFFSET, [offset])])
            return
        moved: dict[str, Value] = {
            "to": batch.offset,
            "now_us": batch.at_us,
            "consumer": batch.consumer,
            "after": after,
        }
        mark = (batch.offset, batch.at_us, rolled.mark(self._zone, batch.consumer))
        puts.append((MOVE_OFFSET, [(*mark, after)]))
        await self._database.put(puts, only_if=(MOVE_OFFSET, moved))

    async def recall(self, keys: Iterable[CallKey]) -> dict[CallKey, StoredCall]:
        """What is stored of these calls; those without events are left out."""
        found: dict[CallKey, StoredCall] = {}
        for some in _chunks(sorted(keys)):
            found |= await self._recall(some)
        return found

    async def _recall(self, some: Sequence[CallKey]) -> dict[CallKey, StoredCall]:
        """Most calls are new: then one query is all."""
        events: dict[CallKey, list[str]] = {}
        for key, (body,) in await self._of(EVENTS_OF, some):
            events.setdefault(key, []).append(body)
        if not events:
            return {}
        shown = await self._of(SHOWN_OF, list(events))
        answers = {key: rows.shown_from(body) for key, (body,) in shown}
        chosen = await self._of(CUSTOMERS_OF, list(events))
        customers = {key: _customer(key, values) for key, values in chosen}
        none: tuple[ShownAnswer, ...] = ()
        return {
            key: StoredCall(
                events=tuple(bodies),
                answers=answers.get(key, none),
                customer=customers.get(key),
            )
            for key, bodies in events.items()
        }

    async def _of(
        self, statement: StoredStatement, keys: Sequence[CallKey]
    ) -> list[tuple[CallKey, tuple[Any, ...]]]:
        names = {(key[0], fit_id(key[1]), key[2]): key for key in keys}
        found = await self._database.fetch(statement, wanted(names))
        return [(names[tuple(row[:3])], tuple(row[3:])) for row in found]

    async def forget(self, before_us: int) -> int:
        """Remove calls that arrived before, with what belongs to them, and alerts.

        Contacts and number links stay: they are knowledge, not history.
        """
        total = 0
        while step := await self._forget_some(before_us):
            total += step
        changes = tables.alert_changes
        async with self._database.write() as connection:
            await connection.execute(
                changes.delete().where(changes.c.at_us < before_us)
            )
            await forget_before(connection, tables.kind_people, before_us, self._zone)
            logs = tables.work_logs
            await connection.execute(logs.delete().where(logs.c.heard_us < before_us))
        return total

    async def forget_intervals(self, before_us: int) -> None:
        """Remove the sums of days that ended before."""
        before_us = day_start_us(before_us, self._zone)
        async with self._database.write() as connection:
            for sums in SUMS:
                await connection.execute(
                    sums.delete().where(sums.c.interval_us < before_us)
                )
            await forget_before(connection, tables.kind_counts, before_us, self._zone)

    async def _forget_some(self, before_us: int) -> int:
        calls = tables.calls
        oldest = (
            select(calls.c.line, calls.c.call_id, calls.c.occurrence)
            .where(calls.c.arrived_us < before_us)
            .order_by(calls.c.arrived_us)
            .limit(CALLS_FORGOTTEN_PER_STEP)
        )
        async with self._database.write() as connection:
            keys = [tuple(row) for row in await connection.execute(oldest)]
            for table in (*OF_A_CALL, calls):
                if keys:
                    await connection.execute(
                        delete(table).where(
                            of_calls(table, keys, connection.dialect.name)
                        )
                    )
        return len(keys)


def _of_kinds(batch: Batch) -> tuple[dict[StoredKey, int | None], list[StoredKey]]:
    """Calls with their arrival if they count by kind, and others that may change."""
    calls: dict[StoredKey, int | None] = {}
    for state in batch.calls:
        call = state.call
        counts = call.ended_us is not None and call.direction is Direction.INBOUND
        calls[rows.named(call.key)] = call.arrived_us if counts else None
    written: Iterable[Sequence[OfACall | CustomerOfCall]]
    written = (batch.customers, batch.dispositions)
    others = {rows.named(each.key) for some in written for each in some}
    return calls, sorted(others)


def _calls_of(batch: Batch) -> Iterator[Put]:
    states = batch.calls
    yield from _some(PUT_CALLS, rows.call_row, states)
    complete = {state.call.key for state in states}
    stubs = [(key, at) for key, at in _belonging(batch) if key not in complete]
    yield from _some(PUT_STUBS, lambda stub: rows.stub(*stub), stubs)
    if states:
        yield PUT_LEGS, (row for state in states for row in rows.leg_rows(state.call))
        yield (
            PUT_VISITS,
            (row for state in states for row in rows.visit_rows(state.call)),
        )
    yield from _some(CHOOSE, rows.customer_row, batch.customers)


def _rest_of(batch: Batch) -> Iterator[Put]:
    yield from _some(PUT_EVENTS, rows.event_row, batch.events)
    yield from _some(PUT_SHOWN, rows.shown_row, batch.shown)
    yield from _some(PUT_RECEIPTS, rows.receipt_row, batch.receipts)
    yield from _some(PUT_NOTES, rows.note_row, batch.notes)
    yield from _some(PUT_HANDOVERS, rows.note_row, batch.handovers)
    yield from _some(PUT_DISPOSITIONS, rows.disposition_row, batch.dispositions)
    new = [each for each in batch.offers if each.new_only]
    marked = [each for each in batch.offers if not each.new_only]
    yield from _some(PUT_NEW_OFFERS, rows.offer_row, new)
    yield from _some(PUT_OFFERS, rows.offer_row, marked)
    yield from _some(PUT_RECALLS, rows.recall_row, batch.recalls)
    yield from _some(PUT_ALERTS, rows.alert_row, batch.alerts)
    yield from _some(PUT_CONTACTS, rows.contact_row, batch.contacts)
    yield from _some(PUT_LINKS, rows.link_row, batch.links)
    yield from _some(UNLINK, rows.unlink_row, batch.unlinks)


def _some(
    statement: StoredStatement, row: Callable[[T], Values], things: Sequence[T]
) -> Iterator[Put]:
    if things:
        yield statement, map(row, things)


def _learn(known: Known, batch: Batch) -> None:
    """Before they are stored: a caller who has history is never taken for new."""
    for state in batch.calls:
        if state.call.ended_us is None:
            continue
        if state.number is not None:
            known.add(state.number)
        if state.customer is not None and state.customer.ref is not None:
            known.add(rows.stored_ref(state.customer.ref))
    for customer in batch.customers:
        if customer.ref is not None:
            known.add(rows.stored_ref(customer.ref))


def _belonging(batch: Batch) -> list[tuple[CallKey, int]]:
    """All calls that something in the batch belongs to, with a time."""
    belonging: Iterable[Sequence[OfACall]] = (
        batch.events,
        batch.shown,
        batch.receipts,
        batch.notes,
        batch.handovers,
        batch.dispositions,
        batch.offers,
        batch.recalls,
    )
    times: dict[CallKey, int] = {}
    for things in belonging:
        for thing in things:
            times.setdefault(thing.key, thing.at_us)
    for customer in batch.customers:
        times.setdefault(customer.key, batch.at_us)
    return list(times.items())


def _customer(key: CallKey, values: tuple[object, ...]) -> CustomerOfCall | None:
    source, customer, name, by_agent = values
    if source is None:
        return None
    return CustomerOfCall(
        key=key,
        ref=CandidateRef(source=str(source), key=str(customer)),
        name=None if name is None else str(name),
        by_agent=bool(by_agent),
    )


def _chunks(keys: Sequence[CallKey]) -> Iterable[Sequence[CallKey]]:
    for start in range(0, len(keys), CALLS_PER_QUERY):
        yield keys[start : start + CALLS_PER_QUERY]
