"""Which of the nodes that share a journal asks the sources for a call?

The node that took the call's first event: it writes its name into its events, so that
every node reads the same. Each node holds a lease on its own name. When that ends (the
node died, or hangs), one other node gets the lease, and all calls under that name.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

from screenpop.domain.errors import Unavailable
from screenpop.journal.leases import Leases

log = logging.getLogger(__name__)

TTL_S = 6.0  # after a node died its calls wait so long for another
RENEW_EVERY_S = 1.5


class CallDuty:
    """Names whose calls are this node's; alone it has them all."""

    def __init__(
        self, leases: Leases, ttl_s: float = TTL_S, every_s: float = RENEW_EVERY_S
    ):
        self._leases = leases
        self._ttl_s = ttl_s
        self._every_s = every_s
        self._names = 1
        self._inherited: set[str] = set()
        self.name = leases.owner  # None: there is no other node
        """What this node writes into the events that it takes."""

    def mine(self, name: str | None) -> bool:
        """Does this node ask for calls of that name? None: an event without one."""
        return (
            self.name is None
            or name is None
            or name == self.name
            or name in self._inherited
        )

    async def begin(self) -> None:
        """To be done before this node takes a call: else another inherits it."""
        try:
            await self._keep_own()
        except Unavailable as error:
            log.debug("the lease of this node comes later: %s", error)

    async def run(
        self, names: Callable[[], Iterable[str]], take_over: Callable[[str], None]
    ) -> None:
        """Keep the own lease; inherit others, for ever.

        `names` are those of the calls that go on, `take_over` begins the lookups of a
        name's calls.
        """
        while True:
            try:
                await self._keep_own()
                await self._look_at(set(names()), take_over)
            except Unavailable as error:
                log.debug("leases cannot be kept now: %s", error)
            await asyncio.sleep(self._every_s)

    async def leave(self) -> None:
        """Others may take over at once."""
        for name in (self.name, *self._inherited):
            if name is not None:
                try:
                    await self._leases.release(_lease(name), self._me)
                except Unavailable as error:
                    log.debug("a lease ends by itself: %s", error)
                    return

    async def _keep_own(self) -> None:
        """Who was away for too long goes on under a new name."""
        if self.name is None:
            return
        if not await self._leases.acquire(_lease(self.name), self._me, self._ttl_s):
            log.warning("another node has taken over the lookups of this node's calls")
            self._names += 1
            self.name = f"{self._me}-{self._names}"
            await self._leases.acquire(_lease(self.name), self._me, self._ttl_s)

    async def _look_at(self, names: set[str], take_over: Callable[[str], None]) -> None:
        for name in self._inherited - names:  # their last call is over
            await self._leases.release(_lease(name), self._me)
            self._inherited.discard(name)
        for name in names - {self.name}:
            has = await self._leases.acquire(_lease(name), self._me, self._ttl_s)
            if has and name not in self._inherited:
                self._inherited.add(name)
                take_over(name)
            elif not has:
                self._inherited.discard(name)

    @property
    def _me(self) -> str:
        return self._leases.owner or ""


def _lease(name: str) -> str:
    return f"lookups:{name}"
