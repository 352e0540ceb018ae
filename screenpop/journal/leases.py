"""Who of several nodes may do a piece of work now?

A lease belongs to one owner until its time is over. An owner that dies does not renew
it: then another may take the work over.
"""

from __future__ import annotations

from abc import ABC, abstractmethod


class Leases(ABC):
    @property
    @abstractmethod
    def owner(self) -> str | None:
        """This process among all that share the journal; None: it is alone."""

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
