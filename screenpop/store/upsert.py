"""How is a row written that may be there already, in either database?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

ROWS_PER_STATEMENT = 50  # preparing more would hold the event loop for milliseconds

Value = str | int | float | bool | None
RowValues = Mapping[str, Value]


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[RowValues],
    *,
    newest_by: str | None = None,
    keep: frozenset[str] = frozenset(),
) -> None:
    """Insert rows; one that is there takes the new values.

    With `newest_by` (a column) only when the new one is not older; `keep` names
    columns that stay as they were first written.
    """
    if not rows:
        return
    given = frozenset(rows[0])
    keys = [column.name for column in table.primary_key]
    if connection.dialect.name == "postgresql":
        insert: postgresql.Insert | sqlite.Insert = postgresql.insert(table)
    else:
        insert = sqlite.insert(table)
    changed = {
        name: insert.excluded[name] for name in given if name not in {*keys, *keep}
    }
    where = (
        None if newest_by is None else insert.excluded[newest_by] >= table.c[newest_by]
    )
    if changed:
        statement = insert.on_conflict_do_update(
            index_elements=keys, set_=changed, where=where
        )
    else:
        statement = insert.on_conflict_do_nothing(index_elements=keys)
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        some = [dict(row) for row in rows[start : start + ROWS_PER_STATEMENT]]
        await connection.execute(statement, some)


async def insert_new(
    connection: AsyncConnection, table: Table, rows: Sequence[RowValues]
) -> None:
    """Insert rows; one that is there stays as it is."""
    if rows:
        await upsert(connection, table, rows, keep=frozenset(rows[0]))
