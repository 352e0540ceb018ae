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
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL

import screenpop
from screenpop.config.load import Loaded, examine
from screenpop.config.problems import ConfigProblems
from screenpop.domain.errors import Unavailable
from screenpop.history import migrate, postgres_dump
from screenpop.history.engine import Database, sqlite_url
from screenpop.insight.order_schema import FILE_NAME as ORDERS_FILE
from screenpop.insight.training import FOLDER as INSIGHT_FOLDER
from screenpop.intake.shown import NAME as COUNTS_FILE
from screenpop.journal.sqlite_file import SCHEMA_VERSION
from screenpop.journal.sqlite_writer import newest_given
from screenpop.node.backup_file import (
    BackupManifest,
    BackupWriter,
    KeptJournal,
    KeptStore,
)
from screenpop.node.parts import INDEX_FOLDER, JOURNAL_FILE, SPOOL_FILE, data_dir_of
from screenpop.node.worker import spools_in
from screenpop.support.clock import iso_from_us
from screenpop.support.log import protect
from screenpop.support.sqlite_copy import copy_live
from screenpop.web.auth import FILE_NAME as KEY_FILE

CONFIG = "screenpop.yaml"
STORE = "store.sqlite"
STORE_DUMP = "store.dump"
DATA = "data/"  # before the names of what lies in server.data_dir
ENDING = ".zip"

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
    left_out: list[str] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)

    def make(self) -> BackupManifest:
        made_us = time.time_ns() // 1000
        self.writer.add(CONFIG, self.loaded.file)
        store = self._store()
        self._files()
        journal = self._journal()
        return self.writer.finish(
            BackupManifest(
                screenpop=screenpop.__version__,
                made_us=made_us,
                made_at=iso_from_us(made_us),
                journal=journal,
                store=store,
                left_out=tuple(self.left_out),
            )
        )

    def _store(self) -> KeptStore:
        database = database_in(self.loaded)
        engine = "sqlite" if database.is_sqlite else "postgresql"
        if not self.with_store:
            self.left_out.append("the store: --without-store was given")
            return KeptStore(engine, None)
        if not database.is_sqlite:
            schema = asyncio.run(revision_of(database))
            postgres_dump.dump(database.url, copy := self.scratch / STORE_DUMP)
            self._add(STORE_DUMP, copy)
            return KeptStore(engine, schema)
        copy = self._copied(file_of(database.url), STORE)
        with closing(sqlite3.connect(copy)) as connection:
            schema = _sqlite_revision(connection)
        self._add(STORE, copy)
        return KeptStore(engine, schema)

    def _files(self) -> None:
        folder = data_dir_of(self.loaded)
        for name in (KEY_FILE, COUNTS_FILE):
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
