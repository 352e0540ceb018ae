"""How is everything that a node keeps copied while it runs?

The order makes the parts fit together. First the store: its history may be behind the
journal, from which the archiver writes the rest after a restore. Then the saved state
of the folds: it belongs to an entry that the journal, which comes last, must hold.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

import screenpop
from screenpop.config.load import Loaded, examine
from screenpop.config.problems import ConfigProblems
from screenpop.domain.errors import Unavailable
from screenpop.history import migrate, postgres_dump
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.person_keys import PersonKeys
from screenpop.insight.order_schema import FILE_NAME as ORDERS_FILE
from screenpop.insight.training import FOLDER as INSIGHT_FOLDER
from screenpop.journal.master_key import MasterKey
from screenpop.journal.sqlite_file import SCHEMA_VERSION
from screenpop.journal.sqlite_writer import newest_given
from screenpop.node.backup_file import (
    BackupManifest,
    BackupWriter,
    KeptJournal,
    KeptStore,
)
from screenpop.node.kept_counts import COLUMNS, REQUESTS
from screenpop.node.key_copy import NAME as KEYS
from screenpop.node.key_copy import master_of, write_copy
from screenpop.node.parts import INDEX_FOLDER, JOURNAL_FILE, SPOOL_FILE, data_dir_of
from screenpop.node.person_keys import keys_of
from screenpop.node.store_rows import PERSONAL_TABLES, RowsWriter
from screenpop.node.worker import spools_in
from screenpop.support.clock import SystemClock, iso_from_us
from screenpop.support.log import protect
from screenpop.support.sqlite_copy import copy_live
from screenpop.web.auth import FILE_NAME as KEY_FILE

T = TypeVar("T")
CONFIG = "screenpop.yaml"
INCLUDED = "included/"  # before the names of included files, from the folder of CONFIG
STORE = "store.sqlite"
STORE_DUMP = "store.dump"
STORE_ROWS = "store.rows"  # those about persons: `node.store_rows`
DATA = "data/"  # before the names of what lies in server.data_dir
ENDING = ".zip"
KEY_TABLES = ("key_trees",)
"""They are in a file of their own: `node.key_copy`."""

_NEEDED = ("server", "journal", "store")
_MADE_AGAIN = (
    f"{INDEX_FOLDER}: customers by number, read again from the sources",
    f"{ORDERS_FILE}: orders, read again from the sources",
    f"{INSIGHT_FOLDER}: models, trained again from the orders",
)


def read_places(file: Path) -> Loaded:
    """A configuration of which only the places of data must be right.

    A backup is restored on a new machine before the sources' secrets are there. Raises
    `ConfigProblems` when journal, store or `data_dir` cannot be known.
    """
    found = examine(file)
    wrong = [p for p in found.problems if p.key.partition(".")[0] in ("", *_NEEDED)]
    if found.loaded is None or wrong:
        raise ConfigProblems(wrong or found.problems)
    protect(found.loaded.secrets)
    return found.loaded


def database_in(loaded: Loaded) -> Database:
    """The store that a configuration names, not open. Raises `ConfigError`."""
    url = loaded.config.store.url
    if url is not None:
        return Database(url.get_secret_value())
    return Database(sqlite_url(data_dir_of(loaded) / "store.sqlite"))


def file_of(url: URL) -> Path:
    """Where a store in SQLite is."""
    return Path(url.database or "")


@dataclass(kw_only=True)
class Backup:
    """One backup under way."""

    loaded: Loaded
    writer: BackupWriter
    scratch: Path  # for copies of databases, one at a time
    everything: bool = False
    with_store: bool = True
    master: MasterKey | None = None  # of the keys that are left out
    left_out: list[str] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)

    def make(self) -> BackupManifest:
        made_us = time.time_ns() // 1000
        self.writer.add(CONFIG, self.loaded.file)
        for name in self.loaded.included:
            self.writer.add(INCLUDED + name.as_posix(), self.loaded.file.parent / name)
        store = self._store()
        self._files()
        journal = self._journal()
        whole = self.writer.finish(
            BackupManifest(
                screenpop=screenpop.__version__,
                made_us=made_us,
                made_at=iso_from_us(made_us),
                journal=journal,
                store=store,
                left_out=tuple(self.left_out),
                keys=None if self.master is None else self.master.fingerprint,
            )
        )
        if self.master is not None:  # the last: it has the keys of all that was copied
            waited_for(self._copy_keys(self.master))
        return whole

    async def _copy_keys(self, master: MasterKey) -> None:
        database = database_in(self.loaded)
        await database.open()
        try:
            path = self.writer.path.with_name(KEYS)
            await write_copy(path, self.loaded, database, master)
        finally:
            await database.close()

    def _store(self) -> KeptStore:
        database = database_in(self.loaded)
        engine = "sqlite" if database.is_sqlite else "postgresql"
        if not self.with_store:
            self.left_out.append("the store: --without-store was given")
            return KeptStore(engine, None)
        if not database.is_sqlite:
            schema = asyncio.run(revision_of(database))
            copy = self.scratch / STORE_DUMP
            if self.master is None:
                postgres_dump.dump(database.url, copy)
            else:
                waited_for(self._dumped(database, copy))
            self._add(STORE_DUMP, copy)
            return KeptStore(engine, schema)
        before = len(self.damage)
        copy = self._copied(file_of(database.url), STORE)
        if self.master is not None and len(self.damage) == before:
            waited_for(self._rows_of(database, copy))
        elif self.master is not None:
            self.left_out.append("encryption of the store: its file is damaged")
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            schema = _sqlite_revision(connection)
            if self.master is not None:
                _emptied(connection, encrypted=len(self.damage) == before)
        self._add(STORE, copy)
        return KeptStore(engine, schema)

    async def _rows_of(self, database: Database, copy: Path) -> None:
        """Rows about persons of a copy in SQLite, encrypted."""
        copied = Database(sqlite_url(copy))
        await copied.open()
        try:
            async with self._rows_writer(database) as writer, copied.read() as reading:
                await self._write_rows(writer, reading)
        finally:
            await copied.close()

    async def _dumped(self, database: Database, target: Path) -> None:
        """PostgreSQL's dump and the rows about persons, as of one moment."""
        left_out = (*KEY_TABLES, *(table.name for table in PERSONAL_TABLES))
        engine = database.patient("REPEATABLE READ")
        try:
            async with (
                self._rows_writer(database) as writer,
                engine.connect() as reading,
            ):
                found = await reading.execute(text("SELECT pg_export_snapshot()"))
                moment = str(found.scalar())
                await asyncio.to_thread(
                    postgres_dump.dump,
                    database.url,
                    target,
                    left_out=left_out,
                    moment=moment,
                )
                await self._write_rows(writer, reading)
        finally:
            await engine.dispose()

    @asynccontextmanager
    async def _rows_writer(self, database: Database) -> AsyncIterator[RowsWriter]:
        """Its keys are in the store before the backup is whole."""
        keys = keys_of(self.loaded)
        assert keys is not None
        assert self.master is not None
        await database.open()
        try:
            await keys.begin(database, SystemClock())
            store = PersonKeys(database, self.master, SystemClock())
            yield RowsWriter(store, keys.codec)
            await keys.keep()
        finally:
            await database.close()

    async def _write_rows(self, writer: RowsWriter, reading: AsyncConnection) -> None:
        path = self.scratch / STORE_ROWS
        with path.open("xb") as to:
            await writer.write(reading, to)
        self._add(STORE_ROWS, path)

    def _files(self) -> None:
        folder = data_dir_of(self.loaded)
        for name in (KEY_FILE, REQUESTS, COLUMNS):
            if (folder / name).is_file():
                self.writer.add(DATA + name, folder / name)
        if self.loaded.config.security.session_key_file is not None:
            self.left_out.append("security.session_key_file: a secret of your own")
        if not self.everything:
            self.left_out += _MADE_AGAIN
            return
        for path in _made_again(folder):
            self.writer.add(DATA + path.relative_to(folder).as_posix(), path)
        if (folder / ORDERS_FILE).exists():
            self._add(DATA + ORDERS_FILE, self._copied(folder / ORDERS_FILE, "orders"))

    def _journal(self) -> KeptJournal:
        engine = self.loaded.config.journal.engine
        path = data_dir_of(self.loaded) / JOURNAL_FILE
        if engine != "sqlite":
            why = "back Redis up itself" if engine == "redis" else "it is in memory"
            self.left_out.append(f"the journal ({engine}): {why}")
            folder = path.parent
            for spool in sorted([*folder.glob(SPOOL_FILE), *spools_in(folder)]):
                name = spool.relative_to(folder).as_posix()
                self._add(DATA + name, self._copied(spool, SPOOL_FILE))
            return KeptJournal(engine)
        for state in sorted(path.parent.glob(f"{JOURNAL_FILE}.*.snapshot")):
            self.writer.add(DATA + state.name, state)
        copy = self._copied(path, JOURNAL_FILE)
        with closing(sqlite3.connect(copy)) as connection:
            found = connection.execute("SELECT value FROM about WHERE name='identity'")
            kept = KeptJournal(
                engine, SCHEMA_VERSION, found.fetchone()[0], newest_given(connection)
            )
        self._add(DATA + JOURNAL_FILE, copy)
        return kept

    def _copied(self, source: Path, name: str) -> Path:
        copy = self.scratch / name
        try:
            found = copy_live(source, copy)
        except sqlite3.Error as error:
            raise Unavailable(
                f"{source} cannot be copied: {error}. Check that it is there and can be"
                " read (has the service been started once?), and the space on the disk"
                f" of {self.writer.path.parent}."
            ) from error
        if found is not None:
            self.damage.append(f"{source.name}: {found}")
        return copy

    def _add(self, name: str, copy: Path) -> None:
        self.writer.add(name, copy)
        copy.unlink()


