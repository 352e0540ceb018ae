"""How busy was the demo company in the last weeks?

Calls of eight weeks until yesterday, by weekday and hour, so that reports and the
forecast have something to show. The simulated telephones ring more often than these
did: a visitor does not wait an hour for a call.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from screenpop.demo.centre import LOGINS
from screenpop.demo.names import chance
from screenpop.domain.agent import AgentState, UserId
from screenpop.domain.call import (
    AgentId,
    AgentLeg,
    Call,
    CallEvent,
    CallId,
    Direction,
    EventType,
    Left,
    LegState,
    LineId,
    Outcome,
    Phase,
    QueueVisit,
    Release,
)
from screenpop.domain.workday import said
from screenpop.history.batch import Batch, CallState, HeardOf, StoredEvent
from screenpop.history.folding import stored_event
from screenpop.journal.records import EventRecord

WEEKS = 8
CALLS_A_DAY = 130  # of a usual Wednesday
DAY_SPREAD = 0.07
OF_WEEKDAY = (1.25, 1.05, 1.0, 0.95, 0.9, 0.35, 0.0)  # Monday first; Sunday is closed
OF_HOUR = {
    8: 5, 9: 11, 10: 14, 11: 13, 12: 8, 13: 8, 14: 11, 15: 10, 16: 9, 17: 6, 18: 3,
}  # fmt: skip
BUSY_FROM = 11  # of `OF_HOUR`: callers wait longer
WAIT_S, BUSY_WAIT_S = 9.0, 22.0  # mean
PATIENCE_S = 75.0
TALK_S = {"sales": 190.0, "support": 280.0, "accounts": 150.0}
MOVED_SHARE = 0.06  # from sales to accounts
LATE_SHARE = 0.01  # ask for a callback
DIALLED = {
    "sales": "+442079460100", "support": "+442079460200", "accounts": "+442079460300",
}  # fmt: skip
_QUEUES, _SHARES = ("sales", "support", "accounts"), (45, 35, 20)
_AGENTS = tuple(login for login in LOGINS if login.agent is not None)
S = 1_000_000


class _Way(NamedTuple):
    """How a caller got through the queues."""

    visits: tuple[QueueVisit, ...]
    answered_us: int | None
    ended_us: int


def weeks_batch(seed: int, line: str, now_us: int, zone: ZoneInfo) -> Batch:
    """Repeatable: the same seed and day give the same calls."""
    rng, today = chance(seed, "past weeks"), datetime.fromtimestamp(now_us / S, zone)
    batch = Batch(consumer="demo", at_us=now_us, heard_us=now_us)
    for back in range(7 * WEEKS, 0, -1):
        day = today.date() - timedelta(days=back)
        batch.heard += _shifts(day, zone)
        for place, at_us in enumerate(_arrivals(rng, day, zone)):
            call_id = CallId(f"week-{day:%m%d}-{place:03d}")
            call = _call(rng, LineId(line), call_id, at_us, _hour(at_us, zone))
            batch.calls.append(CallState(call=call, number=None))
            batch.events += events_of(call)
    return batch


def events_of(call: Call) -> list[StoredEvent]:
    """What is stored of them, in order."""
    return [stored_event(EventRecord(event=event)) for event in _events(call)]


def _events(call: Call) -> Iterator[CallEvent]:
    """What the call is made of, so that it can be counted again."""

    def event(kind: EventType, at_us: int, **more: Any) -> CallEvent:
        return CallEvent(
            type=kind,
            line=call.line,
            call_id=call.call_id,
            event_id=f"{kind.value}-{at_us}",
            at_us=at_us,
            received_us=at_us,
            direction=call.direction,
            withheld=call.withheld,
            dialled=call.dialled,
            **more,
        )

    for visit in call.visits:
        yield event(EventType.QUEUED, visit.entered_us, queue=visit.queue)
    for leg in call.legs:
        agent = {"agents": (leg.agent,), "people": {leg.agent: leg.people or ()}}
        yield event(EventType.ALERTING, leg.alerting_us or 0, **agent)
        yield event(EventType.ANSWERED, leg.answered_us or 0, **agent)
    outcome = "callback" if call.outcome is Outcome.CALLBACK else None
    yield event(EventType.ENDED, call.ended_us or 0, outcome=outcome)


def _shifts(day: date, zone: ZoneInfo) -> Iterator[HeardOf]:
    """When each agent was on duty that day: half of them have lunch an hour later."""
    for place, login in enumerate(_AGENTS if OF_WEEKDAY[day.weekday()] else ()):
        noon = 12 + place % 2
        for hour, minute, state in (
            (8, 0, AgentState.AVAILABLE), (noon, 0, AgentState.BREAK),
            (noon, 30, AgentState.AVAILABLE), (19, 0, AgentState.OFFLINE),
        ):  # fmt: skip
            at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
            at_us = round(at.timestamp() * S)
            yield UserId(login.username), said(state, at_us, "telephone")


def _arrivals(rng: random.Random, day: date, zone: ZoneInfo) -> list[int]:
    usual = CALLS_A_DAY * OF_WEEKDAY[day.weekday()]
    count = max(0, round(rng.gauss(usual, usual * DAY_SPREAD)))
    hours = rng.choices([*OF_HOUR], [*OF_HOUR.values()], k=count)
    return sorted(_moment_us(rng, day, hour, zone) for hour in hours)


def _moment_us(rng: random.Random, day: date, hour: int, zone: ZoneInfo) -> int:
    at = datetime(day.year, day.month, day.day, hour, tzinfo=zone)
    return round((at.astimezone(UTC).timestamp() + rng.uniform(0, 3_600)) * S)


def _hour(at_us: int, zone: ZoneInfo) -> int:
    return datetime.fromtimestamp(at_us / S, zone).hour


def _call(
    rng: random.Random, line: LineId, call_id: CallId, at_us: int, hour: int
) -> Call:
    queue = rng.choices(_QUEUES, _SHARES)[0]
    is_busy = OF_HOUR.get(hour, 0) >= BUSY_FROM
    way = _way(rng, queue, at_us, BUSY_WAIT_S if is_busy else WAIT_S)
    return Call(
        line=line,
        call_id=call_id,
        phase=Phase.ENDED,
        direction=Direction.INBOUND,
        caller=None,
        withheld=True,
        caller_name=None,
        dialled=DIALLED[queue],
        queue=way.visits[-1].queue,
        arrived_us=at_us,
        last_event_us=way.ended_us,
        first_alerting_us=None if way.answered_us is None else way.answered_us - 3 * S,
        answered_us=way.answered_us,
        ended_us=way.ended_us,
        outcome=_outcome(way),
        legs=tuple(_legs(rng, way)),
        visits=way.visits,
    )


def _way(rng: random.Random, queue: str, at_us: int, wait_s: float) -> _Way:
    patience_s, wait = rng.expovariate(1 / PATIENCE_S), rng.expovariate(1 / wait_s) + 2
    if patience_s < wait:
        left_us = at_us + round(patience_s * S)
        return _Way((_visit(queue, at_us, left_us, "abandoned"),), None, left_us)
    left_us = at_us + round(wait * S)
    if rng.random() < LATE_SHARE:
        return _Way((_visit(queue, at_us, left_us, "callback"),), None, left_us)
    visits: tuple[QueueVisit, ...] = (_visit(queue, at_us, left_us, "answered"),)
    if queue == "sales" and rng.random() < MOVED_SHARE:
        queue, moved_us = "accounts", left_us
        left_us += round((rng.expovariate(1 / wait_s) + 2) * S)
        visits = (
            _visit("sales", at_us, moved_us, "moved"),
            _visit(queue, moved_us, left_us, "answered"),
        )
    talk_s = max(15.0, rng.lognormvariate(0, 0.5) * TALK_S[queue])
    return _Way(visits, left_us, left_us + round(talk_s * S))


def _visit(queue: str, entered_us: int, left_us: int, left: Left) -> QueueVisit:
    return QueueVisit(queue=queue, entered_us=entered_us, left_us=left_us, left=left)


def _legs(rng: random.Random, way: _Way) -> Iterator[AgentLeg]:
    if way.answered_us is None:
        return
    login = rng.choice(_AGENTS)
    yield AgentLeg(
        agent=AgentId(login.agent or ""),
        state=LegState.RELEASED,
        alerting_us=way.answered_us - 3 * S,
        answered_us=way.answered_us,
        released_us=way.ended_us,
        release=Release.ENDED,
        people=(UserId(login.username),),
    )


def _outcome(way: _Way) -> Outcome:
    if way.answered_us is not None:
        return Outcome.COMPLETED
    left = way.visits[-1].left
    return Outcome.CALLBACK if left == "callback" else Outcome.ABANDONED
