"""What is different when a MySQL or a MariaDB is asked?

A session is read-only from its start. Before a statement two limits are set: the rows
that the server sends, since a driver must read all that comes before it can go on, and
the time after which the server itself ends the statement.
"""

from __future__ import annotations

from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

BACKENDS = frozenset({"mysql", "mariadb"})
READING_S_MAX = 3600.0
"""A reading of contacts or orders is one statement: longer than that it hangs."""

OUT_OF_TIME = frozenset({1969, 3024})  # MariaDB, MySQL
NO_TABLE, NO_COLUMN, SYNTAX = 1146, 1054, 1064
NO_RIGHT = frozenset({1142, 1143, 1370})
READ_ONLY = 1792
TWO_COLLATIONS = 1267


class _Cursor(Protocol):
    def execute(self, statement: str) -> object: ...
    def close(self) -> None: ...


class _DriverConnection(Protocol):
    def cursor(self) -> _Cursor: ...


def only_read(engine: sa.Engine) -> None:
    """Every new session of this engine refuses to write."""

    def begin(connection: _DriverConnection, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("set session transaction read only")
        cursor.close()

    sa.event.listen(engine, "connect", begin)


def limits(dialect: sa.Dialect, *, rows_max: int | None, timeout_s: float) -> str:
    """The statement that sets both limits; `rows_max` None: all rows."""
    rows = "default" if rows_max is None else f"{rows_max:d}"
    time = f"max_execution_time = {timeout_s * 1000:.0f}"
    if getattr(dialect, "is_mariadb", False):
        time = f"max_statement_time = {timeout_s:g}"
    return f"set session sql_select_limit = {rows}, {time}"


def error_number(cause: object) -> int | None:
    """The error number of MySQL's drivers."""
    arguments = getattr(cause, "args", ())
    first = arguments[0] if arguments else None
    return first if isinstance(first, int) and not isinstance(first, bool) else None


def error_text(cause: object) -> str | None:
    """`Table 'crm.nope' doesn't exist (1146)`; None: it is not MySQL's."""
    number, arguments = error_number(cause), list(getattr(cause, "args", ()))
    if number is None or len(arguments) != 2:
        return None
    return f"{str(arguments[1]).rstrip('. ')} ({number})"


def cannot_hold(cause: object) -> bool:
    """Is it a column whose character set does not have a value's letters?"""
    return error_number(cause) == TWO_COLLATIONS and "COERCIBLE" in str(cause)


def remedy_of_mysql(cause: object, user: str | None) -> str | None:
    """What to do about a refused query; None: nothing special."""
    number = error_number(cause)
    if number in NO_RIGHT:
        return f"Let its owner run `grant select on … to {user or 'this user'}`."
    remedies = {
        NO_TABLE: "Correct the name, or write it with its database (`sales.orders`).",
        NO_COLUMN: "Correct the name of the column.",
        SYNTAX: "Correct the query; `key`, `order` and `limit` are reserved words:"
        " write such a name in backticks.",
        READ_ONLY: "A source is never written to: remove what writes from the query.",
    }
    return remedies.get(number or 0)
