"""To which occurrence of its call id does an event belong, and when did it happen?

Telephone systems use call ids again: after a restart, each day, a second after the
end. `Occurrences.place` stamps an event, before it is journalled, with

- `occurrence`: the time in ms at which the first event of this occurrence was
  received; it stays in the journal, so that a replay decides the same;
- `at_us`: its time by our clock, through the line's estimated clock offset
  (`clock_us` is what was added). An event without a time of its own gets the time of
  receipt, on a scale that a step of our own clock does not reach;
- `late`: it is too old to ring;
- `event_id`: content that was received before is a repeated delivery, unless something
  has happened since that it takes back: a second ring after the first one's end.

A new occurrence begins with an event that cannot belong to the ended one: it begins
a call, and it was dated, or without a date received, more than `reuse_grace_s` after
the call-scoped end; or, after the end, it comes from another outside number.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from screenpop.domain.call import (
    CONTENT_ID,
    LIMIT_CAUSES,
    CallEvent,
    CallId,
    CallName,
    EventType,
    LegId,
    LineId,
    Scope,
)
from screenpop.domain.line_clock import LineClock, SavedClock
from screenpop.domain.related_calls import SameCalls

KEPT_MAX = 1000  # contents, and pairs of type and agent, of one call
PINNED_US = 30_000_000  # a call keeps its first correction within this
UNPLACED = -1
"""The occurrence of an event that was journalled before the past was known."""

BEGINS = frozenset(
    {EventType.ARRIVED, EventType.QUEUED, EventType.ALERTING, EventType.ANSWERED}
)
_TAKEN_BACK_BY: Mapping[EventType, frozenset[EventType]] = {
    EventType.QUEUED: frozenset({EventType.QUEUED, EventType.TRANSFERRED}),
    EventType.ALERTING: frozenset(
        {EventType.ENDED, EventType.TRANSFERRED, EventType.QUEUED}
    ),
    EventType.ANSWERED: frozenset({EventType.ALERTING, EventType.TRANSFERRED}),
    EventType.HELD: frozenset({EventType.RESUMED}),
    EventType.RESUMED: frozenset({EventType.HELD}),
    EventType.PARKED: frozenset({EventType.RETRIEVED, EventType.ANSWERED}),
    EventType.RETRIEVED: frozenset({EventType.PARKED}),
    EventType.TRANSFERRED: frozenset({EventType.ANSWERED, EventType.RETRIEVED}),
    EventType.ENDED: frozenset({EventType.ALERTING, EventType.ANSWERED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacingLimits:
    """Seconds; see `calls:` in the configuration."""

    reuse_grace_s: float = 5.0
    late_s: float = 300.0  # an older ring is over
    silent_max_s: float = 14_400.0  # a call without an end that is silent for longer
    names_max: int = 200_000


class NewestOf(msgspec.Struct, gc=False, omit_defaults=True):
    """The newest occurrence of one call name.

    Its times lie on the scale of its call: our clock at the first event, and from
    there on steady, whatever a clock is set to meanwhile.
    """

    occurrence: int
    began_us: int
    heard_us: int  # receipt of its newest event
    shift_us: int  # steady time + shift = time on the call's scale
    clock_us: int = 0
    newest_us: int = 0
    ended_us: int = 0
    ended_line_us: int | None = None  # by the line's own clock
    caller: str | None = None
    before: int = 0  # the occurrence before this one
    also: tuple[CallName, ...] = ()  # what other lines call the same call
    step: int = 0
    told: dict[str, tuple[int, int]] | None = None
    """For content ids: how often it was news, and the step at which it last was."""
    steps: dict[tuple[EventType, str], int] | None = None
    """When an event of that type last was news, by agent ("" for all)."""


class _When(msgspec.Struct, gc=False):
    """An event's time: by our clock, what was added to its own, its age. All us."""

    at_us: int
    added_us: int = 0
    age_us: int = 0


