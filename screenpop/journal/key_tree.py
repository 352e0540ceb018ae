"""How can one secret stand for millions of keys, of which any one can be destroyed?

A binary tree of secrets (Goldreich, Goldwasser, Micali: How to construct random
functions, 1986): each secret gives its two children by a one-way function, the leaves
are the keys. To destroy a key, the secrets on its way to the root are replaced by
those next to that way: every other key can still be computed, this one cannot (a
puncturable pseudorandom function; Boneh and Waters, 2013).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import NewType

TREE_BYTES = 8
SECRET_BYTES = 32
DEPTH = 24
LEAVES = 1 << DEPTH

TreeId = NewType("TreeId", bytes)
Place = tuple[int, int]
"""(depth, path): a secret `depth` steps below the root, the path's bits from there."""
KeyId = tuple[TreeId, int]
"""A key: its tree, and its leaf."""


class KeyTree:
    """The secrets that are left of one tree; 32 bytes each."""

    def __init__(self, secrets: Mapping[Place, bytes]):
        self.secrets = dict(secrets)
        self._way: list[bytes] = []  # from a stored secret to the latest leaf
        self._from: Place | None = None
        self._leaf = 0

    def key(self, leaf: int) -> bytes | None:
        """The key of a leaf, 32 bytes; None when it was destroyed.

        Leaves are used one after the other, so most of the way is that of the latest.
        """
        place = self.above(leaf)
        if place is None:
            return None
        top, way = place[0], self._way
        if self._from == place:
            shared = DEPTH - (leaf ^ self._leaf).bit_length()
            del way[shared - top + 1 :]
        else:
            shared = top
            way[:] = [self.secrets[place]]
        for level in range(shared, DEPTH):
            way.append(_child(way[-1], leaf >> (DEPTH - 1 - level) & 1))
        self._from, self._leaf = place, leaf
        return way[-1]

    def above(self, leaf: int) -> Place | None:
        """Where the secret is from which a leaf's key follows."""
        for depth in range(DEPTH + 1):
            place = (depth, leaf >> (DEPTH - depth))
            if place in self.secrets:
                return place
        return None

    def destroy(self, leaves: Iterable[int]) -> tuple[set[Place], dict[Place, bytes]]:
        """Take keys out; what is to be removed from the store, and what put there."""
        before = dict(self.secrets)
        self._way.clear()
        self._from = None
        for leaf in leaves:
            self._destroy(leaf)
        gone = before.keys() - self.secrets.keys()
        new = {
            place: secret
            for place, secret in self.secrets.items()
            if place not in before
        }
        return set(gone), new

    def _destroy(self, leaf: int) -> None:
        place = self.above(leaf)
        if place is None:
            return
        secret = self.secrets.pop(place)
        for level in range(place[0], DEPTH):
            path = leaf >> (DEPTH - 1 - level)
            self.secrets[level + 1, path ^ 1] = _child(secret, path & 1 ^ 1)
            secret = _child(secret, path & 1)


def _child(secret: bytes, side: int) -> bytes:
    return hashlib.blake2b(
        b"1" if side else b"0", key=secret, person=b"screenpop-tree", digest_size=32
    ).digest()
