"""How do all parts come up together, and go down in order?

    journal, past  ->  sources  ->  web  ->  folds (stored entries read again)  ->  live

Webhooks are taken as soon as they can be kept; browsers are let in when all is read.
Going down is the reverse: first no more requests, then what was accepted is
finished.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from screenpop.config.facets import all_shapes, gives_orders
from screenpop.config.load import Loaded
from screenpop.desk.hub import Hub
from screenpop.domain.agent import User, UserId
from screenpop.domain.call import AgentId
from screenpop.domain.directory import shared_telephone
from screenpop.domain.errors import Unavailable
from screenpop.domain.profile import Json, Profile
from screenpop.history.archiver import Archiver, Retention, next_turn
from screenpop.history.offers import Offers
from screenpop.history.opening import Past
from screenpop.history.recalls import PastRecalls
from screenpop.insight.feed import OrderFeeds
from screenpop.insight.keeper import ModelKeeper
from screenpop.intake.lines import Streams
from screenpop.intake.placing import EventDoor
from screenpop.intake.recent import RequestLog
from screenpop.journal.appending import Door
from screenpop.journal.base import (
    START,
    Entry,
    Journal,
    JournalReplaced,
    Offset,
    Rejoined,
)
from screenpop.lookup.explain import (
    Explanation,
    as_json,
    column_types,
    explain,
    line_or_first,
)
from screenpop.lookup.source_times import SourceTimes
from screenpop.node.alerting import Alerting, recover_alerts
from screenpop.node.canary_watch import try_canaries
from screenpop.node.follow import Follower
from screenpop.node.gauges import collect_when_quiet, collect_young, show_recalls, watch
from screenpop.node.kept_counts import KeptCounts
from screenpop.node.lookups import Lookups
from screenpop.node.offer_orders import learn_orders
from screenpop.node.parts import data_dir_of, node_name
from screenpop.node.person_keys import NodeKeys, forget_made_again, note_of
from screenpop.node.problems import NO_USERS, problems_of_node
from screenpop.node.recall_past import recover
from screenpop.node.reload import Reloader
from screenpop.node.reporting import Reporting
from screenpop.node.services import services_of
from screenpop.node.snapshots import Snapshots, resume
from screenpop.node.taking_up import keep_looking_again, take_up
from screenpop.node.tidying import EVERY_S, tidy_up
from screenpop.node.wallboard_frames import encoded, rule_of, stats_json
from screenpop.support.clock import Clock
from screenpop.support.log import NodeProblem, Outage
from screenpop.support.metrics import Metrics
from screenpop.support.spare_time import SpareTime
from screenpop.support.tasks import AT_ONCE, TaskOwner, Work
from screenpop.wallboard.agent_rows import Person
from screenpop.wallboard.feed import FeedData, WallboardFeed
from screenpop.web.server import WebServer

log = logging.getLogger(__name__)

REPLAY_ENTRIES = 500  # at a time: some 30 ms of the event loop
READ_AGAIN_S = 0.5
LEARN_ORDERS_EVERY_S = 3_600.0


@dataclass(kw_only=True)
class Service:
    """One running node."""

    loaded: Loaded
    clock: Clock
    metrics: Metrics
    journal: Journal
    past: Past
    door: Door
    events: EventDoor
    archiver: Archiver
    retention: Retention
    streams: Streams
    lookups: Lookups
    orders: OrderFeeds
    insight: ModelKeeper
    follower: Follower
    hub: Hub
    feed: WallboardFeed
    tasks: TaskOwner
    spare: SpareTime
    snapshots: Snapshots
    alerting: Alerting
    reporting: Reporting
    reloader: Reloader
    keys: NodeKeys | None = None
    web: WebServer | None = None
    reading: str | None = "what is stored is being read"
    """How far, until this node knows all calls."""
    caught_up: asyncio.Event = field(default_factory=asyncio.Event)
    replaced: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when what was read does not hold any more: end, and begin again."""
    other_workers: Sequence[NodeProblem] = ()  # those that do not run
    requests: RequestLog | None = None
    _stuck: bool = False
    _watches: set[str] = field(default_factory=set)  # what of `keep_watching` runs
    counts: KeptCounts | None = None
    shared: Mapping[AgentId, Sequence[UserId]] = field(default_factory=dict)

    times: SourceTimes = field(init=False)

    def __post_init__(self) -> None:
        durations = self.metrics.lookup_s
        self.times = SourceTimes(durations, self.lookups.source_of, self.clock)
        self.reloader.service = self

    @property
    def url(self) -> str:
        assert self.web is not None
        return self.web.url

    async def explain(
        self,
        number: str,
        candidate: str | None = None,
        *,
        line: str = "",
        dialled: str | None = None,
    ) -> Explanation:
        """As if the number called now, on the first line unless `line` names one."""
        told = await explain(
            number,
            lookups=self.lookups.calls,
            tools=self.lookups.tools,
            candidate=candidate,
            line=line_or_first(line, self.loaded.config.lines),
            dialled=dialled,
        )
        return self.lookups.judged(told)

    async def begin(self) -> None:
        """Open the sources, listen, read what is stored, go live."""
        if self.keys is not None:
            self.keys.on_erasure = self.replaced.set
        await self.archiver.agree()
        if not self.past.people.cache.all():
            log.warning("the store has %s", NO_USERS)
        self._users_changed(self.past.people.cache.all())
        await self.lookups.sources.open()
        self.lookups.sources.keep_index()
        self.orders.keep_read(self.lookups.sources.unusable)
        await self.follower.duty.begin()
        self.web = WebServer(services_of(self), self.tasks.watch)
        await self.web.start()
        for number, candidate, by, at_us in await self.past.remembered():
            self.lookups.calls.remember(number, candidate, by, at_us)
        await self._replay()
        self._keep_running()
        self.spare.when_idle = collect_young
        node, leases = node_name(self.loaded.config), self.journal.leases
        self.streams.listen(self.tasks.watch, self.events, leases, node)

    def _keep_running(self) -> None:
        """Everything that works in the background from now on, supervised."""
        self.follower.live = self.follower.placing.live = True
        keep = self.tasks.keep_running
        keep(self._follow, name="follow the journal", fatal=True, restarts=AT_ONCE)
        keep(self._take_up, name="take up live calls", until_done=True)
        keep(self._look_again, name="look unknown callers up again")
        if self.follower.duty.name is not None:
            keep(self.follower.keep_duty, name="ask for calls of nodes that died")
        keep(self._tidy_for_ever, name="close overdue calls")
        keep(self.archiver.run, name="write the history")
        keep(self.retention.run, name="forget what is old")
        keep(self._save_folds, name="save the state of the folds")
        keep(lambda: self.past.watch_users(self._users_changed), name="watch the users")
        keep(self.past.learn_who_called, name="learn who called", until_done=True)
        keep(self.past.note_privacy, name="note who sees agents", until_done=True)
        keep(self.past.check, name="check the store", until_done=True)
        keep(lambda: self.feed.run(self._to_wallboards), name="wallboard feed")
        self.keep_watching()
        keep(self.reloader.run, name="watch the configuration")
        keep(self._watch_gauges, name="watch the gauges")
        keep(lambda: try_canaries(self.lookups), name="try the canary callers")
        if self.keys is not None:
            keep(self.keys.run, name="keep the keys", until_done=True)
        if self.counts is not None:
            keep(self.counts.keep_saved, name="save today's counts")
        keep(
            lambda: collect_when_quiet(lambda: self.follower.offset, self.clock),
            name="collect garbage when it is quiet",
        )

    def keep_watching(self) -> None:
        """Alerts, reports and orders, from the first configuration on that has any."""
        work: dict[str, Work] = {}
        if self.loaded.config.alerts.rules:
            work["look for alerts"] = self.alerting.run
            work["learn how often calls come"] = self.alerting.learn_usual
            work["send alerts"] = self.alerting.notices.run
        if self.loaded.config.reports:
            work["send reports"] = self.reporting.run
        if gives_orders(self.loaded.config):
            work["keep the model of the orders"] = self.insight.run
            work["learn what was ordered"] = self._learn_orders
        for name in work.keys() - self._watches:
            self._watches.add(name)
            self.tasks.keep_running(work[name], name=name)

    async def _take_up(self) -> None:
        await take_up(self.follower)

    async def _look_again(self) -> None:
        await keep_looking_again(self.follower, self.lookups, self.spare)

    async def _save_folds(self) -> None:
        every_s = self.loaded.config.journal.snapshot_every_s
        await self.snapshots.run(self.journal, every_s, self.spare.turn)

    async def _learn_orders(self) -> None:
        offers, folder = Offers(self.past.database), data_dir_of(self.loaded)
        while True:
            if self.orders.is_whole:
                await learn_orders(offers, folder, self.clock)
            await asyncio.sleep(LEARN_ORDERS_EVERY_S)

    async def _watch_gauges(self) -> None:
        archives = self.archiver.lease
        parts = (self.follower, self.journal, self.lookups, archives, self.times)
        await watch(self.metrics, self.clock, *parts)

    async def end(self) -> None:
        """No more requests, finish what was accepted, release everything."""
        await self.hub.close()
        if self.web is not None:
            await self.web.stop()
        await self.reloader.close()
        await self.streams.close()
        self.lookups.calls.close()
        await self.follower.duty.leave()
        await self.orders.close()
        await self.lookups.sources.close()
        await self.tasks.close()
        if self.counts is not None:
            with suppress(OSError):  # a full disk does not keep a stop from ending
                await self.counts.save()
        erased = self.keys is not None and self.keys.erased
        if self.caught_up.is_set() and not erased:
            await self.snapshots.save(self.journal, next_turn)
        await self.journal.close()
        if self.keys is not None:
            await self.keys.finish()
        await self.past.close()
        if erased:
            await asyncio.to_thread(forget_made_again, data_dir_of(self.loaded))

    async def _replay(self) -> None:
        """Read what is stored, as if it happened now, without asking or pushing.

        Calls long over are dropped on the way, as they were then: a day of them
        would fill the memory.
        """
        oldest, newest = await self.journal.bounds()
        began_s = self.clock.monotonic_s()
        if await resume(self.follower, self.journal, self.snapshots):
            oldest = Offset(self.follower.offset)
            log.info("the state after entry %d was saved: read on from there", oldest)
        else:
            past = PastRecalls(self.past.database)
            await recover(self.feed.recalls, past, self.clock.now_us())
            await recover_alerts(self.feed.alerts, self.past.database)
        is_whole = self.follower.offset == 0
        while entries := await self._next_stored():
            for entry in entries:
                self.follower.take(entry)
            self.follower.tidy()
            done = (entries[-1].offset - oldest) / max(1, newest - oldest)
            self.reading = f"what is stored is being read: {min(done, 1.0):.0%}"
            await asyncio.sleep(0)
        _, newest = await self.journal.bounds()
        self.hub.offset = max(self.hub.offset, newest)
        if is_whole and self.keys is not None and self.keys.knows_erasures:
            # What pages show may be of an erased person: all get their desk as a whole.
            users = self.follower.directory.users
            self.follower.desk.floors = dict.fromkeys(users, newest + 1)
        self.reading = None
        self.caught_up.set()
        spent_s = self.clock.monotonic_s() - began_s
        log.info("the journal was read up to %d in %.1f s", newest, spent_s)

    async def _next_stored(self) -> list[Entry]:
        """A medium that refuses for a moment ends no start."""
        outage = Outage("reading the journal", log, self.clock)
        while True:
            try:
                entries = await self.journal.read(
                    Offset(self.follower.offset), REPLAY_ENTRIES
                )
            except JournalReplaced:
                raise
            except Unavailable as error:
                outage.failed(error)
                self.reading = f"what is stored cannot be read: {error}"
                await asyncio.sleep(READ_AGAIN_S)
            else:
                outage.recovered()
                return entries

    async def _follow(self) -> None:
        def take(entries: Sequence[Entry]) -> None:
            for entry in entries:
                self.follower.take(entry)

        try:
            while True:
                try:
                    await self.journal.follow(
                        Offset(self.follower.offset or START), take
                    )
                    return
                except Rejoined as together:
                    self.follower.rejoin(together.offset, together.known)
        except JournalReplaced:
            self.replaced.set()
            await asyncio.Event().wait()  # until this node ends

    async def _tidy_for_ever(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            self._send_browsers_away()
            self.follower.tell_recalls()
            waiting = self.feed.recalls.waiting_by_queue(self.clock.now_us())
            show_recalls(self.metrics, waiting, self.loaded.config.queues)
            self.door.keep_all_soon(self.hub.presence_due())
            await tidy_up(self.follower, self.door, self.spare.turn)

    def _send_browsers_away(self) -> None:
        """A node that hears nothing more must not show its desks as live."""
        stuck = self.journal.health.is_stuck
        if stuck and not self._stuck:
            log.error("nothing is read from the journal: all browsers are sent away")
            self.hub.cut_all()
        self._stuck = stuck

    async def logged_out(self, user: User) -> None:
        """Who logs out takes no more calls: at once, unless the journal is away."""
        record = self.hub.log_out_record(user)
        if record is not None:
            self.door.keep_soon(record)

    async def _to_wallboards(self, data: FeedData) -> None:
        rule = rule_of(self.feed, self.loaded.config.privacy.of_agents)
        frame = encoded(data, self.loaded.config, rule)
        if frame is not None:
            await self.hub.watchers.send(frame)

    async def read_users_again(self) -> None:
        """Take in now what another process changed; else `watch_users` does."""
        await self.past.people.cache.reload()
        await self.past.people.tokens.reload()
        self._users_changed(self.past.people.cache.all())

    def _users_changed(self, users: Sequence[User]) -> None:
        self.follower.directory.replace(users)
        self._warn_of_shared()
        self.feed.agents.know(
            Person(user=user.username, name=user.name, agents=user.agents)
            for user in users
            if user.active and user.agents
        )
        self.hub.users_changed()
        if self.web is not None:
            self.web.site.sockets.access_changed()

    def _warn_of_shared(self) -> None:
        shared = self.follower.directory.shared()
        if shared != self.shared:
            self.shared = shared
            for agent, people in shared.items():
                log.warning("%s", shared_telephone(agent, people))

    async def profile_of(self, number: str) -> Profile:
        return (await self.explain(number)).profile

    async def lookup_json(
        self, number: str, candidate: str | None, line: str, dialled: str | None
    ) -> Json:
        told = await self.explain(number, candidate, line=line, dialled=dialled)
        return as_json(told, column_types(all_shapes(self.loaded.config)))

    async def live_stats(self) -> Json:
        return stats_json(self.feed, self.loaded.config)

    def notes(self) -> list[str]:
        not_encrypted = note_of(self.loaded, self.keys)
        notes = (self.journal.health.may_lose, self.archiver.note, not_encrypted)
        return [note for note in notes if note is not None]

    async def problems(self) -> list[NodeProblem]:
        """What keeps this node from doing its work well, for `/readyz`."""
        return [*problems_of_node(self)]
