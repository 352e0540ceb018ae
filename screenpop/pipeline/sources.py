"""Which sources are there, and are their lookups ready to be asked?

Makes connectors and lookups from the configuration, opens them, keeps the number
index up to date. A source that is down at the start is no reason not to start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from screenpop.config.customers import asked_about, sources_of_customers
from screenpop.config.facets import enabled_lookups, kind_of
from screenpop.config.model import Configuration, Source
from screenpop.config.prepare import has_contacts
from screenpop.connector import (
    Connector,
    ConnectorContext,
    ContactRecord,
    ContactsReading,
    Unavailable,
)
from screenpop.domain.errors import ConfigError
from screenpop.pipeline.lookup import GuardedSource, Later, SourceLimits, at_once
from screenpop.pipeline.number_index import NumberIndex, may_belong
from screenpop.pipeline.plan import Plan, PlannedLookup
from screenpop.support.clock import Clock
from screenpop.support.outage import Outage
from screenpop.support.tasks import TaskOwner, Watch

log = logging.getLogger(__name__)

AnyConnector = Connector[Any, Any]
FindConnector = Callable[[str], type[AnyConnector]]
CONTACTS_MAX = 2_000_000
BATCH_CONTACTS = 500  # made in one turn of the event loop: about a millisecond
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
    """What became of the rows of the last reading of each source's customers."""
    _versions: dict[str, str | None] = field(default_factory=dict)
    _said: dict[str, tuple[str, ...]] = field(default_factory=dict)

    async def open(self) -> None:
        """Open every connector; raises `ConfigError` for what can never work.

        Customers whom an earlier run read are known from here on.
        """
        await asyncio.to_thread(self.index.open, list(self.connectors))
        for name, connector in self.connectors.items():
            try:
                await connector.open()
            except Unavailable as error:
                log.warning("source %s cannot be reached yet: %s", name, error)

    def keep_index(self) -> None:
        """Read every source's contacts, again and again, in tasks of their own."""
        for name, connector in self.connectors.items():
            if connector.contacts() is not None:
                if not self.index.is_whole(name):
                    self.unread[name] = WARMING
                self.tasks.keep_running(
                    partial(self._refresh_for_ever, name), name=f"contacts {name}"
                )

    async def close(self) -> None:
        await self.tasks.close()
        for name, connector in self.connectors.items():
            try:
                await connector.close()
            except Exception:
                log.exception("source %s did not close cleanly", name)
        await asyncio.to_thread(self.index.close)

    async def read_contacts(self, name: str, *, only: str | None = None) -> int | None:
        """Read one source's contacts into the index; None: they are as before.

        `only` a number: those that can have nothing to do with it are passed over.
        """
        connector = self.connectors[name]
        version = await connector.contacts_version()
        if version is not None and self._versions.get(name) == version:
            return None
        contacts = connector.contacts()
        if contacts is None:
            return None
        rank = list(self.connectors).index(name)
        loading = await asyncio.to_thread(self.index.begin, name, rank)
        try:
            async for batch in _batches(name, contacts, only):
                await asyncio.to_thread(loading.add, batch)
        except BaseException:
            await asyncio.to_thread(loading.abandon)
            raise
        count = await asyncio.to_thread(loading.finish)
        self._versions[name] = version
        reading = connector.reading or ContactsReading(rows=count, contacts=count)
        reading.odd.take(loading.odd)
        self.readings[name] = reading
        return count

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
        if said != self._said.get(name, ()):
            for sentence in said:
                log.warning("source %s: %s", name, sentence)
        self._said[name] = said

    def _settle(self, name: str) -> None:
        reading = self.readings.get(name)
        warning = None if reading is None else reading.warning()
        if warning is None:
            self.unread.pop(name, None)
        else:
            self.unread[name] = warning

    async def _refresh_for_ever(self, name: str) -> None:
        outage = Outage(f"contacts of source {name}", log)
        while True:
            try:
                count = await self.read_contacts(name)
                if count is not None:
                    self._report(name, count)
                outage.recovered()
                self._settle(name)
            except Unavailable as error:
                outage.failed(error)
                self.unread[name] = f"its customers cannot be read: {error}"
            except Exception as error:
                self.unread[name] = (
                    f"its customers cannot be read: {type(error).__name__} in the"
                    " connector; the log has the details"
                )
                raise
            await asyncio.sleep(
                5 if outage.lasting else self.settings[name].contacts_every_s
            )


