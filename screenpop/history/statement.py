"""How is a statement written for either database, once and not for each call?

SQLAlchemy writes the SQL; the driver then takes it with plain tuples. SQLAlchemy's
work for each row or query costs more than SQLite's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Subquery,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    case,
    cast,
    func,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.expression import ClauseElement

Value = str | int | float | bool | None
Values = tuple[Value, ...]
"""A row's values in the order of its table's columns, or of `names`."""
Insert = postgresql.Insert | sqlite.Insert


@dataclass(frozen=True, slots=True)
class Sql:
    """One statement in one database's words."""

    text: str
    order: tuple[str, ...]  # names of the parameters, one for each place
    constants: Mapping[str, Value]  # those that are always the same

    @property
    def adds_rows(self) -> bool:
        """Is it an INSERT of one row?"""
        return self.text.startswith("INSERT") and "VALUES (?" in self.text

    def places(self, given: Mapping[str, Value]) -> Values:
        known = {**self.constants, **given}
        return tuple([known[name] for name in self.order])


@dataclass(frozen=True, slots=True, eq=False)
class StoredStatement:
    """`build` makes it for a database by name; `names` are its parameters."""

    build: Callable[[str], ClauseElement]
    names: tuple[str, ...]
    _written: dict[str, Sql] = field(default_factory=dict)

    def written(self, dialect: Dialect) -> Sql:
        sql = self._written.get(dialect.name)
        if sql is None:
            compiled = self.build(dialect.name).compile(dialect=dialect)
            order: Sequence[str] | None = getattr(compiled, "positiontup", None)
            assert order is not None, f"{dialect.name}: parameters without an order"
            named = compiled.params or {}
            constants = {n: named[n] for n in order if n not in self.names}
            sql = Sql(str(compiled), tuple(order), constants)
            self._written[dialect.name] = sql
        return sql

    def rows(self, sql: Sql, rows: Iterable[Values]) -> Iterator[Values]:
        """With the constants of the statement, if it has any, in their places."""
        if not sql.constants:
            return iter(rows)
        named = (dict(zip(self.names, row, strict=True)) for row in rows)
        return map(sql.places, named)


def putting(
    table: Table,
    *,
    newest_by: str | None = None,
    new_only: bool = False,
    kept_together: tuple[str, ...] = (),
) -> StoredStatement:
    """Insert a row, all columns; one that is there takes the new values.

    With `newest_by` (a column) only when the new one is not older, with `new_only`
    never. The columns `kept_together` stay as they are when the new row has NULL in
    the first of them.
    """

    def build(dialect: str) -> ClauseElement:
        insert: Insert = (
            postgresql.insert(table)
            if dialect == "postgresql"
            else sqlite.insert(table)
        )
        keys = [column.name for column in table.primary_key]
        if new_only or len(keys) == len(table.columns):
            return insert.on_conflict_do_nothing(index_elements=keys)
        changed: dict[str, ColumnElement[object]] = {
            column.name: insert.excluded[column.name]
            for column in table.columns
            if column.name not in keys
        }
        for name in kept_together:
            is_none = insert.excluded[kept_together[0]].is_(None)
            changed[name] = case((is_none, table.c[name]), else_=changed[name])
        newer = (
            None
            if newest_by is None
            else insert.excluded[newest_by] >= table.c[newest_by]
        )
        return insert.on_conflict_do_update(
            index_elements=keys, set_=changed, where=newer
        )

    return StoredStatement(build, tuple(column.name for column in table.columns))


@lru_cache(maxsize=100)
def for_rows(text: str, columns: int, rows: int) -> str:
    """SQLite's INSERT of one row as one of many: a step for all, not for each."""
    one = f"({', '.join('?' * columns)})"
    head, found, tail = text.partition(f"VALUES {one}")
    assert found, text
    return f"{head}VALUES {', '.join([one] * rows)}{tail}"


def adding(table: Table) -> StoredStatement:
    """Insert a row, all columns; one that is there has the new amounts added."""

    def build(dialect: str) -> ClauseElement:
        insert: Insert = (
            postgresql.insert(table)
            if dialect == "postgresql"
            else sqlite.insert(table)
        )
        keys = [column.name for column in table.primary_key]
        added = {
            column.name: column + insert.excluded[column.name]
            for column in table.columns
            if column.name not in keys
        }
        return insert.on_conflict_do_update(index_elements=keys, set_=added)

    return StoredStatement(build, tuple(column.name for column in table.columns))


def listed(
    rows: Sequence[Sequence[int]], names: Sequence[str], *, sqlite: bool
) -> Subquery:
    """A table of whole numbers from one parameter: statements stay short."""
    parameter = bindparam("listed", json.dumps(rows), type_=Text, unique=True)
    columns: list[ColumnElement[Any]]
    if sqlite:
        each = func.json_each(parameter).table_valued("value", name="each")
        columns = [
            func.json_extract(each.c.value, f"$[{n}]") for n in range(len(names))
        ]
    else:
        each = func.jsonb_array_elements(cast(parameter, JSONB)).table_valued(
            "value", name="each"
        )
        columns = [
            cast(each.c.value.op("->>")(n), BigInteger) for n in range(len(names))
        ]
    labels = (c.label(name) for c, name in zip(columns, names, strict=True))
    return select(*labels).select_from(each).subquery()


_KEYS = "wanted_keys"


def wanted(keys: Iterable[tuple[str, str, int]]) -> dict[str, Value]:
    """The parameter; call ids as `texts.fit_id` makes them."""
    return {_KEYS: msgspec.json.encode(list(keys)).decode()}


def of_wanted(
    table: Table,
    columns: tuple[ColumnElement[object], ...],
    order: tuple[ColumnElement[object], ...] = (),
) -> StoredStatement:
    """Line, call id, occurrence and these columns of each row of the wanted calls."""

    def build(dialect: str) -> ClauseElement:
        key = (table.c.line, table.c.call_id, table.c.occurrence)
        each, names = each_key(bindparam(_KEYS, type_=Text), dialect)
        return (
            select(*key, *columns)
            .select_from(each)
            .where(*(column == name for column, name in zip(key, names, strict=True)))
            .order_by(*order)
        )

    return StoredStatement(build, (_KEYS,))


def of_calls(
    table: Table, keys: Iterable[tuple[str, str, int]], dialect: str
) -> ColumnElement[bool]:
    """Is it a row of one of these calls? Found along the table's key.

    For a list of `VALUES` SQLite reads the whole table.
    """
    given = msgspec.json.encode([tuple(key) for key in keys]).decode()
    parameter = bindparam("of_calls", given, type_=Text, unique=True)
    each, names = each_key(parameter, dialect)
    key = tuple_(table.c.line, table.c.call_id, table.c.occurrence)
    return key.in_(select(*names).select_from(each))


def each_key(
    keys: BindParameter[str], dialect: str, numbers: int = 0
) -> tuple[TableValuedAlias, list[ColumnElement[Any]]]:
    """A row for each call that a JSON text lists: line, call id, occurrence.

    Each may have so many more whole `numbers`.
    """
    places = range(3 + numbers)
    if dialect == "postgresql":
        listed_keys = func.jsonb_array_elements(cast(keys, JSONB))
        each = listed_keys.table_valued("value", name="wanted")
        texts = [each.c.value.op("->>")(place) for place in places]
        return each, [*texts[:2], *(cast(x, BigInteger) for x in texts[2:])]
    each = func.json_each(keys).table_valued("value", name="wanted")
    return each, [func.json_extract(each.c.value, f"$[{n}]") for n in places]
