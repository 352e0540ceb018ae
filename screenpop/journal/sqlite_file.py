"""Is this file our journal, may this process use it, and what is wrong with it?"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Literal

from screenpop.domain.errors import ConfigError, Unavailable
from screenpop.support.private import private_database, private_folder

Synchronous = Literal["normal", "full"]

APPLICATION_ID = 0x53504A4C  # "SPJL" in the file's header
SCHEMA_VERSION = 1
PREPARED_MAX = 160  # statements kept compiled by a connection

_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE entries (
    "offset" INTEGER PRIMARY KEY AUTOINCREMENT,
    at_us INTEGER NOT NULL,
    stream TEXT NOT NULL,
    "key" TEXT NOT NULL,
    kind TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE UNIQUE INDEX entries_identity ON entries (stream, "key");
CREATE TABLE snapshots (
    name TEXT PRIMARY KEY, "offset" INTEGER NOT NULL, body BLOB NOT NULL
) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
COMMIT;
"""

_ABOUT = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
INSERT OR IGNORE INTO about VALUES ('identity', lower(hex(randomblob(8))));
"""

_REMEDIES = {
    "SQLITE_FULL": "Free space on that disk; entries are taken again by themselves.",
    "SQLITE_READONLY": "Make the file and its folder writable for the service's user.",
    "SQLITE_BUSY": "Another program writes to the file: end it (a database shell?).",
    "SQLITE_CANTOPEN": "Create the folder and let the service's user write there.",
    "SQLITE_IOERR": "Check that disk: space, quota, file size limit, health.",
    "SQLITE_CORRUPT": "Restart the service: it saves what can be read and keeps the"
    " damaged file. If that fails, move the file and its -wal file aside and start"
    " again; history stays in the store.",
    "SQLITE_NOTADB": "Move the file aside, or name another server.data_dir.",
}


def hold(path: Path) -> sqlite3.Connection:
    """Keep all other processes out until the connection is closed.

    The lock is SQLite's own on a file next to the journal: the system frees it
    when the process dies, however it dies. Raises `ConfigError` when it is held.
    """
    lock_path = path.with_name(path.name + ".lock")
    connection = _connect(lock_path, busy_s=0)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        if "locked" not in str(error):
            raise Unavailable(explained(error, lock_path)) from error
        raise ConfigError(
            f"the journal {path} is in use by another process. Stop that process, or"
            " give this one a server.data_dir of its own."
        ) from error
    return connection


def open_writer(
    path: Path, synchronous: Synchronous, busy_s: float
) -> sqlite3.Connection:
    """Open or create the journal for writing; raises as `Journal.open` says."""
    connection = _connect(path, busy_s)
    try:
        _check(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous.upper()}")
        connection.executescript(_ABOUT)
    except sqlite3.Error as error:
        connection.close()
        raise Unavailable(explained(error, path)) from error
    except ConfigError:
        connection.close()
        raise
    private_database(path)
    return connection


def open_existing(path: Path) -> sqlite3.Connection:
    """Open a file that must be a journal, to look at it before it is used.

    Raises `ConfigError` when it is none, or a newer one, `sqlite3.Error` when it
    cannot be read at all.
    """
    connection = _connect(path, busy_s=1)
    try:
        _check_version(connection, path)
    except BaseException:
        connection.close()
        raise
    connection.text_factory = _text  # a damaged text must not hide its row
    return connection


def _text(data: bytes) -> str:
    return data.decode(errors="replace")


def mark_open(connection: sqlite3.Connection, synchronous: Synchronous) -> bool:
    """Note that the file is in use, durably; was it, when its last user went?

    True after `kill -9` or a power failure: its end may be missing.
    """
    connection.execute("PRAGMA synchronous = FULL")
    found = connection.execute("SELECT 1 FROM about WHERE name = 'open'").fetchone()
    connection.execute("INSERT OR REPLACE INTO about VALUES ('open', '1')")
    # into the file itself: the whole write-ahead log may be lost
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    connection.execute(f"PRAGMA synchronous = {synchronous.upper()}")
    return found is not None


def mark_closed(connection: sqlite3.Connection) -> None:
    """Everything that was given a number is stored."""
    connection.execute("DELETE FROM about WHERE name = 'open'")


def open_reader(path: Path) -> sqlite3.Connection:
    """Open an existing journal for reading only; works next to a running service."""
    if not path.exists():
        raise Unavailable(f"cannot open {path}: no such file. Name a journal's file.")
    connection = _connect(path, busy_s=5)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.text_factory = _text
        _check_version(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise Unavailable(explained(error, path)) from error
    except ConfigError:
        connection.close()
        raise
    return connection


def explained(error: sqlite3.Error, path: Path) -> str:
    """What failed, where, and what to do."""
    name: str = getattr(error, "sqlite_errorname", "")
    remedy = next(
        (text for code, text in _REMEDIES.items() if name.startswith(code)),
        "See the service's log and that disk.",
    )
    return f"the journal {path} refuses: {error} ({name or 'sqlite'}). {remedy}"


def _connect(path: Path, busy_s: float) -> sqlite3.Connection:
    try:
        private_folder(path.parent, tighten=False)
        return sqlite3.connect(
            path,
            timeout=busy_s,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=PREPARED_MAX,
        )
    except OSError as error:
        raise Unavailable(
            f"cannot create the folder {path.parent}: {error.strerror}. Let the"
            " service's user create it, or name another server.data_dir."
        ) from error
    except sqlite3.Error as error:
        raise Unavailable(explained(error, path)) from error


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if objects == 0:
        connection.executescript(_SCHEMA)
        return
    _check_version(connection, path)


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise ConfigError(
            f"{path} is a database of another program. Move it aside, or name another"
            " server.data_dir."
        )
    if version > SCHEMA_VERSION:
        raise ConfigError(
            f"{path} was written by a newer Screenpop (journal format {version}, this"
            f" one reads up to {SCHEMA_VERSION}). Install that version again, or give"
            " this one a server.data_dir of its own."
        )
