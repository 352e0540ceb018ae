"""Numbers that stand in no count, and what a look does when the journal is away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from key_effects import built

from screenpop.config.alerts import AlertRuleSettings
from screenpop.domain.alert import NUMBERS, NUMBERS_OF_QUEUES
from screenpop.domain.call import (
    Call,
    CallEvent,
    CallId,
    Direction,
    EventType,
    LineId,
)
from screenpop.domain.call_state import CallBook
from screenpop.domain.errors import Unavailable
from screenpop.history.past_counts import IntervalSums
from screenpop.journal.base import START
from screenpop.journal.leases import LocalLeases
from screenpop.lookup.source_states import SourceState
from screenpop.node.alerting import Alerting, alert_rule
from screenpop.support.clock import FakeClock
from screenpop.support.metrics import Metrics
from screenpop.wallboard.alerts import AlertBoard
from screenpop.wallboard.meters import CentreMeters, RecentDurations, gaps
from screenpop.web.alert_list import AlertsAsked

MINUTE_US = 60_000_000


@asynccontextmanager
async def alerting(folder: Path, **rule: Any) -> AsyncIterator[Alerting]:
    rules = {"rules": {"it": {"for_s": 0, **rule}}}
    async with built(folder, clock=FakeClock(), alerts=rules) as service:
        yield service.alerting


async def due(it: Alerting) -> list[str]:
    """Journalled by a look, and folded."""
    _, newest = await it.journal.bounds()
    await it.look()
    entries = await it.journal.read(newest)
    for entry in entries:
        it.feed.alerts.act(entry.record)  # type: ignore[arg-type]
    told = [entry.record.data for entry in entries]  # type: ignore[union-attr]
    return [f"{x['do']} {x['subject']} {x['level']}" for x in told]


async def test_a_source_that_fails_opens_an_alert_of_this_node(tmp_path: Path) -> None:
    states: dict[str, SourceState] = {"erp": "working", "crm": "left_alone"}
    async with alerting(tmp_path, number="source_failing") as it:
        it.sources = lambda: states
        assert await due(it) == ["open crm critical"]
        states["crm"] = "working"
        assert await due(it) == ["close crm critical"]
        it.node, states["erp"] = "b", "failing"
        assert await due(it) == ["open erp@b critical"]
        it.node = "a"  # another node does not answer for it
        states["erp"] = "working"
        assert await due(it) == []


async def test_a_line_is_silent_for_longer_than_usual(tmp_path: Path) -> None:
    """12 calls an hour in the same hour of the four weeks before: 5 minutes a call."""
    asked = []

    class Counts:
        async def sums(self, what: Any, starts: Any, names: Any) -> list[IntervalSums]:
            asked.append((what.from_us, what.lines, starts))
            amounts = {"calls": 10, "direct": 2}
            return [IntervalSums(interval_us=starts[0], group="", amounts=amounts)]

    async with alerting(tmp_path, number="line_silence", warning=7) as it:
        clock = it.clock
        assert isinstance(clock, FakeClock)
        it.counts = Counts()  # type: ignore[assignment]
        it._since_us = clock.steady_us()
        it._usual["main"] = await it._calls_an_hour("main")
        assert len({at for at, *_ in asked}) == 4
        it.feed.meters.arrived(LineId("main"), clock.steady_us())
        clock.advance(34 * 60)
        assert await due(it) == []
        clock.advance(60)
        assert await due(it) == ["open main warning"]
        it.feed.meters.arrived(LineId("main"), clock.steady_us())
        assert await due(it) == ["close main warning"]


async def test_no_silence_is_long_where_calls_are_rare(tmp_path: Path) -> None:
    async with alerting(tmp_path, number="line_silence", warning=1) as it:
        it._usual["main"] = 3.9
        assert it._silence("main", it.clock.steady_us() + 10**12) is None


async def test_what_cannot_be_journalled_is_due_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with alerting(tmp_path, number="source_failing") as it:
        it.sources = lambda: {"crm": "failing"}
        append = it.journal.append

        async def away(*_: Any) -> Any:
            raise Unavailable("no disk.")

        monkeypatch.setattr(it.journal, "append", away)
        assert await due(it) == []
        monkeypatch.setattr(it.journal, "append", append)
        assert await due(it) == ["open crm critical"]
        assert await due(it) == []


def call(direction: Direction) -> Call:
    event = CallEvent(
        type=EventType.ARRIVED,
        line=LineId("main"),
        call_id=CallId("c"),
        event_id="e",
        at_us=1,
        received_us=1,
        direction=direction,
    )
    change = CallBook().apply(event)
    assert change is not None
    return change.after


def test_the_match_rate_is_of_callers_of_the_last_hour() -> None:
    meters = CentreMeters()
    for minute, known in enumerate((True, False, True, True)):
        meters.over(call(Direction.INBOUND), minute * MINUTE_US, is_known=known)
    meters.over(call(Direction.OUTBOUND), 4 * MINUTE_US, is_known=False)
    assert meters.match_rate(5 * MINUTE_US, calls_min=4) == 0.75
    assert meters.match_rate(5 * MINUTE_US, calls_min=5) is None
    assert meters.match_rate(62 * MINUTE_US, calls_min=1) == 1.0
    assert meters.match_rate(90 * MINUTE_US, calls_min=0) is None


def test_the_late_pops_are_those_of_the_last_minutes() -> None:
    timing, recent = Metrics().ring_to_pop_s, RecentDurations()
    for _ in range(100):
        timing.observe(3.0)
    assert recent.late(timing.buckets(), 0, 20) is None  # all were before
    for seconds in [0.04] * 94 + [0.3] * 6:
        timing.observe(seconds)
    assert recent.late(timing.buckets(), MINUTE_US, 20) == 0.5
    assert recent.late(timing.buckets(), 2 * MINUTE_US, 101) is None
    assert recent.late(timing.buckets(), 10 * MINUTE_US, 20) is None
    timing.observe(60.0)
    assert recent.late(timing.buckets(), 11 * MINUTE_US, 1) == 10.0


def test_seven_gaps_of_silence_come_once_in_a_thousand() -> None:
    assert gaps(35 * MINUTE_US, calls_an_hour=12) == pytest.approx(7)


async def test_each_number_can_be_watched(tmp_path: Path) -> None:
    """Every name that the configuration takes is one that a node can measure."""
    async with alerting(tmp_path, number="waiting", warning=1) as it:
        rules = [
            alert_rule(name, AlertRuleSettings(number=name, warning=1, calls_min=0))
            for name in NUMBERS
        ]
        it.feed.alerts = AlertBoard(rules)
        it.sources = lambda: {"crm": "working"}
        watched = {name for (name, _), _ in it._measured(it.clock.steady_us())}
        assert watched == set(NUMBERS)
        values = it.feed.values("")
        assert {*NUMBERS_OF_QUEUES} <= values.keys()
        assert await it.journal.read(START) == []


class OtherNodes(LocalLeases):
    """Which other nodes are there; None: no one knows."""

    def __init__(self) -> None:
        self.there: set[str] | None = set()

    async def is_there(self, node: str) -> bool:
        if self.there is None:
            raise Unavailable("no Redis.")
        return node in self.there


async def test_a_node_that_never_returns_leaves_no_open_alert(tmp_path: Path) -> None:
    async with alerting(tmp_path, number="source_failing") as it:
        clock, nodes = it.clock, OtherNodes()
        assert isinstance(clock, FakeClock)
        it.journal._leases = nodes  # type: ignore[attr-defined]
        it.node, it.sources = "a", lambda: {"erp": "failing"}
        assert await due(it) == ["open erp@a critical"]
        it.node, it.sources = "b", lambda: {"erp": "working"}
        nodes.there = {"a"}
        clock.advance(100)
        assert await due(it) == []
        for there, seconds in ((set[str](), 29), ({"a"}, 29), (set[str](), 29)):
            nodes.there = there  # it came back in between: it was not gone
            assert await due(it) == []
            clock.advance(seconds)
            assert await due(it) == []
        nodes.there = None
        clock.advance(60)
        assert await due(it) == []
        nodes.there = set()
        assert await due(it) == []
        clock.advance(30)
        assert await due(it) == ["close erp@a critical"]
        (closed,) = it.for_web().listed(AlertsAsked(state="closed"), 9)["alerts"]
        assert closed["closed_why"] == "node a is gone"
        assert await due(it) == []
        it.node, it.sources = "a", lambda: {"erp": "failing"}  # back, and as before
        assert await due(it) == ["open erp@a critical"]
        it.sources = lambda: {"erp": "working"}
        assert await due(it) == ["close erp@a critical"]


async def test_alone_a_node_closes_what_it_does_not_watch(tmp_path: Path) -> None:
    async with alerting(tmp_path, number="source_failing") as it:
        it.node, it.sources = "a", lambda: {"erp": "failing"}
        assert await due(it) == ["open erp@a critical"]
        it.node = None
        assert await due(it) == ["open erp critical", "close erp@a critical"]


async def test_the_node_of_an_alert_is_named_next_to_its_source(tmp_path: Path) -> None:
    crm = {"connector": "csv_file", "path": "crm.csv", "label": "Customers"}
    (tmp_path / "crm.csv").write_text("phone,name\n")
    async with built(tmp_path, sources={"crm": crm}) as service:
        label = service.alerting.subject_label
        assert label("crm@b") == "Customers, node b"
        assert label("@b") == "node b"
        assert (label("sales@home"), label("")) == ("sales@home", "")