class Occurrences:
    """Places the events of all lines; its memory is bounded by `names_max`."""

    def __init__(
        self,
        limits: PlacingLimits | None = None,
        same_calls: SameCalls | None = None,
    ):
        self.limits = limits or PlacingLimits()
        self.clocks: dict[LineId, LineClock] = {}
        self._newest: OrderedDict[CallName, NewestOf] = OrderedDict()
        self.same_calls = same_calls or SameCalls({})
        self.touched: set[CallName] = set()  # what changed, for a snapshot

    def __len__(self) -> int:
        return len(self._newest)

    def place(self, event: CallEvent, steady_us: int) -> CallEvent:
        """The event as it is to be journalled.

        `steady_us` is the time in microseconds on a clock that never steps.
        """
        when = self._when(event)
        if event.type is EventType.AGENT_STATE:
            return replace(event, at_us=when.at_us, clock_us=when.added_us)
        event = self._of_the_same_call(event, when, steady_us)
        name = (event.line, event.call_id)
        newest = self._newest.get(name)
        if newest is None or self._begins_anew(newest, event, when, steady_us):
            newest = self._begin(name, event, when, steady_us, newest)
        else:
            when.at_us = _on_its_scale(newest, event, when, steady_us)
        if newest.before and self._is_before(newest, event, when):
            return _stamped(event, when, newest.before)
        self.touched.add(name)
        placed = _stamped(
            event,
            when,
            newest.occurrence,
            event_id=_event_id(newest, event),
            late=when.age_us > self.limits.late_s * 1e6,
        )
        newest.heard_us = max(newest.heard_us, steady_us + newest.shift_us)
        _note(newest, placed)
        return placed

    def learn(self, event: CallEvent) -> None:
        """A placed event was journalled: its line's clock is known better now."""
        if event.at_given:
            line = event.line if event.reported_as is None else event.reported_as[0]
            self._clock(line).learn(event.at_us - event.clock_us, event.received_us)

    def recall(self, event: CallEvent) -> None:
        """A placed event of a former start, or of another node, is read."""
        self.learn(event)
        if event.type is EventType.AGENT_STATE:
            return
        name = (event.line, event.call_id)
        newest = self._newest.get(name)
        if newest is None:
            self.same_calls.begun(name, event.caller, event.at_us)
        if newest is None or newest.occurrence < event.occurrence:
            newest = self._remember(
                name,
                NewestOf(
                    occurrence=event.occurrence,
                    began_us=event.at_us,
                    heard_us=event.received_us,
                    shift_us=0,
                    clock_us=event.clock_us,
                    before=0 if newest is None else newest.occurrence,
                ),
            )
        if newest.occurrence == event.occurrence:
            self.touched.add(name)
            newest.heard_us = max(newest.heard_us, event.received_us)
            _recall_content(newest, event.event_id)
            _note(newest, event)

    def newest_of(self, line: str, call_id: str) -> int:
        """The newest occurrence of that name; 0 when it is not known."""
        newest = self._newest.get((LineId(line), CallId(call_id)))
        return 0 if newest is None else newest.occurrence

    def settle(self, line: LineId, call_id: CallId, occurrence: int) -> None:
        """The call is over for a while, or not followed any more: keep name and end.

        A repeated delivery still gets the id under which it is in the journal.
        """
        newest = self._newest.get((line, call_id))
        if newest is not None and newest.occurrence == occurrence:
            self.touched.add((line, call_id))
            newest.told = newest.steps = None

    def order(self) -> list[CallName]:
        """All names, the one that began longest ago first."""
        return list(self._newest)

    def saved(self, name: CallName) -> tuple[CallName, NewestOf] | None:
        newest = self._newest.get(name)
        return None if newest is None else (name, newest)

    def restore(
        self,
        names: Iterable[tuple[CallName, NewestOf]],
        clocks: Mapping[LineId, SavedClock],
    ) -> None:
        """Take up what was saved of a former process: its steady clock is gone."""
        for name, newest in names:
            newest.shift_us = 0
            self._remember(name, newest)
            for other in newest.also:
                self.same_calls.join(other, name)
        for line, saved in clocks.items():
            self._clock(line).restore(saved)

    def _of_the_same_call(
        self, event: CallEvent, when: _When, steady_us: int
    ) -> CallEvent:
        """The event as one of the call that another line reports, if there is one."""
        name = (event.line, event.call_id)
        joined = self.same_calls.of(name)
        if joined is not None:
            newest = self._newest.get(joined)
            if newest is None or self._begins_anew(newest, event, when, steady_us):
                self.same_calls.part(name)
                joined = None
        if joined is None and name not in self._newest:
            joined = self.same_calls.match(name, event.caller, event.received_us)
            if joined is not None:
                self._join(name, joined)
        if joined is None:
            return event
        line, call_id = joined
        leg = event.leg_id
        return replace(
            event,
            line=line,
            call_id=call_id,
            reported_as=name,
            event_id=f"{event.line}/{event.event_id}",
            leg_id=None if leg is None else LegId(f"{event.line}/{leg}"),
        )

    def _join(self, name: CallName, other: CallName) -> None:
        """`name` is what another line calls the call of the name `other`."""
        self.same_calls.join(name, other)
        newest = self._newest.get(other)
        if newest is not None and name not in newest.also:
            newest.also = (*newest.also, name)
            self.touched.add(other)

    def _clock(self, line: LineId) -> LineClock:
        clock = self.clocks.get(line)
        if clock is None:
            clock = self.clocks[line] = LineClock()
        return clock

    def _when(self, event: CallEvent) -> _When:
        if not event.at_given:
            return _When(event.received_us)
        found = self._clock(event.line).judge(event.at_us, event.received_us)
        added_us = found.correction_us
        return _When(event.at_us + added_us, added_us, found.age_us)

    def _begins_anew(
        self, newest: NewestOf, event: CallEvent, when: _When, steady_us: int
    ) -> bool:
        if event.type not in BEGINS:
            return False
        at_us = _now(newest, steady_us) - when.age_us
        if not newest.ended_us:
            return at_us - newest.newest_us > self.limits.silent_max_s * 1e6
        after_us = at_us - newest.ended_us
        own = event.at_given and event.reported_as is None
        if own and newest.ended_line_us is not None:
            after_us = max(after_us, event.at_us - newest.ended_line_us)
        if other_outside_number(newest.caller, event.caller):
            return after_us > 0
        return after_us > self.limits.reuse_grace_s * 1e6

    def _is_before(self, newest: NewestOf, event: CallEvent, when: _When) -> bool:
        """A late event of the occurrence before this one?"""
        grace_us = self.limits.reuse_grace_s * 1e6
        return event.at_given and when.at_us < newest.began_us - grace_us

    def _begin(
        self,
        name: CallName,
        event: CallEvent,
        when: _When,
        steady_us: int,
        before: NewestOf | None,
    ) -> NewestOf:
        self.same_calls.begun(name, event.caller, event.received_us)
        number, earlier = event.received_us // 1000, 0
        if before is not None:
            earlier, number = before.occurrence, max(number, before.occurrence + 1)
        return self._remember(
            name,
            NewestOf(
                occurrence=number,
                began_us=when.at_us,
                heard_us=event.received_us,
                shift_us=event.received_us - steady_us,
                clock_us=when.added_us,
                before=earlier,
            ),
        )

    def _remember(self, name: CallName, newest: NewestOf) -> NewestOf:
        self.touched.add(name)
        self._newest[name] = newest
        self._newest.move_to_end(name)
        if len(self._newest) > self.limits.names_max:
            self._newest.popitem(last=False)
        return newest


