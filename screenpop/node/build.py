"""How are the parts of one node made and put together?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

import screenpop
from screenpop.config.load import Loaded
from screenpop.config.mail import alert_mail
from screenpop.config.model import Configuration
from screenpop.config.teams import members
from screenpop.desk.desk import Desk
from screenpop.desk.hub import Hub, HubTools
from screenpop.desk.render import greeter
from screenpop.domain.call import Call
from screenpop.domain.call_state import CallBook
from screenpop.domain.directory import Directory
from screenpop.domain.journal_order import JournalOrder
from screenpop.domain.occurrences import Occurrences
from screenpop.history.archive import Archive
from screenpop.history.archiver import Archiver, Retention
from screenpop.history.audit import Audit
from screenpop.history.folding import NumberOf
from screenpop.history.opening import Past
from screenpop.insight.adviser import Adviser
from screenpop.insight.feed import OrderFeeds
from screenpop.insight.keeper import ModelKeeper
from screenpop.intake.lines import Streams
from screenpop.intake.placing import EventDoor, Placing
from screenpop.journal.appending import Door
from screenpop.journal.base import Journal
from screenpop.journal.duty import CallDuty
from screenpop.journal.sealing import PLAIN
from screenpop.lookup.live_items import live_items
from screenpop.lookup.own_source import OwnLookups, own_lookups
from screenpop.lookup.source_states import watched_state
from screenpop.lookup.sources import FindConnector
from screenpop.node.alerting import Alerting, rules_of
from screenpop.node.fold_failures import FoldFailures
from screenpop.node.follow import Follower
from screenpop.node.labels import queue_labels, source_labels
from screenpop.node.lookups import Lookups, make_lookups
from screenpop.node.node import Service
from screenpop.node.notices import Notices
from screenpop.node.opening import make_folder, opened
from screenpop.node.parts import (
    INDEX_FOLDER,
    archiving_lease,
    call_limits,
    counting_rules,
    data_dir_of,
    make_adviser,
    make_feeds,
    node_name,
    offers_of,
    placing_limits,
    recall_settings,
    rules,
    same_calls,
    session_limits,
    teams_of,
)
from screenpop.node.person_keys import NodeKeys
from screenpop.node.reload import Reloader
from screenpop.node.reports import reporting_of
from screenpop.node.snapshot_parts import Folds, made_by
from screenpop.node.snapshots import Snapshots
from screenpop.node.wallboard_frames import whole_board
from screenpop.support.clock import Clock, SystemClock
from screenpop.support.metrics import Metrics
from screenpop.support.numbering import keep_readings
from screenpop.support.spare_time import SpareTime
from screenpop.support.tasks import TaskOwner, Watch
from screenpop.wallboard.agents import AgentBoard
from screenpop.wallboard.alerts import AlertBoard
from screenpop.wallboard.feed import WallboardFeed
from screenpop.wallboard.recalls import RecallList

T = TypeVar("T")


async def build(
    loaded: Loaded,
    clock: Clock,
    find: FindConnector | None,
    journal: Journal | None = None,
) -> Service:
    """Journal and store open, everything else made, nothing running yet.

    `journal` is used in place of the configured one.
    Raises `ConfigError`, `Unavailable`; nothing is left open then.
    """
    config, folder = loaded.config, data_dir_of(loaded)
    keep_readings(config.limits.number_cache_entries)
    await asyncio.to_thread(make_folder, folder, loaded)
    metrics = Metrics()
    tasks = TaskOwner("service", watch := _watch(metrics))
    journal, past, keys = await opened(journal, loaded, clock)
    door, spare = Door(journal), SpareTime()
    try:
        adviser = make_adviser(config, clock, door.keep_some_time)
        own = _own(past, adviser, config, clock, tasks)
        numbers = folder / INDEX_FOLDER
        lookups = make_lookups(
            loaded, clock, door.keep_soon, metrics, own, find, spare, numbers, watch
        )
    except BaseException:
        await past.close()
        await journal.close()
        raise
    orders = make_feeds(loaded, lookups.sources, clock, metrics, watch)
    feed = _feed(config, clock)
    hub = _hub(config, clock, lookups, feed, door, metrics)
    duty = CallDuty(journal.leases)
    placing = _placing(config, journal, clock)
    archiver, retention = _history(
        config, clock, journal, past, lookups, spare, metrics, placing, keys
    )
    follower = _follower(
        config, clock, lookups, hub, feed, door, placing, metrics, duty, keys
    )
    return Service(
        loaded=loaded,
        clock=clock,
        metrics=metrics,
        journal=journal,
        past=past,
        door=door,
        archiver=archiver,
        retention=retention,
        events=EventDoor(placing, hub.directory, journal, spare, duty),
        streams=Streams(config, clock, follower.book, metrics),
        lookups=lookups,
        orders=orders,
        insight=_keeper(adviser, orders, lookups, loaded, clock),
        follower=follower,
        hub=hub,
        feed=feed,
        tasks=tasks,
        spare=spare,
        snapshots=_snapshots(follower, config, keys),
        alerting=_alerting(loaded, feed, past, lookups, journal, clock, metrics),
        reporting=reporting_of(loaded, clock, journal, past, archiver, feed, metrics),
        keys=keys,
        reloader=Reloader(loaded, find, clock),
    )


def _placing(config: Configuration, journal: Journal, clock: Clock) -> Placing:
    order = JournalOrder() if journal.leases.owner is not None else None
    occurrences = Occurrences(placing_limits(config), same_calls(config))
    return Placing(occurrences, clock, order)


def _alerting(
    loaded: Loaded,
    feed: WallboardFeed,
    past: Past,
    lookups: Lookups,
    journal: Journal,
    clock: Clock,
    metrics: Metrics,
) -> Alerting:
    config = loaded.config
    notices = Notices(config.alerts, clock, metrics.notices, mail=alert_mail(config))
    return Alerting(
        loaded=loaded,
        feed=feed,
        counts=past.counts(),
        sources=lambda: {
            name: watched_state(lookups.sources, name)
            for name in lookups.sources.guards
            if name in lookups.sources.settings
        },
        shown=metrics.ring_to_pop_s,
        gauge=metrics.alerts_open,
        journal=journal,
        node=node_name(config) if journal.leases.owner is not None else None,
        clock=clock,
        notices=notices,
    )


def _keeper(
    adviser: Adviser,
    orders: OrderFeeds,
    lookups: Lookups,
    loaded: Loaded,
    clock: Clock,
) -> ModelKeeper:
    config = loaded.config
    adviser.live = live_items(config, lookups.sources)
    return ModelKeeper(adviser, orders, data_dir_of(loaded), config.insight, clock)


def _snapshots(
    follower: Follower, config: Configuration, keys: NodeKeys | None
) -> Snapshots:
    parts = Folds(follower).parts()
    return Snapshots(
        parts,
        lambda: follower.offset,
        made_by(config),
        codec=PLAIN if keys is None else keys.codec,
        keep_keys=None if keys is None else keys.keep,
    )


def _own(
    past: Past, adviser: Adviser, config: Configuration, clock: Clock, tasks: TaskOwner
) -> OwnLookups:
    """What the service itself knows of a caller: earlier calls, and offers."""
    earlier = own_lookups(past.earlier, clock, tasks, past.may_have_called)
    return {**earlier, **offers_of(adviser, config, clock, tasks)}


def _watch(metrics: Metrics) -> Watch:
    return Watch(lambda task: metrics.task_restarts.labels(task).inc())


def _follower(
    config: Configuration,
    clock: Clock,
    lookups: Lookups,
    hub: Hub,
    feed: WallboardFeed,
    door: Door,
    placing: Placing,
    metrics: Metrics,
    duty: CallDuty,
    keys: NodeKeys | None,
) -> Follower:
    follower = Follower(
        book=CallBook(call_limits(config)),
        lookups=lookups.calls,
        desk=hub.desk,
        hub=hub,
        feed=feed,
        door=door,
        placing=placing,
        duty=duty,
        clock=clock,
        failures=FoldFailures(
            clock, lambda fold: metrics.fold_failures.labels(fold).inc()
        ),
    )
    placing.read_up_to = lambda: follower.shared_offset
    if keys is not None:
        keys.ring.number_of_call = follower.number_of
    return follower


def _history(
    config: Configuration,
    clock: Clock,
    journal: Journal,
    past: Past,
    lookups: Lookups,
    spare: SpareTime,
    metrics: Metrics,
    placing: Placing,
    keys: NodeKeys | None,
) -> tuple[Archiver, Retention]:
    recall = recall_settings(config)
    archive = Archive(
        past.database,
        past.known,
        counting_rules(config),
        ZoneInfo(config.server.time_zone),
        recall=recall.rules,
        recall_days=recall.days,
        team_of=members(config.teams),
        people_min=config.privacy.of_agents.people_min,
    )
    archiver = Archiver(
        journal,
        archive,
        _number_of(lookups),
        call_limits(config),
        clock,
        turn=spare.turn,
        people_at=past.people.cache.at,
        count_left_out=metrics.history_left_out.inc,
        placed=placing.placed,
        has_folded=placing.has_folded,
        lease=archiving_lease(config, journal, past.database, clock),
    )
    retention = Retention(
        journal,
        archiver,
        archive,
        Audit(past.database, clock),
        retention_h=config.journal.retention_h,
        history_days=config.store.history_days,
        stats_days=config.store.stats_days,
        keys=None if keys is None else keys.store,
        clock=clock,
    )
    return archiver, retention


def _number_of(lookups: Lookups) -> NumberOf:
    """The outside party's number, if history may hold it."""

    def number_of(call: Call) -> str | None:
        ani = lookups.calls.parties(call).ani
        return ani.number if ani.may_look_up else None

    return number_of


