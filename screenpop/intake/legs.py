"""To which call does a leg belong, where an event names only the leg?"""

from __future__ import annotations

from collections import OrderedDict

from screenpop.domain.call import CallEvent

LEGS_MAX = 10_000  # of one line; the oldest are forgotten


class Legs:
    """What one line's events said of legs and their calls, on this node."""

    def __init__(self) -> None:
        self.calls: OrderedDict[str, str] = OrderedDict()

    def learn(self, event: CallEvent) -> None:
        if event.leg_id is None or str(event.leg_id) == event.call_id:
            return
        self.calls[event.leg_id] = event.call_id
        self.calls.move_to_end(event.leg_id)
        if len(self.calls) > LEGS_MAX:
            self.calls.popitem(last=False)
