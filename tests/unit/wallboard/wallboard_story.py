"""Words for telling what happened to calls, for the wallboard's tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from screenpop.domain.call import (
    AgentId,
    Call,
    CallEvent,
    CallId,
    EventType,
    LineId,
    Scope,
)
from screenpop.domain.call_counts import CountingRules
from screenpop.domain.call_state import CallBook, Change
from screenpop.wallboard.counters import BusinessDays, Counters

NINE_US = round(datetime(2026, 11, 21, 9, 0, tzinfo=UTC).timestamp()) * 1_000_000
DAY = date(2026, 11, 21)


def at(seconds: float) -> int:
    """Microseconds of that many seconds after nine o'clock."""
    return NINE_US + round(seconds * 1_000_000)


def event(
    type: str,
    call_id: str = "c-1",
    seconds: float = 0.0,
    *,
    agents: tuple[str, ...] = (),
    queue: str | None = None,
    scope: Scope = Scope.CALL,
    outcome: str | None = None,
    at_us: int | None = None,
    from_agent: str | None = None,
) -> CallEvent:
    moment = at(seconds) if at_us is None else at_us
    return CallEvent(
        type=EventType(type),
        line=LineId("main"),
        call_id=CallId(call_id),
        event_id=f"{call_id}/{type}/{moment}/{agents}/{queue}/{scope}",
        at_us=moment,
        received_us=moment,
        agents=tuple(AgentId(agent) for agent in agents),
        queue=queue,
        scope=scope,
        outcome=outcome,
        from_agent=AgentId(from_agent) if from_agent else None,
    )


def changes(events: Iterable[CallEvent]) -> list[Change]:
    book = CallBook()
    found = (book.apply(one) for one in events)
    return [change for change in found if change is not None]


def call(*events: CallEvent) -> Call:
    return changes(events)[-1].after


def counted(*events: CallEvent, zone: str = "UTC", short: float = 5) -> Counters:
    rules = CountingRules(short_abandon_s=short)
    counters = Counters(BusinessDays(zone), today=DAY, rules=rules)
    for change in changes(events):
        counters.replace(change.before, change.after)
    return counters
