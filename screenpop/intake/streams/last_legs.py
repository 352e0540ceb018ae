"""Did the agent leave a call that goes on, or was that the end of it?

When an agent hangs up last, a switch tells the end of the agent's channel and, some
milliseconds later, that of the caller's. So the end of a leg in which somebody talked
waits for a moment: the call's own end, if it comes, says it all.
"""

from __future__ import annotations

from collections.abc import Sequence

from screenpop.domain.call import CallEvent, CallId, EventType, Scope

PATIENCE_S = 0.1
WAITING_MAX = 1000  # calls; further legs' ends do not wait


class LastLegs:
    """The ends of legs that wait, by call; pure, the stream keeps the time."""

    def __init__(self) -> None:
        self._waiting: dict[CallId, list[CallEvent]] = {}

    def through(
        self, events: Sequence[CallEvent]
    ) -> tuple[list[CallEvent], set[CallId]]:
        """What may be handed on now, and calls for which a moment is to be waited."""
        now: list[CallEvent] = []
        begun: set[CallId] = set()
        for event in events:
            call_id = event.call_id
            if _ends_call(event):
                self._waiting.pop(call_id, None)
                begun.discard(call_id)
            elif _ends_talk(event) and self._has_room(call_id):
                if call_id not in self._waiting:
                    begun.add(call_id)
                self._waiting.setdefault(call_id, []).append(event)
                continue
            elif event.type is not EventType.AGENT_STATE:
                now += self._waiting.pop(call_id, ())
                begun.discard(call_id)
            now.append(event)
        return now, begun

    def due(self, call_id: CallId) -> list[CallEvent]:
        """The moment is over: the call goes on without them."""
        return self._waiting.pop(call_id, [])

    def _has_room(self, call_id: CallId) -> bool:
        return call_id in self._waiting or len(self._waiting) < WAITING_MAX


def _ends_call(event: CallEvent) -> bool:
    return event.type is EventType.ENDED and event.scope is Scope.CALL


def _ends_talk(event: CallEvent) -> bool:
    ends_leg = event.type is EventType.ENDED and event.scope is Scope.LEG
    return ends_leg and event.outcome is None and event.cause != "vanished"
