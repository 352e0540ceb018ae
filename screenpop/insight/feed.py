"""Are the sources' orders and items in the store, and how far is a reading?

Each source that gives orders or items is read in a task of its own, in batches: items
first, then the orders that changed, or all of them. Reading rows and filing them are
work of one thread; nothing on the way of a call waits for it.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import chain
from typing import Any, Literal, Protocol, TypeVar

from screenpop.connector import (
    Connector,
    FeedBatch,
    FeedReading,
    ItemsOptions,
    OrdersOptions,
    Unavailable,
)
from screenpop.connector.order_rows import OVER_ITEMS, ItemRows, OrderRows
from screenpop.connector.orders import ItemRecord
from screenpop.domain.profile import Scalar
from screenpop.insight.order_schema import OrderCounts, SourceFeed
from screenpop.insight.order_store import OrderFiling, OrderStore
from screenpop.support.clock import Clock
from screenpop.support.log import Backoff, NodeProblem, Outage
from screenpop.support.metrics import Metrics
from screenpop.support.spare_time import Breath
from screenpop.support.tasks import Pause, TaskOwner, Watch

log = logging.getLogger(__name__)

AnyConnector = Connector[Any, Any]
Phase = Literal["waiting", "items", "orders", "ending"]
ROWS_PER_COMMIT = 10_000  # each writes the pages of the file that it changed
HOUR_US = 3_600_000_000
T = TypeVar("T")


class FeedSettings(Protocol):
    """Of a source: how often its orders are read, and how often all of them."""

    @property
    def orders_every_s(self) -> float: ...

    @property
    def orders_full_every_h(self) -> float: ...


@dataclass(slots=True, kw_only=True)
class FeedProgress:
    """How far the reading of one source is, and what became of its rows.

    `expected` is how many rows the last reading of everything had; None: not known.
    """

    source: str
    phase: Phase = "waiting"
    is_whole: bool = True
    batches: int = 0
    expected: int | None = None
    orders: FeedReading = field(default_factory=FeedReading)
    items: FeedReading = field(default_factory=FeedReading)
    trouble: str | None = None  # why the last reading failed


class OrderFeeds:
    """All sources that give orders or items, and the store."""

    def __init__(
        self,
        connectors: Mapping[str, AnyConnector],
        settings: Mapping[str, FeedSettings],
        store: OrderStore,
        *,
        clock: Clock,
        zone: tzinfo,
        metrics: Metrics,
        watch: Watch | None = None,
        is_alone: bool = False,
        pause: Pause = asyncio.sleep,
    ):
        """`zone` is that of orders' moments without an offset.

        `is_alone`: nothing else is done meanwhile, so the reading takes no breath.
        `pause` is for tests.
        """
        self._pause = pause
        self._connectors = {
            name: each for name, each in connectors.items() if _gives_feed(each)
        }
        self._settings = settings
        self._store = store
        self._clock = clock
        self._zone = zone
        self._metrics = metrics
        self._watch = watch
        self._tasks: dict[str, TaskOwner] = {}
        self._is_alone = is_alone
        self._opening = asyncio.Lock()
        self._is_open = False
        self.progress = {name: FeedProgress(source=name) for name in self._connectors}
        self.feeds: dict[str, SourceFeed] = {}
        self.counts = OrderCounts()
        self.on_read: Callable[[FeedProgress], None] = lambda progress: None
        """Called when a source was read to its end and something may be new."""

    async def open(self) -> None:
        """Bring back what earlier runs read; raises `Unavailable`."""
        async with self._opening:
            if self._connectors and not self._is_open:
                await self._store.keep_only(self._connectors)
                await self._look()
                self._is_open = True

    def keep_read(self, unusable: Collection[str] = ()) -> None:
        """Read every source again and again, in tasks of their own."""
        for name in self._connectors.keys() - set(unusable):
            self._keep_read(name)

    def _keep_read(self, name: str, after: TaskOwner | None = None) -> None:
        """`after` the end of those who read it until now."""

        async def read() -> None:
            if after is not None:
                await after.close()
            await self._read_for_ever(name)

        mine = self._tasks[name] = TaskOwner("order feeds", self._watch)
        mine.keep_running(read, name=f"orders {name}")

    def switch(
        self,
        connectors: Mapping[str, AnyConnector],
        settings: Mapping[str, FeedSettings],
        kept: Collection[str],
    ) -> list[TaskOwner]:
        """Read from these from now on; those of `kept` are read as before.

        Returns what is to be closed of the others.
        """
        gone = [name for name in self._tasks if name not in kept]
        ended = {name: self._tasks.pop(name) for name in gone}
        self._connectors = {n: c for n, c in connectors.items() if _gives_feed(c)}
        self.feeds = {n: x for n, x in self.feeds.items() if n in self._connectors}
        self._settings, self._is_open = settings, False
        self.progress = {
            name: self.progress[name]
            if name in kept and name in self.progress
            else FeedProgress(source=name)
            for name in self._connectors
        }
        for name in self._connectors:
            if name not in self._tasks and name not in kept:
                self._keep_read(name, ended.get(name))
        return [*ended.values()]

    async def close(self) -> None:
        for tasks in self._tasks.values():
            await tasks.close()
        await self._store.close()

    async def read(self, name: str, *, everything: bool = False) -> FeedProgress | None:
        """Read one source to its end; None: it has not changed.

        `everything`: also where it could say what changed. A reading of everything
        that was interrupted goes on where it was. Raises `Unavailable`.
        """
        await self.open()
        connector, before = self._connectors[name], self.feeds.get(name)
        version = await connector.orders_version()
        made_by = _made_by(connector)
        if everything or (before is not None and before.made_by != made_by):
            before = None
        if before is not None and self._is_unchanged(before, version):
            return None
        since = self._since(connector, before)
        filing = await self._store.begin(
            name, since=since, made_by=made_by, now_us=self._clock.now_us()
        )
        progress = self._begun(name, is_whole=filing.is_whole)
        try:
            await self._read_items(connector, filing, progress)
            await self._read_orders(connector, filing, progress)
            progress.phase = "ending"
            self.counts = await filing.finish(version, self._clock.now_us())
        except Unavailable:
            await self._look()
            raise
        finally:
            progress.phase = "waiting"
        await self._look()
        self._metrics.order_lines.set(self.counts.lines)
        self.on_read(progress)
        return progress

    @property
    def names(self) -> tuple[str, ...]:
        """The sources that give orders or items."""
        return tuple(self._connectors)

    @property
    def is_whole(self) -> bool:
        """Were the orders of every source read to their end at least once?"""
        feeds = self.feeds.values()
        return bool(feeds) and all(feed.whole for feed in feeds)

    def problems(self) -> Iterator[NodeProblem]:
        """What `/readyz` says of the orders; none of it stops calls."""
        for name, progress in self.progress.items():
            if progress.trouble is not None:
                message = f"its orders cannot be read: {progress.trouble}"
                yield NodeProblem(part=f"source {name}", message=message, fatal=False)

    def _begun(self, name: str, *, is_whole: bool) -> FeedProgress:
        before = self.progress[name]
        expected = before.orders.rows if before.is_whole else before.expected
        self.progress[name] = FeedProgress(
            source=name,
            is_whole=is_whole,
            expected=(expected or None) if is_whole else None,
            trouble=before.trouble,
        )
        return self.progress[name]

    async def _read_items(
        self, connector: AnyConnector, filing: OrderFiling, progress: FeedProgress
    ) -> None:
        reading = progress.items
        batches = connector.items(reading)
        if batches is None:
            return
        progress.phase = "items"
        options = getattr(connector.options, "items", None)
        limit = (
            options if isinstance(options, ItemsOptions) else ItemsOptions()
        ).items_max
        rows, seen = ItemRows(reading), set[str]()
        async for batch in batches:
            items = _limited(rows.items(batch), seen, limit, reading)
            await filing.add_items(self._paced(items))
            self._count(progress, len(batch.rows))
        await filing.items_done()

    async def _read_orders(
        self, connector: AnyConnector, filing: OrderFiling, progress: FeedProgress
    ) -> None:
        reading = progress.orders
        first = connector.first_since
        start = (
            None
            if first is None
            else filing.since
            if filing.since is not None
            else first
        )
        batches = connector.orders(start, reading)
        if batches is None:
            return
        progress.phase = "orders"
        options = getattr(connector.options, "orders", None)
        rows = OrderRows(
            reading,
            options if isinstance(options, OrdersOptions) else OrdersOptions(),
            zone=self._zone,
            now_s=self._clock.now_us() / 1e6,
        )
        some = list[FeedBatch]()

        async def file() -> None:
            since = next((x.since for x in reversed(some) if x.since is not None), None)
            lines = chain.from_iterable(map(rows.lines, some))
            await filing.add(self._paced(lines), since)
            some.clear()

        try:
            async for batch in batches:
                some.append(batch)
                self._count(progress, len(batch.rows))
                if sum(len(each.rows) for each in some) >= ROWS_PER_COMMIT:
                    await file()
        finally:  # what came before a failure is kept, too
            await file()

    def _paced(self, each: Iterator[T]) -> Iterator[T]:
        return each if self._is_alone else _breathing(each)

    def _count(self, progress: FeedProgress, rows: int) -> None:
        progress.batches += 1
        self._metrics.order_rows.labels(progress.source).inc(rows)

    def _since(self, connector: AnyConnector, before: SourceFeed | None) -> Scalar:
        """From where to read on; None: everything."""
        if before is None or not before.whole or connector.first_since is None:
            return None
        return None if self._is_all_due(before) else before.since

    def _is_unchanged(self, before: SourceFeed, version: str | None) -> bool:
        known = before.whole and version is not None and version == before.version
        return known and not self._is_all_due(before)

    def _is_all_due(self, before: SourceFeed) -> bool:
        """Lines that were deleted are only missed where all are read."""
        every_h = self._settings[before.source].orders_full_every_h
        done_us = before.full_us or 0
        return self._clock.now_us() >= done_us + every_h * HOUR_US

    async def _read_for_ever(self, name: str) -> None:
        outage, backoff = Outage(f"orders of source {name}", log), Backoff()
        while True:
            try:
                progress = await self.read(name)
            except Unavailable as error:
                outage.failed(error)
                self.progress[name].trouble = str(error)
                await self._pause(backoff.next_s(error))
                continue
            except Exception as error:
                self.progress[
                    name
                ].trouble = (
                    f"{type(error).__name__} in the connector; the log has the details"
                )
                raise
            outage.recovered()
            backoff.reset()
            self.progress[name].trouble = None
            if progress is not None:
                _report(progress)
            await self._pause(self._settings[name].orders_every_s)

    async def _look(self) -> None:
        self.feeds = await self._store.feeds()
        self.counts = await self._store.counts()


def _gives_feed(connector: AnyConnector) -> bool:
    """Does it give orders or items, as it is configured?"""
    try:
        unread = FeedReading()
        orders = connector.orders(connector.first_since, unread)
        return orders is not None or connector.items(unread) is not None
    except Exception as error:  # reading them will report what is wrong
        log.debug("a source's orders", exc_info=error)
        return True


def _made_by(connector: AnyConnector) -> str:
    """Changes with what is written in YAML: then everything is read again."""
    feed = {"orders", "items"} & set(type(connector.options).model_fields)
    text = connector.options.model_dump_json(include=feed or None)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _breathing(each: Iterator[T]) -> Iterator[T]:
    breath = Breath()
    for one in each:
        breath.take()
        yield one


def _limited(
    items: Iterator[ItemRecord], seen: set[str], limit: int, reading: FeedReading
) -> Iterator[ItemRecord]:
    for item in items:
        if item.key not in seen and len(seen) >= limit:
            reading.leave_out(OVER_ITEMS)
            continue
        seen.add(item.key)
        yield item


def _report(progress: FeedProgress) -> None:
    """Log what a reading brought, and what of it was left out."""
    for what, reading in (("items", progress.items), ("order lines", progress.orders)):
        if not reading.rows:
            continue
        left_out = ", ".join(f"{n} {why}" for why, n in reading.left_out.most_common())
        log.info(
            "source %s: %d %s of %d rows%s",
            progress.source,
            reading.kept,
            what,
            reading.rows,
            f"; left out: {left_out}" if left_out else "",
        )
        for sentence in reading.odd.said():
            log.warning("source %s: %s: %s", progress.source, what, sentence)
