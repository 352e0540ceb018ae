"""Who of several nodes may do a piece of work now?

A lease belongs to one owner until its time is over. An owner that dies does not renew
it: then another may take the work over.
"""

from __future__ import annotations

import asyncio
import logging
import math
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from screenpop.domain.errors import Unavailable
from screenpop.support.clock import Clock, SystemClock
from screenpop.support.tasks import spawn

log = logging.getLogger(__name__)

LEASE_S = 6.0
RENEWALS = 3  # in the time of a lease

Work = Callable[[], Coroutine[Any, Any, None]]
Pause = Callable[[float], Awaitable[None]]


class Leases(ABC):
    @property
    @abstractmethod
    def owner(self) -> str | None:
        """This process among all that share the journal; None: it is alone."""

    async def is_there(self, node: str) -> bool:
        """Was another node of this name there lately? Raises `Unavailable`."""
        return False

    @abstractmethod
    async def acquire(self, name: str, owner: str, ttl_s: float) -> bool:
        """True: it is the owner's for `ttl_s` from now, also if it was before.

        Raises `Unavailable`.
        """

    @abstractmethod
    async def renew(self, name: str, owner: str, ttl_s: float) -> bool:
        """False: it is not the owner's any more. Raises `Unavailable`."""

    @abstractmethod
    async def release(self, name: str, owner: str) -> None:
        """Nothing happens to a lease of another owner. Raises `Unavailable`."""

    @abstractmethod
    async def holder(self, name: str) -> str | None:
        """Whose it is now; None: it is free. Raises `Unavailable`."""


class LocalLeases(Leases):
    """For a journal of one process: there is one owner."""

    @property
    def owner(self) -> None:
        return None

    async def acquire(self, name: str, owner: str, ttl_s: float) -> bool:
        return True

    async def renew(self, name: str, owner: str, ttl_s: float) -> bool:
        return True

    async def release(self, name: str, owner: str) -> None:
        return None

    async def holder(self, name: str) -> str | None:
        return None


class LeaseLost(Unavailable):
    """The work is another node's now, or may be: nothing more may be written."""


class Lease:
    """One piece of work that one of the nodes does at a time.

    An owner trusts its lease for less time than the server keeps it: the time runs
    from before the request, on a clock that also runs while the process is stopped.
    That makes two owners at once rare, not impossible: what the work writes must
    also be compared where it is written.
    """

    def __init__(
        self,
        leases: Leases,
        name: str,
        node: str = "",
        *,
        ttl_s: float = LEASE_S,
        clock: Clock | None = None,
        pause: Pause = asyncio.sleep,
    ):
        """`node` is this node's name; two starts of one node are two owners."""
        self._leases = leases
        self._name = name
        self._owner = f"{node} {leases.owner}"
        self._ttl_s = ttl_s
        self._clock = clock or SystemClock()
        self._pause = pause
        self._until_s = -math.inf if self.shared else math.inf
        self.other: str | None = None  # the node that was met last as its owner

    @property
    def shared(self) -> bool:
        """May another node do the work?"""
        return self._leases.owner is not None

    @property
    def is_held(self) -> bool:
        return self._clock.monotonic_s() < self._until_s

    def check(self) -> None:
        """Raises `LeaseLost`."""
        if not self.is_held:
            raise LeaseLost(
                f"the lease {self._name} ended before it was renewed. Another node may"
                " do the work now."
            )

    async def run(self, work: Work, wait: Work) -> None:
        """Do the work while the lease is held, until the work ends by itself.

        `wait` is called at each try that finds the lease to be another node's.
        Raises what both raise, and `Unavailable`.
        """
        if not self.shared:
            await work()
            return
        while not (await self._acquire() and await self._work(work)):
            if not self.is_held:
                await wait()
                await self._pause(self._ttl_s / RENEWALS)

    async def _acquire(self) -> bool:
        asked_s = self._clock.monotonic_s()
        if not await self._leases.acquire(self._name, self._owner, self._ttl_s):
            holder = await self._leases.holder(self._name)
            self.other = None if holder is None else holder.rpartition(" ")[0]
            return False
        self._until_s = asked_s + self._ttl_s
        self.other = None
        return True

    async def _work(self, work: Work) -> bool:
        """False: the lease was lost, and the work was cancelled."""
        working = spawn(work(), name=f"work under the lease {self._name}")
        renewing = spawn(self._renew(), name=f"renew the lease {self._name}")
        both = (working, renewing)
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                log.warning("the lease %s was lost: its work ends here", self._name)
                return False
            working.result()
            return True
        except LeaseLost as error:
            log.warning("%s", error)
            return False
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            await self._release()

    async def _renew(self) -> None:
        """Returns when the lease is lost."""
        while True:
            await self._pause(self._ttl_s / RENEWALS)
            asked_s = self._clock.monotonic_s()
            try:
                mine = await self._leases.renew(self._name, self._owner, self._ttl_s)
            except Unavailable as error:
                log.debug("the lease %s was not renewed: %s", self._name, error)
                mine = self.is_held
            else:
                self._until_s = asked_s + self._ttl_s if mine else -math.inf
            if not mine:
                return

    async def _release(self) -> None:
        """Free at once for another node; a lease that is lost is not touched."""
        self._until_s = -math.inf
        try:
            await self._leases.release(self._name, self._owner)
        except Unavailable as error:
            log.debug("the lease %s stays until its end: %s", self._name, error)