async def _batches(
    name: str, contacts: AsyncIterator[ContactRecord], only: str | None
) -> AsyncIterator[list[ContactRecord]]:
    """So many at a time: a million objects at once cost a gigabyte and long pauses."""
    batch: list[ContactRecord] = []
    read = 0
    async for contact in contacts:
        if only is not None and not may_belong(contact, only):
            continue
        batch.append(contact)
        read += 1
        if len(batch) >= BATCH_CONTACTS:
            yield batch
            batch = []
        if read >= CONTACTS_MAX:
            log.warning("source %s: only the first %d contacts are indexed", name, read)
            break
    yield batch


def make_sources(
    config: Configuration,
    folder: Path,
    find: FindConnector,
    clock: Clock,
    own: Mapping[str, tuple[GuardedSource, list[PlannedLookup]]] | None = None,
    later: Later = at_once,
    index_folder: Path | None = None,
    watch: Watch | None = None,
) -> Sources:
    """Make what the configuration names, without I/O; raises `ConfigError`.

    `index_folder` keeps the number index; without one it is for this process only.
    """
    tasks = TaskOwner("sources", watch)
    guards: dict[str, GuardedSource] = {}
    connectors: dict[str, AnyConnector] = {}
    for name, source in config.sources.items():
        if source.enabled:
            context = ConnectorContext(
                source=name,
                folder=folder,
                clock=clock,
                country=config.server.country,
            )
            made = connectors[name] = _connector(source, find, context)
            limits = _limits(source, made)
            label = source.label or name
            guards[name] = GuardedSource(name, label, limits, clock, tasks, later)
    with_contacts = [name for name, c in connectors.items() if has_contacts(c)]
    bringing = sources_of_customers(config, with_contacts)
    lookups = [
        _planned(name, config, connectors[lookup.source], bringing)
        for name, lookup in enabled_lookups(config).items()
    ]
    for name, (guard, more) in (own or {}).items():
        guards[name] = guard
        lookups.extend(more)
    return Sources(
        plan=Plan(lookups),
        guards=guards,
        connectors=connectors,
        index=NumberIndex(config.server.country, index_folder),
        settings=config.sources,
        tasks=tasks,
    )


def _connector(
    source: Source, find: FindConnector, context: ConnectorContext
) -> AnyConnector:
    kind = find(source.connector)
    return kind(kind.source_options.model_validate(source.own), context)


def _limits(source: Source, connector: AnyConnector) -> SourceLimits:
    """As configured; no more at once than the connector itself can carry."""
    carried = connector.at_once_max
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


def _planned(
    name: str, config: Configuration, connector: AnyConnector, bringing: Sequence[str]
) -> PlannedLookup:
    lookup = config.lookups[name]
    try:
        options = connector.lookup_options.model_validate(lookup.own)
    except ValueError as error:
        raise ConfigError(f"lookups.{name}: {error}") from error
    made = connector.lookup(name, options)
    about = asked_about(lookup, made.needs, bringing)
    return PlannedLookup(
        name=name,
        source=lookup.source,
        facet=lookup.facet,
        kind=kind_of(lookup, config),
        lookup=made,
        timeout_ms=lookup.timeout_ms,
        cache_s=lookup.cache_s,
        confidence=lookup.confidence,
        why=lookup.why,
        customers_of=about,
    )
