"""What are the watched numbers now, and which alerts are due?

Each node looks once a second. What is due is journalled; the node whose record was the
first sends the notices. Numbers that each node has for itself (its sources, its pops)
carry its name where it has one, so that no node answers for another.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import get_args
from zoneinfo import ZoneInfo

from prometheus_client import Gauge

from screenpop.config.alerts import AlertRuleSettings
from screenpop.config.load import Loaded
from screenpop.config.mail import alert_mail
from screenpop.config.model import Configuration
from screenpop.domain.alert import (
    LINE_SILENCE,
    RATES,
    SOURCE_FAILING,
    AlertLevel,
    AlertRule,
)
from screenpop.domain.call import LineId
from screenpop.domain.errors import Overloaded, Unavailable
from screenpop.domain.local_time import local
from screenpop.history.alerts import closed_alerts, past_alerts
from screenpop.history.engine import Database
from screenpop.history.past_counts import CountsAsked, PastCounts
from screenpop.journal.base import Journal
from screenpop.journal.records import ActionRecord
from screenpop.lookup.source_states import SourceState
from screenpop.node.labels import subject_label
from screenpop.node.notices import Notices
from screenpop.node.wallboard_frames import rule_of
from screenpop.support.clock import Clock, iso_from_us
from screenpop.support.log import Outage
from screenpop.support.metrics import Timing
from screenpop.wallboard.alerts import UNWATCHED, Alert, AlertBoard, Subject
from screenpop.wallboard.counters import TOTAL
from screenpop.wallboard.feed import WallboardFeed
from screenpop.wallboard.meters import RecentDurations, gaps
from screenpop.wallboard.watched import watched_numbers
from screenpop.web.alert_list import Alerts, none_older

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
USUAL_EVERY_S = 900.0
WEEKS = 4  # whose same hour says how often a line's calls come
USUAL_MIN = 4.0  # calls an hour; with fewer no silence is long
OF_EACH_NODE = (SOURCE_FAILING, "ring_to_pop_s")
FAILING: tuple[SourceState, ...] = ("failing", "left_alone")
GONE_US = 30_000_000  # so long a node is away before others close its alerts
HOUR_US = 3_600_000_000


def alert_rule(name: str, given: AlertRuleSettings) -> AlertRule:
    natural = 1.0 if given.number == SOURCE_FAILING else None
    return AlertRule(
        name=name,
        number=given.number,
        subjects=given.of,
        warning=given.warning,
        critical=natural if given.warning is None and natural else given.critical,
        for_us=round(given.for_s * 1e6),
        back=given.back,
        calls_min=given.calls_min if given.number in RATES else 0,
        label=given.label or watched_numbers()[given.number].label,
    )


def rules_of(config: Configuration) -> dict[str, AlertRule]:
    return {
        name: alert_rule(name, given) for name, given in config.alerts.rules.items()
    }


async def recover_alerts(board: AlertBoard, database: Database) -> None:
    """What left the journal, before it is read. A store that is away is logged."""
    try:
        for record in await past_alerts(database):
            board.act(record)
    except Unavailable as error:
        log.warning("alerts from before the journal are missing: %s.", error)


@dataclass(kw_only=True)
class Alerting:
    """Looks, journals and has notices sent."""

    loaded: Loaded
    feed: WallboardFeed
    counts: PastCounts
    sources: Callable[[], Mapping[str, SourceState]]
    shown: Timing  # from receipt to the card on screen
    gauge: Gauge  # how many are open, by level
    journal: Journal
    node: str | None  # among others; None: it is alone
    clock: Clock
    notices: Notices
    _usual: dict[str, float] = field(default_factory=dict)  # calls an hour by line
    _recent: RecentDurations = field(default_factory=RecentDurations)
    _since_us: int = 0
    _away_us: dict[str, int] = field(default_factory=dict)  # since when, by node
    _outage: Outage = field(default_factory=lambda: Outage("alerts", log))

    def switch(self, loaded: Loaded) -> None:
        """Watch by other rules; an open alert of a rule that is gone is closed."""
        config, self.loaded = loaded.config, loaded
        self.feed.alerts.rules = rules_of(config)
        self.notices.switch(config.alerts, alert_mail(config))

    def for_web(self, database: Database | None = None) -> Alerts:
        """With the store also those that the board no longer has."""
        return Alerts(
            board=self.feed.alerts,
            journal=self.journal,
            clock=self.clock,
            label=self.subject_label,
            older=none_older if database is None else partial(closed_alerts, database),
        )

    async def run(self) -> None:
        """For ever."""
        self._since_us = self.clock.steady_us()
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def learn_usual(self) -> None:
        """How many calls of each line come in this hour of the week, usually."""
        while True:
            rules = self.feed.alerts.rules.values()
            watched = any(rule.number == LINE_SILENCE for rule in rules)
            try:
                for line in [*self.loaded.config.lines] if watched else ():
                    self._usual[line] = await self._calls_an_hour(line)
            except Unavailable as error:
                log.warning("usual calls of lines are not known: %s", error)
            await asyncio.sleep(USUAL_EVERY_S)

    async def look(self) -> None:
        """What cannot be journalled now is due again at the next look."""
        board, now_us = self.feed.alerts, self.clock.steady_us()
        await self._look_at_nodes(now_us)
        due = board.due(
            dict(self._measured(now_us)),
            now_us,
            at_us=self.clock.now_us(),
            why_unwatched=lambda alert: self._why_unwatched(alert, now_us),
        )
        levels = [alert.level for alert in board.open()]
        for level in get_args(AlertLevel):
            self.gauge.labels(level).set(levels.count(level))
        if not due:
            return
        try:
            receipts = await self.journal.append(due)
        except (Overloaded, Unavailable) as error:
            self._outage.failed(error)
            return
        self._outage.recovered()
        for record, receipt in zip(due, receipts, strict=True):
            if receipt.fresh:
                self.notices.add(self.notice(record))

    def notice(self, record: ActionRecord) -> dict[str, object]:
        data = record.data
        value = data.get("value")
        return {
            "do": data["do"],
            "id": f"{data['name']}/{data['count']}/{data['subject']}",
            "label": data["label"],
            "subject": data["subject"],
            "subject_label": self.subject_label(data["subject"]),
            "number": data["number"],
            "level": data["level"],
            "value": None if value is None else float(value),
            "by": record.user or None,
            "why": data.get("why"),
            "at": iso_from_us(record.at_us),
        }

    def subject_label(self, subject: str) -> str:
        return subject_label(self.loaded.config, subject)

    # -- the numbers

    def _measured(self, now_us: int) -> Iterator[tuple[Subject, float | None]]:
        for rule in self.feed.alerts.rules.values():
            match rule.number:
                case "match_rate":
                    meters = self.feed.meters
                    yield (rule.name, ""), meters.match_rate(now_us, rule.calls_min)
                case "ring_to_pop_s":
                    yield (
                        (rule.name, self._mine("")),
                        self._recent.late(self.shown.buckets(), now_us, rule.calls_min),
                    )
                case number if number == SOURCE_FAILING:
                    for source, state in self.sources().items():
                        if not rule.subjects or source in rule.subjects:
                            of = (rule.name, self._mine(source))
                            yield of, float(state in FAILING)
                case number if number == LINE_SILENCE:
                    for line in rule.subjects or self.loaded.config.lines:
                        yield (rule.name, line), self._silence(line, now_us)
                case _:
                    for queue in rule.subjects or (TOTAL,):
                        yield (rule.name, queue), self._of_queue(rule, queue)

    def _of_queue(self, rule: AlertRule, queue: str) -> float | None:
        if rule.number == "agents_available" and not self._shows_agents():
            return None
        values = self.feed.values(queue)
        of = "direct" if rule.number.startswith("direct") else "offered"
        if rule.calls_min and (values.get(of) or 0) < rule.calls_min:
            return None
        return values.get(rule.number)

    def _shows_agents(self) -> bool:
        privacy = self.loaded.config.privacy.of_agents
        return rule_of(self.feed, privacy).shows_agents()

    def _silence(self, line: str, now_us: int) -> float | None:
        usual = self._usual.get(line, 0.0)
        if usual < USUAL_MIN:
            return None
        newest_us = self.feed.meters.arrived_us.get(LineId(line), 0)
        return gaps(now_us - max(newest_us, self._since_us), usual)

    async def _calls_an_hour(self, line: str) -> float:
        zone = ZoneInfo(self.loaded.config.server.time_zone)
        now_us = self.clock.now_us()
        total = 0
        for week in range(1, WEEKS + 1):
            at = local(now_us, zone) - timedelta(weeks=week, minutes=30)
            from_us = round(at.timestamp() / 900) * 900_000_000
            asked = CountsAsked(from_us=from_us, to_us=from_us + HOUR_US, lines=(line,))
            for sums in await self.counts.sums(
                asked, [from_us], names=("calls", "direct")
            ):
                total += sum(sums.amounts.values())
        return total / WEEKS

    def _mine(self, subject: str) -> str:
        return f"{subject}@{self.node}" if self.node is not None else subject

    # -- alerts of other nodes

    async def _look_at_nodes(self, now_us: int) -> None:
        """Which nodes, of those whose alerts are open, are away, and since when?"""
        nodes = {self._other_node(alert) for alert in self.feed.alerts.open()} - {None}
        away = {}
        for node in filter(None, nodes):
            try:
                is_there = await self.journal.leases.is_there(node)
            except Unavailable:  # nothing is known of it, and nothing can be journalled
                continue
            if not is_there:
                away[node] = self._away_us.get(node, now_us)
        self._away_us = away

    def _why_unwatched(self, alert: Alert, now_us: int) -> str | None:
        """None: it is left to the node whose alert it is."""
        node = self._other_node(alert)
        if node is None:
            return UNWATCHED
        since_us = self._away_us.get(node)
        if since_us is None or now_us - since_us < GONE_US:
            return None
        return f"node {node} is gone"

    def _other_node(self, alert: Alert) -> str | None:
        rule = self.feed.alerts.rules.get(alert.name)
        if self.node is None or rule is None or rule.number not in OF_EACH_NODE:
            return None
        _, at, node = alert.subject.rpartition("@")
        return node if at and node != self.node else None
