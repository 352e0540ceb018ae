"""Which of several nodes listens to a line?

One connection to a telephone system is enough, and some allow only one. The node that
has the line's lease keeps it. While the leases cannot be asked nothing changes: then
no other node gets one either, and what two nodes hear is stored once.
"""

from __future__ import annotations

import asyncio
import logging

from screenpop.domain.errors import Unavailable
from screenpop.journal.leases import LEASE_S, RENEWALS, Leases, Pause, Work
from screenpop.support.tasks import spawn

log = logging.getLogger(__name__)


class LineTurn:
    """The lease on one line, and the listening that goes with it."""

    def __init__(
        self,
        leases: Leases,
        line: str,
        node: str,
        *,
        ttl_s: float = LEASE_S,
        pause: Pause = asyncio.sleep,
    ):
        self._leases = leases
        self._line = line
        self._owner = f"{node} {leases.owner}"
        self._ttl_s = ttl_s
        self._pause = pause
        self._is_mine = False
        self.other: str | None = None  # the node that listens instead

    async def run(self, listen: Work) -> None:
        """Call `listen` whenever it is this node's turn; raises what it raises."""
        if self._leases.owner is None:  # there is no other node
            await listen()
            return
        listening: asyncio.Task[None] | None = None
        try:
            while listening is None or not listening.done():
                await self._ask()
                if self._is_mine and listening is None:
                    listening = spawn(listen(), name=f"listen to {self._line} in turn")
                elif not self._is_mine and listening is not None:
                    log.warning("%s: node %s listens now", self._line, self.other)
                    await _ended(listening)
                    listening = None
                await self._pause(self._ttl_s / RENEWALS)
            listening.result()
        finally:
            if listening is not None:
                await _ended(listening)
            await self._leave()

    async def _ask(self) -> None:
        try:
            self._is_mine = await self._leases.acquire(
                self._lease, self._owner, self._ttl_s
            )
            self.other = None if self._is_mine else await self._holder()
        except Unavailable as error:
            log.debug("%s: its lease cannot be asked for: %s", self._line, error)

    async def _holder(self) -> str:
        holder = await self._leases.holder(self._lease)
        return (holder or "").rpartition(" ")[0] or "another"

    async def _leave(self) -> None:
        """Another node may listen at once."""
        self._is_mine = False
        try:
            await self._leases.release(self._lease, self._owner)
        except Unavailable as error:
            log.debug("%s: its lease ends by itself: %s", self._line, error)

    @property
    def _lease(self) -> str:
        return f"line:{self._line}"


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
