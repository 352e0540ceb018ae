"""When may the next request go out, if a service allows so many in a time?

The times of the newest requests are kept: exact for limits such as "4 in a second",
where a bucket that refills would let twice as many through. Lookups book their turn
and wait for it in order. Reading many pages takes what is left: at most half.
"""

from __future__ import annotations

import asyncio
from collections import deque

from screenpop.connector import Busy
from screenpop.connector.deadline import time_left_s
from screenpop.support.clock import Clock
from screenpop_connectors.http_json.options import HttpPace

READING_WAITS_MAX = 20


class Pace:
    def __init__(self, options: HttpPace, clock: Clock):
        self._options = options
        self._clock = clock
        self._turns: deque[float] = deque(maxlen=options.requests)

    async def turn(self, *, reading: bool) -> None:
        """Return when a request may go out.

        Raises `Busy` for a lookup whose turn would come after its deadline: it does
        not take one.
        """
        if reading:
            await self._leave_to_lookups()
        now_s = self._clock.monotonic_s()
        at_s = max(now_s, self._free_at_s(self._options.requests))
        if not reading and at_s - now_s > min(time_left_s(), self._options.wait_max_s):
            raise Busy(
                f"its pace of {self._options.requests} requests in"
                f" {self._options.per_s:g} s is used up for {at_s - now_s:.1f} s."
                " Raise cache_s, or pace if the service allows more.",
                brief="may not be asked more often; try again shortly",
            )
        self._turns.append(at_s)
        if at_s > now_s:
            await asyncio.sleep(at_s - now_s)

    async def _leave_to_lookups(self) -> None:
        """Wait while more than half is taken; not for ever: a reading must end."""
        share = max(1, self._options.requests // 2)
        for _ in range(READING_WAITS_MAX):
            wait_s = self._free_at_s(share) - self._clock.monotonic_s()
            if wait_s <= 0:
                return
            await asyncio.sleep(wait_s)

    def _free_at_s(self, count: int) -> float:
        """When fewer than `count` of the turns are in the time before."""
        if len(self._turns) < count:
            return 0.0
        return self._turns[-count] + self._options.per_s
