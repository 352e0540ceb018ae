"""How are the rows of many calls asked for with one parameter?

The calls' names travel as one JSON text that the database takes apart: the
statement is the same however many they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Table,
    Text,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.expression import ClauseElement

from screenpop.history.statement import StoredStatement, Value

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
        names: list[ColumnElement[Any]]
        key = (table.c.line, table.c.call_id, table.c.occurrence)
        if dialect == "postgresql":
            keys = cast(bindparam(_KEYS, type_=Text), JSONB)
            each = func.jsonb_array_elements(keys).table_valued("value", name="wanted")
            names = [each.c.value.op("->>")(place) for place in (0, 1, 2)]
            names[2] = cast(names[2], BigInteger)
        else:
            each = func.json_each(bindparam(_KEYS, type_=Text)).table_valued(
                "value", name="wanted"
            )
            names = [func.json_extract(each.c.value, f"$[{n}]") for n in (0, 1, 2)]
        return (
            select(*key, *columns)
            .select_from(each)
            .where(*(column == name for column, name in zip(key, names, strict=True)))
            .order_by(*order)
        )

    return StoredStatement(build, (_KEYS,))
