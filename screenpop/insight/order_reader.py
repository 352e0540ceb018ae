"""Which orders and items does the store hold, for the engine?

Reads next to the writer, also from another process. Memory: about 44 bytes for each
line (`OrderLines`), and the keys.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from screenpop.domain.orders_after import CustomerOrder
from screenpop.insight.order_schema import (
    FILE_NAME,
    OrderCounts,
    counted,
    reader,
    refused,
    source_feeds,
)
from screenpop.insight.orders import BATCH_LINES, OrderLines, Orders

_LINES = """
SELECT customer, orders.id, at_s, item, quantity,
    CASE WHEN currency IS ? THEN amount END
FROM lines JOIN orders ON orders.id = "order"
"""

_NEW_CUSTOMERS = """
SELECT "key" FROM customers
WHERE id IN (SELECT customer FROM orders WHERE at_s > ?) AND NOT opted_out
    AND NOT EXISTS (SELECT 1 FROM orders WHERE customer = customers.id AND at_s <= ?)
LIMIT ?
"""

_FIRST_ORDER = """
SELECT at_s FROM orders JOIN lines ON "order" = orders.id
WHERE customer = (SELECT id FROM customers WHERE "key" = ?)
    AND item = (SELECT id FROM items WHERE "key" = ?)
    AND at_s > ? AND at_s <= ? AND quantity > 0
ORDER BY at_s LIMIT 1
"""

_ORDERS_OF = """
SELECT at_s, currency, sum(amount) FROM orders LEFT JOIN lines ON "order" = orders.id
WHERE customer = (SELECT id FROM customers WHERE "key" = ? AND NOT opted_out)
    AND at_s > ? AND at_s <= ?
GROUP BY orders.id ORDER BY at_s LIMIT ?
"""
ORDERS_OF_ONE_MAX = 1_000


class ItemRow(NamedTuple):
    """An item as the feed last gave it; `read_us` None: only seen in orders."""

    key: str
    name: str | None
    category: str | None
    price: float | None
    currency: str | None
    stock: float | None
    active: bool
    read_us: int | None


class OrderReader:
    """The order store of a `data_dir`; a context manager. It blocks: use a thread."""

    def __init__(self, folder: Path):
        """Raises `Unavailable` when there is no store, or none that can be read."""
        self.path = folder / FILE_NAME
        self._connection = reader(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        if isinstance(error, sqlite3.Error):
            raise refused(error, self.path) from error

    def close(self) -> None:
        self._connection.close()

    @property
    def is_whole(self) -> bool:
        """Were the orders of every source read to their end at least once?"""
        feeds = source_feeds(self._connection)
        return bool(feeds) and all(feed.whole for feed in feeds)

    def counts(self) -> OrderCounts:
        """As of the last reading that ended."""
        return counted(self._connection)

    def orders(self) -> Orders:
        """All lines of customers that did not opt out. Raises `OrdersError`.

        An order is one basket. Amounts are those of `currency`; others are unknown.
        """
        customers = self._keys("customers")
        items = self._keys("items")
        lines = OrderLines()
        for rows in self._batches():
            who, orders, times, what, quantities, amounts = zip(*rows, strict=True)
            lines.add(
                [customers[number] for number in who],
                [str(number) for number in orders],
                times,
                [items[number] for number in what],
                quantities,
                amounts,
            )
        return lines.orders()

    def currency(self) -> str | None:
        """The currency of most orders; None: they name none."""
        found = self._connection.execute(
            "SELECT currency FROM orders GROUP BY currency ORDER BY count(*) DESC"
        ).fetchone()
        return None if found is None else found[0]

    def items(self) -> Iterator[ItemRow]:
        """All items of the feed and of the orders.

        Where sources give items, one that none of them gives is not sold any more.
        """
        given = "SELECT 1 FROM items WHERE read_us IS NOT NULL"
        has_feed = self._connection.execute(given).fetchone() is not None
        rows = self._connection.execute(
            'SELECT "key", name, category, price, currency, stock, active, read_us'
            " FROM items"
        )
        for key, name, category, price, currency, stock, active, read_us in rows:
            yield ItemRow(
                key,
                name,
                category,
                price,
                currency,
                stock,
                bool(active) and (read_us is not None or not has_feed),
                read_us,
            )

    def orders_after(self, at_s: float, most: int) -> int:
        """How many orders are newer, up to `most`."""
        found = self._connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM orders WHERE at_s > ? LIMIT ?)",
            (at_s, most),
        ).fetchone()
        return int(found[0])

    def customers_since(self, at_s: float, most: int) -> frozenset[str]:
        """Customers all of whose orders are newer, up to `most`."""
        rows = self._connection.execute(_NEW_CUSTOMERS, (at_s, at_s, most))
        return frozenset(key for (key,) in rows)

    def first_order(
        self, customer: str, item: str, after_s: float, until_s: float
    ) -> float | None:
        """When they first ordered it in (after, until], in Unix seconds."""
        found = self._connection.execute(
            _FIRST_ORDER, (customer, item, after_s, until_s)
        ).fetchone()
        return None if found is None else float(found[0])

    def orders_of(
        self, customer: str, after_s: float, until_s: float
    ) -> list[CustomerOrder]:
        """The first `ORDERS_OF_ONE_MAX` in (after, until]; none of who opted out."""
        asked = (customer, after_s, until_s, ORDERS_OF_ONE_MAX)
        return [
            CustomerOrder(round(at_s * 1e6), currency or "", amount)
            for at_s, currency, amount in self._connection.execute(_ORDERS_OF, asked)
        ]

    def opted_out(self) -> frozenset[str]:
        """Customers who must not be profiled: nothing is computed for them."""
        rows = self._connection.execute('SELECT "key" FROM customers WHERE opted_out')
        return frozenset(key for (key,) in rows)

    def _batches(self) -> Iterator[list[tuple[int, int, float, int, float, float]]]:
        cursor = self._connection.execute(_LINES, (self.currency(),))
        while rows := cursor.fetchmany(BATCH_LINES):
            yield rows

    def _keys(self, table: str) -> dict[int, str]:
        """Opted-out customers have an empty key, which `OrderLines` leaves out."""
        key = "iif(opted_out, '', \"key\")" if table == "customers" else '"key"'
        return dict(self._connection.execute(f"SELECT id, {key} FROM {table}"))  # noqa: S608
