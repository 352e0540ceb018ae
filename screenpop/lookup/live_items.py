"""What are stock and price of an item at this moment, by its own source?

Asks one lookup with the key of an item, through the same guards as any other lookup of
its source: deadline, concurrency limit, cache, circuit breaker.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection
from functools import partial

from screenpop.config.model import Configuration
from screenpop.config.prepare import ITEM_KEY, ITEM_LOOKUP, prepared_lookup
from screenpop.connector import FeedBatch, FeedReading, Lookup
from screenpop.connector.order_rows import ItemRows
from screenpop.connector.orders import ItemNow
from screenpop.domain.errors import Unloadable
from screenpop.domain.profile import LookupOutcome
from screenpop.lookup.guarded_source import GuardedSource, Result
from screenpop.lookup.planned_lookups import NeverAsked
from screenpop.lookup.sources import Sources

_FRESH = (LookupOutcome.OK, LookupOutcome.EMPTY)


class LiveItems:
    """Answers about single items; asked from the event loop only."""

    def __init__(
        self,
        guard: GuardedSource,
        lookup: Lookup,
        *,
        timeout_ms: int,
        cache_s: float | None = None,
    ):
        self._guard = guard
        self._lookup = lookup
        self._timeout_ms = timeout_ms
        self._cache_s = cache_s

    @property
    def timeout_s(self) -> float:
        """So long a list of offers waits, however many items it asks about."""
        return self._timeout_ms / 1000

    def known(self, item: str) -> tuple[bool, ItemNow | None]:
        """Is an answer in the cache fresh enough? And the last answer."""
        found = self._guard.known(ITEM_LOOKUP, {ITEM_KEY: item}, self._cache_s)
        if found is None:
            return False, None
        return found.outcome in _FRESH, _item_in(item, found)

    async def ask(
        self, items: Collection[str], within_s: float
    ) -> dict[str, ItemNow | None]:
        """What is known of each item then; None: the source has said nothing of it.

        A question that is still open goes on: its answer is for the cache.
        """
        found: dict[str, ItemNow | None] = {}
        done = asyncio.Event()

        def take(item: str, result: Result) -> None:
            found[item] = _item_in(item, result)
            if len(found) == len(items):
                done.set()

        questions = [
            self._guard.ask(
                ITEM_LOOKUP,
                self._lookup,
                {ITEM_KEY: item},
                partial(take, item),
                timeout_ms=self._timeout_ms,
                cache_s=self._cache_s,
            )
            for item in items
        ]
        try:
            async with asyncio.timeout(within_s):
                await done.wait()
        except TimeoutError:
            pass
        finally:
            for question in questions:
                if question is not None:
                    question.close()
        return {
            item: found[item] if item in found else self.known(item)[1]
            for item in items
        }


def _item_in(item: str, result: Result) -> ItemNow | None:
    """The first row, read as a row of the feed is."""
    rows = [{**row, "key": item} for row in result.rows[:1]]
    read = ItemRows(FeedReading()).items(FeedBatch(rows=rows))
    is_fresh = result.outcome in _FRESH
    return next((ItemNow(x, result.fetched_us, is_fresh) for x in read), None)


def live_items(config: Configuration, sources: Sources) -> LiveItems | None:
    """As configured; None: stock and price are those that the feed read."""
    written = config.insight.item_lookup
    if written is None or written.source not in sources.guards:
        return None
    connector = sources.connectors.get(written.source)
    lookup: Lookup = NeverAsked()
    if connector is not None:
        options = connector.lookup_options.model_validate(written.own)
        with contextlib.suppress(Unloadable):
            lookup = prepared_lookup(connector, ITEM_LOOKUP, options)
    return LiveItems(
        sources.guards[written.source],
        lookup,
        timeout_ms=written.timeout_ms,
        cache_s=written.cache_s,
    )
