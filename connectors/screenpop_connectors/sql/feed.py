"""How are all orders and items read from a database, and from where do they go on?

Rows that come `order by changed` can be read on from any value of it that lies behind:
after a kill in the middle, and next time. Of the lines at that value some are given
again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

from screenpop.connector import (
    ConfigError,
    FeedBatch,
    Row,
    Scalar,
    Unavailable,
    lacking_for_items,
    lacking_for_orders,
)
from screenpop.connector.orders import CHANGED
from screenpop_connectors.sql.database import Query, SqlDatabase
from screenpop_connectors.sql.options import SqlOrders
from screenpop_connectors.sql.statement import Statement, parse

SINCE = "since"


class SqlOrderFeed:
    """Reads `orders.query`; raises `ConfigError` for one that cannot work."""

    def __init__(self, options: SqlOrders, database: SqlDatabase, dialect: str):
        statement = parse(options.query, dialect=dialect, known=_since_only)
        self.first_since = _first_since(statement, options)
        self._query = database.query(statement, label="orders.query", rows_max=1)
        self._timeout_s = options.timeout_ms / 1000

    async def batches(self, since: Scalar) -> AsyncIterator[FeedBatch]:
        asks = self.first_since is not None
        params = {SINCE: since} if asks else {}
        last: Scalar = None
        async for rows in _checked(
            self._query.batches(params, self._timeout_s),
            "orders.query",
            lacking_for_orders,
        ):
            if not asks:
                yield FeedBatch(rows=rows)
                continue
            values = _changed(rows)
            _refuse_disorder([last, *values])
            last = values[-1] if values else last
            yield FeedBatch(rows=rows, since=_before_last(values))
        if last is not None:
            yield FeedBatch(rows=(), since=last)


async def item_batches(query: Query) -> AsyncIterator[FeedBatch]:
    async for rows in _checked(query.batches({}), "items.query", lacking_for_items):
        yield FeedBatch(rows=rows)


def _since_only(name: str) -> str:
    if name != SINCE:
        raise ConfigError(
            f"orders.query: asks for :{name}: it is read without a call, and its only"
            " parameter is :since. Remove the other."
        )
    return name


def _first_since(statement: Statement, options: SqlOrders) -> Scalar:
    if not statement.parameters:
        return None
    if options.since is None:
        raise ConfigError(
            "orders.query: asks for :since, and `since` is not given: the value that it"
            " has when all orders are read. Write e.g. `since: 2020-01-01`."
        )
    if not statement.is_ordered:
        raise ConfigError(
            "orders.query: asks for :since and has no order: an interrupted reading"
            " could not go on. Add `order by changed` at its end."
        )
    return options.since


async def _checked(
    batches: AsyncIterator[Sequence[Row]],
    key: str,
    lacking: Callable[[Sequence[str]], str | None],
) -> AsyncIterator[Sequence[Row]]:
    is_first = True
    async for rows in batches:
        if is_first and (said := lacking(list(rows[0]))) is not None:
            raise Unavailable(f"{key} {said}")
        is_first = False
        yield rows


def _changed(rows: Sequence[Row]) -> list[Scalar]:
    name = next((name for name in rows[0] if name.lower() == CHANGED), None)
    if name is None:
        raise Unavailable(
            "orders.query asks for :since and gives no `changed`. Name the column that"
            " is compared with :since `changed`."
        )
    return [value for row in rows if (value := row[name]) is not None]


def _before_last(values: Sequence[Scalar]) -> Scalar:
    """The newest value of which no further row can come; None: there is none.

    More rows of the last value may follow in the next batch.
    """
    return next((value for value in reversed(values) if value != values[-1]), None)


def _refuse_disorder(values: Sequence[Scalar]) -> None:
    """Numbers only: databases sort texts by rules of their own."""
    numbers = [value for value in values if isinstance(value, int | float)]
    if numbers != sorted(numbers):
        raise Unavailable(
            "orders.query does not give its rows in the order of `changed`: an"
            " interrupted reading would miss some. Write `order by changed`."
        )
