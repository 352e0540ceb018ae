"""Which calls are going on, and what did one event change?

`CallBook` follows every live call. A call stays for `linger_us` after its end, so
that late events and returning browsers still find it, then leaves a small
tombstone behind: an event that comes even later opens no new call.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush

import msgspec

from screenpop.domain.call import (
    Call,
    CallEvent,
    CallId,
    EventType,
    LineId,
    Phase,
    Scope,
)
from screenpop.domain.call_fold import CallFold
from screenpop.domain.call_reading import CLEARED, NO_OPEN_LEG, TIME_LIMIT
from screenpop.domain.related_calls import CallKey, RelatedCalls, about

LATER_US = 30_000_000


class Change(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event's effect. `before` is None for a call's first event."""

    before: Call | None
    after: Call


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """When is a call over though nobody said so? Seconds; see `calls:` in YAML."""

    alerting_max_s: float = 300
    talking_max_s: float = 14_400
    waiting_max_s: float = 3_600
    leg_grace_s: float = 10
    linger_s: float = 900
    events_per_call_max: int = 500
    live_calls_max: int = 50_000
    tombstones_max: int = 200_000


class CallBook:
    """All live calls of all lines; pure but for its own memory."""

    def __init__(self, limits: CallLimits | None = None):
        self.limits = limits or CallLimits()
        self._folds: dict[CallKey, CallFold] = {}
        self._calls: dict[CallKey, Call] = {}
        self._related = RelatedCalls(self._calls)
        self._gone: OrderedDict[CallKey, None] = OrderedDict()
        self._due: list[tuple[int, int, CallKey]] = []  # a heap: when to look again
        self._over: list[CallKey] = []
        self._places = 0

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls.values())

    def get(self, line: str, call_id: str) -> Call | None:
        return self._calls.get((LineId(line), CallId(call_id)))

    def apply(self, event: CallEvent) -> Change | None:
        """Take one event in; None when it changes nothing that is followed."""
        if event.type is EventType.AGENT_STATE:
            return None
        key = (event.line, event.call_id)
        fold = self._folds.get(key)
        if fold is None:
            if key in self._gone:
                return None
            self._make_room()
            fold = self._folds[key] = CallFold(
                event.line, event.call_id, limit=self.limits.events_per_call_max
            )
        before = self._calls.get(key)
        if not fold.add(event):
            return None
        after = self._calls[key] = fold.call()
        if after.related_call_ids:
            self._related.learn(after)
        due_us, _ = _due(after, self.limits)
        if before is None or due_us < _due(before, self.limits)[0]:
            self._watch(key, due_us)
        return Change(before=before, after=after)

    def with_customer(self, call: Call) -> Call:
        """`call` as it is to be shown and looked up.

        Without an outside party of its own it is about the customer of the call that
        it names, or that names it: a colleague who is consulted sees the customer.
        """
        return about(call, self._related.root(call))

    def dependents(self, call: Call) -> list[Call]:
        """The other calls that show this one's customer: tell them when it changes."""
        root = self._related.root
        return [other for other in self._related.of(call) if root(other) is call]

    def overdue(self, now_us: int) -> list[CallEvent]:
        """The ends that nobody sent: one event for each call past its time limit.

        They are to be journalled like any event; their ids make them harmless when
        two nodes find the same call. Each is told once; `LATER_US` after it again
        if it was not folded in by then.
        """
        ends: list[CallEvent] = []
        while self._due and self._due[0][0] <= now_us:
            _, _, key = heappop(self._due)
            call = self._calls.get(key)
            if call is None:
                continue
            due_us, cause = _due(call, self.limits)
            if due_us > now_us:
                self._watch(key, due_us)
            elif cause is None:
                self._over.append(key)
            else:
                ends.append(_end(call, cause, now_us))
                self._watch(key, now_us + LATER_US)
        return ends

    def end_by_hand(self, call: Call, now_us: int) -> CallEvent:
        """The end of a call that a person says is over; any sign of life undoes it."""
        return _end(call, CLEARED, now_us)

    def forget(self, now_us: int) -> list[Call]:
        """Drop calls that ended more than `linger_s` ago; returns them.

        Those that `overdue` met since the last time: call it first.
        """
        over, self._over = self._over, []
        old = []
        for key in over:
            call = self._calls.get(key)
            if call is None:
                continue
            due_us, cause = _due(call, self.limits)
            if cause is None and due_us <= now_us:
                old.append(call)
                self._drop(key)
            else:
                self._watch(key, due_us)
        return old

    def _watch(self, key: CallKey, due_us: int) -> None:
        """Look at the call again at that time; at most one place in the heap each."""
        self._places += 1
        heappush(self._due, (due_us, self._places, key))

    def _drop(self, key: CallKey) -> None:
        self._folds.pop(key, None)
        call = self._calls.pop(key, None)
        if call is not None:
            self._related.forget(call)
        self._gone[key] = None
        if len(self._gone) > self.limits.tombstones_max:
            self._gone.popitem(last=False)

    def _make_room(self) -> None:
        """At the limit the oldest ended call goes, else the oldest of all."""
        if len(self._folds) < self.limits.live_calls_max:
            return
        ended = (k for k, c in self._calls.items() if c.phase is Phase.ENDED)
        self._drop(next(ended, next(iter(self._folds))))


def _due(call: Call, limits: CallLimits) -> tuple[int, str | None]:
    """When something is to be done about a call if nothing is heard of it.

    With the cause of the end that we would write, or None: it may be forgotten.
    """
    if call.ended_us is not None:
        newest_us = max(call.ended_us, call.last_event_us)
        return newest_us + round(limits.linger_s * 1e6), None
    limit_s, cause = _limit(call, limits)
    return call.last_event_us + round(limit_s * 1e6), cause


def _limit(call: Call, limits: CallLimits) -> tuple[float, str]:
    engaged = any(leg.open for leg in call.legs)
    talked = any(leg.talked for leg in call.legs)
    waiting = _in_a_queue(call)
    if call.parked_us is not None:
        return limits.talking_max_s, TIME_LIMIT
    if call.legs and not engaged and not waiting:
        if talked or call.phase is Phase.ANSWERED:
            return limits.leg_grace_s, NO_OPEN_LEG
        return limits.alerting_max_s, TIME_LIMIT
    if call.phase is Phase.ANSWERED:
        return limits.talking_max_s, TIME_LIMIT
    if waiting:
        return limits.waiting_max_s, TIME_LIMIT
    return limits.alerting_max_s, TIME_LIMIT


def _in_a_queue(call: Call) -> bool:
    """Did the line report it? A queue that only its ringing names has no wait."""
    visit = call.visits[-1] if call.visits else None
    return visit is not None and visit.left is None and not visit.inferred


def _end(call: Call, cause: str, now_us: int) -> CallEvent:
    return CallEvent(
        type=EventType.ENDED,
        scope=Scope.CALL,
        line=call.line,
        call_id=call.call_id,
        event_id=f"{cause}/{call.call_id}/{call.last_event_us}",
        at_us=max(now_us, call.last_event_us + 1),
        received_us=now_us,
        cause=cause,
    )
