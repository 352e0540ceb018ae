"""How is the state of the folds saved, so that a start need not read everything?

A snapshot is the state of all folds after one journal entry. It is taken while
calls go on: the folds' items (one for each call, say) are encoded a few at a time,
those that change meanwhile again, and the last few in one turn with the offset. A
thread packs it and the journal keeps it. A snapshot that another version of the code
or other settings made is not used. See docs/decisions/snapshots.md.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import zlib
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator, Sequence
from time import perf_counter
from typing import Any, Protocol

import msgspec

from screenpop.domain.errors import Unavailable
from screenpop.journal.base import Journal, Offset
from screenpop.journal.sealing import PLAIN, RecordCodec
from screenpop.node.follow import Follower

log = logging.getLogger(__name__)

NAME = "folds"
FORMAT = 1
SLICE_S = 0.003  # so long items are encoded before other work of the loop goes on
LAST_ITEMS_MAX = 100  # encoded in one turn at the end: about 5 ms
ROUNDS_MAX = 8  # then so many calls change that all the rest is taken in one turn
GROUP_ITEMS = 200  # packed, and read, together
SHARE_OF_TIME = 0.05  # at most, spent on snapshots

Turn = Callable[[], Awaitable[None]]


class Loader(Protocol):
    """Builds a fold's state; nothing of it is in use before `adopt`."""

    def item(self, data: bytes) -> None: ...

    def rest(self, place: int, data: bytes) -> None: ...

    def adopt(self) -> None:
        """Put it to use; `ValueError` before anything was changed."""
        ...


class SavedPart(Protocol):
    """A fold whose state can be saved item by item.

    `touched` collects the keys of items that changed. `item` and `rest` give what
    msgspec can encode; an item is encoded at once, the parts of `rest` later, in a
    thread: they are not changed any more.
    """

    name: str

    @property
    def touched(self) -> set[Any]: ...

    def order(self) -> Sequence[Hashable]:
        """The keys of all items."""
        ...

    def item(self, key: Any) -> object: ...

    def rest(self) -> Sequence[object]: ...

    def loader(self) -> Loader: ...


class _Head(msgspec.Struct, frozen=True):
    format: int
    made_by: str


class _ItemGroup(msgspec.Struct, frozen=True, array_like=True):
    part: str
    items: list[bytes]
    place: int = -1  # in `rest`; -1: items


_ENCODER = msgspec.msgpack.Encoder()
_HEAD = msgspec.msgpack.Decoder(_Head)
_GROUP = msgspec.msgpack.Decoder(_ItemGroup)


class Useless(Exception):
    """A snapshot that this node cannot use, and why."""


