"""How are orders, items and contacts read from a database, and from where on?

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
from screenpop_connectors.sql.statement import parse

SINCE = "since"


class SqlOrderFeed:
    """Reads `orders.query`; raises `ConfigError` for one that cannot work."""

    def __init__(self, options: SqlOrders, database: SqlDatabase, dialect: str):
        self._feed = ChangeFeed("orders", options.query, options.since, dialect)
        self.first_since = self._feed.first_since
        self.query = database.query(
            self._feed.statement, label="orders.query", rows_max=1
        )
        self._timeout_s = options.timeout_ms / 1000

    async def batches(self, since: Scalar) -> AsyncIterator[FeedBatch]:
        rows = _checked(
            self.query.batches(self._feed.params(since), self._timeout_s),
            "orders.query",
            lacking_for_orders,
        )
        async for some, reached in self._feed.batches(rows):
            yield FeedBatch(rows=some, since=reached)


class ChangeFeed:
    """A query that may ask for `:since`, and how far its rows have come.

    `what` is its key in YAML: `orders`. Raises `ConfigError` for one that cannot work.
    """

    def __init__(self, what: str, query: str, since: Scalar, dialect: str):
        self._key = f"{what}.query"
        self.statement = parse(query, dialect=dialect, known=self._since_only)
        self.first_since: Scalar = None
        if self.statement.parameters:
            self.first_since = self._first_since(what, since)

    def params(self, since: Scalar) -> dict[str, Scalar]:
        return {} if self.first_since is None else {SINCE: since}

    async def batches(
        self, given: AsyncIterator[Sequence[Row]]
    ) -> AsyncIterator[tuple[Sequence[Row], Scalar]]:
        """The rows, each time with the value from which a reading can go on."""
        last: Scalar = None
        async for rows in given:
            if self.first_since is None:
                yield rows, None
                continue
            values = self._changed(rows)
            self._refuse_disorder([last, *values])
            last = values[-1] if values else last
            yield rows, _before_last(values)
        if last is not None:
            yield (), last

    def _since_only(self, name: str) -> str:
        if name != SINCE:
            raise ConfigError(
                f"{self._key}: asks for :{name}: it is read without a call, and its"
                " only parameter is :since. Remove the other."
            )
        return name

    def _first_since(self, what: str, since: Scalar) -> Scalar:
        if since is None:
            raise ConfigError(
                f"{self._key}: asks for :since, and `since` is not given: the value"
                f" that it has when all {what} are read. Write e.g."
                " `since: 2020-01-01`."
            )
        if not self.statement.is_ordered:
            raise ConfigError(
                f"{self._key}: asks for :since and has no order: an interrupted reading"
                " could not go on. Add `order by changed` at its end."
            )
        return since

    def _changed(self, rows: Sequence[Row]) -> list[Scalar]:
        name = next((name for name in rows[0] if name.lower() == CHANGED), None)
        if name is None:
            raise Unavailable(
                f"{self._key} asks for :since and gives no `changed`. Name the column"
                " that is compared with :since `changed`."
            )
        return [value for row in rows if (value := row[name]) is not None]

    def _refuse_disorder(self, values: Sequence[Scalar]) -> None:
        """Numbers only: databases sort texts by rules of their own."""
        numbers = [value for value in values if isinstance(value, int | float)]
        if numbers != sorted(numbers):
            raise Unavailable(
                f"{self._key} does not give its rows in the order of `changed`: an"
                " interrupted reading would miss some. Write `order by changed`."
            )


async def item_batches(query: Query) -> AsyncIterator[FeedBatch]:
    async for rows in _checked(query.batches({}), "items.query", lacking_for_items):
        yield FeedBatch(rows=rows)


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


def _before_last(values: Sequence[Scalar]) -> Scalar:
    """The newest value of which no further row can come; None: there is none.

    More rows of the last value may follow in the next batch.
    """
    return next((value for value in reversed(values) if value != values[-1]), None)
