"""What is the state of one call, given all its events?

`CallFold` keeps the events of one call as a set and reads them in one canonical
order: provider time, then sequence, then the natural order of types, then id.
The result depends on the set alone, so any order of delivery and any repetition
give the same call. Adding the newest event is incremental; an older one that
arrives late makes the fold read the set again.

Rules that the order alone does not give:
- A call-scoped end is final, whatever follows it; a leg's end never ends the call.
- An end that we invented (`LIMIT_CAUSES`) gives way to any later sign of life.
- An answer releases every other agent who is alerting.
- An alerting without a time of its own that comes within `LATE_WINDOW_US` after
  the answer is taken for a delayed one of before it, unless the system numbers its
  events and says that it came after.
"""

from __future__ import annotations

import zlib
from bisect import insort

import msgspec

from screenpop.domain.call import (
    AgentId,
    Call,
    CallEvent,
    CallId,
    CallKey,
    EventType,
    LegId,
    LegState,
    LineId,
    Scope,
)
from screenpop.domain.call_reading import read, view
from screenpop.domain.leg_reading import Reading

_TYPE_RANK = {
    EventType.ARRIVED: 0,
    EventType.QUEUED: 1,
    EventType.ALERTING: 2,
    EventType.ANSWERED: 3,
    EventType.HELD: 4,
    EventType.RESUMED: 5,
    EventType.PARKED: 6,
    EventType.RETRIEVED: 7,
    EventType.TRANSFERRED: 8,
    EventType.ENDED: 9,
    EventType.AGENT_STATE: 10,
}

OrderKey = tuple[int, int, int, str]
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(list[CallEvent])


def order_key(event: CallEvent) -> OrderKey:
    """The canonical place of an event among those of its call."""
    sequence = event.sequence if event.sequence is not None else -1
    return (event.at_us, sequence, _TYPE_RANK[event.type], event.event_id)


class CallFold:
    """The events of one call, and what they add up to."""

    __slots__ = ("_events", "_keys", "_owners", "_reading", "key", "limit")

    def __init__(
        self,
        line: LineId,
        call_id: CallId,
        occurrence: int = 0,
        *,
        limit: int = 500,
    ):
        self.key: CallKey = (line, call_id, occurrence)
        self.limit = limit
        self._events: list[tuple[OrderKey, CallEvent]] = []
        self._keys: set[str] = set()
        self._owners: dict[LegId, tuple[AgentId, ...]] = {}
        self._reading = Reading()

    def __len__(self) -> int:
        return len(self._events)

    @property
    def events(self) -> tuple[CallEvent, ...]:
        return tuple(event for _, event in self._events)

    def add(self, event: CallEvent) -> bool:
        """Take one event in; False when it was already there or beyond the limit.

        Beyond the limit only what answers or ends the call is still taken: half as
        many again and as many again, so that an end finds room after any answers.
        """
        if event.event_id in self._keys:
            return False
        if len(self._events) >= self.limit + _room_beyond(event, self.limit):
            return False
        self._keys.add(event.event_id)
        item = (order_key(event), event)
        newest = not self._events or item[0] > self._events[-1][0]
        teaches = self._learn_owner(event)
        if newest and not teaches:
            self._events.append(item)
            read(self._reading, event, self._owners)
            return True
        insort(self._events, item, key=lambda pair: pair[0])
        self._read_again()
        return True

    def has_leg(self, leg: str) -> bool:
        """Did an event name this leg, with whose it is?"""
        return LegId(leg) in self._owners

    def open_agents(self) -> list[AgentId]:
        """Whose phone rings or who talk."""
        released = LegState.RELEASED
        legs = self._reading.legs.values()
        return [leg.agent for leg in legs if leg.state is not released]

    def call(self) -> Call:
        """The call as all events together describe it."""
        return view(self.key, self._reading)

    def packed(self) -> bytes:
        """All events in few bytes; `of` makes the fold of them again."""
        return zlib.compress(_ENCODER.encode([e for _, e in self._events]), 1)

    @classmethod
    def of(cls, packed: bytes, key: CallKey, *, limit: int = 500) -> CallFold:
        """The fold of events that were `packed`."""
        fold = cls(*key, limit=limit)
        for event in _DECODER.decode(zlib.decompress(packed)):
            fold.add(event)
        return fold

    def _learn_owner(self, event: CallEvent) -> bool:
        """Remember whose leg it is; True when earlier events read differently now."""
        if event.leg_id is None or len(event.agents) != 1:
            return False
        if event.leg_id in self._owners:
            return False
        self._owners[event.leg_id] = event.agents
        return any(e.leg_id == event.leg_id and not e.agents for _, e in self._events)

    def _read_again(self) -> None:
        self._owners = {}
        for _, event in self._events:
            if event.leg_id is not None and len(event.agents) == 1:
                self._owners.setdefault(event.leg_id, event.agents)
        self._reading = Reading()
        for _, event in self._events:
            read(self._reading, event, self._owners)


def _room_beyond(event: CallEvent, limit: int) -> int:
    """How many events more than the limit may there be for this one to be taken?"""
    if event.type is EventType.ANSWERED:
        return limit // 2
    ends = event.type is EventType.ENDED and event.scope is Scope.CALL
    return limit if ends else 0
