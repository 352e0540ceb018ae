"""How do the store's rows about persons go into a backup, and come out of it?

Each row is encrypted with its person's key, as records of the journal are: what remains
of it without the key is its clear part, so that erasing a person reaches backups made
before. All other tables are copied by the database's own means.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec
from sqlalchemy import Select, Table, and_, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.domain.call import Direction
from screenpop.domain.errors import BadInput
from screenpop.history.engine import Database
from screenpop.history.person_keys import PersonKeys
from screenpop.history.tables import (
    answers_shown,
    call_events,
    calls,
    contacts,
    handovers,
    metadata,
    notes,
    number_links,
)
from screenpop.journal.key_ring import KeyRing
from screenpop.journal.master_key import MasterKey
from screenpop.journal.personal import split
from screenpop.journal.records import decode, encode
from screenpop.journal.sealing import SealingCodec
from screenpop.support.clock import SystemClock

PERSONAL_TABLES = (
    calls, call_events, answers_shown, notes, handovers, contacts, number_links,
)  # fmt: skip
ROWS_PER_STEP = 2000
_OF_A_CALL = (call_events, answers_shown, notes, handovers)
_NUMBER = "number_of_the_call"
_CLEARED: Mapping[str, object] = {
    "number": None,
    "caller": None,
    "caller_name": None,
    "customer_source": None,
    "customer_key": None,
    "customer_name": None,
    "attributes": "{}",
}
_JSON = msgspec.json.Encoder()
_ROW = msgspec.json.Decoder(dict[str, Any])
_LENGTH = 4

Row = Mapping[str, Any]


def person_of(master: MasterKey, table: Table, row: Row) -> str:
    """Whose row it is, by `MasterKey.name`: the number's, else the call's."""
    number = row[_NUMBER] if table in _OF_A_CALL else row["number"]
    if number is not None:
        return master.name("number", number)
    if table is contacts:
        return contact_name(master, row["key"])
    call = (row["line"], row["call_id"], row["occurrence"])
    return master.name("call", "/".join(map(str, call)))


def contact_name(master: MasterKey, key: str) -> str:
    """A contact without a number."""
    return master.name("contact", key)


def split_row(table: Table, row: Row) -> tuple[Row | None, Row]:
    """What stays when the person is erased (None: nothing), and what goes."""
    row = {name: value for name, value in row.items() if name != _NUMBER}
    if table is call_events:
        clear, _ = split(decode("event", row["body"].encode()))
        return {**row, "body": encode(clear).decode()}, {"body": row["body"]}
    if table is not calls:
        return None, row
    cleared = dict(_CLEARED)
    if row["direction"] == Direction.OUTBOUND:
        cleared["dialled"] = None
    return {**row, **cleared}, {name: row[name] for name in cleared}


class RowsWriter:
    """Writes all rows about persons to a file."""

    def __init__(self, keys: PersonKeys, codec: SealingCodec):
        """`codec` has a tree of its own: of `NodeKeys.begin`."""
        self._keys = keys
        self._codec = codec

    async def write(self, connection: AsyncConnection, to: IO[bytes]) -> None:
        for table in PERSONAL_TABLES:
            query = _query(table)
            stream = await connection.stream(query)
            async for rows in stream.mappings().partitions(ROWS_PER_STEP):
                for body in await self._sealed(table, rows):
                    name = table.name.encode()
                    to.write(bytes([len(name)]) + name)
                    to.write(len(body).to_bytes(_LENGTH) + body)

    async def _sealed(self, table: Table, rows: Sequence[Row]) -> Iterator[bytes]:
        """A person keeps one key over all backups."""
        ring = self._codec.ring
        persons = [person_of(ring.master, table, row) for row in rows]
        ring.adopt(await self._keys.known(persons))
        return map(self._one, persons, [split_row(table, row) for row in rows])

    def _one(self, person: str, parts: tuple[Row | None, Row]) -> bytes:
        clear, personal = parts
        return self._codec.sealed(
            self._codec.ring.key_of(person),
            b"" if clear is None else _JSON.encode(clear),
            _JSON.encode(personal),
        )


def _query(table: Table) -> Select[Any]:
    keys = table.primary_key.columns
    if table not in _OF_A_CALL:
        return select(table).order_by(*keys)
    named = ("line", "call_id", "occurrence")
    joined = table.outerjoin(calls, and_(*(table.c[x] == calls.c[x] for x in named)))
    number = calls.c.number.label(_NUMBER)
    return select(table, number).select_from(joined).order_by(*keys)


async def put_rows(path: Path, database: Database, master: MasterKey) -> int:
    """Read the file into an empty store; how many rows had no key any more.

    Raises `BadInput` when it is damaged, `Unavailable`.
    """
    ring = KeyRing(master)
    ring.replace(await PersonKeys(database, master, SystemClock()).trees())
    codec, erased = SealingCodec(ring), 0
    async for table, bodies in _steps(path):
        rows = []
        for body in bodies:
            clear, personal = codec.opened(body)
            erased += personal is None
            if row := (_row(clear) | _row(personal or b"")):
                rows.append(row)
        if rows:
            async with database.write() as connection:
                await connection.execute(insert(table), rows)
    return erased


def _row(data: bytes) -> dict[str, Any]:
    return _ROW.decode(data) if data else {}


async def _steps(path: Path) -> AsyncIterator[tuple[Table, list[bytes]]]:
    with path.open("rb") as file:
        some: list[bytes] = []
        last: Table | None = None
        for table, body in _bodies(file, path):
            if last is not None and (table is not last or len(some) >= ROWS_PER_STEP):
                yield last, some
                some = []
            last = table
            some.append(body)
        if last is not None:
            yield last, some


def _bodies(file: IO[bytes], path: Path) -> Iterator[tuple[Table, bytes]]:
    while head := file.read(1):
        name = file.read(head[0]).decode()
        size = int.from_bytes(file.read(_LENGTH))
        body = file.read(size)
        if name not in metadata.tables or len(body) < size:
            raise BadInput(
                f"{path.name} of the backup is damaged",
                remedy="Use another backup.",
            )
        yield metadata.tables[name], body
