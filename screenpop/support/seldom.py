"""May this line be logged again already?

What strangers cause must not fill the log: one line for each key in `every_s`, with
the number of those left out since. The oldest keys are evicted beyond a limit.
"""

from __future__ import annotations

from collections import OrderedDict

from screenpop.support.clock import Clock

KEYS_MAX = 1000


class Seldom:
    def __init__(self, clock: Clock, *, every_s: float, keys_max: int = KEYS_MAX):
        self._clock = clock
        self._every_s = every_s
        self._keys_max = keys_max
        self._said: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def may(self, key: str) -> int | None:
        """How many were left out since the last line; None: leave this one out."""
        now_s = self._clock.monotonic_s()
        said_s, left_out = self._said.get(key, (None, 0))
        if said_s is not None and now_s - said_s < self._every_s:
            self._said[key] = (said_s, left_out + 1)
            return None
        self._said[key] = (now_s, 0)
        self._said.move_to_end(key)
        if len(self._said) > self._keys_max:
            self._said.popitem(last=False)
        return left_out