def _feed(config: Configuration, clock: Clock) -> WallboardFeed:
    return WallboardFeed(
        clock,
        time_zone=config.server.time_zone,
        rules=counting_rules(config),
        queue_labels=queue_labels(config),
        agents=AgentBoard(teams=teams_of(config)),
        recalls=RecallList(recall_settings(config)),
        alerts=AlertBoard([*rules_of(config).values()]),
    )


def _hub(
    config: Configuration,
    clock: Clock,
    lookups: Lookups,
    feed: WallboardFeed,
    door: Door,
    metrics: Metrics,
) -> Hub:
    desk = Desk(
        Directory(privacy=config.privacy.of_agents),
        profile_of=lookups.profile_of,
        queue_labels=queue_labels(config),
        source_labels=source_labels(config),
        pops_per_user_max=config.limits.resume_pops_max,
        promise_of=feed.recalls.promise_of,
    )
    tools = HubTools(
        clock=clock,
        door=door,
        hello=greeter(config, clock, screenpop.__version__),
        wallboard=partial(whole_board, feed, config),
        recalls=lambda user: feed.recalls.waiting(user, clock.now_us()),
        search=lambda text, publish: lookups.search.begin(text, publish),
        searches_per_minute=config.limits.searches_per_minute,
        rules=rules(config),
        limits=session_limits(config),
        desk_grace_s=config.server.desk_grace_s,
        metrics=metrics,
    )
    return Hub(desk, tools)


@asynccontextmanager
async def running(
    loaded: Loaded,
    *,
    clock: Clock | None = None,
    find: FindConnector | None = None,
    journal: Journal | None = None,
) -> AsyncIterator[Service]:
    """One node, from listening to gone.

    `journal` is used in place of the configured one.
    Raises `ConfigError` or `Unavailable` for what cannot work; nothing is left
    running then.
    """
    service = await build(loaded, clock or SystemClock(), find, journal)
    try:
        await service.begin()
        yield service
    finally:
        await service.end()