def _stamped(
    event: CallEvent,
    when: _When,
    occurrence: int,
    *,
    event_id: str | None = None,
    late: bool = False,
) -> CallEvent:
    return replace(
        event,
        at_us=when.at_us,
        clock_us=when.at_us - event.at_us if event.at_given else 0,
        occurrence=occurrence,
        event_id=event_id or event.event_id,
        late=late,
    )


def _now(newest: NewestOf, steady_us: int) -> int:
    return max(steady_us + newest.shift_us, newest.heard_us)


def _on_its_scale(
    newest: NewestOf, event: CallEvent, when: _When, steady_us: int
) -> int:
    """The event's time among those of its call; a small correction stays the same."""
    expected_us = _now(newest, steady_us) - when.age_us
    if not event.at_given or event.reported_as is not None:
        return expected_us
    pinned_us = event.at_us + newest.clock_us
    return pinned_us if abs(pinned_us - expected_us) <= PINNED_US else expected_us


def _note(newest: NewestOf, event: CallEvent) -> None:
    newest.began_us = min(newest.began_us, event.at_us)
    newest.newest_us = max(newest.newest_us, event.at_us)
    newest.caller = newest.caller or event.caller
    whole = event.type is EventType.ENDED and event.scope is Scope.CALL
    if whole and event.cause not in LIMIT_CAUSES:
        newest.ended_us = max(newest.ended_us, event.at_us)
        if event.at_given and event.reported_as is None:
            newest.ended_line_us = event.at_us - event.clock_us
    if newest.steps is None:
        newest.steps = {}
    newest.step += 1
    for agent in event.agents or ("",):
        if len(newest.steps) < KEPT_MAX or (event.type, agent) in newest.steps:
            newest.steps[event.type, agent] = newest.step


def other_outside_number(before: str | None, now: str | None) -> bool:
    both = before is not None and now is not None and before != now
    return both and before[:1] == now[:1] == "+"  # type: ignore[index]


def _recall_content(newest: NewestOf, event_id: str) -> None:
    """A content id was journalled: remember how often it has been news."""
    if not event_id.startswith(CONTENT_ID):
        return
    content, _, times = event_id.partition("~")
    if newest.told is None:
        newest.told = {}
    known = newest.told.get(content, (0, 0))
    if int(times or 1) > known[0] and len(newest.told) < KEPT_MAX:
        newest.told[content] = (int(times or 1), newest.step + 1)


def _event_id(newest: NewestOf, event: CallEvent) -> str:
    """The id under which the event is journalled once."""
    if event.at_given or not event.event_id.startswith(CONTENT_ID):
        return event.event_id
    content = f"{event.event_id}-{newest.occurrence}"
    if newest.told is None:
        newest.told = {}
    times, step = newest.told.get(content, (0, 0))
    if not times or _taken_back(newest, event, step):
        times += 1
        if times > 1 or len(newest.told) < KEPT_MAX:
            newest.told[content] = (times, newest.step + 1)
    return content if times == 1 else f"{content}~{times}"


def _taken_back(newest: NewestOf, event: CallEvent, step: int) -> bool:
    """Did something happen since that makes the same content news again?"""
    undoing = _TAKEN_BACK_BY.get(event.type)
    if not undoing or newest.steps is None:
        return False
    if event.type is EventType.ENDED and event.scope is Scope.CALL:
        return False
    agents = {*event.agents, ""} if event.agents else None
    return any(
        since > step
        for (kind, agent), since in newest.steps.items()
        if kind in undoing and (agents is None or agent in agents or _for_all(kind))
    )


def _for_all(kind: EventType) -> bool:
    return kind in (EventType.TRANSFERRED, EventType.QUEUED)
