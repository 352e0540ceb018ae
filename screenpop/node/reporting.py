"""Which reports are due now, and have they been sent?

One node at a time sends, under a lease; each try is claimed in the store before it
begins, so that a report is sent once for each due day, across restarts and nodes. What
fails is tried again a few times while the report is not too late, then given up,
logged, counted and shown on `/readyz`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from screenpop.config.reports import ReportSettings
from screenpop.domain.errors import BadInput, ScreenpopError, Unavailable
from screenpop.domain.local_time import local
from screenpop.history.archiver import Archiver
from screenpop.history.report_runs import ReportRun, ReportRuns, ReportWay, new_run
from screenpop.journal.base import Journal
from screenpop.journal.leases import Lease
from screenpop.node.report_content import MadeReport
from screenpop.node.report_maker import ReportMaker
from screenpop.node.report_sending import NotSent, ReportSender, ways_of
from screenpop.support.clock import Clock
from screenpop.support.log import Outage
from screenpop.support.metrics import EventCounters

log = logging.getLogger(__name__)

LOOK_EVERY_S = 20.0
PAUSES_S = (60.0, 300.0, 900.0, 3600.0)  # after each try that failed; then given up
RUN_KEPT_DAYS = 400
HOUR_US = 3_600_000_000
WAITS_US = 600_000_000  # for the history, until it is shown
Due = tuple[str, date]


@dataclass(kw_only=True)
class Reporting:
    reports: Mapping[str, ReportSettings]
    runs: ReportRuns
    maker: ReportMaker
    sender: ReportSender
    journal: Journal
    archiver: Archiver
    lease: Lease
    clock: Clock
    counts: EventCounters
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    _begun: set[str] = field(default_factory=set)  # names that the store knows
    _over: set[Due] = field(default_factory=set)
    _open: dict[str, set[date]] = field(default_factory=dict)
    """Tried and not over, by name; names that were not asked for yet are missing."""
    _goals: dict[Due, int] = field(default_factory=dict)  # to be in the history first
    _unsettled: dict[Due, ReportRun] = field(default_factory=dict)
    """Tried here; the store could not be written to since."""
    _troubles: dict[str, str] = field(default_factory=dict)
    _outage: Outage = field(default_factory=lambda: Outage("store or journal", log))
    _tidied: date | None = None
    _next: tuple[Mapping[str, ReportSettings], ReportMaker, ReportSender] | None = None

    def switch(
        self,
        reports: Mapping[str, ReportSettings],
        maker: ReportMaker,
        sender: ReportSender,
    ) -> None:
        """Send these from the next look on: what is being sent ends as it began."""
        self._next = (reports, maker, sender)

    def _take_next(self) -> None:
        if self._next is None:
            return
        before = self.reports
        (self.reports, self.maker, self.sender), self._next = self._next, None
        for name in {*before, *self.reports}:
            if before.get(name) != self.reports.get(name):
                self._begun.discard(name)
                self._open.pop(name, None)
                self._troubles.pop(name, None)

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self.lease.run(self._look_for_ever, self._look_on)
            except Unavailable as error:
                self._outage.failed(error)
                await self.pause(LOOK_EVERY_S)

    def troubles(self) -> list[str]:
        """What is not sent, in words."""
        return [*self._troubles.values()]

    async def look(self) -> None:
        """Send what is due. Nothing is raised for a store that is away."""
        self._take_next()
        try:
            for key, run in [*self._unsettled.items()]:
                await self.runs.settle(run)
                del self._unsettled[key]
            for name in self.reports:
                for run in await self._due(name):
                    await self._take(run)
            await self._tidy()
        except Unavailable as error:
            self._outage.failed(error)
        else:
            self._outage.recovered()

    async def _look_for_ever(self) -> None:
        while True:
            await self.look()
            await self.pause(LOOK_EVERY_S)

    async def _look_on(self) -> None:
        """Another node sends now, and answers for it."""
        self._troubles.clear()
        self._open.clear()

    async def _due(self, name: str) -> list[ReportRun]:
        """What is to be tried now; what cannot be sent any more is given up."""
        now_us, times = self.clock.now_us(), self.maker.times[name]
        if name not in self._begun:
            await self._begin(name, now_us)
        since_us = now_us - round(self.reports[name].late_h * HOUR_US)
        days = [*times.due_days(since_us, now_us)]
        is_known = name in self._open and not self._open[name]
        if is_known and all((name, day) in self._over for day in days):
            return []
        first = local(since_us, times.zone).date() - timedelta(days=1)
        known = await self.runs.known(name, first)
        self._open[name] = {x.due for x in known.values() if x.outcome is None}
        skipped = [x.due for x in known.values() if x.outcome == "skipped"]
        found = []
        for day in sorted({*days, *known}):
            run = known.get(day) or new_run(name, day)
            if run.outcome is not None or day <= max(skipped, default=date.min):
                self._over.add((name, day))
            elif day not in days:
                await self._give_up(run, "it is too late now (late_h)")
            elif run.tries > len(PAUSES_S):
                await self._give_up(run, f"{run.tries} tries failed")
            elif run.tries == 0 or now_us >= run.tried_us + _pause_us(run):
                found.append(run)
        return found

    async def _begin(self, name: str, now_us: int) -> None:
        """What was due before a report stood in the file is not made up for."""
        times, newest = self.maker.times[name], await self.runs.newest(name)
        if newest is None:
            day = local(now_us, times.zone).date()
            passed = times.due_us(day) <= now_us
            day = day if passed else day - timedelta(days=1)
            await self.runs.skip(name, day, now_us)
        else:
            since_us = now_us - round(self.reports[name].late_h * HOUR_US)
            missed = [*times.due_days(times.due_us(newest), since_us)]
            if missed:
                log.warning(
                    "report %s was due %d times, last on %s, while the service was not"
                    " running, and is too late now (late_h)",
                    name,
                    len(missed),
                    missed[-1],
                )
        self._begun.add(name)

    async def _take(self, run: ReportRun) -> None:
        if not await self._is_in_history(run):
            return
        claimed = await self.runs.claim(run, self.clock.now_us())
        if claimed is None:
            return
        self._open.setdefault(run.name, set()).add(run.due)
        try:
            made = await self.maker.make(run.name, run.due)
        except BadInput as error:
            await self._give_up(claimed, _words(error))
        except Unavailable as error:
            ways = ways_of(self.reports[run.name])
            await self._failed(claimed, dict.fromkeys(ways, _words(error)))
        else:
            await self._send(claimed, made)

    async def _send(self, run: ReportRun, made: MadeReport) -> None:
        """Each way that is not done; what was sent is stored before the next."""
        settings, whys = self.reports[run.name], dict[ReportWay, str]()
        for way in ways_of(settings):
            if run.is_done(way):
                continue
            try:
                await self.sender.send(way, settings, made, run.mail_id)
            except NotSent as error:
                whys[way] = _words(error)
            except BadInput as error:
                await self._give_up(run, _words(error))
                return
            else:
                run = self._sent(run, way)
                await self._settle(run)
        if whys:
            await self._failed(run, whys)
        else:
            self._troubles.pop(run.name, None)
            await self._settle(replace(run, outcome="sent"))

    async def _failed(self, run: ReportRun, whys: Mapping[ReportWay, str]) -> None:
        why = "; ".join(f"by {way}: {words}" for way, words in whys.items())
        if run.tries > len(PAUSES_S):
            await self._give_up(run, why)
            return
        for way in whys:
            self.counts.labels(way, "retried").inc()
        self._troubles[run.name] = f"{_named(run)} is not sent yet, {why}."
        log.warning("%s is not sent yet, %s; it is tried again", _named(run), why)
        await self._settle(run)

    def _sent(self, run: ReportRun, way: ReportWay) -> ReportRun:
        self.counts.labels(way, "sent").inc()
        log.info("%s was sent by %s", _named(run), way)
        now_us = self.clock.now_us()
        if way == "folder":
            return replace(run, filed_us=now_us)
        return replace(run, mailed_us=now_us)

    async def _give_up(self, run: ReportRun, why: str) -> None:
        for way in ways_of(self.reports[run.name]):
            if not run.is_done(way):
                self.counts.labels(way, "failed").inc()
        self._troubles[run.name] = f"{_named(run)} was not sent: {why}."
        log.error("%s was not sent: %s", _named(run), why)
        if run.tries == 0:
            run = await self.runs.claim(run, self.clock.now_us()) or run
        await self._settle(replace(run, outcome="failed"))

    async def _settle(self, run: ReportRun) -> None:
        key = (run.name, run.due)
        self._unsettled[key] = run
        if run.outcome is not None:
            self._over.add(key)
            self._open.get(run.name, set()).discard(run.due)
            self._goals.pop(key, None)
        await self.runs.settle(run)
        del self._unsettled[key]

    async def _is_in_history(self, run: ReportRun) -> bool:
        """Is everything counted that the journal had when it became due?"""
        _, newest = await self.journal.bounds()
        goal = self._goals.setdefault((run.name, run.due), newest)
        if newest - await self.archiver.lag() >= goal:
            return True
        waited_us = self.clock.now_us() - self.maker.times[run.name].due_us(run.due)
        if waited_us > WAITS_US:
            words = f"{_named(run)} waits until the history is written."
            self._troubles[run.name] = words
        return False

    async def _tidy(self) -> None:
        """Once a day."""
        today = local(self.clock.now_us(), ZoneInfo("UTC")).date()
        if today != self._tidied:
            await self.runs.forget(today - timedelta(days=RUN_KEPT_DAYS))
            self._tidied = today


def _pause_us(run: ReportRun) -> int:
    return round(PAUSES_S[run.tries - 1] * 1_000_000)


def _words(error: ScreenpopError) -> str:
    remedy = error.remedy if isinstance(error, BadInput) else ""
    return f"{error} {remedy}".rstrip(" .")


def _named(run: ReportRun) -> str:
    return f"report {run.name}, due on {run.due},"
