"""How does a backup become the data of a service again?

Everything is unpacked and compared with the manifest before anything is put in place.
Nothing that is there is replaced: a restore goes into an empty place.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from screenpop.config.load import Loaded
from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.history import migrate, postgres_dump
from screenpop.history.person_keys import PersonKeys
from screenpop.journal.base import Offset
from screenpop.journal.master_key import FILE_NAME as MASTER_KEY
from screenpop.journal.master_key import MasterKey
from screenpop.journal.sqlite_file import SCHEMA_VERSION, hold
from screenpop.journal.sqlite_writer import SKIPPED, newest_given, remember_skip
from screenpop.node.backup import (
    CONFIG,
    DATA,
    INCLUDED,
    STORE,
    STORE_DUMP,
    STORE_ROWS,
    database_in,
    file_of,
    read_places,
    revision_of,
    waited_for,
)
from screenpop.node.backup_file import BackupManifest, BackupReader, reading
from screenpop.node.key_copy import NAME as KEYS
from screenpop.node.key_copy import KeyCopy, put_back_master, read_copy
from screenpop.node.parts import JOURNAL_FILE, SPOOL_FILE, data_dir_of
from screenpop.node.store_rows import put_rows
from screenpop.support.clock import SystemClock
from screenpop.support.private import private_database, private_folder

log = logging.getLogger(__name__)

STAGE = ".restoring"
ENTRIES_PER_S = 50_000
"""More than any machine appends: so many numbers may have been given since."""

_LOGS = ("-wal", "-shm", "-journal")  # of a database that is gone: they would be used


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """`wrote_config`: the configuration is the backup's; None: it is the same.

    False: the file that was there differs from the backup's, and stayed.
    """

    manifest: BackupManifest
    data_dir: Path
    wrote_config: bool | None


def restore(backup: Path, config: Path, keys: Path | None = None) -> Restored:
    """Put a backup's parts where a configuration says; it blocks.

    `keys` is the newest copy of the keys of persons; default: next to the backup.

    Without a file at `config` the backup's own configuration is written there first.
    Raises `ConfigError` when a service uses the place, data is there already, or the
    backup is of a newer version, `BadInput` when it is damaged, `Unavailable`.
    """
    with reading(backup) as kept:
        refuse_newer(kept)
        kept.check()
        copy = _keys_of(kept, keys or backup.with_name(KEYS))
        wrote = _configuration(kept, config)
        loaded = read_places(config)
        folder = data_dir_of(loaded)
        with _held(folder, loaded):
            master = None if copy is None else put_back_master(copy, loaded)
            _Restoring(loaded, kept, folder).run()
            if copy is not None and master is not None:
                _put_back_persons(kept, loaded, copy, master)
                if (own := folder / MASTER_KEY).exists():
                    _give_to_the_service(own, folder)
        return Restored(manifest=kept.manifest, data_dir=folder, wrote_config=wrote)


def refuse_newer(kept: BackupReader) -> None:
    """Raises `ConfigError` when this version cannot read what is in it."""
    manifest = kept.manifest
    journal, store = manifest.journal.schema or 0, manifest.store.schema or ""
    if journal > SCHEMA_VERSION or store > migrate.HEAD:
        raise ConfigError(
            f"the backup {kept.path} was made by a newer Screenpop"
            f" ({manifest.screenpop}: journal format {journal}, schema {store}; this"
            f" one reads {SCHEMA_VERSION} and {migrate.HEAD}). Install that version."
        )


def _keys_of(kept: BackupReader, path: Path) -> KeyCopy | None:
    if kept.manifest.keys is None:
        return None
    if not path.is_file():
        raise ConfigError(
            f"{path} is missing: without the keys no number, name or note of the backup"
            " can be read. Put the newest copy there, or name it with --keys."
        )
    copy = read_copy(path)
    if copy.fingerprint != kept.manifest.keys:
        raise ConfigError(
            f"{path} holds the keys of another service than the backup {kept.path}."
            " Name the right file with --keys."
        )
    return copy


def _put_back_persons(
    kept: BackupReader, loaded: Loaded, copy: KeyCopy, master: MasterKey
) -> None:
    """The keys, and the rows that they open."""
    stage = data_dir_of(loaded) / STAGE
    try:
        rows = None
        if STORE_ROWS in kept.names:
            kept.extract(STORE_ROWS, rows := stage / STORE_ROWS)
        erased = waited_for(_put_back(loaded, copy, master, rows))
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    if erased:
        log.info("%d rows of the backup are about persons erased since", erased)


async def _put_back(
    loaded: Loaded, copy: KeyCopy, master: MasterKey, rows: Path | None
) -> int:
    database = database_in(loaded)
    await database.open()
    try:
        await migrate.ensure(database)
        await PersonKeys(database, master, SystemClock()).put_back(copy.secrets)
        return 0 if rows is None else await put_rows(rows, database, master)
    finally:
        await database.close()


def _configuration(kept: BackupReader, config: Path) -> bool | None:
    """With the files that it includes; one that is there stays as it is."""
    files = {CONFIG: config}
    for name in kept.names:
        if name.startswith(INCLUDED):
            files[name] = config.parent / name.removeprefix(INCLUDED)
    wrote = not config.exists()
    same = True
    for name, file in files.items():
        if wrote and not file.exists():
            kept.extract(name, file)
        elif not file.is_file() or not kept.has_content(name, file):
            same = False
    if wrote and same:
        return True
    return None if same else False


@contextmanager
def _held(folder: Path, loaded: Loaded) -> Iterator[None]:
    """No service uses or can begin to use the folder meanwhile."""
    try:
        private_folder(folder, tighten=False)
    except OSError as error:
        raise Unavailable(
            f"cannot create the folder {folder}: {error.strerror}. Run the restore as a"
            " user who may, or name another server.data_dir."
        ) from error
    is_alone = loaded.config.journal.engine == "sqlite"
    name = JOURNAL_FILE if is_alone else SPOOL_FILE
    with closing(hold(folder / name)):
        private_database(folder / name)  # the lock
        yield
        for lock in folder.glob(f"{name}.lock*"):
            _give_to_the_service(lock, folder)


def _give_to_the_service(path: Path, folder: Path) -> None:
    """Its user could not read what root made; the folder shows who that is."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


