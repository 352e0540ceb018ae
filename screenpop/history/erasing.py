"""What does the store hold of a person, and how is it taken out?

Calls stay, without what says who called: legs, visits, results and offers of a call
speak of no one then, so every count stays. Notes, answers, contacts and choices go.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, Table, and_, delete, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.domain.call import CallId, CallKey, Direction, LineId
from screenpop.domain.errors import Unavailable
from screenpop.domain.profile import CONTACTS_SOURCE, CandidateRef
from screenpop.history.engine import PRAGMAS, WAIT_S, Database
from screenpop.history.kind_counted import counted_again
from screenpop.history.statement import of_calls
from screenpop.history.tables import (
    answers_shown,
    call_events,
    calls,
    contacts,
    handovers,
    key_trees,
    notes,
    number_links,
    person_keys,
)
from screenpop.journal.personal import split
from screenpop.journal.records import decode, encode

CALLS_PER_STEP = 500
TRUNCATE_TRIES = 20
TRUNCATE_PAUSE_S = 0.5
REWRITTEN = (key_trees, person_keys)
CLEANED = (
    calls, call_events, answers_shown, notes, handovers, contacts, number_links,
)  # fmt: skip


class Traces(msgspec.Struct, frozen=True, kw_only=True):
    """What the store holds of a person."""

    numbers: tuple[str, ...]
    customers: tuple[CandidateRef, ...]
    calls: tuple[CallKey, ...]
    notes: int = 0
    answers: int = 0
    contacts: int = 0
    choices: int = 0


async def numbers_of(connection: AsyncConnection, ref: CandidateRef) -> set[str]:
    """From which numbers that customer called, or for which it was chosen."""
    of_call = _of_customers([ref])
    of_link = and_(number_links.c.source == ref.source, number_links.c.key == ref.key)
    queries = [
        select(calls.c.number).where(of_call, calls.c.number.is_not(None)).distinct(),
        select(number_links.c.number).where(of_link),
    ]
    if ref.source == CONTACTS_SOURCE:
        of_contact = and_(contacts.c.key == ref.key, contacts.c.number.is_not(None))
        queries.append(select(contacts.c.number).where(of_contact))
    return {row[0] for query in queries for row in await connection.execute(query)}


async def traces(
    connection: AsyncConnection, numbers: Iterable[str], refs: Iterable[CandidateRef]
) -> Traces:
    """All that belongs to these numbers, and to these customers.

    A call without a number (a consultation, a withheld one) belongs to a person when it
    was about a customer who was identified by one of the numbers.
    """
    numbers, asked = tuple(sorted(set(numbers))), tuple(refs)
    known = {*asked}
    shown = select(calls.c.customer_source, calls.c.customer_key).where(
        calls.c.number.in_(numbers), calls.c.customer_key.is_not(None)
    )
    for source, key in await connection.execute(shown.distinct()):
        known.add(CandidateRef(source=source, key=key))
    theirs = or_(
        calls.c.number.in_(numbers),
        _of_customers(asked),
        and_(calls.c.number.is_(None), _of_customers(known)),
    )
    keys = [
        (LineId(row.line), CallId(row.call_id), row.occurrence)
        for row in await connection.execute(select(*_key(calls)).where(theirs))
    ]
    found = {
        table.name: await _count(connection, table, keys)
        for table in (notes, handovers, answers_shown)
    }
    return Traces(
        numbers=numbers,
        customers=asked,
        calls=tuple(keys),
        notes=found["notes"] + found["handovers"],
        answers=found["answers_shown"],
        contacts=await _number(connection, contacts, _contacts(numbers, asked)),
        choices=await _number(connection, number_links, _links(numbers, asked)),
    )


async def erase(connection: AsyncConnection, found: Traces, zone: ZoneInfo) -> None:
    """Take it out, within a transaction. `zone` is where days begin."""
    for some in _steps(found.calls):
        async with counted_again(connection, some, zone):
            await _erase_calls(connection, some)
    given = (found.numbers, found.customers)
    await connection.execute(delete(contacts).where(_contacts(*given)))
    await connection.execute(delete(number_links).where(_links(*given)))


async def _erase_calls(connection: AsyncConnection, some: Sequence[CallKey]) -> None:
    dialect = connection.dialect.name
    await connection.execute(
        update(calls)
        .where(
            of_calls(calls, some, dialect),
            calls.c.direction == Direction.OUTBOUND.value,
        )
        .values(dialled=None)
    )
    await connection.execute(
        update(calls)
        .where(of_calls(calls, some, dialect))
        .values(
            number=None,
            caller=None,
            caller_name=None,
            customer_source=None,
            customer_key=None,
            customer_name=None,
            attributes="{}",
        )
    )
    await _clear_events(connection, some)
    for table in (notes, handovers, answers_shown):
        await connection.execute(delete(table).where(of_calls(table, some, dialect)))


async def _clear_events(connection: AsyncConnection, keys: Sequence[CallKey]) -> None:
    names = (*_key(call_events), call_events.c.event_id)
    asked = of_calls(call_events, keys, connection.dialect.name)
    query = select(*names, call_events.c.body).where(asked)
    for *name, body in (await connection.execute(query)).all():
        clear, _ = split(decode("event", body.encode()))
        await connection.execute(
            update(call_events)
            .where(*(column == at for column, at in zip(names, name, strict=True)))
            .values(body=encode(clear).decode())
        )


def _key(table: Table) -> tuple[ColumnElement[Any], ...]:
    return table.c.line, table.c.call_id, table.c.occurrence


def _of_customers(refs: Iterable[CandidateRef]) -> ColumnElement[bool]:
    of = calls.c.customer_source, calls.c.customer_key
    each = [and_(of[0] == ref.source, of[1] == ref.key) for ref in refs]
    return or_(false(), *each)


def _contacts(
    numbers: Sequence[str], refs: Sequence[CandidateRef]
) -> ColumnElement[bool]:
    keys = [ref.key for ref in refs if ref.source == CONTACTS_SOURCE]
    return or_(contacts.c.number.in_(numbers), contacts.c.key.in_(keys))


def _links(numbers: Sequence[str], refs: Sequence[CandidateRef]) -> ColumnElement[bool]:
    of = number_links.c.source, number_links.c.key
    each = [and_(of[0] == ref.source, of[1] == ref.key) for ref in refs]
    return or_(number_links.c.number.in_(numbers), *each)


async def _count(
    connection: AsyncConnection, table: Table, keys: Sequence[CallKey]
) -> int:
    total = 0
    for some in _steps(keys):
        total += await _number(
            connection, table, of_calls(table, some, connection.dialect.name)
        )
    return total


async def _number(
    connection: AsyncConnection, table: Table, those: ColumnElement[bool]
) -> int:
    found = await connection.execute(select(table.primary_key.columns[0]).where(those))
    return len(found.all())


def _steps(keys: Sequence[CallKey]) -> Iterable[Sequence[CallKey]]:
    return (keys[n : n + CALLS_PER_STEP] for n in range(0, len(keys), CALLS_PER_STEP))


# -- How does what was removed leave the files, too?


async def overwrite(database: Database) -> str | None:
    """After the transaction: what is left to do by hand, in words. `Unavailable`."""
    if database.is_sqlite:
        path = Path(database.url.database or "")
        return await asyncio.to_thread(_rewritten, path)
    engine = database.patient()
    try:
        async with engine.connect() as connection:
            for table in REWRITTEN:
                await connection.exec_driver_sql(f"VACUUM FULL {table.name}")
            for table in CLEANED:
                await connection.exec_driver_sql(f"VACUUM {table.name}")
    finally:
        await engine.dispose()
    return (
        "PostgreSQL keeps removed rows in its files until their space is used again, in"
        " its write-ahead log and in base backups until these are removed"
    )


def _rewritten(path: Path) -> str | None:
    """Every page new, and the log empty."""
    try:
        with closing(
            sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)
        ) as connection:
            for pragma in PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("VACUUM")
            return _log_emptied(connection, path)
    except sqlite3.Error as error:
        raise Unavailable(
            f"{path} cannot be rewritten: {error}. The person's keys are destroyed and"
            " the rows removed; run the command again, so that no free page holds them."
        ) from error


def _log_emptied(connection: sqlite3.Connection, path: Path) -> str | None:
    for _ in range(TRUNCATE_TRIES):
        row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not row[0]:
            return None
        time.sleep(TRUNCATE_PAUSE_S)
    return f"{path}-wal is in use and was not emptied: run the command again"
