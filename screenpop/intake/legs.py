"""To which call does a leg belong, where an event names only the leg?"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from screenpop.domain.call import CallEvent

LEGS_MAX = 10_000  # of one line; the oldest are forgotten

CallOfLeg = Callable[[str], str | None]


class Legs:
    """What one line's events said of legs and their calls.

    Kept on this node since its start; `known` tells of legs that other nodes heard of
    or that were heard of before.
    """

    def __init__(self) -> None:
        self._calls: OrderedDict[str, str] = OrderedDict()
        self.known: CallOfLeg = lambda leg: None

    def __len__(self) -> int:
        return len(self._calls)

    def call_of(self, leg: str) -> str | None:
        return self._calls.get(leg) or self.known(leg)

    def learn(self, event: CallEvent) -> None:
        if event.leg_id is None or str(event.leg_id) == event.call_id:
            return
        self._calls[event.leg_id] = event.call_id
        self._calls.move_to_end(event.leg_id)
        if len(self._calls) > LEGS_MAX:
            self._calls.popitem(last=False)