def make_backup(
    loaded: Loaded, path: Path, *, everything: bool = False, with_store: bool = True
) -> tuple[Path, BackupManifest]:
    """Write a backup to a new file, or into a folder under a name with the time.

    It blocks, and needs room for one copy of the largest database next to the file.
    Raises `Unavailable` and `ConfigError`; a backup of a damaged database is
    finished before `Unavailable` says so.
    """
    if path.is_dir():
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        path = path / f"screenpop-{now}{ENDING}"
    writer = BackupWriter(path)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".screenpop-") as area:
            backup = Backup(
                loaded=loaded,
                writer=writer,
                scratch=Path(area),
                everything=everything,
                with_store=with_store,
                master=master_of(loaded),
            )
            manifest = backup.make()
    finally:
        writer.close()
    if backup.damage:
        raise Unavailable(
            f"{path} was written, but the service's own files are damaged:"
            f" {'; '.join(backup.damage)}. Keep older backups, and restart the service:"
            " docs/journal.md, docs/operations.md."
        )
    return path, manifest


async def revision_of(database: Database) -> str | None:
    """The revision of the store's schema; raises `Unavailable`."""
    await database.open()
    try:
        return await migrate.revision(database)
    finally:
        await database.close()


def _emptied(connection: sqlite3.Connection, *, encrypted: bool) -> None:
    """Take keys, and rows that are `encrypted` elsewhere, out of a copy for good.

    One that is damaged is reported elsewhere.
    """
    rows = tuple(table.name for table in PERSONAL_TABLES) if encrypted else ()
    with suppress(sqlite3.DatabaseError):
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA secure_delete = ON")
        for table in (*KEY_TABLES, *rows):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608  a constant
        connection.execute("VACUUM")


def waited_for(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end in a loop of its own, also where a loop runs already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def _sqlite_revision(connection: sqlite3.Connection) -> str | None:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError:  # it is empty, or damaged
        return None
    return None if row is None else str(row[0])


def _made_again(folder: Path) -> Iterator[Path]:
    """The files of number index and models."""
    for name in (INDEX_FOLDER, INSIGHT_FOLDER):
        for path in sorted((folder / name).glob("*")):
            if path.is_file() and path.suffix not in (".lock", ".new"):
                yield path
