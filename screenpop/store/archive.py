"""What does the archiver write, and where did it stop?

One `Batch` is one transaction: rows and the offset they bring the store up to.
Writing a batch again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.store import rows, tables
from screenpop.store.batch import AnswerShown, Batch, CallKey, OfACall
from screenpop.store.engine import Database
from screenpop.store.tables import LABEL_CHARS, OF_A_CALL
from screenpop.store.texts import fit, fit_id, fit_or_none
from screenpop.store.upsert import RowValues, insert_new, upsert

CALLS_PER_QUERY = 200
CALLS_FORGOTTEN_PER_STEP = 200


class Archive:
    """The archiver's side of the store. Everything raises `Unavailable`."""

    def __init__(self, database: Database):
        self._database = database

    async def offset(self, consumer: str) -> int:
        """Where that consumer stopped; 0 when it never wrote."""
        query = select(tables.consumers.c.offset).where(
            tables.consumers.c.name == consumer
        )
        async with self._database.read() as connection:
            return await connection.scalar(query) or 0

    async def write(self, batch: Batch) -> None:
        async with self._database.write() as connection:
            await _write_calls(connection, batch)
            await _write_children(connection, batch)
            await _write_people(connection, batch)
            row: RowValues = {
                "name": batch.consumer,
                "offset": batch.offset,
                "at_us": batch.at_us,
            }
            await upsert(connection, tables.consumers, [row], newest_by="offset")

    async def events_of(self, keys: Iterable[CallKey]) -> dict[CallKey, list[str]]:
        """Bodies of the stored events of calls, in the order of their time."""
        table = tables.call_events
        found: dict[CallKey, list[str]] = {}
        query = select(table.c.line, table.c.call_id, table.c.body)
        for some in _chunks(sorted(keys)):
            names = {(line, fit_id(call)): (line, call) for line, call in some}
            wanted = query.where(
                tuple_(table.c.line, table.c.call_id).in_(list(names))
            ).order_by(table.c.at_us)
            async with self._database.read() as connection:
                for line, call_id, body in await connection.execute(wanted):
                    found.setdefault(names[line, call_id], []).append(body)
        return found

    async def shown_of(
        self, keys: Iterable[CallKey]
    ) -> dict[CallKey, list[AnswerShown]]:
        """What was shown so far in these calls."""
        table = tables.answers_shown
        found: dict[CallKey, list[AnswerShown]] = {}
        for some in _chunks(sorted(keys)):
            names = {(line, fit_id(call)): (line, call) for line, call in some}
            wanted = select(table).where(
                tuple_(table.c.line, table.c.call_id).in_(list(names))
            )
            async with self._database.read() as connection:
                for row in (await connection.execute(wanted)).mappings():
                    key = names[row["line"], row["call_id"]]
                    found.setdefault(key, []).append(rows.shown_from(key, dict(row)))
        return found

    async def forget(self, before_us: int) -> int:
        """Remove calls that arrived before, with what belongs to them.

        Contacts and number links stay: they are knowledge, not history.
        """
        total = 0
        while step := await self._forget_some(before_us):
            total += step
        return total

    async def _forget_some(self, before_us: int) -> int:
        calls = tables.calls
        oldest = (
            select(calls.c.line, calls.c.call_id)
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
                            tuple_(table.c.line, table.c.call_id).in_(keys)
                        )
                    )
        return len(keys)


async def _write_calls(connection: AsyncConnection, batch: Batch) -> None:
    complete = {(s.call.line, s.call.call_id) for s in batch.calls}
    await upsert(
        connection,
        tables.calls,
        [rows.call_row(state) for state in batch.calls],
        keep=frozenset(rows.NOT_CHOSEN),
    )
    await insert_new(
        connection,
        tables.calls,
        [rows.stub(key, at_us) for key, at_us in _keys(batch) if key not in complete],
    )
    legs = [leg for state in batch.calls for leg in rows.leg_rows(state.call)]
    await upsert(connection, tables.call_legs, legs)
    visits = [visit for state in batch.calls for visit in rows.visit_rows(state.call)]
    await upsert(connection, tables.call_visits, visits)
    for customer in batch.customers:
        await connection.execute(
            tables.calls.update()
            .where(tables.calls.c.line == customer.key[0])
            .where(tables.calls.c.call_id == fit_id(customer.key[1]))
            .values(
                customer_source=fit(customer.ref.source, LABEL_CHARS),
                customer_key=fit_id(customer.ref.key),
                customer_name=fit_or_none(customer.name),
                chosen_by_agent=customer.by_agent,
            )
        )


async def _write_children(connection: AsyncConnection, batch: Batch) -> None:
    await insert_new(
        connection, tables.call_events, [rows.event_row(e) for e in batch.events]
    )
    await upsert(
        connection,
        tables.answers_shown,
        [rows.shown_row(shown) for shown in batch.shown],
        newest_by="at_us",
    )
    await insert_new(
        connection, tables.receipts, [rows.receipt_row(r) for r in batch.receipts]
    )
    notes = [rows.written_row(note, "text") for note in batch.notes]
    await upsert(connection, tables.notes, notes, newest_by="at_us")
    codes = [rows.written_row(chosen, "code") for chosen in batch.dispositions]
    await upsert(connection, tables.dispositions, codes, newest_by="at_us")


async def _write_people(connection: AsyncConnection, batch: Batch) -> None:
    await upsert(
        connection,
        tables.contacts,
        [rows.contact_row(contact) for contact in batch.contacts],
        newest_by="at_us",
    )
    await upsert(
        connection,
        tables.number_links,
        [rows.link_row(link) for link in batch.links],
        newest_by="at_us",
    )


def _keys(batch: Batch) -> list[tuple[CallKey, int]]:
    """All calls that something in the batch belongs to, with a time."""
    belonging: Iterable[Sequence[OfACall]] = (
        batch.events,
        batch.shown,
        batch.receipts,
        batch.notes,
        batch.dispositions,
    )
    times: dict[CallKey, int] = {}
    for things in belonging:
        for thing in things:
            times.setdefault(thing.key, thing.at_us)
    for customer in batch.customers:
        times.setdefault(customer.key, batch.at_us)
    return list(times.items())


def _chunks(keys: Sequence[CallKey]) -> Iterable[Sequence[CallKey]]:
    for start in range(0, len(keys), CALLS_PER_QUERY):
        yield keys[start : start + CALLS_PER_QUERY]
