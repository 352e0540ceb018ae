"""How is a person erased from everything that a service keeps?

First the number index's files, then in one transaction the keys (of journal, spool,
saved states and backups) and the rows of the store. Nodes notice within a second, and
begin again from a journal in which that person cannot be read. What a node's archiver
wrote meanwhile is taken out in a second look. Then files are rewritten, and copies of
the keys replaced.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from screenpop.config.load import Loaded
from screenpop.domain.errors import ConfigError
from screenpop.domain.profile import CONTACTS_SOURCE, CandidateRef
from screenpop.history import erasing, migrate
from screenpop.history.audit import Audit
from screenpop.history.engine import Database
from screenpop.history.erasing import Traces
from screenpop.history.person_keys import PersonKeys
from screenpop.journal.key_ring import KeyRing
from screenpop.journal.master_key import MasterKey
from screenpop.journal.sealing import SealingCodec
from screenpop.journal.sqlite_file import hold
from screenpop.node.backup import database_in
from screenpop.node.key_copy import here, master_of, place_of, write_copy
from screenpop.node.parts import JOURNAL_FILE, data_dir_of
from screenpop.node.person_keys import forget_made_again
from screenpop.node.store_rows import contact_name
from screenpop.support.clock import Clock, SystemClock, iso_from_us

SECOND_LOOK_S = 10.0
"""A node notices within a second, and has ended what it was doing by then."""
BY = "screenpop privacy"
HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was there; `left` says what the command cannot reach."""

    found: Traces
    keys: int
    done: bool
    renewed: tuple[str, ...] = ()  # copies of the keys
    left: tuple[str, ...] = ()


async def erase_person(
    loaded: Loaded,
    numbers: Iterable[str],
    customers: Sequence[CandidateRef],
    *,
    dry_run: bool = False,
    clock: Clock | None = None,
) -> Erased:
    """Numbers in E.164. Raises `ConfigError`, `Unavailable`; it can be repeated."""
    database, master = database_in(loaded), master_of(loaded)
    await database.open()
    try:
        await migrate.ensure(database, str(loaded.file))
        work = _Erasing(loaded, database, master, clock or SystemClock())
        await work.look(set(numbers), customers)
        if dry_run:
            return work.report(done=False)
        await work.run()
        return work.report(done=True)
    finally:
        await database.close()


class _Erasing:
    def __init__(
        self,
        loaded: Loaded,
        database: Database,
        master: MasterKey | None,
        clock: Clock,
    ):
        self._loaded = loaded
        self._zone = ZoneInfo(loaded.config.server.time_zone)
        self._database = database
        self._master = master
        self._clock = clock
        self._audit = Audit(database, clock)
        self._keys = None if master is None else PersonKeys(database, master, clock)
        self._found = Traces(numbers=(), customers=(), calls=())
        self._count = 0
        self._renewed: list[str] = []
        self._left: list[str] = []

    async def look(self, numbers: set[str], customers: Sequence[CandidateRef]) -> None:
        async with self._database.read() as connection:
            for ref in customers:
                numbers |= await erasing.numbers_of(connection, ref)
            self._found = await erasing.traces(connection, numbers, customers)
            if self._keys is not None:
                self._count = len(await self._keys.of(connection, self._persons()))

    async def run(self) -> None:
        folder = data_dir_of(self._loaded)
        await asyncio.to_thread(forget_made_again, folder)
        await self._take_out()
        if self._service_runs():
            await asyncio.sleep(SECOND_LOOK_S)
            await self._take_out_again()
        left = await erasing.overwrite(self._database)
        if left is not None:
            self._left.append(left)
        await self._renew_copies()
        await self._look_at_the_journal()

    async def _look_at_the_journal(self) -> None:
        """Entries that no key reaches: from before encryption, or without it."""
        hours = self._loaded.config.journal.retention_h
        began_us = None if self._keys is None else await self._keys.began_us()
        if began_us is None or not self._loaded.config.privacy.encrypt:
            which = "entries of the journal and its saved states are not encrypted"
        elif self._clock.now_us() - began_us < hours * HOUR_US:
            which = f"entries from before {iso_from_us(began_us)} are not encrypted"
        else:
            return
        self._left.append(
            f"{which}: they leave the journal after {hours:g} h (journal.retention_h),"
            " and stay in copies of it"
        )

    async def _take_out(self) -> None:
        """All or nothing."""
        async with self._database.write() as connection:
            if self._keys is not None:
                names = {*self._persons(), self._saved_states()}
                keys = await self._keys.of(connection, names)
                await self._keys.destroy(connection, keys)
            await erasing.erase(connection, self._found, self._zone)
            detail = (
                f"{self._count} keys, {len(self._found.calls)} calls,"
                f" {self._found.notes} notes"
            )
            await self._audit.write(BY, "person.erased", "", detail, within=connection)

    async def _take_out_again(self) -> None:
        async with self._database.write() as connection:
            now = await erasing.traces(
                connection, self._found.numbers, self._found.customers
            )
            await erasing.erase(connection, now, self._zone)
            await erasing.erase(connection, self._found, self._zone)
            if self._keys is None:
                return
            keys = await self._keys.of(connection, self._persons())
            if keys:  # of a node that had not noticed, and wrote them down since
                await self._keys.destroy(connection, keys)

    def _persons(self) -> set[str]:
        assert self._master is not None
        name = self._master.name
        numbers = {name("number", number) for number in self._found.numbers}
        calls = {name("call", "/".join(map(str, key))) for key in self._found.calls}
        contacts = {
            contact_name(self._master, ref.key)
            for ref in self._found.customers
            if ref.source == CONTACTS_SOURCE
        }
        return numbers | calls | contacts

    def _saved_states(self) -> str:
        assert self._master is not None
        return SealingCodec(KeyRing(self._master)).state_name

    def _service_runs(self) -> bool:
        if self._loaded.config.journal.engine != "sqlite":
            return True  # on this machine or another one
        path = data_dir_of(self._loaded) / JOURNAL_FILE
        if not path.exists():
            return False
        try:
            with closing(hold(path)):
                return False
        except ConfigError:
            return True

    async def _renew_copies(self) -> None:
        if self._keys is None or self._master is None:
            return
        for place, _ in await self._keys.copies():
            path = here(place)
            if path is None:
                self._left.append(
                    f"a copy of the keys was made at {place}, which is not here now:"
                    " destroy it, and make a new backup there"
                )
                continue
            await write_copy(path, self._loaded, self._database, self._master)
            self._renewed.append(place_of(path))

    def report(self, *, done: bool) -> Erased:
        return Erased(
            found=self._found,
            keys=self._count,
            done=done,
            renewed=tuple(self._renewed),
            left=tuple(self._left),
        )
