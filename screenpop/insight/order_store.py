"""Where are the order lines kept that the engine learns from?

One SQLite file (WAL) in `data_dir`, with whole numbers in place of keys. A thread
writes a source's reading into it; others read it at the same time, also from another
process. A complete reading replaces what the source gave before; one that goes on from
where the last one ended adds and replaces lines, however often they come.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable
from functools import partial
from pathlib import Path
from typing import TypeVar

from screenpop.connector.orders import ItemRecord, OrderRecord
from screenpop.domain.profile import Scalar
from screenpop.insight.order_schema import (
    FILE_NAME,
    OrderCounts,
    SourceFeed,
    counted,
    opened,
    refused,
    source_feeds,
)
from screenpop.support.sqlite_threads import SqliteThreads

KEYS_KEPT_MAX = 200_000  # of customers, and of items
ORDERS_KEPT_MAX = 50_000
T = TypeVar("T")

_PUT_LINE = """
INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT ("order", line) DO UPDATE SET
    quantity = excluded.quantity + iif(
        reading = excluded.reading AND typeof(line) = 'integer' AND line < 0,
        quantity, 0),
    amount = iif(
        reading = excluded.reading AND typeof(line) = 'integer' AND line < 0,
        coalesce(amount + excluded.amount, amount, excluded.amount), excluded.amount),
    item = excluded.item, reading = excluded.reading
"""
"""Without a column `line` an item's rows in an order are one: their sum."""
_PUT_ORDER = """
INSERT INTO orders (source, "key", customer, at_s, currency) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (source, "key") DO UPDATE SET
    customer = excluded.customer, at_s = excluded.at_s, currency = excluded.currency
RETURNING id
"""
_PUT_ITEM = """
UPDATE items SET name = ?, category = ?, price = ?, currency = ?, stock = ?, active = ?,
    read_us = ?, reading = ?, source = ? WHERE id = ?
"""


class OrderStore:
    """The file, written and read by one thread of its own."""

    def __init__(self, folder: Path):
        self.path = folder / FILE_NAME
        self._threads = SqliteThreads(partial(opened, self.path), "order store")

    async def open(self) -> None:
        """Open or make the file; raises `Unavailable`."""
        await self.do(lambda _: None)

    async def close(self) -> None:
        await self._threads.close()

    async def begin(
        self, source: str, *, since: Scalar, made_by: str, now_us: int
    ) -> OrderFiling:
        """Read a source's orders: those from `since` on, or all of them.

        `since` None begins a reading of everything, or goes on with one that was
        interrupted and `made_by` the same configuration: `OrderFiling.since` says from
        where. Raises `Unavailable`.
        """
        return await self.do(
            lambda connection: OrderFiling(
                self, connection, source, since, made_by, now_us
            )
        )

    async def keep_only(self, sources: Collection[str]) -> None:
        """Forget the orders of other sources: they give none any more."""
        await self.do(partial(_keep_only, sources=sources))

    async def feeds(self) -> dict[str, SourceFeed]:
        """How each source's reading stands, by its name."""
        return {feed.source: feed for feed in await self.do(source_feeds)}

    async def counts(self) -> OrderCounts:
        """As of the last reading that ended."""
        return await self.do(counted)

    async def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """In the thread of the file, one piece after another."""
        try:
            return await self._threads.submit(work)
        except sqlite3.Error as error:
            raise refused(error, self.path) from error


