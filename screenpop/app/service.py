"""How do all parts come up together, and go down in order?

    journal, past  ->  sources  ->  folds (stored entries read again)  ->  web

Going down is the reverse: first no more requests, then what was accepted is
finished.
"""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import screenpop
from screenpop.app.boards import encoded, stats_json
from screenpop.app.explaining import Json, as_json, column_types
from screenpop.app.follow import Follower
from screenpop.app.greet import greeter
from screenpop.app.intake import Intake, bind_lines
from screenpop.app.parts import (
    Lookups,
    call_limits,
    data_dir_of,
    journal_of,
    make_lookups,
    rules,
    session_limits,
    shown_by,
)
from screenpop.app.past import Past, open_past
from screenpop.config.facets import all_shapes
from screenpop.config.load import Loaded
from screenpop.domain.agent import User
from screenpop.domain.call_state import CallBook
from screenpop.domain.errors import Overloaded, Unavailable
from screenpop.domain.profile import Profile
from screenpop.journal.base import START, Journal, Offset
from screenpop.journal.records import ActionRecord, Record
from screenpop.pipeline.explain import Explanation, explain
from screenpop.pipeline.own_source import own_lookups
from screenpop.pipeline.sources import FindConnector
from screenpop.push.audience import Directory, people
from screenpop.push.desk import Desk
from screenpop.push.hub import Hub, HubTools
from screenpop.support.clock import Clock, SystemClock
from screenpop.support.metrics import Metrics
from screenpop.support.tasks import TaskOwner
from screenpop.wallboard.agents import Person
from screenpop.wallboard.feed import FeedData, WallboardFeed
from screenpop.web.server import WebServer
from screenpop.web.services import Problem, Services

log = logging.getLogger(__name__)

REPLAY_ENTRIES = 2000
TIDY_EVERY_S = 1.0
TRIM_EVERY_S = 300.0
# Full collections walk every object of every connection: with ten thousand of
# them they are the longest stalls there are (docs/performance.md).
GC_THRESHOLDS = (100_000, 50, 1000)


@dataclass(kw_only=True)
class Service:
    """One running node."""

    loaded: Loaded
    clock: Clock
    metrics: Metrics
    journal: Journal
    past: Past
    lookups: Lookups
    follower: Follower
    hub: Hub
    feed: WallboardFeed
    web: WebServer | None = None
    tasks: TaskOwner = field(default_factory=lambda: TaskOwner("service"))

    @property
    def url(self) -> str:
        assert self.web is not None
        return self.web.url

    @classmethod
    @asynccontextmanager
    async def running(
        cls,
        loaded: Loaded,
        *,
        clock: Clock | None = None,
        find: FindConnector | None = None,
    ) -> AsyncIterator[Service]:
        """Bring everything up, hand it out, take everything down.

        Raises `ConfigError` for what cannot work, with nothing left running.
        """
        gc.set_threshold(*GC_THRESHOLDS)
        service = await _made(loaded, clock or SystemClock(), find)
        try:
            await service._begin()
            yield service
        finally:
            await service._end()

    async def explain(
        self, number: str, candidate: str | None = None, **more: str
    ) -> Explanation:
        return await explain(
            number,
            lookups=self.lookups.calls,
            tools=self.lookups.tools,
            candidate=candidate,
            **more,  # type: ignore[arg-type]
        )

    async def _begin(self) -> None:
        await self.lookups.sources.open()
        self.lookups.sources.keep_index()
        for number, candidate, by, at_us in await self.past.remembered():
            self.lookups.calls.remember(number, candidate, by, at_us)
        await self._replay()
        self.tasks.spawn(self._follow(), name="follow the journal")
        self.tasks.spawn(self._tidy_for_ever(), name="close overdue calls")
        self.tasks.spawn(self._trim_for_ever(), name="trim the journal")
        self.tasks.spawn(
            self.past.watch_users(self._users_changed), name="watch the users"
        )
        self.tasks.spawn(self.feed.run(self._to_wallboards), name="wallboard feed")
        self.follower.go_live()
        self.web = WebServer(self._services())
        await self.web.start()

    async def _end(self) -> None:
        await self.hub.close()
        if self.web is not None:
            await self.web.stop()
        self.lookups.calls.close()
        await self.lookups.sources.close()
        await self.tasks.close()
        await self.journal.close()
        await self.past.close()

    async def _replay(self) -> None:
        """Read what is stored, as if it happened now, without asking or pushing."""
        while entries := await self.journal.read(
            Offset(self.follower.offset), REPLAY_ENTRIES
        ):
            for entry in entries:
                self.follower.take(entry)
            await asyncio.sleep(0)
        _, newest = await self.journal.bounds()
        self.hub.offset = max(self.hub.offset, newest)

    async def _follow(self) -> None:
        async for entries in self.journal.tail(Offset(self.follower.offset or START)):
            for entry in entries:
                self.follower.take(entry)

    async def _tidy_for_ever(self) -> None:
        while True:
            await asyncio.sleep(TIDY_EVERY_S)
            ends = self.follower.tidy(self.clock.now_us())
            if ends:
                await self._append_or_tell(ends)

    async def _trim_for_ever(self) -> None:
        keep_us = round(self.loaded.config.journal.retention_h * 3600e6)
        while True:
            await asyncio.sleep(TRIM_EVERY_S)
            try:
                await self.journal.trim(self.clock.now_us() - keep_us)
            except Unavailable as error:
                log.warning("the journal cannot be trimmed now: %s", error)

    def append_soon(self, record: Record) -> None:
        """Journal something that nobody waits for."""
        self.tasks.spawn(self._append_or_tell([record]), name="append")

    async def _append_or_tell(self, records: list[Record]) -> None:
        try:
            await self.journal.append(records)
        except (Overloaded, Unavailable) as error:
            log.warning("%d records could not be journalled: %s", len(records), error)

    async def _append(self, record: ActionRecord) -> int:
        (receipt,) = await self.journal.append([record])
        return receipt.offset

    def _to_wallboards(self, data: FeedData) -> None:
        self.hub.broadcast(encoded(data, self.loaded.config.server.company))

    def _users_changed(self, users: Sequence[User]) -> None:
        self.follower.directory.replace(users)
        self.feed.agents.know(
            {
                agent: Person(agent=principal, name=name)
                for agent, principal, name in people(users)
            }
        )
        self.hub.users_changed()

    def _services(self) -> Services:
        config = self.loaded.config
        intake = Intake(
            bind_lines(config), self.journal.append, self._profile_of, self.metrics
        )
        return Services(
            take_request=intake.take,
            hub=self.hub,
            users=self.past.people,
            calls=self.past.calls(self._append),
            lookup=self._lookup_json,
            stats=self._stats_json,
            ready=self._problems,
            data_dir=data_dir_of(self.loaded),
            version=screenpop.__version__,
            server=config.server,
            limits=config.limits,
            security=config.security,
            metrics=self.metrics,
            clock=self.clock,
        )

    async def _profile_of(self, number: str) -> Profile:
        return (await self.explain(number)).profile

    async def _lookup_json(self, number: str, candidate: str | None) -> Json:
        told = await self.explain(number, candidate)
        return as_json(told, column_types(all_shapes(self.loaded.config)))

    async def _stats_json(self) -> Json:
        return stats_json(self.feed.snapshot())

    async def _problems(self) -> list[Problem]:
        """What keeps this node from doing its work well, for `/readyz`."""
        health = self.journal.health
        found = []
        if health.trouble is not None:
            found.append(Problem(part="journal", message=health.trouble))
        found.extend(
            Problem(part="store", message=trouble, fatal=False)
            for trouble in self.past.troubles()
        )
        found.extend(
            Problem(
                part=f"source {name}",
                message=f"{guard.label} keeps failing and is left alone",
                fatal=False,
            )
            for name, guard in self.lookups.sources.guards.items()
            if guard.breaker.is_open
        )
        return found


