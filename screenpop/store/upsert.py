"""How is a row written that may be there already, in either database?

The statement is compiled once for each table and use, then handed to the driver
with plain tuples: SQLAlchemy's work for each row costs more than SQLite's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

ROWS_PER_STATEMENT = 200  # more would hold the event loop for milliseconds

Value = str | int | float | bool | None
RowValues = Mapping[str, Value]
Insert = postgresql.Insert | sqlite.Insert


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[RowValues],
    *,
    newest_by: str | None = None,
    keep: frozenset[str] = frozenset(),
) -> None:
    """Insert rows, all with the same columns; one that is there takes the new values.

    With `newest_by` (a column) only when the new one is not older; `keep` names
    columns that stay as they were first written.
    """
    if not rows:
        return
    names = tuple(rows[0])
    statement, order = _compiled(connection.dialect, table, names, newest_by, keep)
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        some = rows[start : start + ROWS_PER_STATEMENT]
        values = [tuple(row[name] for name in order) for row in some]
        await connection.exec_driver_sql(statement, values)


async def insert_new(
    connection: AsyncConnection, table: Table, rows: Sequence[RowValues]
) -> None:
    """Insert rows; one that is there stays as it is."""
    if rows:
        await upsert(connection, table, rows, keep=frozenset(rows[0]))


@lru_cache(maxsize=100)
def _compiled(
    dialect: Dialect,
    table: Table,
    names: tuple[str, ...],
    newest_by: str | None,
    keep: frozenset[str],
) -> tuple[str, tuple[str, ...]]:
    """The driver's SQL, and the columns in the order of its parameters."""
    insert = _statement(dialect.name, table, names, newest_by, keep)
    compiled = insert.compile(dialect=dialect, column_keys=list(names))
    order = getattr(compiled, "positiontup", None)
    assert order is not None, f"{dialect.name}: parameters without an order"
    return str(compiled), tuple(order)


def _statement(
    dialect: str,
    table: Table,
    names: tuple[str, ...],
    newest_by: str | None,
    keep: frozenset[str],
) -> Insert:
    insert: Insert = (
        postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    )
    keys = [column.name for column in table.primary_key]
    changed = {
        name: insert.excluded[name] for name in names if name not in {*keys, *keep}
    }
    if not changed:
        return insert.on_conflict_do_nothing(index_elements=keys)
    where = (
        None if newest_by is None else insert.excluded[newest_by] >= table.c[newest_by]
    )
    return insert.on_conflict_do_update(index_elements=keys, set_=changed, where=where)