class OrderFiling:
    """One reading of a source's orders into the file, in as many parts as it comes.

    Each part is durable together with the place from which the reading can go on.
    Raises `Unavailable` where the file cannot be written.
    """

    def __init__(
        self,
        store: OrderStore,
        connection: sqlite3.Connection,
        source: str,
        since: Scalar,
        made_by: str,
        now_us: int,
    ):
        self._store = store
        self._keys = _Keys()
        self._said: dict[int, bool] = {}  # what customers' rows say of opting out
        self._now_us = now_us
        connection.execute("INSERT OR IGNORE INTO sources (name) VALUES (?)", (source,))
        before = next(x for x in source_feeds(connection) if x.source == source)
        self._source = before.id
        self._reading = before.reading + 1
        self.is_whole = since is None
        known = before.made_by == made_by and before.progress is not None
        self.goes_on = self.is_whole and known
        """An interrupted reading of everything is taken up again."""
        self.since = before.progress if self.goes_on else since
        self._full_from = before.full_from if self.goes_on else self._reading
        connection.execute(
            "UPDATE sources SET reading = ?, full_from = ?, progress = ?,"
            " whole = whole AND made_by IS ?, made_by = ? WHERE id = ?",
            (
                self._reading,
                self._full_from if self.is_whole else 0,
                json.dumps(self.since if self.is_whole else None),
                made_by,
                made_by,
                self._source,
            ),
        )

    async def add(self, lines: Iterable[OrderRecord], since: Scalar = None) -> None:
        """File these; `since`: the reading can go on from here."""
        await self._store.do(partial(self._add, lines=lines, since=since))

    async def add_items(self, items: Iterable[ItemRecord]) -> None:
        await self._store.do(partial(self._add_items, items=items))

    async def items_done(self) -> None:
        """Items of this source that did not come are not sold any more."""
        await self._store.do(self._items_done)

    async def finish(self, version: str | None, now_us: int) -> OrderCounts:
        """The source was read to its end: lines that did not come are gone."""
        return await self._store.do(
            partial(self._finish, version=version, now_us=now_us)
        )

    def _add(
        self,
        connection: sqlite3.Connection,
        lines: Iterable[OrderRecord],
        since: Scalar,
    ) -> None:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            rows = (self._row(connection, line) for line in lines)
            connection.executemany(_PUT_LINE, [row for row in rows if row is not None])
            if since is not None:
                column = "progress" if self.is_whole else "since"
                connection.execute(
                    f"UPDATE sources SET {column} = ? WHERE id = ?",  # noqa: S608
                    (json.dumps(since), self._source),
                )
            connection.executemany(
                "UPDATE customers SET opted_out = ? WHERE id = ? AND opted_out != ?",
                [(said, number, said) for number, said in self._said.items()],
            )
        self._said.clear()
        self._keys.bound()

    def _add_items(
        self, connection: sqlite3.Connection, items: Iterable[ItemRecord]
    ) -> None:
        about = (self._now_us, self._reading, self._source)
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            rows = [
                (*item[1:], *about, self._keys.item(connection, item.key))
                for item in items
            ]
            connection.executemany(_PUT_ITEM, rows)

    def _items_done(self, connection: sqlite3.Connection) -> None:
        connection.execute(
            "UPDATE items SET active = 0 WHERE source = ? AND reading < ?",
            (self._source, self._reading),
        )

    def _finish(
        self, connection: sqlite3.Connection, version: str | None, now_us: int
    ) -> OrderCounts:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            if self.is_whole:
                _forget(connection, self._source, before=self._full_from)
                connection.execute(
                    "UPDATE sources SET full_from = 0, since = progress,"
                    " progress = 'null', full_us = ? WHERE id = ?",
                    (now_us, self._source),
                )
            _forget_opted_out(connection)
            connection.execute(
                "UPDATE sources SET whole = 1, version = ?, ended_us = ? WHERE id = ?",
                (version, now_us, self._source),
            )
            counts = _count(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return counts

    def _row(
        self, connection: sqlite3.Connection, line: OrderRecord
    ) -> tuple[object, ...] | None:
        customer = self._keys.customer(connection, line.customer)
        if line.opted_out is not None:
            self._said[customer] = line.opted_out
        if line.opted_out:
            return None  # what must not be profiled is not kept
        item = self._keys.item(connection, line.item)
        order = self._keys.orders.get(line.order)
        if order is None:
            head = (self._source, line.order, customer, line.at_s, line.currency)
            (order,) = connection.execute(_PUT_ORDER, head).fetchone()
            self._keys.orders[line.order] = order
        at = -item if line.line is None else _line_code(line.line)
        return (order, at, item, line.quantity, line.amount, self._reading)


class _Keys:
    """The numbers of keys that were met; memory stays bounded, however many."""

    def __init__(self) -> None:
        self.orders: dict[str, int] = {}
        self._customers: dict[str, int] = {}
        self._items: dict[str, int] = {}

    def customer(self, connection: sqlite3.Connection, key: str) -> int:
        number = self._customers.get(key)
        if number is None:
            number = self._customers[key] = _interned(connection, "customers", key)
        return number

    def item(self, connection: sqlite3.Connection, key: str) -> int:
        number = self._items.get(key)
        if number is None:
            number = self._items[key] = _interned(connection, "items", key)
        return number

    def bound(self) -> None:
        if len(self.orders) > ORDERS_KEPT_MAX:
            self.orders.clear()
        for known in (self._customers, self._items):
            if len(known) > KEYS_KEPT_MAX:
                known.clear()


def _line_code(line: str) -> int | str:
    """`3` as a number: smaller, and apart from the negative ones for items."""
    return int(line) if line.isascii() and line.isdigit() and len(line) < 16 else line


def _interned(connection: sqlite3.Connection, table: str, key: str) -> int:
    found = connection.execute(
        f'SELECT id FROM {table} WHERE "key" = ?',  # noqa: S608
        (key,),
    ).fetchone()
    if found is not None:
        return int(found[0])
    done = connection.execute(
        f'INSERT INTO {table} ("key") VALUES (?)',  # noqa: S608
        (key,),
    )
    assert done.lastrowid is not None
    return done.lastrowid


def _keep_only(connection: sqlite3.Connection, sources: Collection[str]) -> None:
    for feed in source_feeds(connection):
        if feed.source not in sources:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                _forget(connection, feed.id, before=None)
                connection.execute("DELETE FROM sources WHERE id = ?", (feed.id,))


def _forget(connection: sqlite3.Connection, source: int, *, before: int | None) -> None:
    """Lines of earlier readings than `before` (None: all), and what they leave."""
    connection.execute(
        'DELETE FROM lines WHERE "order" IN (SELECT id FROM orders WHERE source = ?)'
        " AND (? IS NULL OR reading < ?)",
        (source, before, before),
    )
    _forget_unused(connection)


def _forget_opted_out(connection: sqlite3.Connection) -> None:
    of_them = "SELECT id FROM customers WHERE opted_out"
    if connection.execute(f"{of_them} LIMIT 1").fetchone() is None:
        return
    orders = f"SELECT id FROM orders WHERE customer IN ({of_them})"  # noqa: S608
    connection.execute(f'DELETE FROM lines WHERE "order" IN ({orders})')  # noqa: S608
    _forget_unused(connection)


def _forget_unused(connection: sqlite3.Connection) -> None:
    connection.execute(
        'DELETE FROM orders WHERE NOT EXISTS (SELECT 1 FROM lines WHERE "order" = id)'
    )
    connection.execute(
        "DELETE FROM customers WHERE NOT opted_out"
        " AND id NOT IN (SELECT customer FROM orders)"
    )


def _count(connection: sqlite3.Connection) -> OrderCounts:
    """Counted once a reading: it takes seconds where there are millions."""
    found = {
        name: connection.execute(query).fetchone()[0]
        for name, query in (
            ("lines", "SELECT count(*) FROM lines"),
            ("orders", "SELECT count(*) FROM orders"),
            ("customers", "SELECT count(*) FROM customers WHERE NOT opted_out"),
            ("opted_out", "SELECT count(*) FROM customers WHERE opted_out"),
            ("items", "SELECT count(*) FROM items"),
        )
    }
    connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", found.items())
    return OrderCounts(**found)
