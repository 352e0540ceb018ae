"""Where are the keys of persons kept, and how is one destroyed for good?

Secrets are wrapped by the master key, persons named by it: the tables alone say neither
who is known nor what a key is. See `journal.key_tree`, `journal.key_ring`.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import delete, func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from screenpop.history.engine import Database, only_writer
from screenpop.history.statement import putting
from screenpop.history.tables import erasures, key_copies, key_trees, person_keys
from screenpop.journal.key_ring import Link
from screenpop.journal.key_tree import (
    SECRET_BYTES,
    TREE_BYTES,
    KeyId,
    KeyTree,
    Place,
    TreeId,
)
from screenpop.journal.master_key import MasterKey
from screenpop.support.clock import Clock

PUT_LINKS = putting(person_keys, newest_by="at_us")
PERSONS_PER_QUERY = 500
EXPIRED_PER_STEP = 500
PUT_COPY = putting(key_copies)
ROOT: Place = (0, 0)


class WrappedSecret(msgspec.Struct, frozen=True, gc=False):
    """A row of `key_trees`."""

    tree: str
    depth: int
    path: int
    secret: str
    at_us: int


class PersonKeys:
    """Every method raises `Unavailable`."""

    def __init__(self, database: Database, master: MasterKey, clock: Clock):
        self._database = database
        self._master = master
        self._clock = clock

    async def claim(self) -> TreeId:
        """A new tree for this process; durable when it returns."""
        tree = TreeId(secrets.token_bytes(TREE_BYTES))
        row = self._row(tree, ROOT, secrets.token_bytes(SECRET_BYTES))
        async with self._database.write() as connection:
            await connection.execute(insert(key_trees).values(row))
        return tree

    async def trees(self) -> dict[TreeId, KeyTree]:
        """All trees. Raises `ConfigError` when another master key wrapped one."""
        async with self._database.read() as connection:
            return await self._trees(connection)

    async def erasures(self) -> int:
        """Grows with each erasure."""
        async with self._database.read() as connection:
            found = await connection.execute(select(func.max(erasures.c.id)))
            return found.scalar() or 0

    async def began_us(self) -> int | None:
        """Since when records are encrypted; None: they are not."""
        async with self._database.read() as connection:
            found = await connection.execute(select(func.min(key_trees.c.at_us)))
            began_us: int | None = found.scalar()
            return began_us

    async def keep(self, links: Sequence[Link]) -> None:
        """Which keys a person has, and that they are used now."""
        now_us = self._clock.now_us()
        rows = [(person, tree.hex(), leaf, now_us) for person, (tree, leaf) in links]
        await self._database.put([(PUT_LINKS, rows)])

    async def wrapped(self) -> list[WrappedSecret]:
        """All secrets as they are stored."""
        async with self._database.read() as connection:
            found = await connection.execute(select(key_trees))
            return [
                WrappedSecret(row.tree, row.depth, row.path, row.secret, row.at_us)
                for row in found
            ]

    async def put_back(self, secrets: Sequence[WrappedSecret]) -> None:
        """Into a store that was restored. Raises `ConfigError` as `trees`."""
        for one in secrets:
            tree = TreeId(bytes.fromhex(one.tree))
            self._master.unwrap(tree, (one.depth, one.path), one.secret)
        rows = [msgspec.structs.asdict(one) for one in secrets]
        async with self._database.write() as connection:
            await connection.execute(delete(key_trees))
            if rows:
                await connection.execute(insert(key_trees), rows)

    async def remember_copy(self, path: str) -> None:
        """A copy of the secrets is there: an erasure must renew it."""
        await self._database.put([(PUT_COPY, [(path, self._clock.now_us())])])

    async def copies(self) -> list[tuple[str, int]]:
        """Where copies are, and of when."""
        async with self._database.read() as connection:
            found = await connection.execute(select(key_copies))
            return [(row.path, row.at_us) for row in found]

    async def known(self, persons: Iterable[str]) -> dict[str, KeyId]:
        """One key of each of these persons that has one."""
        names, found = sorted(set(persons)), dict[str, KeyId]()
        for start in range(0, len(names), PERSONS_PER_QUERY):
            some = names[start : start + PERSONS_PER_QUERY]
            query = select(person_keys).where(person_keys.c.person.in_(some))
            async with self._database.read() as connection:
                for row in await connection.execute(query):
                    key = (TreeId(bytes.fromhex(row.tree)), row.leaf)
                    found[row.person] = max(key, found.get(row.person, key))
        return found

    async def of(
        self, connection: AsyncConnection, persons: Iterable[str]
    ) -> set[KeyId]:
        """All keys of these persons."""
        names, keys = sorted(set(persons)), set[KeyId]()
        for start in range(0, len(names), PERSONS_PER_QUERY):
            some = names[start : start + PERSONS_PER_QUERY]
            found = await connection.execute(
                select(person_keys.c.tree, person_keys.c.leaf).where(
                    person_keys.c.person.in_(some)
                )
            )
            keys |= {(TreeId(bytes.fromhex(row.tree)), row.leaf) for row in found}
        return keys

    async def destroy(self, connection: AsyncConnection, keys: Iterable[KeyId]) -> None:
        """Within a transaction: none of these can be computed any more."""
        count = await self._destroy(connection, keys)
        row = {"at_us": self._clock.now_us(), "keys": count}
        await connection.execute(insert(erasures).values(row))

    async def _destroy(self, connection: AsyncConnection, keys: Iterable[KeyId]) -> int:
        await only_writer(connection, key_trees)
        leaves: defaultdict[TreeId, set[int]] = defaultdict(set)
        for tree, leaf in keys:
            leaves[tree].add(leaf)
        trees = await self._trees(connection)
        for tree, some in leaves.items():
            if tree in trees:
                await self._puncture(connection, tree, trees[tree], some)
            await connection.execute(
                delete(person_keys).where(
                    person_keys.c.tree == tree.hex(), person_keys.c.leaf.in_(some)
                )
            )
        return sum(map(len, leaves.values()))

    async def expire(self, before_us: int) -> int:
        """Destroy the keys that were last used before; how many.

        What they encrypted is older, so retention removed it, but for what lies in
        backups. A tree goes when none of its keys is left: its process has another
        one by then (`NodeKeys`).
        """
        total = 0
        while step := await self._expire_some(before_us):
            total += step
        newest = func.max(key_trees.c.at_us)
        old = select(key_trees.c.tree).group_by(key_trees.c.tree)
        async with self._database.write() as connection:
            await connection.execute(
                delete(key_trees).where(
                    key_trees.c.tree.in_(old.having(newest < before_us)),
                    key_trees.c.tree.not_in(select(person_keys.c.tree)),
                )
            )
        return total

    async def _expire_some(self, before_us: int) -> int:
        oldest = (
            select(person_keys.c.tree, person_keys.c.leaf)
            .where(person_keys.c.at_us < before_us)
            .order_by(person_keys.c.at_us)
            .limit(EXPIRED_PER_STEP)
        )
        async with self._database.write() as connection:
            found = await connection.execute(oldest)
            keys = {(TreeId(bytes.fromhex(row.tree)), row.leaf) for row in found}
            if keys:
                await self._destroy(connection, keys)
        return len(keys)

    async def _puncture(
        self, connection: AsyncConnection, tree: TreeId, kept: KeyTree, some: set[int]
    ) -> None:
        gone, new = kept.destroy(some)
        if not gone:
            return
        place = tuple_(key_trees.c.depth, key_trees.c.path)
        await connection.execute(
            delete(key_trees).where(key_trees.c.tree == tree.hex(), place.in_(gone))
        )
        rows = [self._row(tree, place, secret) for place, secret in new.items()]
        await connection.execute(insert(key_trees), rows)

    async def _trees(self, connection: AsyncConnection) -> dict[TreeId, KeyTree]:
        kept: dict[TreeId, dict[Place, bytes]] = {}
        for row in await connection.execute(select(key_trees)):
            tree, place = TreeId(bytes.fromhex(row.tree)), (row.depth, row.path)
            secret = self._master.unwrap(tree, place, row.secret)
            kept.setdefault(tree, {})[place] = secret
        return {tree: KeyTree(secrets) for tree, secrets in kept.items()}

    def _row(self, tree: TreeId, place: Place, secret: bytes) -> dict[str, object]:
        depth, path = place
        return {
            "tree": tree.hex(),
            "depth": depth,
            "path": path,
            "secret": self._master.wrap(tree, place, secret),
            "at_us": self._clock.now_us(),
        }
