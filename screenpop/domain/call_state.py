"""Which calls are going on, and what did one event change?

`CallBook` follows every live call. A call stays for `linger_s` after its end, so
that late events and returning browsers still find it, then leaves a small
tombstone behind: an event that comes even later opens no new call.

Limits run from the time at which an event was heard, on a clock that never steps:
neither a line's wrong clock nor a change of this machine's ends a call. Every call
that leaves the book is handed out once, in `Change.dropped` or by `forget`: what is
kept of it elsewhere is dropped then.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush

import msgspec

from screenpop.domain.call import (
    CLEARED,
    NO_OPEN_LEG,
    TIME_LIMIT,
    Call,
    CallEvent,
    CallId,
    CallKey,
    CallName,
    EventType,
    LineId,
    Phase,
    Scope,
)
from screenpop.domain.call_fold import CallFold
from screenpop.domain.related_calls import RelatedCalls, about

LATER_US = 30_000_000
SETTLE_US = 30_000_000  # after its end few events come


class Change(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event's effect. `before` is None for a call's first event.

    `dropped` are calls that had to leave the book for this one.
    """

    before: Call | None
    after: Call
    dropped: tuple[Call, ...] = ()

    @property
    def moves_legs(self) -> bool:
        return (self.before.legs if self.before is not None else ()) != self.after.legs


class _Followed(msgspec.Struct, kw_only=True, gc=False):
    """A call in the book. Its events are kept as bytes once it has ended."""

    call: Call
    fold: CallFold | None
    heard_us: int = 0
    watched_us: int = 0  # its place in the heap
    kept: bytes = b""

    def open(self, limit: int) -> CallFold:
        if self.fold is None:
            self.fold = CallFold.of(self.kept, self.call.key, limit=limit)
            self.kept = b""
        return self.fold

    def close(self) -> None:
        """A late event is rare: an ended call must not cost what a live one does."""
        if self.fold is not None:
            self.kept, self.fold = self.fold.packed(), None


