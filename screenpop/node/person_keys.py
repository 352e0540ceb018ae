"""How does a node use the keys of persons while it runs?

Before the first record: a tree of its own is in the store. Then: which person has
which keys is written twice a second, and each second it is asked whether somebody was
erased. After an erasure this node begins again from the journal, in which that person
cannot be read any more: so nothing of them stays in memory.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from sqlalchemy import select

from screenpop.config.load import Loaded
from screenpop.domain.call import CallEvent
from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.history.archiver import kept_us
from screenpop.history.engine import Database
from screenpop.history.person_keys import PersonKeys
from screenpop.history.tables import key_trees
from screenpop.journal.key_ring import REUSE_S, KeyRing
from screenpop.journal.master_key import FILE_NAME, MasterKey, read_master_key
from screenpop.journal.sealing import SealingCodec
from screenpop.lookup.normalise import NumberingPlan, number_of_event
from screenpop.node.parts import INDEX_FOLDER, data_dir_of, numbering_plans
from screenpop.support.clock import Clock, SystemClock
from screenpop.support.log import Outage

log = logging.getLogger(__name__)

KEEP_EVERY_S = 0.5
TREE_S = 24 * 3600.0  # then new keys come of another tree, and the old one can go
LINKS_PER_STEP = 5_000
NOT_ENCRYPTED = (
    "personal data in the journal is not encrypted: name one key for all nodes in"
    " privacy.key_file"
)


class NodeKeys:
    """The keys of one node: in memory (`ring`) and in the store."""

    def __init__(
        self,
        master: MasterKey,
        plans: Mapping[str, NumberingPlan],
        kept_s: float = REUSE_S,
    ):
        """`kept_s`: so long the store has the calls of a person."""

        def number_of(event: CallEvent) -> str | None:
            return number_of_event(event, plans.get(event.line, NumberingPlan()))

        self.ring = KeyRing(master, number_of, reuse_s=kept_s)
        self.codec = SealingCodec(self.ring)
        self.codec.refresh = self._refresh
        self._store: PersonKeys | None = None
        self._clock: Clock = SystemClock()
        self._tree_s = 0.0
        self._erasures = 0
        self.erased = False  # somebody who is in the folds' memory
        self.on_erasure: Callable[[], None] = lambda: None
        self._outage = Outage("keeping the keys of persons", log)

    @property
    def knows_erasures(self) -> bool:
        return self._erasures > 0

    async def begin(self, database: Database, clock: Clock) -> None:
        """Raises `ConfigError`, `Unavailable`."""
        self._clock = clock
        self._store = PersonKeys(database, self.ring.master, clock)
        self._erasures = await self._store.erasures()
        await self._claim()

    async def _claim(self) -> None:
        tree = await self.store.claim()
        self.ring.begin(tree, await self.store.trees())
        self._tree_s = self._clock.monotonic_s()

    async def run(self) -> None:
        """Until somebody was erased: then the folds' memory must be made again."""
        while True:
            await asyncio.sleep(KEEP_EVERY_S)
            try:
                await self.keep()
                if await self.store.erasures() != self._erasures:
                    log.warning("a person was erased: the journal is read again")
                    self.erased = True
                    self.on_erasure()
                    return
            except Unavailable as error:
                self._outage.failed(error)
            else:
                self._outage.recovered()

    async def keep(self) -> None:
        """Write what the store does not know; begin a new tree each day.

        Raises `Unavailable`.
        """
        if self._clock.monotonic_s() - self._tree_s >= TREE_S:
            await self._claim()
        while links := self.ring.waiting(LINKS_PER_STEP):
            await self.store.keep(links)
            self.ring.kept(links)

    async def finish(self) -> None:
        """At the end; what is not written then is read from the journal again."""
        with suppress(Unavailable):
            await self.keep()

    @property
    def trouble(self) -> str | None:
        """What keeps an erasure from reaching everything, in words."""
        if self.ring.missing:
            return (
                f"{self.ring.missing} journal entries were encrypted with keys that the"
                " store does not have: they read as those of erased persons. Restore"
                " the keys of that time (docs/operations.md), or ignore it when they"
                " are gone on purpose."
            )
        if self.ring.unlinked:
            return (
                f"{self.ring.unlinked} keys of persons were not written, because the"
                " store was away for too long. Restart this node: it reads them again"
                " from the journal."
            )
        return None

    async def _refresh(self) -> None:
        self.ring.replace(await self.store.trees())

    @property
    def store(self) -> PersonKeys:
        assert self._store is not None
        return self._store


def keys_of(loaded: Loaded) -> NodeKeys | None:
    """None: nothing is encrypted, and nothing was. Raises `ConfigError`."""
    config, path = loaded.config, master_key_file(loaded)
    if path is None or config.journal.engine == "memory":
        return None
    if not config.privacy.encrypt and not path.exists():
        return None
    kept = kept_us(config.journal.retention_h, config.store.history_days)
    plans = numbering_plans(config)
    keys = NodeKeys(read_master_key(path), plans, kept / 1e6)
    keys.codec.encrypts = config.privacy.encrypt
    return keys


def note_of(loaded: Loaded, keys: NodeKeys | None) -> str | None:
    """For `/readyz`: is something not encrypted that could be?"""
    config = loaded.config
    is_shared = config.journal.engine == "redis" and config.privacy.encrypt
    return NOT_ENCRYPTED if is_shared and keys is None else None


def forget_made_again(folder: Path) -> int:
    """Remove the number index's files: they are made again from the sources.

    Returns how many. A source that still has the person gives them again.
    """
    files = [x for x in (folder / INDEX_FOLDER).glob("*") if x.is_file()]
    for path in files:
        path.unlink(missing_ok=True)
    return len(files)


async def refuse_without_keys(database: Database) -> None:
    """Raises `ConfigError` where other nodes encrypt and this one cannot read it."""
    async with database.read() as connection:
        found = await connection.execute(select(key_trees.c.tree).limit(1))
    if found.first() is not None:
        raise ConfigError(
            "privacy.key_file: other nodes of this store encrypt personal data, and"
            " this one cannot read it. Name a copy of their file."
        )


def master_key_file(loaded: Loaded) -> Path | None:
    """Nodes that share a journal need the same file: it must be named."""
    named = loaded.config.privacy.key_file
    if named is not None:
        return loaded.folder / named
    if loaded.config.journal.engine == "redis":
        return None
    return data_dir_of(loaded) / FILE_NAME