async def _made(loaded: Loaded, clock: Clock, find: FindConnector | None) -> Service:
    """Everything made, journal and past open, nothing running yet."""
    config = loaded.config
    folder = data_dir_of(loaded)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    metrics = Metrics()
    journal = journal_of(config, folder, clock)
    await journal.open()
    tasks = TaskOwner("own lookups")
    past = await open_past(loaded, folder, clock)
    late: list[Service] = []
    lookups = make_lookups(
        loaded,
        clock,
        lambda record: late[0].append_soon(record),
        metrics,
        own_lookups(past.earlier, clock, tasks),
        find,
    )
    directory = Directory(past.people.cache.all())
    desk = Desk(
        directory,
        profile_of=lookups.profile_of,
        shown_of=shown_by(lookups.calls, config),
        queue_labels={name: x.label for name, x in config.queues.items()},
        pops_per_user_max=config.limits.resume_pops_max,
    )
    feed = WallboardFeed(
        clock,
        time_zone=config.server.time_zone,
        short_abandon_s=config.calls.short_abandon_s,
        queue_labels={name: x.label for name, x in config.queues.items()},
    )
    hub = Hub(
        desk,
        HubTools(
            clock=clock,
            append=lambda record: late[0]._append(record),
            append_soon=lambda record: late[0].append_soon(record),
            hello=greeter(config, clock, screenpop.__version__),
            wallboard=lambda: encoded(feed.snapshot(), config.server.company),
            rules=rules(config),
            limits=session_limits(config),
            observe_ring_to_pop=metrics.ring_to_pop_s.observe,
            observe_first_push=metrics.first_push_s.observe,
        ),
    )
    follower = Follower(
        book=CallBook(call_limits(config)),
        lookups=lookups.calls,
        desk=desk,
        hub=hub,
        feed=feed,
        append_soon=lambda record: late[0].append_soon(record),
    )
    service = Service(
        loaded=loaded,
        clock=clock,
        metrics=metrics,
        journal=journal,
        past=past,
        lookups=lookups,
        follower=follower,
        hub=hub,
        feed=feed,
        tasks=tasks,
    )
    late.append(service)
    service._users_changed(past.people.cache.all())
    return service