class SavedCall(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A call in the book as a snapshot keeps it; `events` as `CallFold.packed`."""

    call: Call
    events: bytes
    is_open: bool
    heard_us: int
    watched_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """When does a call end without a reported end? Seconds; see `calls:` in YAML."""

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
        self._followed: dict[CallKey, _Followed] = {}
        self._named: dict[CallName, tuple[CallKey, ...]] = {}  # occurrences, in order
        self._ended: OrderedDict[CallKey, None] = OrderedDict()
        self._related = RelatedCalls(self.newest)
        self.root = self._related.root
        self._gone: OrderedDict[CallKey, None] = OrderedDict()
        self._due: list[tuple[int, int, CallKey]] = []  # a heap: when to look again
        self._over: list[CallKey] = []
        self._settled: list[Call] = []
        self._settle_us = min(SETTLE_US, round(self.limits.linger_s * 1e6))
        self._places = 0
        self.touched: set[CallKey] = set()  # what changed, for a snapshot

    def __len__(self) -> int:
        return len(self._followed)

    def __iter__(self) -> Iterator[Call]:
        return (followed.call for followed in self._followed.values())

    def get(self, key: CallKey) -> Call | None:
        followed = self._followed.get(key)
        return None if followed is None else followed.call

    def newest(self, line: str, call_id: str) -> Call | None:
        """The newest occurrence of a call id that is followed."""
        keys = self._named.get((LineId(line), CallId(call_id)))
        return None if keys is None else self.get(keys[-1])

    def call_of_leg(self, line: str, leg: str) -> CallId | None:
        """The newest call of a line that goes on and had this leg; looks at all."""
        for followed in reversed(self._followed.values()):
            call, fold = followed.call, followed.fold
            if call.line == line and fold is not None and fold.has_leg(leg):
                return call.call_id if call.phase is not Phase.ENDED else None
        return None

    def apply(self, event: CallEvent, heard_us: int | None = None) -> Change | None:
        """Take one event in; None when it changes nothing that is followed.

        `heard_us` is when it was received, in microseconds on the clock of `overdue`
        and `forget`; None: `received_us` lies on that clock.
        """
        if event.type is EventType.AGENT_STATE:
            return None
        key = (event.line, event.call_id, event.occurrence)
        followed = self._followed.get(key)
        dropped: tuple[Call, ...] = ()
        if followed is not None:
            before: Call | None = followed.call
            fold = followed.open(self.limits.events_per_call_max)
        elif key in self._gone:
            return None
        else:
            before, fold = None, CallFold(*key, limit=self.limits.events_per_call_max)
        if not fold.add(event):
            return None
        if followed is None:
            dropped = self._make_room()
            followed = self._enter(key, fold)
        after = followed.call = fold.call()
        self._heard(key, followed, event, heard_us)
        return Change(before=before, after=after, dropped=dropped)

    def with_customer(self, call: Call) -> Call:
        """`call` as it is to be shown and looked up.

        Without an outside party of its own it is about the customer of the call that
        it names, or that names it: a colleague who is consulted sees the customer.
        """
        return about(call, self.root(call))

    def dependents(self, call: Call) -> list[Call]:
        """The other calls that show this one's customer: update them with it."""
        root = self._related.root
        return [other for other in self._related.of(call) if root(other) is call]

    def is_due(self, now_us: int) -> bool:
        """Is there a call that `overdue` has to look at?"""
        return bool(self._due) and self._due[0][0] <= now_us

    def overdue(self, now_us: int, at_most: int = sys.maxsize) -> list[CallEvent]:
        """The ends that no event reported: one event for each call past its time limit.

        They are to be journalled like any event; their ids make them harmless when
        two nodes find the same call. Each is returned once; `LATER_US` after it again
        if it was not folded in by then. `at_most` so many calls are looked at.
        """
        ends: list[CallEvent] = []
        while at_most > 0 and self.is_due(now_us):
            due_us, _, key = heappop(self._due)
            at_most -= 1
            followed = self._followed.get(key)
            if followed is None or followed.watched_us != due_us:
                continue
            due_us, cause = self._due_of(followed)
            if due_us > now_us:
                self._watch(key, followed, due_us)
            elif cause is not None:
                ends.append(_end(followed.call, cause, now_us - followed.heard_us))
                self._watch(key, followed, now_us + LATER_US)
            elif followed.fold is not None:
                followed.close()
                self._settled.append(followed.call)
                self._watch(key, followed, self._due_of(followed)[0])
            else:
                self._over.append(key)
        return ends

    def end_by_hand(self, call: Call, now_us: int) -> CallEvent:
        """The end of a call that a person says is over; any sign of life undoes it."""
        followed = self._followed.get(call.key)
        silent_us = 0 if followed is None else now_us - followed.heard_us
        return _end(call, CLEARED, silent_us)

    def settled(self) -> list[Call]:
        """Calls that ended `SETTLE_US` ago: what is kept of them may be made small.

        Those that `overdue` met since the last time.
        """
        settled, self._settled = self._settled, []
        return settled

    def forget(self, now_us: int) -> list[Call]:
        """Drop calls that ended more than `linger_s` ago; returns them.

        Those that `overdue` met since the last time: call it first.
        """
        over, self._over = self._over, []
        old = []
        for key in over:
            followed = self._followed.get(key)
            if followed is None:
                continue
            due_us, cause = self._due_of(followed)
            if cause is None and due_us <= now_us:
                old.append(followed.call)
                self._drop(key)
            else:
                self._watch(key, followed, due_us)
        return old

    def withdraw(self, key: CallKey) -> Call | None:
        """Take out a call that never was: its events belong to another occurrence."""
        followed = self._followed.get(key)
        if followed is None:
            return None
        self._drop(key)
        del self._gone[key]  # it may still begin
        return followed.call

    def order(self) -> list[CallKey]:
        """All calls, in the order in which they came."""
        return list(self._followed)

    def saved(self, key: CallKey) -> SavedCall | None:
        followed = self._followed.get(key)
        if followed is None:
            return None
        fold = followed.fold
        return SavedCall(
            followed.call,
            followed.kept if fold is None else fold.packed(),
            fold is not None,
            followed.heard_us,
            followed.watched_us,
        )

    def over(self) -> tuple[list[CallKey], list[CallKey]]:
        """Calls that ended, and those that left; each in this order."""
        return list(self._ended), list(self._gone)

    def restore(
        self,
        calls: Iterable[SavedCall],
        ended: Iterable[CallKey],
        gone: Iterable[CallKey],
        shift_us: int = 0,
    ) -> None:
        """Take up what `saved` and `over` gave of another book; this one is empty.

        `shift_us` leads from that book's clock to this one's.
        """
        for saved in calls:
            key = saved.call.key
            fold = None
            if saved.is_open:
                limit = self.limits.events_per_call_max
                fold = CallFold.of(saved.events, key, limit=limit)
            followed = self._admit(key, _Followed(fold=fold, call=saved.call))
            followed.kept = b"" if saved.is_open else saved.events
            followed.heard_us = saved.heard_us + shift_us
            if saved.call.related_call_ids:
                self._related.learn(saved.call)
            self._watch(key, followed, saved.watched_us + shift_us)
        self._ended = OrderedDict.fromkeys(ended)
        self._gone = OrderedDict.fromkeys(gone)

    def _enter(self, key: CallKey, fold: CallFold) -> _Followed:
        return self._admit(key, _Followed(fold=fold, call=fold.call()))

    def _admit(self, key: CallKey, followed: _Followed) -> _Followed:
        self._followed[key] = followed
        keys = (*self._named.get(key[:2], ()), key)
        self._named[key[:2]] = tuple(sorted(keys, key=_occurrence))
        return followed

    def _heard(
        self, key: CallKey, followed: _Followed, event: CallEvent, heard_us: int | None
    ) -> None:
        """When is the call to be looked at again?"""
        self.touched.add(key)
        heard_us = event.received_us if heard_us is None else heard_us
        followed.heard_us = max(followed.heard_us, heard_us)
        if followed.call.related_call_ids:
            self._related.learn(followed.call)
        if followed.call.phase is Phase.ENDED:
            self._ended[key] = None
        else:
            self._ended.pop(key, None)
        due_us, _ = self._due_of(followed)
        if not followed.watched_us or due_us < followed.watched_us:
            self._watch(key, followed, due_us)

    def _due_of(self, followed: _Followed) -> tuple[int, str | None]:
        """When something is to be done about a call if nothing is heard of it.

        With the cause of the end that we would write, or None: it has ended.
        """
        if followed.call.ended_us is not None:
            if followed.fold is not None:
                return followed.heard_us + self._settle_us, None
            return followed.heard_us + round(self.limits.linger_s * 1e6), None
        limit_s, cause = _limit(followed.call, self.limits)
        return followed.heard_us + round(limit_s * 1e6), cause

    def _watch(self, key: CallKey, followed: _Followed, due_us: int) -> None:
        """Look at the call again at that time; the newest place in the heap counts."""
        self.touched.add(key)
        self._places += 1
        followed.watched_us = due_us
        heappush(self._due, (due_us, self._places, key))

    def _drop(self, key: CallKey) -> None:
        self.touched.add(key)
        followed = self._followed.pop(key, None)
        self._ended.pop(key, None)
        left = tuple(x for x in self._named.pop(key[:2], ()) if x != key)
        if left:
            self._named[key[:2]] = left
        if followed is not None:
            self._related.forget(followed.call)
        self._gone[key] = None
        if len(self._gone) > self.limits.tombstones_max:
            self._gone.popitem(last=False)

    def _make_room(self) -> tuple[Call, ...]:
        """At the limit the call that ended first goes, else the oldest of all."""
        if len(self._followed) < self.limits.live_calls_max:
            return ()
        key = next(iter(self._ended or self._followed))
        call = self._followed[key].call
        self._drop(key)
        return (call,)


def _occurrence(key: CallKey) -> int:
    return key[2]


def _limit(call: Call, limits: CallLimits) -> tuple[float, str]:
    engaged = talked = False
    for leg in call.legs:
        engaged = engaged or leg.open
        talked = talked or leg.talked
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


def _end(call: Call, cause: str, silent_us: int) -> CallEvent:
    """Its time is the call's newest and the silence since, on the call's own scale."""
    at_us = call.last_event_us + max(1, silent_us)
    return CallEvent(
        type=EventType.ENDED,
        scope=Scope.CALL,
        line=call.line,
        call_id=call.call_id,
        occurrence=call.occurrence,
        event_id=f"{cause}/{call.call_id}/{call.occurrence}/{call.last_event_us}",
        at_us=at_us,
        at_given=False,
        received_us=at_us,
        cause=cause,
    )
