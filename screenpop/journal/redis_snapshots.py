"""How is a folded state kept in Redis, next to the journal that it belongs to?

The pieces are stored first, under a name of their own; one step then puts them in
the place of those before. Pieces of a node that died on the way expire.
"""

from __future__ import annotations

import secrets

from screenpop.journal import snapshot_file
from screenpop.journal.base import Offset
from screenpop.journal.redis_link import RedisLink
from screenpop.journal.redis_scripts import PUT_SNAPSHOT
from screenpop.journal.redis_stream import RedisStream, rows_of
from screenpop.journal.redis_writer import pair_of
from screenpop.journal.snapshot_file import SnapshotPlace

PIECE_BYTES = 1_048_576
UNFINISHED_S = 600
READ_TIMES = 2  # another node may put the next one in place while one is read


class RedisSnapshots:
    """Snapshots of one journal. Everything raises `Unavailable`."""

    def __init__(self, link: RedisLink, stream: RedisStream):
        self._link = link
        self._stream = stream

    async def save(self, name: str, offset: Offset, body: bytes) -> None:
        key = self._stream.keys.named(f"snapshot:{name}")
        pieces = f"{key}:{secrets.token_hex(8)}"
        header = snapshot_file.header_of(await self._place(offset), body)
        count = max(1, -(-len(body) // PIECE_BYTES))
        for number in range(count):
            piece = body[number * PIECE_BYTES : (number + 1) * PIECE_BYTES]
            await self._link.call("HSET", pieces, number, piece)
            await self._link.call("EXPIRE", pieces, UNFINISHED_S)
        await self._link.script(PUT_SNAPSHOT, (key, pieces), (header, count))

    async def load(self, name: str) -> tuple[Offset, bytes] | None:
        key = self._stream.keys.named(f"snapshot:{name}")
        for _ in range(READ_TIMES):
            header, pieces = await self._link.call("HMGET", key, "header", "pieces")
            if header is None or pieces is None:
                return None
            body = await self._body(pieces)
            if body is not None:
                return await self._used(name, header, body)
        snapshot_file.useless(name, "its pieces are gone")
        return None

    async def _body(self, pieces: bytes) -> bytes | None:
        count = await self._link.call("HLEN", pieces)
        found = [await self._link.call("HGET", pieces, n) for n in range(count)]
        return b"".join(found) if found and all(x is not None for x in found) else None

    async def _used(
        self, name: str, header: bytes, body: bytes
    ) -> tuple[Offset, bytes] | None:
        found = snapshot_file.whole(name, header, body)
        if found is None:
            return None
        then = found[0]
        now = await self._place(Offset(then.offset))
        if not snapshot_file.same_place(name, then, now):
            return None
        return Offset(then.offset), body

    async def _place(self, offset: Offset) -> SnapshotPlace:
        at = f"1-{offset}"
        rows = rows_of(
            await self._link.call("XRANGE", self._stream.keys.stream, at, at)
        )
        entry = pair_of(rows[0].identity) if rows else None
        return SnapshotPlace(self._stream.identity, offset, entry)
