"""Which columns does a database say that a query returns, and what to do if it refuses?

The query is prepared and not run: SQLite and MySQL make no row of it (`limit 0`),
PostgreSQL only parses and plans it.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Protocol

from screenpop.connector import GivenColumn, QueryColumns, ValueKind
from screenpop_connectors.sql.mysql import BACKENDS
from screenpop_connectors.sql.spelling import Bound

HOW = "prepared, not run"
NAMES_SHOWN = 12
WITHOUT_LIMIT = frozenset({"mssql", "oracle"})
"""Backends whose queries cannot be prepared in the way that is used here."""

_Kinds = frozenset[ValueKind]
_TEXT: _Kinds = frozenset({"text"})
_INTEGER: _Kinds = frozenset({"integer"})
_NUMBER: _Kinds = frozenset({"number"})
_DATE: _Kinds = frozenset({"date"})
_DATETIME: _Kinds = frozenset({"datetime"})
_FLAG: _Kinds = frozenset({"flag"})
_BINARY: _Kinds = frozenset({"binary"})

SQLITE_KINDS: Mapping[str, _Kinds] = {
    "TEXT": frozenset({"text", "date", "datetime"}),  # it has no type for dates
    "INT": frozenset({"integer", "flag"}),
    "REAL": _NUMBER,
}
"""By the affinity of an expression; `NUM` is that of DATE columns, too."""

POSTGRESQL_KINDS: Mapping[str, _Kinds] = {
    **dict.fromkeys(("text", "varchar", "bpchar", "char", "name", "citext"), _TEXT),
    **dict.fromkeys(("json", "jsonb", "xml", "uuid", "inet", "interval"), _TEXT),
    **dict.fromkeys(("int2", "int4", "int8", "oid"), _INTEGER),
    **dict.fromkeys(("numeric", "float4", "float8", "money"), _NUMBER),
    **dict.fromkeys(("timestamp", "timestamptz"), _DATETIME),
    "date": _DATE,
    "bool": _FLAG,
    "bit": _FLAG,
    "bytea": _BINARY,
}

MYSQL_KINDS: Mapping[int, tuple[str, _Kinds]] = {
    0: ("decimal", _NUMBER),
    1: ("tinyint", frozenset({"integer", "flag"})),
    2: ("smallint", _INTEGER),
    3: ("int", _INTEGER),
    4: ("float", _NUMBER),
    5: ("double", _NUMBER),
    7: ("timestamp", _DATETIME),
    8: ("bigint", _INTEGER),
    9: ("mediumint", _INTEGER),
    10: ("date", _DATE),
    11: ("time", _TEXT),
    12: ("datetime", _DATETIME),
    13: ("year", _INTEGER),
    15: ("varchar", _TEXT),
    16: ("bit", frozenset({"flag", "integer"})),
    245: ("json", _TEXT),
    246: ("decimal", _NUMBER),
    252: ("text", frozenset({"text", "binary"})),
    253: ("varchar", _TEXT),
    254: ("char", _TEXT),
}
"""By the type code in a cursor's description; TEXT and BLOB have the same one."""

UNDEFINED_TABLE = "42P01"  # SQLSTATE
READABLE_TABLES = """
    select case when pg_table_is_visible(c.oid) then relname
        else nspname || '.' || relname end
    from pg_class c join pg_namespace n on n.oid = relnamespace
    where relkind in ('r', 'v', 'm', 'p', 'f')
        and nspname !~ '^pg_|^information_schema$'
        and has_schema_privilege(n.oid, 'usage')
        and has_table_privilege(c.oid, 'select')
    order by 1 limit 5000
"""

_RENAMED = re.compile(r"(.+):\d+")  # by SQLite, where a name was there already
_REFUSED = re.compile(r"no such (column|table): (\S+)")


def of_sqlite(
    connection: sqlite3.Connection, text: str, bound: Mapping[str, Bound]
) -> QueryColumns:
    """A table without rows in the connection's own memory has the query's columns."""
    connection.execute("pragma temp_store = memory")
    asked = f"create temp table described as select * from (\n{text}\n) limit 0"  # noqa: S608
    connection.execute(asked, bound)
    rows = connection.execute("select name, type from pragma_table_info('described')")
    columns = [
        GivenColumn(name=n, kinds=SQLITE_KINDS.get(t, frozenset()), type=t.lower())
        for n, t in rows
    ]
    return QueryColumns(columns=tuple(_as_written(columns)), how=HOW)


def _as_written(columns: Sequence[GivenColumn]) -> Iterator[GivenColumn]:
    """`id` and `id:1` are two columns that the query calls `id`."""
    names = {column.name for column in columns}
    for column in columns:
        renamed = _RENAMED.fullmatch(column.name)
        if renamed is None or renamed[1] not in names:
            yield column
        else:
            yield GivenColumn(name=renamed[1], kinds=column.kinds, type=column.type)


