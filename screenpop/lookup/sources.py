"""Which sources are there, and are their lookups ready to be asked?

Makes connectors and lookups from the configuration, opens them, keeps the number
index up to date. A source that is down at the start does not stop the start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, time, tzinfo
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from screenpop.config.facets import enabled_lookups
from screenpop.config.model import Configuration
from screenpop.config.prepare import (
    has_contacts,
    sources_of_customers,
)
from screenpop.config.prepare import made as made_connector
from screenpop.config.sources import Source
from screenpop.connector import (
    Connector,
    ConnectorContext,
    ContactsReading,
    OddItems,
    Unavailable,
    Unloadable,
)
from screenpop.connector.base import defect
from screenpop.connector.expiry import Expiry, expiries
from screenpop.domain.errors import ScreenpopError
from screenpop.lookup.canaries import Canaries
from screenpop.lookup.column_watch import ColumnWatch, Loss
from screenpop.lookup.counting import Counting, TooSlow
from screenpop.lookup.guarded_source import GuardedSource, SourceLimits
from screenpop.lookup.kept_reading import restored
from screenpop.lookup.kept_sources import KeptSources
from screenpop.lookup.number_index import NumberIndex
from screenpop.lookup.plan import Plan, PlannedLookup
from screenpop.lookup.planned_lookups import planned_lookup
from screenpop.lookup.refreshing import (
    FullPass,
    configured_by,
    given,
    gives_contacts,
)
from screenpop.lookup.search import PlannedSearch, planned_searches
from screenpop.support.clock import Clock, SystemClock
from screenpop.support.log import Backoff, Outage
from screenpop.support.tasks import TaskOwner, Watch

log = logging.getLogger(__name__)

AnyConnector = Connector[Any, Any]
FindConnector = Callable[[str], type[AnyConnector]]
WARMING = "its customers are being read: callers are not all known by number yet"


@dataclass(kw_only=True)
class Sources:
    """All enabled sources with their connectors, guards, plan and number index."""

    plan: Plan
    guards: dict[str, GuardedSource]
    connectors: dict[str, AnyConnector]
    index: NumberIndex
    settings: Mapping[str, Source]
    tasks: TaskOwner
    unread: dict[str, str] = field(default_factory=dict)
    """Sources whose customers are not as they should be in the index, and why."""
    readings: dict[str, ContactsReading] = field(default_factory=dict)
    """What became of the rows of each source's last complete reading."""
    read_us: dict[str, int] = field(default_factory=dict)
    """When each source's contacts were last read to their end."""
    searches: dict[str, PlannedSearch] = field(default_factory=dict)
    """How to search those that say it."""
    misread: dict[str, OddItems] = field(default_factory=dict)
    """Values of each source's answers that are not of their column's type."""
    columns: ColumnWatch = field(default_factory=ColumnWatch)
    canaries: Canaries = field(default_factory=Canaries)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the index may know callers whom it did not know before."""
    clock: Clock = field(default_factory=SystemClock)
    zone: tzinfo = UTC
    said: dict[str, tuple[str, ...]] = field(default_factory=dict)
    refreshing: dict[str, TaskOwner] = field(default_factory=dict)

    async def open(self) -> None:
        """Open every connector; one that cannot work does not stop the others.

        Customers whom an earlier run read are known from here on.
        """
        await asyncio.to_thread(self.index.open, self._names())
        for name in self._names():
            about = self.index.about(name)
            if (reading := restored(about.reading)) is not None:
                self.readings[name], self.read_us[name] = reading, about.read_us
        for name, connector in self.connectors.items():
            try:
                await connector.open()
            except Unavailable as error:
                log.warning("source %s cannot be reached yet: %s", name, error)
            except Exception as error:
                log.debug("source %s cannot be opened", name, exc_info=error)
                self._give_up(name, reason_of(error))

    def _names(self) -> list[str]:
        """The enabled sources in their order, whether they can be used or not."""
        return [name for name, source in self.settings.items() if source.enabled]

    def _give_up(self, name: str, why: str) -> None:
        log.error("source %s cannot be used: %s", name, why)
        self.guards[name].unusable = why
        self.unread[name] = f"it cannot be used: {why}"

    def expiries(self, name: str) -> list[Expiry]:
        """Which of a source's credentials end one day; of our own none."""
        connector, written = self.connectors.get(name), self.settings.get(name)
        known = () if connector is None else connector.expiring()
        return expiries(None if written is None else written.expires, known)

    @property
    def unusable(self) -> dict[str, str]:
        """Sources that cannot be used at all, and why."""
        return {n: x.unusable for n, x in self.guards.items() if x.unusable is not None}

    def losses(self, name: str) -> list[Loss]:
        """Values that answers of a source lack, though they used to have them."""
        found = self.columns.losses(name, self.clock.now_us())
        return [loss for loss in found if loss.lookup in self.plan.lookups]

    def keep_index(self, names: Collection[str] | None = None) -> None:
        """Read every source's contacts, again and again, in tasks of their own."""
        for name in self.connectors if names is None else names:
            usable = name in self.connectors and name not in self.unusable
            if usable and gives_contacts(self.connectors[name]):
                if not self.index.is_whole(name):
                    self.unread[name] = WARMING
                mine = self.refreshing[name] = TaskOwner("sources", self.tasks.watch)
                mine.keep_running(
                    partial(self._refresh_for_ever, name), name=f"contacts {name}"
                )

    async def close(self) -> None:
        for reading in self.refreshing.values():
            await reading.close()
        await self.tasks.close()
        await self.let_go(self.connectors)
        await asyncio.to_thread(self.index.close)

    async def let_go(self, names: Iterable[str]) -> None:
        """Close these sources: nothing asks them any more."""
        for name in names:
            if (connector := self.connectors.get(name)) is None:
                continue
            try:
                await connector.close()
            except Exception as error:
                log.error("source %s did not close cleanly: %s", name, reason_of(error))
                log.debug("source %s did not close cleanly", name, exc_info=error)

    async def read_contacts(
        self, name: str, *, only: str | None = None, within_s: float | None = None
    ) -> int | None:
        """Read one source's contacts into the index; None: they are as before.

        `only` a number: those that can have nothing to do with it are passed over.
        `within_s`: no longer than this; those that were read by then are kept, and
        `TooSlow` says how many. Raises `Unavailable`.
        """
        connector, about = self.connectors[name], self.index.about(name)
        if not gives_contacts(connector):
            return None
        version = await connector.contacts_version()
        configured = configured_by(connector)
        now_us = self.clock.now_us()
        everything = self.full_pass(name).is_due(about, now_us)
        known = about.whole and about.made_by == self.index.made_by(configured)
        unchanged = version is not None and about.version == version
        if known and unchanged and not everything:
            return None
        loading = await asyncio.to_thread(
            self.index.begin,
            name,
            self._names().index(name),
            configured=configured,
            first_since=connector.first_contacts_since,
            everything=everything,
        )
        counting = Counting(connector)
        batches = given(connector, loading.since)
        try:
            async with asyncio.timeout(within_s):
                async for batch in counting.batches(batches, only):
                    await asyncio.to_thread(
                        loading.add, batch.contacts, batch.gone, batch.since
                    )
        except TimeoutError as error:
            await asyncio.to_thread(loading.finish)
            assert within_s is not None
            raise TooSlow(counting.read, within_s) from error
        except BaseException:
            await asyncio.to_thread(loading.abandon)
            raise
        reading = counting.reading
        count = await asyncio.to_thread(loading.finish, version, now_us, reading)
        self.read_us[name] = self.clock.now_us()
        if loading.is_everything or reading.rows:
            self.news.set()
        if loading.is_everything:
            self.readings[name] = reading
            self._report(name, count)
        elif reading.rows:
            log.info(
                "source %s: %d rows had changed; %d contacts indexed",
                name,
                reading.rows,
                count,
            )
        return count

    def full_pass(self, name: str) -> FullPass:
        at = time.fromisoformat(self.settings[name].contacts_full_at)
        return FullPass(at=at, zone=self.zone)

    def _report(self, name: str, count: int) -> None:
        """Log what a reading brought; what is odd in it only when that changes."""
        reading = self.readings[name]
        left_out = ", ".join(f"{n} {why}" for why, n in reading.left_out.items())
        log.info(
            "source %s: %d contacts indexed of %d rows%s",
            name,
            count,
            reading.rows,
            f"; left out: {left_out}" if left_out else "",
        )
        warning = reading.warning()
        said = reading.odd.said() if warning is None else (warning, *reading.odd.said())
        if said != self.said.get(name, ()):
            for sentence in said:
                log.warning("source %s: %s", name, sentence)
        self.said[name] = said

    def _settle(self, name: str) -> None:
        reading = self.readings.get(name)
        warning = None if reading is None else reading.warning()
        if warning is None:
            self.unread.pop(name, None)
        else:
            self.unread[name] = warning

    async def _refresh_for_ever(self, name: str) -> None:
        outage, backoff = Outage(f"contacts of source {name}", log), Backoff()
        while True:
            try:
                await self.read_contacts(name)
                outage.recovered()
                backoff.reset()
                self._settle(name)
            except Unavailable as error:
                outage.failed(error)
                self.unread[name] = f"its customers cannot be read: {error}"
                await asyncio.sleep(backoff.next_s(error))
                continue
            except Exception as error:
                self.unread[name] = (
                    f"its customers cannot be read: {type(error).__name__} in the"
                    " connector; the log has the details"
                )
                raise
            await asyncio.sleep(self.settings[name].contacts_every_s)


