"""How many may be at a source at once, and who is next?

What `asyncio.Semaphore` does, without a coroutine for those who need not wait:
almost all of them, some six in each call.
"""

from __future__ import annotations

import asyncio
from collections import deque


class Places:
    """So many places; who finds none waits, in order.

    if not places.take():
        await places.wait()
    try:
        ...
    finally:
        places.give_back()
    """

    def __init__(self, count: int):
        self.free = count
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def take(self) -> bool:
        """A place at once, or False."""
        if self.free <= 0:
            return False
        self.free -= 1
        return True

    async def wait(self) -> None:
        """Returns with a place; whoever is cancelled meanwhile has none."""
        mine = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self.give_back()  # it had just been given
            elif mine in self._waiting:
                self._waiting.remove(mine)
            raise

    def give_back(self) -> None:
        while self._waiting:
            next_one = self._waiting.popleft()
            if not next_one.done():
                next_one.set_result(None)
                return
        self.free += 1
