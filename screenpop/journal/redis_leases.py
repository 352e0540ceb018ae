"""How are leases kept in Redis, so that only its owner frees one?

The owner is compared in the same step. Also: is there another node of this name?
"""

from __future__ import annotations

from screenpop.journal.leases import Leases
from screenpop.journal.redis_link import RedisLink
from screenpop.journal.redis_scripts import ACQUIRE, EXTEND, RELEASE
from screenpop.journal.redis_stream import RedisKeys

NODE = "node"  # kind of lease that says that a node of this name is there


class RedisLeases(Leases):
    def __init__(
        self, link: RedisLink, keys: RedisKeys, instance: str, kind: str = "lease"
    ):
        self._link = link
        self._keys = keys
        self._instance = instance
        self._kind = kind

    @property
    def owner(self) -> str:
        return self._instance

    async def acquire(self, name: str, owner: str, ttl_s: float) -> bool:
        values = (owner, round(ttl_s * 1000))
        return bool(await self._link.script(ACQUIRE, self._key(name), values))

    async def renew(self, name: str, owner: str, ttl_s: float) -> bool:
        values = (owner, round(ttl_s * 1000))
        return bool(await self._link.script(EXTEND, self._key(name), values))

    async def release(self, name: str, owner: str) -> None:
        await self._link.script(RELEASE, self._key(name), (owner,))

    async def is_there(self, node: str) -> bool:
        found = await self._link.call("GET", *self._key(node, NODE))
        return found is not None

    async def holder(self, name: str) -> str | None:
        found = await self._link.call("GET", *self._key(name))
        return None if found is None else str(found, "utf-8", "replace")

    def _key(self, name: str, kind: str | None = None) -> tuple[str]:
        return (self._keys.named(f"{kind or self._kind}:{name}"),)


class NodeName:
    """Says that this node is there, under a name that only one node should have."""

    def __init__(self, link: RedisLink, keys: RedisKeys, node: str, instance: str):
        self._names = RedisLeases(link, keys, instance, NODE)
        self._node = node
        self._instance = instance
        self.problem: str | None = None

    async def say(self, ttl_s: float) -> None:
        alone = await self._names.acquire(self._node, self._instance, ttl_s)
        self.problem = (
            None
            if alone
            else f"two nodes are named {self._node}. Give each a name of its own"
            " (journal.node), or stop one of them."
        )

    async def leave(self) -> None:
        await self._names.release(self._node, self._instance)