def remedy_of_sqlite(connection: sqlite3.Connection, error: sqlite3.Error) -> str:
    """The nearest name that the database has; without one, those that it has."""
    refused = _REFUSED.fullmatch(str(error))
    if refused is None:
        return "Correct the query; the sqlite3 shell can try it."
    of_tables = "select name from sqlite_master where type in ('table', 'view')"
    names = [name for (name,) in connection.execute(of_tables)]
    if refused[1] == "column":
        of_columns = "select distinct name from pragma_table_info(?)"
        names = [
            n for table in names for (n,) in connection.execute(of_columns, (table,))
        ]
    return nearest(refused[2], names, noun=f"{refused[1]}s")


def _nearest(word: str, by_folded: Mapping[str, str]) -> str | None:
    near = get_close_matches(word.lower(), by_folded, n=1)
    return by_folded[near[0]] if near else None


def nearest(word: str, names: Iterable[str], *, noun: str) -> str:
    """A remedy for a name that the database does not have."""
    by_folded = {name.lower(): name for name in names}
    *_, last = word.strip('"`').split(".")
    if near := _nearest(last.strip('"`'), by_folded):
        return f"Did you mean `{near}`?"
    shown = sorted(by_folded.values())[:NAMES_SHOWN]
    more = " …" if len(by_folded) > NAMES_SHOWN else ""
    if noun == "columns" or not shown:
        return "Correct the name in the query."
    return f"Correct the name; the {noun} are {', '.join(shown)}{more}."


class PostgresConnection(Protocol):
    """What is needed of asyncpg's connection."""

    def transaction(self, *, readonly: bool) -> Any: ...
    async def prepare(self, query: str) -> Any: ...
    async def fetch(self, query: str, *values: object) -> Sequence[Any]: ...


async def of_postgresql(connection: PostgresConnection, text: str) -> QueryColumns:
    """Prepared and planned: only a plan shows that the user may not read a table.

    Raises asyncpg's errors; a note of theirs says what to do.
    """
    try:
        attributes = await _prepared(connection, text)
    except Exception as error:
        if getattr(error, "sqlstate", None) == UNDEFINED_TABLE:
            error.add_note(await _nearest_table(connection, str(error)))
        raise
    columns = [
        GivenColumn(
            name=one.name,
            kinds=POSTGRESQL_KINDS.get(one.type.name, frozenset()),
            type=one.type.name,
        )
        for one in attributes
    ]
    return QueryColumns(columns=tuple(columns), how=HOW)


async def _prepared(connection: PostgresConnection, text: str) -> Sequence[Any]:
    transaction = connection.transaction(readonly=True)
    await transaction.start()
    try:
        prepared = await connection.prepare(text)
        nothing = [None] * len(prepared.get_parameters())
        await connection.fetch(f"explain {text}", *nothing)
    finally:
        await transaction.rollback()
    attributes: Sequence[Any] = prepared.get_attributes()
    return attributes


async def _nearest_table(connection: PostgresConnection, message: str) -> str:
    """Of the tables that the user may read; empty where none has a similar name."""
    _, _, word = message.partition('"')
    rows = await connection.fetch(READABLE_TABLES)
    names = {name.lower(): name for (name,) in rows}
    near = _nearest(word.partition('"')[0].rpartition(".")[2], names)
    return f"Did you mean `{near}`?" if near else ""


def remedy_of_postgresql(error: object, user: str | None) -> str | None:
    """By the SQLSTATE, with the server's own hint where it has one."""
    notes = " ".join(getattr(error, "__notes__", ())).strip()
    hint = notes or str(getattr(error, "hint", None) or "").strip()
    remedies = {
        "42P01": "Correct the name, write it with its schema (`sales.orders`), or"
        " `grant usage` on that schema.",
        "42703": "Correct the name of the column.",
        "42501": "Let its owner run `grant select on … to"
        f" {user or 'this user'}`, and `grant usage on schema …` for another schema.",
        "42601": "Correct the query; psql can try it.",
        "42P18": "Write the parameter's type, e.g. `cast(:number as text)`.",
        "25006": "A source is never written to: remove what writes from the query.",
    }
    return hint or remedies.get(str(getattr(error, "sqlstate", "")))


def of_cursor(description: Iterable[Sequence[Any]], backend: str) -> QueryColumns:
    """From a cursor's description; of MySQL's kinds only the type codes are known."""
    known = MYSQL_KINDS if backend in BACKENDS else {}
    columns = []
    for name, code, *_ in description:
        type_, kinds = known.get(code, ("", frozenset()))
        columns.append(GivenColumn(name=str(name), kinds=kinds, type=type_))
    return QueryColumns(columns=tuple(columns), how=HOW)