class Snapshots:
    """Saves and loads the state of all parts."""

    def __init__(
        self,
        parts: Iterable[SavedPart],
        offset: Callable[[], int],
        made_by: str,
        *,
        slice_s: float = SLICE_S,
        codec: RecordCodec = PLAIN,
        keep_keys: Callable[[], Awaitable[None]] | None = None,
    ):
        """`offset` is that of the newest folded entry, `made_by` names the code and
        the settings that decide what the folds make of an entry. `keep_keys` makes
        durable which keys a person has: entries before a snapshot are not read again.
        """
        self._parts = list(parts)
        self._offset = offset
        self._made_by = made_by
        self._slice_s = slice_s
        self._codec = codec
        self._keep_keys = keep_keys
        self._saved = 0

    def follow(self, made_by: str) -> None:
        """The service goes on with these settings, and so does what it saves."""
        if made_by != self._made_by:
            self._made_by, self._saved = made_by, 0

    async def run(
        self,
        journal: Journal,
        every_s: float,
        turn: Turn,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Save again and again, where something happened since."""
        while True:
            began_s = perf_counter()
            await self.save(journal, turn)
            spent_s = perf_counter() - began_s
            await pause(max(every_s, spent_s / SHARE_OF_TIME))

    async def save(self, journal: Journal, turn: Turn) -> None:
        """One that cannot be kept is reported; the next time it is tried again."""
        if self._offset() == self._saved:
            return
        offset, groups = await self.taken(turn)
        made_by = self._made_by
        body = await asyncio.to_thread(
            lambda: self._codec.seal(_packed(groups, made_by))
        )
        try:
            if self._keep_keys is not None:
                await self._keep_keys()
            await journal.save_snapshot(NAME, Offset(offset), body)
        except Unavailable as error:
            log.warning("%s", error)
            return
        if made_by == self._made_by:
            self._saved = offset
        log.debug("snapshot at entry %d: %d bytes", offset, len(body))

    async def taken(self, turn: Turn) -> tuple[int, Iterator[_ItemGroup]]:
        """The state after one entry, and its offset; `turn` lets others work."""
        items: dict[str, dict[Hashable, bytes]] = {}
        for part in self._parts:
            part.touched.clear()
            items[part.name] = {}
        for part in self._parts:
            await self._encode(part, part.order(), items[part.name], turn)
        for _ in range(ROUNDS_MAX):
            await turn()
            if sum(len(part.touched) for part in self._parts) <= LAST_ITEMS_MAX:
                break
            for part in self._parts:
                changed = list(part.touched)
                part.touched.clear()
                await self._encode(part, changed, items[part.name], turn)
        return self._whole(items)

    async def load(self, body: bytes, turn: Turn) -> None:
        """Put the saved state into all parts; `Useless`: none of them was changed."""
        opened = self._codec.unseal(body)
        if opened is None:
            raise Useless("somebody who was erased since is in it")
        loaders = {part.name: part.loader() for part in self._parts}
        frames = _frames(opened)
        head = _HEAD.decode(next(frames))
        if head != _Head(FORMAT, self._made_by):
            raise Useless("it was made by another version or with other settings")
        try:
            for frame in frames:
                group = _GROUP.decode(zlib.decompress(frame))
                loader = loaders[group.part]
                for data in group.items:
                    if group.place < 0:
                        loader.item(data)
                    else:
                        loader.rest(group.place, data)
                await turn()
        except (msgspec.MsgspecError, zlib.error, KeyError, ValueError) as error:
            raise Useless(f"it cannot be read: {error}") from error
        try:
            for loader in loaders.values():
                loader.adopt()
        except ValueError as error:
            raise Useless(str(error)) from error

    async def _encode(
        self,
        part: SavedPart,
        keys: Sequence[Hashable],
        items: dict[Hashable, bytes],
        turn: Turn,
    ) -> None:
        until_s = perf_counter() + self._slice_s
        for key in keys:
            self._encode_one(part, key, items)
            if perf_counter() >= until_s:
                await turn()
                until_s = perf_counter() + self._slice_s

    def _encode_one(
        self, part: SavedPart, key: Hashable, items: dict[Hashable, bytes]
    ) -> None:
        found = part.item(key)
        if found is None:
            items.pop(key, None)
        else:
            items[key] = _ENCODER.encode(found)

    def _whole(
        self, items: dict[str, dict[Hashable, bytes]]
    ) -> tuple[int, Iterator[_ItemGroup]]:
        """The last step, in one turn of the event loop."""
        whole: list[_Taken] = []
        for part in self._parts:
            mine = items[part.name]
            for key in part.touched:
                self._encode_one(part, key, mine)
            part.touched.clear()
            whole.append((part, mine, part.order(), part.rest()))
        return self._offset(), _groups(whole)


_Taken = tuple[SavedPart, dict[Hashable, bytes], Sequence[Hashable], Sequence[object]]


def _packed(groups: Iterable[_ItemGroup], made_by: str) -> bytes:
    head = _ENCODER.encode(_Head(FORMAT, made_by))
    frames = [head, *(zlib.compress(_ENCODER.encode(x), 1) for x in groups)]
    return b"".join(len(x).to_bytes(4, "big") + x for x in frames)


def _groups(whole: Sequence[_Taken]) -> Iterator[_ItemGroup]:
    """In their order; for a thread: tens of thousands of items take a while."""
    for part, items, order, rest in whole:
        for first in range(0, len(order), GROUP_ITEMS):
            keys = order[first : first + GROUP_ITEMS]
            yield _ItemGroup(part.name, [items[key] for key in keys if key in items])
        for place, one in enumerate(rest):
            yield _ItemGroup(part.name, [_ENCODER.encode(one)], place)


def _frames(body: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(body):
        length = int.from_bytes(body[place : place + 4], "big")
        yield body[place + 4 : place + 4 + length]
        place += 4 + length


def fingerprint(*texts: bytes) -> str:
    """One name for the code and settings that all these texts make up."""
    digest = hashlib.blake2b(digest_size=16)
    for text in texts:
        digest.update(len(text).to_bytes(8, "big") + text)
    return digest.hexdigest()


async def resume(follower: Follower, journal: Journal, snapshots: Snapshots) -> bool:
    """Put the saved state into the folds; False: all entries are to be read.

    A state is used only where the journal goes on from it without a hole. One that
    cannot be used is reported once.
    """
    try:
        found = await journal.load_snapshot(NAME)
    except Unavailable as error:
        log.warning("%s", error)
        return False
    if found is None:
        return False
    offset, body = found
    oldest, _ = await journal.bounds()
    try:
        if oldest > offset + 1:
            raise Useless("entries after it were trimmed")
        follower.offset = offset
        await snapshots.load(body, _turn)
    except Useless as error:
        follower.offset = 0
        log.warning(
            "the saved state of the folds is not used: %s. All entries of the journal"
            " are read instead.",
            error,
        )
        return False
    follower.hub.offset = max(follower.hub.offset, offset)
    return True


async def _turn() -> None:
    await asyncio.sleep(0)
