"""May this handshake go on in this turn of the event loop?

When ten thousand browsers reconnect at once, calls must still get through: at most
`per_turn_max` handshakes go on in one turn, the others wait in order.
"""

from __future__ import annotations

import asyncio
from collections import deque


class TurnGate:
    def __init__(self, per_turn_max: int):
        self._per_turn_max = per_turn_max
        self._left = per_turn_max
        self._scheduled = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self) -> None:
        """Returns at once while this turn has room, else in a later turn."""
        self._schedule()
        if self._left > 0 and not self._waiting:
            self._left -= 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        await place

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._next_turn)

    def _next_turn(self) -> None:
        self._scheduled = False
        self._left = self._per_turn_max
        while self._waiting and self._left > 0:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(None)
                self._left -= 1
        if self._waiting:
            self._schedule()
