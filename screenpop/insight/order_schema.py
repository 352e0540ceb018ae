"""Is this file our order store, what is in it, and what is wrong with it?"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import NamedTuple

from screenpop.domain.errors import Unavailable
from screenpop.domain.profile import Scalar
from screenpop.support.private import private_database, private_folder

FILE_NAME = "orders.sqlite"
APPLICATION_ID = 0x53504F52  # "SPOR" in the file's header
FORMAT = 1
CACHE_KIB = 65_536
BUSY_S = 10.0

_SCHEMA = f"""
CREATE TABLE sources (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    reading INTEGER NOT NULL DEFAULT 0, full_from INTEGER NOT NULL DEFAULT 0,
    progress TEXT NOT NULL DEFAULT 'null', since TEXT NOT NULL DEFAULT 'null',
    whole INTEGER NOT NULL DEFAULT 0, made_by TEXT, version TEXT, full_us INTEGER,
    ended_us INTEGER
);
CREATE TABLE customers (
    id INTEGER PRIMARY KEY, "key" TEXT NOT NULL UNIQUE,
    opted_out INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE items (
    id INTEGER PRIMARY KEY, "key" TEXT NOT NULL UNIQUE, name TEXT, category TEXT,
    price REAL, currency TEXT, stock REAL, active INTEGER NOT NULL DEFAULT 1,
    read_us INTEGER, reading INTEGER, source INTEGER
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, source INTEGER NOT NULL, "key" TEXT NOT NULL,
    customer INTEGER NOT NULL, at_s REAL NOT NULL, currency TEXT,
    UNIQUE (source, "key")
);
CREATE INDEX orders_of_customer ON orders (customer);
CREATE TABLE lines (
    "order" INTEGER NOT NULL, line NOT NULL, item INTEGER NOT NULL,
    quantity REAL NOT NULL, amount REAL, reading INTEGER NOT NULL,
    PRIMARY KEY ("order", line)
) WITHOUT ROWID;
CREATE TABLE about (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {FORMAT};
"""


class OrderCounts(NamedTuple):
    """What the store holds; `customers` without those that opted out."""

    lines: int = 0
    orders: int = 0
    customers: int = 0
    items: int = 0
    opted_out: int = 0


class SourceFeed(NamedTuple):
    """How one source's reading stands.

    `full_from` is not 0 while a reading of everything is under way; `progress` is how
    far it came, `since` where the next reading of changes begins. `whole`: all was read
    at least once. `made_by` stands for the configuration that it was read with.
    """

    id: int
    source: str
    reading: int
    full_from: int
    progress: Scalar
    since: Scalar
    whole: bool
    made_by: str | None
    version: str | None
    full_us: int | None
    ended_us: int | None


def opened(path: Path) -> sqlite3.Connection:
    """Open or make the file; a damaged one is made again from the sources."""
    try:
        private_folder(path.parent, tighten=False)
        connection = _connect(path)
    except OSError as error:
        raise Unavailable(
            f"cannot create the folder {path.parent}: {error.strerror}. Let the"
            " service's user create it, or name another server.data_dir."
        ) from error
    except sqlite3.OperationalError as error:
        raise refused(error, path) from error
    except sqlite3.DatabaseError:
        remove(path)
        connection = _connect(path)
    private_database(path)
    return connection


def reader(path: Path) -> sqlite3.Connection:
    """Open an existing store for reading only, next to its writer.

    Raises `Unavailable`.
    """
    if not path.exists():
        raise Unavailable(
            f"there are no orders yet: {path} does not exist. Declare `orders` under a"
            " source and run `screenpop insight train`."
        )
    try:
        connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
        connection.execute("PRAGMA query_only = ON")
        if not _is_ours(connection):
            raise sqlite3.DatabaseError("not an order store of this version")
    except sqlite3.Error as error:
        raise refused(error, path) from error
    return connection


def source_feeds(connection: sqlite3.Connection) -> list[SourceFeed]:
    rows = connection.execute(
        "SELECT id, name, reading, full_from, progress, since, whole, made_by,"
        " version, full_us, ended_us FROM sources ORDER BY id"
    )
    return [
        SourceFeed(
            id=row[0],
            source=row[1],
            reading=row[2],
            full_from=row[3],
            progress=json.loads(row[4]),
            since=json.loads(row[5]),
            whole=bool(row[6]),
            made_by=row[7],
            version=row[8],
            full_us=row[9],
            ended_us=row[10],
        )
        for row in rows
    ]


def counted(connection: sqlite3.Connection) -> OrderCounts:
    """As of the last reading that ended."""
    known = dict(connection.execute("SELECT name, value FROM about").fetchall())
    return OrderCounts(**{name: known.get(name, 0) for name in OrderCounts._fields})


def refused(error: sqlite3.Error, path: Path) -> Unavailable:
    """What failed, where, and what to do."""
    name: str = getattr(error, "sqlite_errorname", "sqlite")
    return Unavailable(
        f"the order store {path} cannot be used: {error} ({name}). Check that disk"
        " (space, rights, health). Without the file it is made again from the sources."
    )


def remove(path: Path) -> None:
    """Delete the file with all that SQLite keeps next to it."""
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)
    connection = sqlite3.connect(
        path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
    )
    try:
        (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not objects:
            connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
        elif not _is_ours(connection):
            raise sqlite3.DatabaseError("not an order store of this version")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA secure_delete = ON")  # erased is not readable
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _is_ours(connection: sqlite3.Connection) -> bool:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return bool(application == APPLICATION_ID and version == FORMAT)