def reason_of(error: Exception) -> str:
    """In words; a foreign exception is a defect of the connector that raised it."""
    if isinstance(error, ScreenpopError):
        return str(error)
    return defect(error)


def make_sources(
    config: Configuration,
    folder: Path,
    find: FindConnector,
    clock: Clock,
    own: Mapping[str, tuple[GuardedSource, list[PlannedLookup]]] | None = None,
    index_folder: Path | None = None,
    watch: Watch | None = None,
    kept: KeptSources | None = None,
) -> Sources:
    """Make what the configuration names, without I/O; raises `ConfigError`.

    `index_folder` keeps the number index; without one it is for this process only.
    """
    tasks = TaskOwner("sources", watch) if kept is None else kept.sources.tasks
    guards: dict[str, GuardedSource] = {}
    connectors: dict[str, AnyConnector] = {}
    unloadable: dict[str, str] = {}
    misread = {name: OddItems() for name in config.sources}
    for name, source in config.sources.items():
        if kept is not None and name in kept.names:
            kept.give(name, guards, connectors, misread)
        elif source.enabled:
            context = ConnectorContext(
                source=name,
                folder=folder,
                clock=clock,
                country=config.server.country,
            )
            connector = _connector(name, source, find, context, unloadable)
            limits = _limits(source, connector)
            label = source.label or name
            guards[name] = GuardedSource(name, label, limits, clock, tasks)
            if connector is not None:
                connectors[name] = connector
    with_contacts = [name for name, c in connectors.items() if has_contacts(c)]
    bringing = sources_of_customers(config, with_contacts)
    lookups = [
        planned_lookup(name, config, connectors, bringing, unloadable, misread)
        for name in enabled_lookups(config)
    ]
    for name, (guard, more) in (own or {}).items():
        guards[name] = guard
        lookups.extend(more)
    made = Sources(
        plan=Plan(lookups),
        guards=guards,
        connectors=connectors,
        index=NumberIndex(config.server.country, index_folder)
        if kept is None
        else kept.sources.index,
        settings=config.sources,
        searches=planned_searches(config, connectors, unloadable),
        tasks=tasks,
        clock=clock,
        misread=misread,
        columns=ColumnWatch() if kept is None else kept.sources.columns,
        canaries=Canaries() if kept is None else kept.sources.canaries,
        news=asyncio.Event() if kept is None else kept.sources.news,
        zone=ZoneInfo(config.server.time_zone),
    )
    for name, why in unloadable.items():
        made._give_up(name, why)
    return made


def _connector(
    name: str,
    source: Source,
    find: FindConnector,
    context: ConnectorContext,
    unloadable: dict[str, str],
) -> AnyConnector | None:
    """None for one that cannot be loaded on this machine: noted, and left out."""
    try:
        kind = find(source.connector)
        options = kind.source_options.model_validate(source.own)
        return made_connector(kind, options, context)
    except Unloadable as error:
        unloadable[name] = str(error)
        return None


def _limits(source: Source, connector: AnyConnector | None) -> SourceLimits:
    """As configured; no more at once than the connector itself can carry."""
    carried = connector.at_once_max if connector is not None else None
    return SourceLimits(
        timeout_ms=source.timeout_ms,
        concurrency=min(source.concurrency, carried or source.concurrency),
        waiting_max=source.waiting_max,
        cache_s=source.cache_s,
        stale_s=source.stale_s,
        cache_entries=source.cache_entries,
        breaker_failures=source.breaker.failures,
        breaker_open_s=source.breaker.open_s,
        pause_max_s=source.breaker.pause_max_s,
    )