class _Restoring:
    def __init__(self, loaded: Loaded, kept: BackupReader, folder: Path):
        self._kept = kept
        self._folder = folder
        self._stage = folder / STAGE
        self._database = database_in(loaded)
        self._engine = loaded.config.journal.engine

    def run(self) -> None:
        targets = self._targets()
        self._refuse_what_is_there(targets)
        shutil.rmtree(self._stage, ignore_errors=True)  # of one that was interrupted
        try:
            for name in targets:
                self._kept.extract(name, self._stage / name)
            self._prepare(self._stage / DATA / JOURNAL_FILE)
            self._load_dump()
            for name, target in targets.items():
                self._put(self._stage / name, target)
        finally:
            shutil.rmtree(self._stage, ignore_errors=True)

    def _targets(self) -> dict[str, Path]:
        """Where each part goes; the journal is the last."""
        found: dict[str, Path] = {}
        for name in self._kept.names:
            if name == STORE:
                found[name] = file_of(self._database.url)
            elif name.startswith(DATA) and not self._is_of_another_journal(name):
                found[name] = self._folder / name.removeprefix(DATA)
        return found

    def _is_of_another_journal(self, name: str) -> bool:
        return name.startswith(DATA + JOURNAL_FILE) and self._engine != "sqlite"

    def _refuse_what_is_there(self, targets: dict[str, Path]) -> None:
        kept, now = self._kept.manifest.store.engine, self._database.is_sqlite
        if (kept == "sqlite") != now:
            raise ConfigError(
                f"the backup holds a store of {kept}, and store.url names"
                f" {self._database.place}. Name a store of that kind."
            )
        for target in targets.values():
            for path in (target, *(Path(f"{target}{ending}") for ending in _LOGS)):
                if path.exists():
                    raise ConfigError(
                        f"{path} is there already, and a restore replaces nothing. Stop"
                        " the service and move that folder's content aside, or name"
                        " another server.data_dir."
                    )

    def _prepare(self, journal: Path) -> None:
        """No offset is given again that browsers may have seen since the backup."""
        if not journal.exists():
            return
        away_s = max(0, time.time_ns() // 1000 - self._kept.manifest.made_us) // 10**6
        with closing(sqlite3.connect(journal, isolation_level=None)) as connection:
            beyond = newest_given(connection) + SKIPPED + ENTRIES_PER_S * away_s
            remember_skip(connection, Offset(beyond))

    def _load_dump(self) -> None:
        if STORE_DUMP not in self._kept.names:
            return
        found = asyncio.run(revision_of(self._database))
        if found is not None:
            raise ConfigError(
                f"the store {self._database.place} is not empty (schema {found}), and a"
                " restore replaces nothing. Create an empty database and name it in"
                " store.url."
            )
        self._kept.extract(STORE_DUMP, dump := self._stage / STORE_DUMP)
        postgres_dump.restore(self._database.url, dump)

    def _put(self, staged: Path, target: Path) -> None:
        try:
            if not target.parent.exists():
                target.parent.mkdir(mode=0o700, parents=True)
                _give_to_the_service(target.parent, self._folder)
            _give_to_the_service(staged, self._folder)
            shutil.move(staged, target)
        except OSError as error:
            raise Unavailable(
                f"{target} cannot be put in place: {error.strerror}. Correct that, move"
                " aside what was restored, and begin again."
            ) from error
