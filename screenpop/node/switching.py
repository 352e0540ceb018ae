"""How does a running node take another configuration in one step?

made    every part that the new configuration says otherwise, next to the old ones
opened  its sources; what cannot be opened is closed again
switch  all parts at once, between two turns of the event loop
retire  when the last lookup with the old sources has ended: close them
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import screenpop
from screenpop.config.differences import unchanged_sources
from screenpop.config.load import Loaded
from screenpop.config.model import Configuration
from screenpop.config.teams import members
from screenpop.desk.render import greeter
from screenpop.domain.agent import Role
from screenpop.intake.dialect import BoundDialect
from screenpop.intake.lines import ListenedLine
from screenpop.intake.streams.registry import stream_dialect
from screenpop.intake.webhook import bind_line, join_legs, limit_lines
from screenpop.lookup.kept_sources import KeptSources
from screenpop.lookup.live_items import live_items
from screenpop.lookup.own_source import SOURCE as EARLIER
from screenpop.lookup.own_source import OwnLookups
from screenpop.lookup.run import RunTools
from screenpop.lookup.sources import FindConnector
from screenpop.node.labels import queue_labels, source_labels
from screenpop.node.lookups import Lookups, make_lookups
from screenpop.node.named_files import Owner
from screenpop.node.parts import (
    counting_rules,
    offers_of,
    recall_settings,
    rules,
    session_limits,
    teams_of,
)
from screenpop.node.report_maker import ReportMaker
from screenpop.node.reports import sender_of
from screenpop.node.services import follow_configuration
from screenpop.node.snapshot_parts import made_by
from screenpop.node.wallboard_frames import whole_board
from screenpop.support.numbering import keep_readings
from screenpop.support.tasks import TaskOwner

if TYPE_CHECKING:
    from screenpop.node.node import Service

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.1
IDLE_LOOKS = 3  # in a row: a lookup may wait for its turn between two questions
RETIRE_MAX_S = 120.0  # then old sources are closed even if they are asked
OPEN_WITHIN_S = 20.0
GREETED_AT_ONCE = 50  # browsers, before the event loop gets its turn


@dataclass(frozen=True, kw_only=True)
class NextParts:
    """What the node is to run with, made and not used yet."""

    loaded: Loaded
    lookups: Lookups
    kept: KeptSources
    webhooks: dict[str, BoundDialect]
    streams: dict[str, ListenedLine]

    @property
    def fresh(self) -> list[str]:
        """The sources that are opened again, or for the first time."""
        return [x for x in self.lookups.sources.connectors if x not in self.kept.names]


@dataclass(frozen=True, kw_only=True)
class OldParts:
    """What is closed when no one asks it any more."""

    tools: RunTools
    sources: KeptSources  # `names`: those that the new configuration has, too
    ended: Sequence[TaskOwner]


def made(
    it: Service,
    loaded: Loaded,
    find: FindConnector | None,
    again: Collection[Owner] = (),
) -> NextParts:
    """Without I/O; raises `ConfigError`. `again`: whose files have changed."""
    old, new = it.loaded.config, loaded.config
    running = it.lookups.sources
    reopened = {name for section, name in again if section == "sources"}
    names = (unchanged_sources(old, new) & running.guards.keys()) - reopened
    kept = KeptSources(sources=running, names=names)
    tools = it.lookups.tools
    return NextParts(
        loaded=loaded,
        kept=kept,
        lookups=make_lookups(
            loaded,
            it.clock,
            tools.publish,
            it.metrics,
            _own(it, new),
            find,
            tools.spare,
            kept=kept,
        ),
        webhooks=_webhooks(it, loaded, again),
        streams=_streams(it, loaded),
    )


def _own(it: Service, config: Configuration) -> OwnLookups:
    """What the service itself knows; the model answers by the settings of now."""
    earlier = {name: x for name, x in it.lookups.own.items() if name == EARLIER}
    return {**earlier, **offers_of(it.insight.adviser, config, it.clock, it.tasks)}


def _webhooks(
    it: Service, loaded: Loaded, again: Collection[Owner]
) -> dict[str, BoundDialect]:
    """A line that is as it was goes on with what it knows of its calls."""
    assert it.web is not None
    running = it.web.site.services.intake.lines
    old, new = it.loaded.config.lines, loaded.config
    return {
        name: running[name]
        if name in running and old.get(name) == line and ("lines", name) not in again
        else bind_line(name, line, new.server.public_url, new.limits)
        for name, line in new.lines.items()
        if stream_dialect(line.dialect) is None
    }


def _streams(it: Service, loaded: Loaded) -> dict[str, ListenedLine]:
    running, old, new = it.streams.lines, it.loaded.config.lines, loaded.config.lines
    changed = {n: x for n, x in new.items() if n not in running or old.get(n) != x}
    fresh = it.streams.made(changed)
    both = {**{name: running[name] for name in new if name in running}, **fresh}
    return {name: both[name] for name in new if name in both}


async def open_sources(parts: NextParts) -> dict[str, str]:
    """Open what is new; why some cannot be used. Then all of them are closed again."""
    sources = parts.lookups.sources
    whys = {n: why for n, why in sources.unusable.items() if n not in parts.kept.names}
    for name in parts.fresh:
        try:
            async with asyncio.timeout(OPEN_WITHIN_S):
                await sources.connectors[name].open()
        except TimeoutError:
            whys[name] = f"it did not open within {OPEN_WITHIN_S:g} s"
        except Exception as error:
            log.debug("source %s", name, exc_info=error)
            whys[name] = str(error) or type(error).__name__
    if whys:
        await sources.let_go(parts.fresh)
    return whys


def switch(it: Service, parts: NextParts) -> OldParts:
    """Everything runs by the new configuration when this returns; it does not wait."""
    assert it.web is not None
    assert it.requests is not None
    loaded, config = parts.loaded, parts.loaded.config
    services, lookups = it.web.site.services, it.lookups
    old = OldParts(
        tools=lookups.tools,
        sources=parts.kept,
        ended=[
            *parts.kept.hand_over(parts.lookups.sources),
            *it.streams.switch(parts.streams),
            *it.orders.switch(
                parts.lookups.sources.connectors, config.sources, parts.kept.names
            ),
        ],
    )
    before, it.loaded = it.loaded.config, loaded
    lookups.switch(parts.lookups)
    limit_lines(parts.webhooks, config.limits)
    keep_readings(config.limits.number_cache_entries)
    it.web.limit(config.limits, config.privacy.of_agents)
    join_legs(parts.webhooks, it.follower.book)
    it.requests.switch(loaded, parts.webhooks)
    services.intake.switch(parts.webhooks)
    _switch_counts(it, before)
    _switch_pages(it)
    it.insight.follow(config.insight)
    it.insight.adviser.live = live_items(config, lookups.sources)
    it.alerting.switch(loaded)
    maker = ReportMaker(loaded, it.past.counts(), services.groups)
    it.reporting.switch(config.reports, maker, sender_of(loaded))
    follow_configuration(it, services)
    it.keep_watching()
    it.snapshots.follow(made_by(config))
    return old


def _switch_pages(it: Service) -> None:
    """Desks, wallboards and the recall list."""
    config, labels = it.loaded.config, queue_labels(it.loaded.config)
    desk = it.hub.desk
    desk.queue_labels, desk.labels = labels, source_labels(config)
    if (privacy := config.privacy.of_agents) != desk.directory.privacy:
        desk.directory.privacy = privacy
        it.hub.cut_all(Role.SUPERVISOR)  # their look at names is written down first
    for case in desk.cases.values():
        case.forget_merged()
    it.hub.switch(
        greeter(config, it.clock, screenpop.__version__),
        rules(config),
        partial(whole_board, it.feed, config),
        session_limits(config),
        config.limits.searches_per_minute,
    )
    it.feed.relabel(labels)
    it.feed.recalls.settings = recall_settings(config)


def _switch_counts(it: Service, old: Configuration) -> None:
    """What is counted from now on, on the wallboards and in the history."""
    config = it.loaded.config
    it.feed.counters.count_by(counting_rules(config), it.follower.book)
    if config.teams != old.teams:
        it.feed.agents.regroup(teams_of(config))
    recall = recall_settings(config)
    it.archiver.archive.count_by(
        counting_rules(config),
        recall.rules,
        recall.days,
        members(config.teams),
        config.privacy.of_agents.people_min,
    )


async def begin_sources(it: Service, parts: NextParts) -> None:
    """Read the customers of new sources, forget those of sources that are gone."""
    sources = it.lookups.sources
    for name in parts.kept.sources.settings.keys() - sources.guards.keys():
        await asyncio.to_thread(sources.index.drop, name)
    await asyncio.to_thread(sources.index.open, [*sources.settings])
    sources.keep_index(parts.fresh)


async def greet_again(it: Service) -> None:
    """Say to each open page what facets and dispositions there are now."""
    sessions = iter(it.hub.desks())
    while some := [*islice(sessions, GREETED_AT_ONCE)]:
        for session in some:
            it.hub.greet(session)
        await asyncio.sleep(0)


async def bring_desks(it: Service) -> None:
    """Each open desk as a whole, with the names that may be seen now."""
    people = iter([*dict.fromkeys(each.username for each in it.hub.desks())])
    while some := [*islice(people, GREETED_AT_ONCE)]:
        it.hub.bring_whole(it.hub.offset, some)
        await asyncio.sleep(0)


async def retire(it: Service, old: OldParts) -> None:
    """Close the old sources after their last answer."""
    for tasks in old.ended:
        await tasks.close()
    sources = old.sources.sources
    names = [name for name in sources.connectors if name not in old.sources.names]
    idle, began_s = 0, it.clock.monotonic_s()
    while idle < IDLE_LOOKS and it.clock.monotonic_s() - began_s < RETIRE_MAX_S:
        asked = any(sources.guards[name].flights for name in names)
        idle = 0 if asked or it.lookups.calls.is_under_way(old.tools) else idle + 1
        await asyncio.sleep(LOOK_EVERY_S)
    await sources.let_go(names)
